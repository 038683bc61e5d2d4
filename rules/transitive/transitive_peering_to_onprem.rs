//! What stands behind a VPN gateway or a leased line of a VPC is not reached by its peers (semantics 3.6, 3.7).

use super::{assumptions, unknown_blocks, ways_outside};
use crate::diagnostic::Severity;
use crate::network::Network;
use crate::rule::{Rule, Say};

pub const RULE: Rule = Rule {
    id: "transitive-peering-to-onprem",
    category: "transitive",
    severity: Severity::Error,
    page: include_str!("transitive_peering_to_onprem.md"),
    absorbs: &["peering-route-missing-both", "peering-route-one-directional", "peering-route-wrong-destination"],
    check,
};

fn check(network: &Network, say: &mut Say<'_>) {
    let joints = network.joints();
    let (found, _) = assumptions(network, &joints);
    let (mut outside, mut unknown) = (None, None);
    for one in found.iter().filter(|one| one.meant.is_empty()) {
        let ways = outside.get_or_insert_with(|| ways_outside(network)).ways.get(&one.middle);
        let gateways = ways.into_iter().flatten().filter(|(_, block, _)| block.is_none());
        // A block that nobody has may be on-premises when there is a way there at all.
        let unknown = *unknown.get_or_insert_with(|| unknown_blocks(network).is_some());
        let gateways: Vec<_> = gateways.filter(|_| !unknown).collect();
        let Some(way) = one.on_premises.first().map(|(thing, _)| *thing).or(gateways.first().map(|(thing, ..)| *thing))
        else {
            continue;
        };
        let middle = network.vpc(one.middle).name();
        let (sender, to) = (one.sender(network), &one.destination.value.text);
        let message = format!(
            "{} sends {to} over {} into {middle}, to go on through {}: what comes over a peering connection is not passed \
             on to a VPN gateway or a leased line, so {sender} does not reach {to}",
            one.route.thing.address, one.peering.thing.address, way.address
        );
        let mut finding = say.finding(Severity::Error, &one.route.thing, message).help(format!(
            "attach {sender} and the on-premises network to one transit router, or give {sender} a connection of its own"
        ));
        for (thing, _, how) in &gateways {
            finding = finding.with(thing, how.clone());
        }
        say.say(one.witness(network, finding));
    }
}
