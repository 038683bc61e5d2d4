//! Across the border of mainland China only with an approval (semantics 3.10).

use super::{connections, key};
use crate::diagnostic::Severity;
use crate::facts;
use crate::network::{Arg, Network};
use crate::rule::{Rule, Say};

pub const RULE: Rule = Rule {
    id: "peering-cross-border",
    category: "peering",
    severity: Severity::Note,
    page: include_str!("peering_cross_border.md"),
    absorbs: &[],
    check,
};

fn check(network: &Network, say: &mut Say<'_>) {
    for peering in connections(network) {
        let (here, there) = match (&peering.region, &peering.accepting_region) {
            (Arg::Known(here), Arg::Known(there)) => (here, there),
            (Arg::Unknown(cause, place), _) | (_, Arg::Unknown(cause, place)) => {
                say.undecided(&peering.thing, cause, *place);
                continue;
            }
            _ => continue,
        };
        if facts::cross_border(&here.value, &there.value) != Some(true) {
            continue;
        }
        let abroad = if facts::region(&here.value).is_some_and(|region| region.mainland) { there } else { here };
        let message = format!(
            "{} crosses the border of mainland China ({} to {}; {} lies outside): it works only after a compliance approval",
            peering.thing.address, here.value, there.value, abroad.value
        );
        let finding = say
            .finding(Severity::Note, &peering.thing, message)
            .value(there, "accepting_region_id")
            .related(format!("the provider's region is {}", here.value), None, Some(here.place))
            .help("apply for the cross-border qualification of the account before the connection is created")
            .cause(key(peering));
        say.say(finding);
    }
}
