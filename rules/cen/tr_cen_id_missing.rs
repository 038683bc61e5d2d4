//! Attachments that do not say to which CEN they belong get an id that cannot be read back (semantics 11.2).

use crate::diagnostic::Severity;
use crate::network::{AttachmentKind, Network, RouterId};
use crate::rule::{Rule, Say};

pub const RULE: Rule = Rule {
    id: "tr-cen-id-missing",
    category: "cen",
    severity: Severity::Warning,
    page: include_str!("tr_cen_id_missing.md"),
    absorbs: &[],
    check,
};

fn check(network: &Network, say: &mut Say<'_>) {
    for attachment in &network.attachments {
        let Some(thing) = attachment.thing().filter(|thing| thing.certain) else { continue };
        let has_cen_id =
            matches!(attachment.kind, AttachmentKind::Vpc(_) | AttachmentKind::Peer(_) | AttachmentKind::Vbr(_));
        if !has_cen_id || !attachment.cen.is_absent() {
            continue;
        }
        let message = format!(
            "{} has no `cen_id`: the provider writes an id without its first part and does not find the attachment again \
             at the next refresh",
            thing.address
        );
        let mut finding =
            say.finding(Severity::Warning, thing, message).help(help(network, attachment.router.value().copied()));
        if let Some(router) = attachment.router.value().and_then(|&router| network.router(router).node.thing()) {
            finding = finding.with(router, "its transit router");
        }
        say.say(finding);
    }
}

fn help(network: &Network, router: Option<RouterId>) -> String {
    match router.and_then(|router| network.router(router).cen.value()) {
        Some(crate::network::Link::Of { address, attribute }) => format!("write cen_id = {address}.{attribute}"),
        Some(other) => format!("write cen_id = {}", other.shown()),
        None => "write the id of the CEN as `cen_id`".into(),
    }
}
