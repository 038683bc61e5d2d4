//! Which VPCs are connected, and by what? The one place that knows; rules about connected VPCs ask here.
//!
//! What is shared without carrying packets from one VPC to another (a CEN, a private zone, a PrivateLink service) does
//! not connect.

use std::collections::{BTreeMap, BTreeSet};

use ipnet::Ipv4Net;

use super::{Network, PeeringId, Presence, Thing, VpcId, first_partners};

/// Two VPCs, the first in address order first, and everything that connects them.
#[derive(Clone, Debug)]
pub struct Connected {
    pub ends: (VpcId, VpcId),
    pub by: Vec<Connection>,
}

#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Connection {
    Peering(PeeringId),
}

/// Two overlapping items of connected VPCs, the later one first.
#[derive(Clone, Debug)]
pub struct Meeting<T> {
    pub items: (T, T),
    /// In which pairs of `connected` the item overlaps something for which these two were put together.
    pub pairs: BTreeSet<usize>,
}

/// The overlaps between connected VPCs: each item that overlaps one of a VPC that its own is connected to, with the
/// first such item. `blocks` gives what a VPC has, and `counts` whether an overlap in a pair matters.
pub fn meetings<T: Copy + Ord>(
    connected: &[Connected],
    mut blocks: impl FnMut(VpcId) -> Vec<(Ipv4Net, T)>,
    mut counts: impl FnMut(&Connected) -> bool,
) -> Vec<Meeting<T>> {
    let mut first: BTreeMap<T, (T, BTreeSet<usize>)> = BTreeMap::new();
    for (at, pair) in connected.iter().enumerate() {
        let (a, b) = pair.ends;
        let items: Vec<(Ipv4Net, VpcId, T)> = [a, b]
            .into_iter()
            .flat_map(|vpc| blocks(vpc).into_iter().map(move |(net, item)| (net, vpc, item)))
            .collect();
        let partners = first_partners(&items);
        if partners.is_empty() || !counts(pair) {
            continue;
        }
        for (item, other) in partners {
            let (partner, pairs) = first.entry(item).or_insert_with(|| (other, BTreeSet::new()));
            *partner = other.min(*partner);
            pairs.insert(at);
        }
    }
    let mut found: BTreeMap<(T, T), BTreeSet<usize>> = BTreeMap::new();
    for (item, (other, pairs)) in first {
        found.entry((item.max(other), item.min(other))).or_default().extend(pairs);
    }
    found.into_iter().map(|(items, pairs)| Meeting { items, pairs }).collect()
}

impl Network {
    /// The pairs of VPCs that surely are connected, each once, in address order.
    pub fn connected(&self) -> Vec<Connected> {
        self.peered()
            .into_iter()
            .filter(|((a, b), _)| a != b)
            .map(|(ends, by)| Connected { ends, by: by.into_iter().map(Connection::Peering).collect() })
            .collect()
    }

    /// The resource that makes a connection.
    pub fn connection_thing(&self, connection: Connection) -> &Thing {
        match connection {
            Connection::Peering(id) => &self.peering(id).thing,
        }
    }

    /// What translates addresses on one of two sides: between equal blocks that is a purpose, not a mistake.
    pub fn translated(&self, (a, b): (VpcId, VpcId)) -> Presence<'_> {
        match (self.private_nat(a), self.private_nat(b)) {
            (Presence::Here(nat), _) | (_, Presence::Here(nat)) => Presence::Here(nat),
            (Presence::Maybe(cause), _) | (_, Presence::Maybe(cause)) => Presence::Maybe(cause),
            _ => Presence::Nowhere,
        }
    }

    /// The key by which rules tell that they speak of the same pair of VPCs.
    pub fn pair_key(&self, (a, b): (VpcId, VpcId)) -> String {
        let (a, b) = (self.vpc(a).name(), self.vpc(b).name());
        if a <= b { format!("pair:{a}|{b}") } else { format!("pair:{b}|{a}") }
    }
}
