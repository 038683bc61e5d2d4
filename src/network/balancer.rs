//! Load balancers: what stands behind them, and is it in their own VPC (semantics 7)?
//!
//! A server group belongs to a VPC. A server of another VPC is one by its address only: the address is that of an
//! instance of the files, or lies in a block of one of their VPCs.

use std::collections::HashMap;
use std::net::Ipv4Addr;
use std::sync::Arc;

use ipnet::Ipv4Net;

use super::arg::{field, field_link, flag, number, text};
use super::{Arg, Blocks, Link, Network, Reader, Thing, Traced, VSwitchId, VpcId, resolve};
use crate::eval::value::Fields;
use crate::eval::{Cause, Value};
use crate::facts;
use crate::source::{Address, Span};

#[derive(Debug, Default)]
pub struct Balancers {
    pub groups: Vec<ServerGroup>,
    /// Listeners and forwarding rules, with the load balancer that they name.
    pub listeners: Vec<Listener>,
    by_address: HashMap<Arc<Address>, usize>,
    /// The listeners that name a group.
    users: HashMap<Arc<Address>, Vec<usize>>,
}

/// An `alicloud_alb_server_group` or an `alicloud_nlb_server_group`.
#[derive(Clone, Debug)]
pub struct ServerGroup {
    pub thing: Thing,
    pub vpc: Arg<VpcId>,
    pub servers: Vec<Server>,
    /// Why there may be other servers than these.
    pub unknown: Option<Cause>,
}

#[derive(Clone, Debug)]
pub struct Server {
    /// The server group, or the attachment that adds it to one.
    pub owner: Thing,
    /// `Ecs`, `Eni`, `Eci`, `Ip` or `Fc`.
    pub kind: Arg<Arc<str>>,
    /// The argument that holds the address, and what it names.
    pub argument: &'static str,
    pub address: Arg<Link>,
    pub remote: Arg<bool>,
    pub weight: Arg<i64>,
    /// Where it stands, as seen from its group.
    pub stand: Stand,
    /// The instance or interface of the files whose address it has.
    pub host: Option<Arc<Address>>,
    pub header: Span,
}

#[derive(Clone, Debug)]
pub struct Listener {
    pub thing: Thing,
    /// The load balancer, of a listener.
    pub balancer: Arg<Link>,
}

/// Where a server stands.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Stand {
    /// In the VPC of its server group.
    Own,
    /// In another VPC of the files.
    In(VpcId, Option<VSwitchId>),
    /// In no block of the group's VPC, and nobody knows where.
    Outside,
    Unknown(Cause),
}

const GROUPS: [&str; 2] = ["alicloud_alb_server_group", "alicloud_nlb_server_group"];

impl ServerGroup {
    pub fn is_alb(&self) -> bool {
        &*self.thing.address.kind == GROUPS[0]
    }
}

impl Server {
    pub fn is_ip(&self) -> bool {
        self.kind.value().is_some_and(|kind| kind.eq_ignore_ascii_case("ip"))
    }

    /// The address, where it is written out.
    pub fn ip(&self) -> Option<Traced<Ipv4Addr>> {
        let Arg::Known(Traced { value: Link::Literal(text), place, attribute }) = &self.address else { return None };
        Some(Traced { value: text.trim().parse().ok()?, place: *place, attribute: *attribute })
    }

    /// An address that no load balancer takes for one of another network (7.1).
    pub fn is_refused(&self) -> bool {
        let private = |ip: &Ipv4Addr| {
            facts::private().any(|range| range.cidr.contains(ip))
                || facts::cloud_services().is_some_and(|range| range.cidr.contains(ip))
        };
        self.ip().is_some_and(|ip| !private(&ip.value))
    }

    /// How a message names the address.
    pub fn shown(&self) -> String {
        match self.address.value() {
            Some(Link::Literal(text)) => text.to_string(),
            Some(link) => link.shown(),
            None => "an unknown address".into(),
        }
    }
}

impl Network {
    pub(super) fn add_balancers(&mut self, kind: &str, reader: &Reader<'_, '_>) {
        match kind {
            "alicloud_alb_server_group" | "alicloud_nlb_server_group" => {
                let blocks = reader.blocks("servers");
                let servers = blocks.list.iter().filter(|_| blocks.unknown.is_none());
                let servers = servers.map(|block| server(&reader.thing, &block.fields, block.header)).collect();
                let vpc = resolve(reader.link("vpc_id"), |link| self.vpc_of(link));
                let (thing, unknown) = (reader.thing.clone(), blocks.unknown);
                self.balancers.by_address.insert(thing.address.clone(), self.balancers.groups.len());
                self.balancers.groups.push(ServerGroup { thing, vpc, servers, unknown });
            }
            "alicloud_alb_listener" | "alicloud_alb_rule" | "alicloud_nlb_listener" => {
                let mut groups = Vec::new();
                for name in ["default_actions", "rule_actions"] {
                    for block in &reader.blocks(name).list {
                        named(&block.fields, &mut groups);
                    }
                }
                groups.extend(reader.link("server_group_id").known().map(|link| link.value.clone()));
                let at = self.balancers.listeners.len();
                let listener = Listener { thing: reader.thing.clone(), balancer: reader.link("load_balancer_id") };
                self.balancers.listeners.push(listener);
                for link in groups {
                    if let Link::Of { address, .. } = link {
                        self.balancers.users.entry(address).or_default().push(at);
                    }
                }
            }
            _ => {}
        }
    }

    /// A server that a resource of its own adds to a group; the groups are there already.
    pub(super) fn add_backend(&mut self, reader: &Reader<'_, '_>) {
        let link = reader.link("server_group_id");
        let group = link.value().and_then(|link| link.managed(GROUPS[1], &["id"]));
        let at = group.and_then(|group| self.balancers.by_address.get(group)).copied();
        let Some(at) = at.filter(|_| reader.thing.certain) else { return };
        let argument = if reader.is_set("server_ip") { "server_ip" } else { "server_id" };
        self.balancers.groups[at].servers.push(Server {
            owner: reader.thing.clone(),
            kind: reader.text("server_type"),
            argument,
            address: reader.link(argument),
            remote: Arg::Absent,
            weight: reader.number("weight"),
            stand: Stand::Outside,
            host: None,
            header: reader.thing.header,
        });
    }

    /// The listeners and forwarding rules that surely lead to a server group.
    pub fn listeners_of(&self, group: &ServerGroup) -> impl Iterator<Item = &Listener> {
        let users = self.balancers.users.get(&group.thing.address).into_iter().flatten();
        users.map(|&at| &self.balancers.listeners[at]).filter(|listener| listener.thing.certain)
    }

    /// The load balancers of the files that send to a server group.
    pub fn balancers_of(&self, group: &ServerGroup) -> Vec<&Thing> {
        let named = self.listeners_of(group).filter_map(|listener| match listener.balancer.value()? {
            Link::Of { address, .. } => self.thing(address),
            _ => None,
        });
        let mut things: Vec<&Thing> = named.collect();
        things.sort_by_key(|thing| &thing.address);
        things.dedup_by_key(|thing| &thing.address);
        things
    }

    /// Finds where servers stand, once everything is known that may stand somewhere.
    pub(super) fn settle_balancers(&mut self) {
        let mut groups = std::mem::take(&mut self.balancers.groups);
        let ground = Ground::new(self, !groups.is_empty());
        for group in &mut groups {
            let vpc = group.vpc.clone();
            for server in &mut group.servers {
                server.host = match server.address.value() {
                    Some(Link::Of { address, .. }) => self.home_of(address).ok().map(|_| address.clone()),
                    _ => None,
                };
                server.stand = match &vpc {
                    Arg::Known(own) => ground.stand(own.value, server),
                    Arg::Unknown(cause, _) => Stand::Unknown(cause.clone()),
                    Arg::Absent => Stand::Unknown(Cause::Failed),
                };
            }
        }
        self.balancers.groups = groups;
    }
}

/// What is needed to place an address.
struct Ground<'n> {
    network: &'n Network,
    blocks: Blocks<VpcId>,
    /// Some VPC of the files may have blocks that are not known.
    open: bool,
    vswitches: HashMap<&'n Address, VSwitchId>,
}

impl<'n> Ground<'n> {
    fn new(network: &'n Network, needed: bool) -> Self {
        let managed = || network.vpcs.iter().enumerate().filter(|(_, vpc)| vpc.is_managed() && needed);
        let blocks = managed().flat_map(|(at, vpc)| vpc.known_blocks().map(move |(block, _)| (block, VpcId(at))));
        let placed = network.placements.iter().filter(|_| needed).filter_map(|placement| {
            let [vswitch] = placement.vswitches.as_slice() else { return None };
            Some((&*placement.thing.address, network.vswitch_of(vswitch.value()?)?))
        });
        Ground {
            network,
            blocks: Blocks::new(blocks),
            open: managed().any(|(_, vpc)| vpc.blocks_complete().is_err()),
            vswitches: placed.collect(),
        }
    }

    fn stand(&self, own: VpcId, server: &Server) -> Stand {
        let link = match &server.address {
            Arg::Known(link) => &link.value,
            Arg::Unknown(cause, _) => return Stand::Unknown(cause.clone()),
            Arg::Absent => return Stand::Unknown(Cause::Failed),
        };
        match (link, server.ip()) {
            (Link::Of { address, .. }, _) => match self.network.home_of(address) {
                Ok(home) if self.network.vpcs_are_one(home, own) => Stand::Own,
                Ok(home) if self.network.vpcs_differ(home, own) => {
                    Stand::In(home, self.vswitches.get(&**address).copied())
                }
                Ok(_) => Stand::Unknown(link.why_unknown()),
                Err(cause) => Stand::Unknown(cause),
            },
            (_, Some(ip)) => self.around(own, ip.value),
            _ => Stand::Unknown(link.why_unknown()),
        }
    }

    fn around(&self, own: VpcId, ip: Ipv4Addr) -> Stand {
        let vpc = self.network.vpc(own);
        if vpc.known_blocks().any(|(block, _)| block.contains(&ip)) {
            return Stand::Own;
        }
        if let Err(cause) = vpc.blocks_complete() {
            return Stand::Unknown(cause);
        }
        match self.blocks.overlapping(Ipv4Net::from(ip)).as_slice() {
            [home] if !self.open && self.network.vpcs_differ(*home, own) => {
                let inside = |id: &&VSwitchId| {
                    let block = self.network.vswitch(**id).cidr.value().and_then(|cidr| cidr.v4());
                    block.is_some_and(|block| block.contains(&ip))
                };
                Stand::In(*home, self.network.vpc(*home).vswitches.iter().find(inside).copied())
            }
            _ => Stand::Outside,
        }
    }
}

fn server(owner: &Thing, fields: &Fields, header: Span) -> Server {
    let written = |name: &str| fields.get(name).is_some_and(|value| !value.is_null());
    let argument = if written("server_ip") { "server_ip" } else { "server_id" };
    Server {
        owner: owner.clone(),
        kind: text(field(fields, "server_type", header)),
        argument,
        address: field_link(fields, argument, header),
        remote: flag(field(fields, "remote_ip_enabled", header)),
        weight: number(field(fields, "weight", header)),
        stand: Stand::Outside,
        host: None,
        header,
    }
}

/// Every `server_group_id` in nested blocks, however deep.
fn named(fields: &Fields, groups: &mut Vec<Link>) {
    for (name, value) in fields.iter() {
        match &**name {
            "server_group_id" => groups.extend(Link::of(value)),
            _ => within(value, groups),
        }
    }
}

fn within(value: &Value, groups: &mut Vec<Link>) {
    if let Some(fields) = value.fields() {
        named(fields, groups);
    } else if let Some(items) = value.items() {
        items.iter().for_each(|item| within(item, groups));
    }
}
