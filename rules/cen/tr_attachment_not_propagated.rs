//! A network to which no table of its router knows the way is reached by nobody (semantics 4.4b, 4.10).

use super::attached::{Company, ends, key, made_elsewhere, own_table, with_ends};
use crate::diagnostic::Severity;
use crate::network::{AttachmentId, Joins, Network, Presence};
use crate::rule::{Rule, Say};

pub const RULE: Rule = Rule {
    id: "tr-attachment-not-propagated",
    category: "cen",
    severity: Severity::Error,
    page: include_str!("tr_attachment_not_propagated.md"),
    absorbs: &["alb-back-to-origin-missing", "alb-remote-unreachable", "asm-cluster-unreachable", "tr-one-directional"],
    check,
};

fn check(network: &Network, say: &mut Say<'_>) {
    let joins = Joins::new(network);
    let company = Company::of(network);
    for id in (0..network.attachments.len()).map(AttachmentId) {
        let attachment = network.attachment(id);
        let Some(thing) = attachment.thing().filter(|thing| thing.certain && company.has(attachment)) else { continue };
        if let Some(cause) = made_elsewhere(network, attachment) {
            say.undecided(thing, &cause, None);
            continue;
        }
        let published = attachment.publish.value() == Some(&true);
        let mut missing = Vec::new();
        for (end, (router, at)) in ends(network, attachment).into_iter().enumerate() {
            // What the far router is not told, it cannot learn: that is for tr-peer-no-sync to say.
            if end == 1 && !published {
                continue;
            }
            let lacking = router.and_then(|router| match joins.way_to(id, at.then_some(router)) {
                Presence::Here(_) => Ok(None),
                Presence::Maybe(cause) => Err(cause),
                Presence::Nowhere => Ok(Some(router)),
            });
            match lacking {
                Ok(router) => missing.extend(router),
                Err(cause) => say.undecided(thing, &cause, None),
            }
        }
        let Some(&first) = missing.first() else { continue };
        let names =
            missing.iter().map(|&router| network.router(router).node.name()).collect::<Vec<_>>().join(" and of ");
        let behind = match attachment.vpc().map(|vpc| network.vpc(vpc).name()) {
            Some(vpc) => format!("nobody reaches {vpc} through it"),
            None => "nobody reaches what is behind it".into(),
        };
        let message = format!(
            "no route table of {names} learns the routes of {}, and no static entry leads to it: {behind}",
            thing.address
        );
        let finding = say.finding(Severity::Error, thing, message).help(format!(
            "add an alicloud_cen_transit_router_route_table_propagation of {}.{} and {}",
            thing.address,
            attachment.own_id(),
            own_table(network, first)
        ));
        let mut finding = with_ends(finding, network, attachment, &missing);
        for join in attachment.propagations.iter().map(|&at| &network.propagations[at]) {
            if network.is_elsewhere(id, &join.table) {
                finding = finding.with(&join.thing, "the table that this names belongs to another router");
            }
        }
        say.say(finding.cause(key(thing)).cause(format!("propagation:{}", thing.address)));
    }
}
