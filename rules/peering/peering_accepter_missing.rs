//! Another account must accept (semantics 3.3).

use super::{connections, key, unknown_accounts, with_end};
use crate::diagnostic::Severity;
use crate::eval::SameAccount;
use crate::network::{Network, Peering, Seen, Side};
use crate::rule::{Rule, Say};

pub const RULE: Rule = Rule {
    id: "peering-accepter-missing",
    category: "peering",
    severity: Severity::Error,
    page: include_str!("peering_accepter_missing.md"),
    absorbs: &["asm-cluster-unreachable"],
    check,
};

fn check(network: &Network, say: &mut Say<'_>) {
    let gap = network.gap(&["alicloud_vpc_peer_connection_accepter"]).map(|gap| gap.cause.clone());
    let unseen = gap.or_else(|| network.accepters.iter().find_map(|accepter| accepter.link.doubt()));
    for peering in connections(network).filter(|peering| peering.accepters.is_empty()) {
        match &peering.accepted_elsewhere {
            Some(Seen::Surely) => continue,
            Some(Seen::Perhaps(cause)) if peering.same_account != SameAccount::Same => {
                say.undecided(&peering.thing, cause, None);
                continue;
            }
            _ => {}
        }
        let sure = match peering.same_account {
            SameAccount::Same => continue,
            SameAccount::Unknown => {
                say.undecided(&peering.thing, &unknown_accounts(network, peering), None);
                continue;
            }
            SameAccount::Different => true,
            SameAccount::Likely => false,
        };
        match &unseen {
            Some(cause) => say.undecided(&peering.thing, cause, None),
            None => report(network, say, peering, sure),
        }
    }
}

fn report(network: &Network, say: &mut Say<'_>, peering: &Peering, sure: bool) {
    // Without a provider of that account nobody could accept in these files.
    let here = network.keeper(peering, Side::Accepter).is_some() || !sure;
    let severity = match (here, sure) {
        (true, true) => Severity::Error,
        (true, false) => Severity::Warning,
        (false, _) => Severity::Note,
    };
    let likely = if sure { "" } else { ", as its other credentials suggest" };
    let message = format!(
        "{} leads to another account{likely}, and nothing accepts it there: it stays pending and carries no traffic",
        peering.thing.address
    );
    let accepting = peering.accepter.value().and_then(|&vpc| network.vpc(vpc).thing()).map(|vpc| &vpc.provider);
    let accepting = accepting.or(peering.accepting_provider.as_ref()).filter(|provider| !provider.alias.is_empty());
    let provider = match accepting {
        Some(provider) if provider.module == peering.thing.address.module => {
            format!("provider = alicloud.{}", provider.alias)
        }
        _ => "a provider of the accepting account and region".into(),
    };
    let mut finding = say
        .finding(severity, &peering.thing, message)
        .help(format!(
            "add an alicloud_vpc_peer_connection_accepter with {provider} and instance_id = {}.{}{}.id",
            peering.thing.address.kind, peering.thing.address.name, peering.thing.address.key
        ))
        .cause(key(peering));
    if let Some(uid) = peering.accepting_uid.known() {
        finding = finding.with_value(&peering.thing, uid, "the accepting account");
    }
    say.say(with_end(finding, network, peering, Side::Accepter, "the accepting VPC"));
}
