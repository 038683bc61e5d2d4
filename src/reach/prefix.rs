//! Longest match over whole blocks: into which pieces does a block fall, and which entry does each piece meet?
//!
//! Blocks are IPv4 or IPv6; the two never meet.

use std::collections::BTreeSet;
use std::net::{Ipv4Addr, Ipv6Addr};

use ipnet::{IpNet, Ipv4Net, Ipv6Net};

use crate::eval::Cause;
use crate::network::is_stand_in;

/// An entry of a table: a prefix, and who wins among equal ones (the greater).
pub trait Entry {
    fn prefix(&self) -> IpNet;
    fn precedence(&self) -> u8;
    /// Surely there.
    fn certain(&self) -> bool {
        true
    }
}

/// A way whose destination is not known, and the blocks that it lies in, where those are.
#[derive(Clone, Debug)]
pub struct Anywhere<V> {
    pub via: V,
    pub cause: Cause,
    pub within: Option<Vec<IpNet>>,
}

impl<V> Anywhere<V> {
    pub fn may_take(&self, piece: IpNet) -> bool {
        let meets = |block: &IpNet| block.contains(&piece) || piece.contains(block);
        self.within.as_ref().is_none_or(|blocks| blocks.iter().any(meets))
    }
}

/// All of IPv4.
pub const ALL_V4: IpNet = IpNet::V4(Ipv4Net::new_assert(Ipv4Addr::UNSPECIFIED, 0));

/// All of IPv6.
pub const ALL_V6: IpNet = IpNet::V6(Ipv6Net::new_assert(Ipv6Addr::UNSPECIFIED, 0));

/// A prefix alone.
impl Entry for IpNet {
    fn prefix(&self) -> IpNet {
        *self
    }

    fn precedence(&self) -> u8 {
        0
    }
}

/// Ways of entries of which nobody knows whether they meet a piece: the piece is in a block that the cloud chooses, and
/// they are written out. Blocks of VPCs lie apart anyway: they have no such way.
pub fn blurred<E: Entry, V>(piece: IpNet, entries: &[E], via: impl Fn(&E) -> Option<V>) -> Vec<Anywhere<V>> {
    if !is_stand_in(&piece) {
        return Vec::new();
    }
    let apart = |entry: &&E| {
        let prefix = entry.prefix();
        matches!(prefix, IpNet::V6(_)) && !is_stand_in(&prefix) && !prefix.contains(&piece)
    };
    let cause = |entry: &E| {
        let text = format!("whether {} lies in a block that the cloud chooses", entry.prefix());
        Cause::Unsupported(text.into())
    };
    let blurred = entries.iter().filter(apart);
    blurred.filter_map(|entry| Some(Anywhere { via: via(entry)?, cause: cause(entry), within: None })).collect()
}

/// Where the entries of a table stand in the order of their prefixes, so that those which meet a block are found without
/// looking at the others.
#[derive(Clone, Debug, Default)]
pub struct Index {
    order: Vec<(IpNet, usize)>,
    /// The lengths of prefixes that there are.
    lengths: BTreeSet<u8>,
}

impl Index {
    pub fn new<E: Entry>(entries: &[E]) -> Index {
        let mut order: Vec<(IpNet, usize)> =
            entries.iter().enumerate().map(|(at, entry)| (entry.prefix(), at)).collect();
        order.sort_unstable();
        let lengths = order.iter().map(|(prefix, _)| prefix.prefix_len()).collect();
        Index { order, lengths }
    }

    /// The entries that contain a block or equal it.
    pub fn covering(&self, block: IpNet) -> impl Iterator<Item = usize> {
        let lengths = self.lengths.range(..=block.prefix_len());
        lengths.filter_map(move |&length| shortened(block, length)).flat_map(|prefix| self.equal(prefix))
    }

    fn equal(&self, prefix: IpNet) -> impl Iterator<Item = usize> {
        let first = self.order.partition_point(|(other, _)| *other < prefix);
        self.order[first..].iter().take_while(move |(other, _)| *other == prefix).map(|(_, at)| *at)
    }

    /// The entries that contain a block, equal it or lie inside it.
    pub fn meeting(&self, block: IpNet) -> Vec<usize> {
        let mut found: Vec<usize> = self.covering(block).collect();
        let first = self.order.partition_point(|(other, _)| *other <= block);
        let inside = self.order[first..].iter().take_while(|(other, _)| block.contains(other));
        found.extend(inside.map(|(_, at)| *at));
        found
    }
}

/// The block with a shorter prefix around an address.
fn shortened(block: IpNet, length: u8) -> Option<IpNet> {
    Some(IpNet::new(block.network(), length).ok()?.trunc())
}

/// The entries that one of the pieces may meet, when those that are not certain may be missing; and whether one of them
/// is surely there.
pub fn contenders<E: Entry>(piece: IpNet, entries: &[E], index: &Index) -> (Vec<usize>, bool) {
    let strength = |at: usize| (entries[at].prefix().prefix_len(), entries[at].precedence());
    let mut covering: Vec<usize> = index.covering(piece).collect();
    covering.sort_by_key(|&at| (std::cmp::Reverse(strength(at)), at));
    let surest = covering.iter().position(|&at| entries[at].certain()).map(|first| strength(covering[first]));
    covering.retain(|&at| surest.is_none_or(|least| strength(at) >= least));
    (covering, surest.is_some())
}

/// The pieces of a block, each with the indexes of the entries that are the best match for all of it: none when nothing
/// matches, several when equals compete.
pub fn pieces<E: Entry>(block: IpNet, entries: &[E], index: &Index) -> Vec<(IpNet, Vec<usize>)> {
    let mut meeting = index.meeting(block);
    meeting.sort_unstable();
    let mut found = Vec::new();
    split(block, &meeting, entries, &mut found);
    found
}

fn split<E: Entry>(block: IpNet, among: &[usize], entries: &[E], found: &mut Vec<(IpNet, Vec<usize>)>) {
    let inside = |at: &&usize| {
        let prefix = entries[**at].prefix();
        block.contains(&prefix) && prefix != block
    };
    if block.prefix_len() < block.max_prefix_len()
        && among.iter().any(|at| inside(&at))
        && let Ok(halves) = block.subnets(block.prefix_len() + 1)
    {
        for half in halves {
            let meets = |at: &usize| {
                let prefix = entries[*at].prefix();
                prefix.contains(&half) || half.contains(&prefix)
            };
            let below: Vec<usize> = among.iter().copied().filter(meets).collect();
            split(half, &below, entries, found);
        }
        return;
    }
    let covering = among.iter().copied().filter(|&at| entries[at].prefix().contains(&block));
    let strength = |at: usize| (entries[at].prefix().prefix_len(), entries[at].precedence());
    let best = covering.clone().map(strength).max();
    found.push((block, covering.filter(|&at| Some(strength(at)) == best).collect()));
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Plain(&'static str, u8);

    impl Entry for Plain {
        fn prefix(&self) -> IpNet {
            self.0.parse().unwrap()
        }

        fn precedence(&self) -> u8 {
            self.1
        }
    }

    fn pieces(block: &str, entries: &[Plain]) -> Vec<(String, Vec<usize>)> {
        let found = super::pieces(block.parse().unwrap(), entries, &Index::new(entries));
        found.into_iter().map(|(net, at)| (net.to_string(), at)).collect()
    }

    #[test]
    fn blocks_fall_apart_where_the_best_match_changes() {
        let entries =
            [Plain("10.0.0.0/8", 1), Plain("10.0.0.0/25", 1), Plain("10.0.0.0/25", 2), Plain("11.0.0.0/8", 1)];
        let shown = pieces("10.0.0.0/24", &entries);
        assert_eq!(shown, [("10.0.0.0/25".into(), vec![2]), ("10.0.0.128/25".into(), vec![0])]);
    }

    #[test]
    fn equals_compete_and_nothing_matches_nothing() {
        let entries = [Plain("10.0.0.0/24", 1), Plain("10.0.0.0/24", 1)];
        assert_eq!(pieces("10.0.0.0/24", &entries)[0].1, [0, 1]);
        assert!(pieces("10.1.0.0/24", &entries)[0].1.is_empty());
    }

    #[test]
    fn the_two_families_never_meet() {
        let entries = [Plain("0.0.0.0/0", 1), Plain("::/0", 1), Plain("2408::/32", 1)];
        assert_eq!(pieces("10.0.0.0/24", &entries)[0].1, [0]);
        assert_eq!(pieces("2408:0:1::/48", &entries)[0].1, [2]);
        assert_eq!(pieces("2409::/48", &entries)[0].1, [1]);
    }
}
