//! Several next hops: one active and one standby, or 2 to 16 that share the load (semantics 2.10).

use crate::diagnostic::Severity;
use crate::network::{Arg, Network, Route};
use crate::rule::{Rule, Say};

pub const RULE: Rule = Rule {
    id: "route-ecmp-weights",
    category: "routing",
    severity: Severity::Error,
    page: include_str!("route_ecmp_weights.md"),
    absorbs: &[],
    check,
};

/// How many next hops one route can have.
const MOST: usize = 16;

fn check(network: &Network, say: &mut Say<'_>) {
    for route in network.routes.iter().filter(|route| route.thing.certain && !route.hops.is_empty()) {
        if let Some(cause) = &route.more_hops {
            say.undecided(&route.thing, cause, None);
            continue;
        }
        let mut interfaces = true;
        for hop in &route.hops {
            match &hop.kind {
                Arg::Known(kind) if &*kind.value == "RouterInterface" => {}
                Arg::Unknown(cause, place) => {
                    say.undecided(&route.thing, cause, *place);
                    interfaces = false;
                }
                _ => interfaces = false,
            }
        }
        if interfaces {
            judge(say, route);
        }
    }
}

fn judge(say: &mut Say<'_>, route: &Route) {
    let count = route.hops.len();
    let address = &route.thing.address;
    let number = match count {
        0 | 1 => Some(format!("{address} has one entry in next_hops: the API wants two or more")),
        _ if count > MOST => Some(format!("{address} has {count} entries in next_hops: the API takes {MOST}")),
        _ => None,
    };
    if let Some(message) = number {
        let help = "write one next hop as nexthop_type and nexthop_id, and 2 to 16 of them as next_hops";
        return say.say(say.finding(Severity::Error, &route.thing, message).help(help));
    }
    let mut weights = Vec::new();
    for hop in &route.hops {
        match &hop.weight {
            Arg::Known(weight) => weights.push(weight),
            Arg::Unknown(cause, place) => return say.undecided(&route.thing, cause, *place),
            // The cloud chooses one; where all leave it out they are equal.
            Arg::Absent => return,
        }
    }
    let values: Vec<i64> = weights.iter().map(|weight| weight.value).collect();
    let in_range = values.iter().all(|weight| (0..=255).contains(weight));
    let equal = values.windows(2).all(|pair| pair[0] == pair[1]);
    let standby = matches!(values.as_slice(), [100, 0] | [0, 100]);
    if standby || equal && in_range {
        return;
    }
    let shown: Vec<String> = values.iter().map(i64::to_string).collect();
    let message = format!(
        "{address} has next hops with the weights {}: the API takes equal weights from 0 to 255, or 100 and 0 on two of them",
        shown.join(", ")
    );
    let mut finding = say
        .finding(Severity::Error, &route.thing, message)
        .help("write equal weights to share the load, or 100 and 0 for an active and a standby line");
    if let Some((first, rest)) = weights.split_first() {
        finding = finding.value(*first, "weight");
        for weight in rest {
            finding = finding.with_value(&route.thing, weight, format!("{} here", weight.value));
        }
    }
    say.say(finding);
}
