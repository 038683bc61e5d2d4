//! A VPC takes three user CIDRs, which should not overlap (semantics 1.7).

use crate::diagnostic::Severity;
use crate::network::{Arg, Network, Thing, Traced, first_overlaps};
use crate::rule::{Rule, Say};

pub const RULE: Rule = Rule {
    id: "user-cidrs-limit",
    category: "addressing",
    severity: Severity::Error,
    page: include_str!("user_cidrs_limit.md"),
    absorbs: &["quota-exceeded"],
    check,
};

const QUOTA: &str = "user-cidrs-per-vpc";

fn check(network: &Network, say: &mut Say<'_>) {
    for vpc in &network.vpcs {
        let Some(thing) = vpc.thing() else { continue };
        match &vpc.user_cidrs {
            Arg::Absent => {}
            Arg::Unknown(cause, place) => say.undecided(thing, cause, *place),
            Arg::Known(list) => judge(network, say, thing, list),
        }
    }
}

fn judge(network: &Network, say: &mut Say<'_>, thing: &Thing, list: &Traced<Vec<Arg<crate::network::Cidr>>>) {
    let known: Vec<_> = list.value.iter().filter_map(Arg::known).collect();
    if let Some(cause) = list.value.iter().find_map(Arg::cause) {
        say.undecided(thing, cause, None);
    }
    if !thing.certain {
        return;
    }
    let limit = network.quota(QUOTA).map_or(3, |quota| quota.limit);
    if known.len() as u64 > limit {
        let message = format!(
            "{} has {} user CIDRs, and the cloud accepts {limit} for a VPC: creating it fails",
            thing.address,
            known.len()
        );
        let finding = say
            .finding(Severity::Error, thing, message)
            .value(list, "user_cidrs")
            .key(QUOTA)
            .cause(format!("{QUOTA}:{}", thing.address))
            .help("leave out ranges that are private anyway, or join neighbouring ranges into one");
        say.say(finding);
    }
    let nets = known.iter().enumerate().filter_map(|(at, cidr)| Some((cidr.value.v4()?, at))).collect();
    for (at, other) in first_overlaps(nets) {
        let (Some(a), Some(b)) = (known.get(at), known.get(other)) else { continue };
        let message = format!(
            "the user CIDRs {} and {} of {} overlap: the larger one counts, the other one does nothing",
            a.value.text, b.value.text, thing.address
        );
        let finding = say
            .finding(Severity::Note, thing, message)
            .value(a, "user_cidrs")
            .with_value(thing, b, format!("{} is here", b.value.text))
            .key(format!("{} {}", a.value.text, b.value.text))
            .help("keep the larger of the two");
        say.say(finding);
    }
}
