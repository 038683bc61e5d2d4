//! No connection between public, finance and government regions (semantics 3.9).

use super::{connections, key};
use crate::diagnostic::Severity;
use crate::facts::{self, Confidence, Partition};
use crate::network::{Arg, Network};
use crate::rule::{Rule, Say};

pub const RULE: Rule = Rule {
    id: "peering-cross-partition",
    category: "peering",
    severity: Severity::Error,
    page: include_str!("peering_cross_partition.md"),
    absorbs: &["peering-cross-border", "peering-region-unsupported", "peering-bandwidth-over-quota"],
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
        let (Some(a), Some(b)) = (facts::region(&here.value), facts::region(&there.value)) else { continue };
        if a.partition == b.partition {
            continue;
        }
        let sure = a.confidence == Confidence::High && b.confidence == Confidence::High;
        let severity = if sure { Severity::Error } else { Severity::Warning };
        let message = format!(
            "{} joins {} ({}) with {} ({}): the cloud refuses connections between kinds of regions",
            peering.thing.address,
            a.id,
            kind(a.partition),
            b.id,
            kind(b.partition)
        );
        let finding = say
            .finding(severity, &peering.thing, message)
            .value(there, "accepting_region_id")
            .related(format!("the provider's region is {}", here.value), None, Some(here.place))
            .help("peer VPCs of one kind of region; to the other kind only a leased line or a VPN leads")
            .cause(key(peering));
        say.say(finding);
    }
}

fn kind(partition: Partition) -> &'static str {
    match partition {
        Partition::Public => "public cloud",
        Partition::Finance => "finance cloud",
        Partition::Gov => "government cloud",
    }
}
