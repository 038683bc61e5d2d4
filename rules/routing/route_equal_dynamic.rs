//! A written route equal to one that the transit router writes: one of the two does not count (semantics 2.4, 2.6).

use std::collections::BTreeSet;

use crate::diagnostic::Severity;
use crate::network::{Network, RouteId, VpcId};
use crate::reach::{Reach, Synced};
use crate::rule::{Rule, Say};

pub const RULE: Rule = Rule {
    id: "route-equal-dynamic",
    category: "routing",
    severity: Severity::Note,
    page: include_str!("route_equal_dynamic.md"),
    absorbs: &[],
    check,
};

fn check(network: &Network, say: &mut Say<'_>) {
    let routed = |vpc: VpcId| network.vpc(vpc).tables.iter().any(|&table| !network.table(table).routes.is_empty());
    for (vpc, synced) in Reach::new(network).synced(routed) {
        let tables = network.vpc(vpc).tables.iter().map(|&table| network.table(table));
        for &id in tables.flat_map(|table| &table.routes) {
            judge(network, say, vpc, id, &synced);
        }
    }
}

fn judge(network: &Network, say: &mut Say<'_>, vpc: VpcId, id: RouteId, synced: &[Synced]) {
    let route = network.route(id);
    // These two take the place of an equal route of a CEN.
    let displaces = route
        .every_hop()
        .any(|hop| hop.kind.value().is_none_or(|kind| matches!(&**kind, "VpnGateway" | "RouterInterface")));
    let Some(destination) = route.destination.known().filter(|_| route.thing.certain && !displaces) else { return };
    let Some(net) = destination.value.v4() else { return };
    let from = synced.partition_point(|one| one.prefix < net);
    let equal = synced[from..].iter().take_while(|one| one.prefix == net);
    let attachments: BTreeSet<_> = equal.map(|one| one.attachment).collect();
    let Some(&first) = attachments.first() else { return };
    let hop = route.hop.id.value().and_then(|link| network.attachment_named(link));
    let same = route.kind() == Some("Attachment") && hop.is_some_and(|hop| attachments.contains(&hop));
    let attachment = network.attachment(first).node.name();
    let effect = match same {
        true => "one of them is too many, and if the other one is there first the API refuses this one",
        false => "the written one wins and the other is not used; if that one is there first, the API refuses this one",
    };
    let message = format!(
        "{} writes {} into a table of {}, where route sync of {attachment} brings the same route: {effect}",
        route.thing.address,
        destination.value.text,
        network.vpc(vpc).name()
    );
    let help = match same {
        true => "remove the route: auto_publish_route_enabled already writes it".to_owned(),
        false => format!("remove the route, or set auto_publish_route_enabled = false on {attachment}"),
    };
    let mut finding = say
        .finding(Severity::Note, &route.thing, message)
        .value(destination, route.destination_name())
        .help(help)
        .cause(route.key());
    for thing in attachments.into_iter().filter_map(|id| network.attachment(id).thing()) {
        finding = finding.with(thing, "auto_publish_route_enabled: writes routes of the transit router into the VPC");
    }
    if let Some(thing) = network.vpc(vpc).thing() {
        finding = finding.with(thing, "the VPC");
    }
    say.say(finding);
}
