//! NAT and IPv4 gateways, and the other ways in which a VPC reaches the Internet (semantics 1.7).

use std::collections::HashMap;
use std::sync::Arc;

use super::{Arg, Link, Network, Reader, Thing, VpcId, VpcNode, resolve};
use crate::eval::Cause;
use crate::source::Address;

#[derive(Clone, Debug)]
pub struct NatGateway {
    pub thing: Thing,
    pub vpc: Arg<VpcId>,
    /// It translates between private networks, not to the Internet.
    pub private: Arg<bool>,
}

#[derive(Clone, Debug)]
pub struct Ipv4Gateway {
    pub thing: Thing,
    pub vpc: Arg<VpcId>,
}

/// Something that gives a host of a VPC a public address.
#[derive(Clone, Debug)]
pub struct Exit {
    pub thing: Thing,
    pub vpc: VpcId,
}

/// Whether there is something of a kind.
#[derive(Clone, Debug)]
pub enum Presence<'a> {
    Here(&'a Thing),
    Maybe(Cause),
    Nowhere,
}

impl Network {
    pub(super) fn add_nat_gateway(&mut self, reader: &Reader<'_, '_>) {
        let vpc = resolve(reader.link("vpc_id"), |link| self.vpc_of(link));
        let private = match reader.text("network_type") {
            Arg::Absent => Arg::Absent,
            kind => kind.map(|kind| kind.eq_ignore_ascii_case("intranet")),
        };
        self.nat_gateways.push(NatGateway { thing: reader.thing.clone(), vpc, private });
    }

    pub(super) fn add_ipv4_gateway(&mut self, reader: &Reader<'_, '_>) {
        let vpc = resolve(reader.link("vpc_id"), |link| self.vpc_of(link));
        self.ipv4_gateways.push(Ipv4Gateway { thing: reader.thing.clone(), vpc });
    }

    /// A server with public bandwidth of its own.
    pub(super) fn add_public_server(&mut self, reader: &Reader<'_, '_>) {
        let bandwidth = reader.number("internet_max_bandwidth_out");
        if bandwidth.value().is_some_and(|&bandwidth| bandwidth > 0)
            && let Some(vpc) = self.vpc_of_placed(&reader.link("vswitch_id"))
        {
            self.exits.push(Exit { thing: reader.thing.clone(), vpc });
        }
    }

    /// Elastic addresses of what stands in a vSwitch; placements are known.
    pub(super) fn settle_exits(&mut self, associations: impl Iterator<Item = (Thing, Arg<Link>)>) {
        let placed: HashMap<&Arc<Address>, &Arg<Link>> = self
            .placements
            .iter()
            .filter_map(|placement| Some((&placement.thing.address, placement.vswitches.first()?)))
            .collect();
        let mut found = Vec::new();
        for (thing, instance) in associations {
            let Some(Link::Of { address, .. }) = instance.value().cloned() else { continue };
            // What passes a load balancer is no traffic of its hosts.
            let is_host = matches!(&*address.kind, "alicloud_instance" | "alicloud_network_interface" | "alicloud_ecs_network_interface");
            if is_host && let Some(vpc) = placed.get(&address).and_then(|link| self.vpc_of_placed(link)) {
                found.push(Exit { thing, vpc });
            }
        }
        self.exits.extend(found);
    }

    fn vpc_of_placed(&self, vswitch: &Arg<Link>) -> Option<VpcId> {
        let vswitch = self.vswitch_of(vswitch.value()?)?;
        self.vswitch(vswitch).vpc.value().copied()
    }

    /// What surely gives hosts of a VPC a way to the Internet.
    pub fn exit_of(&self, vpc: VpcId) -> Option<&Thing> {
        let nat = self.nat_gateways.iter().find(|nat| {
            nat.thing.certain
                && nat.vpc.value() == Some(&vpc)
                && matches!(&nat.private, Arg::Absent) | (nat.private.value() == Some(&false))
        });
        let exit = || self.exits.iter().find(|exit| exit.thing.certain && exit.vpc == vpc);
        nat.map(|nat| &nat.thing).or_else(|| exit().map(|exit| &exit.thing))
    }

    /// A NAT gateway between private networks: with one, equal blocks can be on purpose.
    pub fn private_nat(&self, vpc: VpcId) -> Presence<'_> {
        let candidates = self.nat_gateways.iter().filter(|nat| match &nat.private {
            Arg::Absent | Arg::Known(super::Traced { value: false, .. }) => false,
            Arg::Known(_) | Arg::Unknown(..) => true,
        });
        self.presence(vpc, candidates.map(|nat| (&nat.thing, &nat.vpc, nat.private.cause())))
    }

    /// An IPv4 gateway, with which routes decide about public destinations too.
    pub fn ipv4_gateway(&self, vpc: VpcId) -> Presence<'_> {
        self.presence(vpc, self.ipv4_gateways.iter().map(|gateway| (&gateway.thing, &gateway.vpc, None)))
    }

    /// Whether one of these is in a VPC: each with its VPC, and why it may be something else.
    fn presence<'a>(
        &'a self,
        vpc: VpcId,
        candidates: impl Iterator<Item = (&'a Thing, &'a Arg<VpcId>, Option<&'a Cause>)>,
    ) -> Presence<'a> {
        let mut maybe = None;
        for (thing, place, unsure) in candidates {
            let cause = match place {
                Arg::Known(place) if place.value == vpc => match unsure {
                    None if thing.certain => return Presence::Here(thing),
                    None => Some(Cause::Instances(thing.name().into())),
                    Some(cause) => Some(cause.clone()),
                },
                Arg::Known(place) if self.surely_other(place.value, vpc) => None,
                Arg::Known(place) => Some(self.why_unknown(place.value)),
                Arg::Unknown(cause, _) => Some(cause.clone()),
                Arg::Absent => None,
            };
            maybe = maybe.or(cause);
        }
        // A module that cannot be read may hold one.
        match maybe.or_else(|| self.gap(&[]).map(|gap| gap.cause.clone())) {
            Some(cause) => Presence::Maybe(cause),
            None => Presence::Nowhere,
        }
    }

    /// Two VPC nodes of which nobody would say that they may be one: unlike `vpcs_differ`, an id written out is not
    /// that of a VPC which the files make.
    pub fn surely_other(&self, a: VpcId, b: VpcId) -> bool {
        match (&self.vpc(a).node, &self.vpc(b).node) {
            (VpcNode::Managed(_), VpcNode::External(Link::Literal(_)))
            | (VpcNode::External(Link::Literal(_)), VpcNode::Managed(_)) => true,
            _ => self.vpcs_differ(a, b),
        }
    }

    fn why_unknown(&self, vpc: VpcId) -> Cause {
        match &self.vpc(vpc).node {
            VpcNode::External(link) => link.why_unknown(),
            VpcNode::Managed(thing) => Cause::Instances(thing.name().into()),
        }
    }
}
