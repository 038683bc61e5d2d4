//! What of a VPC talks to the Internet over IPv6, and so needs an IPv6 gateway and a route to it (semantics 2.11)?

use super::arg::field_link;
use super::{Arg, Link, Network, Reader, Thing};

#[derive(Clone, Debug)]
pub struct Ipv6Use {
    pub thing: Thing,
    /// The vSwitch of the address.
    pub vswitch: Arg<Link>,
    /// It names a gateway, so there is one.
    pub has_gateway: bool,
}

impl Network {
    pub(super) fn add_ipv6_use(&mut self, kind: &str, reader: &Reader<'_, '_>) {
        let argument = match kind {
            "alicloud_vpc_ipv6_internet_bandwidth" => "ipv6_address_id",
            "alicloud_vpc_ipv6_egress_rule" => "instance_id",
            "alicloud_alb_load_balancer" | "alicloud_nlb_load_balancer" => return self.add_balancer(reader),
            _ => return,
        };
        let Arg::Known(link) = reader.link(argument) else { return };
        let Some(address) = link.value.managed("alicloud_vpc_ipv6_address", &["id"]) else { return };
        let Some(instance) = reader.evaluator.instance(address) else { return };
        let of = Reader::new(reader.evaluator, &instance);
        let vswitch = of.link("vswitch_id");
        self.ipv6_uses.push(Ipv6Use { thing: reader.thing.clone(), vswitch, has_gateway: true });
    }

    /// A load balancer that answers on the Internet over IPv6.
    fn add_balancer(&mut self, reader: &Reader<'_, '_>) {
        let kind = reader.text("ipv6_address_type");
        if !kind.value().is_some_and(|kind| kind.eq_ignore_ascii_case("internet")) {
            return;
        }
        let zones = reader.blocks("zone_mappings");
        let Some(zone) = zones.list.first() else { return };
        let vswitch = field_link(&zone.fields, "vswitch_id", zone.header);
        self.ipv6_uses.push(Ipv6Use { thing: reader.thing.clone(), vswitch, has_gateway: false });
    }
}
