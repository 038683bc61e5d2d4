//! Between regions 1024 Mbit/s are the default limit (semantics 3.5, 3.10).

use super::{connections, key};
use crate::diagnostic::Severity;
use crate::network::{Arg, Network};
use crate::rule::{Rule, Say};

pub const RULE: Rule = Rule {
    id: "peering-bandwidth-over-quota",
    category: "peering",
    severity: Severity::Warning,
    page: include_str!("peering_bandwidth_over_quota.md"),
    absorbs: &[],
    check,
};

fn check(network: &Network, say: &mut Say<'_>) {
    let Some(limit) = network.quota("peer-inter-region-bandwidth").and_then(|quota| i64::try_from(quota.limit).ok())
    else {
        return;
    };
    for peering in connections(network) {
        let bandwidth = match &peering.bandwidth {
            Arg::Known(bandwidth) if bandwidth.value > limit => bandwidth,
            Arg::Unknown(cause, place) => {
                say.undecided(&peering.thing, cause, *place);
                continue;
            }
            _ => continue,
        };
        match (&peering.region, &peering.accepting_region) {
            (Arg::Known(here), Arg::Known(there)) if here.value != there.value => {
                let message = format!(
                    "{} asks for {} Mbit/s between {} and {}: without a raised quota the cloud refuses more than {limit}",
                    peering.thing.address, bandwidth.value, here.value, there.value
                );
                let finding = say
                    .finding(Severity::Warning, &peering.thing, message)
                    .value(bandwidth, "bandwidth")
                    .help(format!("write bandwidth = {limit} or less, or have the quota raised first"))
                    .cause(key(peering));
                say.say(finding);
            }
            (Arg::Unknown(cause, place), _) | (_, Arg::Unknown(cause, place)) => {
                say.undecided(&peering.thing, cause, *place);
            }
            _ => {}
        }
    }
}
