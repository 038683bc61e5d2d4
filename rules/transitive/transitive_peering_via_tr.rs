//! Peering and transit routers do not chain: routes to a peering connection are never published (semantics 3.7).

use std::collections::HashMap;

use super::{assumptions, blocks};
use crate::diagnostic::Severity;
use crate::network::{Joint, Joints, Network, RouterRoute, VpcId, overlap};
use crate::rule::{Rule, Say};

pub const RULE: Rule = Rule {
    id: "transitive-peering-via-tr",
    category: "transitive",
    severity: Severity::Error,
    page: include_str!("transitive_peering_via_tr.md"),
    absorbs: &[
        "alb-back-to-origin-missing",
        "alb-remote-unreachable",
        "peering-route-missing-both",
        "peering-route-one-directional",
        "peering-route-wrong-destination",
        "transitive-peering",
    ],
    check,
};

fn check(network: &Network, say: &mut Say<'_>) {
    let joints = network.joints();
    over_peering(network, say, &joints);
    over_router(network, say, &joints);
}

/// From a peer, through the VPC in the middle, into its transit router.
fn over_peering(network: &Network, say: &mut Say<'_>, joints: &Joints<'_>) {
    for one in &assumptions(network, joints).0 {
        let by_router = |joints: &[Joint]| joints.iter().any(|joint| !matches!(joint, Joint::Peering(_)));
        let Some((third, between)) = one.meant.iter().find(|(_, joints)| by_router(joints)) else { continue };
        let (middle, third_name) = (network.vpc(one.middle).name(), network.vpc(*third).name());
        let (sender, to) = (one.sender(network), &one.destination.value.text);
        let what = if between.iter().any(|joint| matches!(joint, Joint::Routers { .. })) {
            "a transit router"
        } else {
            "a CEN"
        };
        let message = format!(
            "{} sends {to}, where {third_name} is, over {} into {middle}, to go on through {what}: what comes over a \
             peering connection is not passed on, and routes to it cannot be published for the way back, so {sender} does \
             not reach {third_name}",
            one.route.thing.address, one.peering.thing.address
        );
        let help = format!("attach {sender} to the transit router as well, or peer it with {third_name} directly");
        let finding = say.finding(Severity::Error, &one.route.thing, message).help(help);
        say.say(one.witness(network, finding));
    }
}

/// From a router, through the attachment of the VPC in the middle, to its peer.
fn over_router(network: &Network, say: &mut Say<'_>, joints: &Joints<'_>) {
    let known = blocks(network);
    let mut peers: HashMap<VpcId, Vec<VpcId>> = HashMap::new();
    for entry in network.router_routes.iter().filter(|entry| entry.thing.certain) {
        let Some((middle, net)) = target(network, entry) else { continue };
        let vpc = network.vpc(middle);
        if vpc.known_blocks().any(|(block, _)| overlap(&block, &net)) {
            continue;
        }
        let peers = peers.entry(middle).or_insert_with(|| {
            let mut peers: Vec<VpcId> = joints.peers(middle).iter().map(|(vpc, _)| *vpc).collect();
            peers.sort();
            peers
        });
        let lies_in = |vpc: &VpcId| network.vpc(*vpc).known_blocks().any(|(block, _)| block.contains(&net));
        let Some(third) =
            known.overlapping(net).into_iter().find(|vpc| peers.binary_search(vpc).is_ok() && lies_in(vpc))
        else {
            continue;
        };
        if let Err(cause) = vpc.blocks_complete() {
            say.undecided(&entry.thing, &cause, None);
        } else if let Some(cause) = super::handed_on(network, middle, net) {
            say.undecided(&entry.thing, &cause, None);
        } else {
            report(network, say, joints, entry, (middle, third));
        }
    }
}

/// The VPC to whose attachment an entry sends a block.
fn target(network: &Network, entry: &RouterRoute) -> Option<(VpcId, ipnet::Ipv4Net)> {
    if entry.kind.value().is_some_and(|kind| kind.eq_ignore_ascii_case("blackhole")) {
        return None;
    }
    let net = entry.destination.value()?.v4().filter(|net| net.prefix_len() > 0)?;
    let attachment = network.attachment(entry.attachment?);
    attachment.thing().filter(|thing| thing.certain)?;
    Some((attachment.vpc()?, net))
}

fn report(
    network: &Network,
    say: &mut Say<'_>,
    joints: &Joints<'_>,
    entry: &RouterRoute,
    (middle, third): (VpcId, VpcId),
) {
    let (Some(destination), Some(attachment)) = (entry.destination.known(), entry.attachment) else { return };
    let (name, third_name) = (network.vpc(middle).name(), network.vpc(third).name());
    let message = format!(
        "{} sends {}, the block of {third_name}, to {}, the attachment of {name}: {third_name} is only peered with {name}, \
         which passes nothing on into a peering connection, so the packets are dropped there",
        entry.thing.address,
        destination.value.text,
        network.attachment(attachment).node.name()
    );
    let mut finding = say
        .finding(Severity::Error, &entry.thing, message)
        .value(destination, "transit_router_route_entry_destination_cidr_block")
        .help(format!("attach {third_name} to the transit router and use its own attachment as the next hop"));
    let vpcs = [(middle, "the VPC in the middle: the packets stop here"), (third, "the VPC that has the destination")];
    for (vpc, message) in vpcs {
        finding = network.vpc(vpc).thing().into_iter().fold(finding, |finding, thing| finding.with(thing, message));
    }
    if let Some(thing) = network.attachment(attachment).thing() {
        finding = finding.with(thing, "the next hop");
    }
    for (_, id) in joints.peers(middle).iter().filter(|(vpc, _)| *vpc == third) {
        finding = finding.with(&network.peering(*id).thing, "the connection that the packets cannot take");
    }
    say.say(finding);
}
