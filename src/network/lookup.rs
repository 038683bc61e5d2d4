//! Which blocks overlap one? A map of blocks by prefix, so that a question costs no more than the answers.

use std::collections::BTreeMap;

use ipnet::Ipv4Net;

#[derive(Clone, Debug)]
pub struct Blocks<T> {
    by_prefix: BTreeMap<(u32, u8), Vec<T>>,
}

impl<T: Copy + Ord> Blocks<T> {
    pub fn new(items: impl IntoIterator<Item = (Ipv4Net, T)>) -> Self {
        let mut by_prefix: BTreeMap<(u32, u8), Vec<T>> = BTreeMap::new();
        for (net, item) in items {
            by_prefix.entry(key(&net)).or_default().push(item);
        }
        Blocks { by_prefix }
    }

    /// Everything that contains a block, equals it, or lies inside it, in order.
    pub fn overlapping(&self, net: Ipv4Net) -> Vec<T> {
        let mut found = Vec::new();
        let mut around = net.supernet();
        while let Some(outer) = around {
            found.extend(self.by_prefix.get(&key(&outer)).into_iter().flatten().copied());
            around = outer.supernet();
        }
        let last = u32::from(net.broadcast());
        let inside =
            self.by_prefix.range(key(&net)..=(last, 32)).filter(|((_, length), _)| *length >= net.prefix_len());
        found.extend(inside.flat_map(|(_, items)| items.iter().copied()));
        found.sort();
        found.dedup();
        found
    }
}

fn key(net: &Ipv4Net) -> (u32, u8) {
    (u32::from(net.network()), net.prefix_len())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finds_what_contains_and_what_lies_inside() {
        let net = |text: &str| text.parse::<Ipv4Net>().unwrap();
        let blocks = Blocks::new([
            (net("10.0.0.0/8"), 1),
            (net("10.1.0.0/16"), 2),
            (net("10.1.2.0/24"), 3),
            (net("10.2.0.0/16"), 4),
            (net("0.0.0.0/0"), 5),
        ]);
        assert_eq!(blocks.overlapping(net("10.1.0.0/16")), [1, 2, 3, 5]);
        assert_eq!(blocks.overlapping(net("10.1.2.128/25")), [1, 2, 3, 5]);
        assert_eq!(blocks.overlapping(net("11.0.0.0/8")), [5]);
        assert_eq!(blocks.overlapping(net("0.0.0.0/0")), [1, 2, 3, 4, 5]);
    }
}
