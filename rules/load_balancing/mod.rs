//! Load balancers with servers in other VPCs: do requests get there, and do the answers come back?

mod alb_back_to_origin_missing;
mod alb_multi_vpc_per_region;
mod alb_remote_ip_not_enabled;
mod alb_remote_unreachable;
mod alb_route_in_custom_table;
mod alb_server_weight_zero;
mod alb_sg_100_64;
mod lb_backend_address_range;
mod origin;
mod remote;

use crate::rule::Rule;

pub const RULES: &[Rule] = &[
    alb_back_to_origin_missing::RULE,
    alb_multi_vpc_per_region::RULE,
    alb_remote_ip_not_enabled::RULE,
    alb_remote_unreachable::RULE,
    alb_route_in_custom_table::RULE,
    alb_server_weight_zero::RULE,
    alb_sg_100_64::RULE,
    lb_backend_address_range::RULE,
];
