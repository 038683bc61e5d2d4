//! A VPC that has no route to its transit router never sends anything there (semantics 4.4c, 4.8).

use super::attached::{Company, key, made_elsewhere, with_vpc};
use crate::diagnostic::Severity;
use crate::network::{AttachmentId, AttachmentKind, Network, Presence, Thing, Uplinks, VpcId};
use crate::rule::{Rule, Say};

pub const RULE: Rule = Rule {
    id: "tr-vpc-route-missing",
    category: "cen",
    severity: Severity::Error,
    page: include_str!("tr_vpc_route_missing.md"),
    absorbs: &[
        "alb-back-to-origin-missing",
        "alb-remote-unreachable",
        "asm-cluster-unreachable",
        "route-table-unattached",
        "tr-one-directional",
    ],
    check,
};

fn check(network: &Network, say: &mut Say<'_>) {
    let uplinks = Uplinks::new(network);
    let company = Company::of(network);
    for id in (0..network.attachments.len()).map(AttachmentId) {
        let attachment = network.attachment(id);
        let AttachmentKind::Vpc(attached) = &attachment.kind else { continue };
        let Some(thing) = attachment.thing().filter(|thing| thing.certain && company.has(attachment)) else { continue };
        let cause = match (&attachment.publish, attached.vpc.value()) {
            (publish, _) if publish.value() == Some(&true) => continue,
            (publish, _) if publish.cause().is_some() => publish.cause().cloned(),
            (_, None) => attached.vpc.cause().cloned(),
            (_, Some(&vpc)) => {
                match (made_elsewhere(network, attachment), network.managed_router(&attachment.router)) {
                    (Some(cause), _) | (None, Err(cause)) => Some(cause),
                    (None, Ok(_)) => match uplinks.of(id, vpc) {
                        (Presence::Here(_), _) => None,
                        (Presence::Maybe(cause), _) => Some(cause),
                        (Presence::Nowhere, idle) => {
                            report(network, say, id, thing, vpc, &idle);
                            None
                        }
                    },
                }
            }
        };
        if let Some(cause) = cause {
            say.undecided(thing, &cause, None);
        }
    }
}

fn report(network: &Network, say: &mut Say<'_>, id: AttachmentId, thing: &Thing, vpc: VpcId, idle: &[&Thing]) {
    let attachment = network.attachment(id);
    let name = network.vpc(vpc).name();
    let message = match idle.first() {
        Some(route) => format!(
            "{name} is attached to a transit router by {}, but its only route there, {}, is in a table that none of its \
             vSwitches uses: it never sends anything to the router",
            thing.address, route.address
        ),
        None => format!(
            "{name} is attached to a transit router by {}, but has no route there: it never sends anything to the router",
            thing.address
        ),
    };
    let mut finding = say.finding(Severity::Error, thing, message);
    if let Some(publish) = attachment.publish.known() {
        finding = finding.value(publish, "auto_publish_route_enabled");
    }
    finding = with_vpc(finding, network, vpc, "no route leads from here to the router");
    for route in idle {
        finding =
            finding.cause(format!("route:{}", route.address)).with(route, "no vSwitch uses the table of this route");
    }
    if let Some(thing) = attachment.router.value().and_then(|&router| network.router(router).node.thing()) {
        finding = finding.with(thing, "its transit router");
    }
    say.say(finding.cause(key(thing)).help(format!(
        "add an alicloud_route_entry with nexthop_type = \"Attachment\" and nexthop_id = {}.transit_router_attachment_id to \
         each table that vSwitches of {name} use, or set auto_publish_route_enabled = true on {}",
        thing.address, thing.address
    )));
}
