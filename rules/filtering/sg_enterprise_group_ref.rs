//! Enterprise security groups cannot name other groups (semantics 10.1).

use crate::diagnostic::Severity;
use crate::network::{Arg, Network};
use crate::rule::{Rule, Say};

pub const RULE: Rule = Rule {
    id: "sg-enterprise-group-ref",
    category: "filtering",
    severity: Severity::Error,
    page: include_str!("sg_enterprise_group_ref.md"),
    absorbs: &[],
    check,
};

fn check(network: &Network, say: &mut Say<'_>) {
    for rule in network.group_rules.iter().filter(|rule| rule.line.thing.certain) {
        let Some(group) = rule.group.map(|id| network.group(id)) else { continue };
        let enterprise = match &group.enterprise {
            Arg::Known(enterprise) => enterprise,
            Arg::Unknown(cause, _) if !rule.source_group.is_absent() => {
                say.undecided(&rule.line.thing, cause, None);
                continue;
            }
            _ => continue,
        };
        if !enterprise.value {
            continue;
        }
        match &rule.source_group {
            Arg::Absent => {}
            Arg::Unknown(cause, _) => say.undecided(&rule.line.thing, cause, None),
            Arg::Known(source) => {
                let message = format!(
                    "{} lets in by security group ({}), and {} is an enterprise group, which knows addresses only: \
                     the rule is refused",
                    rule.line.thing.address,
                    source.value.shown(),
                    group.thing.address
                );
                let mut finding = say
                    .finding(Severity::Error, &rule.line.thing, message)
                    .value(source, "source_security_group_id")
                    .with_value(&group.thing, enterprise, "made an enterprise group here")
                    .help(
                        "write `cidr_ip` with the addresses of those hosts, for instance the cidr_block of their vSwitch; \
                         or make the group a basic one with security_group_type = \"normal\"",
                    );
                if let Some(other) = network.group_of(&source.value).filter(|&other| Some(other) != rule.group) {
                    finding = finding.with(&network.group(other).thing, "the group that is named");
                }
                say.say(finding);
            }
        }
    }
}
