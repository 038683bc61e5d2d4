//! A VPC on two CENs is reached from both and joins neither to the other (semantics 4.1).

use std::collections::BTreeSet;

use ipnet::Ipv4Net;

use super::{blocks, handed_on, unknown_blocks};
use crate::diagnostic::Severity;
use crate::eval::Cause;
use crate::network::{AttachmentId, Joints, Link, Network, Route, RouterRoute, VpcId, overlap};
use crate::rule::{Rule, Say};

pub const RULE: Rule = Rule {
    id: "cross-cen-assumption",
    category: "transitive",
    severity: Severity::Error,
    page: include_str!("cross_cen_assumption.md"),
    absorbs: &["alb-back-to-origin-missing", "alb-remote-unreachable"],
    check,
};

fn check(network: &Network, say: &mut Say<'_>) {
    let cens: BTreeSet<&Link> = network.attachments.iter().filter_map(|attachment| attachment.cen.value()).collect();
    if cens.len() < 2 {
        return;
    }
    let (known, joints) = (blocks(network), network.joints());
    for route in network.routes.iter().filter(|route| route.thing.certain && route.kind() == Some("Attachment")) {
        let Some(near) = route.hop.id.value().and_then(|link| network.attachment_named(link)) else { continue };
        let (Some(destination), Some(cen)) = (route.destination.known(), cen_of(network, near)) else { continue };
        let (Some(net), Some(here)) = (destination.value.v4(), network.attachment(near).vpc()) else { continue };
        let all: Vec<VpcId> = known.overlapping(net);
        // Whoever has it on this CEN is meant.
        if all.iter().any(|&vpc| on(network, &joints, vpc, cen).is_none_or(|on| on)) {
            continue;
        }
        let lies_in = |vpc: &&VpcId| network.vpc(**vpc).known_blocks().any(|(block, _)| block.contains(&net));
        let Some(&there) = all.iter().find(lies_in).filter(|&&there| network.surely_other(here, there)) else {
            continue;
        };
        if joints.attachments(there).is_empty() || !joints.between(here, there).is_empty() {
            continue;
        }
        let Some(shared) = shared(network, &joints, cen, there) else { continue };
        let doubt = joints.open().cloned().or_else(|| joints.loose()).or_else(|| unknown_blocks(network));
        let doubt = doubt.or_else(|| handed_on(network, shared, net)).or_else(|| led_on(network, net));
        match doubt {
            Some(cause) => say.undecided(&route.thing, &cause, None),
            None => report(network, say, &joints, route, (here, shared, there), cen),
        }
    }
}

/// The CEN of an attachment, by itself or by its router.
fn cen_of(network: &Network, id: AttachmentId) -> Option<&Link> {
    let attachment = network.attachment(id);
    let router = attachment.router.value().map(|&router| network.router(router));
    attachment.cen.value().or_else(|| router?.cen.value())
}

/// Whether a VPC is on a CEN; nothing when that cannot be told.
fn on(network: &Network, joints: &Joints<'_>, vpc: VpcId, cen: &Link) -> Option<bool> {
    let mut is_on = false;
    for (_, id) in joints.attachments(vpc) {
        is_on |= cen_of(network, *id)?.same(cen)?;
    }
    Some(is_on)
}

/// A static entry may lead the packets somewhere after all, as where the VPC in the middle is made to route between the two.
fn led_on(network: &Network, net: Ipv4Net) -> Option<Cause> {
    let leads = |entry: &&RouterRoute| {
        entry.destination.value().is_none_or(|to| to.v4().is_some_and(|to| overlap(&to, &net)))
            && !entry.kind.value().is_some_and(|kind| kind.eq_ignore_ascii_case("blackhole"))
    };
    let entry = network.router_routes.iter().find(leads)?;
    Some(Cause::Elsewhere(format!("where {} leads in the end", entry.thing.address).into()))
}

/// A VPC that is on this CEN and on one of the other VPC.
fn shared(network: &Network, joints: &Joints<'_>, cen: &Link, there: VpcId) -> Option<VpcId> {
    let theirs: Vec<&Link> = joints.attachments(there).iter().filter_map(|(_, id)| cen_of(network, *id)).collect();
    let vpcs: BTreeSet<VpcId> = network.attachments.iter().filter_map(|attachment| attachment.vpc()).collect();
    vpcs.into_iter().find(|&vpc| {
        let theirs = theirs.iter().any(|cen| on(network, joints, vpc, cen) == Some(true));
        theirs && on(network, joints, vpc, cen) == Some(true)
    })
}

fn report(
    network: &Network,
    say: &mut Say<'_>,
    joints: &Joints<'_>,
    route: &Route,
    (here, shared, there): (VpcId, VpcId, VpcId),
    cen: &Link,
) {
    let Some(destination) = route.destination.known() else { return };
    let [from, middle, to] = [here, shared, there].map(|vpc| network.vpc(vpc).name());
    let other = joints.attachments(there).first().and_then(|(_, id)| cen_of(network, *id));
    let other = other.map(Link::shown).unwrap_or_else(|| "another CEN".into());
    let message = format!(
        "{} sends {}, the block of {to}, into {}, but {to} is on {other}: {middle} is on both and passes nothing on from one to \
         the other, so {from} does not reach {to}",
        route.thing.address,
        destination.value.text,
        cen.shown()
    );
    let mut finding = say
        .finding(Severity::Error, &route.thing, message)
        .value(destination, route.destination_name())
        .help(format!("attach {to} to a transit router of {} as well, or peer {from} with {to}", cen.shown()))
        .cause(route.key())
        .cause(network.pair_key((here, there)));
    let labels =
        [(here, "the VPC that sends"), (shared, "the VPC on both CENs"), (there, "the VPC that has the destination")];
    for (vpc, label) in labels {
        if let Some(thing) = network.vpc(vpc).thing() {
            finding = finding.with(thing, label);
        }
        for (_, id) in joints.attachments(vpc) {
            if let Some(thing) = network.attachment(*id).thing() {
                finding = finding.with(thing, format!("attaches {}", network.vpc(vpc).name()));
            }
        }
    }
    say.say(finding);
}
