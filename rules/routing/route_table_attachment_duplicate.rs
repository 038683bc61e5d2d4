//! A vSwitch uses one route table (semantics 2.2).

use std::collections::HashMap;

use crate::diagnostic::Severity;
use crate::network::{Binding, Link, Network, TableId, TableNode, is_vague};
use crate::rule::{Rule, Say};
use crate::source::Mode;

pub const RULE: Rule = Rule {
    id: "route-table-attachment-duplicate",
    category: "routing",
    severity: Severity::Error,
    page: include_str!("route_table_attachment_duplicate.md"),
    absorbs: &["quota-exceeded"],
    check,
};

fn check(network: &Network, say: &mut Say<'_>) {
    // Of each vSwitch the first attachment, and the first that is to another table.
    let mut firsts: HashMap<&Link, (&Binding, Option<&Binding>)> = HashMap::new();
    for binding in network.bindings.iter().filter(|binding| binding.thing.certain && !binding.is_gateway) {
        let Some(to) = binding.to.value() else {
            if let Some(cause) = binding.to.cause() {
                say.undecided(&binding.thing, cause, None);
            }
            continue;
        };
        if matches!(to, Link::Of { address, attribute } if is_vague(address) || attribute.contains("[*]")) {
            continue;
        }
        let Some((first, second)) = firsts.get_mut(to) else {
            firsts.insert(to, (binding, None));
            continue;
        };
        for other in [Some(*first), *second].into_iter().flatten() {
            match differ(network, other, binding) {
                Some(true) => {
                    report(network, say, other, binding, to);
                    second.get_or_insert(binding);
                    break;
                }
                Some(false) => {}
                None => {
                    if let Some(cause) = binding.table.cause().or(other.table.cause()) {
                        say.undecided(&binding.thing, cause, None);
                    }
                }
            }
        }
    }
}

/// Whether two attachments are to different tables.
fn differ(network: &Network, a: &Binding, b: &Binding) -> Option<bool> {
    let (&a, &b) = (a.table.value()?, b.table.value()?);
    if a == b {
        return Some(false);
    }
    match (outside(network, a), outside(network, b)) {
        (None, None) => Some(true),
        (Some(a), Some(b)) => a.same(b).map(|same| !same),
        // An id written out is not that of a table which the files make; one that was looked up may be.
        (Some(link), None) | (None, Some(link)) => matches!(link, Link::Literal(_)).then_some(true),
    }
}

fn outside(network: &Network, table: TableId) -> Option<&Link> {
    match &network.table(table).node {
        TableNode::External(link) => Some(link),
        _ => None,
    }
}

fn report(network: &Network, say: &mut Say<'_>, older: &Binding, binding: &Binding, to: &Link) {
    let name = |binding: &Binding| binding.table.value().map_or_else(String::new, |&table| network.table_name(table));
    let message = format!(
        "{} attaches {} to {}, and {} attaches it to {}: a vSwitch uses one table, so only one of them takes effect",
        binding.thing.address,
        to.shown(),
        name(binding),
        older.thing.address,
        name(older)
    );
    let mut finding = say.finding(Severity::Error, &binding.thing, message);
    if let Some(known) = binding.to.known() {
        finding = finding.value(known, "vswitch_id");
    }
    finding = match older.to.known() {
        Some(known) => finding.with_value(&older.thing, known, "attached here as well"),
        None => finding.with(&older.thing, "attached here as well"),
    };
    if let Link::Of { address, .. } = to
        && address.mode == Mode::Managed
        && let Some(thing) = network.thing(address)
    {
        finding = finding.with(thing, "the vSwitch");
    }
    let help = format!(
        "keep one of {} and {}, and put the routes of both into its table",
        older.thing.address, binding.thing.address
    );
    say.say(finding.help(help).key(older.thing.name()));
}
