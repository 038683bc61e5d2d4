//! To which tables of its router is an attachment joined, and may there be a join that is not known (semantics 4.4)?
//!
//! An attachment is joined by resources of their own, by its own deprecated flags, and, where others reach it, by static
//! entries. What cannot be read may hold any of them.

use std::collections::HashMap;
use std::sync::Arc;

use ipnet::Ipv4Net;

use super::{
    Arg, AttachmentId, AttachmentKind, Blocks, Cause, Link, Network, Node, Presence, Reader, RouterId, RouterRoute,
    RouterTableId, Thing, is_vague, resolve,
};
use crate::facts;
use crate::source::Address;

/// The prefixes of a list, all led to one next hop: `alicloud_cen_transit_router_prefix_list_association`.
#[derive(Clone, Debug)]
pub struct PrefixEntry {
    pub thing: Thing,
    pub list: Arg<Link>,
    pub table: Arg<RouterTableId>,
    pub attachment: Arg<AttachmentId>,
    pub kind: Arg<Arc<str>>,
}

impl PrefixEntry {
    pub fn is_black_hole(&self) -> bool {
        is_black_hole(&self.kind)
    }
}

/// What joins attachments and tables, found once for many questions.
pub struct Joins<'n> {
    network: &'n Network,
    entries: HashMap<AttachmentId, Vec<usize>>,
    prefixes: HashMap<AttachmentId, Vec<usize>>,
    stray_associations: Vec<Stray>,
    stray_propagations: Vec<Stray>,
    stray_entries: Vec<Stray>,
    /// What VPCs surely send to their routers, with the attachment that they send it to.
    wishes: Blocks<(Ipv4Net, AttachmentId)>,
    /// The blocks of pods, which are no addresses of VPCs.
    pods: Blocks<Ipv4Net>,
    /// What joins attachments in ways that are not in the files.
    other: Option<Cause>,
}

/// Resources with which attachments serve another purpose, or which change the tables of routers themselves.
const OTHERS: [&str; 2] =
    ["alicloud_cen_transit_router_multicast_domain", "alicloud_cloud_firewall_vpc_cen_tr_firewall"];

/// A join of an attachment that is not known.
struct Stray {
    cause: Cause,
    /// The resource with an unknown key that it names; without one it may be any.
    among: Option<Arc<Address>>,
}

impl Network {
    pub(super) fn add_prefix_entry(&mut self, reader: &Reader<'_, '_>) {
        let table = resolve(reader.link("transit_router_table_id"), |link| self.router_table_of(link));
        let attachment = resolve(reader.link("next_hop"), |link| self.attachment_of(link));
        let kind = reader.text("next_hop_type");
        let list = reader.link("prefix_list_id");
        self.prefix_entries.push(PrefixEntry { thing: reader.thing.clone(), list, table, attachment, kind });
    }

    /// A resource with which attachments may need other joins than those that are written.
    pub(super) fn other_joins(&self) -> Option<Cause> {
        let other = self.things.iter().find(|thing| OTHERS.contains(&&*thing.address.kind))?;
        Some(Cause::Unsupported(format!("what {} does to transit routers", other.address).into()))
    }

    /// Whether a table surely belongs to a router at which an attachment does not end.
    pub fn is_elsewhere(&self, id: AttachmentId, table: &Arg<RouterTableId>) -> bool {
        let attachment = self.attachment(id);
        let here = |router: &RouterId| matches!(self.router(*router).node, Node::Managed(_));
        let own = attachment.router.value().filter(|router| attachment.peer().is_none() && here(router));
        let of_table = table.value().and_then(|&table| self.router_table(table).router.value());
        matches!((own, of_table.filter(|router| here(router))), (Some(own), Some(other)) if own != other)
    }

    /// The router of an attachment that is in the files, where an absence can be told.
    pub fn managed_router(&self, router: &Arg<RouterId>) -> Result<RouterId, Cause> {
        match router {
            Arg::Known(router) => match &self.router(router.value).node {
                Node::Managed(_) => Ok(router.value),
                Node::External(link) => Err(link.why_unknown()),
            },
            Arg::Unknown(cause, _) => Err(cause.clone()),
            Arg::Absent => Err(Cause::Unsupported("an attachment without `transit_router_id`".into())),
        }
    }
}

impl<'n> Joins<'n> {
    pub fn new(network: &'n Network) -> Self {
        let mut entries: HashMap<AttachmentId, Vec<usize>> = HashMap::new();
        let mut stray_entries = Vec::new();
        for (at, entry) in network.router_routes.iter().enumerate() {
            if is_black_hole(&entry.kind) {
                continue;
            }
            if let Some(id) = entry.attachment {
                entries.entry(id).or_default().push(at);
            }
            stray_entries.extend(stray(network, entry.attachment, entry.link.cause()));
            // One that does not say where it leads was meant to lead somewhere.
            if matches!(entry.link, Arg::Absent) {
                let cause = Cause::Unsupported(format!("{} without a next hop", entry.thing.name()).into());
                stray_entries.push(Stray { cause, among: None });
            }
        }
        let mut prefixes: HashMap<AttachmentId, Vec<usize>> = HashMap::new();
        for (at, entry) in network.prefix_entries.iter().enumerate() {
            if is_black_hole(&entry.kind) {
                continue;
            }
            if let Some(id) = entry.attachment.value() {
                prefixes.entry(*id).or_default().push(at);
            }
            stray_entries.extend(stray(network, entry.attachment.value().copied(), entry.attachment.cause()));
        }
        let strays = |list: &'n [super::Membership]| {
            list.iter()
                .filter_map(|join| stray(network, join.attachment.value().copied(), join.attachment.cause()))
                .collect::<Vec<_>>()
        };
        let wishes = network.routes.iter().filter(|route| route.thing.certain).filter_map(|route| {
            let hop = route.every_hop().find(|hop| hop.is_uplink() == Some(true))?;
            let net = route.destination.value()?.v4()?;
            Some((net, (net, network.attachment_named(hop.id.value()?)?)))
        });
        let clusters = network.clusters.list.iter().filter(|cluster| cluster.thing.certain);
        let pods = clusters.filter_map(|cluster| cluster.pods()).map(|net| (net, net));
        Joins {
            network,
            wishes: Blocks::new(wishes),
            pods: Blocks::new(pods),
            entries,
            prefixes,
            stray_associations: strays(&network.associations),
            stray_propagations: strays(&network.propagations),
            stray_entries,
            other: network.other_joins(),
        }
    }

    /// With which table what comes in from an attachment is looked up; `at` is the router, where it has two.
    pub fn association(&self, id: AttachmentId, at: Option<RouterId>) -> Presence<'n> {
        let attachment = self.network.attachment(id);
        let joins = attachment.associations.iter().map(|&at| &self.network.associations[at]);
        let found = joins.map(|join| (&join.thing, &join.table));
        let kinds = ["alicloud_cen_transit_router_route_table_association"];
        self.flag(id, &attachment.association_flag)
            .unwrap_or_else(|| self.settle(id, at, found, &[&self.stray_associations], &kinds))
    }

    /// The table that learns what an attachment brings.
    pub fn propagation(&self, id: AttachmentId, at: Option<RouterId>) -> Presence<'n> {
        let attachment = self.network.attachment(id);
        let joins = attachment.propagations.iter().map(|&at| &self.network.propagations[at]);
        let found = joins.map(|join| (&join.thing, &join.table));
        let kinds = ["alicloud_cen_transit_router_route_table_propagation"];
        self.flag(id, &attachment.propagation_flag)
            .unwrap_or_else(|| self.settle(id, at, found, &[&self.stray_propagations], &kinds))
    }

    /// The static entry that leads to an attachment.
    pub fn entry(&self, id: AttachmentId, at: Option<RouterId>) -> Presence<'n> {
        let entries = self.entries.get(&id).into_iter().flatten().map(|&at| &self.network.router_routes[at]);
        let wanted = self.is_wanted(id, at);
        let entries = entries.filter(|entry| !(wanted && (is_of_services(entry) || self.is_of_pods(entry))));
        let prefixes = self.prefixes.get(&id).into_iter().flatten().map(|&at| &self.network.prefix_entries[at]);
        let found =
            entries.map(|entry| (&entry.thing, &entry.table)).chain(prefixes.map(|entry| (&entry.thing, &entry.table)));
        let kinds = ["alicloud_cen_transit_router_route_entry", "alicloud_cen_transit_router_prefix_list_association"];
        self.settle(id, at, found, &[&self.stray_entries], &kinds)
    }

    /// Another VPC surely sends to the own addresses of a VPC that is attached here, or behind a connection to another
    /// router: entries for cloud services (5.2, 7.2) or pods (8.2) do not lead there.
    fn is_wanted(&self, id: AttachmentId, at: Option<RouterId>) -> bool {
        let network = self.network;
        let attachment = network.attachment(id);
        let Some(peer) = attachment.peer() else { return self.is_sent_to(id, |sender| sender != id) };
        let (Some(&near), Some(&far), Some(at)) = (attachment.router.value(), peer.peer.value(), at) else {
            return false;
        };
        let other = if at == near { far } else { near };
        let from_here = |sender: AttachmentId| network.attachment(sender).router.value() == Some(&at);
        network.router(other).attachments.iter().any(|&there| self.is_sent_to(there, from_here))
    }

    fn is_sent_to(&self, id: AttachmentId, counts: impl Fn(AttachmentId) -> bool) -> bool {
        let Some(vpc) = self.network.attachment(id).vpc() else { return false };
        self.network.vpc(vpc).known_blocks().any(|(block, _)| {
            let others = self.wishes.overlapping(block);
            others.into_iter().any(|(net, sender)| counts(sender) && block.contains(&net))
        })
    }

    fn is_of_pods(&self, entry: &RouterRoute) -> bool {
        let net = entry.destination.value().and_then(|cidr| cidr.v4());
        net.is_some_and(|net| self.pods.overlapping(net).iter().any(|pods| pods.contains(&net)))
    }

    /// The table of a router that holds a way to an attachment, learned or written.
    pub fn way_to(&self, id: AttachmentId, at: Option<RouterId>) -> Presence<'n> {
        match (self.propagation(id, at), self.entry(id, at)) {
            (Presence::Here(thing), _) | (_, Presence::Here(thing)) => Presence::Here(thing),
            (Presence::Maybe(cause), _) | (_, Presence::Maybe(cause)) => Presence::Maybe(cause),
            _ => Presence::Nowhere,
        }
    }

    /// A deprecated flag that joins the attachment to the default table (4.5).
    fn flag(&self, id: AttachmentId, flag: &Arg<bool>) -> Option<Presence<'n>> {
        let attachment = self.network.attachment(id);
        if !matches!(attachment.kind, AttachmentKind::Vpc(_) | AttachmentKind::Vbr(_)) {
            return None;
        }
        match flag {
            Arg::Known(on) if on.value => attachment.thing().map(Presence::Here),
            _ => None,
        }
    }

    fn settle(
        &self,
        id: AttachmentId,
        at: Option<RouterId>,
        found: impl Iterator<Item = (&'n Thing, &'n Arg<RouterTableId>)>,
        strays: &[&Vec<Stray>],
        kinds: &[&str],
    ) -> Presence<'n> {
        let mut maybe = None;
        for (thing, table) in found {
            if self.network.is_elsewhere(id, table) {
                continue;
            }
            match self.lies_in(table, at) {
                Ok(true) if thing.certain => return Presence::Here(thing),
                Ok(true) => maybe = maybe.or_else(|| Some(Cause::Instances(thing.name().into()))),
                Ok(false) => {}
                Err(cause) => maybe = maybe.or(Some(cause)),
            }
        }
        let own = self.network.attachment(id).thing().map(|thing| &thing.address);
        let stray = || {
            let mut all = strays.iter().flat_map(|list| list.iter());
            all.find(|stray| match (&stray.among, own) {
                (Some(among), Some(own)) => among.kind == own.kind && among.name == own.name,
                _ => true,
            })
        };
        let unknown = maybe
            .or_else(|| stray().map(|stray| stray.cause.clone()))
            .or_else(|| self.network.gap(kinds).map(|gap| gap.cause.clone()))
            .or_else(|| self.other.clone());
        unknown.map_or(Presence::Nowhere, Presence::Maybe)
    }

    /// Whether a table belongs to that router.
    fn lies_in(&self, table: &Arg<RouterTableId>, at: Option<RouterId>) -> Result<bool, Cause> {
        let Some(at) = at else { return Ok(true) };
        let table = match table {
            Arg::Known(table) => self.network.router_table(table.value),
            Arg::Unknown(cause, _) => return Err(cause.clone()),
            Arg::Absent => return Ok(false),
        };
        match &table.router {
            Arg::Known(router) if router.value == at => Ok(true),
            Arg::Known(router) => match &self.network.router(router.value).node {
                Node::Managed(_) | Node::External(Link::Literal(_)) => Ok(false),
                Node::External(link) => Err(link.why_unknown()),
            },
            Arg::Unknown(cause, _) => Err(cause.clone()),
            Arg::Absent => Ok(false),
        }
    }
}

fn is_of_services(entry: &RouterRoute) -> bool {
    let net = entry.destination.value().and_then(|cidr| cidr.v4());
    net.zip(facts::cloud_services()).is_some_and(|(net, services)| services.cidr.contains(&net))
}

fn is_black_hole(kind: &Arg<Arc<str>>) -> bool {
    kind.value().is_some_and(|kind| kind.eq_ignore_ascii_case("blackhole"))
}

/// Why a join may be that of another attachment than the one it names.
fn stray(network: &Network, attachment: Option<AttachmentId>, cause: Option<&Cause>) -> Option<Stray> {
    let any = |cause: Cause| Some(Stray { cause, among: None });
    match attachment.map(|id| &network.attachment(id).node) {
        None => cause.cloned().and_then(any),
        Some(Node::External(Link::Literal(_))) => None,
        Some(Node::External(Link::Of { address, .. })) if address.mode == crate::source::Mode::Managed => {
            Some(Stray { cause: Cause::Instances(address.to_string().into()), among: Some(address.clone()) })
        }
        Some(Node::External(link)) => any(link.why_unknown()),
        Some(Node::Managed(thing)) if is_vague(&thing.address) => {
            Some(Stray { cause: Cause::Instances(thing.name().into()), among: Some(thing.address.clone()) })
        }
        Some(Node::Managed(_)) => None,
    }
}
