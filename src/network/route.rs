//! Route entries of both resource types, and what their next hops are (semantics 2.4 to 2.10).

use std::sync::Arc;

use super::arg::{field, field_link, number, text};
use super::{Arg, Cidr, Link, Network, PeeringId, Reader, TableId, Thing, VpcId, resolve};
use crate::eval::Cause;
use crate::source::Span;

#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Debug)]
pub struct RouteId(pub usize);

#[derive(Clone, Debug)]
pub struct Route {
    pub thing: Thing,
    pub table: Arg<TableId>,
    pub destination: Arg<Cidr>,
    /// The destination as a link: it may name a prefix list.
    pub list: Arg<Link>,
    /// The destination is a plain text in the route's own block.
    pub is_literal: bool,
    /// The next hop of `nexthop_type` and `nexthop_id`; both absent when `next_hops` is used.
    pub hop: Hop,
    /// The blocks of `next_hops`.
    pub hops: Vec<Hop>,
    /// Why there may be more `next_hops` than are known.
    pub more_hops: Option<Cause>,
    /// What the next hop names, where that is in the files or plain.
    pub target: Option<Target>,
    /// Destination and next hop are written, and all of them are null: a module that waits for a caller.
    pub left_open: bool,
}

#[derive(Clone, Debug)]
pub struct Hop {
    pub kind: Arg<Arc<str>>,
    pub id: Arg<Link>,
    pub weight: Arg<i64>,
    pub header: Span,
}

/// What a next hop leads to.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Target {
    Peering(PeeringId),
    Other(Link),
}

impl Route {
    /// The next hop's type, as written.
    pub fn kind(&self) -> Option<&str> {
        self.hop.kind.value().map(|kind| &**kind)
    }

    /// The peering connection that it leads to, when it is one of the files and the type says so as well.
    pub fn peering(&self) -> Option<PeeringId> {
        match (&self.target, self.kind()) {
            (Some(Target::Peering(id)), Some("VpcPeer")) => Some(*id),
            _ => None,
        }
    }

    /// Every next hop that it names, in whichever way it is written.
    pub fn every_hop(&self) -> impl Iterator<Item = &Hop> {
        let single = !self.hop.kind.is_absent() || !self.hop.id.is_absent();
        single.then_some(&self.hop).into_iter().chain(&self.hops)
    }

    /// The key by which rules tell that they speak of the same route.
    pub fn key(&self) -> String {
        format!("route:{}", self.thing.address)
    }

    /// The argument that holds the destination.
    pub fn destination_name(&self) -> &'static str {
        match &*self.thing.address.kind {
            "alicloud_vpc_route_entry" => "destination_cidr_block",
            _ => "destination_cidrblock",
        }
    }
}

impl Network {
    pub(super) fn add_route(&mut self, reader: &Reader<'_, '_>) {
        let id = RouteId(self.routes.len());
        let table = resolve(reader.link("route_table_id"), |link| self.table_of(link));
        if let Some(table) = table.value() {
            self.tables[table.0].routes.push(id);
        }
        let name = match &*reader.thing.address.kind {
            "alicloud_vpc_route_entry" => "destination_cidr_block",
            _ => "destination_cidrblock",
        };
        let hop = Hop {
            kind: reader.text("nexthop_type"),
            id: reader.link("nexthop_id"),
            weight: Arg::Absent,
            header: reader.thing.header,
        };
        let blocks = reader.blocks("next_hops");
        let hops = blocks.list.iter().map(|block| Hop {
            kind: text(field(&block.fields, "nexthop_type", block.header)),
            id: field_link(&block.fields, "nexthop_id", block.header),
            weight: number(field(&block.fields, "weight", block.header)),
            header: block.header,
        });
        let target = hop.id.value().map(|link| self.target_of(link));
        let destination = self.block(reader, name);
        let waits = |argument: &str| reader.is_set(argument) && reader.value(argument).is_absent();
        self.routes.push(Route {
            left_open: [name, "nexthop_type", "nexthop_id"].into_iter().all(waits),
            thing: reader.thing.clone(),
            table,
            destination,
            list: reader.link(name),
            is_literal: reader.is_literal(name),
            hops: hops.collect(),
            more_hops: blocks.unknown,
            hop,
            target,
        });
    }

    /// The VPC in whose table a route lies, where that is known.
    pub fn vpc_of_route(&self, route: &Route) -> Option<VpcId> {
        self.table(*route.table.value()?).vpc.value().copied()
    }

    /// What tells that rules speak of the same defect as one about this next hop: the route, and the peering that the
    /// next hop names.
    pub fn causes_of(&self, route: &Route, hop: &Hop) -> Vec<String> {
        let peering = hop.id.value().and_then(|link| self.peering_of(link));
        let peering = peering.map(|id| format!("peering:{}", self.peering(id).thing.address));
        [route.thing.name(), route.key()].into_iter().chain(peering).collect()
    }

    fn target_of(&self, link: &Link) -> Target {
        match self.peering_of(link) {
            Some(id) => Target::Peering(id),
            None => Target::Other(link.clone()),
        }
    }

    /// Tells peerings which routes name them, once all routes are known.
    pub(super) fn settle_routes(&mut self) {
        for (at, route) in self.routes.iter().enumerate() {
            let links = route.every_hop().filter_map(|hop| hop.id.value());
            let named = links.filter_map(|link| match link {
                Link::Of { address, .. } => self.index.peerings.get(address),
                _ => None,
            });
            for peering in named {
                let routes = &mut self.peerings[peering.0].routes;
                if routes.last() != Some(&RouteId(at)) {
                    routes.push(RouteId(at));
                }
            }
        }
        self.settle_accounts();
        self.settle_strays();
    }
}
