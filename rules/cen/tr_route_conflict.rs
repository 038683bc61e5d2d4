//! One prefix from two attachments in one table: only one of them is reached (semantics 4.14).

use std::collections::{BTreeMap, BTreeSet};

use ipnet::Ipv4Net;

use crate::diagnostic::Severity;
use crate::network::{
    AttachmentId, Heard, Joint, Network, Presence, RouterRoute, RouterTableId, RouterTableNode, Thing, VSwitchId,
};
use crate::rule::{Rule, Say};

pub const RULE: Rule = Rule {
    id: "tr-route-conflict",
    category: "cen",
    severity: Severity::Error,
    page: include_str!("tr_route_conflict.md"),
    absorbs: &[
        "alb-back-to-origin-missing",
        "alb-remote-unreachable",
        "asm-cluster-unreachable",
        "connected-vpc-cidr-overlap",
        "connected-vswitch-overlap",
    ],
    check,
};

/// Two vSwitches, the first one in address order first, with everything through which some table learns both.
type Conflicts = BTreeMap<(VSwitchId, VSwitchId), (BTreeSet<usize>, BTreeSet<AttachmentId>, Vec<RouterTableId>)>;

fn check(network: &Network, say: &mut Say<'_>) {
    let mut conflicts = Conflicts::new();
    // Entries of which nobody knows the table.
    let named = |entry: &RouterRoute| entry.table.value().map(|&table| &network.router_table(table).node);
    let is_stray = |entry: &&RouterRoute| named(entry).is_none_or(|node| matches!(node, RouterTableNode::External(_)));
    let strays: Vec<&RouterRoute> = network.router_routes.iter().filter(is_stray).collect();
    for at in 0..network.router_tables.len() {
        let table = RouterTableId(at);
        if !network.is_read(table) {
            continue;
        }
        let mut learned = learned(network, table);
        learned.sort_by_key(|(prefix, vswitch, _)| (*prefix, *vswitch));
        let clashes = learned.chunk_by(|a, b| a.0 == b.0).filter(|group| group.len() > 1);
        for group in clashes.filter(|group| !is_written(network, &strays, table, group[0].0)) {
            let (_, first, one) = &group[0];
            for (_, vswitch, other) in &group[1..] {
                if other.via == one.via || !network.surely_other(other.vpc, one.vpc) {
                    continue;
                }
                if let Some(cause) = network.route_map_on(table) {
                    say.undecided(&network.vswitch(*vswitch).thing, &cause, None);
                    continue;
                }
                let conflict = conflicts.entry((*first, *vswitch)).or_default();
                conflict.0.extend(one.propagations.iter().chain(&other.propagations));
                conflict.1.extend(one.attachments.iter().chain(&other.attachments));
                conflict.2.push(table);
            }
        }
    }
    let joints = (!conflicts.is_empty()).then(|| network.joints());
    for ((first, other), (propagations, attachments, tables)) in conflicts {
        let ends = (network.vswitch(first).vpc.value(), network.vswitch(other).vpc.value());
        let between = match (&joints, ends) {
            (Some(joints), (Some(&a), Some(&b))) => joints.between(a, b),
            _ => Vec::new(),
        };
        let peered = between.into_iter().filter_map(|joint| match joint {
            Joint::Peering(id) => Some(&network.peering(id).thing),
            _ => None,
        });
        let peered: Vec<&Thing> = peered.collect();
        report(network, say, (first, other), (&propagations, &attachments, &tables), &peered);
    }
}

/// An entry that is written for the prefix decides between the two.
fn is_written(network: &Network, strays: &[&RouterRoute], table: RouterTableId, prefix: Ipv4Net) -> bool {
    let fits = |entry: &RouterRoute| entry.destination.value().is_none_or(|cidr| cidr.v4() == Some(prefix));
    let own = network.router_table(table).routes.iter().map(|&at| &network.router_routes[at]);
    let may_be_here =
        |entry: &RouterRoute| entry.table.value().is_none_or(|&other| network.router_tables_may_be_one(other, table));
    own.chain(strays.iter().copied().filter(|entry| may_be_here(entry))).any(fits)
}

/// The vSwitches that a table surely learns.
fn learned(network: &Network, table: RouterTableId) -> Vec<(Ipv4Net, VSwitchId, Heard)> {
    let of = |heard: Heard| {
        let vswitches = network.vpc(heard.vpc).vswitches.iter().filter(|&&id| network.vswitch(id).thing.certain);
        let known = vswitches.filter_map(|&id| Some((network.vswitch(id).cidr.value()?.v4()?, id)));
        known.map(|(net, id)| (net, id, heard.clone())).collect::<Vec<_>>()
    };
    network.heard(table).into_iter().flat_map(of).collect()
}

fn report(
    network: &Network,
    say: &mut Say<'_>,
    (first, other): (VSwitchId, VSwitchId),
    (propagations, attachments, tables): (&BTreeSet<usize>, &BTreeSet<AttachmentId>, &[RouterTableId]),
    peered: &[&Thing],
) {
    let (a, b) = (network.vswitch(other), network.vswitch(first));
    let (Some(x), Some(y), Some(&from), Some(&to)) = (a.cidr.known(), b.cidr.known(), a.vpc.value(), b.vpc.value())
    else {
        return;
    };
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
    let blocks = [to, from].into_iter().flat_map(|vpc| &network.vpc(vpc).blocks).map(|block| &block.owner);
    for owner in blocks.filter(|owner| &*owner.address.kind == "alicloud_vpc_ipv4_cidr_block") {
        finding = finding.with(owner, "adds a block to one of the two VPCs");
    }
    for thing in peered {
        finding = finding.with(thing, "joins the two VPCs as well");
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
        if let RouterTableNode::Custom(thing) = &network.router_table(table).node {
            finding = finding.with(thing, "the table that learns both");
        }
    }
    for thing in routers.iter().filter_map(|address| network.thing(address)) {
        finding = finding.with(thing, "the transit router");
    }
    say.say(finding);
}
