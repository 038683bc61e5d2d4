//! Answers to a load balancer go to its back-to-origin addresses, which every table on the way has to know (semantics 7.2).

use std::collections::BTreeSet;

use ipnet::Ipv4Net;

use super::remote::{Remote, of_services, remotes};
use crate::diagnostic::Severity;
use crate::eval::Cause;
use crate::network::{AttachmentId, Joints, Network, RouterTableId, RouterTableNode, Thing};
use crate::rule::{Rule, Say};

pub const RULE: Rule = Rule {
    id: "alb-back-to-origin-missing",
    category: "load-balancing",
    severity: Severity::Warning,
    page: include_str!("alb_back_to_origin_missing.md"),
    absorbs: &[],
    check,
};

/// The back-to-origin blocks that a place knows, and why it may know others.
#[derive(Default)]
struct Known {
    blocks: BTreeSet<Ipv4Net>,
    more: Option<Cause>,
}

impl Known {
    fn covers(&self, net: &Ipv4Net) -> bool {
        self.blocks.iter().any(|block| block.contains(net))
    }
}

fn check(network: &Network, say: &mut Say<'_>) {
    let remotes = remotes(network);
    if remotes.is_empty() {
        return;
    }
    let joints = network.joints();
    // The entries of a router are missing once, whoever lacks them.
    let mut told: BTreeSet<AttachmentId> = BTreeSet::new();
    for remote in &remotes {
        let Some(&(near, far, over)) = remote.joints(&joints).first() else { continue };
        let of_router = router_entries(network, near, over.unwrap_or(far));
        let mut of_vpc = vpc_routes(network, remote, far);
        let elsewhere = remotes.iter().filter(|other| other.own == remote.own && other.far != remote.far);
        let others: BTreeSet<Ipv4Net> = elsewhere
            .filter_map(|other| Some(vpc_routes(network, other, other.joints(&joints).first()?.1).blocks))
            .flatten()
            .collect();
        let Some(group) = remote.groups().first().copied() else { continue };
        if let Some(cause) = of_vpc.more.as_ref().or(of_router.more.as_ref()) {
            say.undecided(&group.thing, cause, None);
        }
        // Newer load balancers speak from their vSwitches: only who has written some of the routes surely needs the rest.
        let shown = !of_router.blocks.is_empty() || !of_vpc.blocks.is_empty() || !others.is_empty();
        if !shown && (remote.is_cross_region(network) != Some(true) || of_router.more.is_some()) {
            continue;
        }
        let severity = if shown { Severity::Warning } else { Severity::Note };
        if of_vpc.more.is_none() {
            let missing: Vec<Ipv4Net> = of_router.blocks.iter().filter(|net| !of_vpc.covers(net)).copied().collect();
            if of_vpc.blocks.is_empty() || !missing.is_empty() {
                in_vpc(network, say, remote, &joints, severity, &missing, far);
            }
        }
        of_vpc.blocks.extend(others);
        if shown && of_router.more.is_none() && of_router.blocks.is_empty() && told.insert(near) {
            in_router(network, say, remote, &joints, near, over.unwrap_or(far), &of_vpc.blocks);
        }
    }
}

/// The static entries for back-to-origin blocks that lead to the load balancer's VPC, in the table that is looked up for
/// what comes in from the servers.
fn router_entries(network: &Network, near: AttachmentId, from: AttachmentId) -> Known {
    let mut known = Known::default();
    let Some(&router) = network.attachment(near).router.value() else { return known };
    let looked_up = network.table_for(from, router);
    for (at, entry) in network.router_routes.iter().enumerate() {
        let here = match entry.table.value() {
            Some(&table) => looked_up.is_none_or(|own| network.router_tables_may_be_one(own, table)),
            None => entry.table.cause().is_some(),
        };
        let unsure = entry.destination.cause().or(entry.table.cause()).or(entry.link.cause());
        match (here, entry.attachment == Some(near), of_services(&entry.destination)) {
            (false, ..) => {}
            (_, true, Some(net)) if entry.thing.certain && unsure.is_none() => {
                known.blocks.insert(net);
            }
            (_, _, Some(_)) if !entry.thing.certain => {
                known.more =
                    known.more.take().or(Some(Cause::Instances(network.router_routes[at].thing.name().into())));
            }
            _ => known.more = known.more.take().or(unsure.cloned()),
        }
    }
    let gap = network
        .gap(&["alicloud_cen_transit_router_route_entry", "alicloud_cen_transit_router_prefix_list_association"]);
    let prefixes = network
        .prefix_entries
        .first()
        .map(|entry| Cause::Unsupported(format!("the prefixes of {}", entry.thing.address).into()));
    known.more = known.more.take().or_else(|| gap.map(|gap| gap.cause.clone())).or(prefixes);
    known
}

/// The back-to-origin blocks that the system table of the servers' VPC leads to its router.
fn vpc_routes(network: &Network, remote: &Remote<'_>, far: AttachmentId) -> Known {
    let mut known = Known::default();
    let attachment = network.attachment(far);
    // Route sync brings what the router knows.
    match &attachment.publish {
        publish if publish.value() == Some(&true) => {
            known.more = Some(Cause::Elsewhere("what the transit router sends into the VPC".into()));
        }
        publish => known.more = publish.cause().cloned(),
    }
    let Some(&system) = network.vpc(remote.far).tables.first() else { return known };
    for route in &network.routes {
        let table = route.table.value();
        let foreign = table.is_some_and(|&table| table != system && network.table(table).vpc.value().is_some());
        if foreign {
            continue;
        }
        let unsure = route
            .table
            .cause()
            .or_else(|| table.filter(|&&table| table != system).and_then(|&table| network.table(table).vpc.cause()))
            .or(route.destination.cause())
            .or_else(|| route.every_hop().find_map(|hop| hop.kind.cause()));
        let uplink = route.every_hop().any(|hop| hop.is_uplink() != Some(false));
        match of_services(&route.destination) {
            Some(net) if uplink && unsure.is_none() && route.thing.certain => {
                known.blocks.insert(net);
            }
            Some(_) if uplink && unsure.is_none() => {
                known.more = known.more.take().or(Some(Cause::Instances(route.thing.name().into())));
            }
            Some(_) if uplink => known.more = known.more.take().or(unsure.cloned()),
            None if uplink && route.destination.cause().is_some() => known.more = known.more.take().or(unsure.cloned()),
            _ => {}
        }
    }
    for route in &network.child_routes {
        if let Some(net) = of_services(&route.destination).filter(|_| route.table.value() == Some(&system)) {
            known.blocks.insert(net);
        } else if let Some(cause) = route.destination.cause().or(route.table.cause()) {
            known.more = known.more.take().or(Some(cause.clone()));
        }
    }
    let gap = network.gap(&[
        "alicloud_route_entry",
        "alicloud_vpc_route_entry",
        "alicloud_cen_child_instance_route_entry_to_attachment",
    ]);
    known.more = known.more.take().or_else(|| gap.map(|gap| gap.cause.clone()));
    known
}

fn in_vpc(
    network: &Network,
    say: &mut Say<'_>,
    remote: &Remote<'_>,
    joints: &Joints<'_>,
    severity: Severity,
    missing: &[Ipv4Net],
    far: AttachmentId,
) {
    let (Some(thing), Some(group)) = (network.vpc(remote.far).thing(), remote.groups().first().copied()) else {
        return;
    };
    let what = match missing {
        [] => "no back-to-origin route".into(),
        [one] => format!("no route for {one}, one of the back-to-origin blocks"),
        [one, rest @ ..] => format!("no route for {one} and {} more of the back-to-origin blocks", rest.len()),
    };
    let effect = match severity {
        Severity::Note => "if the load balancer is one of before February 2025, its servers' answers are lost",
        _ => "the servers' answers to the load balancer are lost",
    };
    let message = format!(
        "{} sends to servers in {}, whose system table has {what}: {effect}",
        group.thing.address, thing.address
    );
    let finding = say.finding(severity, thing, message);
    let mut finding = remote.with_all(finding, network);
    if let Some(attachment) = network.attachment(far).thing() {
        finding = finding.with(attachment, "its transit router attachment").help(format!(
            "add an alicloud_route_entry to {}.route_table_id for each back-to-origin block of the load balancer, with \
             nexthop_type = \"Attachment\" and nexthop_id = {}.transit_router_attachment_id",
            thing.address, attachment.address
        ));
    }
    finding.causes = remote.causes(network, joints);
    say.say(finding);
}

fn in_router(
    network: &Network,
    say: &mut Say<'_>,
    remote: &Remote<'_>,
    joints: &Joints<'_>,
    near: AttachmentId,
    from: AttachmentId,
    blocks: &BTreeSet<Ipv4Net>,
) {
    let attachment = network.attachment(near);
    let Some(thing) = attachment.thing() else { return };
    let Some(&router) = attachment.router.value() else { return };
    let table: Option<RouterTableId> = network.table_for(from, router);
    let table = table.and_then(|table| match &network.router_table(table).node {
        RouterTableNode::Custom(thing) => Some(thing),
        _ => None,
    });
    let lacks: &Thing = table.or(network.router(router).node.thing()).unwrap_or(thing);
    let one = blocks.first().map_or_else(String::new, |net| format!(", such as {net},"));
    let message = format!(
        "{} has no entry that leads back-to-origin blocks{one} to {}: the servers' answers to the load balancer are lost",
        lacks.address,
        network.vpc(remote.own).name()
    );
    let finding = say.finding(Severity::Warning, lacks, message);
    let mut finding = remote.with_all(finding, network);
    finding = finding.with(thing, "the attachment of the load balancer's VPC");
    finding.causes = remote.causes(network, joints);
    say.say(finding.help(format!(
        "add an alicloud_cen_transit_router_route_entry for each back-to-origin block of the load balancer, with \
         transit_router_route_entry_next_hop_id = {}.transit_router_attachment_id",
        thing.address
    )));
}
