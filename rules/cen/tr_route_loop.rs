//! Routers that send a block to one another: packets circle until they are dropped (semantics 4.13, 4.18).

use std::collections::BTreeSet;

use crate::diagnostic::Severity;
use crate::network::Network;
use crate::reach::Reach;
use crate::rule::{Rule, Say};

pub const RULE: Rule = Rule {
    id: "tr-route-loop",
    category: "cen",
    severity: Severity::Error,
    page: include_str!("tr_route_loop.md"),
    absorbs: &[],
    check,
};

fn check(network: &Network, say: &mut Say<'_>) {
    let reach = Reach::new(network);
    let mut said: BTreeSet<Vec<usize>> = BTreeSet::new();
    for (at, entry) in network.router_routes.iter().enumerate().filter(|(_, entry)| entry.thing.certain) {
        // A circle needs an entry that leads to another router.
        if entry.attachment.is_none_or(|id| network.attachment(id).peer().is_none()) {
            continue;
        }
        match reach.circle(at) {
            Ok(Some(mut circle)) => {
                circle.sort();
                if said.insert(circle.clone()) {
                    report(network, say, &circle);
                }
            }
            Ok(None) => {}
            Err(cause) => say.undecided(&entry.thing, &cause, None),
        }
    }
}

fn report(network: &Network, say: &mut Say<'_>, circle: &[usize]) {
    let Some((&first, others)) = circle.split_first() else { return };
    let entry = &network.router_routes[first];
    let (Some(destination), Some(attachment)) = (entry.destination.known(), entry.attachment) else { return };
    let back = match others.first() {
        Some(&other) => format!("{} sends them back", network.router_routes[other].thing.address),
        None => "the same table is looked up there again".into(),
    };
    let message = format!(
        "{} sends {} to another router through {}, and {back}: the packets go in a circle until they are dropped",
        entry.thing.address,
        destination.value.text,
        network.attachment(attachment).node.name()
    );
    let mut finding = say
        .finding(Severity::Error, &entry.thing, message)
        .value(destination, "transit_router_route_entry_destination_cidr_block")
        .help(format!(
            "in the region where {} belongs, use the attachment of its VPC or line as the next hop instead of the other router",
            destination.value.text
        ));
    for &at in others {
        let other = &network.router_routes[at];
        if let Some(to) = other.destination.known() {
            finding = finding.with_value(&other.thing, to, "sends the packets on around the circle");
        }
    }
    let attachments: BTreeSet<_> = circle.iter().filter_map(|&at| network.router_routes[at].attachment).collect();
    for thing in attachments.into_iter().filter_map(|id| network.attachment(id).thing()) {
        finding = finding.with(thing, "joins the two routers");
    }
    say.say(finding);
}
