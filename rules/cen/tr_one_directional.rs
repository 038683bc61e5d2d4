//! Packets pass a transit router one way and find no way back (semantics 4.18).
//!
//! The engine says which pairs are one-way; this rule says what is missing on the way back, once per thing that is missing.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use ipnet::Ipv4Net;

use super::attached::{blocks, key, table_id, with_vpc};
use crate::diagnostic::Severity;
use crate::network::{
    Arg, AttachmentId, Cidr, Joins, Link, Network, Presence, RouterTableId, RouterTableNode, Thing, Uplinks, VpcId,
    overlap,
};
use crate::reach::{Delivery, Direction, End, Reach};
use crate::rule::{Rule, Say};

pub const RULE: Rule = Rule {
    id: "tr-one-directional",
    category: "cen",
    severity: Severity::Error,
    page: include_str!("tr_one_directional.md"),
    absorbs: &["alb-back-to-origin-missing", "alb-remote-unreachable", "asm-cluster-unreachable"],
    check,
};

/// A network whose VPCs are all of different sorts is answered as far as this.
const MOST: usize = 20_000;
const FEW: usize = 64;

/// What the way back lacks, with the attachments on whose account it lacks it.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Lack {
    /// A route in the tables of the VPC that should answer.
    Route { of: VpcId, by: AttachmentId },
    /// The way to the VPC that asked, in the table that the answer is looked up in.
    Line { table: RouterTableId, to: VpcId, by: AttachmentId },
}

fn check(network: &Network, say: &mut Say<'_>) {
    if network.attachments.is_empty() {
        return;
    }
    let reach = Reach::new(network);
    let alike = reach.alike();
    let ground = Ground::new(network);
    // A vSwitch that may lie anywhere may be the one that is answered.
    let stray = network.stray_vswitch();
    let mut asked: HashMap<(usize, usize), Direction> = HashMap::new();
    let mut found: BTreeMap<(Lack, Severity), BTreeSet<VpcId>> = BTreeMap::new();
    // Where nobody means anybody, nothing can be said; in a large sort that costs more to find out than the engine does.
    let wanted = |&&(from, to): &&(usize, usize)| {
        let (from, to) = (&alike.sorts[from], &alike.sorts[to]);
        let meant = |&a: &VpcId| to.iter().any(|&b| a != b && ground.intent(a, b).is_some());
        from.len() * to.len() > FEW || from.iter().any(meant)
    };
    for &(from, to) in alike.pairs.iter().filter(wanted).take(MOST) {
        let a = alike.sorts[from][0];
        let b = if from == to { alike.sorts[to][1] } else { alike.sorts[to][0] };
        let mut ask = |from: usize, to: usize, a: VpcId, b: VpcId| {
            let answer = asked.entry((from, to)).or_insert_with(|| reach.direction(End::Vpc(a), End::Vpc(b), None));
            let count = |what: Delivery| answer.pairs.iter().filter(|pair| pair.delivery == what).count();
            (count(Delivery::Delivered), count(Delivery::Dropped), answer.pairs.len())
        };
        let (delivered, ..) = ask(from, to, a, b);
        if delivered == 0 {
            continue;
        }
        let (back, dropped, all) = ask(to, from, b, a);
        if dropped < all || all == 0 || stray.is_some() {
            // Not even one answer is sure to arrive, and not every one is sure to be lost.
            let cause = asked.get(&(to, from)).and_then(|answer| answer.causes.first().or(stray.as_ref()));
            let cause = cause.filter(|_| back == 0);
            let thing = ground.attachments(b).find_map(|id| network.attachment(id).thing());
            if let (Some(cause), Some(thing), Some(Severity::Error)) = (cause, thing, ground.intent(a, b)) {
                say.undecided(thing, cause, None);
            }
            continue;
        }
        for &a in &alike.sorts[from] {
            for &b in alike.sorts[to].iter().filter(|&&b| b != a) {
                let Some(severity) = ground.intent(a, b) else { continue };
                let Some(lack) = ground.lack(a, b) else { continue };
                let other = if matches!(lack, Lack::Route { .. }) { a } else { b };
                found.entry((lack, severity)).or_default().insert(other);
            }
        }
    }
    for ((lack, severity), others) in found {
        report(&ground, say, severity, lack, &others);
    }
}

struct Ground<'n> {
    network: &'n Network,
    joins: Joins<'n>,
    uplinks: Uplinks<'n>,
    attachments: HashMap<VpcId, Vec<AttachmentId>>,
    /// The destinations that the tables of a VPC lead to a transit router.
    routes: HashMap<VpcId, BTreeSet<Ipv4Net>>,
    /// The static entries of routers, as far as they are known.
    entries: Vec<(Option<RouterTableId>, Option<Ipv4Net>)>,
    /// The static entries that lead to an attachment, with the table that holds each.
    led: HashMap<AttachmentId, Vec<(RouterTableId, Ipv4Net)>>,
    /// VPCs with a route there of which the destination is not known.
    vague: HashSet<VpcId>,
}

impl<'n> Ground<'n> {
    fn new(network: &'n Network) -> Self {
        let mut attachments: HashMap<VpcId, Vec<AttachmentId>> = HashMap::new();
        for id in (0..network.attachments.len()).map(AttachmentId) {
            if let Some(vpc) = network.attachment(id).vpc() {
                attachments.entry(vpc).or_default().push(id);
            }
        }
        // A route that names the attachment of a VPC is meant for that VPC, whatever its type and its table say.
        let mut routes: HashMap<VpcId, BTreeSet<Ipv4Net>> = HashMap::new();
        let mut vague = HashSet::new();
        let mut note = |vpc: VpcId, destination: &Arg<Cidr>| match destination {
            Arg::Known(cidr) => routes.entry(vpc).or_default().extend(cidr.value.v4()),
            _ => vague.extend([vpc]),
        };
        let vpc_of = |id: Option<AttachmentId>| network.attachment(id?).vpc();
        for route in &network.routes {
            let named = route.every_hop().filter_map(|hop| vpc_of(network.attachment_named(hop.id.value()?)));
            let uplink = route.every_hop().any(|hop| hop.is_uplink() != Some(false));
            let vpcs = named.chain(network.vpc_of_route(route).filter(|_| uplink));
            for vpc in vpcs {
                note(vpc, &route.destination);
            }
        }
        for route in &network.child_routes {
            let own = route.table.value().and_then(|&table| network.table(table).vpc.value().copied());
            for vpc in own.into_iter().chain(vpc_of(route.attachment)) {
                note(vpc, &route.destination);
            }
        }
        let entries = network
            .router_routes
            .iter()
            .map(|entry| (entry.table.value().copied(), entry.destination.value().and_then(|cidr| cidr.v4())));
        let entries = entries.collect();
        let mut led: HashMap<AttachmentId, Vec<(RouterTableId, Ipv4Net)>> = HashMap::new();
        for entry in network.router_routes.iter().filter(|entry| entry.thing.certain) {
            let net = entry.destination.value().and_then(|cidr| cidr.v4());
            if let (Some(id), Some(&table), Some(net)) = (entry.attachment, entry.table.value(), net) {
                led.entry(id).or_default().push((table, net));
            }
        }
        Ground {
            network,
            joins: Joins::new(network),
            uplinks: Uplinks::new(network),
            attachments,
            routes,
            entries,
            led,
            vague,
        }
    }

    /// Whether somebody surely means one VPC to send to the other: a route of its own into the other's blocks, at least
    /// one that the router sends. A broad route says nothing about a single VPC.
    fn intent(&self, a: VpcId, b: VpcId) -> Option<Severity> {
        let network = self.network;
        let own = |prefix: Ipv4Net| network.vpc(b).known_blocks().any(|(block, _)| block.contains(&prefix));
        if self.routes(a).any(own) {
            return Some(Severity::Error);
        }
        // Nor does it alone; the router's entry for that VPC does.
        if self.attachments(a).any(|near| self.attachments(b).any(|far| self.is_led(a, near, b, far))) {
            return Some(Severity::Warning);
        }
        let synced = self.attachments(a).any(|id| network.attachment(id).publish.value() == Some(&true));
        synced.then_some(Severity::Note)
    }

    /// Whether what `a` sends is looked up in a table with an entry that leads it to `b`.
    fn is_led(&self, a: VpcId, near: AttachmentId, b: VpcId, far: AttachmentId) -> bool {
        let Some(entries) = self.led.get(&far) else { return false };
        let network = self.network;
        let [only] = network.attachment(near).associations.as_slice() else { return false };
        let table = network.associations[*only].table.value();
        let blocks = blocks(network, b);
        let meets = |net: Ipv4Net| blocks.iter().any(|block| overlap(block, &net));
        let led = entries.iter().any(|&(at, net)| Some(&at) == table && meets(net));
        led && self.routes(a).any(meets)
    }

    /// What is missing on the way from `b` to `a`, when it is nothing that another rule speaks of.
    fn lack(&self, a: VpcId, b: VpcId) -> Option<Lack> {
        let network = self.network;
        let (mut near, mut far) = (None, None);
        for (vpc, end) in [(a, &mut far), (b, &mut near)] {
            for id in self.attachments(vpc) {
                let joined = matches!(self.joins.association(id, None), Presence::Here(_))
                    && matches!(self.joins.way_to(id, None), Presence::Here(_));
                if !joined || end.replace(id).is_some() {
                    return None;
                }
            }
        }
        let (far, near) = (far?, near?);
        let synced = network.attachment(near).publish.value() == Some(&true);
        if !synced && !matches!(self.uplinks.of(near, b).0, Presence::Here(_)) {
            return None;
        }
        let blocks = blocks(network, a);
        let leads = |prefix: Ipv4Net| blocks.iter().any(|block| overlap(block, &prefix));
        if !synced && !self.vague.contains(&b) && !self.routes(b).any(leads) {
            return Some(Lack::Route { of: b, by: near });
        }
        let [only] = network.attachment(near).associations.as_slice() else { return None };
        let table = *network.associations[*only].table.value()?;
        // A table that is only named may be this one, unless its id is written out.
        let named = |id: RouterTableId| match &network.router_table(id).node {
            RouterTableNode::External(Link::Literal(_)) => false,
            RouterTableNode::External(_) => true,
            _ => false,
        };
        let is_this = |&id: &RouterTableId| id == table || named(id);
        let mut propagations = network.attachment(far).propagations.iter().map(|&at| &network.propagations[at]);
        let learned = propagations.any(|join| join.table.value().is_none_or(is_this));
        let mut entries = self.entries.iter().filter(|(id, _)| id.as_ref().is_none_or(is_this));
        let written = entries.any(|(_, prefix)| prefix.is_none_or(leads));
        if named(table) {
            return None;
        }
        let apart = network.attachment(near).router.value() != network.attachment(far).router.value();
        // Between two routers what is learned depends on the connection, of which other rules speak.
        (!learned && !written && !apart).then_some(Lack::Line { table, to: a, by: far })
    }

    fn attachments(&self, vpc: VpcId) -> impl Iterator<Item = AttachmentId> {
        self.attachments.get(&vpc).into_iter().flatten().copied()
    }

    fn routes(&self, vpc: VpcId) -> impl Iterator<Item = Ipv4Net> {
        self.routes.get(&vpc).into_iter().flatten().copied()
    }
}

fn report(ground: &Ground<'_>, say: &mut Say<'_>, severity: Severity, lack: Lack, others: &BTreeSet<VpcId>) {
    let network = ground.network;
    let (Lack::Route { by, .. } | Lack::Line { by, .. }) = lack;
    let Some(thing) = network.attachment(by).thing() else { return };
    let list = listed(network, others);
    let (vpc, message, help) = match lack {
        Lack::Route { of, .. } => {
            let name = network.vpc(of).name();
            (
                of,
                format!(
                    "packets from {list} reach {name} through its transit router, but no route of {name} leads back: replies \
                     are lost"
                ),
                format!(
                    "add an alicloud_route_entry for {} with nexthop_type = \"Attachment\" and nexthop_id = \
                     {}.transit_router_attachment_id to the tables of {name}",
                    destinations(network, others),
                    thing.address
                ),
            )
        }
        Lack::Line { table, to, .. } => {
            let name = network.vpc(to).name();
            let (id, table) = (table_id(network, table), network.router_table_name(table));
            (
                to,
                format!(
                    "packets from {name} reach {list} through their transit router, but what comes back is looked up in \
                     {table}, which has no way to {name}: replies are lost"
                ),
                format!(
                    "add an alicloud_cen_transit_router_route_table_propagation of {}.transit_router_attachment_id and {}",
                    thing.address, id
                ),
            )
        }
    };
    let mut finding = say.finding(severity, thing, message).help(help);
    let what = match lack {
        Lack::Route { .. } => "no route leads back from here",
        Lack::Line { .. } => "what this VPC asks is not answered",
    };
    finding = with_vpc(finding, network, vpc, what);
    if let Lack::Line { table, .. } = lack
        && let RouterTableNode::Custom(thing) = &network.router_table(table).node
    {
        finding = finding.with(thing, "this table has no way back");
    }
    for &other in others {
        finding = with_vpc(finding, network, other, "at the other end");
        for thing in ground.attachments(other).filter_map(|id| network.attachment(id).thing()) {
            finding = finding.with(thing, "its attachment");
        }
    }
    say.say(finding.cause(key(thing)));
}

fn listed(network: &Network, vpcs: &BTreeSet<VpcId>) -> String {
    let names: Vec<String> = vpcs.iter().map(|&vpc| network.vpc(vpc).name()).collect();
    match names.as_slice() {
        [one] => one.clone(),
        [one, other] => format!("{one} and {other}"),
        [one, other, rest @ ..] => format!("{one}, {other} and {} more", rest.len()),
        [] => String::new(),
    }
}

fn destinations(network: &Network, vpcs: &BTreeSet<VpcId>) -> String {
    let refer = |vpc: &VpcId| match network.vpc(*vpc).thing() {
        Some(Thing { address, .. }) => format!("{address}.cidr_block"),
        None => network.vpc(*vpc).name(),
    };
    match vpcs.len() {
        1 => vpcs.iter().map(refer).collect(),
        _ => "the block of each of them".into(),
    }
}
