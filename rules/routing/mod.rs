//! Route entries and tables: will they be accepted, and will they do anything?

use crate::rule::Rule;

pub const RULES: &[Rule] = &[];
