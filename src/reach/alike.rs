//! Which VPCs on transit routers does the engine treat alike, and between which of them may packets go at all?
//!
//! VPCs whose blocks meet the same prefixes of all tables, whose own tables lead to the same places and whose attachments
//! are joined to the same tables have the same answers, so one of each sort answers for all. This keeps questions about
//! all pairs as cheap as the number of sorts, where a network is regular.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use ipnet::{IpNet, Ipv4Net};

use super::Reach;
use super::prefix::Index;
use crate::network::{AttachmentId, Bound, Network, Route, TableId, VpcId, first_partners};

/// In a network with more pairs than this those are left out that only a broad prefix makes.
const MOST_TOUCHED: usize = 1_000_000;

/// The sorts of attached VPCs.
#[derive(Debug, Default)]
pub struct Alike {
    pub sorts: Vec<Vec<VpcId>>,
    /// Ordered pairs of sorts where the first may send to the second.
    pub pairs: Vec<(usize, usize)>,
}

/// What is known of one VPC: its blocks with the tables that they use, and its attachments.
struct Member {
    vpc: VpcId,
    blocks: Vec<(Ipv4Net, Bound)>,
    attachments: Vec<AttachmentId>,
    publishes: bool,
}

impl Reach<'_> {
    pub fn alike(&self) -> Alike {
        let network = self.network;
        let members = members(network);
        let prefixes = prefixes(network);
        let overlapping = overlapping(&members);
        let mut alike = Alike::default();
        let mut sort_of: BTreeMap<String, usize> = BTreeMap::new();
        let mut leads: Vec<BTreeSet<Ipv4Net>> = Vec::new();
        let mut publishes = Vec::new();
        // The VPCs that have addresses in each prefix that some table names.
        let mut touched: HashMap<Ipv4Net, BTreeSet<VpcId>> = HashMap::new();
        let written = Written::of(network);
        for member in &members {
            let touching: Vec<Vec<Ipv4Net>> = member.blocks.iter().map(|(block, _)| prefixes.touching(block)).collect();
            for prefix in touching.iter().flatten() {
                touched.entry(*prefix).or_default().insert(member.vpc);
            }
            let mut own = BTreeSet::new();
            let name = describe(network, member, &touching, &written, &mut own);
            let key = match name {
                Some(name) if !overlapping.contains(&member.vpc) => name,
                _ => format!("only {}", member.vpc.0),
            };
            let at = *sort_of.entry(key).or_insert(alike.sorts.len());
            if at == alike.sorts.len() {
                alike.sorts.push(Vec::new());
                leads.push(own);
                publishes.push(member.publishes);
            }
            alike.sorts[at].push(member.vpc);
        }
        let at_of: HashMap<VpcId, usize> =
            alike.sorts.iter().enumerate().flat_map(|(at, vpcs)| vpcs.iter().map(move |&vpc| (vpc, at))).collect();
        // A broad prefix touches every VPC. Where that makes too many pairs, only the VPCs around a prefix are kept.
        let all: usize = leads.iter().flatten().filter_map(|prefix| Some(touched.get(prefix)?.len())).sum();
        if all > MOST_TOUCHED {
            for (prefix, vpcs) in &mut touched {
                vpcs.retain(|&vpc| network.vpc(vpc).known_blocks().any(|(block, _)| block.contains(prefix)));
            }
        }
        let few = alike.sorts.len().saturating_mul(alike.sorts.len()) <= MOST_TOUCHED;
        for from in 0..alike.sorts.len() {
            let mut to: BTreeSet<usize> = leads[from]
                .iter()
                .flat_map(|prefix| touched.get(prefix).into_iter().flatten())
                .filter_map(|vpc| at_of.get(vpc).copied())
                .collect();
            if publishes[from] && few {
                to.extend(0..alike.sorts.len());
            }
            alike
                .pairs
                .extend(to.into_iter().filter(|&to| to != from || alike.sorts[to].len() > 1).map(|to| (from, to)));
        }
        alike
    }
}

fn members(network: &Network) -> Vec<Member> {
    let mut found: BTreeMap<VpcId, Vec<AttachmentId>> = BTreeMap::new();
    for (at, attachment) in network.attachments.iter().enumerate() {
        if let Some(vpc) = attachment.vpc().filter(|&vpc| network.vpc(vpc).is_managed()) {
            found.entry(vpc).or_default().push(AttachmentId(at));
        }
    }
    let member = |(vpc, attachments): (VpcId, Vec<AttachmentId>)| {
        let ids = &network.vpc(vpc).vswitches;
        let mut blocks: Vec<(Ipv4Net, Bound)> = ids
            .iter()
            .map(|&id| network.vswitch(id))
            .filter_map(|vswitch| Some((vswitch.cidr.value()?.v4()?, vswitch.table.clone())))
            .collect();
        if ids.is_empty() {
            blocks = network.vpc(vpc).known_blocks().map(|(block, _)| (block, Bound::System)).collect();
        }
        let publishes = attachments.iter().any(|&id| network.attachment(id).publish.value() == Some(&true));
        Member { vpc, blocks, attachments, publishes }
    };
    found.into_iter().map(member).collect()
}

/// VPCs that have an address in common with another one: nothing can be said of them in general.
fn overlapping(members: &[Member]) -> HashSet<VpcId> {
    let blocks: Vec<(Ipv4Net, VpcId, VpcId)> = members
        .iter()
        .flat_map(|member| member.blocks.iter().map(|(block, _)| (*block, member.vpc, member.vpc)))
        .collect();
    first_partners(&blocks).into_iter().flat_map(|(a, b)| [a, b]).collect()
}

/// Entries by what they belong to: those of routers by the attachment that they lead to, those that a CEN writes into
/// VPCs by their table.
struct Written {
    entries: HashMap<AttachmentId, Vec<String>>,
    children: HashMap<TableId, Vec<usize>>,
}

impl Written {
    fn of(network: &Network) -> Written {
        let mut written = Written { entries: HashMap::new(), children: HashMap::new() };
        for entry in &network.router_routes {
            if let Some(id) = entry.attachment {
                let (table, destination) =
                    (entry.table.value(), entry.destination.value().map(|cidr| cidr.text.clone()));
                let said = format!("{table:?} {destination:?} {}", entry.thing.certain);
                written.entries.entry(id).or_default().push(said);
            }
        }
        for (at, route) in network.child_routes.iter().enumerate() {
            if let Some(&table) = route.table.value() {
                written.children.entry(table).or_default().push(at);
            }
        }
        written
    }
}

/// Everything about a VPC on which answers depend; nothing when something of it is not known.
fn describe(
    network: &Network,
    member: &Member,
    touching: &[Vec<Ipv4Net>],
    written: &Written,
    leads: &mut BTreeSet<Ipv4Net>,
) -> Option<String> {
    let mut complete = network.vpc(member.vpc).vswitches.iter().all(|&id| {
        let vswitch = network.vswitch(id);
        vswitch.cidr.value().is_some() && vswitch.thing.certain
    });
    let mut parts = BTreeSet::new();
    let mut tables: HashMap<Option<TableId>, String> = HashMap::new();
    for ((block, bound), touching) in member.blocks.iter().zip(touching) {
        let table = match bound {
            Bound::System => None,
            Bound::Custom(table) => Some(*table),
            Bound::Unknown(_) => {
                complete = false;
                None
            }
        };
        let said = tables.entry(table).or_insert_with(|| {
            let id = table.or_else(|| network.vpc(member.vpc).tables.first().copied());
            id.map(|id| contents(network, member, id, written, leads, &mut complete)).unwrap_or_default()
        });
        // A prefix that cuts the block cuts each block differently.
        complete &= touching.iter().all(|prefix| prefix.contains(block));
        parts.insert(format!("{touching:?} {said}"));
    }
    for (at, &id) in member.attachments.iter().enumerate() {
        let attachment = network.attachment(id);
        complete &= attachment.publish.cause().is_none() && attachment.thing().is_some_and(|thing| thing.certain);
        let joins = |list: &[usize], of: &[crate::network::Membership]| {
            let joins = list.iter().map(|&at| (of[at].table.value().copied(), of[at].thing.certain));
            format!("{:?}", joins.collect::<BTreeSet<_>>())
        };
        parts.insert(format!(
            "{at} {:?} {:?} {} {} {:?}",
            attachment.router.value(),
            attachment.publish.value(),
            joins(&attachment.associations, &network.associations),
            joins(&attachment.propagations, &network.propagations),
            written.entries.get(&id)
        ));
    }
    complete.then(|| parts.into_iter().collect::<Vec<_>>().join("\n"))
}

/// What a table holds, with the VPC's own attachments by number.
fn contents(
    network: &Network,
    member: &Member,
    id: TableId,
    written: &Written,
    leads: &mut BTreeSet<Ipv4Net>,
    complete: &mut bool,
) -> String {
    let own = |id: AttachmentId| member.attachments.iter().position(|&other| other == id);
    let hop = |route: &Route| {
        let hops = route.every_hop().map(|hop| {
            let named = hop.id.value().and_then(|link| network.attachment_named(link)).and_then(own);
            let target = named.map(|at| format!("own {at}")).or_else(|| hop.id.value().map(|link| link.shown()));
            format!("{:?} {target:?}", hop.kind.value())
        });
        hops.collect::<Vec<_>>().join(", ")
    };
    let mut lines = BTreeSet::new();
    for &route in &network.table(id).routes {
        let route = network.route(route);
        let prefix = route.destination.value().and_then(|cidr| cidr.v4());
        leads.extend(prefix);
        *complete &= prefix.is_some() && route.thing.certain;
        lines.insert(format!("{prefix:?} {}", hop(route)));
    }
    for route in written.children.get(&id).into_iter().flatten().map(|&at| &network.child_routes[at]) {
        leads.extend(route.destination.value().and_then(|cidr| cidr.v4()));
        *complete &= route.thing.certain && route.destination.value().is_some();
        let target = route.attachment.and_then(own);
        lines.insert(format!(
            "{:?} {target:?} {:?}",
            route.destination.value().map(|cidr| &cidr.text),
            route.link.value()
        ));
    }
    lines.into_iter().collect::<Vec<_>>().join("; ")
}

/// All prefixes that tables name.
struct Prefixes {
    nets: Vec<Ipv4Net>,
    index: Index,
}

fn prefixes(network: &Network) -> Prefixes {
    let routes = network.routes.iter().map(|route| &route.destination);
    let entries = network.router_routes.iter().map(|entry| &entry.destination);
    let children = network.child_routes.iter().map(|route| &route.destination);
    let written = routes.chain(entries).chain(children).filter_map(|cidr| cidr.value()?.net);
    let all = written.chain(network.listed_blocks()).filter_map(|net| match net {
        IpNet::V4(net) => Some(net),
        IpNet::V6(_) => None,
    });
    let nets: Vec<Ipv4Net> = all.collect::<BTreeSet<_>>().into_iter().collect();
    let index = Index::new(&nets.iter().map(|&net| IpNet::V4(net)).collect::<Vec<_>>());
    Prefixes { nets, index }
}

impl Prefixes {
    /// Those that contain a block or lie in it.
    fn touching(&self, block: &Ipv4Net) -> Vec<Ipv4Net> {
        self.index.meeting(IpNet::V4(*block)).into_iter().map(|at| self.nets[at]).collect()
    }
}
