//! A transit router's route table as packets see it: static entries, and what is learned from attachments (semantics 4).

use std::collections::HashMap;
use std::rc::Rc;

use ipnet::{IpNet, Ipv4Net};

use super::prefix::{ALL_V4, ALL_V6, Anywhere, Entry, Index};
use super::{Reach, existence};
use crate::eval::Cause;
use crate::network::{
    Arg, AttachmentId, AttachmentKind, Link, Node, RouterId, RouterTableId, RouterTableNode, Vpc, VpcNode,
};
use crate::source::Span;

#[derive(Clone, Debug)]
pub struct Line {
    pub prefix: IpNet,
    pub via: Via,
    pub certain: bool,
    /// The address and place of what makes the line: a static entry, or a propagation.
    pub by: Option<(String, Span)>,
    pub is_static: bool,
    /// What brought the prefix to the first router, and how many connections it has crossed since.
    origin: Origin,
    crossed: usize,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum Origin {
    Attachment(AttachmentId),
    Entry(usize),
    /// The prefixes of a list, by the index of what brings it.
    List(usize),
}

/// What one table learns from the table at the other end of a connection (4.6).
struct Feed {
    into: RouterTableId,
    from: RouterTableId,
    over: AttachmentId,
    certain: bool,
    by: Option<(String, Span)>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Via {
    Attachment(AttachmentId),
    BlackHole,
    /// Somewhere that is not known.
    Unknown(Cause),
}

#[derive(Debug, Default)]
pub struct View {
    pub lines: Vec<Line>,
    pub index: Index,
    /// Ways of lines whose destination is not known: they may capture anything.
    pub anywhere: Vec<Anywhere<Via>>,
    pub vague: Option<Cause>,
    pub open: Option<Cause>,
    /// What may have taken away any of the lines (4.17).
    pub denied: Option<Cause>,
}

impl View {
    /// Why something unknown may win over the lines.
    pub fn unsettled(&self) -> Option<&Cause> {
        self.vague.as_ref().or(self.anywhere.first().map(|one| &one.cause))
    }

    fn add_anywhere(&mut self, via: Via, cause: Cause, within: Option<Vec<IpNet>>) -> bool {
        let new = self.anywhere.iter().all(|other| other.via != via || other.within != within);
        if new {
            self.anywhere.push(Anywhere { via, cause, within });
        }
        new
    }
}

impl Entry for Line {
    fn prefix(&self) -> IpNet {
        self.prefix
    }

    /// A static entry wins over a learned one of the same prefix (4.13).
    fn precedence(&self) -> u8 {
        u8::from(self.is_static)
    }

    fn certain(&self) -> bool {
        self.certain
    }
}

impl Line {
    /// A block of a VPC that is attached here.
    pub fn is_own(&self) -> bool {
        !self.is_static && self.crossed == 0
    }

    /// Blackholes stay in the router; everything else is synchronised.
    pub fn publishes(&self) -> bool {
        self.via != Via::BlackHole
    }
}

impl Reach<'_> {
    /// The table that a router looks up for what comes in from an attachment, and whether that is not sure; `None` when
    /// it is associated with no table there.
    pub(super) fn lookup_table(
        &self,
        attachment: AttachmentId,
        router: Option<RouterId>,
    ) -> Result<Option<(RouterTableId, bool)>, Cause> {
        match self.associated(attachment, router)?.as_slice() {
            [] => Ok(None),
            [(table, None)] => Ok(Some((*table, false))),
            [(_, Some(cause)), ..] => Err(cause.clone()),
            [(table, None), ..] => Ok(Some((*table, false))),
        }
    }

    /// The tables that a router may look up for what comes in from an attachment: the one that surely is, else those
    /// that may be, with the reason.
    pub(super) fn associated(
        &self,
        attachment: AttachmentId,
        router: Option<RouterId>,
    ) -> Result<Vec<(RouterTableId, Option<Cause>)>, Cause> {
        let network = self.network;
        let mut unsure = None;
        let mut found = Vec::new();
        for &at in &network.attachment(attachment).associations {
            let association = &network.associations[at];
            let table = match &association.table {
                Arg::Known(table) => table.value,
                Arg::Unknown(cause, _) => {
                    unsure = Some(cause.clone());
                    continue;
                }
                Arg::Absent => continue,
            };
            match (network.router_table(table).router.value(), router) {
                (Some(a), Some(b)) if *a != b => {
                    if let Node::External(link @ Link::Variable(..)) = &network.router(*a).node {
                        unsure = unsure.or_else(|| Some(link.why_unknown()));
                    }
                    continue;
                }
                // The table's router is only named: for a peer attachment it may be the other one.
                (None, _) if network.attachment(attachment).peer().is_some() => {
                    unsure = unsure.or_else(|| network.router_table(table).router.cause().cloned());
                    continue;
                }
                _ => {}
            }
            if association.thing.certain {
                return Ok(vec![(table, None)]);
            }
            found.push((table, Some(existence(&association.thing))));
        }
        if let Some(cause) = unsure {
            return Err(cause);
        }
        // An association of an unknown attachment may be this one's, or one that is not in the files.
        let any = self.ground().stray_association.clone();
        let gap = network.gap(&["alicloud_cen_transit_router_route_table_association"]).map(|gap| gap.cause.clone());
        let named = match network.attachment(attachment).thing() {
            Some(_) => None,
            None => network.attachment(attachment).router.cause().cloned(),
        };
        // Who keeps a router elsewhere may well associate there.
        let elsewhere = router
            .filter(|&router| found.is_empty() && network.router(router).node.thing().is_none())
            .map(|_| Cause::Unsupported("the contents of a router that is not in the files".into()));
        match any.or(gap).or(named).or(elsewhere) {
            Some(cause) => Err(cause),
            None => Ok(found),
        }
    }

    pub(super) fn router_view(&self, table: RouterTableId) -> Rc<View> {
        self.router_views.get_or_init(|| self.make_router_views())[table.0].clone()
    }

    /// The tables of all routers at once: what they learn over connections goes round until nothing is new.
    fn make_router_views(&self) -> Vec<Rc<View>> {
        let mut feeds = Vec::new();
        let ids = (0..self.network.router_tables.len()).map(RouterTableId);
        let mut views: Vec<View> = ids.map(|id| self.make_router_view(id, &mut feeds)).collect();
        let name = |line: &Line, over: AttachmentId| (line.prefix, over, line.origin);
        let mut known: HashMap<(RouterTableId, bool, (IpNet, AttachmentId, Origin)), usize> = HashMap::new();
        for feed in &mut feeds {
            feed.certain &= views[feed.into.0].denied.is_none();
        }
        let mut changed = !feeds.is_empty();
        while std::mem::take(&mut changed) {
            for feed in &feeds {
                let Feed { into, from, over, .. } = *feed;
                let mut learned = Vec::new();
                for line in &views[from.0].lines {
                    // What came over this very connection is not sent back.
                    if !line.publishes() || line.via == Via::Attachment(over) {
                        continue;
                    }
                    let (certain, crossed) = (feed.certain && line.certain, line.crossed + 1);
                    let nearest = known.entry((into, certain, name(line, over))).or_insert(usize::MAX);
                    if crossed < *nearest {
                        *nearest = crossed;
                        let by = feed.by.clone();
                        let via = Via::Attachment(over);
                        learned.push(Line { via, certain, by, is_static: false, crossed, ..*line });
                    }
                }
                let (vague, open) = (views[from.0].vague.clone(), views[from.0].open.clone());
                let sent = |one: &&Anywhere<Via>| one.via != Via::BlackHole && one.via != Via::Attachment(over);
                let anywhere: Vec<Anywhere<Via>> = views[from.0].anywhere.iter().filter(sent).cloned().collect();
                let view = &mut views[into.0];
                changed |= !learned.is_empty();
                view.lines.append(&mut learned);
                for one in anywhere {
                    changed |= view.add_anywhere(Via::Attachment(over), one.cause, one.within);
                }
                if let Some(cause) = vague {
                    changed |= view.add_anywhere(Via::Attachment(over), cause, None);
                }
                if view.open.is_none() && open.is_some() {
                    view.open = open;
                    changed = true;
                }
            }
        }
        views.into_iter().map(|view| Rc::new(nearest(view))).collect()
    }

    fn make_router_view(&self, id: RouterTableId, feeds: &mut Vec<Feed>) -> View {
        let network = self.network;
        let table = network.router_table(id);
        let mut view = View::default();
        let gap = network.gap(&[
            "alicloud_cen_transit_router_route_entry",
            "alicloud_cen_transit_router_route_table_propagation",
            "alicloud_cen_transit_router_prefix_list_association",
            "alicloud_cen_route_entry",
        ]);
        view.open = gap.map(|gap| gap.cause.clone());
        let external_router = table.router.value().is_none_or(|&router| network.router(router).node.thing().is_none());
        if matches!(table.node, RouterTableNode::External(_)) || external_router {
            let cause = table.router.cause().cloned();
            view.open = view
                .open
                .take()
                .or(cause)
                .or_else(|| Some(Cause::Unsupported("the contents of a router that is not in the files".into())));
        }
        for &at in &table.routes {
            let route = &network.router_routes[at];
            let by = Some((route.thing.name(), route.thing.header));
            let via = match (route.kind.value().map(|kind| &**kind), route.attachment) {
                (Some(kind), _) if kind.eq_ignore_ascii_case("blackhole") => Via::BlackHole,
                (Some(_), Some(attachment)) => Via::Attachment(attachment),
                _ => Via::Unknown(route.kind.cause().or(route.link.cause()).cloned().unwrap_or(Cause::Failed)),
            };
            match route.destination.value().and_then(|cidr| cidr.net) {
                Some(prefix) => {
                    let (certain, origin) = (route.thing.certain, Origin::Entry(at));
                    view.lines.push(Line { prefix, via, certain, by, is_static: true, origin, crossed: 0 });
                }
                None => {
                    if let Some(cause) = route.destination.cause() {
                        view.add_anywhere(via, cause.clone(), None);
                    }
                }
            }
        }
        for &at in &table.propagations {
            let propagation = &network.propagations[at];
            let by = Some((propagation.thing.name(), propagation.thing.header));
            match &propagation.attachment {
                Arg::Known(attachment) => {
                    let (lines, fed) = (view.lines.len(), feeds.len());
                    self.learn(id, attachment.value, propagation.thing.certain, &mut view, feeds);
                    for feed in &mut feeds[fed..] {
                        feed.by.clone_from(&by);
                    }
                    for line in &mut view.lines[lines..] {
                        line.by.clone_from(&by);
                    }
                }
                Arg::Unknown(cause, _) => view.vague = view.vague.take().or(Some(cause.clone())),
                Arg::Absent => {}
            }
        }
        for (at, entry) in network.prefix_entries.iter().enumerate() {
            if entry.table.value() == Some(&id) {
                self.add_list(at, &mut view);
                continue;
            }
            let elsewhere = entry.table.value().is_some_and(|&table| {
                let node = &network.router_table(table).node;
                !matches!(node, RouterTableNode::External(link) if !matches!(link, crate::network::Link::Literal(_)))
            });
            if !elsewhere {
                let cause = Cause::Unsupported(format!("the prefixes of {}", entry.thing.address).into());
                view.vague = view.vague.take().or(Some(cause));
            }
        }
        // What lies in an unknown table may lie in this one, and a table that is only named may be this one.
        let ground = self.ground();
        let stray =
            ground.stray_entry.as_ref().or(ground.stray_propagation.as_ref()).or(ground.stray_router_table.as_ref());
        view.vague = view.vague.take().or_else(|| stray.cloned());
        view.denied = network.route_map_on(id);
        if view.denied.is_some() {
            for line in &mut view.lines {
                line.certain = false;
            }
        }
        view
    }

    /// The entries that a prefix list stands for.
    fn add_list(&self, at: usize, view: &mut View) {
        let network = self.network;
        let entry = &network.prefix_entries[at];
        let via = match &entry.attachment {
            _ if entry.is_black_hole() => Via::BlackHole,
            Arg::Known(attachment) => Via::Attachment(attachment.value),
            other => Via::Unknown(other.cause().or(entry.kind.cause()).cloned().unwrap_or(Cause::Failed)),
        };
        let (prefixes, more) = match entry.list.value().and_then(|link| network.prefix_list_of(link)) {
            Some(list) => list.blocks(),
            None => (Vec::new(), Some(Cause::Unsupported(format!("the prefixes of {}", entry.thing.address).into()))),
        };
        let by = Some((entry.thing.name(), entry.thing.header));
        for prefix in prefixes {
            view.lines.push(Line {
                prefix,
                via: via.clone(),
                certain: entry.thing.certain,
                by: by.clone(),
                is_static: true,
                origin: Origin::List(at),
                crossed: 0,
            });
        }
        if let Some(cause) = more {
            view.add_anywhere(via, cause, None);
        }
    }

    /// What a table learns from one attachment (4.6).
    fn learn(&self, table: RouterTableId, id: AttachmentId, certain: bool, view: &mut View, feeds: &mut Vec<Feed>) {
        let network = self.network;
        let attachment = network.attachment(id);
        let certain = certain && attachment.thing().is_some_and(|thing| thing.certain);
        let learned = |prefix: IpNet, certain: bool| Line {
            prefix,
            via: Via::Attachment(id),
            certain,
            by: None,
            is_static: false,
            origin: Origin::Attachment(id),
            crossed: 0,
        };
        let open = |view: &mut View, cause: Cause| {
            view.open = view.open.take().or(Some(cause));
        };
        match &attachment.kind {
            AttachmentKind::Vpc(attached) => match &attached.vpc {
                Arg::Known(vpc) => {
                    let vpc = network.vpc(vpc.value);
                    match &vpc.node {
                        VpcNode::External(link) if link.may_be_any() => {
                            view.add_anywhere(Via::Attachment(id), link.why_unknown(), None);
                        }
                        VpcNode::External(_) => open(view, vpc.more_inside().unwrap_or(Cause::Failed)),
                        VpcNode::Managed(_) => {}
                    }
                    if let Some(gap) = network.gap(&["alicloud_vswitch"]) {
                        open(view, gap.cause.clone());
                    }
                    for &vswitch in &vpc.vswitches {
                        let vswitch = network.vswitch(vswitch);
                        match vswitch.cidr.value().and_then(|cidr| cidr.v4()).map(IpNet::V4) {
                            Some(prefix) => view.lines.push(learned(prefix, certain && vswitch.thing.certain)),
                            None => {
                                if let Some(cause) = vswitch.cidr.cause() {
                                    let within = within(vpc.all_blocks());
                                    view.add_anywhere(Via::Attachment(id), cause.clone(), Some(within));
                                }
                            }
                        }
                    }
                    // Routes that are told to the CEN count as the VPC's own (4.7).
                    let published = vpc.tables.first().and_then(|table| self.ground().published.get(table));
                    for published in published.into_iter().flatten().map(|&at| &network.backbone.published[at]) {
                        match (published.cidr.value().and_then(|cidr| cidr.net), published.cidr.cause()) {
                            (Some(prefix), _) => {
                                view.lines.push(learned(prefix, certain && published.thing.certain));
                            }
                            (None, Some(cause)) => {
                                view.add_anywhere(Via::Attachment(id), cause.clone(), None);
                            }
                            (None, None) => {}
                        }
                    }
                    if let Some(cause) = &self.ground().stray_published {
                        open(view, cause.clone());
                    }
                    for &vswitch in &vpc.vswitches {
                        let vswitch = network.vswitch(vswitch);
                        match &vswitch.ipv6 {
                            Arg::Known(block) => {
                                let certain = certain && vswitch.thing.certain;
                                view.lines.push(learned(IpNet::V6(block.value), certain));
                            }
                            Arg::Unknown(cause, _) => {
                                view.add_anywhere(Via::Attachment(id), cause.clone(), Some(within_v6(vpc)));
                            }
                            Arg::Absent => {}
                        }
                    }
                    if vpc.vswitches.is_empty() {
                        view.lines.extend(vpc.ipv6.known.iter().map(|&block| learned(IpNet::V6(block), certain)));
                        view.lines.extend(vpc.known_blocks().map(|(block, _)| learned(IpNet::V4(block), certain)));
                    }
                }
                Arg::Unknown(cause, _) => {
                    view.add_anywhere(Via::Attachment(id), cause.clone(), None);
                }
                Arg::Absent => {}
            },
            AttachmentKind::Peer(peer) => {
                let (Some(&near), Some(&far)) = (attachment.router.value(), peer.peer.value()) else {
                    let cause = attachment.router.cause().or(peer.peer.cause()).cloned();
                    view.add_anywhere(Via::Attachment(id), cause.unwrap_or(Cause::Failed), None);
                    return;
                };
                let here = network.router_table(table).router.value().copied();
                // The requester's side publishes when its flag is on; what it learns in its turn is not confirmed (4.11).
                let (from, on) = match &attachment.publish {
                    _ if here == Some(near) => (far, false),
                    Arg::Known(on) if here == Some(far) && on.value => (near, certain),
                    Arg::Unknown(..) if here == Some(far) => (near, false),
                    _ if here == Some(far) => return,
                    _ => {
                        let cause = Cause::Unsupported("what a router learns from its peer's side".into());
                        view.add_anywhere(Via::Attachment(id), cause, None);
                        return;
                    }
                };
                match self.associated(id, Some(from)) {
                    Ok(tables) => feeds.extend(tables.into_iter().map(|(theirs, unsure)| Feed {
                        into: table,
                        from: theirs,
                        over: id,
                        certain: on && unsure.is_none(),
                        by: None,
                    })),
                    Err(cause) => {
                        view.add_anywhere(Via::Attachment(id), cause, None);
                    }
                }
            }
            AttachmentKind::Vbr(_) | AttachmentKind::Vpn(_) | AttachmentKind::Ecr(_) => {
                open(
                    view,
                    Cause::Unsupported(format!("what {} brings from on-premises", attachment.node.name()).into()),
                );
            }
            AttachmentKind::Unknown => {
                let cause = attachment.router.cause().cloned().unwrap_or(Cause::Failed);
                match &attachment.node {
                    // It may be one of the files, and bring what is more specific than the lines.
                    Node::External(link) if link.may_be_any() => {
                        view.add_anywhere(Via::Attachment(id), cause, None);
                    }
                    _ => open(view, cause),
                }
            }
        }
    }
}

/// Of what one attachment brought to the first router, the shortest way counts.
fn nearest(mut view: View) -> View {
    let mut best: HashMap<(IpNet, Origin), usize> = HashMap::new();
    for line in view.lines.iter().filter(|line| line.certain && !line.is_static) {
        let crossed = best.entry((line.prefix, line.origin)).or_insert(line.crossed);
        *crossed = line.crossed.min(*crossed);
    }
    view.lines.retain(|line| {
        line.is_static || best.get(&(line.prefix, line.origin)).is_none_or(|&crossed| line.crossed <= crossed)
    });
    view.index = Index::new(&view.lines);
    view
}

/// The IPv6 blocks in which a block of a VPC must lie, when it is not known.
pub(super) fn within_v6(vpc: &Vpc) -> Vec<IpNet> {
    match vpc.ipv6.more {
        Some(_) => vec![ALL_V6],
        None => vpc.ipv6.known.iter().map(|&block| IpNet::V6(block)).collect(),
    }
}

/// The IPv4 blocks in which a block must lie, when it is not known.
pub(super) fn within(blocks: Option<Vec<Ipv4Net>>) -> Vec<IpNet> {
    blocks.map_or_else(|| vec![ALL_V4], |blocks| blocks.into_iter().map(IpNet::V4).collect())
}
