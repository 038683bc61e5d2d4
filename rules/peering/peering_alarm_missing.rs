//! A connection between regions has a bandwidth, and nobody hears when it is used up.

use super::connections;
use crate::diagnostic::Severity;
use crate::eval::Cause;
use crate::network::{Alarm, Arg, Network, Peering};
use crate::rule::{Rule, Say};

pub const RULE: Rule = Rule {
    id: "peering-alarm-missing",
    category: "peering",
    severity: Severity::Note,
    page: include_str!("peering_alarm_missing.md"),
    absorbs: &[],
    check,
};

/// How CloudMonitor calls peering connections.
const PROJECT: &str = "acs_vpcpeer";

fn check(network: &Network, say: &mut Say<'_>) {
    let Some(other) = network.alarms.iter().find(|alarm| alarm.thing.certain) else { return };
    let gap = network.gap(&["alicloud_cms_alarm"]).map(|gap| gap.cause.clone());
    for peering in connections(network).filter(|peering| peering.is_inter_region() != Some(false)) {
        let watched: Vec<Answer> = network.alarms.iter().map(|alarm| watches(alarm, peering)).collect();
        if watched.iter().any(|answer| matches!(answer, Answer::Yes)) {
            continue;
        }
        let unknown = watched.into_iter().find_map(|answer| match answer {
            Answer::Unknown(cause) => Some(cause),
            _ => None,
        });
        let regions = || peering.region.cause().or(peering.accepting_region.cause()).cloned();
        if let Some(cause) = unknown.or_else(|| gap.clone()).or_else(regions) {
            say.undecided(&peering.thing, &cause, None);
            continue;
        }
        let (Some(here), Some(there)) = (peering.region.value(), peering.accepting_region.value()) else { continue };
        let message = format!(
            "no alarm watches {} ({here} to {there}), while others are set, such as {}: nobody is told when its bandwidth is \
             used up",
            peering.thing.address, other.thing.address
        );
        let finding = say
            .finding(Severity::Note, &peering.thing, message)
            .with(&other.thing, "an alarm of these files")
            .help(format!(
                "add an alicloud_cms_alarm with project = \"{PROJECT}\" and the instanceId of {} in metric_dimensions",
                peering.thing.address
            ));
        say.say(finding);
    }
}

enum Answer {
    Yes,
    No,
    Unknown(Cause),
}

fn watches(alarm: &Alarm, peering: &Peering) -> Answer {
    match &alarm.project {
        Arg::Known(project) if &*project.value != PROJECT => return Answer::No,
        Arg::Unknown(cause, _) => return Answer::Unknown(cause.clone()),
        _ => {}
    }
    match &alarm.watches {
        Err(cause) => Answer::Unknown(cause.clone()),
        // Without the id of anything of the files it may watch all connections, or this one by its literal id.
        Ok(watched) if watched.is_empty() || watched.contains(&peering.thing.address) => Answer::Yes,
        Ok(watched) if watched.iter().any(|address| address.kind.contains("peer_connection_accepter")) => Answer::Yes,
        Ok(_) => Answer::No,
    }
}
