//! Who may connect VPCs with another account may do so with any account, unless a policy restricts it.

use super::{connections, unknown_accounts};
use crate::diagnostic::Severity;
use crate::eval::SameAccount;
use crate::network::{Network, Peering, Policy};
use crate::rule::{Rule, Say};

pub const RULE: Rule = Rule {
    id: "peering-account-unrestricted",
    category: "peering",
    severity: Severity::Note,
    page: include_str!("peering_account_unrestricted.md"),
    absorbs: &[],
    check,
};

fn check(network: &Network, say: &mut Say<'_>) {
    let allows = |policy: &&Policy| policy.thing.certain && policy.grants.value().is_some_and(|grants| grants.peering);
    let allowing: Vec<&Policy> = network.policies.iter().filter(allows).collect();
    let restricted = |policy: &Policy| policy.grants.value().is_some_and(|grants| grants.restricts);
    let Some(first) = allowing.first().filter(|_| !network.policies.iter().any(restricted)) else { return };
    let crossing = |same: SameAccount| matches!(same, SameAccount::Different | SameAccount::Likely);
    let peerings: Vec<&Peering> = connections(network).filter(|peering| crossing(peering.same_account)).collect();
    let Some(peering) = peerings.first() else {
        if let Some(peering) = connections(network).find(|peering| peering.same_account == SameAccount::Unknown) {
            say.undecided(&first.thing, &unknown_accounts(network, peering), None);
        }
        return;
    };
    let unknown = network.policies.iter().find_map(|policy| policy.grants.cause().cloned());
    let gap = || network.gap(&["alicloud_ram_policy"]).map(|gap| gap.cause.clone());
    if let Some(cause) = unknown.or_else(gap) {
        say.undecided(&first.thing, &cause, None);
        return;
    }
    let message = format!(
        "{} lets users connect VPCs with those of other accounts, as {} does, and no policy here says with which: they may \
         connect any account",
        first.thing.address, peering.thing.address
    );
    let mut finding = say.finding(Severity::Note, &first.thing, message).help(
        "add a statement that denies vpc:CreateVpcPeerConnection and vpc:AcceptVpcPeerConnection unless acs:TargetRDId is \
         your resource directory",
    );
    if let Some(grants) = first.grants.known() {
        finding = finding.value(grants, "policy_document");
    }
    for policy in &allowing[1..] {
        finding = finding.with(&policy.thing, "allows it as well");
    }
    for peering in &peerings {
        finding = finding.with(&peering.thing, "joins VPCs of two accounts");
    }
    say.say(finding);
}
