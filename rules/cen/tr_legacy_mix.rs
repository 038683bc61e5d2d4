//! The old way of joining VPCs to a CEN and transit routers exclude each other (semantics 4.2, 4.12).

use std::collections::HashMap;

use crate::diagnostic::Severity;
use crate::network::{Arg, AttachmentKind, Link, Network, Router, VpcId};
use crate::rule::{Rule, Say};

pub const RULE: Rule = Rule {
    id: "tr-legacy-mix",
    category: "cen",
    severity: Severity::Error,
    page: include_str!("tr_legacy_mix.md"),
    absorbs: &["dynamic-route-source-conflict", "asm-cluster-unreachable"],
    check,
};

fn check(network: &Network, say: &mut Say<'_>) {
    let mut routers: HashMap<&Link, Vec<&Router>> = HashMap::new();
    for router in &network.routers {
        if let (Some(cen), true) = (router.cen.value(), router.node.thing().is_some_and(|thing| thing.certain)) {
            routers.entry(cen).or_default().push(router);
        }
    }
    attachments(network, say, &routers);
    limits(network, say, &routers);
}

fn attachments(network: &Network, say: &mut Say<'_>, routers: &HashMap<&Link, Vec<&Router>>) {
    let mut attached: HashMap<VpcId, Vec<&crate::network::Attachment>> = HashMap::new();
    for attachment in &network.attachments {
        if let (AttachmentKind::Vpc(_), Some(vpc)) = (&attachment.kind, attachment.vpc()) {
            attached.entry(vpc).or_default().push(attachment);
        }
    }
    for legacy in network.legacy_attachments.iter().filter(|legacy| legacy.thing.certain) {
        let Some(cen) = legacy.cen.value() else {
            if let Some(cause) = legacy.cen.cause() {
                say.undecided(&legacy.thing, cause, None);
            }
            continue;
        };
        let of_vpc = legacy.vpc.value().and_then(|vpc| attached.get(vpc)).into_iter().flatten();
        let cen_of = |attachment: &&&crate::network::Attachment| {
            let router = attachment.router.value().and_then(|&router| network.router(router).cen.value());
            attachment.cen.value().or(router) == Some(cen) && attachment.thing().is_some_and(|thing| thing.certain)
        };
        let mut both: Vec<_> = of_vpc.filter(cen_of).filter_map(|attachment| attachment.thing()).collect();
        both.dedup_by_key(|thing| thing.address.clone());
        let region = legacy.region.value();
        let router =
            routers.get(cen).into_iter().flatten().find(|router| region.is_some() && router.region.value() == region);
        let finding = if let Some(&other) = both.first() {
            let message = format!(
                "{} and {} attach the same VPC to {}, once the old way and once to a transit router: the second one is refused",
                legacy.thing.address,
                other.address,
                cen.shown()
            );
            both.iter().fold(say.finding(Severity::Error, &legacy.thing, message), |finding, thing| {
                finding.with(thing, "attaches the same VPC to a transit router")
            })
        } else if let (Some(router), Some(region)) = (router.and_then(|router| router.node.thing()), region) {
            let message = format!(
                "{} attaches to {} the old way, but that CEN has the transit router {} in {region}: networks of the region \
                 are attached to the router, and this attachment is refused",
                legacy.thing.address,
                cen.shown(),
                router.address
            );
            say.finding(Severity::Error, &legacy.thing, message)
        } else {
            let named = routers.contains_key(cen);
            if let (true, Some(cause)) = (named, legacy.region.cause()) {
                say.undecided(&legacy.thing, cause, None);
            }
            continue;
        };
        let mut finding = finding.help(
            "remove the alicloud_cen_instance_attachment and use alicloud_cen_transit_router_vpc_attachment (or \
             _vbr_attachment) with a route table association and propagation",
        );
        if let Some(thing) = router.and_then(|router| router.node.thing()) {
            finding = finding.with(thing, "the transit router of this CEN in the region");
        }
        if let Some(thing) = legacy.vpc.value().and_then(|&vpc| network.vpc(vpc).thing()) {
            finding = finding.with(thing, "the VPC");
        }
        say.say(finding);
    }
}

fn limits(network: &Network, say: &mut Say<'_>, routers: &HashMap<&Link, Vec<&Router>>) {
    for limit in network.backbone.limits.iter().filter(|limit| limit.thing.certain) {
        let Some(cen) = limit.cen.value() else { continue };
        let here = routers.get(cen).into_iter().flatten();
        let found: Vec<_> = here
            .filter(|router| {
                let region = router.region.value();
                region.is_some() && limit.regions.iter().any(|one| one.value() == region)
            })
            .filter_map(|router| router.node.thing())
            .collect();
        let Some(first) = found.first() else {
            let unknown = limit.regions.iter().find_map(Arg::cause);
            if let (Some(cause), true) = (unknown, routers.contains_key(cen)) {
                say.undecided(&limit.thing, cause, None);
            }
            continue;
        };
        let message = format!(
            "{} sets the bandwidth between regions of {}, which has the transit router {}: the limit is for Basic transit \
             routers and does nothing here",
            limit.thing.address,
            cen.shown(),
            first.address
        );
        let finding = say
            .finding(Severity::Warning, &limit.thing, message)
            .help("set bandwidth on the alicloud_cen_transit_router_peer_attachment between the two routers instead");
        say.say(found.iter().fold(finding, |finding, thing| finding.with(thing, "a transit router of this CEN")));
    }
}
