//! Only the accepting account can accept (semantics 3.3).

use super::{key, unknown_accounts, with_end};
use crate::diagnostic::Severity;
use crate::eval::SameAccount;
use crate::network::{Network, Side, is_vague};
use crate::rule::{Rule, Say};

pub const RULE: Rule = Rule {
    id: "peering-accepter-wrong-provider",
    category: "peering",
    severity: Severity::Error,
    page: include_str!("peering_accepter_wrong_provider.md"),
    absorbs: &["peering-accepter-missing"],
    check,
};

fn check(network: &Network, say: &mut Say<'_>) {
    for accepter in &network.accepters {
        let Some(peering) = accepter.peering.map(|id| network.peering(id)) else { continue };
        let there = accepter.thing.certain && peering.thing.certain;
        if !there || is_vague(&peering.thing.address) || network.is_loop(peering) {
            continue;
        }
        let (asks, accepts) = (&peering.thing.provider, &accepter.thing.provider);
        let sure = match (peering.same_account, asks.account.compare(&accepts.account)) {
            (SameAccount::Same, _) | (_, SameAccount::Different | SameAccount::Likely) => continue,
            (SameAccount::Different, SameAccount::Same) => true,
            (SameAccount::Likely, SameAccount::Same) => false,
            (SameAccount::Unknown, _) | (_, SameAccount::Unknown) => {
                say.undecided(&accepter.thing, &unknown_accounts(network, peering), None);
                continue;
            }
        };
        let severity = if sure { Severity::Error } else { Severity::Warning };
        let message = format!(
            "{} accepts with the account that asked for {}: only the account of the accepting VPC can accept it",
            accepter.thing.address, peering.thing.address
        );
        let far = peering.accepter.value().and_then(|&vpc| network.vpc(vpc).thing()).map(|vpc| &vpc.provider);
        let help = match far.filter(|far| far.module == accepter.thing.address.module && !far.alias.is_empty()) {
            Some(far) => format!("write provider = alicloud.{} in it", far.alias),
            None => "give it a provider of the accepting account and region".into(),
        };
        let mut finding = say
            .finding(severity, &accepter.thing, message)
            .with(&peering.thing, "the connection")
            .help(help)
            .cause(key(peering));
        if let Some(place) = accepts.place {
            finding = finding.related("its provider, which has the account of the requester", None, Some(place));
        }
        say.say(with_end(finding, network, peering, Side::Accepter, "the accepting VPC, of another account"));
    }
}
