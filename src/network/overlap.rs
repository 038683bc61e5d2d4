//! Which blocks overlap? By one sorted sweep, so that thousands of blocks cost no more than sorting them.

use std::collections::BTreeSet;

use ipnet::Ipv4Net;

/// The overlapping pairs of a list, the later item first: each item that overlaps another is paired with the first one
/// that it meets, in the order of the items. A cluster of n equal blocks gives n - 1 pairs, and every item that
/// overlaps another is in one of them.
pub fn first_overlaps<T: Copy + Ord>(items: Vec<(Ipv4Net, T)>) -> Vec<(T, T)> {
    let items: Vec<_> = items.into_iter().map(|(net, item)| (net, item, item)).collect();
    pairs(first_partners(&items))
}

/// Partners as pairs: each once, the later item first.
pub fn pairs<T: Copy + Ord>(partners: impl IntoIterator<Item = (T, T)>) -> Vec<(T, T)> {
    let pairs: BTreeSet<(T, T)> = partners.into_iter().map(|(a, b)| (a.max(b), a.min(b))).collect();
    pairs.into_iter().collect()
}

/// For each item whose block overlaps one of another group: the first such item.
pub fn first_partners<T: Copy + Ord, G: Copy + Eq>(items: &[(Ipv4Net, G, T)]) -> Vec<(T, T)> {
    let mut sorted: Vec<&(Ipv4Net, G, T)> = items.iter().collect();
    // A block comes before those inside it.
    sorted.sort_by_key(|(net, _, item)| (u32::from(net.network()), net.prefix_len(), *item));
    // Blocks are nested or apart, so they make a forest; a node is one block, with all items that have it.
    let mut nodes: Vec<Node<T, G>> = Vec::new();
    let mut node_of: Vec<usize> = Vec::new();
    let mut open: Vec<usize> = Vec::new();
    for &&(net, group, item) in &sorted {
        while open.last().is_some_and(|&at| !nodes[at].net.contains(&net)) {
            open.pop();
        }
        let at = match open.last() {
            Some(&at) if nodes[at].net == net => at,
            outer => {
                let above = outer.map_or(Least::default(), |&at| nodes[at].above.join(nodes[at].own));
                let outer = outer.copied();
                nodes.push(Node { net, outer, own: Least::default(), above, below: Least::default() });
                open.push(nodes.len() - 1);
                nodes.len() - 1
            }
        };
        nodes[at].own = nodes[at].own.with((item, group));
        node_of.push(at);
    }
    // Inner blocks have higher numbers than what they lie in.
    for at in (0..nodes.len()).rev() {
        if let Some(outer) = nodes[at].outer {
            nodes[outer].below = nodes[outer].below.join(nodes[at].own).join(nodes[at].below);
        }
    }
    let mut found: Vec<(T, T)> = sorted
        .iter()
        .zip(node_of)
        .filter_map(|(&&(_, group, item), at)| {
            let node = &nodes[at];
            Some((item, node.own.join(node.above).join(node.below).besides(group)?))
        })
        .collect();
    found.sort();
    found
}

/// For each inner block that equals an outer one or lies inside it: the largest such outer block.
pub fn containers<T: Copy, U: Copy>(outer: &[(Ipv4Net, T)], inner: &[(Ipv4Net, U)]) -> Vec<(U, T)> {
    let outer_first = outer.iter().map(|&(net, item)| (net, Some(item), None));
    let mut all: Vec<(Ipv4Net, Option<T>, Option<U>)> = outer_first.collect();
    all.extend(inner.iter().map(|&(net, item)| (net, None, Some(item))));
    all.sort_by_key(|(net, _, inner)| (u32::from(net.network()), net.prefix_len(), inner.is_some()));
    let mut found = Vec::new();
    // What starts later lies inside the open block or behind it.
    let mut open: Option<(Ipv4Net, T)> = None;
    for (net, outer, inner) in all {
        let inside = open.filter(|(outer, _)| outer.contains(&net));
        match (outer, inner, inside) {
            (_, Some(inner), Some((_, outer))) => found.push((inner, outer)),
            (Some(outer), _, None) => open = Some((net, outer)),
            _ => {}
        }
    }
    found
}

/// The blocks that smaller ones cover wholly between them, with those that do.
pub fn covered<T: Copy, U: Copy>(blocks: &[(Ipv4Net, T)], by: &[(Ipv4Net, U)]) -> Vec<(T, Vec<U>)> {
    let mut by = by.to_vec();
    by.sort_by_key(|(net, _)| (u32::from(net.network()), net.prefix_len()));
    let mut found = Vec::new();
    for &(net, item) in blocks {
        let (start, end) = (u64::from(u32::from(net.network())), u64::from(u32::from(net.broadcast())));
        let mut next = start;
        let mut parts = Vec::new();
        let from = by.partition_point(|(part, _)| u64::from(u32::from(part.network())) < start);
        for &(part, owner) in &by[from..] {
            if next > end || u64::from(u32::from(part.network())) > next {
                break;
            }
            let last = u64::from(u32::from(part.broadcast()));
            if part.prefix_len() > net.prefix_len() && last >= next {
                parts.push(owner);
                next = last + 1;
            }
        }
        if next > end {
            found.push((item, parts));
        }
    }
    found
}

/// How a block stands to one that it overlaps, as a message says it.
pub fn relation(a: &Ipv4Net, b: &Ipv4Net) -> &'static str {
    match (a.contains(b), b.contains(a)) {
        (true, true) => "equals",
        (true, false) => "contains",
        _ => "lies inside",
    }
}

struct Node<T, G> {
    net: Ipv4Net,
    /// The smallest block around it.
    outer: Option<usize>,
    own: Least<T, G>,
    above: Least<T, G>,
    below: Least<T, G>,
}

/// The least item, and the least one of another group than that: enough to answer for every group.
#[derive(Clone, Copy)]
struct Least<T, G>(Option<(T, G)>, Option<(T, G)>);

impl<T, G> Default for Least<T, G> {
    fn default() -> Self {
        Least(None, None)
    }
}

impl<T: Copy + Ord, G: Copy + Eq> Least<T, G> {
    fn with(self, new: (T, G)) -> Self {
        match self {
            Least(None, _) => Least(Some(new), None),
            Least(Some(first), second) if new.1 == first.1 => Least(Some((first.0.min(new.0), first.1)), second),
            Least(Some(first), _) if new.0 < first.0 => Least(Some(new), Some(first)),
            Least(first, Some(second)) if second.0 <= new.0 => Least(first, Some(second)),
            Least(first, _) => Least(first, Some(new)),
        }
    }

    fn join(self, other: Self) -> Self {
        [other.0, other.1].into_iter().flatten().fold(self, Least::with)
    }

    fn besides(self, group: G) -> Option<T> {
        [self.0, self.1].into_iter().flatten().find(|(_, other)| *other != group).map(|(item, _)| item)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn net(text: &str) -> Ipv4Net {
        text.parse().unwrap()
    }

    #[test]
    fn each_overlapping_item_meets_the_first_one() {
        let items = vec![
            (net("10.0.0.0/16"), 1),
            (net("10.0.1.0/24"), 2),
            (net("10.1.0.0/16"), 3),
            (net("10.0.1.128/25"), 4),
            (net("10.1.0.0/16"), 5),
        ];
        assert_eq!(first_overlaps(items), [(2, 1), (4, 1), (5, 3)]);
    }

    #[test]
    fn no_item_of_a_cluster_is_left_out() {
        let items = vec![(net("10.0.1.0/24"), 1), (net("10.0.2.0/24"), 2), (net("10.0.0.0/16"), 3)];
        assert_eq!(first_overlaps(items), [(3, 1), (3, 2)]);
    }

    #[test]
    fn blocks_inside_others() {
        let outer = [(net("10.0.0.0/16"), 1), (net("10.0.1.0/24"), 2), (net("10.2.0.0/16"), 3)];
        let inner =
            [(net("10.0.1.0/24"), 'a'), (net("10.1.0.0/16"), 'b'), (net("10.2.0.0/16"), 'c'), (net("10.0.0.0/8"), 'd')];
        assert_eq!(containers(&outer, &inner), [('a', 1), ('c', 3)]);
    }

    #[test]
    fn blocks_that_smaller_ones_cover() {
        let parts = [
            (net("10.0.0.0/25"), 1),
            (net("10.0.0.0/26"), 2),
            (net("10.0.0.128/25"), 3),
            (net("10.0.1.0/25"), 4),
            (net("255.255.255.0/25"), 5),
            (net("255.255.255.128/25"), 6),
        ];
        let blocks = [
            (net("10.0.0.0/24"), 'a'),
            (net("10.0.1.0/24"), 'b'),
            (net("10.0.0.0/25"), 'c'),
            (net("255.255.255.0/24"), 'd'),
            (net("0.0.0.0/0"), 'e'),
        ];
        assert_eq!(covered(&blocks, &parts), [('a', vec![1, 3]), ('d', vec![5, 6])]);
    }

    #[test]
    fn only_other_groups_count() {
        let items = [
            (net("10.0.0.0/16"), 'a', 1),
            (net("10.0.0.0/16"), 'a', 2),
            (net("10.0.1.0/24"), 'b', 3),
            (net("10.0.0.0/8"), 'c', 4),
            (net("11.0.0.0/8"), 'b', 5),
        ];
        assert_eq!(first_partners(&items), [(1, 3), (2, 3), (3, 1), (4, 1)]);
    }

    #[test]
    fn agrees_with_comparing_all() {
        let mut seed = 7u64;
        let mut next = |n: u64| {
            seed = seed.wrapping_mul(6364136223846793005).wrapping_add(1442695040888963407);
            (seed >> 33) % n
        };
        for _ in 0..200 {
            let items: Vec<(Ipv4Net, u64, usize)> = (0..12)
                .map(|at| {
                    let net = Ipv4Net::new((next(16) as u32 * 0x0008_0000).into(), 8 + next(6) as u8).unwrap();
                    (net.trunc(), next(4), at)
                })
                .collect();
            let expected: Vec<(usize, usize)> = items
                .iter()
                .filter_map(|(net, group, item)| {
                    let meets = |other: &&(Ipv4Net, u64, usize)| {
                        other.1 != *group && (other.0.contains(net) || net.contains(&other.0))
                    };
                    Some((*item, items.iter().filter(meets).map(|other| other.2).min()?))
                })
                .collect();
            assert_eq!(first_partners(&items), expected);
        }
    }
}
