//! A default route into another network ends there when that has no way on (semantics 3.6, 4.18).

use crate::diagnostic::Severity;
use crate::network::{Arg, Network, Route};
use crate::reach::Reach;
use crate::rule::{Rule, Say};

pub const RULE: Rule = Rule {
    id: "route-default-to-peer",
    category: "routing",
    severity: Severity::Warning,
    page: include_str!("route_default_to_peer.md"),
    absorbs: &[],
    check,
};

fn check(network: &Network, say: &mut Say<'_>) {
    let reach = Reach::new(network);
    for route in network.routes.iter().filter(|route| route.thing.certain) {
        let to = match &route.destination {
            Arg::Known(to) if to.value.net.is_some_and(|net| net.prefix_len() == 0) => to,
            Arg::Unknown(cause, place) if matches!(route.kind(), Some("VpcPeer" | "Attachment")) => {
                say.undecided(&route.thing, cause, *place);
                continue;
            }
            _ => continue,
        };
        match route.kind() {
            // With IPv4 it is too broad as well, and that rule says so.
            Some("VpcPeer") if to.value.v4().is_none() => over_peering(network, say, route),
            Some("Attachment") if to.value.v4().is_some() => over_router(network, say, &reach, route),
            _ => {}
        }
    }
}

fn over_peering(network: &Network, say: &mut Say<'_>, route: &Route) {
    let (Some(peering), Some(to)) = (route.peering(), route.destination.known()) else { return };
    let peering = &network.peering(peering).thing;
    let message = format!(
        "{} sends {} over {}: a peering connection leads to the VPC at its other end and no further, so IPv6 packets for \
         the Internet are dropped there",
        route.thing.address, to.value.text, peering.address
    );
    let finding = say
        .finding(Severity::Warning, &route.thing, message)
        .value(to, route.destination_name())
        .with(peering, "the connection")
        .cause(route.key())
        .help("write the IPv6 block of the other VPC as the destination, and send ::/0 to an IPv6 gateway of this one");
    say.say(finding);
}

fn over_router(network: &Network, say: &mut Say<'_>, reach: &Reach<'_>, route: &Route) {
    let (Some(id), Some(to)) =
        (route.hop.id.value().and_then(|link| network.attachment_named(link)), route.destination.known())
    else {
        return;
    };
    let attachment = network.attachment(id);
    let Some(thing) = attachment.thing().filter(|thing| thing.certain && attachment.vpc().is_some()) else { return };
    if !reach.lacks_default(id) {
        return;
    }
    let message = format!(
        "{} sends {} to the transit router through {}, whose route table has no default route: packets for the Internet are \
         dropped there",
        route.thing.address, to.value.text, thing.address
    );
    let finding = say
        .finding(Severity::Note, &route.thing, message)
        .value(to, route.destination_name())
        .with(thing, "the attachment")
        .cause(route.key())
        .help(
            "if the VPC is to reach the Internet, add an alicloud_cen_transit_router_route_entry for 0.0.0.0/0 that leads to a \
             VPC with a NAT gateway",
        );
    say.say(finding);
}
