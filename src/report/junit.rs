//! JUnit XML: a suite per root, and in it a failed case per finding; notes are cases that pass.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use super::text::xml;
use super::{Report, RootFinding};
use crate::diagnostic::Severity;

pub fn junit(report: &Report) -> String {
    let mut suites: BTreeMap<String, Vec<&RootFinding>> =
        report.roots.iter().map(|root| (report.in_repository(&root.directory), Vec::new())).collect();
    for found in &report.findings {
        let root = found.roots.first().map(|root| report.in_repository(root)).unwrap_or_default();
        suites.entry(root).or_default().push(found);
    }
    let failures =
        |found: &[&RootFinding]| found.iter().filter(|found| found.finding.severity > Severity::Note).count();
    let cases: usize = suites.values().map(|found| found.len().max(1)).sum();
    let failed: usize = suites.values().map(|found| failures(found)).sum();
    let mut out = String::from("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n");
    let _ = writeln!(out, "<testsuites name=\"alinet\" tests=\"{cases}\" failures=\"{failed}\" errors=\"0\">");
    for (root, found) in &suites {
        let (name, cases, failed) = (xml(root), found.len().max(1), failures(found));
        let _ = writeln!(
            out,
            "  <testsuite name=\"{name}\" tests=\"{cases}\" failures=\"{failed}\" errors=\"0\" skipped=\"0\">"
        );
        if found.is_empty() {
            let _ = writeln!(out, "    <testcase classname=\"{name}\" name=\"no findings\"/>");
        }
        found.iter().for_each(|found| case(report, &name, found, &mut out));
        out.push_str("  </testsuite>\n");
    }
    out.push_str("</testsuites>\n");
    out
}

fn case(report: &Report, root: &str, found: &RootFinding, out: &mut String) {
    let finding = &found.finding;
    let about = finding.address.as_ref().map(|address| format!(" {address}")).unwrap_or_default();
    let _ = write!(out, "    <testcase classname=\"{root}\" name=\"{}{}\"", finding.rule, xml(&about));
    let place = report.anchor(found);
    if let Some(place) = &place {
        let _ = write!(out, " file=\"{}\" line=\"{}\"", xml(&place.in_repository), place.start.line);
    }
    let at = place.map(|place| format!("{}:{}:{}\n", place.in_repository, place.start.line, place.start.column));
    let help = finding.help.as_ref().map(|help| format!("help: {help}\n")).unwrap_or_default();
    let text = xml(&format!("{}{}\n{help}", at.unwrap_or_default(), finding.message)).replace("&#10;", "\n");
    let message = xml(&finding.message);
    let _ = match finding.severity {
        Severity::Note => writeln!(out, "><system-out>{text}</system-out></testcase>"),
        severity => {
            writeln!(out, "><failure type=\"{}\" message=\"{message}\">{text}</failure></testcase>", severity.name())
        }
    };
}
