//! Every rule page is a test: what it calls bad is found exactly as it says, what it calls good is clean, and where the
//! deciding value is not known the rule is silent.
//!
//! `ALINET_UPDATE=1 cargo test --test pages` writes the outputs anew.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod common;

use std::path::Path;

use alinet::eval::Surroundings;
use alinet::{Named, Options, lint, report, rule};
use common::Memory;
use common::pages::examples;

fn run(files: &[(String, String)]) -> report::Report {
    let memory = Memory::new(files.iter().map(|(name, text)| (name.as_str(), text.as_str())));
    let options = Options {
        paths: vec![Named::Directory("/".into())],
        surroundings: Surroundings { working_directory: "/".into(), ..Surroundings::default() },
        ..Options::default()
    };
    lint(&memory, &options)
}

#[test]
fn pages_say_what_alinet_says() {
    let update = std::env::var_os("ALINET_UPDATE").is_some();
    let mut wrong = Vec::new();
    for rule in rule::every() {
        let mut page = rule.page.to_owned();
        let mut sections = Vec::new();
        for example in examples(rule.page).into_iter().rev() {
            let report = run(&example.files);
            let named = |id: &str| report.findings.iter().any(|found| found.finding.rule == id);
            let at = format!("{}: {}", rule.id, example.section);
            match example.section.as_str() {
                "Bad" => {
                    let Some(range) = example.output else {
                        wrong.push(format!("{at}: no ```output``` follows the configuration"));
                        continue;
                    };
                    if !named(rule.id) {
                        wrong.push(format!(
                            "{at}: the rule does not speak\n{}",
                            report::human(&report, false, report::Detail::Verbose)
                        ));
                    }
                    let shown = report::findings(&report, false);
                    let shown = shown.lines().map(|line| format!("{}\n", line.trim_end())).collect::<String>();
                    let shown = format!("{}\n", shown.trim_end());
                    if page[range.clone()] != shown {
                        if update {
                            page.replace_range(range, &shown);
                        } else {
                            wrong.push(format!("{at}: the output is now\n{shown}"));
                        }
                    }
                }
                "Good" if !report.findings.is_empty() => {
                    wrong.push(format!("{at}: not clean\n{}", report::human(&report, false, report::Detail::Verbose)));
                }
                "Silent when unsure" if named(rule.id) => {
                    wrong.push(format!("{at}: not silent\n{}", report::human(&report, false, report::Detail::Verbose)));
                }
                _ => {}
            }
            sections.push(example.section);
        }
        for needed in ["Bad", "Good", "Silent when unsure"] {
            // A file that cannot be parsed is broken whatever its values are.
            if rule.id == "syntax-error" && needed == "Silent when unsure" {
                continue;
            }
            if !sections.iter().any(|section| section == needed) {
                wrong.push(format!("{}: the page has no section `{needed}` with a configuration", rule.id));
            }
        }
        if page != rule.page {
            let snake = |text: &str| text.replace('-', "_");
            let path = format!("rules/{}/{}.md", snake(rule.category), snake(rule.id));
            std::fs::write(Path::new(env!("CARGO_MANIFEST_DIR")).join(path), page).unwrap();
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n\n"));
}
