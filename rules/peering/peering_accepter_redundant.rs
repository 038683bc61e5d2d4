//! Inside one account nobody needs to accept (semantics 3.3).

use super::key;
use crate::diagnostic::Severity;
use crate::eval::SameAccount;
use crate::network::{Network, is_vague};
use crate::rule::{Rule, Say};

pub const RULE: Rule = Rule {
    id: "peering-accepter-redundant",
    category: "peering",
    severity: Severity::Note,
    page: include_str!("peering_accepter_redundant.md"),
    absorbs: &[],
    check,
};

fn check(network: &Network, say: &mut Say<'_>) {
    for accepter in network.accepters.iter().filter(|accepter| accepter.thing.certain) {
        let Some(peering) = accepter.peering.map(|id| network.peering(id)) else { continue };
        let there = peering.thing.certain && !is_vague(&peering.thing.address) && !network.is_loop(peering);
        if !there || peering.same_account != SameAccount::Same {
            continue;
        }
        let message = format!(
            "{} has nothing to do: both ends of {} belong to one account, so it is accepted by itself",
            accepter.thing.address, peering.thing.address
        );
        let finding = say
            .finding(Severity::Note, &accepter.thing, message)
            .with(&peering.thing, "the connection")
            .help("remove the accepter")
            .cause(key(peering));
        say.say(finding);
    }
}
