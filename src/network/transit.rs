//! What joins two VPCs: a peering connection, transit routers, an old CEN attachment; or is it sure that nothing does?

use std::collections::{HashMap, HashSet};

use super::{
    Arg, AttachmentId, AttachmentKind, Link, Network, PeeringId, RouterId, RouterTableId, RouterTableNode, VpcId,
    VpcNode, is_vague,
};
use crate::eval::Cause;

/// One way in which two VPCs are joined. What the routes make of it is another question.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Joint {
    Peering(PeeringId),
    /// Attached to one router, or to two that a peer attachment joins.
    Routers {
        ends: (AttachmentId, AttachmentId),
        over: Option<AttachmentId>,
    },
    /// Both on one CEN without transit routers of their own; indexes of `legacy_attachments`.
    Legacy(usize, usize),
}

/// Whether two VPCs are joined at all.
#[derive(Clone, Debug)]
pub enum Apart {
    Surely,
    No,
    Unknown(Cause),
}

/// Everything that joins VPCs, by VPC. Only what surely exists.
pub struct Joints<'n> {
    network: &'n Network,
    peerings: HashMap<VpcId, Vec<(VpcId, PeeringId)>>,
    attachments: HashMap<VpcId, Vec<(RouterId, AttachmentId)>>,
    links: HashMap<RouterId, Vec<(RouterId, AttachmentId)>>,
    legacy: HashMap<VpcId, Vec<usize>>,
    /// Why anything may be joined to anything.
    open: Option<Cause>,
    /// Those that may not be there, or may join another VPC than the one they name.
    loose_peerings: Vec<PeeringId>,
    loose_attachments: Vec<AttachmentId>,
    loose_legacy: Vec<usize>,
}

impl Network {
    pub fn joints(&self) -> Joints<'_> {
        let mut joints = Joints {
            network: self,
            peerings: HashMap::new(),
            attachments: HashMap::new(),
            links: HashMap::new(),
            legacy: HashMap::new(),
            open: None,
            loose_peerings: Vec::new(),
            loose_attachments: Vec::new(),
            loose_legacy: Vec::new(),
        };
        joints.loosen();
        for ((a, b), by) in self.peered() {
            for id in by {
                joints.peerings.entry(a).or_default().push((b, id));
                joints.peerings.entry(b).or_default().push((a, id));
            }
        }
        for (at, attachment) in self.attachments.iter().enumerate() {
            let id = AttachmentId(at);
            if !attachment.thing().is_some_and(|thing| thing.certain) {
                continue;
            }
            let Some(&router) = attachment.router.value() else { continue };
            match &attachment.kind {
                AttachmentKind::Vpc(attached) => {
                    if let Some(&vpc) = attached.vpc.value() {
                        joints.attachments.entry(vpc).or_default().push((router, id));
                    }
                }
                AttachmentKind::Peer(peer) => {
                    if let Some(&far) = peer.peer.value() {
                        joints.links.entry(router).or_default().push((far, id));
                        joints.links.entry(far).or_default().push((router, id));
                    }
                }
                _ => {}
            }
        }
        for (at, attachment) in self.legacy_attachments.iter().enumerate().filter(|(_, legacy)| legacy.thing.certain) {
            if let Some(&vpc) = attachment.vpc.value() {
                joints.legacy.entry(vpc).or_default().push(at);
            }
        }
        joints.open = self.any_joint();
        joints
    }

    /// A VPC of the files or with an id of its own, which no other node can be.
    fn is_one(&self, vpc: &Arg<VpcId>) -> bool {
        vpc.value().is_some_and(|&vpc| match &self.vpc(vpc).node {
            VpcNode::Managed(thing) => !is_vague(&thing.address),
            VpcNode::External(link) => matches!(link, Link::Literal(_)),
        })
    }

    /// Why there may be more that joins VPCs than is known.
    fn any_joint(&self) -> Option<Cause> {
        let gap = self.gap(&[
            "alicloud_vpc_peer_connection",
            "alicloud_cen_transit_router_vpc_attachment",
            "alicloud_cen_transit_router_peer_attachment",
            "alicloud_cen_instance_attachment",
            "alicloud_express_connect_router_interface",
            "alicloud_router_interface",
        ]);
        let peering = self.peerings.iter().find_map(|peering| peering.requester.cause().or(peering.accepter.cause()));
        let attachment = self.attachments.iter().find_map(|attachment| match &attachment.kind {
            AttachmentKind::Vpc(attached) => attached.vpc.cause().or(attachment.router.cause()),
            AttachmentKind::Peer(peer) => peer.peer.cause().or(attachment.router.cause()),
            _ => None,
        });
        let legacy = self.legacy_attachments.iter().find_map(|legacy| legacy.vpc.cause().or(legacy.child_type.cause()));
        // Old leased lines between VPCs are not in the model.
        let interface = self.things.iter().find(|thing| {
            matches!(&*thing.address.kind, "alicloud_router_interface" | "alicloud_express_connect_router_interface")
        });
        gap.map(|gap| gap.cause.clone())
            .or(peering.or(attachment).or(legacy).cloned())
            .or_else(|| interface.map(|thing| Cause::Unsupported(format!("which VPCs {} joins", thing.address).into())))
    }
}

impl Joints<'_> {
    fn loosen(&mut self) {
        let network = self.network;
        for (at, peering) in network.peerings.iter().enumerate() {
            let plain = network.is_one(&peering.requester) && network.is_one(&peering.accepter);
            if !peering.thing.certain || !plain {
                self.loose_peerings.push(PeeringId(at));
            }
        }
        for (at, attachment) in network.attachments.iter().enumerate() {
            if let AttachmentKind::Vpc(attached) = &attachment.kind {
                let certain = attachment.thing().is_some_and(|thing| thing.certain);
                if !certain || !network.is_one(&attached.vpc) || attachment.router.value().is_none() {
                    self.loose_attachments.push(AttachmentId(at));
                }
            }
        }
        for (at, legacy) in network.legacy_attachments.iter().enumerate() {
            if !legacy.thing.certain || !network.is_one(&legacy.vpc) {
                self.loose_legacy.push(at);
            }
        }
    }

    /// What surely joins two VPCs.
    pub fn between(&self, a: VpcId, b: VpcId) -> Vec<Joint> {
        let mut found: Vec<Joint> = self
            .peerings
            .get(&a)
            .into_iter()
            .flatten()
            .filter(|(other, _)| *other == b)
            .map(|(_, id)| Joint::Peering(*id))
            .collect();
        let of = |vpc: VpcId| self.attachments.get(&vpc).map_or(&[][..], Vec::as_slice);
        for &(here, near) in of(a) {
            for &(there, far) in of(b) {
                if here == there {
                    found.push(Joint::Routers { ends: (near, far), over: None });
                }
                let over =
                    self.links.get(&here).into_iter().flatten().filter(|(router, _)| *router == there && there != here);
                found.extend(over.map(|&(_, link)| Joint::Routers { ends: (near, far), over: Some(link) }));
            }
        }
        let legacy = |vpc: VpcId| self.legacy.get(&vpc).into_iter().flatten().copied();
        for x in legacy(a) {
            for y in legacy(b) {
                let cen = |at: usize| self.network.legacy_attachments[at].cen.value();
                if cen(x).is_some() && cen(x) == cen(y) {
                    found.push(Joint::Legacy(x, y));
                }
            }
        }
        found
    }

    /// Why there may be more that joins VPCs than is known.
    pub fn open(&self) -> Option<&Cause> {
        self.open.as_ref()
    }

    /// Why a VPC may be on a transit router without being known to be.
    pub fn loose(&self) -> Option<Cause> {
        let first = self.loose_attachments.first().map(|&id| self.network.attachment(id).node.name());
        first.map(|name| Cause::Elsewhere(format!("which VPC {name} attaches").into()))
    }

    /// The VPCs that a VPC is peered with.
    pub fn peers(&self, vpc: VpcId) -> &[(VpcId, PeeringId)] {
        self.peerings.get(&vpc).map_or(&[], Vec::as_slice)
    }

    /// The routers that a VPC is attached to.
    pub fn attachments(&self, vpc: VpcId) -> &[(RouterId, AttachmentId)] {
        self.attachments.get(&vpc).map_or(&[], Vec::as_slice)
    }

    /// Whether two VPCs of the files have nothing in common that could carry packets from one to the other.
    pub fn apart(&self, a: VpcId, b: VpcId) -> Apart {
        let network = self.network;
        if !self.between(a, b).is_empty() {
            return Apart::No;
        }
        if let Some(cause) = &self.open {
            return Apart::Unknown(cause.clone());
        }
        let may_be = |end: &Arg<VpcId>, vpc: VpcId| end.value().is_some_and(|&end| !network.vpcs_differ(end, vpc));
        let uncertain = self.loose_peerings.iter().map(|&id| network.peering(id)).find(|peering| {
            may_be(&peering.requester, a) && may_be(&peering.accepter, b)
                || may_be(&peering.requester, b) && may_be(&peering.accepter, a)
        });
        if let Some(peering) = uncertain {
            return Apart::Unknown(Cause::Instances(peering.thing.name().into()));
        }
        // Both on transit routers or CENs, even on different ones: what joins those may be elsewhere.
        let attached = |vpc: VpcId| {
            let own = self.attachments(vpc).iter().map(|(_, id)| id).chain(&self.loose_attachments);
            own.map(|&id| network.attachment(id)).find(|attachment| match &attachment.kind {
                AttachmentKind::Vpc(attached) => may_be(&attached.vpc, vpc),
                _ => false,
            })
        };
        let legacy = |vpc: VpcId| {
            let own = self.legacy.get(&vpc).into_iter().flatten().chain(&self.loose_legacy);
            own.map(|&at| &network.legacy_attachments[at]).find(|legacy| may_be(&legacy.vpc, vpc))
        };
        let named = |vpc: VpcId| {
            attached(vpc)
                .map(|attachment| attachment.node.name())
                .or_else(|| legacy(vpc).map(|legacy| legacy.thing.name()))
        };
        if let (Some(one), Some(_)) = (named(a), named(b)) {
            return Apart::Unknown(Cause::Elsewhere(format!("what else the CEN of {one} joins").into()));
        }
        Apart::Surely
    }
}

/// The region of a managed thing, where it is known.
pub fn region_of(thing: &super::Thing) -> Option<std::sync::Arc<str>> {
    super::vpc::region(thing).value().cloned()
}

/// A VPC whose vSwitches a router's table surely learns: through what, the last one an attachment of the table's router.
#[derive(Clone, Debug)]
pub struct Heard {
    pub vpc: VpcId,
    pub via: AttachmentId,
    /// Indexes of `propagations`.
    pub propagations: Vec<usize>,
    pub attachments: Vec<AttachmentId>,
}

impl Network {
    /// What a table surely learns from VPCs, directly or from the table of a peer (semantics 4.6, 4.11).
    pub fn heard(&self, table: RouterTableId) -> Vec<Heard> {
        self.heard_besides(table, &mut HashSet::new())
    }

    fn heard_besides(&self, table: RouterTableId, seen: &mut HashSet<RouterTableId>) -> Vec<Heard> {
        let mut found = Vec::new();
        if !seen.insert(table) {
            return found;
        }
        for &at in &self.router_table(table).propagations {
            let propagation = &self.propagations[at];
            let Some(&id) = propagation.attachment.value() else { continue };
            let attachment = self.attachment(id);
            if !propagation.thing.certain || !attachment.thing().is_some_and(|thing| thing.certain) {
                continue;
            }
            match &attachment.kind {
                AttachmentKind::Vpc(attached) => {
                    let vpc = attached.vpc.value().copied();
                    found.extend(vpc.map(|vpc| Heard { vpc, via: id, propagations: vec![at], attachments: vec![id] }));
                }
                AttachmentKind::Peer(peer) => {
                    let (near, far) = (attachment.router.value(), peer.peer.value());
                    let here = self.router_table(table).router.value();
                    // Only what the requester's side publishes is sure.
                    if here.is_none() || here != far || near == far || attachment.publish.value() != Some(&true) {
                        continue;
                    }
                    let Some(theirs) = near.and_then(|&near| self.table_for(id, near)) else { continue };
                    for mut one in self.heard_besides(theirs, seen) {
                        if one.via != id {
                            one.via = id;
                            one.propagations.push(at);
                            one.attachments.push(id);
                            found.push(one);
                        }
                    }
                }
                _ => {}
            }
        }
        seen.remove(&table);
        found
    }

    /// The table that a router surely looks up for what comes from an attachment.
    pub fn table_for(&self, id: AttachmentId, router: RouterId) -> Option<RouterTableId> {
        self.attachment(id).associations.iter().map(|&at| &self.associations[at]).find_map(|association| {
            let table = *association.table.value().filter(|_| association.thing.certain)?;
            (self.router_table(table).router.value() == Some(&router)).then_some(table)
        })
    }

    /// The VPCs that surely look a table up.
    pub fn readers(&self, table: RouterTableId) -> Vec<(VpcId, AttachmentId)> {
        let associations = self.router_table(table).associations.iter().map(|&at| &self.associations[at]);
        let certain = associations.filter(|association| association.thing.certain);
        let attachments = certain.filter_map(|association| association.attachment.value().copied());
        attachments
            .filter(|&id| self.attachment(id).thing().is_some_and(|thing| thing.certain))
            .filter_map(|id| Some((self.attachment(id).vpc()?, id)))
            .collect()
    }

    /// Whether two nodes may be one table of a router: one that is named by a variable can be any.
    pub fn router_tables_may_be_one(&self, a: RouterTableId, b: RouterTableId) -> bool {
        let open = |id: RouterTableId| match &self.router_table(id).node {
            RouterTableNode::External(link) => !matches!(link, Link::Literal(_)),
            RouterTableNode::Custom(thing) => is_vague(&thing.address),
            RouterTableNode::System => false,
        };
        a == b || open(a) || open(b)
    }

    /// Something surely looks the table up: without that it does nothing.
    pub fn is_read(&self, table: RouterTableId) -> bool {
        self.router_table(table).associations.iter().any(|&at| self.associations[at].thing.certain)
    }
}
