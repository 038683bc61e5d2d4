//! One resource holds all VPCs of a zone (semantics 9.2).

use std::collections::HashSet;

use crate::diagnostic::Severity;
use crate::network::{Network, ZoneBinding};
use crate::rule::{Rule, Say};
use crate::source::Span;

use super::zone;

pub const RULE: Rule = Rule {
    id: "pvtz-attachment-duplicate",
    category: "dns",
    severity: Severity::Error,
    page: include_str!("pvtz_attachment_duplicate.md"),
    absorbs: &[],
    check,
};

fn check(network: &Network, say: &mut Say<'_>) {
    for binding in network.dns.bindings.iter().filter(|binding| binding.thing.certain) {
        if let Err(cause) = network.zone_of(&binding.zone) {
            say.undecided(&binding.thing, &cause, None);
        }
    }
    for (link, bindings) in network.zone_bindings().0 {
        let certain: Vec<&ZoneBinding> = bindings.into_iter().filter(|binding| binding.thing.certain).collect();
        let Some((first, others)) = certain.split_first() else { continue };
        let mut said: HashSet<Span> = HashSet::new();
        for binding in others {
            let here = binding.thing.header;
            // Instances of one block are one mistake.
            if !said.insert(here) {
                continue;
            }
            let message = format!(
                "{} binds VPCs to {}, and so does {}: each takes away the VPCs of the other, at every apply",
                binding.thing.address,
                link.shown(),
                first.thing.address
            );
            let help = match here == first.thing.header {
                true => "make it one resource with all VPCs, for instance with a `dynamic \"vpcs\"` block".to_owned(),
                false => format!(
                    "write the VPCs of both as `vpcs` blocks of {} and remove {}",
                    first.thing.address, binding.thing.address
                ),
            };
            let mut finding =
                say.finding(Severity::Error, &binding.thing, message).with(&first.thing, "the other one").help(help);
            for more in others.iter().filter(|more| more.thing.header == here) {
                if more.thing.address != binding.thing.address {
                    finding = finding.with(&more.thing, "and another one");
                }
            }
            if let Some(zone) = zone(network, &link) {
                finding = finding.with(&zone.thing, "the zone");
            }
            say.say(finding);
        }
    }
}
