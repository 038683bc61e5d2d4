//! What stands in vSwitches, and which addresses of them are given out by hand.

use std::net::Ipv4Addr;

use super::arg::{elements, field, field_link, text};
use super::security::groups_of;
use super::{Arg, Groups, Link, Network, Reader, Thing, VSwitchId};
use crate::eval::Value;

/// A resource that lives in vSwitches.
#[derive(Clone, Debug)]
pub struct Placement {
    pub thing: Thing,
    pub vswitches: Vec<Arg<Link>>,
    /// Addresses that it takes in its vSwitches.
    pub addresses: Vec<Assigned>,
    /// Its security groups; nothing where groups do not filter it.
    pub groups: Option<Groups>,
}

/// An address that a resource asks for in a vSwitch.
#[derive(Clone, Debug)]
pub struct Assigned {
    pub vswitch: Arg<Link>,
    pub argument: &'static str,
    pub address: Arg<Ipv4Addr>,
}

/// Resources that name vSwitches without standing in them.
const NOT_PLACED: [&str; 6] = [
    "alicloud_route_table_attachment",
    "alicloud_network_acl_attachment",
    "alicloud_vpc_network_acl_attachment",
    "alicloud_vpc_vswitch_cidr_reservation",
    "alicloud_snat_entry",
    "alicloud_vpc_flow_log",
];

/// Arguments that give a resource a fixed address in its vSwitch.
const ADDRESSES: [&str; 9] = [
    "private_ip",
    "primary_ip_address",
    "private_ip_address",
    "private_ip_addresses",
    "private_ips",
    "secondary_private_ips",
    "ip_address",
    "eni_ip",
    "address",
];

/// Blocks that pair a vSwitch with an address in it.
const BLOCKS: [(&str, &str, &str); 3] = [
    ("alicloud_pvtz_endpoint", "ip_configs", "ip"),
    ("alicloud_nlb_load_balancer", "zone_mappings", "private_ipv4_address"),
    ("alicloud_alb_load_balancer", "zone_mappings", "intranet_address"),
];

impl Network {
    pub(super) fn add_placement(&mut self, kind: &str, reader: &Reader<'_, '_>) {
        if NOT_PLACED.contains(&kind) {
            return;
        }
        let mut vswitches = Vec::new();
        let mut addresses = Vec::new();
        if reader.is_set("vswitch_id") {
            let vswitch = reader.link("vswitch_id");
            for name in ADDRESSES.into_iter().filter(|name| reader.is_set(name)) {
                addresses.extend(given(reader.value(name)).into_iter().map(|address| Assigned {
                    vswitch: vswitch.clone(),
                    argument: name,
                    address,
                }));
            }
            vswitches.push(vswitch);
        }
        for name in ["vswitch_ids", "worker_vswitch_ids", "master_vswitch_ids"] {
            if reader.is_set(name) {
                vswitches.extend(Network::links(reader, name));
            }
        }
        for (_, block, argument) in BLOCKS.into_iter().filter(|(resource, ..)| *resource == kind) {
            let blocks = reader.blocks(block);
            // Blocks that may not be there ask for nothing.
            for one in blocks.list.iter().filter(|_| blocks.unknown.is_none()) {
                let vswitch = field_link(&one.fields, "vswitch_id", one.header);
                let address = given(field(&one.fields, argument, one.header));
                addresses.extend(address.into_iter().map(|address| Assigned {
                    vswitch: vswitch.clone(),
                    argument,
                    address,
                }));
            }
        }
        if vswitches.is_empty() && addresses.is_empty() {
            return;
        }
        let groups = groups_of(kind, reader);
        self.placements.push(Placement { thing: reader.thing.clone(), vswitches, addresses, groups });
    }

    /// The things that stand in a vSwitch of the files.
    pub fn placed_in(&self, vswitch: VSwitchId) -> impl Iterator<Item = &Placement> {
        self.placements.iter().filter(move |placement| placement.stands_in(self, vswitch))
    }
}

impl Placement {
    /// The vSwitches of the files in which it stands.
    pub fn known_vswitches(&self, network: &Network) -> Vec<VSwitchId> {
        self.vswitches.iter().filter_map(|link| network.vswitch_of(link.value()?)).collect()
    }

    pub fn stands_in(&self, network: &Network, vswitch: VSwitchId) -> bool {
        self.vswitches.iter().any(|link| link.value().and_then(|link| network.vswitch_of(link)) == Some(vswitch))
    }
}

/// The IPv4 addresses in a text or a list of texts; what is no address is left to others.
fn given(value: Arg<Value>) -> Vec<Arg<Ipv4Addr>> {
    let is_list = value.value().is_some_and(|value| value.items().is_some());
    let list = match is_list.then(|| elements(value.clone())) {
        Some(Arg::Known(list)) => list.value,
        _ => vec![value],
    };
    let address = |item: Arg<Value>| match text(item) {
        Arg::Absent => None,
        Arg::Unknown(cause, span) => Some(Arg::Unknown(cause, span)),
        Arg::Known(text) => {
            let address = text.value.trim().parse().ok()?;
            Some(Arg::Known(text).map(|_| address))
        }
    };
    list.into_iter().filter_map(address).collect()
}
