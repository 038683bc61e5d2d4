//! A border router is joined to the cloud once (semantics 6.1).

use std::collections::BTreeMap;

use super::border_key;
use crate::diagnostic::Severity;
use crate::network::{BORDER, BorderUplink, Link, Network};
use crate::rule::{Rule, Say};

pub const RULE: Rule = Rule {
    id: "vbr-multi-attached",
    category: "express-connect",
    severity: Severity::Warning,
    page: include_str!("vbr_multi_attached.md"),
    absorbs: &[],
    check,
};

fn check(network: &Network, say: &mut Say<'_>) {
    let uplinks = network.uplinks_of_borders();
    let mut borders: BTreeMap<&Link, Vec<&BorderUplink<'_>>> = BTreeMap::new();
    for uplink in &uplinks {
        match (uplink.border.value(), uplink.border.cause()) {
            (Some(border), _) if uplink.thing.certain => borders.entry(border).or_default().push(uplink),
            (None, Some(cause)) => say.undecided(uplink.thing, cause, None),
            _ => {}
        }
    }
    for (border, mut uplinks) in borders {
        uplinks.sort_by(|a, b| (a.kind, &a.thing.address).cmp(&(b.kind, &b.thing.address)));
        let Some(first) = uplinks.first() else { continue };
        // Several interfaces of one border router lead to several VPCs, as they always could.
        let Some(second) = uplinks.iter().find(|other| other.kind != first.kind) else { continue };
        let message = format!(
            "{} joins {} to {}, and {} has joined it to {}: a border router serves one of them, and the other is refused or \
             receives no routes",
            second.thing.address,
            border.shown(),
            named(second),
            first.thing.address,
            named(first)
        );
        let mut finding = say
            .finding(Severity::Warning, second.thing, message)
            .help(format!("keep {} and remove {}", first.thing.address, second.thing.address))
            .cause(second.thing.name());
        for other in uplinks.iter().filter(|other| other.thing.address != second.thing.address) {
            finding = finding.with(other.thing, format!("joins it to {}", other.kind.name()));
        }
        if let Some(border) = network.certain_of(border, BORDER) {
            finding = finding.with(border, "the border router").cause(border_key(border));
        }
        say.say(finding);
    }
}

fn named(uplink: &BorderUplink<'_>) -> String {
    match &uplink.to {
        Some(to) => format!("{} ({to})", uplink.kind.name()),
        None => uplink.kind.name().into(),
    }
}
