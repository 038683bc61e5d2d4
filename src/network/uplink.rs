//! By which routes does a VPC send packets to its transit router (semantics 4.4c)?
//!
//! A route counts when it is in a table that a vSwitch uses. One that names the attachment counts wherever it is: what is
//! wrong with its table or its type is for other rules to say.

use std::collections::HashMap;

use super::{
    Arg, AttachmentId, Bound, Cause, Hop, Link, Network, Presence, Route, RouteId, TableId, TableNode, Thing, VpcId,
    VpcNode,
};

/// The routes of VPCs to their routers, found once for many questions.
pub struct Uplinks<'n> {
    network: &'n Network,
    /// Routes by the attachment that they name, and those written for the CEN by it and by their table.
    routes: HashMap<AttachmentId, Vec<RouteId>>,
    child_routes: HashMap<AttachmentId, Vec<usize>>,
    child_tables: HashMap<TableId, Vec<usize>>,
    /// Why a route may be one of any VPC to any attachment.
    stray: Option<Cause>,
}

/// What a next hop has to do with an attachment.
enum Meant {
    This,
    Other,
    Unknown(Cause),
}

impl<'n> Uplinks<'n> {
    pub fn new(network: &'n Network) -> Self {
        let mut links = Uplinks {
            network,
            routes: HashMap::new(),
            child_routes: HashMap::new(),
            child_tables: HashMap::new(),
            stray: None,
        };
        for (at, route) in network.routes.iter().enumerate() {
            let (open, literal) = (links.is_open(&route.table), links.is_literal(&route.table));
            let mut unsure = route.more_hops.clone().filter(|_| open || literal);
            for hop in route.every_hop() {
                let named = hop.id.value().and_then(|link| network.attachment_named(link));
                let managed = named.filter(|&id| network.attachment(id).thing().is_some());
                if let Some(id) = managed {
                    links.routes.entry(id).or_default().push(RouteId(at));
                }
                // In an unknown table it may be anybody's; in one whose id is written out, only that of somebody unknown.
                let maybe = managed.is_some() || hop.is_uplink() != Some(false) || is_nameless(hop);
                let somebody = managed.is_none() && !matches!(hop.id.value(), Some(Link::Literal(_)));
                if maybe && (open || literal && somebody) {
                    unsure = unsure.or_else(|| Some(links.table_cause(&route.table).unwrap_or_else(|| hop_cause(hop))));
                }
            }
            links.stray = links.stray.take().or(unsure);
        }
        for (at, route) in network.child_routes.iter().enumerate() {
            let managed = route.attachment.filter(|&id| network.attachment(id).thing().is_some());
            match managed {
                Some(id) => links.child_routes.entry(id).or_default().push(at),
                None if matches!(route.link.value(), Some(Link::Literal(_))) && !links.is_open(&route.table) => {}
                None if links.is_open(&route.table) || links.is_literal(&route.table) => {
                    let cause = route.link.cause().cloned();
                    let named = route.link.value().map(|link| link.why_unknown());
                    links.stray = links.stray.take().or(cause).or(named);
                }
                None => {}
            }
            if managed.is_some() && links.is_open(&route.table) {
                links.stray = links.stray.take().or_else(|| links.table_cause(&route.table));
            }
            if let Some(&table) = route.table.value() {
                links.child_tables.entry(table).or_default().push(at);
            }
        }
        let gap = network.gap(&[
            "alicloud_route_entry",
            "alicloud_vpc_route_entry",
            "alicloud_cen_child_instance_route_entry_to_attachment",
        ]);
        links.stray = links.stray.take().or_else(|| gap.map(|gap| gap.cause.clone())).or_else(|| network.other_joins());
        links
    }

    /// Why a table is not known.
    fn table_cause(&self, table: &Arg<TableId>) -> Option<Cause> {
        match table.value().map(|&table| self.network.table(table)) {
            Some(table) => table.vpc.cause().cloned(),
            None => table.cause().cloned(),
        }
    }

    fn is_literal(&self, table: &Arg<TableId>) -> bool {
        let node = table.value().map(|&table| &self.network.table(table).node);
        matches!(node, Some(TableNode::External(Link::Literal(_))))
    }

    /// Whether a table may be that of any VPC.
    fn is_open(&self, table: &Arg<TableId>) -> bool {
        match table {
            Arg::Known(table) => match &self.network.table(table.value).node {
                TableNode::External(Link::Literal(_)) => false,
                TableNode::External(_) => self.network.table(table.value).is_of_vpc() != Some(false),
                _ => self.network.table(table.value).vpc.value().is_none(),
            },
            Arg::Unknown(..) => true,
            Arg::Absent => false,
        }
    }

    /// The route by which a VPC sends to an attachment of it, and those in tables that none of its vSwitches uses.
    pub fn of(&self, id: AttachmentId, vpc: VpcId) -> (Presence<'n>, Vec<&'n Thing>) {
        let network = self.network;
        let mut maybe = None;
        let mut idle = Vec::new();
        let mut unsure = |cause: Cause| {
            maybe.get_or_insert(cause);
        };
        for &table in &network.vpc(vpc).tables {
            let used = self.is_used(vpc, table);
            let mut own: Vec<&Thing> = Vec::new();
            for &route in &network.table(table).routes {
                let route = network.route(route);
                match self.meant_by(route, id, vpc) {
                    Meant::This => own.push(&route.thing),
                    Meant::Other => {}
                    Meant::Unknown(cause) => unsure(cause),
                }
            }
            let children = self.child_tables.get(&table).into_iter().flatten().map(|&at| &network.child_routes[at]);
            own.extend(children.filter(|child| self.is_this(child.attachment, id, vpc)).map(|child| &child.thing));
            for thing in own {
                match &used {
                    Ok(true) if thing.certain => return (Presence::Here(thing), idle),
                    Ok(true) => unsure(Cause::Instances(thing.name().into())),
                    Ok(false) => idle.push(thing),
                    Err(cause) => unsure(cause.clone()),
                }
            }
        }
        // In a table of another VPC, or in one that is only named.
        let elsewhere =
            |table: &Arg<TableId>| table.value().is_none_or(|table| !network.vpc(vpc).tables.contains(table));
        let routes = self.routes.get(&id).into_iter().flatten().map(|&route| network.route(route));
        let children = self.child_routes.get(&id).into_iter().flatten().map(|&at| &network.child_routes[at]);
        let named = routes
            .map(|route| (&route.thing, &route.table))
            .chain(children.map(|child| (&child.thing, &child.table)))
            .filter(|(_, table)| elsewhere(table));
        for (thing, _) in named {
            match thing.certain {
                true => return (Presence::Here(thing), idle),
                false => unsure(Cause::Instances(thing.name().into())),
            }
        }
        match maybe.or_else(|| self.stray.clone()) {
            Some(cause) => (Presence::Maybe(cause), idle),
            None => (Presence::Nowhere, idle),
        }
    }

    fn meant_by(&self, route: &Route, id: AttachmentId, vpc: VpcId) -> Meant {
        let mut unknown = route.more_hops.clone();
        for hop in route.every_hop() {
            let named = hop.id.value().and_then(|link| self.network.attachment_named(link));
            match (named, hop.is_uplink()) {
                (Some(_), _) if self.is_this(named, id, vpc) => return Meant::This,
                (Some(_), _) => {}
                (None, Some(false)) if !is_nameless(hop) => {}
                // Whatever it names, it is written as a way to a transit router.
                (None, Some(true)) if hop.id.cause().is_none() => return Meant::This,
                (None, _) => unknown = unknown.or_else(|| Some(hop_cause(hop))),
            }
        }
        unknown.map_or(Meant::Other, Meant::Unknown)
    }

    /// Whether a route of the VPC to some attachment is meant for this one: not when it names another one of the VPC.
    fn is_this(&self, named: Option<AttachmentId>, id: AttachmentId, vpc: VpcId) -> bool {
        match named {
            Some(named) if named != id => self.network.attachment(named).vpc() != Some(vpc),
            _ => true,
        }
    }

    /// Whether a vSwitch of the VPC looks up this table; without any vSwitch in the files every table counts.
    pub fn is_used(&self, vpc: VpcId, id: TableId) -> Result<bool, Cause> {
        let network = self.network;
        let table = network.table(id);
        let vswitches = &network.vpc(vpc).vswitches;
        let foreign = || {
            network.vswitches.iter().find_map(|vswitch| match vswitch.vpc.value().map(|&vpc| &network.vpc(vpc).node) {
                Some(VpcNode::Managed(_) | VpcNode::External(Link::Literal(_))) => None,
                Some(VpcNode::External(link)) => Some(link.why_unknown()),
                None => vswitch.vpc.cause().cloned(),
            })
        };
        if vswitches.is_empty() || !table.bindings.is_empty() && !table.is_system() {
            return Ok(true);
        }
        let mut unknown = None;
        for &vswitch in vswitches {
            match &network.vswitch(vswitch).table {
                Bound::System if table.is_system() => return Ok(true),
                Bound::Custom(other) if *other == id => return Ok(true),
                Bound::Unknown(cause) => unknown = unknown.or(Some(cause.clone())),
                // A table that is only named may be this one.
                Bound::Custom(other) => match &network.table(*other).node {
                    TableNode::External(link) if link.may_be_any() => unknown = unknown.or(Some(link.why_unknown())),
                    _ => {}
                },
                Bound::System => {}
            }
        }
        let more = || network.gap(&["alicloud_vswitch"]).map(|gap| gap.cause.clone());
        match unknown.or_else(foreign).or_else(more) {
            Some(cause) => Err(cause),
            None => Ok(false),
        }
    }
}

impl Hop {
    /// Whether it is written as one to a transit router; nothing when its type is not known.
    pub fn is_uplink(&self) -> Option<bool> {
        match &self.kind {
            Arg::Known(kind) => Some(kind.value.eq_ignore_ascii_case("attachment")),
            Arg::Unknown(..) => None,
            Arg::Absent => Some(false),
        }
    }
}

/// Whether nobody can tell what a next hop names.
fn is_nameless(hop: &Hop) -> bool {
    matches!(&hop.id, Arg::Unknown(..)) || matches!(hop.id.value(), Some(Link::Variable(..)))
}

fn hop_cause(hop: &Hop) -> Cause {
    let named = || hop.id.value().map(|link| link.why_unknown());
    hop.id.cause().or(hop.kind.cause()).cloned().or_else(named).unwrap_or(Cause::Failed)
}
