//! IPv6 needs routes of its own (semantics 3.14).

use super::{connections, end_name, key, with_end};
use crate::diagnostic::Severity;
use crate::eval::Cause;
use crate::network::{Arg, Link, Network, Side, is_vague};
use crate::rule::{Rule, Say};

pub const RULE: Rule = Rule {
    id: "peering-ipv6-route-missing",
    category: "peering",
    severity: Severity::Note,
    page: include_str!("peering_ipv6_route_missing.md"),
    absorbs: &[],
    check,
};

fn check(network: &Network, say: &mut Say<'_>) {
    // A route of which nobody knows the next hop may be the missing one.
    let stray = network.routes.iter().find_map(|route| match route.hop.id.value() {
        Some(Link::Variable(name, at)) => Some(Cause::NoDefault(name.clone(), *at)),
        Some(Link::Of { address, .. }) if is_vague(address) => Some(Cause::Instances(address.to_string().into())),
        Some(_) => None,
        None => route.hop.id.cause().or(route.more_hops.as_ref()).cloned(),
    });
    for peering in connections(network) {
        let ends = Side::BOTH.map(|side| peering.end(side).value().map(|&vpc| network.vpc(vpc)));
        let [Some(a), Some(b)] = ends else { continue };
        if let Some(cause) = a.enable_ipv6.cause().or(b.enable_ipv6.cause()) {
            say.undecided(&peering.thing, cause, None);
            continue;
        }
        if a.enable_ipv6.value() != Some(&true) || b.enable_ipv6.value() != Some(&true) {
            continue;
        }
        let routes: Vec<_> = peering.routes.iter().map(|&id| network.route(id)).collect();
        let gap = network.gap(&["alicloud_route_entry", "alicloud_vpc_route_entry"]).map(|gap| &gap.cause);
        if let Some(cause) = gap.or(stray.as_ref()).or(routes.iter().find_map(|route| route.destination.cause())) {
            say.undecided(&peering.thing, cause, None);
            continue;
        }
        // A prefix list or anything else than a block may hold both kinds.
        let is_v4 = |arg: &Arg<crate::network::Cidr>| arg.value().is_some_and(|to| to.v4().is_some());
        if routes.is_empty() || !routes.iter().all(|route| is_v4(&route.destination) && route.thing.certain) {
            continue;
        }
        let message = format!(
            "{} has IPv4 routes only, but {} and {} both use IPv6: IPv6 packets between them are dropped",
            peering.thing.address,
            end_name(network, peering, Side::Requester),
            end_name(network, peering, Side::Accepter)
        );
        let mut finding = say
            .finding(Severity::Note, &peering.thing, message)
            .help(
                "add a route on each side with the ipv6_cidr_block of the other VPC as its destination; leave them out if IPv6 \
                 is for the Internet only",
            )
            .cause(key(peering));
        for side in Side::BOTH {
            finding = with_end(finding, network, peering, side, "has IPv6");
        }
        for route in routes {
            finding = finding.with(&route.thing, "an IPv4 route");
        }
        say.say(finding);
    }
}
