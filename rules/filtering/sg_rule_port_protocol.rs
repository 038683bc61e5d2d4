//! Ports belong to tcp and udp: there they are a range, and everything else has none.

use crate::diagnostic::Severity;
use crate::network::{Arg, GroupRule, Network, Ports, Protocol};
use crate::rule::{Rule, Say};

pub const RULE: Rule = Rule {
    id: "sg-rule-port-protocol",
    category: "filtering",
    severity: Severity::Error,
    page: include_str!("sg_rule_port_protocol.md"),
    absorbs: &[],
    check,
};

const NONE: &str = "-1/-1";
/// What people write for all ports.
const ALL: [&str; 7] = ["1/65535", "0/65535", "1/-1", "0/0", "-1", "*", "all"];

fn check(network: &Network, say: &mut Say<'_>) {
    for rule in network.group_rules.iter().filter(|rule| rule.line.thing.certain) {
        let protocol = match &rule.line.protocol {
            Arg::Known(protocol) => protocol.value,
            Arg::Unknown(cause, _) => {
                // A protocol that does not exist is refused for that.
                if rule.protocol.value().is_none() {
                    say.undecided(&rule.line.thing, cause, None);
                }
                continue;
            }
            Arg::Absent => continue,
        };
        match &rule.port_range {
            Arg::Unknown(cause, _) => say.undecided(&rule.line.thing, cause, None),
            Arg::Absent if protocol.has_ports() => report(say, rule, protocol, None),
            Arg::Absent => {}
            Arg::Known(written) => {
                let text = written.value.trim();
                let wrong = match protocol.has_ports() {
                    true => text == NONE || Ports::parse(text).is_none(),
                    false => text != NONE,
                };
                if wrong {
                    report(say, rule, protocol, Some(text));
                }
            }
        }
    }
}

fn report(say: &mut Say<'_>, rule: &GroupRule, protocol: Protocol, written: Option<&str>) {
    let (address, name) = (&rule.line.thing.address, protocol.name());
    let message = match (protocol.has_ports(), written) {
        (true, None) => {
            format!("{address} is for {name} and has no `port_range`: the default \"-1/-1\" is refused for {name}")
        }
        (true, Some(NONE)) => format!(
            "{address} is for {name} with the port range \"-1/-1\", which only stands for other protocols: it is refused"
        ),
        (true, Some(text)) => {
            format!("{address} has the port range \"{text}\", which is not of the form \"first/last\": it is refused")
        }
        (false, text) => format!(
            "{address} has the port range \"{}\", and {name} has no ports: the provider leaves the range out, and the rule \
             is for {} or refused",
            text.unwrap_or_default(),
            if protocol == Protocol::All { "every port" } else { "all of it" }
        ),
    };
    let help = match (protocol.has_ports(), written) {
        (true, Some(text)) if text.parse::<u16>().is_ok_and(|port| port > 0) => {
            format!("write port_range = \"{text}/{text}\"")
        }
        (true, _) => "write port_range = \"1/65535\" for all ports, or for instance \"443/443\" for one".to_owned(),
        (false, _) => "write port_range = \"-1/-1\", or ip_protocol = \"tcp\" if these ports are meant".to_owned(),
    };
    // The provider takes such a range out of the plan, and no page says what the API makes of the rest; a range that
    // means all ports changes little.
    let severity = match written {
        _ if protocol.has_ports() => Severity::Error,
        Some(text) if ALL.contains(&text) => Severity::Note,
        _ => Severity::Warning,
    };
    let mut finding = say.finding(severity, &rule.line.thing, message).help(help);
    if let Some(ports) = rule.port_range.known() {
        finding = finding.value(ports, "port_range");
    }
    say.say(finding);
}
