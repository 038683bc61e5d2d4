//! Network ACLs of the first generation, whose entries and vSwitches stand in resources of their own.

use crate::diagnostic::Severity;
use crate::network::Network;
use crate::rule::{Rule, Say};

pub const RULE: Rule = Rule {
    id: "nacl-deprecated-resources",
    category: "schema",
    severity: Severity::Warning,
    page: include_str!("nacl_deprecated_resources.md"),
    absorbs: &["deprecated-argument"],
    check,
};

fn check(network: &Network, say: &mut Say<'_>) {
    for old in &network.old_acls {
        let attaches = &*old.thing.address.kind == "alicloud_network_acl_attachment";
        let since = old.deprecated.since.as_deref().unwrap_or_default();
        let message = match &old.twice {
            Some(acl) => format!(
                "{} and {} both manage {} of this network ACL: each apply removes what the other one wrote",
                old.thing.address,
                acl.address,
                if attaches { "the vSwitches" } else { "the entries" }
            ),
            None => format!(
                "{} is of a type that is deprecated since version {since} of the provider{}, and a later version may not have \
                 it",
                old.thing.address,
                if attaches { "" } else { ": each apply replaces all entries of the network ACL" }
            ),
        };
        let help = match attaches {
            true => {
                "name the vSwitches in `resources` blocks of the alicloud_network_acl, or write an \
                     alicloud_vpc_network_acl_attachment for each"
            }
            false => "write `ingress_acl_entries` and `egress_acl_entries` blocks in the alicloud_network_acl",
        };
        let mut finding = say.finding(Severity::Warning, &old.thing, message).help(help);
        if let Some(acl) = &old.twice {
            finding = finding.with(acl, "the network ACL says it itself");
        }
        say.say(finding);
    }
}
