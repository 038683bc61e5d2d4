//! How many there may be, over the table of quotas: at the limit is fine, one over is not.

use crate::diagnostic::{QUOTA_EXCEEDED, Severity};
use crate::network::{Network, Tally, Thing};
use crate::rule::{Rule, Say};

pub const RULE: Rule = Rule {
    id: QUOTA_EXCEEDED,
    category: "quota",
    severity: Severity::Warning,
    page: include_str!("quota_exceeded.md"),
    absorbs: &[],
    check,
};

fn check(network: &Network, say: &mut Say<'_>) {
    for tally in network.tallies.iter().filter(|tally| tally.count > tally.quota.limit) {
        report(network, say, tally);
    }
}

fn report(network: &Network, say: &mut Say<'_>, tally: &Tally) {
    let quota = tally.quota;
    let counted: Vec<&Thing> = tally.counted.iter().filter_map(|&at| network.things.get(at)).collect();
    let owner = tally.scope.iter().find_map(|part| network.thing(part.owner()?));
    let Some(about) = owner.or(counted.first().copied()) else { return };
    let scope = tally.scope.iter().map(|part| part.shown()).collect::<Vec<_>>().join(", ");
    let consequence = match quota.adjustable {
        Some(false) => "the API refuses what goes beyond",
        _ => "unless the quota was raised, the API refuses what goes beyond",
    };
    let message = match &quota.unit {
        Some(unit) => format!(
            "{scope} has {} {unit} of {}, and the quota is {} {unit} per {}: {consequence}",
            tally.count, quota.what, quota.limit, quota.scope
        ),
        None => format!(
            "{scope} has {} {}, and the quota is {} per {}: {consequence}",
            tally.count, quota.what, quota.limit, quota.scope
        ),
    };
    let help = match (&quota.code, quota.adjustable) {
        (Some(code), Some(true)) => format!("ask for more in Quota Center ({code}) before applying, or do with {}", quota.limit),
        (_, Some(true)) => format!("ask for more in Quota Center before applying, or do with {}", quota.limit),
        (_, Some(false)) => format!("do with {}: this quota cannot be raised", quota.limit),
        (_, None) => format!("do with {}, or ask support whether the quota can be raised", quota.limit),
    };
    let mut finding = say.finding(Severity::Warning, about, message).help(help).key(format!("{}|{scope}", quota.id));
    if let Some(place) = tally.place {
        finding.place = Some(place);
    }
    for thing in counted.iter().filter(|thing| thing.address != about.address) {
        finding = finding.with(thing, "counts here");
    }
    say.say(finding);
}
