//! Through a connection only the blocks of the other end are reached (semantics 3.1, 3.6).

use std::collections::HashSet;

use super::{end, end_name, reference, side_key};
use crate::diagnostic::Severity;
use crate::eval::Cause;
use crate::network::{Arg, Cidr, Network, Peering, Route, Side, Traced, VpcId, overlap};
use crate::rule::{Rule, Say};

pub const RULE: Rule = Rule {
    id: "peering-route-wrong-destination",
    category: "peering",
    severity: Severity::Error,
    page: include_str!("peering_route_wrong_destination.md"),
    absorbs: &[
        "alb-back-to-origin-missing",
        "alb-remote-unreachable",
        "asm-cluster-unreachable",
        "peering-route-missing-both",
        "peering-route-one-directional",
    ],
    check,
};

/// Next hops that no packet takes after it has come through a connection (semantics 3.6, 3.7).
const NOT_TRANSITIVE: [&str; 3] = ["VpcPeer", "Attachment", "Ecr"];

fn check(network: &Network, say: &mut Say<'_>) {
    let clusters = clusters(network);
    for peering in super::connections(network) {
        let ways = network.ways(peering);
        for side in Side::BOTH {
            for route in ways.on(side).iter().map(|&id| network.route(id)) {
                if route.thing.certain && route.kind() == Some("VpcPeer") {
                    judge(network, say, peering, route, side, &clusters);
                }
            }
        }
    }
}

fn judge(network: &Network, say: &mut Say<'_>, peering: &Peering, route: &Route, side: Side, clusters: &Clusters) {
    let destination = match &route.destination {
        Arg::Known(destination) => destination,
        Arg::Unknown(cause, place) => return say.undecided(&route.thing, cause, *place),
        Arg::Absent => return,
    };
    let Some(net) = destination.value.v4() else { return };
    let Some(far) = end(network, peering, side.other()) else { return };
    if far.known_blocks().any(|(block, _)| overlap(&block, &net)) {
        return;
    }
    let doubt = match far.blocks_complete() {
        Err(_) if !far.is_managed() && far.told.is_none() => {
            Some(Cause::Elsewhere(format!("the blocks of {}", far.name()).into()))
        }
        Err(cause) => Some(cause),
        Ok(()) => None,
    };
    if let Some(cause) = doubt {
        return say.undecided(&route.thing, &cause, None);
    }
    // Hosts there may hand packets on, as a firewall or the nodes of a cluster do.
    let id = peering.end(side.other()).value().copied();
    let handed_on = network.leads_on(id, |other| overlap(other, &net), &NOT_TRANSITIVE);
    if handed_on || id.is_some_and(|id| clusters.may_be_in(id)) {
        return say.undecided(
            &route.thing,
            &Cause::Elsewhere(format!("where {} hands on {net}", far.name()).into()),
            None,
        );
    }
    report(network, say, peering, (route, destination), side);
}

fn report(
    network: &Network,
    say: &mut Say<'_>,
    peering: &Peering,
    (route, destination): (&Route, &Traced<Cidr>),
    side: Side,
) {
    let Some(far) = end(network, peering, side.other()) else { return };
    let net = destination.value.v4();
    let own = end(network, peering, side)
        .is_some_and(|vpc| vpc.known_blocks().any(|(block, _)| net.is_some_and(|net| block.contains(&net))));
    let which = if own { ", a block of its own VPC," } else { "" };
    let message = format!(
        "{} sends {}{which} into {}, but the other end is {}: nothing there has such an address",
        route.thing.address,
        destination.value.text,
        peering.thing.address,
        end_name(network, peering, side.other())
    );
    let block = far.known_blocks().next().map(|(block, _)| format!("\"{block}\"")).unwrap_or_default();
    let block = far.thing().and_then(|far| reference(far, "cidr_block", &route.thing)).unwrap_or(block);
    let table = if own { format!(", or the route_table_id of a table of {}", far.name()) } else { String::new() };
    let mut finding = say
        .finding(Severity::Error, &route.thing, message)
        .value(destination, route.destination_name())
        .with(&peering.thing, "the connection")
        .help(format!("write {} = {block}{table}", route.destination_name()))
        .cause(route.key());
    if own {
        // It was meant for a table at the other end, which lacks it.
        finding = finding.cause(side_key(peering, side.other()));
        for &id in network.ways(peering).on(side) {
            let twin = network.route(id);
            if twin.thing.address != route.thing.address {
                finding = finding.with(&twin.thing, "the route of this VPC, which gets no replies");
            }
        }
    }
    for block in &far.blocks {
        if let Some(cidr) = block.cidr.known() {
            finding = finding.with_value(&block.owner, cidr, format!("the other end has {}", cidr.value.text));
        }
    }
    if let Some(own) = end(network, peering, side).and_then(|vpc| vpc.thing()) {
        finding = finding.with(own, "the route is in a table of this VPC");
    }
    say.say(finding);
}

/// Where clusters are: their nodes route addresses of pods that no VPC has.
struct Clusters {
    vpcs: HashSet<VpcId>,
    anywhere: bool,
}

impl Clusters {
    fn may_be_in(&self, vpc: VpcId) -> bool {
        self.anywhere || self.vpcs.contains(&vpc)
    }
}

fn clusters(network: &Network) -> Clusters {
    let mut clusters = Clusters { vpcs: HashSet::new(), anywhere: false };
    let kubernetes = |kind: &str| kind.starts_with("alicloud_cs_");
    for placement in network.placements.iter().filter(|placement| kubernetes(&placement.thing.address.kind)) {
        for vswitch in &placement.vswitches {
            let vswitch = vswitch.value().and_then(|link| network.vswitch_of(link));
            match vswitch.and_then(|vswitch| network.vswitch(vswitch).vpc.value().copied()) {
                Some(vpc) => drop(clusters.vpcs.insert(vpc)),
                None => clusters.anywhere = true,
            }
        }
    }
    clusters
}
