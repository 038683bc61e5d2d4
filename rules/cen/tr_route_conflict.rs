//! One prefix from two attachments in one table: only one of them is reached (semantics 4.14).

use std::collections::{BTreeMap, BTreeSet, HashSet};

use ipnet::Ipv4Net;

use crate::diagnostic::Severity;
use crate::network::{
    AttachmentId, AttachmentKind, Network, Presence, RouterTableId, VSwitchId, VpcId,
};
use crate::rule::{Rule, Say};

pub const RULE: Rule = Rule {
    id: "tr-route-conflict",
    category: "cen",
    severity: Severity::Error,
    page: include_str!("tr_route_conflict.md"),
    absorbs: &["connected-vpc-cidr-overlap", "connected-vswitch-overlap"],
    check,
};

/// A vSwitch whose block a table learns: through which propagations, the last one of the table itself.
struct Learned {
    prefix: Ipv4Net,
    vswitch: VSwitchId,
    vpc: VpcId,
    /// The attachment through which the table learns it.
    via: AttachmentId,
    propagations: Vec<usize>,
    attachments: Vec<AttachmentId>,
}

/// Two vSwitches, the first one in address order first, with everything through which some table learns both.
type Conflicts = BTreeMap<(VSwitchId, VSwitchId), (BTreeSet<usize>, BTreeSet<AttachmentId>, Vec<RouterTableId>)>;

fn check(network: &Network, say: &mut Say<'_>) {
    let mut conflicts = Conflicts::new();
    for at in 0..network.router_tables.len() {
        let table = RouterTableId(at);
        let mut learned = learned(network, table, &mut HashSet::new());
        learned.sort_by_key(|one| (one.prefix, one.vswitch));
        let clashes = learned.chunk_by(|a, b| a.prefix == b.prefix).filter(|group| group.len() > 1);
        let clashes = clashes.filter(|group| !is_written(network, table, group[0].prefix));
        for group in clashes {
            let first = &group[0];
            for other in group[1..].iter().filter(|other| other.via != first.via && network.surely_other(other.vpc, first.vpc)) {
                if let Some(cause) = network.route_map_on(table) {
                    say.undecided(&network.vswitch(other.vswitch).thing, &cause, None);
                    continue;
                }
                let conflict = conflicts.entry((first.vswitch, other.vswitch)).or_default();
                conflict.0.extend(first.propagations.iter().chain(&other.propagations));
                conflict.1.extend(first.attachments.iter().chain(&other.attachments));
                conflict.2.push(table);
            }
        }
    }
    for ((first, other), (propagations, attachments, tables)) in conflicts {
        report(network, say, (first, other), &propagations, &attachments, &tables);
    }
}

/// An entry that is written for the prefix decides between the two.
fn is_written(network: &Network, table: RouterTableId, prefix: Ipv4Net) -> bool {
    let mut routes = network.router_table(table).routes.iter().map(|&at| &network.router_routes[at]);
    routes.any(|route| route.destination.value().is_none_or(|cidr| cidr.v4() == Some(prefix)))
}

/// What a table surely learns from VPCs, directly or from the table of a peer (semantics 4.6, 4.11).
fn learned(network: &Network, table: RouterTableId, seen: &mut HashSet<RouterTableId>) -> Vec<Learned> {
    let mut found = Vec::new();
    if !seen.insert(table) {
        return found;
    }
    for &at in &network.router_table(table).propagations {
        let propagation = &network.propagations[at];
        let Some(&id) = propagation.attachment.value() else { continue };
        let attachment = network.attachment(id);
        if !propagation.thing.certain || !attachment.thing().is_some_and(|thing| thing.certain) {
            continue;
        }
        match &attachment.kind {
            AttachmentKind::Vpc(_) => {
                let Some(vpc) = attachment.vpc() else { continue };
                for &vswitch in &network.vpc(vpc).vswitches {
                    let known = network.vswitch(vswitch);
                    let prefix = known.cidr.value().and_then(|cidr| cidr.v4());
                    if let (true, Some(prefix)) = (known.thing.certain, prefix) {
                        found.push(Learned { prefix, vswitch, vpc, via: id, propagations: vec![at], attachments: vec![id] });
                    }
                }
            }
            AttachmentKind::Peer(peer) => {
                let (near, far) = (attachment.router.value(), peer.peer.value());
                let here = network.router_table(table).router.value();
                // Only what the requester's side publishes is sure.
                if here.is_none() || here != far || near == far || attachment.publish.value() != Some(&true) {
                    continue;
                }
                let theirs = attachment.associations.iter().map(|&at| &network.associations[at]).find_map(|association| {
                    let table = *association.table.value().filter(|_| association.thing.certain)?;
                    (network.router_table(table).router.value() == near).then_some(table)
                });
                for mut one in theirs.into_iter().flat_map(|theirs| learned(network, theirs, seen)) {
                    if one.via != id {
                        one.via = id;
                        one.propagations.push(at);
                        one.attachments.push(id);
                        found.push(one);
                    }
                }
            }
            _ => {}
        }
    }
    seen.remove(&table);
    found
}

fn report(
    network: &Network,
    say: &mut Say<'_>,
    (first, other): (VSwitchId, VSwitchId),
    propagations: &BTreeSet<usize>,
    attachments: &BTreeSet<AttachmentId>,
    tables: &[RouterTableId],
) {
    let (a, b) = (network.vswitch(other), network.vswitch(first));
    let (Some(x), Some(y), Some(&from), Some(&to)) = (a.cidr.known(), b.cidr.known(), a.vpc.value(), b.vpc.value()) else { return };
    match network.translated((to, from)) {
        Presence::Here(_) => return,
        Presence::Maybe(cause) => return say.undecided(&a.thing, &cause, None),
        Presence::Nowhere => {}
    }
    let Some(&table) = tables.first() else { return };
    let message = format!(
        "{} learns {} twice, from vSwitch {} of {} and from vSwitch {} of {}: only one of them counts, and packets for the \
         other go to the wrong VPC",
        network.router_table_name(table),
        x.value.text,
        b.thing.address,
        network.vpc(to).name(),
        a.thing.address,
        network.vpc(from).name()
    );
    let help = format!(
        "make {} or {} anew with a block of its own, or propagate only one of the two VPCs into this table",
        a.thing.address, b.thing.address
    );
    let mut finding = say
        .finding(Severity::Error, &a.thing, message)
        .value(x, "cidr_block")
        .with_value(&b.thing, y, format!("{} is here as well", y.value.text))
        .help(help)
        .key(b.thing.name())
        .cause(network.pair_key((to, from)));
    for thing in [to, from].into_iter().filter_map(|vpc| network.vpc(vpc).thing()) {
        finding = finding.with(thing, "one of the two VPCs");
    }
    for thing in attachments.iter().filter_map(|&id| network.attachment(id).thing()) {
        finding = finding.with(thing, "attached here");
    }
    for &at in propagations {
        let propagation = &network.propagations[at];
        if !propagation.by_flag {
            finding = finding.with(&propagation.thing, "learned here");
        }
    }
    let mut routers = BTreeSet::new();
    for &table in tables {
        let router = network.router_table(table).router.value().map(|&router| network.router(router));
        routers.extend(router.and_then(|router| router.node.thing()).map(|thing| thing.address.clone()));
        if let crate::network::RouterTableNode::Custom(thing) = &network.router_table(table).node {
            finding = finding.with(thing, "the table that learns both");
        }
    }
    for thing in routers.iter().filter_map(|address| network.thing(address)) {
        finding = finding.with(thing, "the transit router");
    }
    say.say(finding);
}
