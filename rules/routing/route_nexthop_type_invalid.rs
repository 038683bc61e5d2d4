//! A next hop type must be one that the API knows (semantics 2.8).

use crate::diagnostic::Severity;
use crate::facts;
use crate::network::{Arg, Hop, Link, Network, Route, Traced};
use crate::rule::{Rule, Say};

pub const RULE: Rule = Rule {
    id: "route-nexthop-type-invalid",
    category: "routing",
    severity: Severity::Error,
    page: include_str!("route_nexthop_type_invalid.md"),
    absorbs: &[
        "alb-back-to-origin-missing",
        "alb-remote-unreachable",
        "enum-case-docs-code",
        "enum-not-validated",
        "peering-route-missing-both",
        "peering-route-one-directional",
        "peering-route-wrong-table",
        "route-cloud-service-range",
        "route-nexthop-kind-mismatch",
    ],
    check,
};

fn check(network: &Network, say: &mut Say<'_>) {
    for route in network.routes.iter().filter(|route| route.thing.certain) {
        for hop in route.every_hop() {
            match &hop.kind {
                Arg::Known(kind) if kind.value.is_empty() || facts::next_hop(&kind.value).is_some() => {}
                Arg::Known(kind) => report(network, say, route, hop, kind),
                Arg::Unknown(cause, place) => say.undecided(&route.thing, cause, *place),
                Arg::Absent => {}
            }
        }
    }
}

fn report(network: &Network, say: &mut Say<'_>, route: &Route, hop: &Hop, kind: &Traced<std::sync::Arc<str>>) {
    let message = format!(
        "{} has the next hop type \"{}\", which does not exist: the API refuses the route when it is applied",
        route.thing.address, kind.value
    );
    let meant =
        fitting(hop).or_else(|| facts::next_hops().iter().find(|known| known.kind.eq_ignore_ascii_case(&kind.value)));
    let help = match meant {
        Some(meant) => format!("write nexthop_type = \"{}\"", meant.kind),
        None => {
            let all: Vec<&str> = facts::next_hops().iter().map(|known| &*known.kind).collect();
            format!("write one of {}", all.join(", "))
        }
    };
    let mut finding = say.finding(Severity::Error, &route.thing, message).value(kind, "nexthop_type").help(help);
    if let Some(Link::Of { address, .. }) = hop.id.value()
        && let Some(thing) = network.thing(address)
    {
        finding = finding.with(thing, "the route is meant to lead here");
    }
    finding.causes = network.causes_of(route, hop);
    finding = finding.cause(format!("argument:{}.nexthop_type", route.thing.address));
    say.say(finding.key(&*kind.value));
}

/// The type that fits what the next hop names.
fn fitting(hop: &Hop) -> Option<&'static facts::NextHop> {
    let Some(Link::Of { address, .. }) = hop.id.value() else { return None };
    facts::next_hops().iter().find(|known| known.takes(&address.kind))
}
