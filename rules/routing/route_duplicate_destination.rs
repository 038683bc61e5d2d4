//! A table takes a destination once (semantics 2.4).

use std::collections::BTreeMap;

use ipnet::IpNet;

use crate::diagnostic::Severity;
use crate::network::{Network, Route, RouteId, TableId, is_vague};
use crate::rule::{Rule, Say};

pub const RULE: Rule = Rule {
    id: "route-duplicate-destination",
    category: "routing",
    severity: Severity::Error,
    page: include_str!("route_duplicate_destination.md"),
    absorbs: &["route-entry-two-owners"],
    check,
};

/// The first routes of one table and destination, by whether they lead to a router interface: of those there may be
/// several, for active and standby lines or shared load.
#[derive(Default)]
struct Firsts {
    interface: Option<RouteId>,
    other: Option<RouteId>,
    unknown: Option<RouteId>,
}

fn check(network: &Network, say: &mut Say<'_>) {
    let mut firsts: BTreeMap<(TableId, IpNet), Firsts> = BTreeMap::new();
    for (at, route) in network.routes.iter().enumerate() {
        if !route.thing.certain || is_vague(&route.thing.address) {
            continue;
        }
        let Some(&table) = route.table.value() else {
            if let Some(cause) = route.table.cause() {
                say.undecided(&route.thing, cause, None);
            }
            continue;
        };
        let Some(net) = route.destination.value().and_then(|cidr| cidr.net) else {
            if let Some(cause) = route.destination.cause() {
                say.undecided(&route.thing, cause, None);
            }
            continue;
        };
        let first = firsts.entry((table, net)).or_default();
        let id = RouteId(at);
        match leads_to_interface(route) {
            Some(false) => {
                // An older route to an unknown kind of next hop cannot share the destination with this one either.
                let older = [first.other, first.interface, first.unknown].into_iter().flatten().min();
                if let Some(older) = older {
                    report(network, say, route, network.route(older), table);
                }
                first.other = first.other.or(Some(id));
            }
            Some(true) => {
                if let Some(older) = first.other {
                    report(network, say, route, network.route(older), table);
                }
                first.interface = first.interface.or(Some(id));
            }
            None => {
                match (first.other, first.interface.or(first.unknown)) {
                    (Some(older), _) => report(network, say, route, network.route(older), table),
                    (None, Some(_)) => {
                        let causes = route.every_hop().find_map(|hop| hop.kind.cause());
                        if let Some(cause) = causes.or(route.more_hops.as_ref()) {
                            say.undecided(&route.thing, cause, None);
                        }
                    }
                    (None, None) => {}
                }
                first.unknown = first.unknown.or(Some(id));
            }
        }
    }
}

fn leads_to_interface(route: &Route) -> Option<bool> {
    let mut kinds = route.every_hop().map(|hop| hop.kind.value().map(|kind| &**kind == "RouterInterface"));
    match kinds.next() {
        Some(kind) => kind,
        None if route.more_hops.is_some() => None,
        None => Some(false),
    }
}

fn report(network: &Network, say: &mut Say<'_>, route: &Route, older: &Route, table: TableId) {
    let (Some(new), Some(old)) = (route.destination.known(), older.destination.known()) else { return };
    let table = network.table_name(table);
    let message = format!(
        "{} and {} both send {} in {table}: the API refuses the second one (RouterEntryConflict.Duplicated)",
        route.thing.address, older.thing.address, new.value.text
    );
    let mut finding = say
        .finding(Severity::Error, &route.thing, message)
        .value(new, route.destination_name())
        .with_value(&older.thing, old, format!("{} is sent here as well", old.value.text))
        .help(format!("remove one of them, or give {} a destination of its own", route.thing.address))
        .key(older.thing.name());
    finding.causes = vec![route.thing.name(), route.key()];
    say.say(finding);
}
