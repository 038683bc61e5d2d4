//! CEN and transit routers: is everything attached, associated, learned and paid for that packets need?

mod attached;
mod bandwidth_package_area_mismatch;
mod cen_grant_missing;
mod cen_route_service_region;
mod route_map_deny_all;
mod tr_aggregation_invalid;
mod tr_association_duplicate;
mod tr_attachment_not_associated;
mod tr_attachment_not_propagated;
mod tr_attachment_single_zone;
mod tr_bandwidth_oversubscribed;
mod tr_blackhole_shadow;
mod tr_cen_id_missing;
mod tr_composite_id;
mod tr_deprecated_flags;
mod tr_duplicate_per_region;
mod tr_interregion_missing;
mod tr_legacy_mix;
mod tr_one_directional;
mod tr_peer_bandwidth_missing;
mod tr_peer_flags_ignored;
mod tr_peer_no_sync;
mod tr_platinum_needs_datatransfer;
mod tr_plus_peering_overlap;
mod tr_publish_impossible;
mod tr_region_mismatch;
mod tr_route_conflict;
mod tr_route_loop;
mod tr_vpc_route_missing;
mod tr_zone_mapping_mismatch;

use crate::rule::Rule;

pub const RULES: &[Rule] = &[
    bandwidth_package_area_mismatch::RULE,
    cen_grant_missing::RULE,
    cen_route_service_region::RULE,
    route_map_deny_all::RULE,
    tr_aggregation_invalid::RULE,
    tr_association_duplicate::RULE,
    tr_attachment_not_associated::RULE,
    tr_attachment_not_propagated::RULE,
    tr_attachment_single_zone::RULE,
    tr_bandwidth_oversubscribed::RULE,
    tr_blackhole_shadow::RULE,
    tr_cen_id_missing::RULE,
    tr_composite_id::RULE,
    tr_deprecated_flags::RULE,
    tr_duplicate_per_region::RULE,
    tr_interregion_missing::RULE,
    tr_legacy_mix::RULE,
    tr_one_directional::RULE,
    tr_peer_bandwidth_missing::RULE,
    tr_peer_flags_ignored::RULE,
    tr_peer_no_sync::RULE,
    tr_platinum_needs_datatransfer::RULE,
    tr_plus_peering_overlap::RULE,
    tr_publish_impossible::RULE,
    tr_region_mismatch::RULE,
    tr_route_conflict::RULE,
    tr_route_loop::RULE,
    tr_vpc_route_missing::RULE,
    tr_zone_mapping_mismatch::RULE,
];
