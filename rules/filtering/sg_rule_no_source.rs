//! A rule of a security group needs somebody at the other end (semantics 10.3).

use crate::diagnostic::Severity;
use crate::network::Network;
use crate::rule::{Rule, Say};

pub const RULE: Rule = Rule {
    id: "sg-rule-no-source",
    category: "filtering",
    severity: Severity::Error,
    page: include_str!("sg_rule_no_source.md"),
    absorbs: &["ack-peer-pod-sg", "alb-sg-100-64", "sg-ingress-peer-missing"],
    check,
};

fn check(network: &Network, say: &mut Say<'_>) {
    for rule in &network.group_rules {
        let unknown = [rule.cidr.cause(), rule.ipv6.cause(), rule.source_group.cause(), rule.prefix_list.cause()];
        match unknown.into_iter().flatten().next() {
            Some(cause) if rule.line.remotes.iter().all(is_unknown) => {
                say.undecided(&rule.line.thing, cause, None);
            }
            None if rule.line.remotes.is_empty() && rule.line.thing.certain && !rule.left_open => {
                let end = if rule.ingress.value() == Some(&false) { "to whom" } else { "from whom" };
                let message = format!(
                    "{} does not say {end} it lets packets through: the provider refuses it",
                    rule.line.thing.address
                );
                say.say(say.finding(Severity::Error, &rule.line.thing, message).help(
                    "add `cidr_ip`, `ipv6_cidr_ip`, `source_security_group_id` or `prefix_list_id`; \
                     \"0.0.0.0/0\" is everybody, and nothing stands for it",
                ));
            }
            _ => {}
        }
    }
}

fn is_unknown(remote: &crate::network::Remote) -> bool {
    use crate::network::{Arg, Remote};
    match remote {
        Remote::Block(cidr) => matches!(cidr, Arg::Unknown(..)),
        Remote::List(link, ..) | Remote::Group(link) => matches!(link, Arg::Unknown(..)),
    }
}
