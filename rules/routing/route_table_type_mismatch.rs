//! Tables for vSwitches and tables for gateways are two kinds (semantics 2.12).

use crate::diagnostic::{Finding, Severity};
use crate::network::{Arg, Binding, Network, Route, Table, TableId, Traced};
use crate::rule::{Rule, Say};

pub const RULE: Rule = Rule {
    id: "route-table-type-mismatch",
    category: "routing",
    severity: Severity::Error,
    page: include_str!("route_table_type_mismatch.md"),
    absorbs: &["route-overrides-local"],
    check,
};

fn check(network: &Network, say: &mut Say<'_>) {
    for binding in network.bindings.iter().filter(|binding| binding.thing.certain) {
        let Some(table) = binding.table.known() else { continue };
        match network.table(table.value).is_gateway() {
            Some(gateway) if gateway != binding.is_gateway => attached(network, say, binding, table),
            _ => {}
        }
        undecided(say, network.table(table.value), &binding.thing);
    }
    for route in network.routes.iter().filter(|route| route.thing.certain) {
        let Some(table) = route.table.known() else { continue };
        if network.table(table.value).is_gateway() == Some(true) {
            added(network, say, route, table);
        }
        undecided(say, network.table(table.value), &route.thing);
    }
}

/// The type of a table of the files may be unknown; of others nobody asks.
fn undecided(say: &mut Say<'_>, table: &Table, thing: &crate::network::Thing) {
    if let (Arg::Unknown(cause, place), Some(_)) = (&table.associate_type, table.thing()) {
        say.undecided(thing, cause, *place);
    }
}

fn attached(network: &Network, say: &mut Say<'_>, binding: &Binding, table: &Traced<TableId>) {
    let name = network.table_name(table.value);
    let (message, help) = match binding.is_gateway {
        true => (
            format!(
                "{} attaches {name} to a gateway, but it is a table for vSwitches: the API refuses it",
                binding.thing.address
            ),
            format!("set associate_type = \"Gateway\" on {name}, or attach a table that has it"),
        ),
        false => (
            format!(
                "{} attaches {name} to a vSwitch, but it is a table for gateways: the API refuses it",
                binding.thing.address
            ),
            format!("remove associate_type = \"Gateway\" from {name}, or attach a table for vSwitches"),
        ),
    };
    let finding = say.finding(Severity::Error, &binding.thing, message).value(table, "route_table_id").help(help);
    say.say(with_type(network, finding, table.value));
}

fn added(network: &Network, say: &mut Say<'_>, route: &Route, table: &Traced<TableId>) {
    let name = network.table_name(table.value);
    let message = format!(
        "{} adds a route to {name}, which is a table for gateways: such a table takes no new routes, and the API refuses it",
        route.thing.address
    );
    let help = "put the route into a table for vSwitches";
    let mut finding = say.finding(Severity::Error, &route.thing, message).value(table, "route_table_id").help(help);
    finding.causes = vec![route.thing.name(), route.key()];
    say.say(with_type(network, finding, table.value));
}

fn with_type(network: &Network, finding: Finding, table: TableId) -> Finding {
    let table = network.table(table);
    match (table.thing(), table.associate_type.known()) {
        (Some(thing), Some(kind)) => finding.with_value(thing, kind, format!("its type is {}", kind.value)),
        (Some(thing), None) => finding.with(thing, "its type is VSwitch, as for every table that does not say another"),
        _ => finding,
    }
}
