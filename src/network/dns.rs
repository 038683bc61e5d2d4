//! Private names: zones, the VPCs they are bound to, what their records point at, who forwards queries (semantics 9, 5.4).
//!
//! A zone answers in the VPCs that are bound to it and nowhere else; a connection between VPCs changes nothing.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::net::Ipv4Addr;
use std::sync::Arc;

use super::arg::{field, field_link, text};
use super::{Arg, Link, Network, Reader, Thing, VpcId, is_vague};
use crate::eval::Cause;
use crate::module::Module;
use crate::source::{Address, Span};
use crate::syntax::{Body, Expression, ExpressionKind};

#[derive(Debug, Default)]
pub struct Dns {
    pub zones: Vec<Zone>,
    pub bindings: Vec<ZoneBinding>,
    pub records: Vec<ZoneRecord>,
    pub endpoints: Vec<ResolverEndpoint>,
    pub rules: Vec<ResolverRule>,
    pub forwards: Vec<Forward>,
    pub cen_zones: Vec<CenZone>,
    /// Data sources that look up VPCs, which they do in the region of their provider.
    sources: HashMap<Arc<Address>, Thing>,
    /// Where zones, bindings, endpoints and rules stand in their lists.
    places: HashMap<Arc<Address>, usize>,
}

impl Dns {
    pub fn zone(&self, address: &Arc<Address>) -> Option<&Zone> {
        self.zones.get(*self.places.get(address)?)
    }

    pub fn endpoint(&self, address: &Arc<Address>) -> Option<&ResolverEndpoint> {
        self.endpoints.get(*self.places.get(address)?)
    }

    pub fn rule(&self, address: &Arc<Address>) -> Option<&ResolverRule> {
        self.rules.get(*self.places.get(address)?)
    }
}

#[derive(Clone, Debug)]
pub struct Zone {
    pub thing: Thing,
    pub name: Arg<Arc<str>>,
}

/// `alicloud_pvtz_zone_attachment`, which holds all VPCs of its zone (semantics 9.2).
#[derive(Clone, Debug)]
pub struct ZoneBinding {
    pub thing: Thing,
    pub zone: Arg<Link>,
    pub vpcs: Vec<BoundVpc>,
    /// Why there may be other VPCs than these.
    pub more: Option<Cause>,
}

#[derive(Clone, Debug)]
pub struct BoundVpc {
    pub vpc: Arg<Link>,
    pub region: Arg<Arc<str>>,
    /// Listed in `vpc_ids`, which has no place for a region.
    pub listed: bool,
    pub header: Span,
}

#[derive(Clone, Debug)]
pub struct ZoneRecord {
    pub thing: Thing,
    pub zone: Arg<Link>,
    pub host: Arg<Arc<str>>,
    /// An address, or an attribute that holds one.
    pub value: Arg<Link>,
}

#[derive(Clone, Debug)]
pub struct ResolverEndpoint {
    pub thing: Thing,
    pub vpc: Arg<Link>,
    pub region: Arg<Arc<str>>,
    /// How many addresses it sends from, where that is known.
    pub addresses: Arg<usize>,
}

#[derive(Clone, Debug)]
pub struct ResolverRule {
    pub thing: Thing,
    pub endpoint: Arg<Link>,
    pub zone_name: Arg<Arc<str>>,
}

/// `alicloud_pvtz_rule_attachment`: the VPCs whose queries a rule forwards.
#[derive(Clone, Debug)]
pub struct Forward {
    pub thing: Thing,
    pub rule: Arg<Link>,
    pub vpcs: Vec<BoundVpc>,
    pub more: Option<Cause>,
}

/// `alicloud_cen_private_zone`: PrivateZone for the lines of a CEN, through a VPC.
#[derive(Clone, Debug)]
pub struct CenZone {
    pub thing: Thing,
    pub cen: Arg<Link>,
    pub vpc: Arg<Link>,
    /// The resources that it surely waits for, as `type.name`.
    pub waits_for: Vec<String>,
    /// It refers to something that may wait for others.
    pub may_wait: bool,
}

/// Where a record leads.
#[derive(Clone, Debug)]
pub enum Points {
    Into(VpcId),
    /// Not into one VPC of the files.
    Away,
    Unknown(Cause),
}

/// Attributes that hold a private address, or a name of one.
const PRIVATE: [&str; 8] = [
    "private_ip",
    "primary_ip_address",
    "private_ip_address",
    "address",
    "ip_address",
    "connection_string",
    "private_connection_address",
    "intranet_ip",
];

impl Network {
    pub(super) fn add_dns(&mut self, kind: &str, reader: &Reader<'_, '_>) {
        let thing = reader.thing.clone();
        let place = match kind {
            "alicloud_pvtz_zone" => Some(self.dns.zones.len()),
            "alicloud_pvtz_zone_attachment" => Some(self.dns.bindings.len()),
            "alicloud_pvtz_endpoint" => Some(self.dns.endpoints.len()),
            "alicloud_pvtz_rule" => Some(self.dns.rules.len()),
            _ => None,
        };
        self.dns.places.extend(place.map(|place| (thing.address.clone(), place)));
        match kind {
            "alicloud_pvtz_zone" => {
                let name = match reader.text("zone_name") {
                    Arg::Absent => reader.text("name"),
                    name => name,
                };
                self.dns.zones.push(Zone { thing, name });
            }
            "alicloud_pvtz_zone_attachment" => {
                let (mut vpcs, mut more) = blocks(reader);
                if reader.is_set("vpc_ids") {
                    let list = Network::links(reader, "vpc_ids");
                    more = more.or_else(|| reader.list("vpc_ids").cause().cloned());
                    vpcs.extend(list.into_iter().filter(|vpc| !vpc.is_absent()).map(|vpc| BoundVpc {
                        header: vpc.known().map_or(thing.header, |vpc| vpc.place),
                        vpc,
                        region: Arg::Absent,
                        listed: true,
                    }));
                }
                more = more.or_else(|| thing.incomplete.then(|| Cause::Broken("the resource's block".into())));
                if reader.ignores("vpcs") || reader.ignores("vpc_ids") {
                    more = more.or_else(|| Some(Cause::Elsewhere(format!("all VPCs of {}", thing.address).into())));
                }
                self.dns.bindings.push(ZoneBinding { thing, zone: reader.link("zone_id"), vpcs, more });
            }
            "alicloud_pvtz_zone_record" => {
                let host = match reader.text("rr") {
                    Arg::Absent => reader.text("resource_record"),
                    host => host,
                };
                let (zone, value) = (reader.link("zone_id"), reader.link("value"));
                self.dns.records.push(ZoneRecord { thing, zone, host, value });
            }
            "alicloud_pvtz_endpoint" => {
                let configs = reader.blocks("ip_configs");
                let addresses = match configs.unknown {
                    Some(cause) => Arg::Unknown(cause, None),
                    None => Arg::Known(super::Traced {
                        value: configs.list.len(),
                        place: thing.header,
                        attribute: thing.header,
                    }),
                };
                let (vpc, region) = (reader.link("vpc_id"), reader.text("vpc_region_id"));
                self.dns.endpoints.push(ResolverEndpoint { thing, vpc, region, addresses });
            }
            "alicloud_pvtz_rule" => {
                let (endpoint, zone_name) = (reader.link("endpoint_id"), reader.text("zone_name"));
                self.dns.rules.push(ResolverRule { thing, endpoint, zone_name });
            }
            "alicloud_pvtz_rule_attachment" => {
                let (vpcs, more) = blocks(reader);
                self.dns.forwards.push(Forward { thing, rule: reader.link("rule_id"), vpcs, more });
            }
            "alicloud_cen_private_zone" => {
                let (cen, vpc) = (reader.link("cen_id"), reader.link("host_vpc_id"));
                let (waits_for, may_wait) = waits(reader);
                self.dns.cen_zones.push(CenZone { thing, cen, vpc, waits_for, may_wait });
            }
            _ => {}
        }
    }

    pub(super) fn add_vpc_source(&mut self, reader: &Reader<'_, '_>) {
        if &*reader.thing.address.kind == "alicloud_vpcs" {
            self.dns.sources.insert(reader.thing.address.clone(), reader.thing.clone());
        }
    }

    /// What tells the region of a VPC that a link names: the VPC, or the data source that finds it.
    pub fn regional(&self, link: &Link) -> Option<&Thing> {
        if let Some(address) = link.managed("alicloud_vpc", &["id"]) {
            return self.thing(address).filter(|thing| thing.certain && !is_vague(&thing.address));
        }
        self.dns.sources.get(super::data_of(link)?).filter(|thing| thing.certain)
    }

    /// The VPC that a link names, when the network has it for another reason than this link.
    pub fn known_vpc(&self, link: &Link) -> Option<VpcId> {
        self.index.vpcs.get(link).copied()
    }

    /// The zone that a binding or record names: one spelling for each; the reason when it may be any.
    pub fn zone_of(&self, zone: &Arg<Link>) -> Result<Link, Cause> {
        let link = match zone {
            Arg::Known(link) => &link.value,
            Arg::Unknown(cause, _) => return Err(cause.clone()),
            Arg::Absent => return Err(Cause::Failed),
        };
        // The id of a binding is that of its zone.
        if let Some(address) = link.managed("alicloud_pvtz_zone_attachment", &["id"]) {
            let binding = self.dns.places.get(address).and_then(|&at| self.dns.bindings.get(at));
            if let Some(Arg::Known(zone)) = binding.map(|binding| &binding.zone) {
                return Ok(zone.value.clone());
            }
        }
        match link {
            Link::Of { address, .. } if is_vague(address) => Err(Cause::Instances(address.to_string().into())),
            link => Ok(link.clone()),
        }
    }

    /// The bindings of each zone, and why a zone may have others.
    pub fn zone_bindings(&self) -> (BTreeMap<Link, Vec<&ZoneBinding>>, Option<Cause>) {
        let mut found: BTreeMap<Link, Vec<&ZoneBinding>> = BTreeMap::new();
        let mut open = self.gap(&["alicloud_pvtz_zone_attachment"]).map(|gap| gap.cause.clone());
        for binding in &self.dns.bindings {
            match self.zone_of(&binding.zone) {
                Ok(zone) => {
                    // A zone that is looked up, or named by a variable, may be one of the files.
                    if !matches!(zone, Link::Literal(_)) && zone.managed("alicloud_pvtz_zone", &["id"]).is_none() {
                        open.get_or_insert_with(|| zone.why_unknown());
                    }
                    found.entry(zone).or_default().push(binding);
                }
                Err(cause) => {
                    open.get_or_insert(cause);
                }
            }
        }
        (found, open)
    }

    /// Where a record's value leads; `owner` tells the VPC of an address.
    pub fn points(&self, record: &ZoneRecord, owner: impl Fn(Ipv4Addr) -> Points) -> Points {
        match &record.value {
            Arg::Absent => Points::Away,
            Arg::Unknown(cause, _) => Points::Unknown(cause.clone()),
            Arg::Known(value) => match &value.value {
                Link::Literal(text) => text.trim().parse().map_or(Points::Away, owner),
                Link::Of { address, attribute } if PRIVATE.contains(&&**attribute) => {
                    self.home_of(address).map_or_else(Points::Unknown, Points::Into)
                }
                link => Points::Unknown(link.why_unknown()),
            },
        }
    }
}

fn blocks(reader: &Reader<'_, '_>) -> (Vec<BoundVpc>, Option<Cause>) {
    let blocks = reader.blocks("vpcs");
    let bound = |block: &crate::eval::BlockValue| BoundVpc {
        vpc: field_link(&block.fields, "vpc_id", block.header),
        region: match text(field(&block.fields, "region_id", block.header)) {
            Arg::Known(region) if region.value.is_empty() => Arg::Absent,
            region => region,
        },
        listed: false,
        header: block.header,
    };
    (blocks.list.iter().map(bound).collect(), blocks.unknown)
}

/// What a resource waits for: its `depends_on`, and what its arguments refer to.
fn waits(reader: &Reader<'_, '_>) -> (Vec<String>, bool) {
    let declaration = &reader.instance.declaration;
    let module = &reader.instance.module.module;
    let mut waits = Waits { module, named: Vec::new(), may_wait: reader.thing.incomplete, seen: HashSet::new() };
    waits.body(declaration.body());
    (waits.named, waits.may_wait)
}

struct Waits<'m> {
    module: &'m Module,
    named: Vec<String>,
    may_wait: bool,
    seen: HashSet<String>,
}

impl Waits<'_> {
    fn body(&mut self, body: &Body) {
        for attribute in &body.attributes {
            if !matches!(&*attribute.name.text, "provider" | "providers" | "source" | "version") {
                self.expression(&attribute.value);
            }
        }
    }

    fn expression(&mut self, expression: &Expression) {
        match &*expression.kind {
            ExpressionKind::Tuple(items) => items.iter().for_each(|item| self.expression(item)),
            ExpressionKind::Object(entries) => entries.iter().for_each(|entry| self.expression(&entry.value)),
            ExpressionKind::Parenthesis(inner) => self.expression(inner),
            ExpressionKind::Attribute { on, name } => match &*on.kind {
                ExpressionKind::Variable(kind) => self.named(kind, &name.text),
                // Of data sources, only these two wait for nothing.
                ExpressionKind::Attribute { on: top, name: kind } if top.keyword() == Some("data") => {
                    self.may_wait |= !matches!(&*kind.text, "alicloud_regions" | "alicloud_account");
                }
                _ => self.expression(on),
            },
            ExpressionKind::Index { on, .. } | ExpressionKind::Splat { on, .. } => self.expression(on),
            // Terraform of old times wrote names as text.
            ExpressionKind::String(text) if text.starts_with("alicloud_") && text.contains('.') => {
                self.named.push(text.to_string());
            }
            ExpressionKind::String(_) | ExpressionKind::Number(_) | ExpressionKind::Bool(_) | ExpressionKind::Null => {}
            _ => self.may_wait = true,
        }
    }

    fn named(&mut self, kind: &str, name: &str) {
        if kind.starts_with("alicloud_") {
            return self.named.push(format!("{kind}.{name}"));
        }
        if !self.seen.insert(format!("{kind}.{name}")) {
            return;
        }
        let module = self.module;
        match kind {
            // What a caller passes cannot wait for anything in here.
            "var" | "path" | "terraform" => {}
            "local" => match module.local(name) {
                Some((_, value)) => self.expression(value),
                None => self.may_wait = true,
            },
            // What a module gives waits at most for what it is given.
            "module" => match module.calls.get(name) {
                Some(call) => self.body(call.body()),
                None => self.may_wait = true,
            },
            _ => self.may_wait = true,
        }
    }
}
