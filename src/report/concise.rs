//! One line per finding: `file:line:column: severity[rule] message`.

use super::{Report, text};

pub fn concise(report: &Report) -> String {
    let mut out = String::new();
    for found in &report.findings {
        let finding = &found.finding;
        let root = || found.roots.first().map(|root| report.shown(root)).unwrap_or_default();
        let at = match finding.place.and_then(|place| report.place(place)) {
            Some(place) => format!("{}:{}:{}", place.file, place.start.line, place.start.column),
            None => root(),
        };
        let line = format!("{at}: {}[{}] {}", finding.severity.name(), finding.rule, finding.message);
        out.push_str(&text::line(&line));
        out.push('\n');
    }
    out
}
