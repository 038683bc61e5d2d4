//! How many of a thing there may be.

use crate::rule::Rule;

pub const RULES: &[Rule] = &[];
