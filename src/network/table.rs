//! Route tables, and which vSwitch uses which (semantics 2.2).

use std::sync::Arc;

use super::{Arg, Link, Network, Reader, RouteId, Thing, Traced, VSwitchId, VpcId, resolve};
use crate::eval::Cause;
use crate::source::Span;

#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Debug)]
pub struct TableId(pub usize);

#[derive(Clone, Debug)]
pub enum TableNode {
    /// The table that a VPC is born with.
    System,
    Custom(Thing),
    /// Named in the files and made elsewhere.
    External(Link),
}

#[derive(Clone, Debug)]
pub struct Table {
    pub node: TableNode,
    pub vpc: Arg<VpcId>,
    /// `VSwitch` or `Gateway`; absent means `VSwitch`.
    pub associate_type: Arg<Arc<str>>,
    /// Whether it takes in routes that others make: it does when nothing is said.
    pub receives: Arg<bool>,
    pub bindings: Vec<usize>,
    pub routes: Vec<RouteId>,
}

/// One `alicloud_route_table_attachment`, or one that binds a table to a gateway.
#[derive(Clone, Debug)]
pub struct Binding {
    pub thing: Thing,
    pub table: Arg<TableId>,
    /// The vSwitch's link; of a gateway binding, the gateway's.
    pub to: Arg<Link>,
    pub vswitch: Option<VSwitchId>,
    pub is_gateway: bool,
}

impl Binding {
    /// Why it may bind any vSwitch.
    pub fn stray(&self) -> Option<Cause> {
        match &self.to {
            _ if self.is_gateway => None,
            Arg::Unknown(cause, _) => Some(cause.clone()),
            Arg::Known(to) if self.vswitch.is_none() && to.value.may_be_any() => Some(to.value.why_unknown()),
            _ => None,
        }
    }
}

/// The table that a vSwitch uses.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Bound {
    System,
    Custom(TableId),
    Unknown(Cause),
}

impl Table {
    pub fn thing(&self) -> Option<&Thing> {
        match &self.node {
            TableNode::Custom(thing) => Some(thing),
            _ => None,
        }
    }

    pub fn is_system(&self) -> bool {
        matches!(self.node, TableNode::System)
    }

    /// Whether it is the table of a VPC rather than that of a border router; nothing where only its id is known.
    pub fn is_of_vpc(&self) -> Option<bool> {
        let TableNode::External(link) = &self.node else { return Some(true) };
        match link {
            Link::Of { address, .. } if address.kind.contains("border_router") => Some(false),
            Link::Of { address, .. } if matches!(&*address.kind, "alicloud_route_tables" | "alicloud_vpcs") => {
                Some(true)
            }
            _ => None,
        }
    }

    pub fn is_gateway(&self) -> Option<bool> {
        match &self.associate_type {
            Arg::Absent => Some(false),
            Arg::Known(kind) => Some(kind.value.eq_ignore_ascii_case("gateway")),
            Arg::Unknown(..) => None,
        }
    }
}

impl Network {
    pub(super) fn system_table(&mut self, vpc: VpcId, link: &Link, receives: Arg<bool>) -> TableId {
        let id = TableId(self.tables.len());
        let at = self.vpcs[vpc.0].thing().map_or(Span::default(), |thing| thing.header);
        self.tables.push(Table {
            node: TableNode::System,
            vpc: Arg::Known(Traced { value: vpc, place: at, attribute: at }),
            associate_type: Arg::Absent,
            receives,
            bindings: Vec::new(),
            routes: Vec::new(),
        });
        self.vpcs[vpc.0].tables.insert(0, id);
        if let Link::Of { address, .. } = link {
            for attribute in ["route_table_id", "router_table_id"] {
                self.index.tables.insert(Link::Of { address: address.clone(), attribute: attribute.into() }, id);
            }
        }
        id
    }

    pub(super) fn add_table(&mut self, reader: &Reader<'_, '_>) {
        let id = TableId(self.tables.len());
        let vpc = resolve(reader.link("vpc_id"), |link| self.vpc_of(link));
        if let Some(vpc) = vpc.value() {
            self.vpcs[vpc.0].tables.push(id);
        }
        self.tables.push(Table {
            node: TableNode::Custom(reader.thing.clone()),
            vpc,
            associate_type: reader.text("associate_type"),
            receives: reader.flag("route_propagation_enable"),
            bindings: Vec::new(),
            routes: Vec::new(),
        });
        for attribute in ["id", "route_table_id"] {
            let link = Link::Of { address: reader.thing.address.clone(), attribute: attribute.into() };
            self.index.tables.insert(link, id);
        }
    }

    /// The route table that a link names; one that is not in the files becomes a node of its own.
    pub(crate) fn table_of(&mut self, link: &Link) -> Result<TableId, Cause> {
        if let Some(&id) = self.index.tables.get(link) {
            return Ok(id);
        }
        let told = self.index.told_tables.get(link).cloned().and_then(|vpc| self.vpc_of(&vpc).ok());
        let at = Span::default();
        let id = TableId(self.tables.len());
        self.tables.push(Table {
            node: TableNode::External(link.clone()),
            vpc: match told {
                Some(value) => Arg::Known(Traced { value, place: at, attribute: at }),
                None => Arg::Unknown(Cause::Unsupported(format!("the VPC of {}", link.shown()).into()), None),
            },
            associate_type: Arg::Unknown(Cause::Unsupported(format!("the type of {}", link.shown()).into()), None),
            receives: Arg::Absent,
            bindings: Vec::new(),
            routes: Vec::new(),
        });
        self.index.tables.insert(link.clone(), id);
        Ok(id)
    }

    pub(super) fn add_binding(&mut self, reader: &Reader<'_, '_>, is_gateway: bool) {
        let at = self.bindings.len();
        let table = resolve(reader.link("route_table_id"), |link| self.table_of(link));
        if let Some(table) = table.value() {
            self.tables[table.0].bindings.push(at);
        }
        let to = reader.link(if is_gateway { "ipv4_gateway_id" } else { "vswitch_id" });
        let vswitch = if is_gateway { None } else { to.value().and_then(|link| self.vswitch_of(link)) };
        self.bindings.push(Binding { thing: reader.thing.clone(), table, to, vswitch, is_gateway });
    }

    /// Gives every vSwitch its table, once all bindings are known.
    pub(super) fn settle_tables(&mut self) {
        let missing = self.gap(&["alicloud_route_table_attachment"]).map(|gap| gap.cause.clone()).or_else(|| {
            // A binding of an unknown vSwitch may be anybody's.
            self.bindings.iter().find_map(Binding::stray)
        });
        for at in 0..self.vswitches.len() {
            self.vswitches[at].table = match &missing {
                Some(cause) => Bound::Unknown(cause.clone()),
                None => Bound::System,
            };
        }
        for binding in self.bindings.clone() {
            let Some(vswitch) = binding.vswitch else { continue };
            self.vswitches[vswitch.0].table = match binding.table {
                _ if !binding.thing.certain => {
                    Bound::Unknown(Cause::Instances(binding.thing.address.to_string().into()))
                }
                Arg::Known(table) => match self.tables[table.value.0].is_system() {
                    true => Bound::System,
                    false => Bound::Custom(table.value),
                },
                Arg::Unknown(cause, _) => Bound::Unknown(cause),
                Arg::Absent => Bound::Unknown(Cause::Failed),
            };
        }
    }

    /// How a message names a table.
    pub fn table_name(&self, id: TableId) -> String {
        let table = self.table(id);
        match &table.node {
            TableNode::System => match table.vpc.value() {
                Some(&vpc) => format!("the system table of {}", self.vpc(vpc).name()),
                None => "a system table".into(),
            },
            TableNode::Custom(thing) => thing.name(),
            TableNode::External(link) => link.shown(),
        }
    }
}
