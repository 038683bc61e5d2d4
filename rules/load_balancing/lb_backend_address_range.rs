//! A server of another network is known by a private address, or not at all (semantics 7.1).

use crate::diagnostic::Severity;
use crate::network::{Network, Stand};
use crate::rule::{Rule, Say};

pub const RULE: Rule = Rule {
    id: "lb-backend-address-range",
    category: "load-balancing",
    severity: Severity::Error,
    page: include_str!("lb_backend_address_range.md"),
    absorbs: &[],
    check,
};

fn check(network: &Network, say: &mut Say<'_>) {
    for group in network.balancers.groups.iter().filter(|group| group.thing.certain) {
        for server in group.servers.iter().filter(|server| server.is_ip()) {
            let Some(ip) = server.ip() else {
                if let Some(cause) = server.address.cause() {
                    say.undecided(&server.owner, cause, None);
                }
                continue;
            };
            match &server.stand {
                _ if !server.is_refused() => continue,
                Stand::Own => continue,
                Stand::Unknown(cause) => {
                    say.undecided(&server.owner, cause, None);
                    continue;
                }
                Stand::In(..) | Stand::Outside => {}
            }
            let vpc = group.vpc.value().map(|&vpc| network.vpc(vpc));
            let name = vpc.map_or_else(|| "the VPC".into(), |vpc| vpc.name());
            // What the documents say of ALB is taken to hold for NLB.
            let (severity, effect) = match group.is_alb() {
                true => (Severity::Error, "the API refuses it"),
                false => (Severity::Warning, "the API is likely to refuse it"),
            };
            let message = format!(
                "the server {} of {} lies outside {name} and in none of 10.0.0.0/8, 100.64.0.0/10, 172.16.0.0/12 and \
                 192.168.0.0/16: {effect}",
                ip.value, group.thing.address
            );
            let mut finding = say.finding(severity, &server.owner, message).value(&ip, server.argument);
            if server.owner.address != group.thing.address {
                finding = finding.with(&group.thing, "the server group");
            }
            if let Some(thing) = vpc.and_then(|vpc| vpc.thing()) {
                finding = finding.with(thing, "the VPC of the server group");
            }
            finding.key = ip.value.to_string();
            say.say(finding.help(
                "write the private address by which the server is reached over a transit router, a peering connection or a \
                 leased line",
            ));
        }
    }
}
