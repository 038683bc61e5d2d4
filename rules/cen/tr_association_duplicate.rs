//! An attachment is looked up in one table; a second association fails (semantics 4.4a, 4.5).

use std::collections::BTreeMap;

use super::attached::key;
use crate::diagnostic::{Finding, Severity};
use crate::network::{
    AttachmentId, AttachmentKind, Link, Membership, Network, Node, RouterId, RouterTableId, RouterTableNode, is_vague,
};
use crate::rule::{Rule, Say};

pub const RULE: Rule = Rule {
    id: "tr-association-duplicate",
    category: "cen",
    severity: Severity::Error,
    page: include_str!("tr_association_duplicate.md"),
    absorbs: &["alb-back-to-origin-missing", "alb-remote-unreachable", "asm-cluster-unreachable"],
    check,
};

/// Where an association counts: attachments between routers have one at each end.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Place {
    Anywhere,
    Router(RouterId),
    Table(RouterTableId),
}

fn check(network: &Network, say: &mut Say<'_>) {
    for id in (0..network.attachments.len()).map(AttachmentId) {
        let attachment = network.attachment(id);
        let one = match &attachment.node {
            Node::Managed(thing) => thing.certain && !is_vague(&thing.address),
            Node::External(Link::Of { address, .. }) => !is_vague(address),
            Node::External(_) => true,
        };
        if !one || attachment.associations.len() < 2 {
            continue;
        }
        // An attachment that is only named may be one between two routers.
        let two_ends = matches!(attachment.kind, AttachmentKind::Peer(_) | AttachmentKind::Unknown);
        let mut first: BTreeMap<Place, &Membership> = BTreeMap::new();
        for join in
            attachment.associations.iter().map(|&at| &network.associations[at]).filter(|join| join.thing.certain)
        {
            let place = match (two_ends, join.table.value()) {
                (false, _) => Place::Anywhere,
                (true, Some(&table)) => match network.router_table(table).router.value() {
                    Some(&router) => Place::Router(router),
                    None => Place::Table(table),
                },
                (true, None) => {
                    if let Some(cause) = join.table.cause() {
                        say.undecided(&join.thing, cause, None);
                    }
                    continue;
                }
            };
            match first.get(&place) {
                Some(other) => report(network, say, id, other, join),
                None => drop(first.insert(place, join)),
            }
        }
    }
}

fn report(network: &Network, say: &mut Say<'_>, id: AttachmentId, a: &Membership, b: &Membership) {
    let (flag, join) = if a.by_flag {
        (Some(a), b)
    } else if b.by_flag {
        (Some(b), a)
    } else {
        (None, b)
    };
    let attachment = network.attachment(id);
    let name = attachment.node.name();
    let table = |join: &Membership| match join.table.value() {
        Some(&table) => network.router_table_name(table),
        None => "a table".into(),
    };
    let finding = match flag {
        Some(flag) => {
            let apart =
                matches!((flag.table.value(), join.table.value()), (Some(a), Some(b)) if differ(network, *a, *b));
            let message = match apart {
                true => format!(
                    "route_table_association_enabled associates {name} with {}, and {} with {}: an attachment has one table, \
                     and the second association fails",
                    table(flag),
                    join.thing.address,
                    table(join)
                ),
                false => format!(
                    "route_table_association_enabled already associates {name} with {}: {} does it once more, which the API \
                     may refuse",
                    table(flag),
                    join.thing.address
                ),
            };
            let severity = if apart { Severity::Error } else { Severity::Warning };
            let finding = say.finding(severity, &join.thing, message);
            let finding = match attachment.association_flag.known() {
                Some(set) => finding.with_value(&flag.thing, set, "the flag makes the first association"),
                None => finding,
            };
            finding.help(format!("remove route_table_association_enabled from {name}"))
        }
        None => {
            let message = format!(
                "{} and {} both associate {name}, with {} and {}: an attachment has one table, and the second association \
                 fails",
                a.thing.address,
                b.thing.address,
                table(a),
                table(b)
            );
            let finding = say.finding(Severity::Error, &b.thing, message).with(&a.thing, "the first association");
            finding.help(format!(
                "keep one association of {name}; many tables may learn its routes, but only one is looked up"
            ))
        }
    };
    say.say(with_attachment(finding, network, id).cause(join.thing.name()));
}

fn with_attachment(finding: Finding, network: &Network, id: AttachmentId) -> Finding {
    match network.attachment(id).thing() {
        Some(thing) => finding.with(thing, "the attachment").cause(key(thing)),
        None => finding,
    }
}

/// Two tables that are certainly not one: a default table is never one that the files make.
fn differ(network: &Network, a: RouterTableId, b: RouterTableId) -> bool {
    let managed = |id: RouterTableId| network.managed_router(&network.router_table(id).router).is_ok();
    match (&network.router_table(a).node, &network.router_table(b).node) {
        (RouterTableNode::System, RouterTableNode::System) => a != b && managed(a) && managed(b),
        (RouterTableNode::System, RouterTableNode::Custom(_))
        | (RouterTableNode::Custom(_), RouterTableNode::System) => true,
        (RouterTableNode::Custom(one), RouterTableNode::Custom(other)) => {
            a != b && !is_vague(&one.address) && !is_vague(&other.address)
        }
        _ => false,
    }
}
