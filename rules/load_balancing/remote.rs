//! What the rules about servers of other VPCs have in common: who sends to whom, and by what.

use std::collections::BTreeMap;

use super::origin::of_services;
use crate::diagnostic::Finding;
use crate::network::{
    AttachmentId, AttachmentKind, Joint, Joints, Network, RouterId, Server, ServerGroup, Stand, Thing, VpcId,
};

/// A load balancer's VPC and another one with servers of its.
pub(super) struct Remote<'n> {
    pub own: VpcId,
    pub far: VpcId,
    pub servers: Vec<(&'n ServerGroup, &'n Server)>,
}

/// The servers of other VPCs to which some listener of an ALB sends, by the two VPCs.
pub(super) fn remotes(network: &Network) -> Vec<Remote<'_>> {
    let mut found: BTreeMap<(VpcId, VpcId), Vec<(&ServerGroup, &Server)>> = BTreeMap::new();
    for group in network.balancers.groups.iter().filter(|group| group.thing.certain && group.is_alb()) {
        let Some(&own) = group.vpc.value().filter(|&&vpc| network.vpc(vpc).is_managed()) else { continue };
        if network.listeners_of(group).next().is_none() {
            continue;
        }
        for server in group.servers.iter().filter(|server| server.is_ip() && !server.is_refused()) {
            if let Stand::In(far, _) = server.stand {
                found.entry((own, far)).or_default().push((group, server));
            }
        }
    }
    found.into_iter().map(|((own, far), servers)| Remote { own, far, servers }).collect()
}

impl<'n> Remote<'n> {
    pub fn groups(&self) -> Vec<&'n ServerGroup> {
        let mut groups: Vec<&ServerGroup> = self.servers.iter().map(|(group, _)| *group).collect();
        groups.dedup_by_key(|group| &group.thing.address);
        groups
    }

    /// The pairs of attachments that join the two, and the connection between their routers.
    pub fn joints(&self, joints: &Joints<'_>) -> Vec<(AttachmentId, AttachmentId, Option<AttachmentId>)> {
        let all = joints.between(self.own, self.far);
        all.into_iter()
            .filter_map(|joint| match joint {
                Joint::Routers { ends: (near, far), over } => Some((near, far, over)),
                _ => None,
            })
            .collect()
    }

    /// Whether the two stand in different regions.
    pub fn is_cross_region(&self, network: &Network) -> Option<bool> {
        let region = |vpc: VpcId| network.vpc(vpc).region.value();
        Some(region(self.own)? != region(self.far)?)
    }

    /// Everything and everybody that takes part.
    pub fn with_all(&self, mut finding: Finding, network: &Network) -> Finding {
        let mut about = finding.address.clone();
        let mut tell = |finding: Finding, thing: &Thing, what: &str| match about.as_deref() == Some(&*thing.name()) {
            true => {
                about = None;
                finding
            }
            false => finding.with(thing, what),
        };
        for (vpc, what) in [(self.own, "the load balancer's VPC"), (self.far, "the VPC of the servers")] {
            if let Some(thing) = network.vpc(vpc).thing() {
                finding = tell(finding, thing, what);
            }
        }
        for group in self.groups() {
            finding = tell(finding, &group.thing, "the server group");
            for balancer in network.balancers_of(group) {
                finding = tell(finding, balancer, "the load balancer");
            }
        }
        finding
    }

    /// What other rules name when they speak of what lies between the two.
    pub fn causes(&self, network: &Network, joints: &Joints<'_>) -> Vec<String> {
        let mut causes = vec![network.pair_key((self.own, self.far))];
        let mut routers: Vec<RouterId> = Vec::new();
        for vpc in [self.own, self.far] {
            causes.extend(network.vpc(vpc).address().map(|vpc| format!("vpc:{vpc}")));
            for &(router, id) in joints.attachments(vpc) {
                routers.push(router);
                causes.extend(network.attachment(id).thing().map(|thing| format!("attachment:{}", thing.address)));
                causes.extend(network.attachment(id).thing().map(Thing::name));
            }
            for &(other, id) in joints.peers(vpc) {
                if other == self.own || other == self.far {
                    causes.push(format!("peering:{}", network.peering(id).thing.address));
                }
            }
        }
        for attachment in &network.attachments {
            let AttachmentKind::Peer(peer) = &attachment.kind else { continue };
            let ends = [attachment.router.value(), peer.peer.value()];
            if ends.into_iter().flatten().any(|router| routers.contains(router)) {
                causes.extend(attachment.thing().map(|thing| format!("attachment:{}", thing.address)));
                causes.extend(attachment.thing().map(Thing::name));
            }
        }
        for router in routers {
            causes.extend(network.router(router).node.thing().map(|thing| format!("router:{}", thing.address)));
        }
        for entry in network.router_routes.iter().filter(|entry| of_services(&entry.destination).is_some()) {
            causes.push(entry.thing.name());
        }
        for &table in network.vpc(self.own).tables.iter().chain(&network.vpc(self.far).tables) {
            for &route in &network.table(table).routes {
                causes.push(network.route(route).key());
                causes.push(network.route(route).thing.name());
            }
        }
        causes
    }
}
