//! One route must have one owner, also where the CEN writes it (semantics 2.4).

use std::collections::HashMap;

use ipnet::IpNet;

use crate::diagnostic::Severity;
use crate::network::{Arg, Cidr, Network, TableId, Thing, Traced, is_vague};
use crate::rule::{Rule, Say};

pub const RULE: Rule = Rule {
    id: "route-entry-two-owners",
    category: "routing",
    severity: Severity::Error,
    page: include_str!("route_entry_two_owners.md"),
    absorbs: &[],
    check,
};

struct Entry<'n> {
    thing: &'n Thing,
    cidr: &'n Traced<Cidr>,
    argument: &'static str,
}

fn check(network: &Network, say: &mut Say<'_>) {
    let mut first: HashMap<(TableId, IpNet), Entry<'_>> = HashMap::new();
    let routes =
        network.routes.iter().map(|route| (&route.thing, &route.table, &route.destination, route.destination_name()));
    let children = network.child_routes.iter();
    let children = children.map(|route| (&route.thing, &route.table, &route.destination, "destination_cidr_block"));
    for (thing, table, destination, argument) in routes.chain(children) {
        let (Arg::Known(table), Arg::Known(cidr)) = (table, destination) else { continue };
        let Some(net) = cidr.value.net.filter(|_| thing.certain && !is_vague(&thing.address)) else { continue };
        let entry = Entry { thing, cidr, argument };
        match first.get(&(table.value, net)) {
            Some(older) if older.thing.address.kind != thing.address.kind => {
                report(network, say, table.value, &entry, older)
            }
            Some(_) => {}
            None => drop(first.insert((table.value, net), entry)),
        }
    }
}

fn report(network: &Network, say: &mut Say<'_>, table: TableId, entry: &Entry<'_>, older: &Entry<'_>) {
    let message = format!(
        "{} and {} are both the route to {} in {}: the second one is refused, and each removes the other's route when it goes",
        entry.thing.address,
        older.thing.address,
        entry.cidr.value.text,
        network.table_name(table)
    );
    let mut finding = say
        .finding(Severity::Error, entry.thing, message)
        .value(entry.cidr, entry.argument)
        .with_value(older.thing, older.cidr, "the same route")
        .help(format!("keep one of {} and {}", entry.thing.address, older.thing.address))
        .key(older.thing.name());
    finding.causes = vec![entry.thing.name(), format!("route:{}", entry.thing.address)];
    say.say(finding);
}
