//! A security group can name groups of its own region only (semantics 10.1).

use crate::diagnostic::Severity;
use crate::eval::Cause;
use crate::network::{Network, region_of};
use crate::rule::{Rule, Say};

pub const RULE: Rule = Rule {
    id: "sg-remote-group-reference",
    category: "filtering",
    severity: Severity::Error,
    page: include_str!("sg_remote_group_reference.md"),
    // Without this rule nobody of the other VPC is let in: that follows.
    absorbs: &["sg-enterprise-group-ref", "sg-ingress-peer-missing"],
    check,
};

fn check(network: &Network, say: &mut Say<'_>) {
    for rule in network.group_rules.iter().filter(|rule| rule.line.thing.certain) {
        let Some(source) = rule.source_group.known() else { continue };
        let (Some(own), Some(other)) = (rule.group, network.group_of(&source.value)) else { continue };
        let (own, other) = (network.group(own), network.group(other));
        let (here, there) = (region_of(&own.thing), region_of(&other.thing));
        let (Some(here), Some(there)) = (&here, &there) else {
            let (a, b) = (&own.thing.provider, &other.thing.provider);
            if (&a.module, &a.name, &a.alias) != (&b.module, &b.name, &b.alias) {
                let unknown = if here.is_none() { &own.thing } else { &other.thing };
                let cause = Cause::Unsupported(format!("the region of {}", unknown.address).into());
                say.undecided(&rule.line.thing, &cause, None);
            }
            continue;
        };
        if here == there {
            continue;
        }
        let message = format!(
            "{} in {here} names {}, which is a security group of {there}: a group knows those of its own region only, and \
             nobody over there is let through",
            rule.line.thing.address, other.thing.address
        );
        let blocks = other.vpc.value().map(|&vpc| network.vpc(vpc)).and_then(|vpc| vpc.known_blocks().next());
        let help = match blocks {
            Some((block, _)) => format!(
                "write cidr_ip = \"{block}\", or the block of their vSwitch, in place of source_security_group_id"
            ),
            None => "write `cidr_ip` with the addresses over there in place of source_security_group_id".into(),
        };
        let mut finding = say
            .finding(Severity::Error, &rule.line.thing, message)
            .value(source, "source_security_group_id")
            .with(&own.thing, format!("the group of the rule, in {here}"))
            .with(&other.thing, format!("the group that it names, in {there}"))
            .help(help)
            .cause(rule.line.thing.name());
        if let (Some(&a), Some(&b)) = (own.vpc.value(), other.vpc.value()) {
            finding = finding.cause(super::way_key(network, b, a));
        }
        say.say(finding);
    }
}
