//! The law of ignores, over all rule pages: when every finding is ignored where it stands, none is left, and no ignore is
//! useless.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod common;

use std::collections::{BTreeMap, BTreeSet};

use alinet::eval::Surroundings;
use alinet::report::Report;
use alinet::{Named, Options, lint, rule};
use common::Memory;
use common::pages::examples;

fn run(files: &BTreeMap<String, String>) -> Report {
    let memory = Memory::new(files.iter().map(|(name, text)| (name.as_str(), text.as_str())));
    let options = Options {
        paths: vec![Named::Directory("/".into())],
        surroundings: Surroundings { working_directory: "/".into(), ..Surroundings::default() },
        ..Options::default()
    };
    lint(&memory, &options)
}

#[test]
fn ignoring_everything_leaves_nothing() {
    let mut wrong = Vec::new();
    let mut seen = 0;
    for rule in rule::every() {
        for example in examples(rule.page) {
            let mut files: BTreeMap<String, String> = example.files.into_iter().collect();
            // JSON has no comments; an ignore that is wrong in itself stays wrong.
            if files.iter().any(|(name, text)| name.ends_with(".json") || text.contains("alinet:ignore")) {
                continue;
            }
            let report = run(&files);
            let mut rules: BTreeMap<String, BTreeSet<&str>> = BTreeMap::new();
            for found in &report.findings {
                let Some(place) = found.finding.place else { continue };
                let path = report.files.get(place.file).path.clone();
                let name = path.strip_prefix("/").unwrap().to_string_lossy().into_owned();
                rules.entry(name).or_default().insert(found.finding.rule);
            }
            seen += rules.len();
            for (name, rules) in rules {
                let text = files.get_mut(&name).unwrap();
                let rules = rules.into_iter().collect::<Vec<_>>().join(", ");
                *text = format!("# alinet:ignore-file {rules} -- all of them\n{text}");
            }
            let left = run(&files);
            let before = report.findings.iter().filter(|found| found.finding.place.is_some()).count();
            if left.findings.iter().any(|found| found.finding.place.is_some()) || left.summary.suppressed != before {
                wrong.push(format!("{} ({})\n{}", rule.id, example.section, alinet::report::concise(&left)));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert!(seen > 20);
}
