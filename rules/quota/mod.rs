//! How many of a thing there may be.

mod quota_exceeded;

use crate::rule::Rule;

pub const RULES: &[Rule] = &[quota_exceeded::RULE];
