//! The stacks of `examples/`: a healthy one has a README and no error or warning, its `broken/` twin and whatever has no
//! README shows what its snapshot says, and every step that `steps.toml` takes out of a healthy one is found and named.
//!
//! A step is one edit, or a few, of the healthy stack, and the findings that follow from it:
//!
//! ```toml
//! [[step]]
//! name  = "no way back from the branch"
//! edits = [{ file = "main.tf", replace = "the text as it stands there, once", with = "" }]
//! finds = ["error peering-route-one-directional alicloud_route_entry.there"]
//! ```
//!
//! All errors and warnings are in `finds`, as `severity rule address`; notes only where the step is about them.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod common;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use alinet::diagnostic::Severity;
use alinet::eval::Surroundings;
use alinet::report::{self, Report};
use alinet::{Named, Options, lint};
use common::{Memory, deep};
use serde::Deserialize;

#[derive(Deserialize)]
struct Steps {
    step: Vec<Step>,
}

#[derive(Deserialize)]
struct Step {
    name: String,
    edits: Vec<Edit>,
    finds: Vec<String>,
}

#[derive(Deserialize)]
struct Edit {
    file: String,
    replace: String,
    with: String,
}

/// The files of one example, without its twin, and its twin if it has one.
struct Stack {
    name: String,
    files: BTreeMap<PathBuf, Vec<u8>>,
    twin: BTreeMap<PathBuf, Vec<u8>>,
}

impl Stack {
    fn is_healthy(&self) -> bool {
        self.files.contains_key(Path::new("/README.md"))
    }

    fn steps(&self) -> Vec<Step> {
        let Some(text) = self.files.get(Path::new("/steps.toml")) else { return Vec::new() };
        let text = std::str::from_utf8(text).unwrap();
        toml::from_str::<Steps>(text).unwrap_or_else(|error| panic!("{}/steps.toml: {error}", self.name)).step
    }
}

fn stacks() -> Vec<Stack> {
    let examples = Path::new(env!("CARGO_MANIFEST_DIR")).join("examples");
    let mut stacks = Vec::new();
    for entry in std::fs::read_dir(examples).unwrap() {
        let directory = entry.unwrap().path();
        let mut files = common::tree(&directory);
        let twin: Vec<PathBuf> = files.keys().filter(|path| path.starts_with("/broken")).cloned().collect();
        let twin = twin.into_iter().map(|path| (path.clone(), files.remove(&path).unwrap())).collect();
        let name = directory.file_name().unwrap().to_string_lossy().into_owned();
        stacks.push(Stack { name, files, twin });
    }
    stacks.sort_by(|a, b| a.name.cmp(&b.name));
    stacks
}

/// Lints one root of these files.
fn run(files: BTreeMap<PathBuf, Vec<u8>>, root: &'static str) -> Report {
    deep(move || {
        let options = Options {
            paths: vec![Named::Directory(root.into())],
            top: Some("/".into()),
            all_blocks: true,
            surroundings: Surroundings { working_directory: "/".into(), ..Surroundings::default() },
            ..Options::default()
        };
        lint(&Memory(files), &options)
    })
}

fn is_note(severity: Severity) -> bool {
    !matches!(severity, Severity::Error | Severity::Warning)
}

#[test]
fn a_stack_with_a_readme_is_healthy() {
    for stack in stacks().into_iter().filter(Stack::is_healthy) {
        let report = run(stack.files, "/");
        let bad = report.findings.iter().any(|found| !is_note(found.finding.severity));
        assert!(!bad, "examples/{}:\n{}", stack.name, report::findings(&report, false));
    }
}

#[test]
fn a_broken_stack_shows_what_its_snapshot_says() {
    for stack in stacks() {
        let Stack { name, mut files, twin } = stack;
        if !files.contains_key(Path::new("/README.md")) {
            insta::assert_snapshot!(name, report::concise(&run(files, "/")));
        } else if !twin.is_empty() {
            files.extend(twin);
            insta::assert_snapshot!(name, report::concise(&run(files, "/broken")));
        }
    }
}

#[test]
fn a_step_that_is_left_out_is_found_and_nothing_else_is() {
    let mut wrong = Vec::new();
    for stack in stacks() {
        for step in stack.steps() {
            let mut files = stack.files.clone();
            for edit in &step.edits {
                let path = Path::new("/").join(&edit.file);
                let text = files.get(&path).unwrap_or_else(|| panic!("{}: no {}", stack.name, edit.file));
                let text = String::from_utf8(text.clone()).unwrap().replace("\r\n", "\n");
                let times = text.matches(&edit.replace).count();
                assert_eq!(times, 1, "{}: {}: `{}` is there {times} times", stack.name, step.name, edit.replace);
                files.insert(path, text.replacen(&edit.replace, &edit.with, 1).into_bytes());
            }
            let report = run(files, "/");
            let mut found: Vec<String> = Vec::new();
            for found_one in &report.findings {
                let finding = &found_one.finding;
                let address = finding.address.as_deref().unwrap_or("-");
                let line = format!("{} {} {address}", finding.severity.name(), finding.rule);
                if !is_note(finding.severity) || step.finds.contains(&line) {
                    found.push(line);
                }
            }
            found.sort();
            let mut expected = step.finds.clone();
            expected.sort();
            if found != expected {
                wrong.push(format!(
                    "examples/{}: {}\nexpected {expected:#?}\nfound {found:#?}\n{}",
                    stack.name,
                    step.name,
                    report::concise(&report)
                ));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
