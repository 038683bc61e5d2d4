//! One line per finding: `file:line:column: severity[rule] message`.

use super::Report;

pub fn concise(report: &Report) -> String {
    let mut text = String::new();
    for found in &report.findings {
        let finding = &found.finding;
        let root = || found.roots.first().map(|root| report.shown(root)).unwrap_or_default();
        let at = match finding.place.and_then(|place| report.place(place)) {
            Some(place) => format!("{}:{}:{}", place.file, place.start.line, place.start.column),
            None => root(),
        };
        text.push_str(&format!("{at}: {}[{}] {}\n", finding.severity.name(), finding.rule, finding.message));
    }
    text
}
