//! PrivateZone is offered to a CEN through a VPC that is on the CEN already (semantics 5.4).

use crate::diagnostic::Severity;
use crate::network::{Arg, AttachmentKind, CenZone, Network, Thing, VpcId};
use crate::rule::{Rule, Say};

pub const RULE: Rule = Rule {
    id: "cen-private-zone-missing-dep",
    category: "dns",
    severity: Severity::Warning,
    page: include_str!("cen_private_zone_missing_dep.md"),
    absorbs: &[],
    check,
};

fn check(network: &Network, say: &mut Say<'_>) {
    for zone in network.dns.cen_zones.iter().filter(|zone| zone.thing.certain) {
        match &zone.vpc {
            Arg::Unknown(cause, place) => say.undecided(&zone.thing, cause, *place),
            Arg::Known(link) => {
                let vpc = link.value.managed("alicloud_vpc", &["id"]).and(network.known_vpc(&link.value));
                if let Some(vpc) = vpc {
                    judge(network, say, zone, vpc);
                }
            }
            Arg::Absent => {}
        }
    }
}

fn judge(network: &Network, say: &mut Say<'_>, zone: &CenZone, vpc: VpcId) {
    let Some(thing) = network.vpc(vpc).thing().filter(|thing| thing.certain) else { return };
    let may_be = |attached: &Arg<VpcId>| match attached {
        Arg::Known(attached) => !network.surely_other(attached.value, vpc),
        Arg::Unknown(..) => true,
        Arg::Absent => false,
    };
    let routers = network.attachments.iter().filter_map(|attachment| match &attachment.kind {
        AttachmentKind::Vpc(attached) if may_be(&attached.vpc) => Some((attachment.thing()?, attached.vpc.value())),
        _ => None,
    });
    let legacy = network.legacy_attachments.iter();
    let legacy = legacy.filter(|legacy| may_be(&legacy.vpc) || legacy.child_type.cause().is_some());
    let attached: Vec<(&Thing, Option<&VpcId>)> =
        routers.chain(legacy.map(|legacy| (&legacy.thing, legacy.vpc.value()))).collect();
    if attached.is_empty() {
        let kinds = ["alicloud_cen_transit_router_vpc_attachment", "alicloud_cen_instance_attachment"];
        match network.gap(&kinds) {
            Some(gap) => say.undecided(&zone.thing, &gap.cause, None),
            None => not_attached(say, zone, thing),
        }
        return;
    }
    let name = |thing: &Thing| format!("{}.{}", thing.address.kind, thing.address.name);
    let waits = attached.iter().any(|(thing, _)| zone.waits_for.contains(&name(thing)));
    // What the attachment or the zone get from another module may wait for anything there.
    let here = |thing: &&Thing| thing.certain && thing.address.module == zone.thing.address.module;
    let own = attached.iter().filter(|(_, of)| *of == Some(&vpc)).map(|(thing, _)| *thing).find(here);
    let others = zone.waits_for.iter().any(|name| {
        let kind = name.split('.').next().unwrap_or_default();
        !matches!(kind, "alicloud_vpc" | "alicloud_vswitch" | "alicloud_cen_instance")
    });
    let Some(own) = own.filter(|_| !waits && !others && !zone.may_wait) else { return };
    let message = format!(
        "{} does not wait for {}: made before {} is on the CEN, it is refused",
        zone.thing.address, own.address, thing.address
    );
    let finding = say
        .finding(Severity::Warning, &zone.thing, message)
        .with(own, "puts the VPC on the CEN")
        .with(thing, "the VPC through which names are resolved")
        .help(format!("write depends_on = [{}]", name(own)));
    say.say(finding);
}

fn not_attached(say: &mut Say<'_>, zone: &CenZone, vpc: &Thing) {
    let message = format!(
        "{} resolves names through {}, which is not attached to the CEN: the API refuses it",
        zone.thing.address, vpc.address
    );
    let finding = say
        .finding(Severity::Warning, &zone.thing, message)
        .with(vpc, "the VPC through which names are resolved")
        .help(format!("attach {} to the CEN, and let {} depend on the attachment", vpc.address, zone.thing.address));
    say.say(finding);
}
