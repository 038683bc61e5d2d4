//! CEN: transit routers, what is attached to them, and their route tables (semantics 4).
//!
//! Association, learning and the VPC's own routes are three relations that Terraform leaves off unless they are written;
//! each is held here as it is written.

use std::sync::Arc;

use super::arg::{field, field_link, text};
use super::vpc::region;
use super::{Arg, Cidr, Link, Network, Reader, TableId, Thing, Traced, VSwitchId, VpcId, resolve};
use crate::eval::Cause;

#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Debug)]
pub struct RouterId(pub usize);

#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Debug)]
pub struct AttachmentId(pub usize);

#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Debug)]
pub struct RouterTableId(pub usize);

/// A thing of the files, or one that they only name.
#[derive(Clone, Debug)]
pub enum Node {
    Managed(Thing),
    External(Link),
}

#[derive(Clone, Debug)]
pub struct Router {
    pub node: Node,
    pub cen: Arg<Link>,
    pub region: Arg<Arc<str>>,
    /// The default table first, then the others.
    pub tables: Vec<RouterTableId>,
    pub attachments: Vec<AttachmentId>,
}

#[derive(Clone, Debug)]
pub struct Attachment {
    pub node: Node,
    pub kind: AttachmentKind,
    pub router: Arg<RouterId>,
    pub cen: Arg<Link>,
    /// `auto_publish_route_enabled`.
    pub publish: Arg<bool>,
    /// `route_table_association_enabled` and `route_table_propagation_enabled`.
    pub association_flag: Arg<bool>,
    pub propagation_flag: Arg<bool>,
    pub associations: Vec<usize>,
    pub propagations: Vec<usize>,
}

#[derive(Clone, Debug)]
pub enum AttachmentKind {
    Vpc(VpcAttachment),
    Peer(PeerAttachment),
    /// A border router, by its id.
    Vbr(Arg<Link>),
    Vpn(Arg<Link>),
    Ecr(Arg<Link>),
    /// Only named in the files.
    Unknown,
}

#[derive(Clone, Debug)]
pub struct VpcAttachment {
    pub vpc: Arg<VpcId>,
    pub owner: Arg<Link>,
    pub zones: Vec<ZoneMapping>,
    /// Why there may be more zones than are known.
    pub more_zones: Option<Cause>,
}

#[derive(Clone, Debug)]
pub struct ZoneMapping {
    pub zone: Arg<Arc<str>>,
    pub link: Arg<Link>,
    pub vswitch: Option<VSwitchId>,
    pub header: crate::source::Span,
}

#[derive(Clone, Debug)]
pub struct PeerAttachment {
    pub peer: Arg<RouterId>,
    pub peer_region: Arg<Arc<str>>,
    pub bandwidth: Arg<i64>,
    pub bandwidth_type: Arg<Arc<str>>,
    pub package: Arg<Link>,
    pub link_type: Arg<Arc<str>>,
}

#[derive(Clone, Debug)]
pub enum RouterTableNode {
    /// The default table that a router is born with.
    System,
    Custom(Thing),
    External(Link),
}

#[derive(Clone, Debug)]
pub struct RouterTable {
    pub node: RouterTableNode,
    pub router: Arg<RouterId>,
    pub associations: Vec<usize>,
    pub propagations: Vec<usize>,
    pub routes: Vec<usize>,
}

/// One attachment joined to one table: it is looked up there (association), or its routes are learned there (propagation).
#[derive(Clone, Debug)]
pub struct Membership {
    pub thing: Thing,
    pub attachment: Arg<AttachmentId>,
    pub table: Arg<RouterTableId>,
    /// The link as it was written for the attachment.
    pub link: Arg<Link>,
    /// Made by a flag of the attachment instead of a resource of its own.
    pub by_flag: bool,
}

/// One static entry of a router's table.
#[derive(Clone, Debug)]
pub struct RouterRoute {
    pub thing: Thing,
    pub table: Arg<RouterTableId>,
    pub destination: Arg<Cidr>,
    /// `Attachment` or `BlackHole`.
    pub kind: Arg<Arc<str>>,
    pub link: Arg<Link>,
    pub attachment: Option<AttachmentId>,
}

/// A route that the CEN writes into a VPC's table: `alicloud_cen_child_instance_route_entry_to_attachment`.
#[derive(Clone, Debug)]
pub struct ChildRoute {
    pub thing: Thing,
    pub table: Arg<TableId>,
    pub destination: Arg<Cidr>,
    pub link: Arg<Link>,
    pub attachment: Option<AttachmentId>,
}

/// A VPC on a CEN without a transit router of its own: `alicloud_cen_instance_attachment`.
#[derive(Clone, Debug)]
pub struct LegacyAttachment {
    pub thing: Thing,
    pub cen: Arg<Link>,
    /// The VPC or border router, as it is written.
    pub child: Arg<Link>,
    pub vpc: Arg<VpcId>,
    pub child_type: Arg<Arc<str>>,
    pub region: Arg<Arc<str>>,
}

/// A policy over the routes of a CEN: `alicloud_cen_route_map`.
#[derive(Clone, Debug)]
pub struct RouteMap {
    pub thing: Thing,
    pub cen: Arg<Link>,
    pub region: Arg<Arc<str>>,
    /// `Permit` or `Deny`.
    pub result: Arg<Arc<str>>,
    pub table: Arg<RouterTableId>,
    pub direction: Arg<Arc<str>>,
    /// It has a match condition.
    pub conditional: bool,
}

impl Node {
    pub fn thing(&self) -> Option<&Thing> {
        match self {
            Node::Managed(thing) => Some(thing),
            Node::External(_) => None,
        }
    }

    pub fn name(&self) -> String {
        match self {
            Node::Managed(thing) => thing.name(),
            Node::External(link) => link.shown(),
        }
    }
}

impl Attachment {
    pub fn vpc(&self) -> Option<VpcId> {
        match &self.kind {
            AttachmentKind::Vpc(attached) => attached.vpc.value().copied(),
            _ => None,
        }
    }

    pub fn peer(&self) -> Option<&PeerAttachment> {
        match &self.kind {
            AttachmentKind::Peer(peer) => Some(peer),
            _ => None,
        }
    }

    pub fn thing(&self) -> Option<&Thing> {
        self.node.thing()
    }

    /// The attribute that holds its plain id (11.1).
    pub fn own_id(&self) -> &'static str {
        match self.kind {
            AttachmentKind::Vpn(_) | AttachmentKind::Ecr(_) => "id",
            _ => "transit_router_attachment_id",
        }
    }
}

const ROUTER: &str = "alicloud_cen_transit_router";

impl Network {
    pub fn router(&self, id: RouterId) -> &Router {
        &self.routers[id.0]
    }

    pub fn attachment(&self, id: AttachmentId) -> &Attachment {
        &self.attachments[id.0]
    }

    pub fn router_table(&self, id: RouterTableId) -> &RouterTable {
        &self.router_tables[id.0]
    }

    pub fn router_table_name(&self, id: RouterTableId) -> String {
        let table = self.router_table(id);
        match &table.node {
            RouterTableNode::System => match table.router.value() {
                Some(&router) => format!("the default table of {}", self.router(router).node.name()),
                None => "a default table".into(),
            },
            RouterTableNode::Custom(thing) => thing.name(),
            RouterTableNode::External(link) => link.shown(),
        }
    }

    pub(super) fn add_router(&mut self, reader: &Reader<'_, '_>) {
        let router = Router {
            node: Node::Managed(reader.thing.clone()),
            cen: reader.link("cen_id"),
            region: region(&reader.thing),
            tables: Vec::new(),
            attachments: Vec::new(),
        };
        let id = self.push_router(router);
        for attribute in ["transit_router_id", "id"] {
            self.index.routers.insert(of(reader, attribute), id);
        }
        // The name under which data sources answer with the default table.
        let table = self.router(id).tables[0];
        self.index.router_tables.insert(of(reader, crate::eval::SYSTEM_TABLE), table);
    }

    fn push_router(&mut self, router: Router) -> RouterId {
        let id = RouterId(self.routers.len());
        let at = router.node.thing().map_or_else(Default::default, |thing| thing.header);
        let table = RouterTableId(self.router_tables.len());
        self.router_tables.push(RouterTable {
            node: RouterTableNode::System,
            router: Arg::Known(Traced { value: id, place: at, attribute: at }),
            associations: Vec::new(),
            propagations: Vec::new(),
            routes: Vec::new(),
        });
        self.routers.push(Router { tables: vec![table], ..router });
        id
    }

    pub fn router_of(&mut self, link: &Link) -> Result<RouterId, Cause> {
        if let Some(&id) = self.index.routers.get(link) {
            return Ok(id);
        }
        if link.managed(ROUTER, &["transit_router_id", "id"]).is_none() && is_of(link, ROUTER) {
            return Err(Cause::Unsupported("this attribute as the id of a transit router".into()));
        }
        let unknown = || Arg::Unknown(Cause::Unsupported(format!("the region of {}", link.shown()).into()), None);
        let id = self.push_router(Router {
            node: Node::External(link.clone()),
            cen: Arg::Unknown(Cause::Unsupported(format!("the CEN of {}", link.shown()).into()), None),
            region: unknown(),
            tables: Vec::new(),
            attachments: Vec::new(),
        });
        self.index.routers.insert(link.clone(), id);
        Ok(id)
    }

    /// The router of an attachment: the one it names, else the only one of its CEN in its region.
    fn router_for(&mut self, reader: &Reader<'_, '_>) -> Arg<RouterId> {
        match reader.link("transit_router_id") {
            Arg::Absent => {}
            link => return resolve(link, |link| self.router_of(link)),
        }
        let cen = reader.link("cen_id");
        let here = region(&reader.thing);
        let (Some(cen), Some(here)) = (cen.known(), here.value()) else {
            return Arg::Unknown(Cause::Unsupported("an attachment without `transit_router_id`".into()), None);
        };
        let fits = |router: &Router| router.cen.value() == Some(&cen.value) && router.region.value() == Some(here);
        let mut fitting = (0..self.routers.len()).filter(|&at| fits(&self.routers[at]));
        match (fitting.next(), fitting.next()) {
            (Some(at), None) => Arg::Known(Traced { value: RouterId(at), place: cen.place, attribute: cen.attribute }),
            _ => Arg::Unknown(Cause::Unsupported("an attachment without `transit_router_id`".into()), Some(cen.place)),
        }
    }

    pub(super) fn add_router_table(&mut self, reader: &Reader<'_, '_>) {
        let id = RouterTableId(self.router_tables.len());
        let router = resolve(reader.link("transit_router_id"), |link| self.router_of(link));
        if let Some(router) = router.value() {
            self.routers[router.0].tables.push(id);
        }
        self.router_tables.push(RouterTable {
            node: RouterTableNode::Custom(reader.thing.clone()),
            router,
            associations: Vec::new(),
            propagations: Vec::new(),
            routes: Vec::new(),
        });
        for attribute in ["transit_router_route_table_id", "id"] {
            self.index.router_tables.insert(of(reader, attribute), id);
        }
    }

    pub fn router_table_of(&mut self, link: &Link) -> Result<RouterTableId, Cause> {
        if let Some(&id) = self.index.router_tables.get(link) {
            return Ok(id);
        }
        let id = RouterTableId(self.router_tables.len());
        self.router_tables.push(RouterTable {
            node: RouterTableNode::External(link.clone()),
            router: Arg::Unknown(Cause::Unsupported(format!("the router of {}", link.shown()).into()), None),
            associations: Vec::new(),
            propagations: Vec::new(),
            routes: Vec::new(),
        });
        self.index.router_tables.insert(link.clone(), id);
        Ok(id)
    }

    pub(super) fn add_attachment(&mut self, kind: &str, reader: &Reader<'_, '_>) {
        let id = AttachmentId(self.attachments.len());
        let router = self.router_for(reader);
        let attached = match kind {
            "alicloud_cen_transit_router_vpc_attachment" => {
                let vpc = resolve(reader.link("vpc_id"), |link| self.vpc_of(link));
                let blocks = reader.blocks("zone_mappings");
                let zones = blocks.list.iter().map(|block| {
                    let link = field_link(&block.fields, "vswitch_id", block.header);
                    ZoneMapping {
                        zone: text(field(&block.fields, "zone_id", block.header)),
                        vswitch: link.value().and_then(|link| self.vswitch_of(link)),
                        link,
                        header: block.header,
                    }
                });
                AttachmentKind::Vpc(VpcAttachment {
                    vpc,
                    owner: reader.link("vpc_owner_id"),
                    zones: zones.collect(),
                    more_zones: blocks.unknown,
                })
            }
            "alicloud_cen_transit_router_peer_attachment" => AttachmentKind::Peer(PeerAttachment {
                peer: resolve(reader.link("peer_transit_router_id"), |link| self.router_of(link)),
                peer_region: reader.text("peer_transit_router_region_id"),
                bandwidth: reader.number("bandwidth"),
                bandwidth_type: reader.text("bandwidth_type"),
                package: reader.link("cen_bandwidth_package_id"),
                link_type: reader.text("default_link_type"),
            }),
            "alicloud_cen_transit_router_vbr_attachment" => AttachmentKind::Vbr(reader.link("vbr_id")),
            "alicloud_cen_transit_router_vpn_attachment" => AttachmentKind::Vpn(reader.link("vpn_id")),
            _ => AttachmentKind::Ecr(reader.link("ecr_id")),
        };
        if let Some(router) = router.value() {
            self.routers[router.0].attachments.push(id);
        }
        if let AttachmentKind::Peer(peer) = &attached
            && let Some(&peer) = peer.peer.value()
            && Some(&peer) != router.value()
        {
            self.routers[peer.0].attachments.push(id);
        }
        self.attachments.push(Attachment {
            node: Node::Managed(reader.thing.clone()),
            kind: attached,
            router,
            cen: reader.link("cen_id"),
            publish: reader.flag("auto_publish_route_enabled"),
            association_flag: reader.flag("route_table_association_enabled"),
            propagation_flag: reader.flag("route_table_propagation_enabled"),
            associations: Vec::new(),
            propagations: Vec::new(),
        });
        for attribute in ["transit_router_attachment_id", "id"] {
            self.index.attachments.insert(of(reader, attribute), id);
        }
    }

    /// The attachment that a link names; one that is not in the files becomes a node of its own.
    pub fn attachment_of(&mut self, link: &Link) -> Result<AttachmentId, Cause> {
        if let Some(id) = self.attachment_named(link) {
            return Ok(id);
        }
        let unknown = || Cause::Unsupported(format!("what {} attaches", link.shown()).into());
        let id = AttachmentId(self.attachments.len());
        self.attachments.push(Attachment {
            node: Node::External(link.clone()),
            kind: AttachmentKind::Unknown,
            router: Arg::Unknown(unknown(), None),
            cen: Arg::Unknown(unknown(), None),
            publish: Arg::Unknown(unknown(), None),
            association_flag: Arg::Unknown(unknown(), None),
            propagation_flag: Arg::Unknown(unknown(), None),
            associations: Vec::new(),
            propagations: Vec::new(),
        });
        self.index.attachments.insert(link.clone(), id);
        Ok(id)
    }

    /// The attachment of the files that a link names, by its plain or its composite id.
    pub fn attachment_named(&self, link: &Link) -> Option<AttachmentId> {
        self.index.attachments.get(link).copied()
    }

    pub(super) fn add_membership(&mut self, reader: &Reader<'_, '_>, association: bool) {
        let link = reader.link("transit_router_attachment_id");
        let attachment = resolve(link.clone(), |link| self.attachment_of(link));
        let table = resolve(reader.link("transit_router_route_table_id"), |link| self.router_table_of(link));
        self.join(Membership { thing: reader.thing.clone(), attachment, table, link, by_flag: false }, association);
    }

    fn join(&mut self, member: Membership, association: bool) {
        let (attachment, table) = (member.attachment.value().copied(), member.table.value().copied());
        let list = if association { &mut self.associations } else { &mut self.propagations };
        let at = list.len();
        list.push(member);
        if let Some(attachment) = attachment {
            let attachment = &mut self.attachments[attachment.0];
            if association { attachment.associations.push(at) } else { attachment.propagations.push(at) }
        }
        if let Some(table) = table {
            let table = &mut self.router_tables[table.0];
            if association { table.associations.push(at) } else { table.propagations.push(at) }
        }
    }

    /// The deprecated flags of VPC and VBR attachments join them to the default table (4.5); those of peer attachments
    /// are never sent.
    pub(super) fn settle_flags(&mut self) {
        for at in 0..self.attachments.len() {
            let attachment = self.attachments[at].clone();
            if !matches!(attachment.kind, AttachmentKind::Vpc(_) | AttachmentKind::Vbr(_)) {
                continue;
            }
            let (Some(thing), Some(router)) = (attachment.thing(), attachment.router.known()) else { continue };
            let table = self.router(router.value).tables[0];
            for (flag, association) in [(&attachment.association_flag, true), (&attachment.propagation_flag, false)] {
                let table = Arg::Known(Traced { value: table, place: router.place, attribute: router.attribute });
                let own = match flag {
                    Arg::Known(set) if set.value => {
                        Arg::Known(Traced { value: AttachmentId(at), place: set.place, attribute: set.attribute })
                    }
                    // It may be set: then this membership exists.
                    Arg::Unknown(..) => {
                        Arg::Known(Traced { value: AttachmentId(at), place: thing.header, attribute: thing.header })
                    }
                    _ => continue,
                };
                let mut thing = thing.clone();
                thing.certain &= flag.value().is_some();
                self.join(Membership { thing, attachment: own, table, link: Arg::Absent, by_flag: true }, association);
            }
        }
    }

    pub(super) fn add_router_route(&mut self, reader: &Reader<'_, '_>) {
        let at = self.router_routes.len();
        let table = resolve(reader.link("transit_router_route_table_id"), |link| self.router_table_of(link));
        if let Some(table) = table.value() {
            self.router_tables[table.0].routes.push(at);
        }
        let link = reader.link("transit_router_route_entry_next_hop_id");
        let attachment = link.value().and_then(|link| self.attachment_of(link).ok());
        self.router_routes.push(RouterRoute {
            thing: reader.thing.clone(),
            table,
            destination: self.block(reader, "transit_router_route_entry_destination_cidr_block"),
            kind: reader.text("transit_router_route_entry_next_hop_type"),
            link,
            attachment,
        });
    }

    pub(super) fn add_child_route(&mut self, reader: &Reader<'_, '_>) {
        let link = reader.link("transit_router_attachment_id");
        let attachment = link.value().and_then(|link| self.attachment_of(link).ok());
        let table = resolve(reader.link("child_instance_route_table_id"), |link| self.table_of(link));
        self.child_routes.push(ChildRoute {
            thing: reader.thing.clone(),
            table,
            destination: self.block(reader, "destination_cidr_block"),
            link,
            attachment,
        });
    }

    pub(super) fn add_legacy_attachment(&mut self, reader: &Reader<'_, '_>) {
        let child_type = reader.text("child_instance_type");
        let child = reader.link("child_instance_id");
        // Older configurations leave the type out; what the id is of tells it as well.
        let is_vpc = child.value().is_some_and(|link| match link {
            Link::Literal(id) => id.starts_with("vpc-"),
            link => link.managed("alicloud_vpc", &["id"]).is_some(),
        });
        let vpc = match &child_type {
            Arg::Known(kind) if &*kind.value == "VPC" => resolve(child, |link| self.vpc_of(link)),
            Arg::Known(_) => Arg::Absent,
            _ if is_vpc => resolve(child, |link| self.vpc_of(link)),
            Arg::Unknown(cause, place) => Arg::Unknown(cause.clone(), *place),
            Arg::Absent if child.value().is_some_and(|link| !link.may_be_any()) => Arg::Absent,
            Arg::Absent => {
                let cause = child.cause().cloned();
                Arg::Unknown(cause.unwrap_or(Cause::Unsupported("what is attached".into())), None)
            }
        };
        self.legacy_attachments.push(LegacyAttachment {
            thing: reader.thing.clone(),
            cen: reader.link("instance_id"),
            child: reader.link("child_instance_id"),
            vpc,
            child_type,
            region: reader.text("child_instance_region_id"),
        });
    }

    pub(super) fn add_route_map(&mut self, reader: &Reader<'_, '_>) {
        let table = resolve(reader.link("transit_router_route_table_id"), |link| self.router_table_of(link));
        let conditions = [
            "as_path_match_mode",
            "cidr_match_mode",
            "community_match_mode",
            "destination_child_instance_types",
            "destination_cidr_blocks",
            "destination_instance_ids",
            "destination_route_table_ids",
            "match_asns",
            "match_community_set",
            "route_types",
            "source_child_instance_types",
            "source_instance_ids",
            "source_region_ids",
            "source_route_table_ids",
        ];
        self.route_maps.push(RouteMap {
            thing: reader.thing.clone(),
            cen: reader.link("cen_id"),
            region: reader.text("cen_region_id"),
            result: reader.text("map_result"),
            table,
            direction: reader.text("transmit_direction"),
            conditional: conditions.iter().any(|name| reader.is_set(name)),
        });
    }
}

fn of(reader: &Reader<'_, '_>, attribute: &str) -> Link {
    Link::Of { address: reader.thing.address.clone(), attribute: attribute.into() }
}

fn is_of(link: &Link, kind: &str) -> bool {
    matches!(link, Link::Of { address, .. } if &*address.kind == kind)
}
