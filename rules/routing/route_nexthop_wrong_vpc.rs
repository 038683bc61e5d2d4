//! A next hop must belong to the VPC whose table holds the route (semantics 2.9).

use std::collections::HashMap;

use crate::diagnostic::Severity;
use crate::facts::{self, Place};
use crate::network::{Arg, AttachmentKind, Hop, Link, Network, Route, Thing, Traced, VpcId};
use crate::rule::{Rule, Say};
use crate::source::Mode;

pub const RULE: Rule = Rule {
    id: "route-nexthop-wrong-vpc",
    category: "routing",
    severity: Severity::Error,
    page: include_str!("route_nexthop_wrong_vpc.md"),
    absorbs: &[
        "alb-back-to-origin-missing",
        "alb-remote-unreachable",
        "peering-route-missing-both",
        "peering-route-one-directional",
        "peering-route-wrong-destination",
    ],
    check,
};

fn check(network: &Network, say: &mut Say<'_>) {
    // For the help only: what each VPC would have to use.
    let mut own: HashMap<VpcId, &Thing> = HashMap::new();
    for attachment in &network.attachments {
        if let (Some(vpc), Some(thing)) = (attachment.vpc(), attachment.thing()) {
            own.entry(vpc).or_insert(thing);
        }
    }
    for route in network.routes.iter().filter(|route| route.thing.certain) {
        let Some(vpc) = network.vpc_of_route(route) else { continue };
        for hop in route.every_hop() {
            let (Arg::Known(kind), Arg::Known(id)) = (&hop.kind, &hop.id) else { continue };
            let Some(place) = facts::next_hop(&kind.value).and_then(|known| known.place) else { continue };
            match place {
                Place::AttachedVpc => attachment(network, say, route, hop, vpc, id, &own),
                Place::PeeringEnd => peering(network, say, route, hop, vpc, id),
                Place::SameVpc | Place::OwnRouter => gateway(network, say, route, hop, vpc, id),
                Place::AssociatedVpc => {}
            }
        }
    }
}

fn attachment(
    network: &Network,
    say: &mut Say<'_>,
    route: &Route,
    hop: &Hop,
    vpc: VpcId,
    id: &Traced<Link>,
    own: &HashMap<VpcId, &Thing>,
) {
    let Some(attachment) = network.attachment_named(&id.value).map(|id| network.attachment(id)) else { return };
    let (AttachmentKind::Vpc(attached), Some(thing)) = (&attachment.kind, attachment.thing()) else { return };
    let Some(other) = other_vpc(network, say, route, vpc, &attached.vpc) else { return };
    let message = format!(
        "{} lies in a table of {} and leads to {}, which attaches {}: the API refuses the route, or its packets are lost",
        route.thing.address,
        network.vpc(vpc).name(),
        thing.address,
        network.vpc(other).name()
    );
    let help = match own.get(&vpc) {
        Some(own) => format!("write nexthop_id = {}.transit_router_attachment_id", own.address),
        None => format!(
            "attach {} to the transit router with an alicloud_cen_transit_router_vpc_attachment, and lead the route there",
            network.vpc(vpc).name()
        ),
    };
    finish(network, say, (Severity::Error, message, help), route, hop, id, (thing, &[other]), vpc);
}

fn peering(network: &Network, say: &mut Say<'_>, route: &Route, hop: &Hop, vpc: VpcId, id: &Traced<Link>) {
    let Some(peering) = network.peering_of(&id.value).map(|id| network.peering(id)) else { return };
    let Some(a) = other_vpc(network, say, route, vpc, &peering.requester) else { return };
    let Some(b) = other_vpc(network, say, route, vpc, &peering.accepter) else { return };
    let message = format!(
        "{} lies in a table of {} and leads to {}, which connects {} and {}: the API refuses the route, or its packets are lost",
        route.thing.address,
        network.vpc(vpc).name(),
        peering.thing.address,
        network.vpc(a).name(),
        network.vpc(b).name()
    );
    let help = format!(
        "put the route into a table of {} or {}, or lead it to a connection of {}",
        network.vpc(a).name(),
        network.vpc(b).name(),
        network.vpc(vpc).name()
    );
    finish(network, say, (Severity::Error, message, help), route, hop, id, (&peering.thing, &[a, b]), vpc);
}

fn gateway(network: &Network, say: &mut Say<'_>, route: &Route, hop: &Hop, vpc: VpcId, id: &Traced<Link>) {
    let Link::Of { address, .. } = &id.value else { return };
    let fits =
        hop.kind.value().and_then(|kind| facts::next_hop(kind)).is_some_and(|wanted| wanted.takes(&address.kind));
    let Some(thing) = network.thing(address).filter(|_| address.mode == Mode::Managed && fits) else { return };
    let other = match network.home_of(address) {
        Ok(other) if network.vpcs_differ(vpc, other) => other,
        Ok(_) => return,
        Err(cause) => return say.undecided(&route.thing, &cause, Some(id.place)),
    };
    let message = format!(
        "{} lies in a table of {} and leads to {}, which is in {}: the API refuses the route, or its packets are lost",
        route.thing.address,
        network.vpc(vpc).name(),
        thing.address,
        network.vpc(other).name()
    );
    let help = format!(
        "lead it to something in {}, or put it into a table of {}",
        network.vpc(vpc).name(),
        network.vpc(other).name()
    );
    finish(network, say, (Severity::Warning, message, help), route, hop, id, (thing, &[other]), vpc);
}

/// The other VPC, when it surely is another one.
fn other_vpc(network: &Network, say: &mut Say<'_>, route: &Route, vpc: VpcId, other: &Arg<VpcId>) -> Option<VpcId> {
    match other {
        Arg::Known(other) => network.vpcs_differ(vpc, other.value).then_some(other.value),
        Arg::Unknown(cause, place) => {
            say.undecided(&route.thing, cause, *place);
            None
        }
        Arg::Absent => None,
    }
}

#[allow(clippy::too_many_arguments)]
fn finish(
    network: &Network,
    say: &mut Say<'_>,
    (severity, message, help): (Severity, String, String),
    route: &Route,
    hop: &Hop,
    id: &Traced<Link>,
    (thing, others): (&Thing, &[VpcId]),
    vpc: VpcId,
) {
    if !thing.certain {
        return;
    }
    let mut finding = say
        .finding(severity, &route.thing, message)
        .value(id, "nexthop_id")
        .with(thing, "the route leads here")
        .help(help);
    if let Some(thing) = network.vpc(vpc).thing() {
        finding = finding.with(thing, "the route is in a table of this VPC");
    }
    for thing in others.iter().filter_map(|&other| network.vpc(other).thing()) {
        finding = finding.with(thing, "its next hop belongs here");
    }
    finding.causes = network.causes_of(route, hop);
    say.say(finding.key(thing.name()));
}
