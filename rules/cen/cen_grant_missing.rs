//! The owner of a VPC lets the other account attach it (semantics 4.19).

use std::collections::HashSet;
use std::sync::Arc;

use crate::diagnostic::Severity;
use crate::eval::{Cause, SameAccount};
use crate::network::{AttachmentKind, Grant, Network, is_vague};
use crate::rule::{Rule, Say};
use crate::source::Address;

pub const RULE: Rule = Rule {
    id: "cen-grant-missing",
    category: "cen",
    severity: Severity::Warning,
    page: include_str!("cen_grant_missing.md"),
    absorbs: &[],
    check,
};

const KINDS: [&str; 2] = ["alicloud_cen_transit_router_grant_attachment", "alicloud_cen_instance_grant"];

fn check(network: &Network, say: &mut Say<'_>) {
    let of_vpc = |grant: &Grant| grant.instance.value().and_then(|link| link.managed("alicloud_vpc", &["id"])).cloned();
    let grants = network.backbone.grants.iter();
    let granted: HashSet<Arc<Address>> = grants.clone().filter_map(of_vpc).collect();
    // Another grant may be for any of them.
    let loose =
        grants.filter(|grant| !grant.instance.is_absent()).any(|grant| of_vpc(grant).is_none_or(|of| is_vague(&of)));
    for attachment in &network.attachments {
        let (AttachmentKind::Vpc(attached), Some(thing)) = (&attachment.kind, attachment.thing()) else { continue };
        let Some(owner) = attached.owner.known().filter(|_| thing.certain) else { continue };
        let Some(vpc) = attached.vpc.value().map(|&vpc| network.vpc(vpc)) else { continue };
        // Where the VPC is made elsewhere the grant is there as well.
        let Some(owned) = vpc.thing() else {
            say.undecided(thing, &Cause::Elsewhere(format!("what the owner of {} grants", vpc.name()).into()), None);
            continue;
        };
        match owned.provider.account.compare(&thing.provider.account) {
            SameAccount::Same => continue,
            SameAccount::Different | SameAccount::Likely => {}
            SameAccount::Unknown => {
                say.undecided(thing, &Cause::Elsewhere(format!("whose account {} is in", owned.address).into()), None);
                continue;
            }
        }
        if loose || granted.contains(&owned.address) {
            continue;
        }
        if let Some(gap) = network.gap(&KINDS) {
            say.undecided(thing, &gap.cause, None);
            continue;
        }
        let message = format!(
            "{} attaches {}, which belongs to another account, and nothing there grants it: the attachment fails for lack of \
             permission",
            thing.address, owned.address
        );
        let finding = say
            .finding(Severity::Warning, thing, message)
            .at(owner.attribute)
            .with(owned, "the VPC of the other account")
            .help(format!(
                "add an {} with instance_type = \"VPC\" and the id of {}, through the provider of that account, and let {} \
                 depend on it",
                KINDS[0], owned.address, thing.address
            ));
        say.say(finding);
    }
}
