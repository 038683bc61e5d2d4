//! Routes to some vSwitches of the other end leave the rest unreached (semantics 3.8: granular routes are legal).

use std::collections::BTreeMap;

use super::end;
use crate::diagnostic::Severity;
use crate::network::{Arg, Network, Peering, RouteId, Side, TableId, overlap};
use crate::rule::{Rule, Say};

pub const RULE: Rule = Rule {
    id: "peering-route-partial",
    category: "peering",
    severity: Severity::Note,
    page: include_str!("peering_route_partial.md"),
    absorbs: &[],
    check,
};

fn check(network: &Network, say: &mut Say<'_>) {
    for peering in super::connections(network) {
        let ways = network.ways(peering);
        for side in Side::BOTH {
            let mut tables: BTreeMap<TableId, Vec<RouteId>> = BTreeMap::new();
            for &id in ways.on(side) {
                let route = network.route(id);
                if let Some(&table) = route.table.value().filter(|_| route.kind() == Some("VpcPeer")) {
                    tables.entry(table).or_default().push(id);
                }
            }
            for (table, routes) in tables {
                judge(network, say, peering, side, table, &routes);
            }
        }
    }
}

fn judge(network: &Network, say: &mut Say<'_>, peering: &Peering, side: Side, table: TableId, routes: &[RouteId]) {
    let Some(&first) = routes.first() else { return };
    let route = network.route(first);
    let gap = network.gap(&["alicloud_route_entry", "alicloud_vpc_route_entry"]).map(|gap| gap.cause.clone());
    // Any route of the table counts: another may lead to the rest of the VPC its own way.
    let mut nets = Vec::new();
    for one in network.table(table).routes.iter().map(|&id| network.route(id)) {
        match &one.destination {
            Arg::Known(destination) => nets.extend(destination.value.v4()),
            Arg::Unknown(cause, place) => return say.undecided(&route.thing, cause, *place),
            Arg::Absent => {}
        }
    }
    // A route in a table that nobody knows may be in this one.
    if let Some(cause) = gap.or_else(|| network.unplaced_route()) {
        return say.undecided(&route.thing, &cause, None);
    }
    let Some(far) = end(network, peering, side.other()) else { return };
    if !routes.iter().all(|&id| network.route(id).thing.certain) {
        return;
    }
    let into: Vec<_> = routes.iter().filter_map(|&id| network.route(id).destination.value()?.v4()).collect();
    // What leads past the other end altogether is peering-route-wrong-destination.
    if !far.known_blocks().any(|(block, _)| into.iter().any(|net| overlap(&block, net))) {
        return;
    }
    let left: Vec<_> = far
        .vswitches
        .iter()
        .map(|&id| network.vswitch(id))
        .filter(|vswitch| vswitch.thing.certain)
        .filter_map(|vswitch| Some((vswitch, vswitch.cidr.known()?)))
        .filter(|(_, cidr)| cidr.value.v4().is_some_and(|block| !nets.iter().any(|net| overlap(net, &block))))
        .collect();
    let Some((vswitch, cidr)) = left.first() else { return };
    let others = if left.len() > 1 { format!(" and {} more", left.len() - 1) } else { String::new() };
    let message = format!(
        "the routes of {} into {} leave out vSwitch {} ({}){others} of the other end: it is not reached from there",
        network.table_name(table),
        peering.thing.address,
        vswitch.thing.address,
        cidr.value.text
    );
    let mut finding = say
        .finding(Severity::Note, &route.thing, message)
        .with(&peering.thing, "the connection")
        .help(format!(
            "route the whole block of {}, or {} as well, if it should be reached",
            far.name(),
            cidr.value.text
        ))
        .key(network.table_name(table))
        .cause(route.key());
    for (vswitch, cidr) in &left {
        finding = finding.with_value(&vswitch.thing, cidr, format!("{} has no route", cidr.value.text));
    }
    for &id in routes.iter().skip(1) {
        finding = finding.with(&network.route(id).thing, "another route into the connection");
    }
    say.say(finding);
}
