//! Bandwidth and link type are for two regions (semantics 3.5).

use super::{connections, key};
use crate::diagnostic::{Finding, Severity};
use crate::network::{Arg, Network, Peering, Traced};
use crate::rule::{Rule, Say};

pub const RULE: Rule = Rule {
    id: "peering-intra-region-bandwidth",
    category: "peering",
    severity: Severity::Warning,
    page: include_str!("peering_intra_region_bandwidth.md"),
    absorbs: &[],
    check,
};

fn check(network: &Network, say: &mut Say<'_>) {
    for peering in connections(network) {
        // Zero and empty are sent as if they were not there.
        let bandwidth = peering.bandwidth.known().filter(|bandwidth| bandwidth.value != 0);
        let link_type = peering.link_type.known().filter(|kind| !kind.value.is_empty());
        if bandwidth.is_none() && link_type.is_none() {
            let unknown = [peering.bandwidth.cause(), peering.link_type.cause()];
            if let Some(cause) = unknown.into_iter().flatten().next()
                && peering.is_inter_region() != Some(true)
            {
                say.undecided(&peering.thing, cause, None);
            }
            continue;
        }
        let (Arg::Known(here), Arg::Known(there)) = (&peering.region, &peering.accepting_region) else {
            let unknown = [&peering.accepting_region, &peering.region].into_iter().find_map(|region| region.cause());
            if let Some(cause) = unknown {
                say.undecided(&peering.thing, cause, None);
            }
            continue;
        };
        if here.value != there.value {
            continue;
        }
        let finding = match (bandwidth, link_type) {
            (Some(value), other) => finding(say, peering, value, "bandwidth", &value.value.to_string(), other),
            (None, Some(value)) => finding(say, peering, value, "link_type", &format!("\"{}\"", value.value), None),
            (None, None) => continue,
        };
        say.say(
            finding
                .with_value(&peering.thing, there, format!("the accepting region is {}", there.value))
                .related(format!("the provider's region is {}", here.value), None, Some(here.place))
                .help("remove `bandwidth` and `link_type`: inside one region a connection has no limit and no price")
                .cause(key(peering)),
        );
    }
}

fn finding<T>(
    say: &Say<'_>,
    peering: &Peering,
    value: &Traced<T>,
    argument: &str,
    shown: &str,
    link_type: Option<&Traced<std::sync::Arc<str>>>,
) -> Finding {
    let region = peering.region.value().map_or("", |region| region);
    let message = format!(
        "{} joins two VPCs of {region}, so {argument} = {shown} is refused or ignored: it is for connections between regions",
        peering.thing.address
    );
    let finding = say.finding(Severity::Warning, &peering.thing, message).value(value, argument);
    match link_type {
        Some(kind) => finding.with_value(&peering.thing, kind, "`link_type` as well"),
        None => finding,
    }
}
