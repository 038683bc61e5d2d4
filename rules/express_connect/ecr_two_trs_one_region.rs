//! An Express Connect router has one transit router in a region (semantics 6.3).

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::diagnostic::Severity;
use crate::network::{EXPRESS_ROUTER, Link, Network, Node, RouterId, Thing};
use crate::rule::{Rule, Say};

pub const RULE: Rule = Rule {
    id: "ecr-two-trs-one-region",
    category: "express-connect",
    severity: Severity::Error,
    page: include_str!("ecr_two_trs_one_region.md"),
    absorbs: &["ecr-tr-half-attached"],
    check,
};

fn check(network: &Network, say: &mut Say<'_>) {
    let mut groups: BTreeMap<(&Link, &Arc<str>), Vec<(RouterId, &Thing)>> = BTreeMap::new();
    for transit in network.express.transits.iter().filter(|transit| transit.thing.certain) {
        let (Some(express), Some(&router)) = (transit.express.value(), transit.router.value()) else {
            continue;
        };
        match transit.region.value() {
            Some(region) => groups.entry((express, region)).or_default().push((router, &transit.thing)),
            None => {
                if let Some(cause) = transit.region.cause() {
                    say.undecided(&transit.thing, cause, None);
                }
            }
        }
    }
    for ((express, region), transits) in groups {
        let Some(&(first, before)) = transits.first() else { continue };
        for &(router, thing) in &transits[1..] {
            if !differ(network, first, router) {
                continue;
            }
            let (one, other) = (network.router(first).node.name(), network.router(router).node.name());
            let message = format!(
                "{} joins {} to {other} in {region}, where {} joins it to {one}: an Express Connect router has one transit \
                 router per region, so the second one is refused",
                thing.address,
                express.shown(),
                before.address
            );
            let mut finding = say
                .finding(Severity::Error, thing, message)
                .with(before, format!("joins it to {one}"))
                .help(format!(
                    "keep one transit router of {region} on it, and reach the networks of {other} through a CEN that \
                     both are on, or give {other} an Express Connect router of its own"
                ))
                .cause(thing.name());
            for node in [first, router].map(|id| &network.router(id).node) {
                if let Some(thing) = node.thing() {
                    finding = finding.with(thing, "one of the two transit routers");
                }
            }
            if let Some(router) = network.certain_of(express, EXPRESS_ROUTER) {
                finding = finding.with(router, "the Express Connect router");
            }
            say.say(finding);
        }
    }
}

/// Two nodes that surely are two routers.
fn differ(network: &Network, a: RouterId, b: RouterId) -> bool {
    match (&network.router(a).node, &network.router(b).node) {
        (Node::Managed(one), Node::Managed(other)) => one.address != other.address && one.certain && other.certain,
        (Node::External(one), Node::External(other)) => one.same(other) == Some(false),
        (Node::Managed(thing), Node::External(Link::Literal(_)))
        | (Node::External(Link::Literal(_)), Node::Managed(thing)) => thing.certain,
        _ => false,
    }
}
