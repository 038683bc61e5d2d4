//! CEN and transit routers: is everything attached, associated, learned and paid for that packets need?

use crate::rule::Rule;

pub const RULES: &[Rule] = &[
];
