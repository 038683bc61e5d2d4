//! Routes that lead to a VPC in another region need a connection between the two routers (semantics 4.1, 4.10).

use std::collections::{BTreeMap, HashMap};

use ipnet::Ipv4Net;

use super::attached::with_vpc;
use crate::diagnostic::Severity;
use crate::eval::Cause;
use crate::network::{
    Arg, AttachmentId, AttachmentKind, Cidr, Link, Network, Node, RouterId, Thing, Traced, VpcId, overlap,
};
use crate::reach::{Delivery, End, Reach};
use crate::rule::{Rule, Say};

pub const RULE: Rule = Rule {
    id: "tr-interregion-missing",
    category: "cen",
    severity: Severity::Error,
    page: include_str!("tr_interregion_missing.md"),
    absorbs: &["alb-back-to-origin-missing", "alb-remote-unreachable", "asm-cluster-unreachable"],
    check,
};

/// A route of one VPC that names the addresses of another one.
struct Wish<'n> {
    thing: &'n Thing,
    destination: &'n Traced<Cidr>,
    from: (VpcId, AttachmentId),
    to: (VpcId, AttachmentId),
}

fn check(network: &Network, say: &mut Say<'_>) {
    let islands = Islands::of(network);
    let homes = homes(network);
    let owners = owners(network, &homes);
    let mut missing: BTreeMap<(RouterId, RouterId), Vec<Wish<'_>>> = BTreeMap::new();
    for (thing, destination, id) in uplinks(network) {
        let (Some(net), Some(from)) = (destination.value.v4(), network.attachment(id).vpc()) else { continue };
        let Ok(near) = network.managed_router(&network.attachment(id).router) else { continue };
        let candidates = containing(&owners, &net);
        let near_by = |vpc: &VpcId| homes[vpc].iter().any(|&(router, _)| islands.joined(router, near));
        if candidates.is_empty()
            || candidates.iter().any(|vpc| *vpc == from || near_by(vpc))
            || written(network, near, &net)
        {
            continue;
        }
        for to in candidates {
            let certain = |id: AttachmentId| network.attachment(id).thing().is_some_and(|thing| thing.certain);
            for &(far, there) in homes[&to].iter().filter(|(_, id)| certain(*id)) {
                match are_one_cen(network, near, far) {
                    Ok(true) => {}
                    Ok(false) => continue,
                    Err(cause) => {
                        say.undecided(thing, &cause, None);
                        continue;
                    }
                }
                if let Some(cause) = islands.open(network, near).or_else(|| islands.open(network, far)) {
                    say.undecided(thing, &cause, None);
                    continue;
                }
                let wish = Wish { thing, destination, from: (from, id), to: (to, there) };
                missing.entry((near.min(far), near.max(far))).or_default().push(wish);
            }
        }
    }
    let reach = Reach::new(network);
    for ((a, b), mut wishes) in missing {
        // Other ways, such as a leased line of both routers, may serve as well.
        wishes.retain(|wish| {
            let answer = reach.direction(End::Vpc(wish.from.0), End::Vpc(wish.to.0), None);
            !answer.pairs.is_empty() && answer.pairs.iter().all(|pair| pair.delivery == Delivery::Dropped)
        });
        if !wishes.is_empty() {
            report(network, say, (a, b), &wishes);
        }
    }
}

/// The routes that surely lead to the attachment of a VPC.
fn uplinks(network: &Network) -> impl Iterator<Item = (&Thing, &Traced<Cidr>, AttachmentId)> {
    let routes = network.routes.iter().filter_map(|route| {
        let hop = route.every_hop().find(|hop| hop.is_uplink() == Some(true))?;
        let id = network.attachment_named(hop.id.value()?)?;
        Some((&route.thing, route.destination.known()?, id))
    });
    let children = network
        .child_routes
        .iter()
        .filter_map(|route| Some((&route.thing, route.destination.known()?, route.attachment?)));
    routes
        .chain(children)
        .filter(|(thing, _, id)| thing.certain && network.attachment(*id).thing().is_some_and(|thing| thing.certain))
}

/// Whether a table of a router has an entry for some of these addresses, so that they are meant to go somewhere else.
fn written(network: &Network, router: RouterId, net: &Ipv4Net) -> bool {
    let entries = network.router(router).tables.iter().flat_map(|&table| &network.router_table(table).routes);
    let mut destinations = entries.filter_map(|&at| network.router_routes[at].destination.value()?.v4());
    destinations.any(|destination| overlap(&destination, net))
}

/// The routers of the files to which each VPC of the files is attached.
fn homes(network: &Network) -> HashMap<VpcId, Vec<(RouterId, AttachmentId)>> {
    let mut homes: HashMap<VpcId, Vec<(RouterId, AttachmentId)>> = HashMap::new();
    for id in (0..network.attachments.len()).map(AttachmentId) {
        let attachment = network.attachment(id);
        let vpc = attachment.vpc().filter(|&vpc| network.vpc(vpc).is_managed());
        if let (Some(vpc), Ok(router)) = (vpc, network.managed_router(&attachment.router)) {
            homes.entry(vpc).or_default().push((router, id));
        }
    }
    homes
}

/// The attached VPCs by their blocks.
fn owners(network: &Network, homes: &HashMap<VpcId, Vec<(RouterId, AttachmentId)>>) -> HashMap<Ipv4Net, Vec<VpcId>> {
    let mut owners: HashMap<Ipv4Net, Vec<VpcId>> = HashMap::new();
    for &vpc in homes.keys() {
        for (block, _) in network.vpc(vpc).known_blocks() {
            owners.entry(block).or_default().push(vpc);
        }
    }
    owners.values_mut().for_each(|vpcs| vpcs.sort());
    owners
}

/// The VPCs with a block in which all of these addresses lie.
fn containing(owners: &HashMap<Ipv4Net, Vec<VpcId>>, net: &Ipv4Net) -> Vec<VpcId> {
    let blocks = (0..=net.prefix_len()).filter_map(|length| Ipv4Net::new(net.network(), length).ok());
    let mut found: Vec<VpcId> = blocks.filter_map(|block| owners.get(&block.trunc())).flatten().copied().collect();
    found.sort();
    found.dedup();
    found
}

/// Which routers are joined by attachments between them.
struct Islands {
    of: Vec<usize>,
    /// Why an island may have connections or addresses that are not known.
    open: HashMap<usize, Cause>,
    any: Option<Cause>,
}

impl Islands {
    fn of(network: &Network) -> Islands {
        let mut of: Vec<usize> = (0..network.routers.len()).collect();
        let gap =
            network.gap(&["alicloud_cen_transit_router_peer_attachment", "alicloud_cen_transit_router_vpc_attachment"]);
        let mut any = gap.map(|gap| gap.cause.clone());
        let ends = |at: usize| {
            let attachment = &network.attachments[at];
            attachment.peer().map(|peer| [&attachment.router, &peer.peer])
        };
        for at in 0..network.attachments.len() {
            let Some([near, far]) = ends(at) else { continue };
            match (near.value(), far.value()) {
                (Some(near), Some(far)) => {
                    let (near, far) = (root(&of, near.0), root(&of, far.0));
                    of[near.max(far)] = near.min(far);
                }
                (None, None) => any = any.or_else(|| near.cause().or(far.cause()).cloned()),
                _ => {}
            }
        }
        let of: Vec<usize> = (0..of.len()).map(|at| root(&of, at)).collect();
        let mut open = HashMap::new();
        for at in 0..network.attachments.len() {
            let Some([near, far]) = ends(at) else { continue };
            for (one, other) in [(near, far), (far, near)] {
                if let (Some(one), Err(cause)) = (one.value(), network.managed_router(other)) {
                    open.entry(of[one.0]).or_insert(cause);
                }
            }
        }
        // A VPC of which not all is known may be the one that a route means.
        for attachment in &network.attachments {
            let AttachmentKind::Vpc(attached) = &attachment.kind else { continue };
            let cause = match attached.vpc.value() {
                Some(&vpc) => network.vpc(vpc).blocks_complete().err(),
                None => Some(attached.vpc.cause().cloned().unwrap_or(Cause::Failed)),
            };
            let Some(router) = attachment.router.value() else {
                any = any.or_else(|| attachment.router.cause().cloned());
                continue;
            };
            if let Some(cause) = cause {
                open.entry(of[router.0]).or_insert(cause);
            }
        }
        Islands { of, open, any }
    }

    fn joined(&self, a: RouterId, b: RouterId) -> bool {
        self.of.get(a.0) == self.of.get(b.0)
    }

    fn open(&self, network: &Network, router: RouterId) -> Option<Cause> {
        // A connection that is only named may be one of this router.
        let named = || {
            network.attachments.iter().find_map(|attachment| match &attachment.node {
                Node::External(Link::Literal(_)) | Node::Managed(_) => None,
                Node::External(link) => Some(link.why_unknown()),
            })
        };
        let own = self.of.get(router.0).and_then(|island| self.open.get(island));
        self.any.clone().or_else(|| own.cloned()).or_else(named)
    }
}

fn root(of: &[usize], mut at: usize) -> usize {
    while of[at] != at {
        at = of[at];
    }
    at
}

fn are_one_cen(network: &Network, a: RouterId, b: RouterId) -> Result<bool, Cause> {
    let (a, b) = (network.router(a), network.router(b));
    if let (Some(here), Some(there)) = (a.region.value(), b.region.value())
        && here == there
    {
        return Ok(false);
    }
    match (&a.cen, &b.cen) {
        (Arg::Known(one), Arg::Known(other)) => match one.value.same(&other.value) {
            Some(same) => Ok(same),
            None => Err(one.value.why_unknown()),
        },
        (cen, other) => Err(cen.cause().or(other.cause()).cloned().unwrap_or(Cause::Failed)),
    }
}

fn report(network: &Network, say: &mut Say<'_>, (a, b): (RouterId, RouterId), wishes: &[Wish<'_>]) {
    let Some(first) = wishes.first() else { return };
    let (Some(one), Some(other)) = (network.router(a).node.thing(), network.router(b).node.thing()) else { return };
    let region =
        |id: RouterId| network.router(id).region.value().map_or(String::new(), |region| format!(" in {region}"));
    let message = format!(
        "{} leads {} to {}, which is attached to another router: no peer attachment joins {}{} and {}{}, so the packets are \
         dropped",
        first.thing.address,
        first.destination.value.text,
        network.vpc(first.to.0).name(),
        one.address,
        region(a),
        other.address,
        region(b)
    );
    let mut finding = say.finding(Severity::Error, one, message).with(other, "the other router");
    for vpc in [first.from.0, first.to.0] {
        finding = with_vpc(finding, network, vpc, "one of the VPCs that are to be connected");
    }
    for id in [first.from.1, first.to.1] {
        if let Some(thing) = network.attachment(id).thing() {
            finding = finding.with(thing, "its attachment");
        }
    }
    for wish in wishes {
        finding = finding.with_value(wish.thing, wish.destination, "this route needs the connection");
    }
    let cause = format!("router:{}", one.address);
    say.say(finding.cause(cause).help(format!(
        "add an alicloud_cen_transit_router_peer_attachment from {}.transit_router_id to {}.transit_router_id with bandwidth, \
         associate it and propagate it at both ends",
        one.address, other.address
    )));
}
