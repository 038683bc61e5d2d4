//! A VPC's route table as packets see it: local blocks, written routes, and what a transit router sends (semantics 2).

use std::collections::BTreeMap;
use std::rc::Rc;

use ipnet::IpNet;

use super::prefix::{Anywhere, Entry, Index};
use super::{Reach, existence, router};
use crate::eval::Cause;
use crate::network::{Arg, AttachmentId, Bound, Link, PrefixList, RouteId, TableId, TableNode, VSwitchId, VpcId};

#[derive(Clone, Debug)]
pub struct Line {
    pub prefix: IpNet,
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
    /// Another VPC on the same CEN without transit routers.
    Legacy(VpcId),
}

#[derive(Debug, Default)]
pub struct View {
    pub lines: Vec<Line>,
    pub index: Index,
    /// Ways of lines whose destination is not known: they may capture anything that is not local.
    pub anywhere: Vec<Anywhere<Via>>,
    /// Lines of which less is known may capture anything that is not local.
    pub vague: Option<Cause>,
    /// There may be lines that are not in the files.
    pub open: Option<Cause>,
}

impl Entry for Line {
    fn prefix(&self) -> IpNet {
        self.prefix
    }

    /// Among equals a system route wins over a written one, and that over a received one (2.4, 2.6).
    fn precedence(&self) -> u8 {
        match self.via {
            Via::Local(_) | Via::CloudServices => 3,
            Via::Route(_) | Via::Child(_) => 2,
            Via::Synced(_) | Via::Legacy(_) => 1,
        }
    }

    fn certain(&self) -> bool {
        self.certain
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
            let told = network.vpc(vpc).told.is_some();
            let routes = || Cause::Elsewhere(format!("the route tables of {}", network.vpc(vpc).name()).into());
            let cause = if told { Some(routes()) } else { network.vpc(vpc).more_blocks.clone() };
            view.open = view.open.take().or(cause);
        }
        for &id in &network.vpc(vpc).vswitches {
            let vswitch = network.vswitch(id);
            match vswitch.cidr.value().and_then(|cidr| cidr.v4()).map(IpNet::V4) {
                Some(prefix) => {
                    view.lines.push(Line { prefix, via: Via::Local(id), certain: vswitch.thing.certain });
                }
                None => {
                    if let Some(cause) = vswitch.cidr.cause().cloned() {
                        let within = Some(router::within(network.vpc(vpc).all_blocks()));
                        view.anywhere.push(Anywhere { via: Via::Local(id), cause, within });
                    }
                }
            }
        }
        for &id in &network.vpc(vpc).vswitches {
            let vswitch = network.vswitch(id);
            match &vswitch.ipv6 {
                Arg::Known(block) => {
                    let prefix = IpNet::V6(block.value);
                    view.lines.push(Line { prefix, via: Via::Local(id), certain: vswitch.thing.certain });
                }
                Arg::Unknown(cause, _) => {
                    let within = Some(router::within_v6(network.vpc(vpc)));
                    view.anywhere.push(Anywhere { via: Via::Local(id), cause: cause.clone(), within });
                }
                Arg::Absent => {}
            }
        }
        if let Some(prefix) = crate::facts::cloud_services().map(|range| IpNet::V4(range.cidr)) {
            view.lines.push(Line { prefix, via: Via::CloudServices, certain: true });
        }
        let ground = self.ground();
        let own = custom.or_else(|| {
            let first = network.vpc(vpc).tables.first().copied();
            first.filter(|&id| matches!(network.table(id).node, TableNode::System))
        });
        if let Some(id) = own {
            let table = network.table(id);
            if matches!(table.node, TableNode::External(_)) {
                view.open = view.open.take().or_else(|| table.vpc.cause().cloned());
            }
            for &route in &table.routes {
                self.add_route(route, &mut view);
            }
            for &at in ground.children.get(&id).into_iter().flatten() {
                self.add_child(at, &mut view);
            }
        }
        for &id in ground.named_tables.iter().filter(|&&id| Some(id) != own) {
            // A table that is only named may be this one, unless its VPC is another.
            let table = network.table(id);
            let elsewhere = table.is_of_vpc() == Some(false)
                || table.vpc.value().is_some_and(|&other| network.vpcs_differ(other, vpc));
            let plain = matches!(&table.node, TableNode::External(Link::Literal(_)));
            if !elsewhere && (!plain || external) {
                view.vague = view.vague.take().or_else(|| table.vpc.cause().cloned());
            }
        }
        // A route of an unknown table may be in this one.
        let stray = ground.stray_route.as_ref().or(ground.stray_child.as_ref());
        view.vague = view.vague.take().or_else(|| stray.cloned());
        self.add_synced(vpc, &mut view);
        self.add_legacy(vpc, &mut view);
        // A line inside a vSwitch's block is refused, or stays inactive (2.4, 2.6).
        let local = |line: &Line| matches!(line.via, Via::Local(_));
        let locals: Vec<Line> = view.lines.iter().filter(|line| local(line)).cloned().collect();
        let beaten = |line: &Line, by: &Line| !local(line) && by.prefix.contains(&line.prefix);
        view.lines.retain(|line| !locals.iter().any(|by| by.certain && beaten(line, by)));
        for line in &mut view.lines {
            line.certain &= !locals.iter().any(|by| beaten(line, by));
        }
        view.index = Index::new(&view.lines);
        view
    }

    fn add_child(&self, at: usize, view: &mut View) {
        let route = &self.network.child_routes[at];
        match (route.destination.value().and_then(|cidr| cidr.net), route.destination.cause()) {
            (Some(prefix), _) => {
                view.lines.push(Line { prefix, via: Via::Child(at), certain: route.thing.certain });
            }
            (None, Some(cause)) => view.anywhere.push(somewhere(Via::Child(at), cause.clone())),
            (None, None) => {}
        }
    }

    fn add_route(&self, id: RouteId, view: &mut View) {
        let route = self.network.route(id);
        match &route.destination {
            Arg::Known(cidr) => {
                if let Some(prefix) = cidr.value.net {
                    view.lines.push(Line { prefix, via: Via::Route(id), certain: route.thing.certain });
                }
            }
            Arg::Unknown(cause, _) => {
                let list = route.list.value().and_then(|link| self.network.prefix_list_of(link));
                let (prefixes, more) = list.map_or((Vec::new(), Some(cause.clone())), PrefixList::blocks);
                let certain = route.thing.certain;
                view.lines.extend(prefixes.into_iter().map(|prefix| Line { prefix, via: Via::Route(id), certain }));
                view.anywhere.extend(more.map(|cause| somewhere(Via::Route(id), cause)));
            }
            Arg::Absent => {}
        }
    }

    /// VPCs on one CEN by `alicloud_cen_instance_attachment` learn one another's vSwitches (4.2).
    fn add_legacy(&self, vpc: VpcId, view: &mut View) {
        let network = self.network;
        if network.legacy_attachments.len() > 1 {
            view.vague = view.vague.take().or_else(|| self.ground().stray_legacy.clone());
        }
        for own in network.legacy_attachments.iter().filter(|own| own.vpc.value() == Some(&vpc)) {
            for other in &network.legacy_attachments {
                let Some(&far) = other.vpc.value().filter(|&&far| far != vpc) else { continue };
                let (together, cause) = match (&own.cen, &other.cen) {
                    (Arg::Known(a), Arg::Known(b)) => (a.value.same(&b.value), None),
                    (Arg::Unknown(cause, _), _) | (_, Arg::Unknown(cause, _)) => (None, Some(cause.clone())),
                    _ => (Some(false), None),
                };
                if together == Some(false) {
                    continue;
                }
                let certain = together == Some(true) && own.thing.certain && other.thing.certain;
                for &vswitch in &network.vpc(far).vswitches {
                    let vswitch = network.vswitch(vswitch);
                    match vswitch.cidr.value().and_then(|cidr| cidr.v4()).map(IpNet::V4) {
                        Some(prefix) => {
                            let certain = certain && vswitch.thing.certain;
                            view.lines.push(Line { prefix, via: Via::Legacy(far), certain });
                        }
                        None => {
                            let cause = cause.clone().or_else(|| vswitch.cidr.cause().cloned());
                            view.anywhere.push(somewhere(Via::Legacy(far), cause.unwrap_or(Cause::Failed)));
                        }
                    }
                }
            }
            if let Some(gap) = network.gap(&["alicloud_cen_instance_attachment"]) {
                view.open = view.open.take().or(Some(gap.cause.clone()));
            }
        }
    }

    /// The routes that a transit router writes into the VPC when route sync is on (4.8).
    fn add_synced(&self, vpc: VpcId, view: &mut View) {
        let network = self.network;
        let ground = self.ground();
        for (id, cause) in &ground.publishing_anywhere {
            // One of an unknown VPC may be of this.
            let cause = match (network.attachment(*id).vpc(), cause) {
                (Some(other), _) if other == vpc || network.vpcs_differ(other, vpc) => continue,
                (_, Some(cause)) => cause.clone(),
                _ => Cause::Unsupported("which VPC this is".into()),
            };
            view.anywhere.push(somewhere(Via::Synced(*id), cause));
        }
        for &id in ground.publishing.get(&vpc).into_iter().flatten() {
            let attachment = network.attachment(id);
            let certain = match &attachment.publish {
                Arg::Known(on) if on.value => attachment.thing().is_some_and(|thing| thing.certain),
                Arg::Unknown(..) => false,
                _ => continue,
            };
            let tables = match self.associated(id, attachment.router.value().copied()) {
                Ok(tables) => tables,
                Err(cause) => {
                    view.anywhere.push(somewhere(Via::Synced(id), cause));
                    continue;
                }
            };
            let mut sent: BTreeMap<IpNet, bool> = BTreeMap::new();
            for (table, unsure) in tables {
                let routes = self.router_view(table);
                let certain = certain && unsure.is_none() && routes.denied.is_none();
                for line in routes.lines.iter().filter(|line| line.publishes()) {
                    // What leads back into this attachment may not be sent.
                    let certain = certain && line.certain && line.via != router::Via::Attachment(id);
                    *sent.entry(line.prefix).or_default() |= certain;
                }
                for aggregate in &network.backbone.aggregates {
                    match (aggregate.table.value(), aggregate.cidr.value().and_then(|cidr| cidr.net)) {
                        (Some(&of), _) if of != table => {}
                        (Some(_), Some(prefix)) => {
                            *sent.entry(prefix).or_default() |= certain && aggregate.thing.certain
                        }
                        _ => {
                            let cause = aggregate.table.cause().or(aggregate.cidr.cause()).cloned();
                            view.anywhere.push(somewhere(Via::Synced(id), cause.unwrap_or(Cause::Failed)));
                        }
                    }
                }
                if let Some(cause) = &routes.vague {
                    view.anywhere.push(somewhere(Via::Synced(id), cause.clone()));
                }
                for one in routes.anywhere.iter().filter(|one| one.via != router::Via::BlackHole) {
                    let (cause, within) = (one.cause.clone(), one.within.clone());
                    view.anywhere.push(Anywhere { via: Via::Synced(id), cause, within });
                }
                match &routes.open {
                    // Nothing at all is known of the table.
                    Some(cause) if routes.lines.is_empty() => {
                        view.anywhere.push(somewhere(Via::Synced(id), cause.clone()))
                    }
                    Some(cause) => view.open = view.open.take().or(Some(cause.clone())),
                    None => {}
                }
            }
            let lines = sent.into_iter().map(|(prefix, certain)| Line { prefix, via: Via::Synced(id), certain });
            view.lines.extend(lines);
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
            Via::CloudServices | Via::Legacy(_) => Cause::Failed,
        })
    }
}

fn somewhere(via: Via, cause: Cause) -> Anywhere<Via> {
    Anywhere { via, cause, within: None }
}
