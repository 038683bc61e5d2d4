//! A zone that is bound to no VPC answers nobody (semantics 9.1).

use std::collections::BTreeMap;

use crate::diagnostic::Severity;
use crate::network::{Link, Network, ZoneBinding, ZoneRecord};
use crate::rule::{Rule, Say};

use super::reference;

pub const RULE: Rule = Rule {
    id: "pvtz-zone-no-attachment",
    category: "dns",
    severity: Severity::Warning,
    page: include_str!("pvtz_zone_no_attachment.md"),
    absorbs: &[],
    check,
};

fn check(network: &Network, say: &mut Say<'_>) {
    // Without a VPC in the files there is nothing to bind here: who has the VPCs binds them.
    if network.vpcs.is_empty() {
        return;
    }
    let mut records: BTreeMap<Link, Vec<&ZoneRecord>> = BTreeMap::new();
    for record in network.dns.records.iter().filter(|record| record.thing.certain) {
        if let Ok(zone) = network.zone_of(&record.zone) {
            records.entry(zone).or_default().push(record);
        }
    }
    let (bindings, open) = network.zone_bindings();
    for zone in network.dns.zones.iter().filter(|zone| zone.thing.certain) {
        let link = Link::Of { address: zone.thing.address.clone(), attribute: "id".into() };
        let Some(records) = records.get(&link) else { continue };
        let bound = bindings.get(&link).map_or(&[][..], Vec::as_slice);
        let empty = |binding: &&&ZoneBinding| binding.vpcs.is_empty() && binding.more.is_none();
        if bound.iter().any(|binding| !empty(&binding)) {
            continue;
        }
        if let Some(cause) = &open {
            say.undecided(&zone.thing, cause, None);
            continue;
        }
        let name = zone.name.value().map(|name| format!(" ({name})")).unwrap_or_default();
        let (message, help) = match bound.first() {
            Some(binding) => (
                format!("{}{name} has records, and {} binds no VPC to it", zone.thing.address, binding.thing.address),
                format!("add a `vpcs` block to {} for each VPC that uses these names", binding.thing.address),
            ),
            None => (
                format!("{}{name} has records, and no VPC is bound to it", zone.thing.address),
                format!(
                    "add an alicloud_pvtz_zone_attachment with zone_id = {} and a `vpcs` block for each VPC that uses \
                     these names",
                    reference(&zone.thing, &zone.thing).unwrap_or_default()
                ),
            ),
        };
        let mut finding =
            say.finding(Severity::Warning, &zone.thing, format!("{message}: its names resolve nowhere")).help(help);
        if let Some(record) = records.first() {
            finding = finding.with(&record.thing, "a record of it");
        }
        if let Some(binding) = bound.first() {
            finding = finding.with(&binding.thing, "binds nothing");
        }
        say.say(finding);
    }
}
