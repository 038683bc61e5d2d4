//! Laws that hold for every rule at once, tried on the configurations of all rule pages.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod common;

use std::collections::BTreeMap;

use alinet::diagnostic::Severity;
use alinet::eval::Surroundings;
use alinet::report::Report;
use alinet::source::Span;
use alinet::{Named, Options, lint, report, rule};
use common::Memory;
use common::less::{Configuration, literals, scattered};
use common::pages::examples;

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
            let arrange = |number: &dyn Fn(usize) -> usize| {
                let mut said: Vec<(String, String, Option<String>)> = run(&scattered(&files, number))
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
