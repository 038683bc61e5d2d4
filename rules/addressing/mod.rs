//! Blocks of VPCs and vSwitches: are they valid, apart, and inside one another as they must be?

mod vswitch_overlap;

use crate::rule::Rule;

pub const RULES: &[Rule] = &[
    vswitch_overlap::RULE,
];
