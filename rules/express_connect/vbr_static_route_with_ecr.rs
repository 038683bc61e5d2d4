//! A border router on an Express Connect router exchanges its routes over BGP, and only so (semantics 6.2).

use super::{GROUP, border_key, group_of, groups, peer_of};
use crate::diagnostic::{Finding, Severity};
use crate::network::{Arg, Link, Network, Presence, Thing};
use crate::rule::{Rule, Say};

pub const RULE: Rule = Rule {
    id: "vbr-static-route-with-ecr",
    category: "express-connect",
    severity: Severity::Error,
    page: include_str!("vbr_static_route_with_ecr.md"),
    absorbs: &[],
    check,
};

fn check(network: &Network, say: &mut Say<'_>) {
    for child in network.express.borders.iter().filter(|child| child.thing.certain) {
        let Arg::Known(express) = &child.express else { continue };
        let Some(border) = network.border_of(&child.border).map(|border| &border.thing) else { continue };
        if !border.certain {
            continue;
        }
        let routes: Vec<_> = network.routes_of_border(&border.address).filter(|route| route.thing.certain).collect();
        for route in &routes {
            let to = route.destination.value().map_or_else(String::new, |to| format!(" to {}", to.text));
            let message = format!(
                "{} is a static route{to} in the table of {}, which {} puts on {}: border routers there know BGP only, so \
                 the route is refused or carries nothing",
                route.thing.address,
                border.address,
                child.thing.address,
                express.value.shown()
            );
            let finding = say
                .finding(Severity::Error, &route.thing, message)
                .with(border, "the border router")
                .with(&child.thing, "puts it on the Express Connect router")
                .help(format!(
                    "remove the route, and let the other side announce its blocks over BGP with an {GROUP} and an \
                     alicloud_vpc_bgp_peer of {}",
                    border.address
                ))
                .cause(route.key())
                .cause(border_key(border));
            say.say(with_router(network, finding, &express.value));
        }
        // Without anything at the cloud's end nothing is expected of the line yet.
        if routes.is_empty() && is_in_use(network, &express.value) {
            speakers(network, say, border, &child.thing, &express.value);
        }
    }
}

/// Whether something of the cloud is joined to the Express Connect router.
fn is_in_use(network: &Network, express: &Link) -> bool {
    let here = |thing: &Thing, link: &Arg<Link>| thing.certain && link.value() == Some(express);
    network.express.transits.iter().any(|transit| here(&transit.thing, &transit.express))
        || network.express.associations.iter().any(|association| here(&association.thing, &association.router))
}

/// The border router needs a BGP group, and each group a peer.
fn speakers(network: &Network, say: &mut Say<'_>, border: &Thing, child: &Thing, express: &Link) {
    let effect = format!(
        "border routers on {} know BGP only, so neither side learns the blocks of the other over this line",
        express.shown()
    );
    let mut bare = Vec::new();
    match group_of(network, &border.address) {
        Presence::Maybe(cause) => return say.undecided(border, &cause, None),
        Presence::Nowhere => {
            let message = format!("{} has no {GROUP}: {effect}", border.address);
            let help =
                format!("add an {GROUP} with router_id = {}.id, and an alicloud_vpc_bgp_peer in it", border.address);
            let finding = say.finding(Severity::Error, border, message).help(help).cause(border_key(border));
            let finding = finding.with(child, "puts it on the Express Connect router");
            return say.say(with_router(network, finding, express));
        }
        Presence::Here(_) => {}
    }
    for group in groups(network, &border.address) {
        match peer_of(network, &group.thing.address) {
            Presence::Here(_) => return,
            Presence::Maybe(cause) => return say.undecided(&group.thing, &cause, None),
            Presence::Nowhere if group.thing.certain => bare.push(&group.thing),
            Presence::Nowhere => return,
        }
    }
    let Some(group) = bare.first() else { return };
    let message = format!("{}, the BGP group of {}, has no peer: {effect}", group.address, border.address);
    let finding = say
        .finding(Severity::Error, group, message)
        .help(format!("add an alicloud_vpc_bgp_peer with bgp_group_id = {}.id", group.address))
        .with(border, "the border router")
        .with(child, "puts it on the Express Connect router")
        .cause(border_key(border));
    say.say(with_router(network, finding, express));
}

fn with_router(network: &Network, finding: Finding, express: &Link) -> Finding {
    match network.certain_of(express, crate::network::EXPRESS_ROUTER) {
        Some(router) => finding.with(router, "the Express Connect router"),
        None => finding,
    }
}
