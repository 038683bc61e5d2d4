//! The flags by which attachments once joined the default table (semantics 4.5).

use crate::diagnostic::Severity;
use crate::network::{AttachmentKind, Network};
use crate::rule::{Rule, Say};

pub const RULE: Rule = Rule {
    id: "tr-deprecated-flags",
    category: "cen",
    severity: Severity::Note,
    page: include_str!("tr_deprecated_flags.md"),
    absorbs: &["deprecated-argument"],
    check,
};

fn check(network: &Network, say: &mut Say<'_>) {
    for attachment in &network.attachments {
        let since = match attachment.kind {
            AttachmentKind::Vpc(_) => "1.192.0",
            AttachmentKind::Vbr(_) => "1.233.1",
            _ => continue,
        };
        let Some(thing) = attachment.thing().filter(|thing| thing.certain) else { continue };
        let flags = [
            ("route_table_association_enabled", &attachment.association_flag, "association"),
            ("route_table_propagation_enabled", &attachment.propagation_flag, "propagation"),
        ];
        let set: Vec<_> =
            flags.into_iter().filter_map(|(name, flag, what)| Some((name, flag.known()?, what))).collect();
        let Some(&(first, flag, _)) = set.first() else { continue };
        let names = set.iter().map(|(name, ..)| *name).collect::<Vec<_>>().join(" and ");
        let resources: Vec<_> =
            set.iter().map(|(.., what)| format!("alicloud_cen_transit_router_route_table_{what}")).collect();
        let message = format!(
            "{names} of {} {} deprecated since version {since} of the provider, and a later one may refuse {}",
            thing.address,
            if set.len() == 1 { "is" } else { "are" },
            if set.len() == 1 { "it" } else { "them" }
        );
        let mut finding = say
            .finding(Severity::Note, thing, message)
            .value(flag, first)
            .help(format!("write {} with the default table instead", resources.join(" and ")));
        for (name, flag, _) in &set[1..] {
            finding = finding.with_value(thing, flag, format!("{name} is set here"));
        }
        for (name, ..) in set {
            finding = finding.cause(format!("argument:{}.{name}", thing.address));
        }
        say.say(finding);
    }
}
