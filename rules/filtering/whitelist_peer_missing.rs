//! A database lets in only whom its whitelist names, however it is routed (semantics 10.5).

use std::collections::BTreeSet;

use ipnet::Ipv4Net;

use crate::diagnostic::Severity;
use crate::network::{Network, Route, VSwitchId, VpcId, Whitelist, overlap};
use crate::reach::{Delivery, End, Reach};
use crate::rule::{Rule, Say};

pub const RULE: Rule = Rule {
    id: "whitelist-peer-missing",
    category: "filtering",
    severity: Severity::Warning,
    page: include_str!("whitelist_peer_missing.md"),
    absorbs: &[],
    check,
};

fn check(network: &Network, say: &mut Say<'_>) {
    let lists: Vec<(&Whitelist, VSwitchId)> = network
        .whitelists
        .iter()
        .filter(|list| list.thing.certain)
        .filter_map(|list| Some((list, network.vswitch_of(list.vswitch.value()?)?)))
        .collect();
    if lists.is_empty() {
        return;
    }
    let reach = Reach::new(network);
    let routes: Vec<(&Route, Ipv4Net)> = network
        .routes
        .iter()
        .filter(|route| route.thing.certain && matches!(route.kind(), Some("VpcPeer" | "Attachment")))
        .filter_map(|route| Some((route, route.destination.value()?.v4()?)))
        .collect();
    for (list, vswitch) in lists {
        let (Some(&home), Some(block)) =
            (network.vswitch(vswitch).vpc.value(), network.vswitch(vswitch).cidr.value().and_then(|cidr| cidr.v4()))
        else {
            continue;
        };
        let mut seen: BTreeSet<VpcId> = BTreeSet::new();
        // Only a route to that very vSwitch shows that somebody means the database.
        for (route, _) in routes.iter().filter(|(_, destination)| block.contains(destination)) {
            let Some(from) = network.vpc_of_route(route).filter(|&from| from != home) else { continue };
            if seen.insert(from) {
                judge(network, say, &reach, list, (from, home, vswitch), route);
            }
        }
    }
}

fn judge(
    network: &Network,
    say: &mut Say<'_>,
    reach: &Reach<'_>,
    list: &Whitelist,
    (from, home, vswitch): (VpcId, VpcId, VSwitchId),
    route: &Route,
) {
    let Some(client) = network.vpc(from).thing().filter(|thing| thing.certain) else { return };
    let unknown = list.more.clone().or_else(|| list.blocks.iter().find_map(|cidr| cidr.cause().cloned()));
    if let Some(cause) = unknown.or_else(|| network.vpc(from).blocks_complete().err()) {
        return say.undecided(&list.thing, &cause, None);
    }
    let named: Vec<Ipv4Net> = list.blocks.iter().filter_map(|cidr| cidr.value()?.v4()).collect();
    let names =
        |vpc: VpcId| network.vpc(vpc).known_blocks().any(|(block, _)| named.iter().any(|own| overlap(own, &block)));
    let strange = list.blocks.iter().any(|cidr| cidr.value().is_some_and(|cidr| cidr.net.is_none()));
    if names(from) || !names(home) || strange {
        return;
    }
    let answer = reach.ask(End::Vpc(from), End::VSwitch(vswitch), None);
    let arrives = |delivery: Delivery| delivery == Delivery::Delivered;
    if !arrives(answer.forward.delivery) || !arrives(answer.back.delivery) {
        for cause in answer.forward.causes.iter().chain(&answer.back.causes).take(1) {
            say.undecided(&list.thing, cause, None);
        }
        return;
    }
    let blocks: Vec<String> = network.vpc(from).known_blocks().map(|(block, _)| block.to_string()).collect();
    let blocks = blocks.join(", ");
    let message = format!(
        "{} leads from {} ({blocks}) to {}, but the whitelist of {} names {} and nothing of {blocks}: connections are refused",
        route.thing.address,
        client.address,
        network.vswitch(vswitch).thing.address,
        list.thing.address,
        named.iter().map(Ipv4Net::to_string).collect::<Vec<_>>().join(", "),
    );
    let mut finding = say
        .finding(Severity::Warning, &list.thing, message)
        .help(format!("add \"{blocks}\", or the blocks of the vSwitches of its clients, to `{}`", list.argument))
        .key(client.name())
        .with(client, "is not let in")
        .with(&route.thing, "the route to the database");
    if let Some(known) = list.blocks.iter().find_map(|cidr| cidr.known()) {
        finding = finding.value(known, list.argument);
    }
    if let Some(home) = network.vpc(home).thing() {
        finding = finding.with(home, "is let in");
    }
    say.say(finding.with(&network.vswitch(vswitch).thing, "where the database is"));
}
