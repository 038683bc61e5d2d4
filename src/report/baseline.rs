//! Findings that were there before: recorded by fingerprint, and told apart from the new ones.

use std::collections::{BTreeMap, HashMap, HashSet};

use serde::{Deserialize, Serialize};

use super::{Report, Suppressed};

const SCHEMA: &str = "alinet.baseline/1";

#[derive(Serialize, Deserialize)]
struct Written {
    schema: String,
    findings: Vec<Entry>,
}

/// The fingerprint decides; the rest is for those who read the file.
#[derive(Serialize, Deserialize, PartialEq, Eq, PartialOrd, Ord)]
struct Entry {
    root: String,
    rule: String,
    address: Option<String>,
    fingerprint: String,
}

/// What was recorded once.
pub struct Baseline {
    entries: Vec<Entry>,
}

impl Baseline {
    pub fn parse(text: &str) -> Result<Baseline, String> {
        let written: Written = serde_json::from_str(text).map_err(|error| error.to_string())?;
        if written.schema != SCHEMA {
            return Err(format!("its schema is `{}`, not `{SCHEMA}`", written.schema));
        }
        Ok(Baseline { entries: written.findings })
    }

    pub fn len(&self) -> usize {
        self.entries.len()
    }

    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }
}

impl Report {
    /// The findings as a baseline, the same bytes for the same findings.
    pub fn baseline(&self) -> String {
        let entries = self.findings.iter().map(|found| Entry {
            root: found.roots.first().map(|root| self.in_repository(root)).unwrap_or_default(),
            rule: found.finding.rule.to_owned(),
            address: found.finding.address.clone(),
            fingerprint: self.fingerprint(found),
        });
        let old = self.suppressed.iter().filter(|one| !one.in_source).map(|one| Entry {
            root: one.found.roots.first().map(|root| self.in_repository(root)).unwrap_or_default(),
            rule: one.found.finding.rule.to_owned(),
            address: one.found.finding.address.clone(),
            fingerprint: self.fingerprint(&one.found),
        });
        let mut findings: Vec<Entry> = entries.chain(old).collect();
        findings.sort();
        let written = Written { schema: SCHEMA.into(), findings };
        crate::report::pretty(&written)
    }

    /// Hides what the baseline holds. Says how many of its findings are gone, of those in roots that were looked at.
    pub fn hide(&mut self, baseline: &Baseline) -> usize {
        let mut left: HashMap<&str, usize> = HashMap::new();
        let mut roots: BTreeMap<&str, &str> = BTreeMap::new();
        for entry in &baseline.entries {
            *left.entry(&entry.fingerprint).or_default() += 1;
            roots.insert(&entry.fingerprint, &entry.root);
        }
        let findings = std::mem::take(&mut self.findings);
        for found in findings {
            match left.get_mut(&*self.fingerprint(&found)) {
                Some(count) if *count > 0 => {
                    *count -= 1;
                    let reason = "it is in the baseline".to_owned();
                    self.suppressed.push(Suppressed { found, reason, in_source: false });
                }
                _ => self.findings.push(found),
            }
        }
        self.summary.suppressed = self.suppressed.len();
        // What a comment ignores by now is there all the same.
        for one in self.suppressed.iter().filter(|one| one.in_source) {
            if let Some(count) = left.get_mut(&*self.fingerprint(&one.found)) {
                *count = count.saturating_sub(1);
            }
        }
        let looked: HashSet<String> = self.roots.iter().map(|root| self.in_repository(&root.directory)).collect();
        let gone =
            left.iter().filter(|(fingerprint, _)| roots.get(*fingerprint).is_some_and(|root| looked.contains(*root)));
        gone.map(|(_, count)| *count).sum()
    }
}
