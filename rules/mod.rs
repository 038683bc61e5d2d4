//! The rule pack: one folder per category, two files per rule. The Markdown page of a rule is its documentation, the text
//! of `alinet explain`, and its test.

mod addressing;
mod cen;
mod dns;
mod express_connect;
mod filtering;
mod kubernetes;
mod load_balancing;
mod peering;
mod quota;
mod routing;
mod schema;
mod transitive;

use crate::rule::Rule;

/// All categories, in order of name.
pub const CATEGORIES: &[&[Rule]] = &[
    addressing::RULES,
    cen::RULES,
    dns::RULES,
    express_connect::RULES,
    filtering::RULES,
    kubernetes::RULES,
    load_balancing::RULES,
    peering::RULES,
    quota::RULES,
    routing::RULES,
    schema::RULES,
    transitive::RULES,
];
