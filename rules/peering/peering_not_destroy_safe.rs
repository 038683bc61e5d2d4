//! What `force_delete` takes with it (semantics 3.15).

use super::{connections, key};
use crate::diagnostic::Severity;
use crate::network::{Arg, Network};
use crate::rule::{Rule, Say};

pub const RULE: Rule = Rule {
    id: "peering-not-destroy-safe",
    category: "peering",
    severity: Severity::Note,
    page: include_str!("peering_not_destroy_safe.md"),
    absorbs: &[],
    check,
};

fn check(network: &Network, say: &mut Say<'_>) {
    for peering in connections(network) {
        match &peering.force_delete {
            Arg::Known(force) if force.value => {
                let message = format!(
                    "destroying {} also deletes every route into it from the tables of both VPCs, those of others included",
                    peering.thing.address
                );
                let finding = say
                    .finding(Severity::Note, &peering.thing, message)
                    .value(force, "force_delete")
                    .help("leave `force_delete` out, and let Terraform delete the routes that it has made")
                    .cause(key(peering));
                say.say(finding);
            }
            Arg::Unknown(cause, place) => say.undecided(&peering.thing, cause, *place),
            _ => {}
        }
    }
}
