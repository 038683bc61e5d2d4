//! What is wrong with it? A rule is data: an id, a page, and a function from the network to findings.
//!
//! The rules themselves stand in `rules/`, one folder per category. This file runs them and keeps one defect to one
//! finding: a finding is left out when another one, of a rule that absorbs its rule, speaks of the same cause.

use std::collections::HashSet;

use crate::diagnostic::{EVALUATION_ERROR, Finding, SYNTAX_ERROR, Severity, UNUSED_IGNORE, Undecided};
use crate::eval::Cause;
use crate::network::{Network, Thing, Traced};
use crate::reach::Witnesses;
use crate::source::Span;

pub struct Rule {
    pub id: &'static str,
    pub category: &'static str,
    /// The highest severity that a finding of it has.
    pub severity: Severity,
    /// Its documentation, which is also its test.
    pub page: &'static str,
    /// The rules that have nothing to add where this one has spoken of the same cause.
    pub absorbs: &'static [&'static str],
    pub check: fn(&Network, &mut Say<'_>),
}

impl Rule {
    /// The first sentence of the page.
    pub fn summary(&self) -> &'static str {
        let after = self.page.split_once('\n').map_or("", |(_, after)| after).trim_start();
        after.split("\n\n").next().unwrap_or("").trim()
    }
}

/// Every rule of the network, in order of category and id.
pub fn rules() -> impl Iterator<Item = &'static Rule> {
    crate::rules::CATEGORIES.iter().flat_map(|category| category.iter())
}

/// The rules of the network and the linter's own.
pub fn every() -> impl Iterator<Item = &'static Rule> {
    OWN.iter().chain(rules())
}

pub fn find(id: &str) -> Option<&'static Rule> {
    every().find(|rule| rule.id == id)
}

/// The rules whose findings come from reading the files; their pages stand with the others.
const OWN: &[Rule] = &[
    own(EVALUATION_ERROR, Severity::Error, include_str!("../rules/alinet/evaluation_error.md")),
    own(SYNTAX_ERROR, Severity::Error, include_str!("../rules/alinet/syntax_error.md")),
    own(UNUSED_IGNORE, Severity::Warning, include_str!("../rules/alinet/unused_ignore.md")),
];

const fn own(id: &'static str, severity: Severity, page: &'static str) -> Rule {
    Rule { id, category: "alinet", severity, page, absorbs: &[], check: |_, _| {} }
}

/// What one rule says.
pub struct Say<'a> {
    rule: &'static Rule,
    findings: &'a mut Vec<Finding>,
    undecided: &'a mut Vec<Undecided>,
}

impl Say<'_> {
    /// A new finding of this rule about a resource; nothing is said before it is passed to `say`.
    pub fn finding(&self, severity: Severity, about: &Thing, message: impl Into<String>) -> Finding {
        Finding::new(self.rule.id, severity, message).about(about.name()).at(about.header)
    }

    pub fn say(&mut self, finding: Finding) {
        self.findings.push(finding);
    }

    /// The rule cannot tell whether this resource is right.
    pub fn undecided(&mut self, about: &Thing, cause: &Cause, place: Option<Span>) {
        let address = about.name();
        let known = |other: &Undecided| other.rule == self.rule.id && other.address == address;
        // One entry per rule and address; entries of one resource stand together, so a short look back is enough.
        if self.undecided.iter().rev().take(8).any(known) {
            return;
        }
        let place = place.or(cause.place());
        self.undecided.push(Undecided { rule: self.rule.id, address, because: cause.sentence(), place });
    }
}

impl Finding {
    /// Points at the value: at the literal it came from, with the attribute as the first related place when that is
    /// somewhere else.
    pub fn value<T>(mut self, traced: &Traced<T>, attribute: &str) -> Finding {
        let address = self.address.clone();
        self.place = Some(traced.place);
        if !traced.attribute.contains(traced.place) {
            self.related.insert(
                0,
                crate::diagnostic::Related {
                    message: format!("used here as `{attribute}`"),
                    address,
                    place: Some(traced.attribute),
                },
            );
        }
        self
    }

    /// Another resource that takes part in the defect.
    pub fn with(self, thing: &Thing, message: impl Into<String>) -> Finding {
        self.related(message, Some(thing.name()), Some(thing.header))
    }

    /// Another value that takes part in the defect, and whose it is.
    pub fn with_value<T>(self, thing: &Thing, value: &Traced<T>, message: impl Into<String>) -> Finding {
        self.related(message, Some(thing.name()), Some(value.place))
    }

    /// What tells absorbing rules that two findings have one cause; without any it is the address.
    pub fn cause(mut self, cause: impl Into<String>) -> Finding {
        self.causes.push(cause.into());
        self
    }
}

/// Runs all rules over a network.
pub fn judge(network: &Network) -> (Vec<Finding>, Vec<Undecided>) {
    let mut findings = Vec::new();
    let mut undecided = Vec::new();
    for rule in rules() {
        (rule.check)(network, &mut Say { rule, findings: &mut findings, undecided: &mut undecided });
    }
    let mut absorbed: HashSet<(&'static str, String)> = HashSet::new();
    for finding in &findings {
        let Some(rule) = find(finding.rule) else { continue };
        for loser in rule.absorbs {
            absorbed.extend(causes(finding).map(|cause| (*loser, cause)));
        }
    }
    findings.retain(|finding| !causes(finding).any(|cause| absorbed.contains(&(finding.rule, cause))));
    witness(network, &mut findings);
    (findings, undecided)
}

/// Findings beyond this many are told without the way of a packet.
const MOST_WITNESSES: usize = 200;

/// Adds the way of a packet to the findings about routing.
fn witness(network: &Network, findings: &mut [Finding]) {
    let routed = |finding: &&mut Finding| {
        let category = find(finding.rule).map(|rule| rule.category);
        finding.severity > Severity::Note && matches!(category, Some("peering" | "routing" | "transitive" | "cen"))
    };
    let mut witnesses = None;
    for finding in findings.iter_mut().filter(routed).take(MOST_WITNESSES) {
        let witnesses = witnesses.get_or_insert_with(|| Witnesses::new(network));
        let related = finding.related.iter().filter_map(|related| related.address.as_deref());
        finding.path = witnesses.of(finding.address.as_deref().into_iter().chain(related)).unwrap_or_default();
    }
}

fn causes(finding: &Finding) -> impl Iterator<Item = String> {
    let address = finding.address.clone().filter(|_| finding.causes.is_empty());
    finding.causes.clone().into_iter().chain(address)
}
