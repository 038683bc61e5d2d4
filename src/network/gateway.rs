//! NAT and IPv4 gateways, and the other ways in which a VPC reaches the Internet (semantics 1.7).

use std::collections::HashMap;
use std::sync::Arc;

use ipnet::Ipv4Net;

use super::{Arg, Link, Network, Reader, Thing, VpcId, VpcNode, overlap, resolve};
use crate::eval::Cause;
use crate::source::Address;

/// Gateways by the VPC that they are in.
#[derive(Clone, Debug, Default)]
pub struct Gateways {
    list: Vec<Gateway>,
    of: HashMap<VpcId, Vec<usize>>,
    /// Those that may be in any VPC.
    loose: Vec<usize>,
}

#[derive(Clone, Debug)]
struct Gateway {
    thing: Thing,
    vpc: Arg<VpcId>,
    /// Why it may be something else.
    unsure: Option<Cause>,
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
        let thing = reader.thing.clone();
        match reader.text("network_type") {
            Arg::Known(kind) if kind.value.eq_ignore_ascii_case("intranet") => {
                self.add_gateway(|network| &mut network.private_nats, Gateway { thing, vpc, unsure: None });
            }
            Arg::Unknown(cause, _) => {
                self.add_gateway(|network| &mut network.private_nats, Gateway { thing, vpc, unsure: Some(cause) });
            }
            _ => self.add_exit(vpc.value().copied(), thing),
        }
    }

    pub(super) fn add_ipv4_gateway(&mut self, reader: &Reader<'_, '_>) {
        let vpc = resolve(reader.link("vpc_id"), |link| self.vpc_of(link));
        let gateway = Gateway { thing: reader.thing.clone(), vpc, unsure: None };
        self.add_gateway(|network| &mut network.ipv4_gateways, gateway);
    }

    fn add_gateway(&mut self, gateways: impl FnOnce(&mut Network) -> &mut Gateways, gateway: Gateway) {
        // An id written out is not that of a VPC which the files make; other names may be anybody's.
        let here =
            gateway.vpc.value().copied().filter(|&vpc| {
                matches!(&self.vpc(vpc).node, VpcNode::Managed(_) | VpcNode::External(Link::Literal(_)))
            });
        let gateways = gateways(self);
        let at = gateways.list.len();
        match here {
            None => gateways.loose.push(at),
            Some(vpc) => gateways.of.entry(vpc).or_default().push(at),
        }
        gateways.list.push(gateway);
    }

    /// Notes what surely gives hosts of a VPC a way to the Internet; the first one will do.
    pub(super) fn add_exit(&mut self, vpc: Option<VpcId>, thing: Thing) {
        if let Some(vpc) = vpc.filter(|_| thing.certain) {
            self.exits.entry(vpc).or_insert(thing);
        }
    }

    /// A server with public bandwidth of its own.
    pub(super) fn add_public_server(&mut self, reader: &Reader<'_, '_>) {
        let bandwidth = reader.number("internet_max_bandwidth_out");
        if bandwidth.value().is_some_and(|&bandwidth| bandwidth > 0) {
            self.add_exit(self.vpc_of_placed(&reader.link("vswitch_id")), reader.thing.clone());
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
            let is_host = matches!(
                &*address.kind,
                "alicloud_instance" | "alicloud_network_interface" | "alicloud_ecs_network_interface"
            );
            if is_host && let Some(vpc) = placed.get(&address).and_then(|link| self.vpc_of_placed(link)) {
                found.push((vpc, thing));
            }
        }
        for (vpc, thing) in found {
            self.add_exit(Some(vpc), thing);
        }
    }

    pub(super) fn vpc_of_placed(&self, vswitch: &Arg<Link>) -> Option<VpcId> {
        let vswitch = self.vswitch_of(vswitch.value()?)?;
        self.vswitch(vswitch).vpc.value().copied()
    }

    /// What surely gives hosts of a VPC a way to the Internet.
    pub fn exit_of(&self, vpc: VpcId) -> Option<&Thing> {
        self.exits.get(&vpc)
    }

    /// A NAT gateway between private networks: with one, equal blocks can be on purpose.
    pub fn private_nat(&self, vpc: VpcId) -> Presence<'_> {
        self.presence(vpc, &self.private_nats)
    }

    /// An IPv4 gateway, with which routes decide about public destinations too.
    pub fn ipv4_gateway(&self, vpc: VpcId) -> Presence<'_> {
        self.presence(vpc, &self.ipv4_gateways)
    }

    /// Through what hosts of one VPC look for a public block of another in the Internet, whatever the routes between the
    /// two say (1.7); nothing where routes decide.
    pub fn leaves(&self, from: VpcId, to: VpcId, block: Ipv4Net) -> Result<Option<&Thing>, Cause> {
        let Some(exit) = self.exit_of(from) else { return Ok(None) };
        for vpc in [from, to] {
            match &self.vpc(vpc).user_cidrs {
                Arg::Absent => {}
                Arg::Unknown(cause, _) => return Err(cause.clone()),
                Arg::Known(list) => {
                    if list.value.iter().filter_map(|cidr| cidr.value()?.v4()).any(|cidr| overlap(&cidr, &block)) {
                        return Ok(None);
                    }
                    if let Some(cause) = list.value.iter().find_map(Arg::cause) {
                        return Err(cause.clone());
                    }
                }
            }
        }
        match self.ipv4_gateway(from) {
            Presence::Here(_) => Ok(None),
            Presence::Maybe(cause) => Err(cause),
            Presence::Nowhere => Ok(Some(exit)),
        }
    }

    fn presence<'a>(&'a self, vpc: VpcId, gateways: &'a Gateways) -> Presence<'a> {
        let mut maybe = None;
        for gateway in gateways.of.get(&vpc).into_iter().flatten().filter_map(|&at| gateways.list.get(at)) {
            match &gateway.unsure {
                None if gateway.thing.certain => return Presence::Here(&gateway.thing),
                None => maybe = maybe.or_else(|| Some(Cause::Instances(gateway.thing.name().into()))),
                Some(cause) => maybe = maybe.or_else(|| Some(cause.clone())),
            }
        }
        // A VPC that is only named may be the one of any gateway.
        let named = matches!(&self.vpc(vpc).node, VpcNode::External(link) if !matches!(link, Link::Literal(_)));
        let loose =
            if named { gateways.list.first() } else { gateways.loose.first().and_then(|&at| gateways.list.get(at)) };
        let maybe = maybe.or_else(|| {
            let loose = loose?;
            Some(match &loose.vpc {
                Arg::Known(place) => self.why_unknown(if named { vpc } else { place.value }),
                Arg::Unknown(cause, _) => cause.clone(),
                Arg::Absent => Cause::Failed,
            })
        });
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
