//! An Express Connect router joins VPCs to the customer's lines, not to one another (semantics 6.3, 6.5).

use std::collections::HashMap;

use super::{blocks, unknown_blocks};
use crate::diagnostic::Severity;
use crate::eval::Cause;
use crate::network::{Apart, Joints, Link, Network, Thing, VpcId};
use crate::rule::{Rule, Say};

pub const RULE: Rule = Rule {
    id: "ecr-vpc-to-vpc",
    category: "transitive",
    severity: Severity::Error,
    page: include_str!("ecr_vpc_to_vpc.md"),
    absorbs: &[],
    check,
};

fn check(network: &Network, say: &mut Say<'_>) {
    let mut routers: HashMap<&Link, Vec<(VpcId, &Thing)>> = HashMap::new();
    for association in network.express.associations.iter().filter(|association| association.thing.certain) {
        if let (Some(router), Some(&vpc)) = (association.router.value(), association.vpc.value()) {
            routers.entry(router).or_default().push((vpc, &association.thing));
        }
    }
    if routers.values().all(|vpcs| vpcs.len() < 2) {
        return;
    }
    let (known, joints) = (blocks(network), network.joints());
    for route in network.routes.iter().filter(|route| route.thing.certain && route.kind() == Some("Ecr")) {
        let Some(router) = route.hop.id.value() else { continue };
        let (Some(here), Some(members)) = (network.vpc_of_route(route), routers.get(router)) else { continue };
        let Some(destination) = route.destination.known() else {
            if let Some(cause) = route.destination.cause() {
                say.undecided(&route.thing, cause, None);
            }
            continue;
        };
        let Some(net) = destination.value.v4() else { continue };
        let lies_in = |vpc: &VpcId| network.vpc(*vpc).known_blocks().any(|(block, _)| block.contains(&net));
        let mut there = known.overlapping(net).into_iter().filter(lies_in);
        let (Some(there), None) = (there.next(), there.next()) else { continue };
        let Some((_, far)) = members.iter().find(|(vpc, _)| *vpc == there) else { continue };
        if let Some(cause) = joined(network, &joints, here, there) {
            say.undecided(&route.thing, &cause, None);
            continue;
        }
        if !network.surely_other(here, there) {
            continue;
        }
        let (from, to) = (network.vpc(here).name(), network.vpc(there).name());
        let message = format!(
            "{} sends {}, the block of {to}, to {}: an Express Connect router leads to border routers only, so {from} does not \
             reach {to} through it",
            route.thing.address,
            destination.value.text,
            router.shown()
        );
        let mut finding = say
            .finding(Severity::Error, &route.thing, message)
            .value(destination, route.destination_name())
            .with(far, format!("associates {to}"))
            .help(format!("attach {from} and {to} to a transit router, or peer them"))
            .cause(route.key());
        for (_, near) in members.iter().filter(|(vpc, _)| *vpc == here) {
            finding = finding.with(near, format!("associates {from}"));
        }
        for vpc in [here, there].into_iter().filter_map(|vpc| network.vpc(vpc).thing()) {
            finding = finding.with(vpc, "one of the two VPCs");
        }
        say.say(finding);
    }
}

/// Why two VPCs may be joined in another way after all.
fn joined(network: &Network, joints: &Joints<'_>, a: VpcId, b: VpcId) -> Option<Cause> {
    if let Some((_, id)) = [a, b].into_iter().flat_map(|vpc| joints.attachments(vpc)).next() {
        return Some(Cause::Elsewhere(format!("where {} leads", network.attachment(*id).node.name()).into()));
    }
    if let Some(cause) = joints.loose() {
        return Some(cause);
    }
    match joints.apart(a, b) {
        Apart::Surely => unknown_blocks(network),
        Apart::No => Some(Cause::Elsewhere("which way packets take between the two VPCs".into())),
        Apart::Unknown(cause) => Some(cause),
    }
}
