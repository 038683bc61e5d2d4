//! A custom table that nobody uses routes nothing (semantics 2.2).

use crate::diagnostic::Severity;
use crate::eval::Cause;
use crate::network::{Arg, Link, Network, TableId, TableNode, Thing};
use crate::rule::{Rule, Say};
use crate::source::{Mode, Span};

pub const RULE: Rule = Rule {
    id: "route-table-unattached",
    category: "routing",
    severity: Severity::Warning,
    page: include_str!("route_table_unattached.md"),
    absorbs: &[],
    check,
};

const BINDINGS: [&str; 2] = ["alicloud_route_table_attachment", "alicloud_vpc_gateway_route_table_attachment"];

fn check(network: &Network, say: &mut Say<'_>) {
    let stray = stray(network);
    let mut of_children: std::collections::HashMap<TableId, Vec<&Thing>> = Default::default();
    for child in network.child_routes.iter().filter(|child| child.thing.certain) {
        if let Some(&table) = child.table.value() {
            of_children.entry(table).or_default().push(&child.thing);
        }
    }
    for (at, table) in network.tables.iter().enumerate() {
        let Some(thing) = table.thing().filter(|thing| thing.certain && table.bindings.is_empty()) else { continue };
        let routes = table.routes.iter().map(|&id| &network.route(id).thing).filter(|route| route.certain);
        let children = of_children.get(&TableId(at)).into_iter().flatten().copied();
        let routes: Vec<&Thing> = routes.chain(children).collect();
        if routes.is_empty() {
            continue;
        }
        match &stray {
            Some((cause, place)) => say.undecided(thing, cause, *place),
            None => report(say, thing, &routes, table.is_gateway() == Some(true)),
        }
    }
}

/// Why there may be an attachment of any table that is not known to be of that table.
fn stray(network: &Network) -> Option<(Cause, Option<Span>)> {
    if let Some(gap) = network.gap(&BINDINGS) {
        return Some((gap.cause.clone(), gap.place));
    }
    network.bindings.iter().find_map(|binding| match &binding.table {
        Arg::Unknown(cause, place) => Some((cause.clone(), *place)),
        Arg::Known(table) => match &network.table(table.value).node {
            // A data source or a variable may name any table.
            TableNode::External(link) => match link {
                Link::Of { address, .. } if address.mode == Mode::Managed => None,
                Link::Literal(_) => None,
                link => Some((link.why_unknown(), Some(table.place))),
            },
            _ => None,
        },
        Arg::Absent => None,
    })
}

fn report(say: &mut Say<'_>, table: &Thing, routes: &[&Thing], gateway: bool) {
    let (what, attach) = match gateway {
        true => ("an IPv4 gateway", "alicloud_vpc_gateway_route_table_attachment"),
        false => ("a vSwitch", "alicloud_route_table_attachment"),
    };
    let s = if routes.len() == 1 { "" } else { "s" };
    let message = format!(
        "{} has {} route{s} and is attached to no vSwitch or gateway: its routes have no effect",
        table.address,
        routes.len()
    );
    let mut finding = say
        .finding(Severity::Warning, table, message)
        .help(format!("attach it to {what} with an {attach}, or put the routes into the system table of the VPC"));
    finding = finding.cause(table.name());
    for route in routes {
        finding = finding.cause(format!("route:{}", route.address)).with(route, "this route is used by nobody");
    }
    say.say(finding);
}
