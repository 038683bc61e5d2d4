//! Only some routes of a VPC can be told to its CEN (semantics 4.7, 3.7).

use crate::diagnostic::Severity;
use crate::network::{Arg, Network, Route};
use crate::rule::{Rule, Say};

pub const RULE: Rule = Rule {
    id: "tr-publish-impossible",
    category: "cen",
    severity: Severity::Error,
    page: include_str!("tr_publish_impossible.md"),
    absorbs: &[],
    check,
};

fn check(network: &Network, say: &mut Say<'_>) {
    for published in network.backbone.published.iter().filter(|published| published.thing.certain) {
        let thing = &published.thing;
        let (table, cidr) = match (&published.table, &published.cidr) {
            (Arg::Known(table), Arg::Known(cidr)) => (table, cidr),
            (Arg::Unknown(cause, place), _) | (_, Arg::Unknown(cause, place)) => {
                say.undecided(thing, cause, *place);
                continue;
            }
            _ => continue,
        };
        let held = network.table(table.value);
        if let Some(custom) = held.thing() {
            let message = format!(
                "{} publishes {} from {}, a custom route table: only routes of the system table can be published",
                thing.address, cidr.value.text, custom.address
            );
            let finding = say
                .finding(Severity::Error, thing, message)
                .at(table.place)
                .with(custom, "a custom route table")
                .help("put the route into the system table of the VPC and publish it from there");
            say.say(finding);
            continue;
        }
        let same =
            |route: &&Route| route.thing.certain && route.destination.value().and_then(|to| to.net) == cidr.value.net;
        let routes = held.routes.iter().map(|&id| network.route(id)).filter(|_| cidr.value.net.is_some());
        for route in routes.filter(same) {
            let Some(what) = route.kind().and_then(unpublishable) else { continue };
            let message = format!(
                "{} publishes {}, but {} sends it to {what}: such a route cannot be published to a CEN",
                thing.address, cidr.value.text, route.thing.address
            );
            let finding = say
                .finding(Severity::Error, thing, message)
                .value(cidr, "cidr_block")
                .with(&route.thing, format!("leads to {what}"))
                .help(
                    "remove it; for others to reach that block, attach the network that has it to the transit router itself",
                );
            say.say(finding);
        }
    }
}

/// Next hops whose routes stay in the VPC.
fn unpublishable(kind: &str) -> Option<&'static str> {
    Some(match kind {
        "VpcPeer" => "a peering connection",
        "Attachment" => "a transit router",
        "Ecr" => "an Express Connect router",
        "GatewayLoadBalancerEndpoint" => "a gateway load balancer endpoint",
        _ => return None,
    })
}
