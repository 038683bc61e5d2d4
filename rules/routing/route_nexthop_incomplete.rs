//! A route needs a destination, a next hop and the next hop's type (semantics 2.8).

use crate::diagnostic::Severity;
use crate::facts;
use crate::network::{Arg, Hop, Link, Network, Route};
use crate::rule::{Rule, Say};
use crate::source::Mode;

pub const RULE: Rule = Rule {
    id: "route-nexthop-incomplete",
    category: "routing",
    severity: Severity::Error,
    page: include_str!("route_nexthop_incomplete.md"),
    absorbs: &["alb-back-to-origin-missing", "alb-remote-unreachable", "route-cloud-service-range"],
    check,
};

fn check(network: &Network, say: &mut Say<'_>) {
    for route in network.routes.iter().filter(|route| route.thing.certain && !route.left_open) {
        destination(say, route);
        for hop in route.every_hop() {
            next_hop(network, say, route, hop);
        }
        if route.every_hop().next().is_some() {
            continue;
        }
        match &route.more_hops {
            Some(cause) => say.undecided(&route.thing, cause, None),
            None => {
                let message = format!("{} has no next hop: the API refuses the route", route.thing.address);
                let help = "name what the route leads to in nexthop_id, and its type in nexthop_type";
                let mut finding = say.finding(Severity::Error, &route.thing, message).help(help).key("next hop");
                finding.causes = vec![route.thing.name(), route.key()];
                say.say(finding);
            }
        }
    }
}

fn destination(say: &mut Say<'_>, route: &Route) {
    match &route.destination {
        Arg::Absent => {
            let name = route.destination_name();
            let message = format!("{} has no destination: the API refuses the route", route.thing.address);
            let finding = say
                .finding(Severity::Error, &route.thing, message)
                .help(format!("write the block that the route is for in {name}"))
                .key("destination");
            say.say(finding);
        }
        Arg::Unknown(cause, place) => say.undecided(&route.thing, cause, *place),
        Arg::Known(_) => {}
    }
}

fn next_hop(network: &Network, say: &mut Say<'_>, route: &Route, hop: &Hop) {
    let no_kind = match &hop.kind {
        Arg::Known(kind) => kind.value.is_empty(),
        Arg::Unknown(cause, place) => return say.undecided(&route.thing, cause, *place),
        Arg::Absent => true,
    };
    let mut finding = match (&hop.id, no_kind) {
        (Arg::Unknown(cause, place), _) => return say.undecided(&route.thing, cause, *place),
        (Arg::Known(_), false) | (Arg::Absent, true) => return,
        (Arg::Absent, false) => {
            let Some(kind) = hop.kind.known() else { return };
            let message = format!(
                "{} has the next hop type \"{}\" and no next hop: the API refuses the route",
                route.thing.address, kind.value
            );
            let wanted = facts::next_hop(&kind.value).and_then(|known| known.accepts.first());
            let help =
                wanted.map(|wanted| format!("set nexthop_id to the {} of an {}", wanted.attribute, wanted.resource));
            say.finding(Severity::Error, &route.thing, message)
                .value(kind, "nexthop_type")
                .help(help.unwrap_or_else(|| "set nexthop_id".into()))
        }
        (Arg::Known(id), true) => {
            // Without a type the API takes the next hop for a server.
            let (severity, meant) = match &id.value {
                Link::Of { address, .. } if address.mode == Mode::Managed => {
                    let meant = facts::next_hops().iter().find(|known| known.takes(&address.kind));
                    match meant {
                        Some(meant) if meant.kind != "Instance" => (Severity::Error, Some(&*meant.kind)),
                        _ => return,
                    }
                }
                Link::Literal(text) => {
                    let prefix = |known: &&facts::NextHop| {
                        known.id_prefix.as_deref().is_some_and(|start| text.starts_with(start))
                    };
                    match facts::next_hops().iter().find(prefix) {
                        Some(meant) if meant.kind != "Instance" => (Severity::Warning, Some(&*meant.kind)),
                        _ => return,
                    }
                }
                other => return say.undecided(&route.thing, &other.why_unknown(), Some(id.place)),
            };
            let message = format!(
                "{} has the next hop {} and no type: the API takes it for a server and refuses the route",
                route.thing.address,
                id.value.shown()
            );
            let mut finding = say.finding(severity, &route.thing, message).value(id, "nexthop_id");
            if let Some(meant) = meant {
                finding = finding.help(format!("write nexthop_type = \"{meant}\""));
            }
            if let Link::Of { address, .. } = &id.value
                && let Some(thing) = network.thing(address)
            {
                finding = finding.with(thing, "the route is meant to lead here");
            }
            finding
        }
    };
    finding.causes = network.causes_of(route, hop);
    say.say(finding.key("next hop"));
}
