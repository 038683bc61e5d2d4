//! The longest prefix wins, so a route can be dead (semantics 2.1).

use crate::diagnostic::Severity;
use crate::network::{Link, Network, Route, RouteId, covered, is_vague};
use crate::rule::{Rule, Say};
use crate::source::Mode;

pub const RULE: Rule = Rule {
    id: "route-shadowed",
    category: "routing",
    severity: Severity::Note,
    page: include_str!("route_shadowed.md"),
    absorbs: &[],
    check,
};

fn check(network: &Network, say: &mut Say<'_>) {
    for table in &network.tables {
        let known = table.routes.iter().filter_map(|&id| {
            let route = network.route(id);
            Some((route.destination.value()?.v4()?, id)).filter(|_| route.thing.certain)
        });
        let known: Vec<_> = known.collect();
        for (id, others) in covered(&known, &known) {
            let route = network.route(id);
            if others.iter().all(|&other| lead_apart(network, route, network.route(other))) {
                report(network, say, route, &others);
            }
        }
    }
}

/// Two routes that surely have different next hops.
fn lead_apart(network: &Network, a: &Route, b: &Route) -> bool {
    if !a.hops.is_empty() || !b.hops.is_empty() {
        return false;
    }
    if let (Some(a), Some(b)) = (a.kind(), b.kind())
        && a != b
    {
        return true;
    }
    let (Some(x), Some(y)) = (a.hop.id.value(), b.hop.id.value()) else { return false };
    if let (Some(x), Some(y)) = (network.peering_of(x), network.peering_of(y)) {
        return x != y;
    }
    match (x, y) {
        (Link::Of { address: x, .. }, Link::Of { address: y, .. }) => {
            let plain = |address| !is_vague(address);
            x.mode == Mode::Managed && y.mode == Mode::Managed && x != y && x.kind == y.kind && plain(x) && plain(y)
        }
        (x, y) => x.same(y) == Some(false),
    }
}

fn report(network: &Network, say: &mut Say<'_>, route: &Route, others: &[RouteId]) {
    let Some(to) = route.destination.known() else { return };
    let message = format!(
        "more specific routes cover all of the destination {} of {}, and lead elsewhere: it is never used",
        to.value.text, route.thing.address
    );
    let mut finding = say
        .finding(Severity::Note, &route.thing, message)
        .value(to, route.destination_name())
        .help(format!("remove {}, or narrow the routes that hide it", route.thing.address));
    finding.causes = network.causes_of(route, &route.hop);
    for &id in others {
        let other = network.route(id);
        finding.causes.push(other.key());
        if let Some(block) = other.destination.known() {
            finding = finding.with_value(&other.thing, block, format!("{} is more specific", block.value.text));
        }
    }
    say.say(finding);
}
