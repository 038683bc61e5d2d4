//! A connection needs two VPCs (semantics 3.8).

use super::{argument, key};
use crate::diagnostic::Severity;
use crate::network::{Network, Side};
use crate::rule::{Rule, Say};

pub const RULE: Rule = Rule {
    id: "peering-self",
    category: "peering",
    severity: Severity::Error,
    page: include_str!("peering_self.md"),
    absorbs: &["route-nexthop-wrong-vpc"],
    check,
};

fn check(network: &Network, say: &mut Say<'_>) {
    for peering in network.peerings.iter().filter(|peering| peering.thing.certain && network.is_loop(peering)) {
        let (Some(from), Some(to)) = (peering.requester.known(), peering.accepter.known()) else { continue };
        let vpc = network.vpc(to.value);
        let message = format!(
            "{} connects {} with itself: `vpc_id` and `accepting_vpc_id` are one VPC, and the cloud refuses that",
            peering.thing.address,
            vpc.name()
        );
        let mut finding = say
            .finding(Severity::Error, &peering.thing, message)
            .value(to, argument(Side::Accepter))
            .with_value(&peering.thing, from, "the same VPC as `vpc_id`")
            .help("set `accepting_vpc_id` to the id of the other VPC")
            .cause(key(peering));
        if let Some(vpc) = vpc.thing() {
            finding = finding.with(vpc, "this VPC is both ends");
        }
        for &route in &peering.routes {
            finding = finding.with(&network.route(route).thing, "a route into the connection");
        }
        say.say(finding);
    }
}
