//! Without route sync, and without static entries, the far router knows nothing behind a connection (semantics 4.10, 4.11).

use super::attached::{Company, key, own_table};
use crate::diagnostic::Severity;
use crate::network::{AttachmentId, Joins, Network, Presence};
use crate::rule::{Rule, Say};

pub const RULE: Rule = Rule {
    id: "tr-peer-no-sync",
    category: "cen",
    severity: Severity::Error,
    page: include_str!("tr_peer_no_sync.md"),
    absorbs: &["alb-back-to-origin-missing", "alb-remote-unreachable", "asm-cluster-unreachable", "tr-one-directional"],
    check,
};

fn check(network: &Network, say: &mut Say<'_>) {
    let joins = Joins::new(network);
    let company = Company::of(network);
    for id in (0..network.attachments.len()).map(AttachmentId) {
        let attachment = network.attachment(id);
        let Some(peer) = attachment.peer() else { continue };
        let Some(thing) = attachment.thing().filter(|thing| thing.certain && company.has(attachment)) else { continue };
        if attachment.publish.value() == Some(&true) {
            continue;
        }
        let far = match network.managed_router(&peer.peer) {
            Ok(far) => far,
            Err(cause) => {
                say.undecided(thing, attachment.publish.cause().unwrap_or(&cause), None);
                continue;
            }
        };
        match joins.entry(id, Some(far)) {
            Presence::Here(_) => continue,
            Presence::Maybe(cause) => {
                say.undecided(thing, &cause, None);
                continue;
            }
            Presence::Nowhere => {}
        }
        if let Some(cause) = attachment.publish.cause() {
            say.undecided(thing, cause, None);
            continue;
        }
        let far_name = network.router(far).node.name();
        let near = attachment.router.value().map(|&near| &network.router(near).node);
        let near_name = near.map_or_else(|| "its own router".into(), |near| near.name());
        let message = format!(
            "{} does not tell {far_name} the routes of {near_name}, and no static entry of {far_name} leads to it: {far_name} \
             cannot send anything there",
            thing.address
        );
        let mut finding = say.finding(Severity::Error, thing, message);
        if let Some(publish) = attachment.publish.known() {
            finding = finding.value(publish, "auto_publish_route_enabled");
        }
        if let Some(router) = network.router(far).node.thing() {
            finding = finding.with(router, "this router learns nothing over the connection");
        }
        if let Some(router) = near.and_then(|near| near.thing()) {
            finding = finding.with(router, "the routes of this router are not told");
        }
        say.say(finding.cause(key(thing)).help(format!(
            "set auto_publish_route_enabled = true on {}, or write an alicloud_cen_transit_router_route_entry with \
             transit_router_route_entry_next_hop_id = {}.transit_router_attachment_id into {}",
            thing.address,
            thing.address,
            own_table(network, far)
        )));
    }
}
