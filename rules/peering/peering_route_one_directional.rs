//! Replies need a route as well (semantics 3.1, 3.2).

use super::{connections, end_name, missing_route, side_key, with_end};
use crate::diagnostic::Severity;
use crate::network::{Network, Peering, Proof, Routed, Side, Ways};
use crate::rule::{Rule, Say};

pub const RULE: Rule = Rule {
    id: "peering-route-one-directional",
    category: "peering",
    severity: Severity::Error,
    page: include_str!("peering_route_one_directional.md"),
    absorbs: &[
        "alb-back-to-origin-missing",
        "alb-remote-unreachable",
        "asm-cluster-unreachable",
        "route-table-unattached",
    ],
    check,
};

fn check(network: &Network, say: &mut Say<'_>) {
    for peering in connections(network) {
        let ways = network.ways(peering);
        match network.routed(peering, &ways) {
            Routed::Only(Some(lacking), proof) if !returns_otherwise(network, peering, lacking) => {
                report(network, say, peering, &ways, lacking, proof);
            }
            Routed::Only(None, proof) => report_one_table(network, say, peering, &ways, proof),
            Routed::Unknown(cause) if !peering.routes.is_empty() => say.undecided(&peering.thing, &cause, None),
            _ => {}
        }
    }
}

/// The side without a route may answer another way, such as through a transit router.
fn returns_otherwise(network: &Network, peering: &Peering, lacking: Side) -> bool {
    let far = peering.end(lacking.other()).value().map(|&vpc| network.vpc(vpc));
    let blocks = far.filter(|far| far.blocks_complete().is_ok());
    let blocks: Option<Vec<_>> = blocks.map(|far| far.known_blocks().map(|(block, _)| block).collect());
    let wanted = |net: &ipnet::Ipv4Net| {
        blocks.as_ref().is_none_or(|blocks| blocks.iter().any(|block| crate::network::overlap(block, net)))
    };
    network.leads_on(peering.end(lacking).value().copied(), wanted, &[])
}

fn severity(proof: Proof) -> Severity {
    match proof {
        Proof::Files | Proof::Provider => Severity::Error,
        Proof::Likely | Proof::OneEnd => Severity::Warning,
    }
}

fn report(network: &Network, say: &mut Say<'_>, peering: &Peering, ways: &Ways, lacking: Side, proof: Proof) {
    let message = format!(
        "{} is routed from {} but not from {}: requests arrive, replies are lost",
        peering.thing.address,
        end_name(network, peering, lacking.other()),
        end_name(network, peering, lacking)
    );
    let mut finding = say
        .finding(severity(proof), &peering.thing, message)
        .help(missing_route(network, peering, lacking))
        .cause(side_key(peering, lacking));
    finding = with_end(finding, network, peering, lacking, "no route from here");
    for &route in ways.on(lacking.other()) {
        finding = finding.with(&network.route(route).thing, "the route from the other side");
    }
    for &route in ways.on(lacking) {
        let route = network.route(route);
        finding = finding.with(&route.thing, "this route is in a table that no vSwitch uses");
        if let Some(table) = route.table.value().and_then(|&table| network.table(table).thing()) {
            finding = finding
                .with(table, "no vSwitch uses this table")
                .cause(table.name())
                .cause(format!("table:{}", table.name()));
        }
    }
    say.say(with_end(finding, network, peering, lacking.other(), "the other side"));
}

/// All routes are in one table, of which nobody knows the VPC.
fn report_one_table(network: &Network, say: &mut Say<'_>, peering: &Peering, ways: &Ways, proof: Proof) {
    let routes: Vec<_> = ways.unsure.iter().map(|(id, _)| network.route(*id)).collect();
    let Some(table) = routes.first().and_then(|route| route.table.value()) else { return };
    let message = format!(
        "{} is routed from one side only: all its routes are in {}, so that requests arrive and replies are lost",
        peering.thing.address,
        network.table_name(*table)
    );
    let mut finding = say
        .finding(severity(proof), &peering.thing, message)
        .help("add an alicloud_route_entry to the route table of the other VPC, with the block of this one as its destination")
        .cause(format!("{}:one table", super::key(peering)));
    for route in routes {
        finding = finding.with(&route.thing, "the route from one side");
    }
    for side in Side::BOTH {
        finding = with_end(finding, network, peering, side, "an end of the connection");
    }
    say.say(finding);
}
