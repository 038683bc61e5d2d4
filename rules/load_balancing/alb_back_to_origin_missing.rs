//! Answers to a load balancer go to its back-to-origin addresses, which every table on the way has to know (semantics 7.2).

use std::collections::BTreeSet;

use ipnet::Ipv4Net;

use super::origin::{of_services, router_entries, vpc_routes};
use super::remote::{Remote, remotes};
use crate::diagnostic::Severity;
use crate::network::{AttachmentId, Joints, Network, RouterTableId, RouterTableNode, Thing, overlap};
use crate::rule::{Rule, Say};

pub const RULE: Rule = Rule {
    id: "alb-back-to-origin-missing",
    category: "load-balancing",
    severity: Severity::Warning,
    page: include_str!("alb_back_to_origin_missing.md"),
    absorbs: &[],
    check,
};

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
        // What is written for somebody else is another load balancer's.
        let written = |net: &Ipv4Net| {
            let mut entries = network.router_routes.iter().filter_map(|entry| of_services(&entry.destination));
            entries.any(|entry| overlap(&entry, net))
        };
        let lost: BTreeSet<Ipv4Net> = of_vpc.blocks.iter().filter(|net| !written(net)).copied().collect();
        let lacks = of_router.blocks.is_empty() || !lost.is_empty();
        if shown && of_router.more.is_none() && lacks && told.insert(near) {
            in_router(
                network,
                say,
                remote,
                &joints,
                near,
                over.unwrap_or(far),
                if lost.is_empty() { &of_vpc.blocks } else { &lost },
            );
        }
    }
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
