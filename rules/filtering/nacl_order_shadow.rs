//! In a network ACL the first entry that matches decides: an accept behind a drop of the same packets does nothing
//! (semantics 10.4).

use crate::diagnostic::Severity;
use crate::network::{Acl, Line, Network};
use crate::rule::{Rule, Say};

pub const RULE: Rule = Rule {
    id: "nacl-order-shadow",
    category: "filtering",
    severity: Severity::Warning,
    page: include_str!("nacl_order_shadow.md"),
    absorbs: &["nacl-return-missing"],
    check,
};

fn check(network: &Network, say: &mut Say<'_>) {
    for acl in network.acls.iter().filter(|acl| acl.thing.certain) {
        for (ingress, direction) in [(true, "ingress"), (false, "egress")] {
            let entries = acl.entries(ingress);
            if let Some(cause) = entries.unknown.as_ref().filter(|_| !entries.lines.is_empty()) {
                say.undecided(&acl.thing, cause, None);
                continue;
            }
            let lines: Vec<&Line> = entries.lines.iter().collect();
            for (at, line) in lines.iter().enumerate() {
                // What stands behind it does not matter.
                let drops = super::shadows(&lines[..=at], line);
                if let Some(first) = drops.first() {
                    report(say, acl, direction, at, line, first);
                }
            }
        }
    }
}

fn report(say: &mut Say<'_>, acl: &Acl, direction: &str, at: usize, line: &Line, first: &Line) {
    let message = format!(
        "{direction} entry {} of {} accepts {}, but entry {} before it drops {}: the first entry that matches decides, and \
         this one never does",
        at + 1,
        acl.thing.address,
        super::shown(line),
        first.priority + 1,
        super::shown(first)
    );
    let mut finding = say
        .finding(Severity::Warning, &line.thing, message)
        .at(line.place)
        .related("the entry that drops it", Some(first.thing.name()), Some(first.place))
        .help("move the entry that accepts before the one that drops: the order of the blocks is the order of the entries")
        .key(format!("{direction} {at}"))
        .cause(format!("acl:{}", acl.thing.address));
    if line.thing.address != acl.thing.address {
        finding = finding.with(&acl.thing, "the network ACL");
    }
    say.say(finding);
}
