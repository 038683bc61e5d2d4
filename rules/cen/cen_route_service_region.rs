//! A cloud service is reached in its own region, through a VPC that is on the CEN (semantics 5.2).

use crate::diagnostic::Severity;
use crate::network::{Arg, AttachmentKind, CloudService, Network, VpcId};
use crate::rule::{Rule, Say};

pub const RULE: Rule = Rule {
    id: "cen-route-service-region",
    category: "cen",
    severity: Severity::Error,
    page: include_str!("cen_route_service_region.md"),
    absorbs: &[],
    check,
};

fn check(network: &Network, say: &mut Say<'_>) {
    for service in network.backbone.services.iter().filter(|service| service.thing.certain) {
        let thing = &service.thing;
        match (&service.host_region, &service.access_region) {
            (Arg::Known(host), Arg::Known(access)) if host.value != access.value => {
                let message = format!(
                    "{} offers a service of {} to networks in {}: both must be the same region, and the API refuses it",
                    thing.address, host.value, access.value
                );
                let finding = say
                    .finding(Severity::Error, thing, message)
                    .value(access, "access_region_id")
                    .with_value(thing, host, "the region of the service")
                    .help(format!("write access_region_id = \"{}\"", host.value));
                say.say(finding);
            }
            (Arg::Unknown(cause, place), _) | (_, Arg::Unknown(cause, place)) => say.undecided(thing, cause, *place),
            _ => attached(network, say, service),
        }
    }
}

fn attached(network: &Network, say: &mut Say<'_>, service: &CloudService) {
    let Some(&vpc) = service.vpc.value() else {
        if let Some(cause) = service.vpc.cause() {
            say.undecided(&service.thing, cause, None);
        }
        return;
    };
    let Some(thing) = network.vpc(vpc).thing().filter(|thing| thing.certain) else { return };
    let may_be = |attached: &Arg<VpcId>| match attached {
        Arg::Known(attached) => !network.surely_other(attached.value, vpc),
        Arg::Unknown(..) => true,
        Arg::Absent => false,
    };
    let by_router = network.attachments.iter().any(|attachment| match &attachment.kind {
        AttachmentKind::Vpc(attached) => may_be(&attached.vpc),
        _ => false,
    });
    let legacy =
        || network.legacy_attachments.iter().any(|legacy| may_be(&legacy.vpc) || legacy.child_type.cause().is_some());
    if by_router || legacy() {
        return;
    }
    if let Some(gap) = network.gap(&["alicloud_cen_transit_router_vpc_attachment", "alicloud_cen_instance_attachment"])
    {
        return say.undecided(&service.thing, &gap.cause, None);
    }
    let message = format!(
        "{} offers a service through {}, which is not attached to the CEN: the API refuses it",
        service.thing.address, thing.address
    );
    let finding = say
        .finding(Severity::Error, &service.thing, message)
        .with(thing, "the VPC through which the service would be reached")
        .help(format!(
            "attach {} to the CEN, and let {} depend on the attachment",
            thing.address, service.thing.address
        ));
    say.say(finding);
}
