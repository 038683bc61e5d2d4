//! A drop of equal or better priority takes everything that a rule was written to accept (semantics 10.2).

use crate::diagnostic::Severity;
use crate::network::{GroupId, Line, Network};
use crate::rule::{Rule, Say};

pub const RULE: Rule = Rule {
    id: "sg-drop-shadows-accept",
    category: "filtering",
    severity: Severity::Warning,
    page: include_str!("sg_drop_shadows_accept.md"),
    absorbs: &[],
    check,
};

fn check(network: &Network, say: &mut Say<'_>) {
    for at in 0..network.groups.len() {
        for ingress in [true, false] {
            let lines = network.group_lines(&[GroupId(at)], ingress);
            if !lines.iter().any(|line| line.accepts.value() == Some(&false)) {
                continue;
            }
            for line in &lines {
                let drops = super::shadows(&lines, line);
                if let Some(first) = drops.first() {
                    report(network, say, at, line, first, &drops);
                } else if let Some(cause) = &line.doubt {
                    say.undecided(&line.thing, cause, None);
                }
            }
        }
    }
}

fn report(network: &Network, say: &mut Say<'_>, at: usize, line: &Line, first: &Line, drops: &[&Line]) {
    let group = &network.groups[at].thing;
    let why = match first.priority == line.priority {
        true => format!("with the same priority {}, where a drop goes first", line.priority),
        false => format!("with the better priority {} (this rule has {})", first.priority, line.priority),
    };
    let message = format!(
        "{} accepts {}, but {} drops {} {why}: the rule never matches",
        line.thing.address,
        super::shown(line),
        first.thing.address,
        super::shown(first)
    );
    let help = match first.priority {
        1 => format!(
            "give {} a priority above {}, or accept less and leave the drop out: what no rule of a basic group accepts inwards is dropped anyway",
            first.thing.address, line.priority
        ),
        better => format!("give {} a priority below {better}, or drop less", line.thing.address),
    };
    let mut finding = say.finding(Severity::Warning, &line.thing, message).help(help).with(group, "the group of both");
    for drop in drops {
        finding = finding.with(&drop.thing, "drops what it accepts");
    }
    say.say(finding);
}
