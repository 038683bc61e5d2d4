//! A zone mapping names a vSwitch of the attached VPC and the zone that this vSwitch is in (semantics 4.3).

use std::collections::HashMap;

use crate::diagnostic::{Finding, Severity};
use crate::network::{Arg, Attachment, AttachmentKind, Network, VpcAttachment, ZoneMapping};
use crate::rule::{Rule, Say};

pub const RULE: Rule = Rule {
    id: "tr-zone-mapping-mismatch",
    category: "cen",
    severity: Severity::Error,
    page: include_str!("tr_zone_mapping_mismatch.md"),
    absorbs: &["tr-attachment-single-zone"],
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
    let Some(thing) = attachment.thing() else { return };
    let mut seen: HashMap<&str, &ZoneMapping> = HashMap::new();
    let mut found: Option<Finding> = None;
    for mapping in attached.zones.iter().filter(|_| attached.more_zones.is_none() && thing.certain) {
        let before = mapping.zone.value().and_then(|zone| seen.insert(zone, mapping));
        // Swapped zones are one defect: the others are parts of the first.
        if let Some(part) = fault(network, say, attachment, attached, mapping, before) {
            found = Some(match found.take() {
                None => part,
                Some(mut first) => {
                    let place = part.place;
                    first.related.push(crate::diagnostic::Related {
                        message: part.message,
                        address: part.address,
                        place,
                    });
                    first.related.extend(part.related);
                    first
                }
            });
        }
    }
    if let Some(found) = found {
        return say.say(found);
    }
    let unknown = attached.zones.iter().find_map(|mapping| {
        let vswitch = mapping.vswitch.map(|id| network.vswitch(id));
        mapping.zone.cause().or(mapping.link.cause()).or_else(|| vswitch?.zone.cause().or_else(|| vswitch?.vpc.cause()))
    });
    if let Some(cause) = attached.more_zones.as_ref().or(unknown) {
        say.undecided(thing, cause, None);
    }
}

fn fault(
    network: &Network,
    say: &Say<'_>,
    attachment: &Attachment,
    attached: &VpcAttachment,
    mapping: &ZoneMapping,
    before: Option<&ZoneMapping>,
) -> Option<Finding> {
    let thing = attachment.thing()?;
    let vswitch = mapping.vswitch.map(|id| network.vswitch(id)).filter(|vswitch| vswitch.thing.certain);
    if let (Some(vswitch), Some(link)) = (vswitch, mapping.link.known())
        && let (Some(&vpc), Some(&of)) = (attached.vpc.value(), vswitch.vpc.value())
        && network.surely_other(vpc, of)
    {
        let message = format!(
            "a zone mapping of {} names {}, which is a vSwitch of {}, not of {}: the API refuses the attachment",
            thing.address,
            vswitch.thing.address,
            network.vpc(of).name(),
            network.vpc(vpc).name()
        );
        let mut finding = say
            .finding(Severity::Error, thing, message)
            .at(link.place)
            .with(&vswitch.thing, "the vSwitch of another VPC")
            .help(format!("name a vSwitch of {}", network.vpc(vpc).name()));
        for vpc in [of, vpc].into_iter().filter_map(|vpc| network.vpc(vpc).thing()) {
            finding = finding.with(vpc, "one of the two VPCs");
        }
        return Some(finding);
    }
    let zone = mapping.zone.known()?;
    if let Some(vswitch) = vswitch
        && let Arg::Known(of) = &vswitch.zone
        && of.value != zone.value
    {
        let message = format!(
            "a zone mapping of {} says zone {}, but {} is in {}: the API refuses the attachment",
            thing.address, zone.value, vswitch.thing.address, of.value
        );
        return Some(
            say.finding(Severity::Error, thing, message)
                .value(zone, "zone_id")
                .with_value(&vswitch.thing, of, format!("the vSwitch is in {}", of.value))
                .help(format!("write zone_id = \"{}\", or name a vSwitch in {}", of.value, zone.value)),
        );
    }
    // Two blocks that say the same are one.
    let before = before.filter(|before| before.link.value() != mapping.link.value())?;
    let message = format!(
        "two zone mappings of {} name zone {}: an attachment takes one vSwitch per zone, so the API refuses it",
        thing.address, zone.value
    );
    let mut finding = say
        .finding(Severity::Error, thing, message)
        .value(zone, "zone_id")
        .related("the other mapping of this zone", Some(thing.name()), before.zone.known().map(|zone| zone.place))
        .help("keep one mapping per zone, and name a vSwitch in another zone for the second");
    for id in [before.vswitch, mapping.vswitch].into_iter().flatten() {
        finding = finding.with(&network.vswitch(id).thing, format!("a vSwitch in {}", zone.value));
    }
    Some(finding)
}
