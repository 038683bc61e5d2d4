//! The accepting VPC is looked up in `accepting_region_id`.

use super::{connections, key, with_end};
use crate::diagnostic::Severity;
use crate::network::{Arg, Network, Side, is_vague};
use crate::rule::{Rule, Say};

pub const RULE: Rule = Rule {
    id: "peering-region-mismatch",
    category: "peering",
    severity: Severity::Error,
    page: include_str!("peering_region_mismatch.md"),
    absorbs: &[
        "peering-bandwidth-over-quota",
        "peering-cross-border",
        "peering-cross-partition",
        "peering-intra-region-bandwidth",
        "peering-region-unsupported",
    ],
    check,
};

fn check(network: &Network, say: &mut Say<'_>) {
    for peering in connections(network) {
        let Some(vpc) = peering.accepter.value().map(|&vpc| network.vpc(vpc)) else { continue };
        // Where a VPC lies that is only named, its id does not tell.
        match vpc.thing() {
            Some(thing) if is_vague(&thing.address) => continue,
            None if vpc.told.is_none() => continue,
            _ => {}
        }
        let (written, region) = match (&peering.accepting_region, &vpc.region) {
            (Arg::Known(written), Arg::Known(region)) => (written, region),
            (Arg::Unknown(cause, place), _) | (Arg::Known(_), Arg::Unknown(cause, place)) => {
                say.undecided(&peering.thing, cause, *place);
                continue;
            }
            _ => continue,
        };
        if written.value == region.value {
            continue;
        }
        let message = format!(
            "{} looks for {} in {}, but that VPC lies in {}: it is not found there",
            peering.thing.address,
            vpc.name(),
            written.value,
            region.value
        );
        let whose = match &vpc.told {
            Some(told) => format!("{} says that its region is {}", told.by, region.value),
            None => format!("its provider's region is {}", region.value),
        };
        let about = vpc.address().unwrap_or_else(|| peering.thing.name());
        let finding = say.finding(Severity::Error, &peering.thing, message).value(written, "accepting_region_id");
        let finding = with_end(finding, network, peering, Side::Accepter, "the accepting VPC")
            .related(whose, Some(about), Some(region.place))
            .help(format!("write accepting_region_id = \"{}\"", region.value))
            .cause(key(peering));
        say.say(finding);
    }
}
