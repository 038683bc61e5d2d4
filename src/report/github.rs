//! Annotations for GitHub: one workflow command per finding, and the table for the summary of a job.

use std::fmt::Write as _;

use super::{Report, human, text};
use crate::diagnostic::Severity;

/// What a job summary can hold is a megabyte; nobody reads more rows than these.
const ROWS: usize = 200;

pub fn github(report: &Report) -> String {
    let mut out = String::new();
    for found in &report.findings {
        let finding = &found.finding;
        let kind = match finding.severity {
            Severity::Error => "error",
            Severity::Warning => "warning",
            Severity::Note => "notice",
        };
        let _ = write!(out, "::{kind} title={}", property(&format!("alinet: {}", finding.rule)));
        if let Some(place) = report.anchor(found) {
            let (start, end) = (place.start, place.end);
            let _ = write!(
                out,
                ",file={},line={},endLine={}",
                property(&text::line(&place.in_repository)),
                start.line,
                end.line
            );
            // GitHub takes columns only within one line.
            if start.line == end.line {
                let _ = write!(out, ",col={},endColumn={}", start.column, end.column);
            }
        }
        let help = finding.help.as_ref().map(|help| format!("\nhelp: {help}")).unwrap_or_default();
        let _ = writeln!(out, "::{}", data(&text::plain(&format!("{}{help}", finding.message))));
    }
    out
}

fn data(text: &str) -> String {
    text.replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A")
}

fn property(text: &str) -> String {
    data(text).replace(':', "%3A").replace(',', "%2C")
}

/// The Markdown that is appended to the summary of a job.
pub fn github_summary(report: &Report) -> String {
    let mut out = format!("### alinet: {}\n\n", text::markdown(human::headline(report).trim_end()));
    if report.findings.is_empty() {
        return out;
    }
    out.push_str("| severity | rule | where | finding |\n| --- | --- | --- | --- |\n");
    for found in report.findings.iter().take(ROWS) {
        let finding = &found.finding;
        let at = report.anchor(found).map(|place| format!("{}:{}", place.in_repository, place.start.line));
        let _ = writeln!(
            out,
            "| {} | {} | {} | {} |",
            finding.severity.name(),
            finding.rule,
            text::markdown(&at.unwrap_or_default()),
            text::markdown(&finding.message)
        );
    }
    if report.findings.len() > ROWS {
        let _ = writeln!(out, "\nand {} more", report.findings.len() - ROWS);
    }
    out
}
