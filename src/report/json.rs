//! The JSON of `check`: schema `alinet.check/1`.

use serde::Serialize;

use super::{Report, text};
use crate::diagnostic::Severity;
use crate::source::Span;

#[derive(Serialize)]
struct Check<'a> {
    schema: &'static str,
    findings: Vec<Finding<'a>>,
    undecided: Vec<Undecided<'a>>,
    summary: Summary,
}

#[derive(Serialize)]
struct Finding<'a> {
    rule: &'a str,
    severity: &'static str,
    category: &'static str,
    message: &'a str,
    help: Option<&'a str>,
    address: Option<&'a str>,
    root: String,
    roots: Vec<String>,
    location: Option<Location>,
    related: Vec<Related<'a>>,
    related_total: usize,
    fix: Option<()>,
    fingerprint: String,
}

#[derive(Serialize)]
struct Location {
    file: String,
    start: Position,
    end: Position,
}

#[derive(Serialize)]
struct Position {
    line: u32,
    column: u32,
    offset: u32,
}

#[derive(Serialize)]
struct Related<'a> {
    message: &'a str,
    address: Option<&'a str>,
    location: Option<Location>,
}

#[derive(Serialize)]
struct Undecided<'a> {
    rule: &'a str,
    address: &'a str,
    root: String,
    because: &'a str,
    location: Option<Location>,
}

#[derive(Serialize)]
struct Summary {
    roots: usize,
    files: usize,
    resources: usize,
    errors: usize,
    warnings: usize,
    notes: usize,
    suppressed: usize,
}

/// At most so many related places are shown of one finding.
const RELATED: usize = 20;

pub fn json(report: &Report) -> String {
    let location = |span: Option<Span>| span.and_then(|span| self::location(report, span));
    let findings = report.findings.iter().map(|found| {
        let finding = &found.finding;
        let roots: Vec<String> = found.roots.iter().map(|root| report.shown(root)).collect();
        let related = finding.related.iter().take(RELATED).map(|related| Related {
            message: &related.message,
            address: related.address.as_deref(),
            location: location(related.place),
        });
        Finding {
            rule: finding.rule,
            severity: finding.severity.name(),
            category: Report::category(finding.rule),
            message: &finding.message,
            help: finding.help.as_deref(),
            address: finding.address.as_deref(),
            root: roots.first().cloned().unwrap_or_else(|| ".".into()),
            roots,
            location: location(finding.place),
            related: related.collect(),
            related_total: finding.related.len(),
            fix: None,
            fingerprint: report.fingerprint(found),
        }
    });
    let check = Check {
        schema: "alinet.check/1",
        findings: findings.collect(),
        undecided: report
            .undecided
            .iter()
            .map(|one| Undecided {
                rule: one.undecided.rule,
                address: &one.undecided.address,
                root: report.shown(&one.root),
                because: &one.undecided.because,
                location: location(one.undecided.place),
            })
            .collect(),
        summary: Summary {
            roots: report.summary.roots,
            files: report.summary.files,
            resources: report.summary.resources,
            errors: report.count(Severity::Error),
            warnings: report.count(Severity::Warning),
            notes: report.count(Severity::Note),
            suppressed: report.summary.suppressed,
        },
    };
    text::json(&check)
}

fn location(report: &Report, span: Span) -> Option<Location> {
    let place = report.place(span)?;
    let position = |at: crate::source::Position| Position { line: at.line, column: at.column, offset: at.offset };
    Some(Location { file: place.file, start: position(place.start), end: position(place.end) })
}
