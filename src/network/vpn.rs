//! What VPN resources say of the customer's side, and the routes that they publish into a VPC (semantics 5.1, 6.9).

use std::sync::Arc;

use super::arg::{Traced, elements, text};
use super::{Arg, Cidr, Link, Network, Reader, Thing, VpcId, resolve};
use crate::eval::Cause;

/// A block of the customer's side, as one argument says it.
#[derive(Clone, Debug)]
pub struct CustomerBlock {
    pub thing: Thing,
    pub argument: &'static str,
    pub cidr: Arg<Cidr>,
    /// The VPN gateway behind which it lies.
    pub gateway: Arg<Link>,
}

/// A destination route of a VPN gateway.
#[derive(Clone, Debug)]
pub struct VpnRoute {
    pub thing: Thing,
    pub vpc: Arg<VpcId>,
    pub destination: Arg<Cidr>,
    /// It is written into the tables of the VPC as well.
    pub published: Arg<bool>,
}

/// Arguments that hold blocks of the customer's side.
const CUSTOMER: [(&str, &str); 7] = [
    ("alicloud_vpn_connection", "remote_subnet"),
    ("alicloud_vpn_gateway_vpn_attachment", "remote_subnet"),
    ("alicloud_vpn_route_entry", "route_dest"),
    ("alicloud_vpn_pbr_route_entry", "route_dest"),
    ("alicloud_vpn_gateway_vco_route", "route_dest"),
    ("alicloud_ssl_vpn_server", "client_ip_pool"),
    ("alicloud_vpn_ipsec_server", "client_ip_pool"),
];

impl Network {
    pub(super) fn add_customer_blocks(&mut self, kind: &str, reader: &Reader<'_, '_>) {
        for (_, argument) in CUSTOMER.into_iter().filter(|(resource, _)| *resource == kind) {
            for item in parts(reader, argument) {
                let cidr = text(item).map(|text| Cidr::parse(&text));
                let gateway = reader.link("vpn_gateway_id");
                self.customer_blocks.push(CustomerBlock { thing: reader.thing.clone(), argument, cidr, gateway });
            }
        }
    }

    pub(super) fn add_vpn_gateway(&mut self, reader: &Reader<'_, '_>) {
        let vpc = resolve(reader.link("vpc_id"), |link| self.vpc_of(link));
        self.index.vpn_gateways.insert(reader.thing.address.clone(), vpc);
    }

    pub(super) fn add_vpn_route(&mut self, reader: &Reader<'_, '_>) {
        let vpc = match reader.link("vpn_gateway_id") {
            Arg::Known(link) => match &link.value {
                Link::Of { address, .. } if self.index.vpn_gateways.contains_key(address) => {
                    self.index.vpn_gateways[address].clone()
                }
                other => Arg::Unknown(other.why_unknown(), Some(link.place)),
            },
            Arg::Unknown(cause, span) => Arg::Unknown(cause, span),
            Arg::Absent => Arg::Absent,
        };
        self.vpn_routes.push(VpnRoute {
            thing: reader.thing.clone(),
            vpc,
            destination: reader.cidr("route_dest"),
            published: reader.flag("publish_vpc"),
        });
    }
}

/// The elements of an argument that is a list, or one text with commas.
fn parts(reader: &Reader<'_, '_>, name: &str) -> Vec<Arg<crate::eval::Value>> {
    let value = reader.value(name);
    match &value {
        Arg::Absent => Vec::new(),
        Arg::Known(known) if known.value.items().is_some() => match elements(value) {
            Arg::Known(list) => list.value,
            _ => Vec::new(),
        },
        Arg::Known(Traced { value: whole, place, attribute }) => match whole.as_str() {
            Some(text) if text.contains(',') => text
                .split(',')
                .map(|part| {
                    let value = crate::eval::Value::string(Arc::<str>::from(part.trim()));
                    Arg::Known(Traced { value, place: *place, attribute: *attribute })
                })
                .collect(),
            _ => vec![value],
        },
        Arg::Unknown(..) => vec![value],
    }
}

impl Link {
    /// Why nobody can tell what is behind it.
    pub fn why_unknown(&self) -> Cause {
        match self {
            Link::Variable(name, at) => Cause::NoDefault(name.clone(), *at),
            Link::Of { address, .. } if address.mode == crate::source::Mode::Data => Cause::Data(address.clone()),
            other => Cause::Unsupported(format!("the contents of {}", other.shown()).into()),
        }
    }
}
