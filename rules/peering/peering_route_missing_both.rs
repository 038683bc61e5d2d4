//! A connection without any route carries nothing (semantics 3.1).

use super::{connections, end_name, key, missing_route, with_end};
use crate::diagnostic::Severity;
use crate::network::{Network, Proof, Routed, Side};
use crate::rule::{Rule, Say};

pub const RULE: Rule = Rule {
    id: "peering-route-missing-both",
    category: "peering",
    severity: Severity::Error,
    page: include_str!("peering_route_missing_both.md"),
    absorbs: &[
        "alb-back-to-origin-missing",
        "alb-remote-unreachable",
        "asm-cluster-unreachable",
        "peering-route-one-directional",
    ],
    check,
};

fn check(network: &Network, say: &mut Say<'_>) {
    for peering in connections(network) {
        let ways = network.ways(peering);
        let proof = match network.routed(peering, &ways) {
            Routed::Neither(proof) => proof,
            // One rule is enough to say what is not known; where there is a route, one-directional does.
            Routed::Unknown(cause) if peering.routes.is_empty() => {
                say.undecided(&peering.thing, &cause, None);
                continue;
            }
            _ => continue,
        };
        let severity = if proof == Proof::Files { Severity::Error } else { Severity::Warning };
        let message = format!(
            "{} has no route on either side: it becomes active, but {} and {} do not reach each other through it",
            peering.thing.address,
            end_name(network, peering, Side::Requester),
            end_name(network, peering, Side::Accepter)
        );
        let mut finding = say
            .finding(severity, &peering.thing, message)
            .help(format!(
                "{}; and the mirror of it on the other side",
                missing_route(network, peering, Side::Requester)
            ))
            .cause(key(peering));
        for side in Side::BOTH {
            finding = with_end(finding, network, peering, side, "no route from here");
            for &route in ways.on(side) {
                finding = finding.with(&network.route(route).thing, "this route is in a table that no vSwitch uses");
            }
        }
        say.say(finding);
    }
}
