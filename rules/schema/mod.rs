//! What the provider's own table says of written arguments: are they the ones to use, and will their values be taken?

mod cidr_hardcoded_vs_reference;
mod deprecated_argument;
mod enum_case_docs_code;
mod enum_not_validated;
mod nacl_deprecated_resources;
mod provider_alias_region_missing;

use crate::rule::Rule;

pub const RULES: &[Rule] = &[
    cidr_hardcoded_vs_reference::RULE,
    deprecated_argument::RULE,
    enum_case_docs_code::RULE,
    enum_not_validated::RULE,
    nacl_deprecated_resources::RULE,
    provider_alias_region_missing::RULE,
];
