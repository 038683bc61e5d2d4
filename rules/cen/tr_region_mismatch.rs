//! An attachment, its transit router and its VPC are in one region (semantics 4.1).

use std::sync::Arc;

use crate::diagnostic::{Finding, Severity};
use crate::network::{Attachment, AttachmentKind, Network, Thing, Traced, VpcAttachment};
use crate::rule::{Rule, Say};

pub const RULE: Rule = Rule {
    id: "tr-region-mismatch",
    category: "cen",
    severity: Severity::Error,
    page: include_str!("tr_region_mismatch.md"),
    absorbs: &["alb-back-to-origin-missing", "alb-remote-unreachable", "asm-cluster-unreachable"],
    check,
};

fn check(network: &Network, say: &mut Say<'_>) {
    for attachment in &network.attachments {
        let Some(thing) = attachment.thing().filter(|thing| thing.certain) else { continue };
        if let Some(mut finding) = fault(network, say, attachment, thing) {
            for part in parts(network, attachment) {
                if part.address != thing.address {
                    finding = finding.with(part, "takes part");
                }
            }
            say.say(finding.cause(thing.name()).cause(format!("attachment:{}", thing.address)));
        }
    }
}

/// Everything that an attachment joins.
fn parts<'n>(network: &'n Network, attachment: &Attachment) -> Vec<&'n Thing> {
    let vpc = attachment.vpc().and_then(|vpc| network.vpc(vpc).thing());
    let peer = attachment.peer().and_then(|peer| peer.peer.value());
    let routers = [attachment.router.value(), peer].into_iter().flatten();
    let routers = routers.filter_map(|&router| network.router(router).node.thing());
    vpc.into_iter().chain(routers).collect()
}

fn fault(network: &Network, say: &Say<'_>, attachment: &Attachment, thing: &Thing) -> Option<Finding> {
    let here = crate::network::region_of(thing);
    let router = attachment.router.value().map(|&router| network.router(router));
    let of_router = router.and_then(|router| Some((router.node.thing()?, router.region.known()?)));
    if let (Some(here), Some((router, region))) = (&here, of_router)
        && *region.value != **here
    {
        let message = format!(
            "{} is made in {here}, the region of its provider, but its transit router {} is in {}: the API does not find the \
             router there",
            thing.address, router.address, region.value
        );
        return Some(
            with_provider(say.finding(Severity::Error, thing, message), thing)
                .help(format!("set `provider` of {} to the one of {}", thing.address, router.address)),
        );
    }
    match &attachment.kind {
        AttachmentKind::Vpc(attached) => of_vpc(network, say, thing, attached, here),
        AttachmentKind::Peer(peer) => {
            let far = network.router(*peer.peer.value()?);
            let (router, region, written) = (far.node.thing()?, far.region.known()?, peer.peer_region.known()?);
            if region.value == written.value {
                return None;
            }
            let message = format!(
                "{} says that its peer is in {}, but {} is in {}: the API does not find the router there",
                thing.address, written.value, router.address, region.value
            );
            let finding = say.finding(Severity::Error, thing, message).value(written, "peer_transit_router_region_id");
            let help = format!("write peer_transit_router_region_id = \"{}\"", region.value);
            Some(finding.help(help))
        }
        _ => None,
    }
}

fn of_vpc(
    network: &Network,
    say: &Say<'_>,
    thing: &Thing,
    attached: &VpcAttachment,
    here: Option<Arc<str>>,
) -> Option<Finding> {
    let vpc = network.vpc(*attached.vpc.value()?);
    let (there, region, here): (String, &Traced<Arc<str>>, _) = (vpc.name(), vpc.region.known()?, here?);
    if region.value == here {
        return None;
    }
    let message = format!(
        "{} is made in {here}, but {} is in {}: a transit router attaches VPCs of its own region only",
        thing.address, there, region.value
    );
    let finding = with_provider(say.finding(Severity::Error, thing, message), thing);
    Some(finding.help(format!(
        "attach {} to a transit router in {}, and join the two routers with an \
         alicloud_cen_transit_router_peer_attachment",
        there, region.value
    )))
}

fn with_provider(finding: Finding, thing: &Thing) -> Finding {
    match thing.provider.place {
        Some(place) => finding.related("its provider", None, Some(place)),
        None => finding,
    }
}
