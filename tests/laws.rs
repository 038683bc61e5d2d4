//! Laws that hold for every rule at once, tried on the configurations of all rule pages.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod common;

use std::collections::BTreeMap;
use std::path::Path;

use alinet::diagnostic::Severity;
use alinet::eval::Surroundings;
use alinet::report::Report;
use alinet::source::{Files, Span};
use alinet::syntax::{self, Body, Expression, ExpressionKind, Item};
use alinet::{Named, Options, lint, report, rule};
use common::Memory;
use common::pages::examples;

type Configuration = Vec<(String, String)>;

fn run(files: &Configuration) -> Report {
    let memory = Memory::new(files.iter().map(|(name, text)| (name.as_str(), text.as_str())));
    let options = Options {
        paths: vec![Named::Directory("/".into())],
        surroundings: Surroundings { working_directory: "/".into(), ..Surroundings::default() },
        ..Options::default()
    };
    lint(&memory, &options)
}

fn configurations() -> Vec<(String, Configuration)> {
    let mut all = Vec::new();
    for rule in rule::every() {
        for (at, example) in examples(rule.page).into_iter().enumerate() {
            all.push((format!("{} {at} ({})", rule.id, example.section), example.files));
        }
    }
    assert!(all.len() > 30);
    all
}

/// The places of literals in a file that could be a variable instead, and of defaults and values that could be missing.
fn literals(name: &str, text: &str) -> Vec<(std::ops::Range<usize>, &'static str)> {
    let files = Files::default();
    let file = files.add(Path::new(name), text.as_bytes().to_vec());
    if name.ends_with(".json") {
        return Vec::new();
    }
    let mut found = Vec::new();
    for item in &syntax::outline(&file).items {
        match item {
            Item::Attribute(attribute) => found.push((attribute.span.range(), "")),
            Item::Block(stub) => match &*stub.kind.text {
                "variable" => {
                    let default = stub.body().body.attribute("default").map(|default| (default.span.range(), ""));
                    found.extend(default);
                }
                "resource" | "data" | "locals" | "module" | "provider" => body(&stub.body().body, &mut found),
                _ => {}
            },
        }
    }
    found
}

fn body(body: &Body, found: &mut Vec<(std::ops::Range<usize>, &'static str)>) {
    for attribute in &body.attributes {
        if !matches!(&*attribute.name.text, "source" | "version" | "provider" | "providers" | "alias" | "depends_on") {
            expression(&attribute.value, found);
        }
    }
    for block in &body.blocks {
        self::body(&block.body, found);
    }
}

fn expression(value: &Expression, found: &mut Vec<(std::ops::Range<usize>, &'static str)>) {
    match &*value.kind {
        ExpressionKind::String(_) | ExpressionKind::Number(_) | ExpressionKind::Bool(_) => {
            found.push((value.span.range(), "var.unknown_by_law"));
        }
        ExpressionKind::Tuple(items) => items.iter().for_each(|item| expression(item, found)),
        ExpressionKind::Object(entries) => entries.iter().for_each(|entry| expression(&entry.value, found)),
        ExpressionKind::Call { arguments, .. } => arguments.iter().for_each(|argument| expression(argument, found)),
        ExpressionKind::Conditional { condition, yes, no } => {
            [condition, yes, no].into_iter().for_each(|part| expression(part, found));
        }
        ExpressionKind::For(comprehension) => {
            expression(&comprehension.collection, found);
            expression(&comprehension.result, found);
        }
        _ => {}
    }
}

/// The addresses that findings of a report name, each with the highest severity of those that do.
fn named(report: &Report) -> BTreeMap<String, Severity> {
    let mut named: BTreeMap<String, Severity> = BTreeMap::new();
    for found in &report.findings {
        let finding = &found.finding;
        let related = finding.related.iter().filter_map(|related| related.address.as_ref());
        for address in finding.address.iter().chain(related) {
            let severity = named.entry(address.clone()).or_insert(finding.severity);
            *severity = (*severity).max(finding.severity);
        }
    }
    named
}

#[test]
fn knowing_less_never_accuses_more() {
    let wrong = common::deep(|| {
        let mut wrong = Vec::new();
        for (name, files) in configurations() {
            let before = named(&run(&files));
            for (at, (file, text)) in files.iter().enumerate() {
                for (range, replacement) in literals(file, text) {
                    let mut less = files.clone();
                    less[at].1.replace_range(range.clone(), replacement);
                    less.push(("unknown_by_law.tf".into(), "variable \"unknown_by_law\" {}\n".into()));
                    for found in run(&less).findings {
                        let finding = found.finding;
                        if finding.rule == "evaluation-error" {
                            continue;
                        }
                        let related = finding.related.iter().filter_map(|related| related.address.as_ref());
                        for address in finding.address.iter().chain(related) {
                            if before.get(address).is_none_or(|severity| *severity < finding.severity) {
                                wrong.push(format!(
                                    "{name}: without {:?} in {file}, {} ({}) now accuses {address}: {}",
                                    &text[range.clone()],
                                    finding.rule,
                                    finding.severity.name(),
                                    finding.message
                                ));
                            }
                        }
                    }
                }
            }
        }
        wrong
    });
    assert!(wrong.is_empty(), "{} times:\n{}", wrong.len(), wrong.join("\n"));
}

#[test]
fn the_order_of_files_changes_nothing() {
    let wrong = common::deep(|| {
        let mut wrong = Vec::new();
        for (name, files) in configurations() {
            // Every block in a file of its own, once in order and once backwards.
            let mut blocks = Vec::new();
            let mut rest = Vec::new();
            for (file, text) in &files {
                if !file.ends_with(".tf") || file.contains('/') {
                    rest.push((file.clone(), text.clone()));
                    continue;
                }
                let parsed = Files::default().add(Path::new(file), text.as_bytes().to_vec());
                let outline = syntax::outline(&parsed);
                if outline.incomplete || text.contains("alinet:ignore") {
                    rest.push((file.clone(), text.clone()));
                    continue;
                }
                for item in &outline.items {
                    if let Item::Block(stub) = item {
                        blocks.push(format!("{}\n", parsed.slice(stub.span)));
                    }
                }
            }
            let arrange = |number: &dyn Fn(usize) -> usize| {
                let split =
                    blocks.iter().enumerate().map(|(at, text)| (format!("b{:04}.tf", number(at)), text.clone()));
                let mut said: Vec<(String, String, Option<String>)> = run(&rest.iter().cloned().chain(split).collect())
                    .findings
                    .into_iter()
                    .map(|found| (found.finding.rule.to_owned(), found.finding.message, found.finding.address))
                    .collect();
                said.sort();
                said
            };
            let (forward, backward) = (arrange(&|at| at), arrange(&|at| 9999 - at));
            if forward != backward {
                wrong.push(format!("{name}:\n  {forward:?}\n  {backward:?}"));
            }
        }
        wrong
    });
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn the_number_of_threads_changes_nothing() {
    let mut tree: Configuration = Vec::new();
    for (at, (_, files)) in configurations().into_iter().enumerate() {
        tree.extend(files.into_iter().map(|(name, text)| (format!("root{at:03}/{name}"), text)));
    }
    let with = |threads: usize| {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).stack_size(256 << 20).build().unwrap();
        pool.install(|| report::json(&run(&tree)))
    };
    let one = with(1);
    assert_eq!(one, with(8));
    assert_eq!(one, with(3));
}

#[test]
fn broken_input_never_panics_and_places_lie_in_their_files() {
    common::deep(|| {
        for (name, files) in configurations() {
            for (at, (file, text)) in files.iter().enumerate() {
                let cuts = (0..text.len()).step_by(211).filter(|&cut| text.is_char_boundary(cut));
                for cut in cuts {
                    let mut broken = files.clone();
                    broken[at].1.truncate(cut);
                    within(&name, file, &run(&broken));
                    let mut mangled = files.clone();
                    mangled[at].1.replace_range(cut..cut, ["{", "\"", "${", "}", "<<X\n"][cut % 5]);
                    within(&name, file, &run(&mangled));
                }
            }
        }
    });
}

fn within(name: &str, file: &str, report: &Report) {
    let inside = |span: Option<Span>| {
        let Some(span) = span else { return };
        let text = report.files.get(span.file).text.clone();
        assert!(span.start <= span.end && span.end as usize <= text.len(), "{name}, {file}: {span:?}");
        assert!(text.is_char_boundary(span.start as usize) && text.is_char_boundary(span.end as usize));
    };
    for found in &report.findings {
        inside(found.finding.place);
        found.finding.related.iter().for_each(|related| inside(related.place));
    }
    for one in &report.undecided {
        inside(one.undecided.place);
    }
    // Showing it must not fail either.
    let _ = (report::json(report), report::concise(report));
}
