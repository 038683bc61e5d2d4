//! Regions that offer peering (semantics 3, the page's list).

use super::{connections, key};
use crate::diagnostic::Severity;
use crate::facts;
use crate::network::{Arg, Network, Side};
use crate::rule::{Rule, Say};

pub const RULE: Rule = Rule {
    id: "peering-region-unsupported",
    category: "peering",
    severity: Severity::Warning,
    page: include_str!("peering_region_unsupported.md"),
    absorbs: &[],
    check,
};

fn check(network: &Network, say: &mut Say<'_>) {
    for peering in connections(network) {
        for side in Side::BOTH {
            let region = match peering.region_of(side) {
                Arg::Known(region) => region,
                Arg::Unknown(cause, place) => {
                    say.undecided(&peering.thing, cause, *place);
                    continue;
                }
                Arg::Absent => continue,
            };
            let Some(fact) = facts::region(&region.value).filter(|fact| fact.peering == Some(false)) else { continue };
            let message = format!(
                "{} has an end in {} ({}), which is not among the regions that offer VPC peering: creating it very likely fails",
                peering.thing.address, fact.id, fact.name
            );
            let finding = say.finding(Severity::Warning, &peering.thing, message);
            let finding = match side {
                Side::Requester => {
                    finding.related(format!("the provider's region is {}", fact.id), None, Some(region.place))
                }
                Side::Accepter => finding.value(region, "accepting_region_id"),
            };
            say.say(
                finding
                    .help("join the VPCs through a transit router, or move one of them")
                    .key(&*fact.id)
                    .cause(key(peering)),
            );
            // One finding is enough, also where both ends lie there.
            break;
        }
    }
}
