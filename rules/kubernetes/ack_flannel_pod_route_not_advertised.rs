//! The routes to pods of a Flannel cluster stay in its VPC unless somebody tells the transit routers (semantics 8.2, 4.7).

use std::collections::{BTreeMap, BTreeSet};

use ipnet::Ipv4Net;

use super::{is_dropped, meshes, with_vpc};
use crate::diagnostic::Severity;
use crate::network::{Cidr, ClusterId, Network, Thing, Traced, VpcId};
use crate::reach::{Delivery, Direction, End, Reach};
use crate::rule::{Rule, Say};

pub const RULE: Rule = Rule {
    id: "ack-flannel-pod-route-not-advertised",
    category: "kubernetes",
    severity: Severity::Error,
    page: include_str!("ack_flannel_pod_route_not_advertised.md"),
    absorbs: &[],
    check,
};

/// A VPC from which somebody means to reach the pods of a cluster elsewhere, and what shows it.
struct Wish<'n> {
    from: VpcId,
    witnesses: Vec<&'n Thing>,
}

fn check(network: &Network, say: &mut Say<'_>) {
    let mut reach = None;
    for id in network.clusters.ids() {
        let cluster = network.clusters.get(id);
        let (Some(cidr), Some(home)) = (cluster.pod_cidr.known(), network.vpc_of_cluster_here(id)) else { continue };
        let (true, Some(net)) = (cluster.thing.certain, cluster.pods()) else { continue };
        let wishes = wishes(network, id, home, net);
        if wishes.is_empty() {
            continue;
        }
        let parts = parts(network, net);
        let reach = reach.get_or_insert_with(|| Reach::new(network));
        let mut lost: Vec<(Wish<'_>, Direction)> = Vec::new();
        for wish in wishes {
            // Where not even the VPCs reach each other, other rules speak.
            let hosts = reach.direction(End::Vpc(wish.from), End::Vpc(home), None);
            if !hosts.pairs.iter().any(|pair| pair.delivery == Delivery::Delivered) {
                continue;
            }
            let pods = reach.into_vpc(End::Vpc(wish.from), home, net);
            // Each node has a part of the block: who tells of some has written a line for each of them.
            let told = || parts.iter().any(|&part| !is_dropped(&reach.into_vpc(End::Vpc(wish.from), home, part)));
            match pods.causes.first() {
                _ if is_dropped(&pods) && told() => {}
                _ if is_dropped(&pods) => lost.push((wish, pods)),
                Some(cause) => say.undecided(&cluster.thing, cause, None),
                None => {}
            }
        }
        if !lost.is_empty() {
            report(network, say, id, home, cidr, &lost);
        }
    }
}

/// The VPCs whose clusters a mesh joins with this one, and those with a route for its pods.
fn wishes(network: &Network, id: ClusterId, home: VpcId, net: Ipv4Net) -> Vec<Wish<'_>> {
    let mut found: BTreeMap<VpcId, Vec<&Thing>> = BTreeMap::new();
    for (mesh, others) in meshes(network, id) {
        for other in others {
            if let Some(from) = network.vpc_of_cluster_here(other) {
                found.entry(from).or_default().extend([&mesh.thing, &network.clusters.get(other).thing]);
            }
        }
    }
    for route in network.routes.iter().filter(|route| route.thing.certain) {
        let destination = route.destination.value().and_then(|cidr| cidr.v4());
        let leads = matches!(route.kind(), Some("Attachment" | "VpcPeer"));
        if let (true, Some(from)) =
            (leads && destination.is_some_and(|to| net.contains(&to)), network.vpc_of_route(route))
        {
            found.entry(from).or_default().push(&route.thing);
        }
    }
    let elsewhere = found.into_iter().filter(|(from, _)| network.surely_other(*from, home));
    elsewhere.map(|(from, witnesses)| Wish { from, witnesses }).collect()
}

/// The parts of a cluster's pods that routers are told of.
fn parts(network: &Network, net: Ipv4Net) -> BTreeSet<Ipv4Net> {
    let published = network.backbone.published.iter().map(|told| &told.cidr);
    let entries = network.router_routes.iter().map(|entry| &entry.destination);
    let told = published.chain(entries).filter_map(|cidr| cidr.value()?.v4());
    told.filter(|part| net.contains(part) && *part != net).collect()
}

fn report(
    network: &Network,
    say: &mut Say<'_>,
    id: ClusterId,
    home: VpcId,
    cidr: &Traced<Cidr>,
    lost: &[(Wish<'_>, Direction)],
) {
    let Some((_, first)) = lost.first() else { return };
    let thing = &network.clusters.get(id).thing;
    let text = &cidr.value.text;
    let names: Vec<String> = lost.iter().map(|(wish, _)| network.vpc(wish.from).name()).collect();
    let message = format!(
        "{} does not reach the pods of {} ({text}): {}. The routes to pods stay in {}, and no transit router learns them",
        names.join(" and "),
        thing.address,
        first.because,
        network.vpc(home).name()
    );
    let attachment = network.attachments.iter().filter(|attachment| attachment.vpc() == Some(home));
    let attachment = attachment.filter_map(|attachment| attachment.thing()).find(|thing| thing.certain);
    let hop = attachment.map_or_else(
        || format!("what attaches {}", network.vpc(home).name()),
        |attachment| format!("{}.transit_router_attachment_id", attachment.address),
    );
    let mut finding = say.finding(Severity::Error, thing, message).value(cidr, "pod_cidr").help(format!(
        "lead {text} to {hop} on the whole way: an alicloud_route_entry in the tables of the sender, and an \
         alicloud_cen_transit_router_route_entry in the table of each transit router"
    ));
    finding = with_vpc(finding, network, home, "the VPC of the pods");
    if let Some(attachment) = attachment {
        finding = finding.with(attachment, "leads to the pods");
    }
    let mut seen = BTreeSet::new();
    for (wish, direction) in lost {
        finding = with_vpc(finding, network, wish.from, "from here");
        let stop = direction.hops.last().map(|step| step.at.as_str());
        let stop = network.things.iter().find(|thing| stop.is_some_and(|stop| stop == thing.name()));
        for (thing, message) in wish
            .witnesses
            .iter()
            .map(|thing| (*thing, "needs the way"))
            .chain(stop.map(|stop| (stop, "packets stop here")))
        {
            if seen.insert(&thing.address) {
                finding = finding.with(thing, message);
            }
        }
    }
    say.say(finding);
}
