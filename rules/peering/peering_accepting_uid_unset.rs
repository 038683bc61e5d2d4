//! Who owns the accepting VPC must be said (semantics 3.4).

use super::{connections, key};
use crate::diagnostic::Severity;
use crate::network::{Arg, Network};
use crate::rule::{Rule, Say};

pub const RULE: Rule = Rule {
    id: "peering-accepting-uid-unset",
    category: "peering",
    severity: Severity::Warning,
    page: include_str!("peering_accepting_uid_unset.md"),
    absorbs: &[],
    check,
};

fn check(network: &Network, say: &mut Say<'_>) {
    for peering in connections(network) {
        match &peering.accepting_uid {
            Arg::Absent if peering.lacks_uid => {
                let message = format!(
                    "{} has no `accepting_ali_uid`: the provider then sends account 0, and creating it has been reported to fail",
                    peering.thing.address
                );
                let finding = say
                    .finding(Severity::Warning, &peering.thing, message)
                    .help("write accepting_ali_uid = data.alicloud_account.current.id, or the id of the account that owns the accepting VPC")
                    .cause(key(peering));
                say.say(finding);
            }
            Arg::Unknown(cause, place) => say.undecided(&peering.thing, cause, *place),
            _ => {}
        }
    }
}
