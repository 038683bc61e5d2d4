//! A router interface carries packets once both ends know each other (semantics 6.6, 6.8).

use std::collections::HashMap;
use std::sync::Arc;

use crate::diagnostic::Severity;
use crate::eval::Cause;
use crate::network::{INTERFACE_CONNECTION, INTERFACES, Network, Presence, RouterInterface, Thing};
use crate::rule::{Rule, Say};
use crate::source::Address;

pub const RULE: Rule = Rule {
    id: "router-interface-incomplete",
    category: "express-connect",
    severity: Severity::Warning,
    page: include_str!("router_interface_incomplete.md"),
    absorbs: &[],
    check,
};

type Used<'n> = HashMap<&'n Arc<Address>, Vec<&'n Thing>>;

fn check(network: &Network, say: &mut Say<'_>) {
    let used = used(network);
    for interface in network.interfaces.list.iter().filter(|interface| interface.thing.certain) {
        health(say, interface);
        if interface.is("AcceptingSide")
            && let Some(kind) = interface.kind.known().filter(|kind| &*kind.value == "VBR")
        {
            let message = format!(
                "{} is the accepting side and on a border router: only the router of a VPC can accept, so the API refuses it",
                interface.thing.address
            );
            let finding = say
                .finding(Severity::Warning, &interface.thing, message)
                .value(kind, "router_type")
                .key("role")
                .help("write role = \"InitiatingSide\" here, and \"AcceptingSide\" at the end in the VPC");
            say.say(finding);
            continue;
        }
        ends(network, say, interface, &used);
    }
}

/// A health check needs both of its addresses.
fn health(say: &mut Say<'_>, interface: &RouterInterface) {
    let (source, target) = (&interface.check_source, &interface.check_target);
    let (known, set, missing) = match (source.known(), target.known()) {
        (Some(known), None) if target.is_absent() => (known, "health_check_source_ip", "health_check_target_ip"),
        (None, Some(known)) if source.is_absent() => (known, "health_check_target_ip", "health_check_source_ip"),
        _ => return,
    };
    if known.value.is_empty() {
        return;
    }
    let message = format!(
        "{} has {set} and no {missing}: a health check needs both, so the API refuses it or nothing is checked",
        interface.thing.address
    );
    let finding = say
        .finding(Severity::Warning, &interface.thing, message)
        .value(known, set)
        .key("health-check")
        .help(format!("write {missing} too: two addresses that nothing else uses"));
    say.say(finding);
}

fn ends(network: &Network, say: &mut Say<'_>, interface: &RouterInterface, used: &Used<'_>) {
    let thing = &interface.thing;
    let connections = || network.interfaces.connections.iter();
    // The newer generation says itself what is at the other end.
    if !interface.opposite_interface.is_absent() {
        return;
    }
    if !interface.opposite.is_absent() {
        return accepting(network, say, interface);
    }
    let own = network.naming(
        &thing.address,
        connections().map(|connection| (&connection.thing, &connection.interface)),
        &[INTERFACE_CONNECTION],
    );
    match own {
        Presence::Here(_) => return,
        Presence::Maybe(cause) => return say.undecided(thing, &cause, None),
        Presence::Nowhere => {}
    }
    let told = network.naming(
        &thing.address,
        connections().map(|connection| (&connection.thing, &connection.opposite)),
        &[INTERFACE_CONNECTION],
    );
    match told {
        Presence::Maybe(cause) => return say.undecided(thing, &cause, None),
        Presence::Here(connection) => {
            let message = format!(
                "{} tells the other end of {}, and nothing tells {} of the other end: a line between two routers needs \
                 both, so this one never becomes active",
                connection.address, thing.address, thing.address
            );
            let finding = say
                .finding(Severity::Warning, thing, message)
                .with(connection, "knows one direction only")
                .help(format!("add an {INTERFACE_CONNECTION} with interface_id = {}.id", thing.address));
            return say.say(finding);
        }
        Presence::Nowhere => {}
    }
    let wanted = if interface.is("InitiatingSide") { "AcceptingSide" } else { "InitiatingSide" };
    let into = |interface: &RouterInterface| used.get(&interface.thing.address).map_or(&[][..], Vec::as_slice);
    let routes = into(interface);
    let others = network.interfaces.list.iter().filter(|other| other.thing.certain && other.is(wanted));
    let others: Vec<&RouterInterface> = others.collect();
    // Of two ends it is said of the one that is in use, else of the one that starts.
    if routes.is_empty() && (!interface.is("InitiatingSide") || others.iter().any(|other| !into(other).is_empty())) {
        return;
    }
    let others: Vec<&Thing> = others.into_iter().map(|other| &other.thing).collect();
    // One end alone may wait for somebody else's.
    let (effect, remedy) = match (routes.first(), others.first()) {
        (Some(route), _) => (format!("the packets of {} are dropped", route.address), remedy(interface)),
        (None, Some(other)) => (format!("{} does not know of it either", other.address), remedy(interface)),
        (None, None) => return,
    };
    if let Some(cause) = may_be_known(network, interface) {
        return say.undecided(thing, &cause, None);
    }
    let message = format!("{} is connected to no interface at another router: {effect}", thing.address);
    let mut finding = say.finding(Severity::Warning, thing, message).help(match others.first() {
        Some(other) => format!("connect it with {}: {remedy}", other.address),
        None => format!("add the {wanted} at the other router, and connect the two: {remedy}"),
    });
    for route in routes {
        finding = finding.with(route, "leads into it");
    }
    for other in others {
        finding = finding.with(other, "an end that it could be connected with");
    }
    say.say(finding);
}

/// An initiating side that names the router of a VPC needs an accepting side there, unless the cloud makes that as well.
fn accepting(network: &Network, say: &mut Say<'_>, interface: &RouterInterface) {
    let thing = &interface.thing;
    let made = !interface.fast.is_absent() && interface.fast.value() != Some(&false);
    let Some(router) = interface.opposite.known().filter(|_| interface.is("InitiatingSide") && !made) else { return };
    let address = router.value.managed("alicloud_vpc", &["router_id"]);
    let Some(vpc) = address.and_then(|address| network.thing(address)).filter(|vpc| vpc.certain) else { return };
    // One on a border router is none of the VPC's.
    let may_be = |other: &&RouterInterface| {
        other.thing.address != thing.address && other.kind.value().is_none_or(|kind| &**kind != "VBR")
    };
    let ends = network.interfaces.list.iter().filter(may_be);
    match network.naming(&vpc.address, ends.map(|other| (&other.thing, &other.router)), &INTERFACES) {
        Presence::Here(_) => {}
        Presence::Maybe(cause) => say.undecided(thing, &cause, None),
        Presence::Nowhere => {
            let message = format!(
                "{} leads to the router of {}, which has no interface to accept it: the line never becomes active",
                thing.address, vpc.address
            );
            let finding = say
                .finding(Severity::Warning, thing, message)
                .value(router, "opposite_router_id")
                .with(vpc, "the VPC at the other end")
                .help(format!(
                    "add an {} with role = \"AcceptingSide\" and router_id = {}.router_id, or set fast_link_mode = true, \
                     with which the cloud makes it",
                    INTERFACES[0], vpc.address
                ));
            say.say(finding);
        }
    }
}

/// The routes that lead into each interface.
fn used(network: &Network) -> Used<'_> {
    let mut used: Used<'_> = HashMap::new();
    if network.interfaces.list.is_empty() {
        return used;
    }
    for route in network.routes.iter().filter(|route| route.thing.certain) {
        for hop in route.every_hop() {
            let address = hop
                .id
                .value()
                .and_then(|link| INTERFACES.iter().find_map(|kind| link.managed(kind, &["id", "router_interface_id"])));
            if let Some(address) = address {
                used.entry(address).or_default().push(&route.thing);
            }
        }
    }
    used
}

/// Why the other end may know of it after all: another interface of the files, or one that cannot be read.
fn may_be_known(network: &Network, interface: &RouterInterface) -> Option<Cause> {
    let others = network.interfaces.list.iter().filter(|other| other.thing.address != interface.thing.address);
    for other in others {
        match other.opposite_interface.names(&interface.thing.address) {
            Ok(true) => return Some(Cause::Elsewhere(format!("what {} has made", other.thing.address).into())),
            Ok(false) => {}
            Err(cause) => return Some(cause),
        }
        // One that makes its other end by itself, or names the router, may be this one's.
        if other.fast.value() == Some(&true) || !other.opposite.is_absent() {
            return Some(Cause::Elsewhere(format!("what {} has made", other.thing.address).into()));
        }
    }
    network.gap(&INTERFACES).map(|gap| gap.cause.clone())
}

fn remedy(interface: &RouterInterface) -> String {
    match interface.is_old() {
        true => format!("one {INTERFACE_CONNECTION} for each direction"),
        false => "opposite_router_id and opposite_interface_id".into(),
    }
}
