//! A next hop must be of the type that the route says (semantics 2.9).

use crate::diagnostic::Severity;
use crate::facts;
use crate::network::{Arg, Hop, Link, Network, Route, Thing, Traced};
use crate::rule::{Rule, Say};
use crate::source::Mode;

pub const RULE: Rule = Rule {
    id: "route-nexthop-kind-mismatch",
    category: "routing",
    severity: Severity::Error,
    page: include_str!("route_nexthop_kind_mismatch.md"),
    absorbs: &[
        "alb-back-to-origin-missing",
        "alb-remote-unreachable",
        "peering-route-missing-both",
        "peering-route-one-directional",
        "peering-route-wrong-table",
        "route-cloud-service-range",
    ],
    check,
};

fn check(network: &Network, say: &mut Say<'_>) {
    for route in network.routes.iter().filter(|route| route.thing.certain) {
        for hop in route.every_hop() {
            let wanted = match &hop.kind {
                Arg::Known(kind) => facts::next_hop(&kind.value),
                Arg::Unknown(cause, place) => {
                    say.undecided(&route.thing, cause, *place);
                    None
                }
                Arg::Absent => None,
            };
            let Some(wanted) = wanted else { continue };
            match &hop.id {
                Arg::Unknown(cause, place) => say.undecided(&route.thing, cause, *place),
                Arg::Known(id) => {
                    if let Some(other) = misfit(network, wanted, &id.value) {
                        report(network, say, route, hop, wanted, id, other);
                    }
                }
                Arg::Absent => {}
            }
        }
    }
}

/// The resource that the link names, when it surely cannot be such a next hop.
fn misfit<'n>(network: &'n Network, wanted: &facts::NextHop, id: &Link) -> Option<&'n Thing> {
    let Link::Of { address, attribute } = id else { return None };
    if address.mode != Mode::Managed || wanted.takes(&address.kind) {
        return None;
    }
    // Another attribute may be the id of something else, such as the interface of a server.
    let is_itself = facts::resource(&address.kind).is_some_and(|schema| schema.is_own_id(attribute));
    let is_vpc = facts::canonical(&address.kind) == "alicloud_vpc";
    if is_itself || is_vpc { network.thing(address) } else { None }
}

fn report(
    network: &Network,
    say: &mut Say<'_>,
    route: &Route,
    hop: &Hop,
    wanted: &facts::NextHop,
    id: &Traced<Link>,
    other: &Thing,
) {
    let meant = facts::next_hops().iter().find(|known| known.takes(&other.address.kind));
    let what = match meant {
        Some(meant) => format!("goes with \"{}\"", meant.kind),
        None => "cannot be a next hop".to_owned(),
    };
    let message = format!(
        "{} has the next hop type \"{}\", but {} {what}: the API refuses the route when it is applied",
        route.thing.address, wanted.kind, other.address
    );
    let help = match (meant, candidate(network, route, wanted)) {
        (Some(meant), Some(candidate)) => {
            format!("write nexthop_type = \"{}\" if it is to lead there, else nexthop_id = {candidate}", meant.kind)
        }
        (Some(meant), None) => format!("write nexthop_type = \"{}\"", meant.kind),
        (None, Some(candidate)) => format!("write nexthop_id = {candidate}"),
        (None, None) => {
            let fits = wanted.accepts.iter().map(|fits| format!("the {} of an {}", fits.attribute, fits.resource));
            format!("with \"{}\", nexthop_id is {}", wanted.kind, fits.collect::<Vec<_>>().join(", or "))
        }
    };
    let mut finding = say
        .finding(Severity::Error, &route.thing, message)
        .value(id, "nexthop_id")
        .with(other, "the route is meant to lead here")
        .help(help);
    if let Some(kind) = hop.kind.known() {
        finding = finding.with_value(&route.thing, kind, format!("the type says {}", wanted.kind));
    }
    finding.causes = network.causes_of(route, hop);
    say.say(finding.key(other.name()));
}

/// What the route may have been meant to lead to: the only such thing of the table's VPC.
fn candidate(network: &Network, route: &Route, wanted: &facts::NextHop) -> Option<String> {
    let vpc = network.vpc_of_route(route)?;
    let mut found = match &*wanted.kind {
        "VpcPeer" => {
            let ours = network
                .peerings
                .iter()
                .filter(|peering| peering.requester.value() == Some(&vpc) || peering.accepter.value() == Some(&vpc));
            ours.map(|peering| format!("{}.id", peering.thing.address)).collect::<Vec<_>>()
        }
        "Attachment" => {
            let ours = network.attachments.iter().filter(|attachment| attachment.vpc() == Some(vpc));
            ours.filter_map(|attachment| attachment.thing())
                .map(|thing| format!("{}.transit_router_attachment_id", thing.address))
                .collect()
        }
        _ => Vec::new(),
    };
    if found.len() == 1 { found.pop() } else { None }
}
