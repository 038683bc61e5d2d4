//! The connections that draw on a bandwidth plan cannot have more than it holds (semantics 4.10).

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::diagnostic::Severity;
use crate::network::{Arg, BandwidthPackage, Network, Thing, Traced};
use crate::rule::{Rule, Say};
use crate::source::Address;

pub const RULE: Rule = Rule {
    id: "tr-bandwidth-oversubscribed",
    category: "cen",
    severity: Severity::Error,
    page: include_str!("tr_bandwidth_oversubscribed.md"),
    absorbs: &[],
    check,
};

/// A plan and what surely draws on it.
type Draws<'n> = (&'n BandwidthPackage, Vec<(&'n Thing, &'n Traced<i64>)>);

fn check(network: &Network, say: &mut Say<'_>) {
    let mut plans: BTreeMap<&Arc<Address>, Draws<'_>> = BTreeMap::new();
    for attachment in &network.attachments {
        let Some(peer) = attachment.peer() else { continue };
        let Some(thing) = attachment.thing().filter(|thing| thing.certain) else { continue };
        let Some(plan) = peer.package.value().and_then(|link| network.package_of(link)) else { continue };
        match (&peer.bandwidth_type, &peer.bandwidth) {
            (Arg::Known(kind), _) if &*kind.value != "BandwidthPackage" => {}
            (Arg::Unknown(cause, place), _) | (_, Arg::Unknown(cause, place)) => say.undecided(thing, cause, *place),
            (_, Arg::Known(bandwidth)) => {
                plans.entry(&plan.thing.address).or_insert_with(|| (plan, Vec::new())).1.push((thing, bandwidth));
            }
            (_, Arg::Absent) => {}
        }
    }
    for (plan, draws) in plans.into_values() {
        let held = match &plan.bandwidth {
            Arg::Known(held) => held,
            Arg::Unknown(cause, place) => {
                say.undecided(&plan.thing, cause, *place);
                continue;
            }
            Arg::Absent => continue,
        };
        let sum: i64 = draws.iter().map(|(_, bandwidth)| bandwidth.value.max(0)).fold(0, i64::saturating_add);
        if !plan.thing.certain || sum <= held.value {
            continue;
        }
        let connections = match draws.as_slice() {
            [(thing, _)] => format!("{} asks", thing.address),
            several => format!("{} connections ask", several.len()),
        };
        let message = format!(
            "{} holds {} Mbit/s, and {connections} for {sum}: the API refuses what goes beyond the plan",
            plan.thing.address, held.value
        );
        let mut finding = say.finding(Severity::Error, &plan.thing, message).value(held, "bandwidth");
        for (thing, bandwidth) in draws {
            finding = finding.with_value(thing, bandwidth, format!("{} Mbit/s", bandwidth.value));
        }
        say.say(
            finding.help(format!("give {} a bandwidth of at least {sum}, or the connections less", plan.thing.address)),
        );
    }
}
