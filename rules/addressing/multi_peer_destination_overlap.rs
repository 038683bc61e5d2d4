//! Two peers of one VPC with overlapping blocks: one route table cannot send one address to both (semantics 2.1).

use std::collections::{BTreeMap, BTreeSet};

use ipnet::Ipv4Net;

use crate::diagnostic::Severity;
use crate::network::{Network, PeeringId, Route, RouteId, Table, VpcId, first_partners, overlap, pairs};
use crate::rule::{Rule, Say};

pub const RULE: Rule = Rule {
    id: "multi-peer-destination-overlap",
    category: "addressing",
    severity: Severity::Error,
    page: include_str!("multi_peer_destination_overlap.md"),
    absorbs: &["route-duplicate-destination", "route-shadowed"],
    check,
};

/// A route to a peer: where it leads, over which connection.
#[derive(Clone, Copy)]
struct Way {
    far: VpcId,
    peering: PeeringId,
}

fn check(network: &Network, say: &mut Say<'_>) {
    for table in &network.tables {
        let ways: BTreeMap<RouteId, Way> =
            table.routes.iter().filter_map(|&id| Some((id, way(network, network.route(id))?))).collect();
        let peers: BTreeSet<VpcId> = ways.values().map(|way| way.far).collect();
        if peers.len() > 1 {
            judge(network, say, table, &ways);
        }
    }
}

fn way(network: &Network, route: &Route) -> Option<Way> {
    let id = route.peering()?;
    let peering = network.peering(id);
    if !route.thing.certain || !peering.thing.certain {
        return None;
    }
    let side = network.side_of(route, peering).ok()??;
    Some(Way { far: *peering.end(side.other()).value()?, peering: id })
}

fn judge(network: &Network, say: &mut Say<'_>, table: &Table, ways: &BTreeMap<RouteId, Way>) {
    // What of a peer's blocks a route leads to.
    let mut parts: Vec<(Ipv4Net, VpcId, RouteId)> = Vec::new();
    for (&id, way) in ways {
        let route = network.route(id);
        let far = network.vpc(way.far);
        if let Some(cause) = route.destination.cause().cloned().or_else(|| far.blocks_complete().err()) {
            say.undecided(&route.thing, &cause, None);
        }
        let Some(net) = route.destination.value().and_then(|cidr| cidr.v4()) else { continue };
        let inside = far.known_blocks().filter(|(block, _)| overlap(block, &net));
        parts.extend(inside.map(|(block, _)| (if block.contains(&net) { net } else { block }, way.far, id)));
    }
    for (a, b) in pairs(first_partners(&parts)) {
        let (Some(x), Some(y)) = (ways.get(&a), ways.get(&b)) else { continue };
        if network.surely_other(x.far, y.far) {
            report(network, say, table, (a, *x), (b, *y));
        }
    }
}

fn report(network: &Network, say: &mut Say<'_>, table: &Table, a: (RouteId, Way), b: (RouteId, Way)) {
    let length =
        |id: RouteId| network.route(id).destination.value().and_then(|cidr| cidr.v4()).map(|net| net.prefix_len());
    // The longer prefix takes the traffic of the other.
    let (taker, loser) = if length(a.0) >= length(b.0) { (a, b) } else { (b, a) };
    let (route, other) = (network.route(taker.0), network.route(loser.0));
    let (Some(x), Some(y)) = (route.destination.known(), other.destination.known()) else { return };
    let Some(net) = x.value.v4() else { return };
    let (gets, lacks) = (network.vpc(taker.1.far), network.vpc(loser.1.far));
    let equal = y.value.v4() == Some(net);
    let lost: Vec<_> = lacks
        .vswitches
        .iter()
        .map(|&id| network.vswitch(id))
        .filter(|vswitch| {
            vswitch.thing.certain
                && vswitch.cidr.value().and_then(|cidr| cidr.v4()).is_some_and(|block| overlap(&block, &net))
        })
        .collect();
    let effect = match equal {
        true => "the route table takes only one of the two".to_owned(),
        false => format!("what is meant for {} in {} goes to {}", lacks.name(), x.value.text, gets.name()),
    };
    let message = format!(
        "{} sends {} to {} and {} sends {} to {}, whose blocks overlap: {effect}",
        route.thing.address,
        x.value.text,
        gets.name(),
        other.thing.address,
        y.value.text,
        lacks.name()
    );
    // Without a vSwitch in the lost part nothing is lost yet.
    let severity = if equal || !lost.is_empty() { Severity::Error } else { Severity::Warning };
    let mut finding = say
        .finding(severity, &route.thing, message)
        .value(x, route.destination_name())
        .related(format!("{} goes to {} here", y.value.text, lacks.name()), Some(other.thing.name()), Some(y.attribute))
        .cause(format!("route:{}", route.thing.address))
        .cause(format!("route:{}", other.thing.address));
    for vswitch in lost {
        if let Some(cidr) = vswitch.cidr.known() {
            finding = finding.with_value(&vswitch.thing, cidr, "cannot be reached");
        }
    }
    for vpc in [gets, lacks] {
        let block = vpc.known_blocks().find(|(block, _)| overlap(block, &net));
        if let Some((thing, (block, _))) = vpc.thing().zip(block) {
            finding = finding.with(thing, format!("has {block}"));
        }
    }
    for peering in [taker.1.peering, loser.1.peering] {
        finding = finding.with(&network.peering(peering).thing, "the connection of one of the two routes");
    }
    if let Some(vpc) = table.vpc.value().and_then(|&vpc| network.vpc(vpc).thing()) {
        finding = finding.with(vpc, "the VPC with both routes");
    }
    say.say(finding.help(format!(
        "give {} or {} another block; or route only to the vSwitch blocks of each that do not overlap",
        gets.name(),
        lacks.name()
    )));
}
