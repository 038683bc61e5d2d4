//! Which blocks an aggregate route may have (semantics 4.16).

use ipnet::Ipv4Net;

use crate::diagnostic::Severity;
use crate::network::{Arg, Network};
use crate::rule::{Rule, Say};

pub const RULE: Rule = Rule {
    id: "tr-aggregation-invalid",
    category: "cen",
    severity: Severity::Error,
    page: include_str!("tr_aggregation_invalid.md"),
    absorbs: &[],
    check,
};

fn check(network: &Network, say: &mut Say<'_>) {
    for aggregate in network.backbone.aggregates.iter().filter(|aggregate| aggregate.thing.certain) {
        let thing = &aggregate.thing;
        let cidr = match &aggregate.cidr {
            Arg::Known(cidr) => cidr,
            Arg::Unknown(cause, place) => {
                say.undecided(thing, cause, *place);
                continue;
            }
            Arg::Absent => continue,
        };
        let Some(what) = cidr.value.v4().and_then(fault) else { continue };
        let message = format!("{} aggregates {}, which {what}: the API refuses it", thing.address, cidr.value.text);
        let finding = say
            .finding(Severity::Error, thing, message)
            .value(cidr, "transit_route_table_aggregation_cidr")
            .help("write a private block that contains the routes to be told as one, such as 10.0.0.0/8");
        say.say(finding);
    }
}

fn fault(net: Ipv4Net) -> Option<&'static str> {
    match net.network().octets() {
        [0, ..] => Some("starts with 0"),
        [100, 64, ..] => Some("starts with 100.64, where the cloud's own services are"),
        [224..=239, ..] => Some("is a multicast block"),
        _ => None,
    }
}
