//! A peering connection and route sync that bring the same block into one VPC (semantics 4.14).

use std::collections::BTreeSet;

use crate::diagnostic::Severity;
use crate::network::{Network, RouteId, VpcId};
use crate::reach::{Reach, Synced};
use crate::rule::{Rule, Say};

pub const RULE: Rule = Rule {
    id: "tr-plus-peering-overlap",
    category: "cen",
    severity: Severity::Warning,
    page: include_str!("tr_plus_peering_overlap.md"),
    absorbs: &["route-equal-dynamic"],
    check,
};

fn check(network: &Network, say: &mut Say<'_>) {
    let peered: BTreeSet<VpcId> = network.peered().into_iter().flat_map(|((a, b), _)| [a, b]).collect();
    for (vpc, synced) in Reach::new(network).synced(|vpc| peered.contains(&vpc)) {
        let tables = network.vpc(vpc).tables.iter().map(|&table| network.table(table));
        for &id in tables.flat_map(|table| &table.routes) {
            judge(network, say, vpc, id, &synced);
        }
    }
}

fn judge(network: &Network, say: &mut Say<'_>, vpc: VpcId, id: RouteId, synced: &[Synced]) {
    let route = network.route(id);
    let (Some(peering), Some(destination)) = (route.peering(), route.destination.known()) else { return };
    let Some(net) = destination.value.v4().filter(|net| route.thing.certain && net.prefix_len() > 0) else { return };
    // What is shorter than the route is an exception that somebody makes on purpose.
    let from = synced.partition_point(|one| one.prefix.network() < net.network());
    let until = synced[from..].iter().take_while(|one| one.prefix.network() <= net.broadcast());
    let inside: Vec<&Synced> = until.filter(|one| net.contains(&one.prefix)).collect();
    let Some(first) = inside.first() else { return };
    let peering = &network.peering(peering).thing;
    let effect = if first.prefix == net {
        "the two conflict, and the one from the transit router is not used"
    } else {
        "packets for it take the transit router and not the connection"
    };
    let message = format!(
        "{} sends {} over {}, and route sync brings {} into {} as well: {effect}",
        route.thing.address,
        destination.value.text,
        peering.address,
        first.prefix,
        network.vpc(vpc).name()
    );
    let mut finding = say
        .finding(Severity::Warning, &route.thing, message)
        .value(destination, route.destination_name())
        .with(peering, "the connection")
        .help("choose one way for each block: remove the peering route, or do not propagate that VPC to the transit router")
        .cause(route.key());
    let attachments: BTreeSet<_> = inside.iter().map(|one| one.attachment).collect();
    for thing in attachments.into_iter().filter_map(|id| network.attachment(id).thing()) {
        finding = finding.with(thing, "auto_publish_route_enabled: writes routes of the transit router into the VPC");
    }
    if let Some(thing) = network.vpc(vpc).thing() {
        finding = finding.with(thing, "the VPC");
    }
    say.say(finding);
}
