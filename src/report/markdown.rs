//! Markdown for a comment on a pull request: what was found in one line, and the findings folded by file.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use super::{Report, RootFinding, graph, human, text};
use crate::diagnostic::{Related, Severity};

/// A comment on GitHub holds 65,536 characters.
const MOST: usize = 60_000;

pub fn markdown(report: &Report) -> String {
    let mut out = format!("## alinet: {}\n", text::markdown(human::headline(report).trim_end()));
    let mut files: BTreeMap<String, Vec<&RootFinding>> = BTreeMap::new();
    for found in &report.findings {
        let root = || found.roots.first().map(|root| report.in_repository(root)).unwrap_or_default();
        files.entry(report.anchor(found).map_or_else(root, |place| place.in_repository)).or_default().push(found);
    }
    let mut left = report.findings.len();
    for (file, found) in files {
        let mut part = format!("\n<details{}>\n", if out.len() < 4_000 { " open" } else { "" });
        let _ =
            write!(part, "<summary><code>{}</code>: {}</summary>\n\n", text::xml(&text::line(&file)), counts(&found));
        found.iter().for_each(|found| item(report, found, &mut part));
        part.push_str("\n</details>\n");
        if out.len() + part.len() > MOST {
            break;
        }
        left -= found.len();
        out.push_str(&part);
    }
    if left > 0 {
        let _ = write!(out, "\nThe other {left} findings do not fit into a comment.\n");
    }
    if !report.undecided.is_empty() {
        let _ = write!(out, "\n{} could not be decided; `alinet check -v` lists why.\n", report.undecided.len());
    }
    out
}

fn item(report: &Report, found: &RootFinding, out: &mut String) {
    let finding = &found.finding;
    let line = report.anchor(found).map(|place| format!("line {}: ", place.start.line)).unwrap_or_default();
    let _ = writeln!(
        out,
        "- **{}** `{}` {line}{}",
        finding.severity.name(),
        finding.rule,
        text::markdown(&finding.message)
    );
    for related in finding.related.iter().take(4) {
        let at = related.place.and_then(|place| report.place(place));
        let at = at.map(|at| format!(" ({}:{})", at.in_repository, at.start.line)).unwrap_or_default();
        let _ = writeln!(out, "  - {}{}", text::markdown(&related.message), text::markdown(&at));
    }
    if let Some(help) = &finding.help {
        let _ = writeln!(out, "  - help: {}", text::markdown(help));
    }
    if let Some(picture) = path(&finding.path) {
        let _ = write!(out, "\n  ```mermaid\n{picture}  ```\n");
    }
}

/// The way of the packet as a Mermaid flowchart, inside a list.
fn path(steps: &[Related]) -> Option<String> {
    let (last, way) = steps.split_last()?;
    let mut picture = String::from("  flowchart LR\n");
    for (at, step) in way.iter().enumerate() {
        let _ = writeln!(picture, "    s{at}[\"{}\"]", graph::escaped(&step.message));
        if at > 0 {
            let _ = writeln!(picture, "    s{} --> s{at}", at - 1);
        }
    }
    let end = way.len();
    let _ =
        writeln!(picture, "    s{end}[\"{}\"]\n    s{} --x s{end}", graph::escaped(&last.message), end.checked_sub(1)?);
    let _ = writeln!(picture, "    style s{end} stroke:#cf222e,stroke-width:2px");
    Some(picture)
}

fn counts(found: &[&RootFinding]) -> String {
    let parts = [Severity::Error, Severity::Warning, Severity::Note].into_iter().filter_map(|severity| {
        let count = found.iter().filter(|found| found.finding.severity == severity).count();
        (count > 0).then(|| human::count(count, severity.name()))
    });
    parts.collect::<Vec<_>>().join(", ")
}
