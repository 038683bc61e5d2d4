//! Longest match over whole blocks: into which pieces does a block fall, and which entry does each piece meet?

use ipnet::Ipv4Net;

use crate::eval::Cause;

/// An entry of a table: a prefix, and who wins among equal ones (the greater).
pub trait Entry {
    fn prefix(&self) -> Ipv4Net;
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
    pub within: Option<Vec<Ipv4Net>>,
}

impl<V> Anywhere<V> {
    pub fn may_take(&self, piece: Ipv4Net) -> bool {
        let meets = |block: &Ipv4Net| block.contains(&piece) || piece.contains(block);
        self.within.as_ref().is_none_or(|blocks| blocks.iter().any(meets))
    }
}

/// A prefix alone.
impl Entry for Ipv4Net {
    fn prefix(&self) -> Ipv4Net {
        *self
    }

    fn precedence(&self) -> u8 {
        0
    }
}

/// The entries that one of the pieces may meet, when those that are not certain may be missing; and whether one of them
/// is surely there.
pub fn contenders<E: Entry>(piece: Ipv4Net, entries: &[E]) -> (Vec<usize>, bool) {
    let strength = |at: usize| (entries[at].prefix().prefix_len(), entries[at].precedence());
    let covering = (0..entries.len()).filter(|&at| entries[at].prefix().contains(&piece));
    let mut covering: Vec<usize> = covering.collect();
    covering.sort_by_key(|&at| std::cmp::Reverse(strength(at)));
    let surest = covering.iter().position(|&at| entries[at].certain()).map(|first| strength(covering[first]));
    covering.retain(|&at| surest.is_none_or(|least| strength(at) >= least));
    (covering, surest.is_some())
}

/// The pieces of a block, each with the indexes of the entries that are the best match for all of it: none when nothing
/// matches, several when equals compete.
pub fn pieces<E: Entry>(block: Ipv4Net, entries: &[E]) -> Vec<(Ipv4Net, Vec<usize>)> {
    let overlapping: Vec<usize> = (0..entries.len())
        .filter(|&at| {
            let prefix = entries[at].prefix();
            prefix.contains(&block) || block.contains(&prefix)
        })
        .collect();
    let mut found = Vec::new();
    split(block, &overlapping, entries, &mut found);
    found
}

fn split<E: Entry>(block: Ipv4Net, among: &[usize], entries: &[E], found: &mut Vec<(Ipv4Net, Vec<usize>)>) {
    let inside = |at: &&usize| {
        let prefix = entries[**at].prefix();
        block.contains(&prefix) && prefix != block
    };
    if block.prefix_len() < 32
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
        fn prefix(&self) -> Ipv4Net {
            self.0.parse().unwrap()
        }

        fn precedence(&self) -> u8 {
            self.1
        }
    }

    #[test]
    fn blocks_fall_apart_where_the_best_match_changes() {
        let entries =
            [Plain("10.0.0.0/8", 1), Plain("10.0.0.0/25", 1), Plain("10.0.0.0/25", 2), Plain("11.0.0.0/8", 1)];
        let found = pieces("10.0.0.0/24".parse().unwrap(), &entries);
        let shown: Vec<(String, Vec<usize>)> = found.into_iter().map(|(net, at)| (net.to_string(), at)).collect();
        assert_eq!(shown, [("10.0.0.0/25".into(), vec![2]), ("10.0.0.128/25".into(), vec![0])]);
    }

    #[test]
    fn equals_compete_and_nothing_matches_nothing() {
        let entries = [Plain("10.0.0.0/24", 1), Plain("10.0.0.0/24", 1)];
        assert_eq!(pieces("10.0.0.0/24".parse().unwrap(), &entries)[0].1, [0, 1]);
        assert!(pieces("10.1.0.0/24".parse().unwrap(), &entries)[0].1.is_empty());
    }
}
