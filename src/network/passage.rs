//! From which ends is a peering connection routed? Which routes lead into it, from which side, and which may (semantics
//! 3.1, 3.2).

use std::collections::HashMap;

use ipnet::Ipv4Net;

use super::peering::Keeper;
use super::{Arg, Bound, Hop, Link, Network, Peering, Route, RouteId, Seen, Side, TableId, TableNode, VpcId};
use crate::eval::{Cause, SameAccount};
use crate::source::Mode;

/// The routes that name a connection as their next hop, by the side on which they lie.
#[derive(Clone, Debug, Default)]
pub struct Ways {
    pub requester: Vec<RouteId>,
    pub accepter: Vec<RouteId>,
    /// In the tables of a third VPC.
    pub astray: Vec<RouteId>,
    pub unsure: Vec<(RouteId, Cause)>,
}

impl Ways {
    pub fn on(&self, side: Side) -> &[RouteId] {
        match side {
            Side::Requester => &self.requester,
            Side::Accepter => &self.accepter,
        }
    }
}

/// From which ends packets can enter a connection.
#[derive(Clone, Debug)]
pub enum Routed {
    Both,
    Neither(Proof),
    /// From one end only; which one is not always known.
    Only(Option<Side>, Proof),
    /// Another rule speaks of a route that was meant for it.
    Meant,
    Unknown(Cause),
}

/// How sure it is that a route is missing.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Proof {
    /// One end is managed here.
    OneEnd,
    /// The missing routes would be written by a provider of this root, whose account very likely is the end's.
    Likely,
    /// The missing routes would be written by a provider of this root.
    Provider,
    /// The VPCs that lack them are in the files.
    Files,
}

/// Whether something is there.
enum There {
    Yes,
    Maybe(Cause),
    Meant,
    No,
}

/// Routes that may lead to any connection, by the VPC of their table.
#[derive(Debug, Default)]
pub(super) struct Strays {
    by_vpc: HashMap<VpcId, Vec<RouteId>>,
    anywhere: Vec<RouteId>,
    /// Routes that take packets elsewhere than to the Internet or into a connection.
    others: Vec<RouteId>,
    /// Why there is a route in a table that nobody knows.
    unplaced: Option<Cause>,
    /// Why a table may be bound to a vSwitch although no attachment is known to do so.
    binding: Option<Cause>,
}

/// Next hops that lead to the Internet, to a service, or into a connection.
const OUTWARD: [&str; 5] = ["NatGateway", "Ipv4Gateway", "IPv6Gateway", "GatewayEndpoint", "VpcPeer"];

impl Network {
    pub fn ways(&self, peering: &Peering) -> Ways {
        let mut ways = Ways::default();
        for &id in &peering.routes {
            match self.side_of(self.route(id), peering) {
                Ok(Some(Side::Requester)) => ways.requester.push(id),
                Ok(Some(Side::Accepter)) => ways.accepter.push(id),
                Ok(None) => ways.astray.push(id),
                Err(cause) => ways.unsure.push((id, cause)),
            }
        }
        ways
    }

    /// From which ends a connection is routed.
    pub fn routed(&self, peering: &Peering, ways: &Ways) -> Routed {
        let sides = Side::BOTH.map(|side| self.way_in(peering, ways, side));
        let lacking = match sides {
            [There::Yes, There::Yes] => return Routed::Both,
            [There::Meant, _] | [_, There::Meant] => return Routed::Meant,
            [There::No, There::No] => return self.neither(peering),
            [There::Yes, There::No] => Side::Accepter,
            [There::No, There::Yes] => Side::Requester,
            [There::Maybe(cause), _] | [_, There::Maybe(cause)] => return self.one_table(peering, ways, cause),
        };
        match self.keeper(peering, lacking) {
            Some(keeper) => Routed::Only(Some(lacking), proof(peering, keeper, lacking)),
            None => Routed::Unknown(self.not_here(peering, lacking)),
        }
    }

    fn neither(&self, peering: &Peering) -> Routed {
        match Side::BOTH.map(|side| self.keeper(peering, side)) {
            [None, None] => Routed::Unknown(self.not_here(peering, Side::Requester)),
            [Some(Keeper::Files), Some(Keeper::Files)] => Routed::Neither(Proof::Files),
            [Some(_), Some(_)] => Routed::Neither(Proof::Provider),
            _ => Routed::Neither(Proof::OneEnd),
        }
    }

    /// Routes of which nobody knows the side, all in one table, still come from one side only.
    fn one_table(&self, peering: &Peering, ways: &Ways, cause: Cause) -> Routed {
        let unsure: Vec<&Route> = ways.unsure.iter().map(|(id, _)| self.route(*id)).collect();
        let Some(&table) = unsure.first().and_then(|route| route.table.value()) else { return Routed::Unknown(cause) };
        let single = match &self.table(table).node {
            TableNode::External(Link::Of { address, .. }) => !super::is_vague(address),
            TableNode::External(_) => true,
            TableNode::Custom(thing) => !super::is_vague(&thing.address),
            TableNode::System => false,
        };
        if peering.routed_elsewhere.iter().any(Option::is_some) {
            return Routed::Unknown(cause);
        }
        let alone = ways.requester.is_empty() && ways.accepter.is_empty() && ways.astray.is_empty();
        let same = |route: &&Route| route.thing.certain && route.table.value() == Some(&table);
        if !single || !alone || !unsure.iter().all(same) || self.stray_way(peering, None).is_some() {
            return Routed::Unknown(cause);
        }
        match Side::BOTH.map(|side| self.keeper(peering, side)) {
            [Some(a), Some(b)] => Routed::Only(None, proof(peering, a.min(b), Side::Accepter)),
            _ => Routed::Unknown(cause),
        }
    }

    /// Whether a route leads into a connection from a side.
    fn way_in(&self, peering: &Peering, ways: &Ways, side: Side) -> There {
        let mut maybe = None;
        for &id in ways.on(side) {
            let route = self.route(id);
            match self.takes_effect(route) {
                There::Yes if route.thing.certain => return There::Yes,
                There::Maybe(cause) => maybe = Some(cause),
                There::No => {}
                _ => maybe = Some(Cause::Instances(route.thing.name().into())),
            }
        }
        match &peering.routed_elsewhere[side as usize] {
            Some(Seen::Surely) => return There::Yes,
            Some(Seen::Perhaps(cause)) => maybe = maybe.or_else(|| Some(cause.clone())),
            None => {}
        }
        if let Some(cause) = maybe {
            return There::Maybe(cause);
        }
        if let Some((_, cause)) = ways.unsure.first() {
            return There::Maybe(cause.clone());
        }
        if !ways.astray.is_empty() {
            return There::Meant;
        }
        self.stray_way(peering, Some(side)).unwrap_or(There::No)
    }

    /// Whether a table is in use: routes in a custom one without vSwitches do nothing (semantics 2.2, 3.2).
    fn takes_effect(&self, route: &Route) -> There {
        let Some(&table) = route.table.value() else { return There::Yes };
        let table = self.table(table);
        if table.thing().is_none() {
            return There::Yes;
        }
        match (
            table.bindings.iter().any(|&at| self.bindings[at].thing.certain),
            table.bindings.first(),
            &self.index.strays.binding,
        ) {
            (true, ..) => There::Yes,
            (false, Some(&at), _) => There::Maybe(Cause::Instances(self.bindings[at].thing.name().into())),
            (false, None, Some(cause)) => There::Maybe(cause.clone()),
            (false, None, None) => There::No,
        }
    }

    /// A route that may lead into a connection although it does not name it, or that nobody can see; from one side or
    /// from any.
    fn stray_way(&self, peering: &Peering, side: Option<Side>) -> Option<There> {
        if let Some(gap) = self.gap(&["alicloud_route_entry", "alicloud_vpc_route_entry"]) {
            return Some(There::Maybe(gap.cause.clone()));
        }
        let strays = &self.index.strays;
        let sides = Side::BOTH.into_iter().filter(|&one| side.is_none_or(|side| side == one));
        let there = sides.filter_map(|side| strays.by_vpc.get(peering.end(side).value()?)).flatten();
        // A few tell; so many that nobody knows anything about tell as well.
        let found = there.chain(&strays.anywhere).take(64).find(|&&id| self.may_lead(self.route(id), peering, side));
        let crowded = strays.anywhere.len() > 64;
        let id = found.or(strays.anywhere.first().filter(|_| crowded))?;
        Some(self.route(*id).doubt().map_or(There::Meant, There::Maybe))
    }

    /// Of a next hop that is an id of its own, the destination tells whether it may lead to the other end.
    fn may_lead(&self, route: &Route, peering: &Peering, side: Option<Side>) -> bool {
        let literal = route.every_hop().all(|hop| matches!(hop.id.value(), None | Some(Link::Literal(_))));
        let (Some(side), Some(destination)) = (side, route.destination.value().and_then(|cidr| cidr.v4())) else {
            return true;
        };
        let Some(far) = peering.end(side.other()).value().map(|&vpc| self.vpc(vpc)) else { return true };
        !literal
            || route.doubt().is_some()
            || far.blocks_complete().is_err()
            || far.known_blocks().any(|(block, _)| super::overlap(&block, &destination))
    }

    pub(super) fn settle_strays(&mut self) {
        let mut strays = Strays::default();
        for (at, route) in self.routes.iter().enumerate() {
            if strays.unplaced.is_none() {
                strays.unplaced = self.unplaced(route);
            }
            let is_default =
                route.destination.value().is_some_and(|cidr| cidr.v4().is_some_and(|net| net.prefix_len() == 0));
            if !is_default && route.kind().is_none_or(|kind| !OUTWARD.contains(&kind)) {
                strays.others.push(RouteId(at));
            }
            if !route.every_hop().any(|hop| self.is_stray(hop)) && route.more_hops.is_none() {
                continue;
            }
            let vpc = route.table.value().and_then(|&table| self.table(table).vpc.value().copied());
            // One that may lead anywhere may also lie in the wrong table.
            match vpc.filter(|&vpc| self.vpc(vpc).is_managed() && route.doubt().is_none()) {
                Some(vpc) => strays.by_vpc.entry(vpc).or_default().push(RouteId(at)),
                None => strays.anywhere.push(RouteId(at)),
            }
        }
        strays.binding = self.gap(&["alicloud_route_table_attachment"]).map(|gap| gap.cause.clone()).or_else(|| {
            self.bindings.iter().filter(|binding| !binding.is_gateway).find_map(|binding| match &binding.table {
                Arg::Known(table) if self.is_plain(table.value) => None,
                Arg::Known(table) => self.table(table.value).vpc.cause().cloned(),
                Arg::Unknown(cause, _) => Some(cause.clone()),
                Arg::Absent => None,
            })
        });
        self.index.strays = strays;
    }

    fn unplaced(&self, route: &Route) -> Option<Cause> {
        match &route.table {
            Arg::Known(table) if self.is_plain(table.value) => None,
            Arg::Known(table) => self.table(table.value).vpc.cause().cloned(),
            Arg::Unknown(cause, _) => Some(cause.clone()),
            Arg::Absent => None,
        }
    }

    /// A table that is made in the files, or named by an id of its own; that of a border router is no VPC's.
    fn is_plain(&self, table: TableId) -> bool {
        self.table(table).is_of_vpc() == Some(false)
            || !matches!(&self.table(table).node, TableNode::External(Link::Of { .. } | Link::Variable(..)))
    }

    /// A next hop that may be a connection of the files without saying so, or that was meant to be one.
    fn is_stray(&self, hop: &Hop) -> bool {
        let peers = hop.kind.value().map(|kind| kind.eq_ignore_ascii_case("VpcPeer"));
        match &hop.id {
            Arg::Unknown(..) => peers.unwrap_or(!hop.kind.is_absent()),
            Arg::Absent => peers == Some(true),
            Arg::Known(link) => match &link.value {
                Link::Of { address, .. } if self.index.peerings.contains_key(address) => false,
                Link::Of { address, .. } if address.mode == Mode::Managed => peers == Some(true),
                _ => peers.unwrap_or(!hop.kind.is_absent()),
            },
        }
    }

    /// Why there may be a route in any table: nobody knows the table that it is in.
    pub fn unplaced_route(&self) -> Option<Cause> {
        self.index.strays.unplaced.clone()
    }

    fn not_here(&self, peering: &Peering, side: Side) -> Cause {
        match peering.end(side) {
            Arg::Known(vpc) => Cause::Elsewhere(format!("the route tables of {}", self.vpc(vpc.value).name()).into()),
            Arg::Unknown(cause, _) => cause.clone(),
            Arg::Absent => Cause::Failed,
        }
    }

    /// The table that a vSwitch uses, its VPC's system table included.
    pub fn table_in_use(&self, vpc: VpcId, bound: &Bound) -> Result<TableId, Cause> {
        match bound {
            Bound::System => self.vpc(vpc).tables.first().copied().ok_or(Cause::Failed),
            Bound::Custom(table) => match self.table(*table).thing() {
                Some(_) => Ok(*table),
                None => Err(self.table(*table).vpc.cause().cloned().unwrap_or(Cause::Failed)),
            },
            Bound::Unknown(cause) => Err(cause.clone()),
        }
    }

    /// Whether a route in a VPC's tables, or in one that may be among them, takes packets for such a block another way
    /// than through a peering connection. A default route does not count.
    pub fn leads_on(&self, vpc: Option<VpcId>, wanted: impl Fn(&Ipv4Net) -> bool, except: &[&str]) -> bool {
        self.index.strays.others.iter().map(|&id| self.route(id)).any(|route| {
            let table = route.table.value().and_then(|&table| self.table(table).vpc.value().copied());
            let elsewhere = vpc.zip(table).is_some_and(|(a, b)| self.vpcs_differ(a, b));
            !elsewhere
                && route.kind().is_none_or(|kind| !except.contains(&kind))
                && route.destination.value().is_none_or(|cidr| cidr.v4().is_some_and(|net| wanted(&net)))
        })
    }
}

impl Route {
    /// Why nobody knows where it leads.
    fn doubt(&self) -> Option<Cause> {
        let of_hop = self.every_hop().find_map(|hop| hop.id.doubt());
        of_hop.or_else(|| self.hop.kind.cause().cloned()).or_else(|| self.more_hops.clone())
    }
}

impl Arg<Link> {
    /// Why it may name anything of its kind, things of the files included.
    pub fn doubt(&self) -> Option<Cause> {
        match self {
            Arg::Unknown(cause, _) => Some(cause.clone()),
            Arg::Known(link) => match &link.value {
                Link::Variable(name, at) => Some(Cause::NoDefault(name.clone(), *at)),
                Link::Of { address, .. } if address.mode == Mode::Data => Some(Cause::Data(address.clone())),
                _ => None,
            },
            Arg::Absent => None,
        }
    }
}

/// The connection's own provider surely manages the requester; whose account the other end's is may only be likely.
fn proof(peering: &Peering, keeper: Keeper, side: Side) -> Proof {
    let sure = side == Side::Requester || matches!(peering.same_account, SameAccount::Same | SameAccount::Different);
    match keeper {
        Keeper::Files => Proof::Files,
        Keeper::Provider if sure => Proof::Provider,
        Keeper::Provider => Proof::Likely,
    }
}
