//! What VPN resources say of the customer's side, their tunnels, and the routes that they publish into a VPC (semantics 5.1,
//! 6.9).

use std::sync::Arc;

use super::arg::{Traced, elements, field, text};
use super::{Arg, Cidr, Link, Network, Reader, Thing, VpcId, resolve};
use crate::eval::value::Fields;
use crate::eval::{Cause, Value};
use crate::source::Span;

/// A block of the customer's side, as one argument says it.
#[derive(Clone, Debug)]
pub struct CustomerBlock {
    pub thing: Thing,
    pub argument: &'static str,
    pub cidr: Arg<Cidr>,
    /// The VPN gateway behind which it lies.
    pub gateway: Arg<Link>,
}

/// A destination or policy route of a VPN gateway.
#[derive(Clone, Debug)]
pub struct VpnRoute {
    pub thing: Thing,
    pub gateway: Arg<Link>,
    pub vpc: Arg<VpcId>,
    pub destination: Arg<Cidr>,
    /// It is written into the tables of the VPC as well.
    pub published: Arg<bool>,
}

/// An IPsec connection, of a VPN gateway or for a transit router.
#[derive(Clone, Debug)]
pub struct VpnConnection {
    pub thing: Thing,
    /// Absent for one that a transit router takes.
    pub gateway: Arg<Link>,
    /// The cloud's blocks that the other side may reach.
    pub local: Vec<Arg<Cidr>>,
    pub tunnels: Vec<BgpTunnel>,
}

/// The addresses with which the two ends of a tunnel speak BGP.
#[derive(Clone, Debug)]
pub struct BgpTunnel {
    pub cidr: Arg<Cidr>,
    pub local: Arg<Cidr>,
}

pub const VPN_CONNECTIONS: [&str; 2] = ["alicloud_vpn_connection", "alicloud_vpn_gateway_vpn_attachment"];

/// Arguments that hold blocks of the customer's side.
const CUSTOMER: [(&str, &str); 8] = [
    ("alicloud_vpn_customer_gateway", "ip_address"),
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
        let gateway = reader.link("vpn_gateway_id");
        let vpc = match gateway.clone() {
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
            gateway,
            vpc,
            destination: reader.cidr("route_dest"),
            published: reader.flag("publish_vpc"),
        });
    }
}

impl Network {
    pub(super) fn add_vpn_connections(&mut self, kind: &str, reader: &Reader<'_, '_>) {
        if !VPN_CONNECTIONS.contains(&kind) {
            return;
        }
        let mut tunnels = Vec::new();
        for block in reader.blocks("bgp_config").list {
            tunnels.extend(tunnel(&block.fields, block.header));
        }
        for block in reader.blocks("tunnel_options_specification").list {
            let inner = block.fields.get("tunnel_bgp_config");
            for fields in inner.and_then(Value::items).into_iter().flat_map(|items| items.iter()) {
                tunnels.extend(fields.fields().and_then(|fields| tunnel(fields, block.header)));
            }
        }
        let local = parts(reader, "local_subnet").into_iter().map(|item| text(item).map(|text| Cidr::parse(&text)));
        self.vpn_connections.push(VpnConnection {
            thing: reader.thing.clone(),
            gateway: reader.link("vpn_gateway_id"),
            local: local.collect(),
            tunnels,
        });
    }
}

/// The BGP addresses of one tunnel, where it has any.
fn tunnel(fields: &Fields, header: Span) -> Option<BgpTunnel> {
    let block = |name: &str| text(field(fields, name, header)).map(|text| Cidr::parse(&text));
    let (cidr, local) = (block("tunnel_cidr"), block("local_bgp_ip"));
    let written = |block: &Arg<Cidr>| block.value().is_none_or(|block| !block.text.is_empty()) && !block.is_absent();
    (written(&cidr)).then_some(BgpTunnel { cidr, local })
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
