//! Only the default IPv6 route may lead to an IPv6 gateway (semantics 2.9).

use crate::diagnostic::Severity;
use crate::facts;
use crate::network::{Arg, Hop, Network, Route};
use crate::rule::{Rule, Say};

pub const RULE: Rule = Rule {
    id: "route-ipv6-gateway-destination",
    category: "routing",
    severity: Severity::Error,
    page: include_str!("route_ipv6_gateway_destination.md"),
    absorbs: &[],
    check,
};

fn check(network: &Network, say: &mut Say<'_>) {
    for route in network.routes.iter().filter(|route| route.thing.certain) {
        for hop in route.every_hop() {
            let only = hop
                .kind
                .value()
                .and_then(|kind| facts::next_hop(kind))
                .and_then(|known| known.only_destination.as_deref());
            if let Some(only) = only {
                judge(say, route, hop, only);
            }
        }
    }
}

fn judge(say: &mut Say<'_>, route: &Route, hop: &Hop, only: &str) {
    let to = match &route.destination {
        Arg::Known(to) => to,
        Arg::Unknown(cause, place) => return say.undecided(&route.thing, cause, *place),
        Arg::Absent => return,
    };
    let Some(kind) = hop.kind.known() else { return };
    // What is no block may be a prefix list.
    if to.value.net.is_none_or(|net| net.to_string() == only) {
        return;
    }
    let message = format!(
        "{} leads {} to an {}, which takes {only} only: the API refuses the route",
        route.thing.address, to.value.text, kind.value
    );
    let finding = say
        .finding(Severity::Error, &route.thing, message)
        .value(to, route.destination_name())
        .with_value(&route.thing, kind, format!("the next hop is an {}", kind.value))
        .help(format!("write {} = \"{only}\"", route.destination_name()));
    say.say(finding);
}
