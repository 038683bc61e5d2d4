//! Peering connections: are both ends joined, accepted and routed?

use crate::rule::Rule;

pub const RULES: &[Rule] = &[];
