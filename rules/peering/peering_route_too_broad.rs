//! A route into a connection that takes far more than the other end has (semantics 2.1, 3.1).

use ipnet::Ipv4Net;

use super::{end, end_name, reference};
use crate::diagnostic::Severity;
use crate::eval::Cause;
use crate::network::{Arg, Network, Peering, Route, Side, Vpc};
use crate::rule::{Rule, Say};

pub const RULE: Rule = Rule {
    id: "peering-route-too-broad",
    category: "peering",
    severity: Severity::Warning,
    page: include_str!("peering_route_too_broad.md"),
    absorbs: &[],
    check,
};

/// A destination may be so many bits shorter than the block it is meant for.
const SLACK: u8 = 8;

fn check(network: &Network, say: &mut Say<'_>) {
    for peering in super::connections(network) {
        let ways = network.ways(peering);
        for side in Side::BOTH {
            for route in ways.on(side).iter().map(|&id| network.route(id)) {
                judge(network, say, peering, route, Some(side));
            }
        }
        for (id, _) in &ways.unsure {
            judge(network, say, peering, network.route(*id), None);
        }
    }
}

fn judge(network: &Network, say: &mut Say<'_>, peering: &Peering, route: &Route, side: Option<Side>) {
    if !route.thing.certain || route.kind() != Some("VpcPeer") {
        return;
    }
    let destination = match &route.destination {
        Arg::Known(destination) => destination,
        Arg::Unknown(cause, place) => return say.undecided(&route.thing, cause, *place),
        Arg::Absent => return,
    };
    let Some(net) = destination.value.v4() else { return };
    let far = side.and_then(|side| end(network, peering, side.other()));
    let hull = match far.map(hull) {
        Some(Ok(hull)) => hull,
        // The default route is too broad for any VPC.
        Some(Err(_)) | None if net.prefix_len() == 0 => None,
        Some(Err(cause)) => return say.undecided(&route.thing, &cause, None),
        None => return,
    };
    let broad = net.prefix_len() == 0
        || hull.is_some_and(|hull| net.contains(&hull) && net.prefix_len() + SLACK <= hull.prefix_len());
    if !broad {
        return;
    }
    let name = match side {
        Some(side) => end_name(network, peering, side.other()),
        None => "the other VPC".into(),
    };
    let message = format!(
        "{} sends {} into {}, far more than {name} has: packets for other networks go there as well, and are dropped",
        route.thing.address, destination.value.text, peering.thing.address
    );
    let block = far.and_then(Vpc::thing).and_then(|far| reference(far, "cidr_block", &route.thing));
    let block = block.or(hull.map(|hull| format!("\"{hull}\""))).unwrap_or_else(|| "the block of the other VPC".into());
    let mut finding = say
        .finding(Severity::Warning, &route.thing, message)
        .value(destination, route.destination_name())
        .with(&peering.thing, "the connection")
        .help(format!("write {} = {block}", route.destination_name()))
        .cause(route.key());
    for (_, block) in far.into_iter().flat_map(Vpc::known_blocks) {
        if let Some(cidr) = block.cidr.known() {
            finding = finding.with_value(&block.owner, cidr, format!("the other end has {}", cidr.value.text));
        }
    }
    say.say(finding);
}

/// The smallest block that holds all blocks of a VPC.
fn hull(vpc: &Vpc) -> Result<Option<Ipv4Net>, Cause> {
    if !vpc.is_managed() && vpc.told.is_none() {
        return Err(Cause::Elsewhere(format!("the blocks of {}", vpc.name()).into()));
    }
    vpc.blocks_complete()?;
    let mut hull: Option<Ipv4Net> = None;
    for (block, _) in vpc.known_blocks() {
        let mut outer = hull.unwrap_or(block);
        while !outer.contains(&block) {
            let Some(wider) = outer.supernet() else { break };
            outer = wider;
        }
        hull = Some(outer);
    }
    Ok(hull)
}
