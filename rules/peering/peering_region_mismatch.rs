//! The accepting VPC is looked up in `accepting_region_id`.

use super::{connections, key};
use crate::diagnostic::Severity;
use crate::network::{Arg, Network, is_vague};
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
        let Some(thing) = vpc.thing().filter(|thing| !is_vague(&thing.address)) else { continue };
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
            peering.thing.address, thing.address, written.value, region.value
        );
        let finding = say
            .finding(Severity::Error, &peering.thing, message)
            .value(written, "accepting_region_id")
            .with(thing, "the accepting VPC")
            .related(format!("its provider's region is {}", region.value), Some(thing.name()), Some(region.place))
            .help(format!("write accepting_region_id = \"{}\"", region.value))
            .cause(key(peering));
        say.say(finding);
    }
}
