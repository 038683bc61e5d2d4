//! Where do the customer's leased lines end, and what runs over them? Circuits, border routers, BGP, and what watches the
//! lines (semantics 6.1, 6.2, 6.6, 6.7).

use std::collections::HashMap;
use std::sync::Arc;

use super::{
    Arg, AttachmentKind, Cidr, CustomerBlock, Hop, Link, Network, Node, Reader, Route, Table, TableNode, Thing,
};
use crate::eval::Cause;
use crate::source::Address;

#[derive(Debug, Default)]
pub struct Borders {
    pub circuits: Vec<Circuit>,
    pub routers: Vec<BorderRouter>,
    /// Further circuits of a border router.
    pub spares: Vec<SpareCircuit>,
    pub groups: Vec<BgpGroup>,
    pub peers: Vec<BgpPeer>,
    pub networks: Vec<BgpNetwork>,
    pub watches: Vec<Watch>,
    by_address: HashMap<Arc<Address>, usize>,
}

/// A leased line: `alicloud_express_connect_physical_connection`.
#[derive(Clone, Debug)]
pub struct Circuit {
    pub thing: Thing,
    pub access_point: Arg<Arc<str>>,
}

#[derive(Clone, Debug)]
pub struct BorderRouter {
    pub thing: Thing,
    pub circuit: Arg<Link>,
    /// The deprecated argument that names further circuits is set.
    pub more_circuits: bool,
}

#[derive(Clone, Debug)]
pub struct SpareCircuit {
    pub thing: Thing,
    pub border: Arg<Link>,
    pub circuit: Arg<Link>,
}

#[derive(Clone, Debug)]
pub struct BgpGroup {
    pub thing: Thing,
    pub border: Arg<Link>,
    pub local_asn: Arg<i64>,
}

#[derive(Clone, Debug)]
pub struct BgpPeer {
    pub thing: Thing,
    pub group: Arg<Link>,
    /// `enable_bfd`.
    pub watched: Arg<bool>,
}

/// A block of the cloud that a border router tells the customer's side of: `alicloud_vpc_bgp_network`.
#[derive(Clone, Debug)]
pub struct BgpNetwork {
    pub thing: Thing,
    pub border: Arg<Link>,
    pub cidr: Arg<Cidr>,
}

/// What notices that a line is down: a health check of a CEN, or a failover group. One for each border router.
#[derive(Clone, Debug)]
pub struct Watch {
    pub thing: Thing,
    pub border: Arg<Link>,
}

pub const BORDER: &str = "alicloud_express_connect_virtual_border_router";

/// What joins a border router to the cloud.
#[derive(Clone, Debug)]
pub struct BorderUplink<'n> {
    pub kind: Uplink,
    pub thing: &'n Thing,
    pub border: &'n Arg<Link>,
    /// The name of what it is joined to.
    pub to: Option<String>,
    /// Why more may be joined to the same than the files say.
    pub elsewhere: Option<Cause>,
}

/// What a border router is joined to.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Uplink {
    Express,
    Transit,
    Cen,
    Interface,
}

impl Uplink {
    pub fn name(self) -> &'static str {
        match self {
            Uplink::Express => "an Express Connect router",
            Uplink::Transit => "a transit router",
            Uplink::Cen => "a CEN",
            Uplink::Interface => "a VPC by a router interface",
        }
    }
}

impl Table {
    /// The border router of the files whose table it is.
    pub fn border(&self) -> Option<&Arc<Address>> {
        match &self.node {
            TableNode::External(link) => link.managed(BORDER, &["route_table_id"]),
            _ => None,
        }
    }
}

impl Network {
    pub(super) fn add_borders(&mut self, kind: &str, reader: &Reader<'_, '_>) {
        let thing = reader.thing.clone();
        let borders = &mut self.borders;
        match kind {
            "alicloud_express_connect_physical_connection" => {
                borders.circuits.push(Circuit { thing, access_point: reader.text("access_point_id") });
            }
            BORDER => {
                borders.by_address.insert(thing.address.clone(), borders.routers.len());
                borders.routers.push(BorderRouter {
                    thing,
                    circuit: reader.link("physical_connection_id"),
                    more_circuits: !reader.value("associated_physical_connections").is_absent(),
                });
            }
            "alicloud_express_connect_vbr_pconn_association" => {
                let (border, circuit) = (reader.link("vbr_id"), reader.link("physical_connection_id"));
                borders.spares.push(SpareCircuit { thing, border, circuit });
            }
            "alicloud_vpc_bgp_group" => {
                let (border, local_asn) = (reader.link("router_id"), reader.number("local_asn"));
                borders.groups.push(BgpGroup { thing, border, local_asn });
            }
            "alicloud_vpc_bgp_peer" => {
                let (group, watched) = (reader.link("bgp_group_id"), reader.flag("enable_bfd"));
                borders.peers.push(BgpPeer { thing, group, watched });
            }
            "alicloud_vpc_bgp_network" => {
                let (border, cidr) = (reader.link("router_id"), reader.cidr("dst_cidr_block"));
                borders.networks.push(BgpNetwork { thing, border, cidr });
            }
            "alicloud_cen_vbr_health_check" => {
                borders.watches.push(Watch { thing, border: reader.link("vbr_instance_id") });
            }
            "alicloud_vpc_vbr_ha" => {
                for name in ["vbr_id", "peer_vbr_id"] {
                    borders.watches.push(Watch { thing: thing.clone(), border: reader.link(name) });
                }
            }
            _ => {}
        }
    }

    /// The border router that the files make, when a link names it.
    pub fn border_of(&self, link: &Arg<Link>) -> Option<&BorderRouter> {
        let address = link.value()?.managed(BORDER, &["id"])?;
        self.borders.by_address.get(address).map(|&at| &self.borders.routers[at])
    }

    /// Everything that joins border routers to the cloud.
    pub fn uplinks_of_borders(&self) -> Vec<BorderUplink<'_>> {
        let mut found = Vec::new();
        let hub = |kind, thing, border, link: &'_ Arg<Link>| BorderUplink {
            kind,
            thing,
            border,
            to: link.value().map(Link::shown),
            elsewhere: match link.value() {
                Some(Link::Of { address, .. }) if self.thing(address).is_some() => None,
                Some(link) => Some(link.why_unknown()),
                None => Some(link.cause().cloned().unwrap_or(Cause::Failed)),
            },
        };
        for child in &self.express.borders {
            found.push(hub(Uplink::Express, &child.thing, &child.border, &child.express));
        }
        for attachment in &self.attachments {
            if let (AttachmentKind::Vbr(border), Some(thing)) = (&attachment.kind, attachment.thing()) {
                let router = attachment.router.value().map(|&router| &self.router(router).node);
                let elsewhere = match router {
                    Some(Node::Managed(_)) => None,
                    Some(Node::External(link)) => Some(link.why_unknown()),
                    None => Some(attachment.router.cause().cloned().unwrap_or(Cause::Failed)),
                };
                let to = router.map(Node::name);
                found.push(BorderUplink { kind: Uplink::Transit, thing, border, to, elsewhere });
            }
        }
        for legacy in &self.legacy_attachments {
            if legacy.child_type.value().is_some_and(|kind| &**kind == "VBR") {
                found.push(hub(Uplink::Cen, &legacy.thing, &legacy.child, &legacy.cen));
            }
        }
        for interface in &self.interfaces.list {
            if interface.kind.value().is_some_and(|kind| &**kind == "VBR") {
                found.push(hub(Uplink::Interface, &interface.thing, &interface.router, &interface.opposite));
            }
        }
        found
    }

    /// Blocks that routers of the cloud lead to the customer's side: static entries to a line or a VPN connection, and
    /// routes of a border router that do not lead to a VPC.
    pub(super) fn settle_customer_blocks(&mut self) {
        let mut found = Vec::new();
        let mut add = |thing: &Thing, argument: &'static str, cidr: &Arg<Cidr>| {
            found.push(CustomerBlock { thing: thing.clone(), argument, cidr: cidr.clone(), gateway: Arg::Absent });
        };
        for entry in &self.router_routes {
            let kind = entry.attachment.map(|id| &self.attachment(id).kind);
            if matches!(kind, Some(AttachmentKind::Vbr(_) | AttachmentKind::Ecr(_) | AttachmentKind::Vpn(_))) {
                add(&entry.thing, "transit_router_route_entry_destination_cidr_block", &entry.destination);
            }
        }
        for route in &self.routes {
            let of_border = route.table.value().is_some_and(|&table| self.table(table).is_of_vpc() == Some(false));
            // Through an interface a border router leads to a VPC.
            let outward = |hop: &Hop| hop.kind.value().is_some_and(|kind| &**kind != "RouterInterface");
            if of_border && route.every_hop().any(outward) {
                add(&route.thing, route.destination_name(), &route.destination);
            }
        }
        self.customer_blocks.extend(found);
    }

    /// The static routes in the table of a border router.
    pub fn routes_of_border<'n>(&'n self, address: &Arc<Address>) -> impl Iterator<Item = &'n Route> + use<'n> {
        let link = Link::Of { address: address.clone(), attribute: "route_table_id".into() };
        let table = self.index.tables.get(&link).map(|&table| self.table(table));
        table.into_iter().flat_map(|table| &table.routes).map(|&route| self.route(route))
    }
}
