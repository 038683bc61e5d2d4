//! What stands in vSwitches, and which addresses of them are given out by hand.

use std::net::Ipv4Addr;

use super::arg::{elements, text};
use super::{Arg, Link, Network, Reader, Thing, VSwitchId};

/// A resource that lives in vSwitches.
#[derive(Clone, Debug)]
pub struct Placement {
    pub thing: Thing,
    pub vswitches: Vec<Arg<Link>>,
    /// Addresses that it takes in its one vSwitch.
    pub addresses: Vec<Arg<Ipv4Addr>>,
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
const ADDRESSES: [&str; 5] =
    ["private_ip", "primary_ip_address", "private_ip_address", "private_ip_addresses", "private_ips"];

impl Network {
    pub(super) fn add_placement(&mut self, kind: &str, reader: &Reader<'_, '_>) {
        if NOT_PLACED.contains(&kind) {
            return;
        }
        let mut vswitches = Vec::new();
        if reader.is_set("vswitch_id") {
            vswitches.push(reader.link("vswitch_id"));
        }
        for name in ["vswitch_ids", "worker_vswitch_ids", "master_vswitch_ids"] {
            if reader.is_set(name) {
                vswitches.extend(Network::links(reader, name));
            }
        }
        if vswitches.is_empty() {
            return;
        }
        let mut addresses = Vec::new();
        for name in ADDRESSES.into_iter().filter(|name| reader.is_set(name)) {
            let value = reader.value(name);
            let list = match &value {
                Arg::Known(traced) if traced.value.items().is_some() => match elements(value) {
                    Arg::Known(list) => list.value,
                    _ => continue,
                },
                _ => vec![value],
            };
            addresses.extend(list.into_iter().filter_map(|item| match text(item) {
                Arg::Known(traced) => {
                    let address = traced.value.parse().ok()?;
                    Some(Arg::Known(super::Traced { value: address, place: traced.place, attribute: traced.attribute }))
                }
                _ => None,
            }));
        }
        self.placements.push(Placement { thing: reader.thing.clone(), vswitches, addresses });
    }

    /// The things that stand in a vSwitch of the files.
    pub fn placed_in(&self, vswitch: VSwitchId) -> impl Iterator<Item = &Placement> {
        self.placements.iter().filter(move |placement| {
            placement.vswitches.iter().any(|link| link.value().and_then(|link| self.vswitch_of(link)) == Some(vswitch))
        })
    }
}
