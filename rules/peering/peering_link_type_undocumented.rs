//! The link types that are documented (semantics 3.5).

use super::{connections, key};
use crate::diagnostic::Severity;
use crate::network::{Arg, Network};
use crate::rule::{Rule, Say};

pub const RULE: Rule = Rule {
    id: "peering-link-type-undocumented",
    category: "peering",
    severity: Severity::Warning,
    page: include_str!("peering_link_type_undocumented.md"),
    absorbs: &[],
    check,
};

fn check(network: &Network, say: &mut Say<'_>) {
    for peering in connections(network) {
        match &peering.link_type {
            Arg::Known(kind) if &*kind.value == "Silver" => {
                let message = format!(
                    "{} asks for link_type \"Silver\", which the provider lets pass and the cloud does not document",
                    peering.thing.address
                );
                let finding = say
                    .finding(Severity::Warning, &peering.thing, message)
                    .value(kind, "link_type")
                    .help("write \"Gold\", the default, or \"Platinum\"")
                    .cause(key(peering));
                say.say(finding);
            }
            Arg::Unknown(cause, place) => say.undecided(&peering.thing, cause, *place),
            _ => {}
        }
    }
}
