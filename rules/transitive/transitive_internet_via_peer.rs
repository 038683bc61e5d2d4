//! A NAT gateway serves its own VPC, not the peers of that VPC (semantics 3.6).

use crate::diagnostic::Severity;
use crate::network::{Network, Side, Thing, VpcId};
use crate::rule::{Rule, Say};

pub const RULE: Rule = Rule {
    id: "transitive-internet-via-peer",
    category: "transitive",
    severity: Severity::Error,
    page: include_str!("transitive_internet_via_peer.md"),
    absorbs: &["peering-route-too-broad", "route-default-to-peer"],
    check,
};

fn check(network: &Network, say: &mut Say<'_>) {
    for peering in network.peerings.iter().filter(|peering| peering.thing.certain && !network.is_loop(peering)) {
        let ways = network.ways(peering);
        for side in Side::BOTH {
            let Some(&middle) = peering.end(side.other()).value() else { continue };
            for route in ways.on(side).iter().map(|&id| network.route(id)) {
                let Some(destination) = route.destination.known() else { continue };
                let is_default = destination.value.v4().filter(|net| net.prefix_len() == 0);
                if is_default.is_none() || !route.thing.certain || route.kind() != Some("VpcPeer") {
                    continue;
                }
                let Some(nat) = nat_of(network, middle) else { continue };
                let sender = match peering.end(side).value() {
                    Some(&vpc) => network.vpc(vpc).name(),
                    None => "the sending VPC".into(),
                };
                let name = network.vpc(middle).name();
                let message = format!(
                    "{} sends {} over {} into {name}, to go out through {}: a NAT gateway does not serve what comes over a \
                     peering connection, so {sender} does not reach the Internet",
                    route.thing.address, destination.value.text, peering.thing.address, nat.address
                );
                let mut finding = say
                    .finding(Severity::Error, &route.thing, message)
                    .value(destination, route.destination_name())
                    .with(&peering.thing, "the connection that the route enters")
                    .with(nat, "serves its own VPC only")
                    .cause(route.key())
                    .help(format!(
                        "give {sender} a NAT gateway of its own, or send 0.0.0.0/0 to a transit router whose table leads to {name}"
                    ));
                for vpc in [Some(middle), peering.end(side).value().copied()].into_iter().flatten() {
                    for block in &network.vpc(vpc).blocks {
                        if let Some(cidr) = block.cidr.known() {
                            finding = finding.with_value(
                                &block.owner,
                                cidr,
                                format!("{} is {}", cidr.value.text, network.vpc(vpc).name()),
                            );
                        }
                    }
                }
                say.say(finding);
            }
        }
    }
}

/// The NAT gateway through which hosts of a VPC reach the Internet.
fn nat_of(network: &Network, vpc: VpcId) -> Option<&Thing> {
    network.exit_of(vpc).filter(|exit| &*exit.address.kind == "alicloud_nat_gateway")
}
