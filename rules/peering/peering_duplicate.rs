//! Two VPCs need one connection.

use super::key;
use crate::diagnostic::Severity;
use crate::network::Network;
use crate::rule::{Rule, Say};

pub const RULE: Rule = Rule {
    id: "peering-duplicate",
    category: "peering",
    severity: Severity::Warning,
    page: include_str!("peering_duplicate.md"),
    absorbs: &[],
    check,
};

fn check(network: &Network, say: &mut Say<'_>) {
    for ((a, b), connections) in network.peered() {
        if a == b || !network.vpcs_are_one(a, a) || !network.vpcs_are_one(b, b) {
            continue;
        }
        let mut connections = connections.into_iter().map(|id| network.peering(id));
        let Some(first) = connections.next() else { continue };
        for peering in connections {
            let message = format!(
                "{} and {} both connect {} with {}: the second may be refused, and routes into it only split the traffic",
                first.thing.address,
                peering.thing.address,
                network.vpc(a).name(),
                network.vpc(b).name()
            );
            let mut finding = say
                .finding(Severity::Warning, &peering.thing, message)
                .with(&first.thing, "the first connection of the two VPCs")
                .help("keep one connection and point the routes of both VPCs to it")
                .cause(key(peering));
            for vpc in [a, b].into_iter().filter_map(|vpc| network.vpc(vpc).thing()) {
                finding = finding.with(vpc, "connected twice");
            }
            say.say(finding);
        }
    }
}
