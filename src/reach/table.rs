//! A VPC's route table as packets see it: local blocks, written routes, and what a transit router sends (semantics 2).

use std::rc::Rc;

use ipnet::Ipv4Net;

use super::prefix::Entry;
use super::{Reach, existence};
use crate::eval::Cause;
use crate::network::{
    Arg, AttachmentId, AttachmentKind, Bound, RouteId, Table, TableId, TableNode, VSwitchId, VpcId,
};

#[derive(Clone, Debug)]
pub struct Line {
    pub prefix: Ipv4Net,
    pub via: Via,
    /// Surely there.
    pub certain: bool,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Via {
    /// A vSwitch of the VPC itself.
    Local(VSwitchId),
    /// 100.64.0.0/10.
    CloudServices,
    Route(RouteId),
    /// `alicloud_cen_child_instance_route_entry_to_attachment`, by its index.
    Child(usize),
    /// Sent by the transit router of an attachment.
    Synced(AttachmentId),
}

#[derive(Debug, Default)]
pub struct View {
    pub lines: Vec<Line>,
    /// A line whose destination is not known may capture anything that is not local.
    pub vague: Option<Cause>,
    /// There may be lines that are not in the files.
    pub open: Option<Cause>,
}

impl Entry for Line {
    fn prefix(&self) -> Ipv4Net {
        self.prefix
    }

    /// Among equals a system route wins over a written one, and that over a received one (2.4, 2.6).
    fn precedence(&self) -> u8 {
        match self.via {
            Via::Local(_) | Via::CloudServices => 3,
            Via::Route(_) | Via::Child(_) => 2,
            Via::Synced(_) => 1,
        }
    }
}

impl Reach<'_> {
    /// The table that packets of a vSwitch look up; why not, where that is not known.
    pub(super) fn table_view(&self, vpc: VpcId, bound: &Bound) -> Result<Rc<View>, Cause> {
        let custom = match bound {
            Bound::System => None,
            Bound::Custom(table) => Some(*table),
            Bound::Unknown(cause) => return Err(cause.clone()),
        };
        let key = (vpc, custom);
        if let Some(view) = self.table_views.borrow().get(&key) {
            return Ok(view.clone());
        }
        let view = Rc::new(self.make_table_view(vpc, custom));
        self.table_views.borrow_mut().insert(key, view.clone());
        Ok(view)
    }

    fn make_table_view(&self, vpc: VpcId, custom: Option<TableId>) -> View {
        let network = self.network;
        let mut view = View::default();
        let gap = network.gap(&[
            "alicloud_route_entry",
            "alicloud_vpc_route_entry",
            "alicloud_cen_child_instance_route_entry_to_attachment",
        ]);
        view.open = gap.map(|gap| gap.cause.clone());
        let external = !network.vpc(vpc).is_managed();
        if external {
            view.open = view.open.take().or_else(|| network.vpc(vpc).more_blocks.clone());
        }
        for &id in &network.vpc(vpc).vswitches {
            let vswitch = network.vswitch(id);
            match vswitch.cidr.value().and_then(|cidr| cidr.v4()) {
                Some(prefix) => {
                    view.lines.push(Line { prefix, via: Via::Local(id), certain: vswitch.thing.certain });
                }
                None => {
                    if let Some(cause) = vswitch.cidr.cause() {
                        view.vague = view.vague.take().or(Some(cause.clone()));
                    }
                }
            }
        }
        if let Some(prefix) = crate::facts::cloud_services().map(|range| range.cidr) {
            view.lines.push(Line { prefix, via: Via::CloudServices, certain: true });
        }
        let is_this = |id: &TableId, table: &Table| match (custom, &table.node) {
            (Some(custom), _) => *id == custom,
            (None, TableNode::System) => table.vpc.value() == Some(&vpc),
            (None, _) => false,
        };
        for at in 0..network.tables.len() {
            let id = TableId(at);
            let table = network.table(id);
            if is_this(&id, table) {
                if matches!(table.node, TableNode::External(_)) {
                    view.open = view.open.take().or_else(|| table.vpc.cause().cloned());
                }
                for &route in &table.routes {
                    self.add_route(route, &mut view);
                }
            } else if matches!(table.node, TableNode::External(_)) && !table.routes.is_empty() {
                // A table that is only named may be this one, unless its VPC is another.
                let elsewhere = table.vpc.value().is_some_and(|&other| network.vpcs_differ(other, vpc));
                let named = matches!(&table.node, TableNode::External(link) if matches!(link, crate::network::Link::Literal(_)));
                if !elsewhere && (!named || external) {
                    view.vague = view.vague.take().or_else(|| table.vpc.cause().cloned());
                }
            }
        }
        for route in &network.routes {
            // A route of an unknown table may be in this one.
            if let Arg::Unknown(cause, _) = &route.table {
                view.vague = view.vague.take().or_else(|| Some(cause.clone()));
            }
        }
        for (at, route) in network.child_routes.iter().enumerate() {
            match &route.table {
                Arg::Known(table) if is_this(&table.value, network.table(table.value)) => {
                    match route.destination.value().and_then(|cidr| cidr.v4()) {
                        Some(prefix) => {
                            view.lines.push(Line { prefix, via: Via::Child(at), certain: route.thing.certain });
                        }
                        None => {
                            if let Some(cause) = route.destination.cause() {
                                view.vague = view.vague.take().or(Some(cause.clone()));
                            }
                        }
                    }
                }
                Arg::Unknown(cause, _) => view.vague = view.vague.take().or(Some(cause.clone())),
                _ => {}
            }
        }
        self.add_synced(vpc, &mut view);
        view
    }

    fn add_route(&self, id: RouteId, view: &mut View) {
        let route = self.network.route(id);
        match &route.destination {
            Arg::Known(cidr) => {
                if let Some(prefix) = cidr.value.v4() {
                    view.lines.push(Line { prefix, via: Via::Route(id), certain: route.thing.certain });
                }
            }
            Arg::Unknown(cause, _) => view.vague = view.vague.take().or(Some(cause.clone())),
            Arg::Absent => {}
        }
    }

    /// The routes that a transit router writes into the VPC when route sync is on (4.8).
    fn add_synced(&self, vpc: VpcId, view: &mut View) {
        let network = self.network;
        for at in 0..network.attachments.len() {
            let id = AttachmentId(at);
            let attachment = network.attachment(id);
            let AttachmentKind::Vpc(attached) = &attachment.kind else { continue };
            if attached.vpc.value() != Some(&vpc) {
                continue;
            }
            let certain = match &attachment.publish {
                Arg::Known(on) if on.value => attachment.thing().is_some_and(|thing| thing.certain),
                Arg::Unknown(..) => false,
                _ => continue,
            };
            let (table, unsure) = match self.lookup_table(id, attachment.router.value().copied()) {
                Ok(Some(found)) => found,
                Ok(None) => continue,
                Err(cause) => {
                    view.vague = view.vague.take().or(Some(cause));
                    continue;
                }
            };
            let routes = self.router_view(table);
            for line in &routes.lines {
                if !line.publishes() {
                    continue;
                }
                let certain = certain && !unsure && line.certain;
                view.lines.push(Line { prefix: line.prefix, via: Via::Synced(id), certain });
            }
            if let Some(cause) = &routes.vague {
                view.vague = view.vague.take().or(Some(cause.clone()));
            }
            if let Some(cause) = &routes.open {
                view.open = view.open.take().or(Some(cause.clone()));
            }
        }
        if let Some(gap) = network.gap(&["alicloud_cen_transit_router_vpc_attachment"]) {
            view.open = view.open.take().or(Some(gap.cause.clone()));
        }
    }

    pub(super) fn line_exists(&self, line: &Line) -> Option<Cause> {
        if line.certain {
            return None;
        }
        let network = self.network;
        Some(match &line.via {
            Via::Local(id) => existence(&network.vswitch(*id).thing),
            Via::Route(id) => existence(&network.route(*id).thing),
            Via::Child(at) => existence(&network.child_routes[*at].thing),
            Via::Synced(id) => match network.attachment(*id).publish.cause() {
                Some(cause) => cause.clone(),
                None => Cause::Instances(network.attachment(*id).node.name().into()),
            },
            Via::CloudServices => Cause::Failed,
        })
    }
}
