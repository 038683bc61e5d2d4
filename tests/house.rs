//! The rules that the project keeps for itself: the order of the floors, where IO is, and that what is written about the
//! rules is true. `ALINET_UPDATE=1 cargo test --test house` writes the tables anew.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use alinet::rule;

/// From the ground up; a floor uses only those before it.
const FLOORS: [&str; 15] = [
    "source",
    "diagnostic",
    "syntax",
    "module",
    "facts",
    "config",
    "eval",
    "plan",
    "network",
    "reach",
    "rule",
    "suppress",
    "report",
    "lint",
    "cli",
];

fn project(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(path)
}

/// Every Rust file below a folder, with its path in the project.
fn sources(folder: &str) -> Vec<(String, String)> {
    let mut found = Vec::new();
    let mut open = vec![project(folder)];
    while let Some(directory) = open.pop() {
        for entry in std::fs::read_dir(directory).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                open.push(path);
            } else if path.extension().is_some_and(|end| end == "rs") {
                let name = path.strip_prefix(project("")).unwrap().to_string_lossy().replace('\\', "/");
                found.push((name, std::fs::read_to_string(path).unwrap()));
            }
        }
    }
    found.sort();
    found
}

/// The floor that a file belongs to.
fn floor(path: &str) -> Option<usize> {
    let name = match path.strip_prefix("src/") {
        Some(rest) => rest.split(['/', '.']).next()?,
        None if path.starts_with("rules/") => "rule",
        None => return None,
    };
    FLOORS.iter().position(|floor| *floor == name)
}

#[test]
fn floors_use_only_the_floors_below_them() {
    let mut wrong = Vec::new();
    for (path, text) in sources("src").into_iter().chain(sources("rules")) {
        let Some(here) = floor(&path) else { continue };
        for (at, line) in text.lines().enumerate() {
            for used in line.split("crate::").skip(1) {
                let name: String = used.chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect();
                let name = if name == "rules" { "rule" } else { &name };
                if let Some(there) = FLOORS.iter().position(|floor| *floor == name)
                    && there > here
                {
                    wrong.push(format!("{path}:{}: {} uses {name}, which stands above it", at + 1, FLOORS[here]));
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn only_the_command_line_touches_the_world() {
    let outside = [
        "std::fs",
        "fs::read",
        "std::env",
        "env::var",
        "std::process",
        "std::net::Tcp",
        "println!",
        "eprintln!",
        "print!(",
        "std::time",
        "Instant::now",
        "SystemTime",
        "std::io",
        "stdout(",
        "stderr(",
    ];
    let mut wrong = Vec::new();
    for (path, text) in sources("src").into_iter().chain(sources("rules")) {
        if path.starts_with("src/cli/") || path == "src/main.rs" {
            continue;
        }
        let code = text.split("#[cfg(test)]").next().unwrap_or("");
        for (at, line) in code.lines().enumerate() {
            let written = line.split("//").next().unwrap_or("");
            for name in outside.iter().filter(|name| written.contains(**name)) {
                wrong.push(format!("{path}:{}: `{name}` outside of cli", at + 1));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn every_file_says_which_question_it_answers() {
    let silent: Vec<String> = sources("src")
        .into_iter()
        .chain(sources("rules"))
        .filter(|(path, text)| !path.ends_with("/tests.rs") && !text.starts_with("//! "))
        .map(|(path, _)| path)
        .collect();
    assert!(silent.is_empty(), "no header in {}", silent.join(", "));
}

#[test]
fn rules_are_the_files_in_rules() {
    let snake = |text: &str| text.replace('-', "_");
    let mut registered = BTreeSet::new();
    for rule in rule::every() {
        let path = format!("rules/{}/{}", snake(rule.category), snake(rule.id));
        assert!(project(&format!("{path}.md")).is_file(), "{path}.md is missing");
        assert!(registered.insert(format!("{path}.md")), "{} is registered twice", rule.id);
        let title = rule.page.lines().next().unwrap_or("");
        assert_eq!(title, format!("# {}", rule.id), "the title of {path}.md");
        let summary = rule.summary();
        assert!(summary.ends_with('.') && !summary.contains("```"), "{path}.md: its first paragraph is one sentence");
        for absorbed in rule.absorbs {
            // A rule may name one that a later version brings.
            assert!(!absorbed.is_empty() && *absorbed != rule.id, "{}: absorbs {absorbed}", rule.id);
        }
    }
    let mut open = vec![project("rules")];
    while let Some(directory) = open.pop() {
        for entry in std::fs::read_dir(directory).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                open.push(path);
            } else if path.extension().is_some_and(|end| end == "md") {
                let name = path.strip_prefix(project("")).unwrap().to_string_lossy().replace('\\', "/");
                assert!(registered.contains(&name), "{name} belongs to no registered rule");
            }
        }
    }
}

#[test]
fn the_readme_lists_every_rule() {
    let mut table = String::from("| rule | severity | what it finds |\n| --- | --- | --- |\n");
    for rule in rule::every() {
        let snake = |text: &str| text.replace('-', "_");
        let summary = rule.summary().split_whitespace().collect::<Vec<_>>().join(" ");
        table.push_str(&format!(
            "| [{}](rules/{}/{}.md) | {} | {} |\n",
            rule.id,
            snake(rule.category),
            snake(rule.id),
            rule.severity.name(),
            summary.trim_end_matches('.')
        ));
    }
    let path = project("README.md");
    let readme = std::fs::read_to_string(&path).unwrap().replace("\r\n", "\n");
    let (before, rest) = readme.split_once("<!-- rules -->\n").expect("README.md has the mark <!-- rules -->");
    let (written, after) = rest.split_once("<!-- /rules -->").expect("README.md has the mark <!-- /rules -->");
    if written != table {
        if std::env::var_os("ALINET_UPDATE").is_some() {
            std::fs::write(path, format!("{before}<!-- rules -->\n{table}<!-- /rules -->{after}")).unwrap();
        } else {
            panic!("the rule table of README.md is old: run ALINET_UPDATE=1 cargo test --test house");
        }
    }
}

#[test]
fn facts_have_a_source_and_a_date() {
    let mut seen = 0;
    for entry in std::fs::read_dir(project("src/facts")).unwrap() {
        let path = entry.unwrap().path();
        let text = match path.extension().and_then(|end| end.to_str()) {
            Some("json") => std::fs::read_to_string(&path).unwrap(),
            Some("jsonl") => std::fs::read_to_string(&path).unwrap().lines().next().unwrap_or("").to_owned(),
            _ => continue,
        };
        seen += 1;
        assert!(text.contains("\"date\""), "{} has no date", path.display());
        assert!(text.contains("\"source\""), "{} has no source", path.display());
    }
    assert!(seen >= 4);
}

/// The output in the README is what the first command prints.
#[test]
fn the_readme_shows_what_the_first_command_prints() {
    let run = std::process::Command::new(env!("CARGO_BIN_EXE_alinet"))
        .args(["check", "examples/peering-same-cidr"])
        .current_dir(project(""))
        .output()
        .unwrap();
    let printed = String::from_utf8(run.stdout).unwrap();
    let printed: String = printed.lines().map(|line| format!("{}\n", line.trim_end())).collect();
    let readme = std::fs::read_to_string(project("README.md")).unwrap().replace("\r\n", "\n");
    assert!(readme.contains(&format!("```text\n{printed}```")), "README.md shows an old output; it is now\n{printed}");
}
