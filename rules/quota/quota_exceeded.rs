//! How many there may be, over the table of quotas: at the limit is fine, one over is not.

use crate::diagnostic::{QUOTA_EXCEEDED, Severity};
use crate::facts::QuotaKind;
use crate::network::{Network, Part, Tally, Thing};
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
    let scope = shown(&tally.scope);
    let called = if quota.kind == QuotaKind::Hard { "limit" } else { "quota" };
    let consequence = match quota.adjustable {
        Some(false) => "the API refuses what goes beyond",
        _ => "unless the quota was raised, the API refuses what goes beyond",
    };
    let message = match &quota.unit {
        Some(unit) => format!(
            "{scope} has {} {unit} of {}, and the {called} is {} {unit} per {}: {consequence}",
            tally.count, quota.what, quota.limit, quota.scope
        ),
        None => format!(
            "{scope} has {} {}, and the {called} is {} per {}: {consequence}",
            tally.count, quota.what, quota.limit, quota.scope
        ),
    };
    let help = match (&quota.code, quota.adjustable) {
        (Some(code), Some(true)) => {
            format!("ask for more in Quota Center ({code}) before applying, or do with {}", quota.limit)
        }
        (_, Some(true)) => format!("ask for more in Quota Center before applying, or do with {}", quota.limit),
        (_, Some(false)) => format!("do with {}: this {called} cannot be raised", quota.limit),
        (_, None) => format!("do with {}, or ask support whether the quota can be raised", quota.limit),
    };
    let mut finding = say.finding(Severity::Warning, about, message).help(help).key(format!("{}|{scope}", quota.id));
    if let Some(place) = tally.place {
        finding.place = Some(place);
    }
    for thing in counted.iter().filter(|thing| thing.address != about.address) {
        finding = finding.with(thing, format!("{} counts", thing.address));
    }
    say.say(finding);
}

/// The scope as a message names it: `alicloud_vpc.hub`, `the account of provider `alicloud` in cn-hangzhou`.
fn shown(scope: &[Part]) -> String {
    if let [Part::Account(..), Part::RegionOf(module, name, alias)] = scope
        && scope.first() == Some(&Part::Account(module.clone(), name.clone(), alias.clone()))
    {
        return scope[0].shown().replacen("the account", "the account and region", 1);
    }
    let mut text = String::new();
    for (at, part) in scope.iter().enumerate() {
        text += match part {
            _ if at == 0 => "",
            Part::Region(_) | Part::RegionOf(..) => " in ",
            Part::Word(_) => " for ",
            _ => " and ",
        };
        text += &part.shown();
    }
    text
}
