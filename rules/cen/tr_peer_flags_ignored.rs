//! The flags of an attachment between routers are in the schema, but the provider does not send them (semantics 4.5).

use crate::diagnostic::Severity;
use crate::network::{AttachmentId, AttachmentKind, Joins, Network, Presence};
use crate::rule::{Rule, Say};

pub const RULE: Rule = Rule {
    id: "tr-peer-flags-ignored",
    category: "cen",
    severity: Severity::Error,
    page: include_str!("tr_peer_flags_ignored.md"),
    absorbs: &[
        "deprecated-argument",
        "tr-attachment-not-associated",
        "tr-attachment-not-propagated",
        "asm-cluster-unreachable",
    ],
    check,
};

fn check(network: &Network, say: &mut Say<'_>) {
    let joins = Joins::new(network);
    for id in (0..network.attachments.len()).map(AttachmentId) {
        let attachment = network.attachment(id);
        let AttachmentKind::Peer(peer) = &attachment.kind else { continue };
        let Some(thing) = attachment.thing().filter(|thing| thing.certain) else { continue };
        let near = network.managed_router(&attachment.router);
        let flags = [
            ("route_table_association_enabled", &attachment.association_flag, "association"),
            ("route_table_propagation_enabled", &attachment.propagation_flag, "propagation"),
        ];
        let mut set = Vec::new();
        let mut severity = Severity::Warning;
        for (name, flag, what) in flags {
            match (flag.known(), flag.cause()) {
                (Some(on), _) if on.value => set.push((name, on, what)),
                (_, Some(cause)) => say.undecided(thing, cause, None),
                _ => continue,
            }
            // Nothing else does what the flag was to do: then the connection carries nothing.
            let done = near.as_ref().map(|&near| match what {
                "association" => joins.association(id, Some(near)),
                _ => joins.way_to(id, Some(near)),
            });
            if flag.value() == Some(&true) && matches!(done, Ok(Presence::Nowhere)) {
                severity = Severity::Error;
            }
        }
        let Some(&(first, flag, _)) = set.first() else { continue };
        let names = set.iter().map(|(name, ..)| *name).collect::<Vec<_>>().join(" and ");
        let whats = set.iter().map(|(.., what)| *what).collect::<Vec<_>>().join(" and no ");
        let verb = if set.len() == 1 { "does" } else { "do" };
        let message = format!(
            "{names} of {} {verb} nothing: the provider does not send this for attachments between routers, so no {whats} is \
             made",
            thing.address
        );
        let resources: Vec<_> =
            set.iter().map(|(.., what)| format!("alicloud_cen_transit_router_route_table_{what}")).collect();
        let help = match severity {
            Severity::Error => format!("write {} for each of the two routers instead", resources.join(" and ")),
            _ => format!("remove {names}: {} make what the connection needs", resources.join(" and ")),
        };
        let mut finding = say.finding(severity, thing, message).value(flag, first).help(help);
        for (name, flag, what) in &set {
            if *name != first {
                finding = finding.with_value(thing, flag, format!("{name} is set here"));
            }
            finding =
                finding.cause(format!("{what}:{}", thing.address)).cause(format!("argument:{}.{name}", thing.address));
        }
        for router in [&attachment.router, &peer.peer] {
            if let Some(router) = router.value().and_then(|&router| network.router(router).node.thing()) {
                finding = finding.with(router, "one of its two routers");
            }
        }
        say.say(finding);
    }
}
