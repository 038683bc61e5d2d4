//! Arguments and resource types that the provider calls deprecated, or no longer has.

use std::collections::HashMap;

use crate::diagnostic::{Finding, Severity};
use crate::facts::Deprecation;
use crate::network::{About, Arg, Network, Remark};
use crate::rule::{Rule, Say};
use crate::source::Span;

pub const RULE: Rule = Rule {
    id: "deprecated-argument",
    category: "schema",
    severity: Severity::Note,
    page: include_str!("deprecated_argument.md"),
    absorbs: &[],
    check,
};

fn check(network: &Network, say: &mut Say<'_>) {
    // All instances of one block are written by the same line.
    let mut lines: HashMap<(Span, &str), usize> = HashMap::new();
    let mut findings: Vec<Finding> = Vec::new();
    for remark in &network.remarks {
        let (old, removed) = match &remark.about {
            About::Deprecated(old) => (old, false),
            About::Removed(old) => (old, true),
            _ => continue,
        };
        let place = match &remark.value {
            Arg::Known(value) => value.attribute,
            Arg::Unknown(cause, place) => {
                say.undecided(&remark.thing, cause, *place);
                continue;
            }
            Arg::Absent => continue,
        };
        let cause = if remark.path.is_empty() { remark.thing.name() } else { remark.key() };
        if let Some(&at) = lines.get(&(remark.thing.header, &*remark.path)) {
            let more = findings[at].clone().with(&remark.thing, "another instance of the same block");
            findings[at] = more.cause(cause);
            continue;
        }
        lines.insert((remark.thing.header, &remark.path), findings.len());
        let finding = say.finding(Severity::Note, &remark.thing, message(remark, old, removed));
        findings.push(finding.at(place).help(help(remark, old)).key(&*remark.path).cause(cause));
    }
    findings.into_iter().for_each(|finding| say.say(finding));
}

fn message(remark: &Remark, old: &Deprecation, removed: bool) -> String {
    let (thing, path) = (&remark.thing.address, &remark.path);
    let since = old.since.as_ref().map_or(String::new(), |since| format!(" since version {since} of the provider"));
    let newer = old.replaced_by.as_deref().filter(|_| old.since.is_none());
    match newer {
        _ if removed => format!("`{path}` of {thing} is refused{since}: the plan fails"),
        _ if !path.is_empty() => format!("`{path}` of {thing} is deprecated{since}, and a later one may refuse it"),
        Some(newer) => {
            format!("{thing} has the older name of {newer}, and a later version of the provider may not know it")
        }
        None => format!("{thing} is of a type that is deprecated{since}, and a later one may not have it"),
    }
}

fn help(remark: &Remark, old: &Deprecation) -> String {
    match &old.replaced_by {
        Some(new) if remark.path.is_empty() => format!("write {new} instead"),
        Some(new) if new.starts_with("alicloud_") => format!("remove it and write {new} instead"),
        Some(new) => format!("write {new} instead"),
        None if remark.path.is_empty() => "look in the documentation of the provider for what takes its place".into(),
        None => "remove it".into(),
    }
}
