//! In which VPC is what a route may lead to? Gateways, servers, interfaces: each by its address (semantics 2.9).

use super::{Arg, Link, Network, Reader, VpcId, resolve};
use crate::eval::Cause;
use crate::source::Address;

/// Types that say their VPC themselves.
const IN_VPC: [&str; 7] = [
    "alicloud_nat_gateway",
    "alicloud_security_group",
    "alicloud_vpc_gateway_endpoint",
    "alicloud_vpc_ipv4_gateway",
    "alicloud_vpc_ipv6_gateway",
    "alicloud_vpn_gateway",
    "alicloud_vpn_gateway_enhanced_vpn_gateway",
];

/// Types that stand in a vSwitch.
const IN_VSWITCH: [&str; 9] = [
    "alicloud_db_instance",
    "alicloud_eci_container_group",
    "alicloud_ecs_network_interface",
    "alicloud_instance",
    "alicloud_kvstore_instance",
    "alicloud_mongodb_instance",
    "alicloud_polardb_cluster",
    "alicloud_slb_load_balancer",
    "alicloud_vpc_ha_vip",
];

/// Types that stand on a router, which may be that of a VPC.
const ON_ROUTER: [&str; 2] = ["alicloud_express_connect_router_interface", "alicloud_router_interface"];

impl Network {
    pub(super) fn add_home(&mut self, kind: &str, reader: &Reader<'_, '_>) {
        let vpc = if IN_VPC.contains(&kind) {
            resolve(reader.link("vpc_id"), |link| self.vpc_of(link))
        } else if IN_VSWITCH.contains(&kind) {
            match reader.link("vswitch_id") {
                Arg::Known(link) => match self.vswitch_of(&link.value) {
                    Some(vswitch) => self.vswitch(vswitch).vpc.clone(),
                    None => Arg::Unknown(link.value.why_unknown(), Some(link.place)),
                },
                Arg::Unknown(cause, place) => Arg::Unknown(cause, place),
                Arg::Absent => Arg::Absent,
            }
        } else if ON_ROUTER.contains(&kind) {
            match reader.link("router_id") {
                Arg::Known(link) => match link.value.managed("alicloud_vpc", &["router_id"]) {
                    Some(address) => {
                        let vpc = Link::Of { address: address.clone(), attribute: "id".into() };
                        resolve(Arg::Known(super::Traced { value: vpc, ..link }), |vpc| self.vpc_of(vpc))
                    }
                    None => Arg::Unknown(link.value.why_unknown(), Some(link.place)),
                },
                Arg::Unknown(cause, place) => Arg::Unknown(cause, place),
                Arg::Absent => Arg::Absent,
            }
        } else {
            return;
        };
        self.index.homes.insert(reader.thing.address.clone(), vpc);
    }

    /// The VPC of a managed gateway, server or interface; why it is not known.
    pub fn home_of(&self, address: &Address) -> Result<VpcId, Cause> {
        match self.index.homes.get(address) {
            Some(Arg::Known(vpc)) => Ok(vpc.value),
            Some(Arg::Unknown(cause, _)) => Err(cause.clone()),
            Some(Arg::Absent) | None => Err(Cause::Unsupported(format!("the VPC of {address}").into())),
        }
    }
}
