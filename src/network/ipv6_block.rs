//! IPv6 blocks of VPCs and vSwitches (semantics 2.1, 3.14).
//!
//! The cloud chooses most of them. Such a block has no text, but whoever names the attribute means that block, so it gets
//! a stand-in of its own from a range that is never given out. Stand-ins are compared with one another like any blocks;
//! how they lie to written blocks is not known.

use std::collections::HashMap;
use std::net::Ipv6Addr;
use std::sync::Arc;

use ipnet::{IpNet, Ipv6Net};

use super::{Arg, Cidr, Link, Network, Reader, Traced, VpcId, resolve};
use crate::eval::Cause;
use crate::source::Address;

/// The IPv6 blocks of a VPC.
#[derive(Clone, Debug, Default)]
pub struct Ipv6Blocks {
    pub known: Vec<Ipv6Net>,
    /// Why there may be others.
    pub more: Option<Cause>,
}

/// Which block an address stands for.
pub(super) type Ipv6Index = HashMap<Arc<Address>, Ipv6Net>;

/// Documentation's own range (RFC 9637): no cloud gives it out.
const STAND_INS: u128 = 0x3fff_0000_0000_0000_0000_0000_0000_0000;
/// The length of the blocks that VPCs get, and of those in vSwitches.
const OF_VPC: u8 = 56;
const OF_VSWITCH: u8 = 64;

/// Whether a block stands for one that the cloud chooses.
pub fn is_stand_in(net: &IpNet) -> bool {
    matches!(net, IpNet::V6(net) if net.prefix_len() >= 20 && u128::from(net.network()) >> 108 == STAND_INS >> 108)
}

impl Network {
    fn stand_in(&self) -> Option<Ipv6Net> {
        let at = u128::try_from(self.index.ipv6.len()).ok()? << (128 - OF_VPC);
        Ipv6Net::new(Ipv6Addr::from(STAND_INS | at), OF_VPC).ok()
    }

    /// The blocks that a VPC is made with.
    pub(super) fn ipv6_of_vpc(&mut self, reader: &Reader<'_, '_>) -> Ipv6Blocks {
        let (enabled, written) = (reader.flag("enable_ipv6"), reader.cidr("ipv6_cidr_block"));
        let literal = match written.value().and_then(|cidr| cidr.net) {
            Some(IpNet::V6(net)) => Some(net),
            _ => None,
        };
        let Some(block) = literal.or_else(|| self.stand_in()) else { return Ipv6Blocks::default() };
        self.index.ipv6.insert(reader.thing.address.clone(), block);
        let gap = self.gap(&["alicloud_vpc_ipv6_cidr_block"]).map(|gap| gap.cause.clone());
        let has = enabled.value() == Some(&true) || !written.is_absent();
        let more = enabled.cause().cloned().filter(|_| !has).or(gap);
        Ipv6Blocks { known: if has { vec![block] } else { Vec::new() }, more }
    }

    pub(super) fn add_ipv6_block(&mut self, reader: &Reader<'_, '_>) {
        let literal = match reader.cidr("ipv6_cidr_block").value().and_then(|cidr| cidr.net) {
            Some(IpNet::V6(net)) => Some(net),
            _ => None,
        };
        let Some(block) = literal.or_else(|| self.stand_in()) else { return };
        self.index.ipv6.insert(reader.thing.address.clone(), block);
        let certain = reader.thing.certain;
        match resolve(reader.link("vpc_id"), |link| self.vpc_of(link)) {
            Arg::Known(vpc) => {
                let blocks = &mut self.vpcs[vpc.value.0].ipv6;
                match certain {
                    true => blocks.known.push(block),
                    false => blocks.more = Some(Cause::Instances(reader.thing.name().into())),
                }
            }
            Arg::Unknown(cause, _) => {
                for vpc in &mut self.vpcs {
                    vpc.ipv6.more.get_or_insert(cause.clone());
                }
            }
            Arg::Absent => {}
        }
    }

    /// The block of a vSwitch: the part of its VPC's block with the number that it asks for.
    pub(super) fn ipv6_of_vswitch(&mut self, reader: &Reader<'_, '_>, vpc: Option<VpcId>) -> Arg<Ipv6Net> {
        let (enabled, mask) = (reader.flag("enable_ipv6"), reader.number("ipv6_cidr_block_mask"));
        match &enabled {
            Arg::Unknown(cause, place) => return Arg::Unknown(cause.clone(), *place),
            Arg::Known(on) if on.value => {}
            _ if mask.is_absent() => return Arg::Absent,
            _ => {}
        }
        let chosen = || Arg::Unknown(Cause::Unsupported("a block that the cloud chooses".into()), None);
        let Some(vpc) = vpc else { return chosen() };
        let within = self.block(reader, "vpc_ipv6_cidr_block");
        let base = match (within.value().and_then(|cidr| cidr.net), &*self.vpc(vpc).ipv6.known) {
            (Some(IpNet::V6(net)), _) => net,
            (None, &[only]) if within.is_absent() && self.vpc(vpc).ipv6.more.is_none() => only,
            _ => return chosen(),
        };
        // Without a number of its own it gets one that nobody knows: a stand-in has room for it at its end.
        let (place, number) = match &mask {
            Arg::Known(mask) => (mask.place, u8::try_from(mask.value).ok()),
            _ if !is_stand_in(&IpNet::V6(base)) => return chosen(),
            _ => {
                let others = self.vpc(vpc).vswitches.len();
                (reader.thing.header, u8::try_from(others).ok().map(|others| u8::MAX - others))
            }
        };
        let Some(number) = number.filter(|_| base.prefix_len() == OF_VPC) else { return chosen() };
        let address = Ipv6Addr::from(u128::from(base.network()) | u128::from(number) << (128 - OF_VSWITCH));
        let Ok(net) = Ipv6Net::new(address, OF_VSWITCH) else { return chosen() };
        self.index.ipv6.insert(reader.thing.address.clone(), net);
        Arg::Known(Traced { value: net, place, attribute: place })
    }

    /// An argument that holds a block: its text, or what is known to be the IPv6 block of something in the files.
    pub(super) fn block(&self, reader: &Reader<'_, '_>, name: &str) -> Arg<Cidr> {
        let cidr = reader.cidr(name);
        match (&cidr, reader.link(name)) {
            (Arg::Unknown(..), Arg::Known(link)) => match self.ipv6_named(&link.value) {
                Some(net) => Arg::Known(Traced {
                    value: Cidr {
                        text: link.value.shown().into(),
                        net: Some(IpNet::V6(net)),
                        masked: true,
                        host_bits: false,
                    },
                    place: link.place,
                    attribute: link.attribute,
                }),
                None => cidr,
            },
            _ => cidr,
        }
    }

    /// The IPv6 block that a link names.
    fn ipv6_named(&self, link: &Link) -> Option<Ipv6Net> {
        let Link::Of { address, attribute } = link else { return None };
        let named = attribute.starts_with("ipv6_cidr_block") && attribute.ends_with("ipv6_cidr_block");
        self.index.ipv6.get(address).copied().filter(|_| named)
    }

    /// How a message names a block: one that the cloud chooses by what it belongs to.
    pub fn shown_block(&self, net: IpNet) -> String {
        let IpNet::V6(inner) = net else { return net.to_string() };
        if !is_stand_in(&net) {
            return net.to_string();
        }
        let around = self.index.ipv6.iter().filter(|(_, block)| block.contains(&inner));
        let smallest = around.max_by_key(|(address, block)| (block.prefix_len(), address.to_string()));
        match smallest {
            Some((address, _)) => format!("the IPv6 block of {address}"),
            None => "an IPv6 block that the cloud chooses".into(),
        }
    }
}
