//! Route entries and tables: will they be accepted, and will they do anything?

mod dynamic_route_source_conflict;
mod ipv6_enabled_no_gateway;
mod route_cloud_service_range;
mod route_covers_own_vpc_only;
mod route_default_to_nat_missing;
mod route_default_to_peer;
mod route_duplicate_destination;
mod route_ecmp_weights;
mod route_entry_two_owners;
mod route_equal_dynamic;
mod route_host_bits;
mod route_ipv6_gateway_destination;
mod route_nexthop_incomplete;
mod route_nexthop_kind_mismatch;
mod route_nexthop_type_invalid;
mod route_nexthop_wrong_vpc;
mod route_overrides_local;
mod route_propagation_off_with_sync;
mod route_shadowed;
mod route_table_attachment_duplicate;
mod route_table_cross_vpc_attachment;
mod route_table_type_mismatch;
mod route_table_unattached;

use crate::rule::Rule;

pub const RULES: &[Rule] = &[
    dynamic_route_source_conflict::RULE,
    ipv6_enabled_no_gateway::RULE,
    route_cloud_service_range::RULE,
    route_covers_own_vpc_only::RULE,
    route_default_to_nat_missing::RULE,
    route_default_to_peer::RULE,
    route_duplicate_destination::RULE,
    route_ecmp_weights::RULE,
    route_entry_two_owners::RULE,
    route_equal_dynamic::RULE,
    route_host_bits::RULE,
    route_ipv6_gateway_destination::RULE,
    route_nexthop_incomplete::RULE,
    route_nexthop_kind_mismatch::RULE,
    route_nexthop_type_invalid::RULE,
    route_nexthop_wrong_vpc::RULE,
    route_overrides_local::RULE,
    route_propagation_off_with_sync::RULE,
    route_shadowed::RULE,
    route_table_attachment_duplicate::RULE,
    route_table_cross_vpc_attachment::RULE,
    route_table_type_mismatch::RULE,
    route_table_unattached::RULE,
];
