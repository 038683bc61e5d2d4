//! How often did each rule speak?

use std::cmp::Reverse;
use std::collections::BTreeMap;
use std::fmt::Write as _;

use super::Report;

pub fn statistics(report: &Report) -> String {
    let mut rules: BTreeMap<&str, (usize, usize, usize)> = BTreeMap::new();
    report.findings.iter().for_each(|found| rules.entry(found.finding.rule).or_default().0 += 1);
    report.suppressed.iter().for_each(|one| rules.entry(one.found.finding.rule).or_default().1 += 1);
    report.undecided.iter().for_each(|one| rules.entry(one.undecided.rule).or_default().2 += 1);
    let mut rules: Vec<_> = rules.into_iter().collect();
    rules.sort_by_key(|(rule, counts)| (Reverse(*counts), *rule));
    let mut out = format!("{:>8} {:>10} {:>9}  rule\n", "findings", "suppressed", "undecided");
    for (rule, (findings, suppressed, undecided)) in rules {
        let _ = writeln!(out, "{findings:>8} {suppressed:>10} {undecided:>9}  {rule}");
    }
    out
}
