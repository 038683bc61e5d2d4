//! A route into a peering connection cannot lead on to a third VPC (semantics 3.6).

use super::assumptions;
use crate::diagnostic::Severity;
use crate::network::{Joint, Network};
use crate::rule::{Rule, Say};

pub const RULE: Rule = Rule {
    id: "transitive-peering",
    category: "transitive",
    severity: Severity::Error,
    page: include_str!("transitive_peering.md"),
    absorbs: &[
        "alb-back-to-origin-missing",
        "alb-remote-unreachable",
        "peering-route-missing-both",
        "peering-route-one-directional",
        "peering-route-wrong-destination",
    ],
    check,
};

fn check(network: &Network, say: &mut Say<'_>) {
    let joints = network.joints();
    let (found, unknown) = assumptions(network, &joints);
    for (route, cause) in unknown {
        say.undecided(&route.thing, &cause, None);
    }
    for one in &found {
        let Some((third, between)) = one.meant.iter().min_by_key(|(vpc, joints)| (joints.is_empty(), *vpc)) else {
            continue;
        };
        // What a transit router joins is another rule's.
        if one.meant.iter().flat_map(|(_, joints)| joints).any(|joint| !matches!(joint, Joint::Peering(_))) {
            continue;
        }
        let (middle, third_name) = (network.vpc(one.middle).name(), network.vpc(*third).name());
        let (sender, to) = (one.sender(network), &one.destination.value.text);
        let why = match between.is_empty() {
            true => format!("which is not {third_name} and passes nothing on"),
            false => format!("which is peered with {third_name} but passes nothing on: peering is not transitive"),
        };
        let message = format!(
            "{} sends {to}, where {third_name} is, over {} into {middle}, {why}, so {sender} does not reach {third_name}",
            one.route.thing.address, one.peering.thing.address
        );
        let direct = one.near.map(|near| joints.between(near, *third)).unwrap_or_default();
        let help = match direct.iter().find_map(|joint| match joint {
            Joint::Peering(id) => Some(&network.peering(*id).thing),
            _ => None,
        }) {
            Some(direct) => {
                format!("{sender} and {third_name} are peered by {}: use its id as the next hop", direct.address)
            }
            None => format!(
                "peer {sender} with {third_name} directly and route {to} there, or attach {sender}, {middle} and \
                 {third_name} to a transit router"
            ),
        };
        let finding = say.finding(Severity::Error, &one.route.thing, message).help(help);
        say.say(one.witness(network, finding));
    }
}
