//! Composite ids of CEN resources where the cloud wants plain ones (semantics 11.1).

use crate::diagnostic::Severity;
use crate::network::{CompositeId, Network};
use crate::rule::{Rule, Say};

pub const RULE: Rule = Rule {
    id: "tr-composite-id",
    category: "cen",
    severity: Severity::Error,
    page: include_str!("tr_composite_id.md"),
    absorbs: &["alb-back-to-origin-missing", "alb-remote-unreachable", "route-nexthop-kind-mismatch"],
    check,
};

fn check(network: &Network, say: &mut Say<'_>) {
    for found in network.composite_ids.iter().filter(|found| found.thing.certain) {
        let (argument, address) = (found.argument, &found.thing.address);
        let message = match &found.of {
            Some(of) => format!(
                "`{argument}` of {address} is the `id` of {of}, which is made of two ids: the API does not know it and \
                 refuses the call"
            ),
            None => format!(
                "`{argument}` of {address} is {}, two ids in one: the API does not know it and refuses the call",
                found.link.value.shown()
            ),
        };
        let mut finding = say
            .finding(Severity::Error, &found.thing, message)
            .value(&found.link, argument)
            .help(help(found))
            .key(argument)
            .cause(found.thing.name())
            .cause(format!("route:{address}"));
        if let Some(of) = found.of.as_ref().and_then(|of| network.thing(of)) {
            finding = finding.with(of, "its `id` has two parts");
        }
        say.say(finding);
    }
}

fn help(found: &CompositeId) -> String {
    match (&found.of, &found.wanted) {
        (Some(of), Some(wanted)) => format!("write {of}.{wanted}"),
        _ => "write only the part after the colon".into(),
    }
}
