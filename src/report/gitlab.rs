//! GitLab Code Quality: an array of issues with fingerprints that are unique in the file.

use std::collections::HashMap;

use serde::Serialize;

use super::Report;
use crate::diagnostic::Severity;

#[derive(Serialize)]
struct Issue {
    description: String,
    check_name: &'static str,
    fingerprint: String,
    severity: &'static str,
    location: Location,
}

#[derive(Serialize)]
struct Location {
    path: String,
    lines: Lines,
}

#[derive(Serialize)]
struct Lines {
    begin: u32,
    end: u32,
}

pub fn gitlab(report: &Report) -> String {
    let mut seen: HashMap<String, u32> = HashMap::new();
    let issues = report.findings.iter().map(|found| {
        let finding = &found.finding;
        let mut fingerprint = report.fingerprint(found);
        let count = seen.entry(fingerprint.clone()).or_default();
        *count += 1;
        if *count > 1 {
            fingerprint.push_str(&format!("-{count}"));
        }
        let place = report.anchor(found);
        let lines = place.as_ref().map_or((1, 1), |place| (place.start.line, place.end.line));
        let root = || found.roots.first().map(|root| report.in_repository(root)).unwrap_or_default();
        Issue {
            description: match &finding.help {
                Some(help) => format!("{} ({help})", finding.message),
                None => finding.message.clone(),
            },
            check_name: finding.rule,
            fingerprint,
            severity: match finding.severity {
                Severity::Error => "major",
                Severity::Warning => "minor",
                Severity::Note => "info",
            },
            location: Location {
                path: place.map_or_else(root, |place| place.in_repository),
                lines: Lines { begin: lines.0, end: lines.1 },
            },
        }
    });
    crate::report::pretty(&issues.collect::<Vec<_>>())
}
