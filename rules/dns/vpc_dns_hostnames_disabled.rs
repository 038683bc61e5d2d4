//! Of two connected VPCs that share a zone, one gives its hosts names and the other does not (semantics 9.6).

use std::collections::BTreeSet;

use crate::diagnostic::Severity;
use crate::network::{Arg, Network, Vpc, VpcId};
use crate::rule::{Rule, Say};

use super::{Neighbours, zone};

pub const RULE: Rule = Rule {
    id: "vpc-dns-hostnames-disabled",
    category: "dns",
    severity: Severity::Note,
    page: include_str!("vpc_dns_hostnames_disabled.md"),
    absorbs: &[],
    check,
};

fn check(network: &Network, say: &mut Say<'_>) {
    let enabled = |vpc: &Vpc| vpc.hostnames.value().is_some_and(|status| status.eq_ignore_ascii_case("enabled"));
    if !network.vpcs.iter().any(enabled) {
        return;
    }
    let neighbours = Neighbours::of(network);
    let mut said: BTreeSet<VpcId> = BTreeSet::new();
    for binding in network.dns.bindings.iter().filter(|binding| binding.thing.certain) {
        let bound = binding.vpcs.iter().filter_map(|bound| network.known_vpc(bound.vpc.value()?));
        let bound: BTreeSet<VpcId> = bound.collect();
        for &id in &bound {
            let vpc = network.vpc(id);
            let Some(thing) = vpc.thing().filter(|thing| thing.certain) else { continue };
            if let Arg::Unknown(cause, place) = &vpc.hostnames {
                say.undecided(thing, cause, *place);
                continue;
            }
            if enabled(vpc) || said.contains(&id) {
                continue;
            }
            let other = neighbours.around(id).map(|(_, other)| other.vpc).filter(|other| bound.contains(other));
            let other = other.map(|other| network.vpc(other)).find(|other| enabled(other));
            let Some((other, far)) = other.and_then(|other| Some((other, other.thing()?))) else { continue };
            let message = format!(
                "{} does not give its hosts names, and {}, which is connected to it and shares a private zone, does: names \
                 of its hosts resolve on neither side",
                thing.address, far.address
            );
            let finding = match &vpc.hostnames {
                Arg::Known(status) => say.finding(Severity::Note, thing, message).value(status, "dns_hostname_status"),
                _ => say.finding(Severity::Note, thing, message),
            };
            let finding = match other.hostnames.known() {
                Some(status) => finding.with_value(far, status, "host names are on here"),
                None => finding,
            };
            let mut finding = finding
                .with(&binding.thing, "both are bound here")
                .help(format!("write dns_hostname_status = \"ENABLED\" in {}", thing.address));
            if let Some(zone) = network.zone_of(&binding.zone).ok().and_then(|link| zone(network, &link)) {
                finding = finding.with(&zone.thing, "the zone");
            }
            said.insert(id);
            say.say(finding);
        }
    }
}
