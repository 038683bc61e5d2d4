//! Kubernetes clusters: do pods and services have addresses of their own, and do those of other clusters reach them?

mod ack_cni_args_mixed;
mod ack_flannel_custom_table;
mod ack_flannel_node_capacity;
mod ack_flannel_pod_route_not_advertised;
mod ack_peer_pod_sg;
mod ack_pod_cidr_overlap;
mod ack_service_cidr_overlap;
mod asm_cluster_unreachable;

use std::collections::BTreeMap;

use ipnet::Ipv4Net;

use crate::diagnostic::{Finding, Severity};
use crate::network::{Cidr, ClusterId, Connected, Mesh, Network, Route, Thing, Traced, VpcId, overlap, relation};
use crate::reach::{Delivery, Direction};
use crate::rule::{Rule, Say};

pub const RULES: &[Rule] = &[
    ack_cni_args_mixed::RULE,
    ack_flannel_custom_table::RULE,
    ack_flannel_node_capacity::RULE,
    ack_flannel_pod_route_not_advertised::RULE,
    ack_peer_pod_sg::RULE,
    ack_pod_cidr_overlap::RULE,
    ack_service_cidr_overlap::RULE,
    asm_cluster_unreachable::RULE,
];

/// What a block of a cluster overlaps, and what comes of it.
struct Clash<'n> {
    severity: Severity,
    message: String,
    thing: &'n Thing,
    value: &'n Traced<Cidr>,
    /// What connects the two, where they are in different VPCs.
    by: Vec<&'n Thing>,
}

/// A block of a cluster, by the argument that holds it.
struct Claim<'n> {
    id: ClusterId,
    argument: &'static str,
    /// How a message names it.
    noun: &'static str,
    value: &'n Traced<Cidr>,
    net: Ipv4Net,
}

impl<'n> Claim<'n> {
    /// The claim against another block, if they overlap.
    fn clash(
        &self,
        network: &Network,
        thing: &'n Thing,
        value: &'n Traced<Cidr>,
        severity: Severity,
        whose: &str,
        then: &str,
    ) -> Option<Clash<'n>> {
        let net = value.value.v4().filter(|net| overlap(net, &self.net))?;
        let message = format!(
            "the {} block of {} ({}) {} {whose} ({}): {then}",
            self.noun,
            network.clusters.get(self.id).thing.address,
            self.value.value.text,
            relation(&self.net, &net),
            value.value.text,
        );
        Some(Clash { severity, message, thing, value, by: Vec::new() })
    }

    /// The blocks of a VPC that it overlaps.
    fn in_vpc(&self, network: &'n Network, vpc: VpcId, severity: Severity, whose: &str, then: &str) -> Vec<Clash<'n>> {
        let blocks = network.vpc(vpc).known_blocks();
        blocks
            .filter_map(|(_, block)| self.clash(network, &block.owner, block.cidr.known()?, severity, whose, then))
            .collect()
    }

    /// One finding for all that it overlaps; whether there is one.
    fn say(&self, network: &Network, say: &mut Say<'_>, clashes: &[Clash<'_>], help: &str) -> bool {
        let Some(worst) = clashes.iter().map(|clash| clash.severity).max() else { return false };
        let Some(first) = clashes.iter().find(|clash| clash.severity == worst) else { return false };
        let thing = &network.clusters.get(self.id).thing;
        let mut finding = say.finding(worst, thing, first.message.clone()).value(self.value, self.argument).help(help);
        finding = finding.cause(thing.name());
        for clash in clashes {
            finding = finding.with_value(clash.thing, clash.value, format!("{} is here", clash.value.value.text));
            finding = finding.cause(clash.thing.name());
            for by in &clash.by {
                finding = finding.with(by, "connected here");
            }
        }
        // Routes that are written from the same value meet for the same reason.
        let same = |route: &&Route| route.destination.value().and_then(|cidr| cidr.v4()) == Some(self.net);
        for route in network.routes.iter().filter(same).filter(|route| route.thing.certain) {
            finding = finding.with(&route.thing, "leads there").cause(route.key());
        }
        if let Some(vpc) = network.clusters.get(self.id).vpc.value().and_then(|&vpc| network.vpc(vpc).thing()) {
            finding = finding.with(vpc, "the VPC of the cluster");
        }
        say.say(finding);
        true
    }
}

/// The VPCs that a VPC is connected to, each with the circle that connects them.
fn neighbours<'c, 'n>(connected: &'c [Connected<'n>], vpc: VpcId) -> BTreeMap<VpcId, &'c Connected<'n>> {
    let mut found = BTreeMap::new();
    for circle in connected {
        for member in circle.members.iter().filter(|member| member.vpc == vpc) {
            for other in circle.connected_to(member).filter(|other| other.vpc != vpc) {
                found.entry(other.vpc).or_insert(circle);
            }
        }
    }
    found
}

/// The meshes that surely take in a cluster, each with its other clusters.
fn meshes(network: &Network, id: ClusterId) -> impl Iterator<Item = (&Mesh, Vec<ClusterId>)> {
    network.clusters.meshes.iter().filter(|mesh| mesh.thing.certain).filter_map(move |mesh| {
        let mut all = network.clusters.of_mesh(mesh);
        all.remove(&id).then(|| {
            let surely = |id: &ClusterId| network.clusters.get(*id).thing.certain;
            (mesh, all.into_iter().filter(surely).collect())
        })
    })
}

/// Packets surely are dropped from every source to every target.
fn is_dropped(direction: &Direction) -> bool {
    !direction.pairs.is_empty() && direction.pairs.iter().all(|pair| pair.delivery == Delivery::Dropped)
}

/// The VPC of a cluster as another resource that takes part.
fn with_vpc(finding: Finding, network: &Network, vpc: VpcId, message: &str) -> Finding {
    match network.vpc(vpc).thing() {
        Some(thing) => finding.with(thing, message),
        None => finding,
    }
}
