//! An attachment in one zone is down with it (semantics 4.3).

use std::collections::BTreeSet;

use crate::diagnostic::Severity;
use crate::eval::Cause;
use crate::facts;
use crate::network::{Attachment, AttachmentKind, Network, VpcAttachment};
use crate::rule::{Rule, Say};

pub const RULE: Rule = Rule {
    id: "tr-attachment-single-zone",
    category: "cen",
    severity: Severity::Warning,
    page: include_str!("tr_attachment_single_zone.md"),
    absorbs: &[],
    check,
};

fn check(network: &Network, say: &mut Say<'_>) {
    for attachment in &network.attachments {
        if let AttachmentKind::Vpc(attached) = &attachment.kind {
            judge(network, say, attachment, attached);
        }
    }
}

fn judge(network: &Network, say: &mut Say<'_>, attachment: &Attachment, attached: &VpcAttachment) {
    let Some(thing) = attachment.thing().filter(|thing| thing.certain) else { return };
    if let Some(cause) = &attached.more_zones {
        return say.undecided(thing, cause, None);
    }
    // None at all is refused before anything is made.
    let Some(first) = attached.zones.first() else { return };
    let zones: Vec<Option<&str>> = attached
        .zones
        .iter()
        .map(|mapping| {
            let of_vswitch = || network.vswitch(mapping.vswitch?).zone.value().map(|zone| &**zone);
            mapping.zone.value().map(|zone| &**zone).or_else(of_vswitch)
        })
        .collect();
    let known: BTreeSet<&str> = zones.iter().flatten().copied().collect();
    let links: BTreeSet<_> = attached.zones.iter().map(|mapping| mapping.link.value()).collect();
    let one_vswitch = links.len() == 1 && !links.contains(&None);
    if known.len() > 1 || (zones.len() > 1 && zones.contains(&None) && !one_vswitch) {
        if known.len() < 2
            && let Some(cause) = attached.zones.iter().find_map(|mapping| mapping.zone.cause())
        {
            say.undecided(thing, cause, None);
        }
        return;
    }
    let region = match (crate::network::region_of(thing), known.first()) {
        (Some(region), _) => facts::region(&region),
        (None, Some(zone)) => facts::regions().iter().find(|region| {
            zone.strip_prefix(&*region.id)
                .is_some_and(|rest| rest.len() <= 3 && rest.starts_with(|c: char| c == '-' || c.is_ascii_lowercase()))
        }),
        (None, None) => None,
    };
    let Some(region) = region else {
        return say.undecided(thing, &Cause::Unsupported("a region that is not in its table".into()), None);
    };
    if region.single_zone {
        return;
    }
    let zone = known.first().map_or_else(|| "one zone".to_owned(), |zone| format!("zone {zone} only"));
    let message = format!(
        "{} is in {zone}: {} has several, and when this one fails the VPC is cut off from the transit router",
        thing.address, region.id
    );
    let mut finding = say
        .finding(Severity::Warning, thing, message)
        .related("the only mapping", Some(thing.name()), Some(first.header))
        .help("add a zone_mappings block with a vSwitch in a second zone");
    for mapping in &attached.zones {
        if let Some(vswitch) = mapping.vswitch {
            finding = finding.with(&network.vswitch(vswitch).thing, "the vSwitch of the mapping");
        }
    }
    say.say(finding);
}
