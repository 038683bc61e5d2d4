//! Which blocks overlap? By one sorted sweep, so that thousands of blocks cost no more than sorting them.

use ipnet::Ipv4Net;

/// For each item whose block overlaps another's: the first other, in the order of the items, that it meets. Of every
/// overlapping pair the later item is the one that is reported, so that a cluster of n gives n - 1 answers.
pub fn first_overlaps<T: Copy + Ord>(items: Vec<(Ipv4Net, T)>) -> Vec<(T, T)> {
    let mut found = all_overlaps(&items, |_, _| true);
    found.sort();
    found
}

/// The same among pairs that `counts` accepts, such as items of different owners.
pub fn all_overlaps<T: Copy + Ord>(items: &[(Ipv4Net, T)], counts: impl Fn(T, T) -> bool) -> Vec<(T, T)> {
    let mut sorted: Vec<(Ipv4Net, T)> = items.to_vec();
    // A block comes before those inside it.
    sorted.sort_by_key(|(net, item)| (u32::from(net.network()), net.prefix_len(), *item));
    let mut found = Vec::new();
    // Blocks are nested or apart: the open ones are a chain, each inside the one before.
    let mut open: Vec<(Ipv4Net, T)> = Vec::new();
    let mut best: std::collections::BTreeMap<T, T> = std::collections::BTreeMap::new();
    for (net, item) in sorted {
        while open.last().is_some_and(|(outer, _)| !outer.contains(&net)) {
            open.pop();
        }
        // The chain is at most 33 different blocks long, but equal blocks repeat; a few of each are enough to find the
        // first partner.
        for &(_, other) in open.iter().rev().take(64) {
            if !counts(item, other) {
                continue;
            }
            let (later, earlier) = if item > other { (item, other) } else { (other, item) };
            best.entry(later).and_modify(|old| *old = (*old).min(earlier)).or_insert(earlier);
        }
        open.push((net, item));
    }
    found.extend(best);
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_overlapping_item_meets_the_first_one() {
        let net = |text: &str| text.parse().unwrap();
        let items = vec![
            (net("10.0.0.0/16"), 1),
            (net("10.0.1.0/24"), 2),
            (net("10.1.0.0/16"), 3),
            (net("10.0.1.128/25"), 4),
            (net("10.1.0.0/16"), 5),
        ];
        assert_eq!(first_overlaps(items), [(2, 1), (4, 1), (5, 3)]);
    }
}
