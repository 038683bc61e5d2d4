//! A VPC sends to on-premises only what a route of its own leads to the VPN gateway (semantics 6.9).

use ipnet::Ipv4Net;

use crate::diagnostic::Severity;
use crate::eval::Cause;
use crate::network::{Arg, AttachmentKind, Hop, Network, VpcId, VpnRoute, overlap};
use crate::rule::{Rule, Say};

pub const RULE: Rule = Rule {
    id: "vpn-route-not-published",
    category: "express-connect",
    severity: Severity::Error,
    page: include_str!("vpn_route_not_published.md"),
    absorbs: &[],
    check,
};

/// What puts routes into the tables of a VPC.
const KINDS: [&str; 6] = [
    "alicloud_route_entry",
    "alicloud_vpc_route_entry",
    "alicloud_vpn_route_entry",
    "alicloud_vpn_pbr_route_entry",
    "alicloud_cen_child_instance_route_entry_to_attachment",
    "alicloud_cen_transit_router_vpc_attachment",
];

fn check(network: &Network, say: &mut Say<'_>) {
    for route in network.vpn_routes.iter().filter(|route| route.thing.certain) {
        let published = match &route.published {
            Arg::Known(published) if !published.value => published,
            Arg::Unknown(cause, place) => {
                say.undecided(&route.thing, cause, *place);
                continue;
            }
            _ => continue,
        };
        let Some(to) = route.destination.known() else {
            if let Some(cause) = route.destination.cause() {
                say.undecided(&route.thing, cause, None);
            }
            continue;
        };
        let Some(net) = to.value.v4() else { continue };
        let vpc = match &route.vpc {
            Arg::Known(vpc) if network.vpc(vpc.value).is_managed() => vpc.value,
            Arg::Known(vpc) => {
                let cause = network.vpc(vpc.value).more_blocks.clone();
                say.undecided(&route.thing, &cause.unwrap_or(Cause::Failed), None);
                continue;
            }
            other => {
                if let Some(cause) = other.cause() {
                    say.undecided(&route.thing, cause, None);
                }
                continue;
            }
        };
        match led(network, route, vpc, net) {
            Ok(true) => continue,
            Ok(false) => {}
            Err(cause) => {
                say.undecided(&route.thing, &cause, None);
                continue;
            }
        }
        let name = network.vpc(vpc).name();
        let message = format!(
            "{} keeps {} to the VPN gateway, and no route table of {name} leads there: hosts of {name} cannot send to {}",
            route.thing.address, to.value.text, to.value.text
        );
        let mut finding = say
            .finding(Severity::Error, &route.thing, message)
            .value(published, "publish_vpc")
            .help("write publish_vpc = true, or add an alicloud_route_entry with nexthop_type = \"VpnGateway\"")
            .cause(route.thing.name());
        if let Some(gateway) = route.gateway.value().and_then(|link| match link {
            crate::network::Link::Of { address, .. } => network.thing(address),
            _ => None,
        }) {
            finding = finding.with(gateway, "the VPN gateway");
        }
        if let Some(vpc) = network.vpc(vpc).thing() {
            finding = finding.with(vpc, "the VPC");
        }
        say.say(finding);
    }
}

/// Whether something takes packets of the VPC for this block its way, or somewhere on purpose; why that cannot be told.
fn led(network: &Network, route: &VpnRoute, vpc: VpcId, net: Ipv4Net) -> Result<bool, Cause> {
    let meets = |block: Option<Ipv4Net>| block.is_none_or(|block| overlap(&block, &net));
    // The gateway or a transit router writes routes by itself.
    let gateways = network.express.gateways.iter().map(|gateway| (&gateway.vpc, &gateway.auto_propagate));
    let attachments = network.attachments.iter().filter_map(|attachment| match &attachment.kind {
        AttachmentKind::Vpc(attached) => Some((&attached.vpc, &attachment.publish)),
        _ => None,
    });
    let mut maybe = network.unplaced_route();
    for (place, on) in gateways.chain(attachments) {
        let here = place.value().map(|&place| place == vpc);
        match (here, on) {
            (Some(false), _) | (_, Arg::Absent) => {}
            (_, Arg::Known(on)) if !on.value => {}
            (Some(true), Arg::Known(_)) => return Ok(true),
            (_, Arg::Unknown(cause, _)) => maybe = maybe.or_else(|| Some(cause.clone())),
            (None, _) => maybe = maybe.or_else(|| place.cause().cloned()),
        }
    }
    for association in &network.express.associations {
        match association.vpc.value() {
            Some(&place) if place == vpc => return Ok(true),
            Some(_) => {}
            None => maybe = maybe.or_else(|| association.vpc.cause().cloned()),
        }
    }
    let twins = network.vpn_routes.iter().filter(|other| other.thing.address != route.thing.address);
    for twin in twins.filter(|other| other.vpc.value().is_none_or(|&other| other == vpc)) {
        if meets(twin.destination.value().and_then(|to| to.v4())) {
            match (&twin.published, twin.vpc.value()) {
                (Arg::Known(published), Some(_)) if published.value => return Ok(true),
                (Arg::Known(published), None) if published.value => {
                    return Err(twin.vpc.cause().cloned().unwrap_or(Cause::Failed));
                }
                (Arg::Unknown(cause, _), _) => return Err(cause.clone()),
                _ => {}
            }
        }
    }
    let routes = network.vpc(vpc).tables.iter().flat_map(|&table| &network.table(table).routes);
    for route in routes.map(|&route| network.route(route)) {
        let to = route.destination.value().and_then(|to| to.v4());
        // A default route to the Internet is no way on-premises.
        let outward = |hop: &Hop| {
            let kind = hop.kind.value().map(|kind| &**kind);
            matches!(kind, Some("NatGateway" | "Ipv4Gateway" | "IPv6Gateway"))
        };
        let is_exit =
            to.is_some_and(|to| to.prefix_len() == 0) && route.every_hop().all(outward) && route.more_hops.is_none();
        if meets(to) && !is_exit {
            return Ok(true);
        }
    }
    for child in &network.child_routes {
        let here = child.table.value().and_then(|&table| network.table(table).vpc.value().copied());
        if here.is_none_or(|here| here == vpc) && meets(child.destination.value().and_then(|to| to.v4())) {
            return Ok(true);
        }
    }
    match maybe.or_else(|| network.gap(&KINDS).map(|gap| gap.cause.clone())) {
        Some(cause) => Err(cause),
        None => Ok(false),
    }
}
