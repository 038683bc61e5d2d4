//! What the rules about attachments have in common: at which routers they end, who takes part, what to write.

use std::collections::HashMap;

use ipnet::Ipv4Net;

use crate::diagnostic::Finding;
use crate::eval::Cause;
use crate::network::{
    Arg, Attachment, AttachmentKind, Link, Network, Node, RouterId, RouterTableId, RouterTableNode, Thing, VpcId,
};

/// The key by which rules tell that they speak of one attachment.
pub(super) fn key(thing: &Thing) -> String {
    format!("attachment:{}", thing.address)
}

/// The routers at which an attachment ends, as far as an absence can be told there, and whether it has two.
pub(super) fn ends(network: &Network, attachment: &Attachment) -> Vec<(Result<RouterId, Cause>, bool)> {
    match attachment.peer() {
        Some(peer) => [&attachment.router, &peer.peer].map(|end| (network.managed_router(end), true)).to_vec(),
        None => vec![(network.managed_router(&attachment.router), false)],
    }
}

/// How many networks are surely attached to each router. A router with one network has nobody to carry packets to: who
/// else is attached, and how, is written elsewhere.
pub(super) struct Company(HashMap<RouterId, usize>);

impl Company {
    pub(super) fn of(network: &Network) -> Company {
        let mut counts = HashMap::new();
        let certain = |attachment: &&Attachment| attachment.thing().is_some_and(|thing| thing.certain);
        for attachment in network.attachments.iter().filter(certain) {
            let Some(&router) = attachment.router.value() else { continue };
            match attachment.peer().map(|peer| &peer.peer) {
                None => *counts.entry(router).or_default() += 1,
                // A router elsewhere has networks of its own.
                Some(Arg::Known(far)) if is_literal(network, far.value) => *counts.entry(router).or_default() += 1,
                Some(_) => {}
            }
        }
        // What is attached to the router at the other end is company too.
        let own = counts.clone();
        for attachment in network.attachments.iter().filter(certain) {
            let far = attachment.peer().and_then(|peer| peer.peer.value());
            if let (Some(near), Some(far)) = (attachment.router.value(), far) {
                for (one, other) in [(near, far), (far, near)] {
                    *counts.entry(*one).or_default() += own.get(other).copied().unwrap_or_default();
                }
            }
        }
        Company(counts)
    }

    /// Whether there is somebody at the other end of an attachment.
    pub(super) fn has(&self, attachment: &Attachment) -> bool {
        let enough = if attachment.peer().is_some() { 1 } else { 2 };
        let far = attachment.peer().and_then(|peer| peer.peer.value());
        [attachment.router.value(), far]
            .into_iter()
            .flatten()
            .any(|router| self.0.get(router).is_some_and(|&n| n >= enough))
    }
}

fn is_literal(network: &Network, router: RouterId) -> bool {
    matches!(&network.router(router).node, Node::External(Link::Literal(_)))
}

/// Why nothing can be said about what an attachment lacks: its VPC is made elsewhere, and so may be the rest.
pub(super) fn made_elsewhere(network: &Network, attachment: &Attachment) -> Option<Cause> {
    let AttachmentKind::Vpc(attached) = &attachment.kind else { return None };
    match attached.vpc.value() {
        Some(&vpc) => network.vpc(vpc).more_inside(),
        None => attached.vpc.cause().cloned(),
    }
}

/// The VPC and the routers that take part.
pub(super) fn with_ends(
    mut finding: Finding,
    network: &Network,
    attachment: &Attachment,
    missing: &[RouterId],
) -> Finding {
    if let Some(vpc) = attachment.vpc() {
        finding = with_vpc(finding, network, vpc, "the attached VPC");
    }
    for thing in missing.iter().filter_map(|&router| network.router(router).node.thing()) {
        finding = finding.with(thing, "the transit router");
    }
    finding
}

pub(super) fn with_vpc(finding: Finding, network: &Network, vpc: VpcId, message: &str) -> Finding {
    match network.vpc(vpc).thing() {
        Some(thing) => finding.with(thing, message),
        None => finding,
    }
}

/// How a configuration writes a table of a router.
pub(super) fn own_table(network: &Network, router: RouterId) -> String {
    let custom =
        network.router(router).tables.iter().find(
            |&&table| matches!(&network.router_table(table).node, RouterTableNode::Custom(thing) if thing.certain),
        );
    match custom {
        Some(&table) => table_id(network, table),
        None => format!("a route table of {}", network.router(router).node.name()),
    }
}

pub(super) fn table_id(network: &Network, table: RouterTableId) -> String {
    match &network.router_table(table).node {
        RouterTableNode::Custom(thing) => format!("{}.transit_router_route_table_id", thing.address),
        _ => network.router_table_name(table),
    }
}

/// What of a VPC others can reach: its vSwitches, or its blocks where it has none.
pub(super) fn blocks(network: &Network, vpc: VpcId) -> Vec<Ipv4Net> {
    let vpc = network.vpc(vpc);
    match vpc.vswitches.is_empty() {
        true => vpc.known_blocks().map(|(block, _)| block).collect(),
        false => vpc.vswitches.iter().filter_map(|&id| network.vswitch(id).cidr.value()?.v4()).collect(),
    }
}
