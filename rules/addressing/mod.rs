//! Blocks of VPCs and vSwitches: are they valid, apart, and inside one another as they must be?

mod cidr_reservation_invalid;
mod connected_vpc_cidr_overlap;
mod connected_vswitch_overlap;
mod docker_bridge_overlap;
mod multi_peer_destination_overlap;
mod onprem_uses_cloud_service_range;
mod reserved_address_used;
mod secondary_cidr_overlap;
mod secondary_cidr_two_owners;
mod user_cidrs_limit;
mod vpc_cidr_invalid;
mod vpc_cidr_not_rfc1918;
mod vpc_cidr_reserved;
mod vswitch_contains_existing_route;
mod vswitch_exhausted;
mod vswitch_mask;
mod vswitch_outside_vpc;
mod vswitch_overlap;

use crate::rule::Rule;

pub const RULES: &[Rule] = &[
    cidr_reservation_invalid::RULE,
    connected_vpc_cidr_overlap::RULE,
    connected_vswitch_overlap::RULE,
    docker_bridge_overlap::RULE,
    multi_peer_destination_overlap::RULE,
    onprem_uses_cloud_service_range::RULE,
    reserved_address_used::RULE,
    secondary_cidr_overlap::RULE,
    secondary_cidr_two_owners::RULE,
    user_cidrs_limit::RULE,
    vpc_cidr_invalid::RULE,
    vpc_cidr_not_rfc1918::RULE,
    vpc_cidr_reserved::RULE,
    vswitch_contains_existing_route::RULE,
    vswitch_exhausted::RULE,
    vswitch_mask::RULE,
    vswitch_outside_vpc::RULE,
    vswitch_overlap::RULE,
];
