//! Which nodes and edges do the findings speak of?

use std::collections::{BTreeSet, HashMap};

use super::picture::{Marks, Picture};
use crate::diagnostic::{Finding, QUOTA_EXCEEDED, Severity};
use crate::network::{Arg, AttachmentId, Link, Network, PeeringId, RouterTableId, TableId, VSwitchId, VpcId};

/// What a Terraform address stands for in the picture.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
enum Spot {
    Node(usize),
    Edge(usize),
}

/// Marks the nodes and edges of the picture with the rules that found something there.
pub(super) fn blame(network: &Network, findings: &[Finding], picture: &mut Picture) {
    let spots = spots(network, picture);
    let mut findings: Vec<&Finding> = findings.iter().filter(|finding| finding.severity >= Severity::Warning).collect();
    findings.sort_by_key(|finding| (std::cmp::Reverse(finding.severity), !is_grave(finding), finding.rule));
    for finding in findings {
        let own = finding.address.iter().map(String::as_str);
        let causes = finding.causes.iter().map(|cause| cause.split_once(':').map_or(&**cause, |(_, address)| address));
        let mut marked: BTreeSet<Spot> =
            own.chain(causes).filter_map(|name| spots.get(name)).flatten().copied().collect();
        if !marked.iter().any(|spot| matches!(spot, Spot::Edge(_))) && finding.rule != QUOTA_EXCEEDED {
            let related = finding.related.iter().filter_map(|related| spots.get(related.address.as_deref()?)).flatten();
            marked.extend(related.filter(|spot| matches!(spot, Spot::Edge(_))));
        }
        for spot in marked {
            match spot {
                Spot::Node(at) => mark(&mut picture.nodes[at].marks, finding),
                Spot::Edge(at) => mark(&mut picture.edges[at].marks, finding),
            }
        }
        if finding.severity == Severity::Error
            && let Some(address) = &finding.address
        {
            let subnets = picture.nodes.iter_mut().flat_map(|node| &mut node.subnets);
            for subnet in subnets.filter(|subnet| subnet.address == *address) {
                subnet.broken = true;
            }
        }
    }
}

fn mark(marks: &mut Marks, finding: &Finding) {
    marks.broken |= finding.severity == Severity::Error;
    if !marks.rules.contains(&finding.rule) {
        marks.rules.push(finding.rule);
        marks.grave += usize::from(is_grave(finding));
    }
}

/// An error, or a warning of a rule that speaks of errors where it knows enough.
fn is_grave(finding: &Finding) -> bool {
    let worst = crate::rule::find(finding.rule).map_or(finding.severity, |rule| rule.severity);
    finding.severity == Severity::Error || worst == Severity::Error
}

fn spots(network: &Network, picture: &Picture) -> HashMap<String, Vec<Spot>> {
    let mut spots: HashMap<String, Vec<Spot>> = HashMap::new();
    for (at, node) in picture.nodes.iter().enumerate() {
        spots.entry(node.id.clone()).or_default().push(Spot::Node(at));
    }
    for (at, edge) in picture.edges.iter().enumerate() {
        if let Some(address) = &edge.address {
            spots.entry(address.clone()).or_default().push(Spot::Edge(at));
        }
    }
    let drawn = spots.clone();
    let of = |name: String| drawn.get(&name).cloned().unwrap_or_default();
    let vpc = |id: VpcId| of(network.vpc(id).name());
    let table = |id: TableId| network.table(id).vpc.value().map(|&id| vpc(id)).unwrap_or_default();
    let vswitch = |id: VSwitchId| network.vswitch(id).vpc.value().map(|&id| vpc(id)).unwrap_or_default();
    let attachment = |id: AttachmentId| of(network.attachment(id).node.name());
    let peering = |id: PeeringId| of(network.peering(id).thing.name());
    let router_table = |id: RouterTableId| {
        let router = network.router_table(id).router.value();
        router.map(|&router| of(network.router(router).node.name())).unwrap_or_default()
    };
    for (at, one) in network.vswitches.iter().enumerate() {
        spots.insert(one.thing.name(), vswitch(VSwitchId(at)));
    }
    for one in network.vpcs.iter().enumerate().flat_map(|(at, one)| one.blocks.iter().map(move |block| (at, block))) {
        spots.entry(one.1.owner.name()).or_insert_with(|| vpc(VpcId(one.0)));
    }
    for one in &network.accepters {
        spots.insert(one.thing.name(), one.peering.map(peering).unwrap_or_default());
    }
    for (at, one) in network.tables.iter().enumerate() {
        if let Some(thing) = one.thing() {
            spots.insert(thing.name(), table(TableId(at)));
        }
    }
    for one in network.bindings.iter().filter(|one| !one.is_gateway) {
        let by_table = || one.table.value().map(|&id| table(id)).unwrap_or_default();
        spots.insert(one.thing.name(), one.vswitch.map(vswitch).unwrap_or_else(by_table));
    }
    for one in &network.routes {
        let mut found: Vec<Spot> = Vec::new();
        for link in one.every_hop().filter_map(|hop| hop.id.value()) {
            match (network.peering_of(link), link) {
                (Some(id), _) => found.extend(peering(id)),
                (None, Link::Of { address, .. }) => {
                    found.extend(of(address.to_string()).into_iter().filter(|spot| matches!(spot, Spot::Edge(_))));
                }
                _ => {}
            }
        }
        let border = one.table.value().and_then(|&id| network.table(id).border());
        if let Some(border) = border {
            found = of(border.to_string());
        } else if found.is_empty() {
            found = one.table.value().map(|&id| table(id)).unwrap_or_default();
        }
        spots.insert(one.thing.name(), found);
    }
    for one in network.associations.iter().chain(&network.propagations).filter(|one| !one.by_flag) {
        let by_table = || one.table.value().map(|&id| router_table(id)).unwrap_or_default();
        spots.insert(one.thing.name(), one.attachment.value().map(|&id| attachment(id)).unwrap_or_else(by_table));
    }
    for (at, one) in network.router_tables.iter().enumerate() {
        if let crate::network::RouterTableNode::Custom(thing) = &one.node {
            spots.insert(thing.name(), router_table(RouterTableId(at)));
        }
    }
    for one in &network.router_routes {
        let by_table = || one.table.value().map(|&id| router_table(id)).unwrap_or_default();
        spots.insert(one.thing.name(), one.attachment.map(attachment).unwrap_or_else(by_table));
    }
    for one in &network.child_routes {
        let by_table = || match &one.table {
            Arg::Known(id) => table(id.value),
            _ => Vec::new(),
        };
        spots.insert(one.thing.name(), one.attachment.map(attachment).unwrap_or_else(by_table));
    }
    spots
}
