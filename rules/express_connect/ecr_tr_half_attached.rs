//! An Express Connect router and a transit router are joined from both sides (semantics 6.3).

use crate::diagnostic::{Finding, Severity};
use crate::eval::Cause;
use crate::network::{
    Arg, Attachment, AttachmentKind, EXPRESS_ROUTER, ExpressTransit, Link, Network, Node, Presence, RouterId, Thing,
};
use crate::rule::{Rule, Say};

pub const RULE: Rule = Rule {
    id: "ecr-tr-half-attached",
    category: "express-connect",
    severity: Severity::Warning,
    page: include_str!("ecr_tr_half_attached.md"),
    absorbs: &[],
    check,
};

const ATTACHMENT: &str = "alicloud_cen_transit_router_ecr_attachment";
const ASSOCIATION: &str = "alicloud_express_connect_router_tr_association";

fn check(network: &Network, say: &mut Say<'_>) {
    stranded(network, say);
    let attachments: Vec<(&Attachment, &Thing, &Arg<Link>)> = network
        .attachments
        .iter()
        .filter_map(|attachment| match &attachment.kind {
            AttachmentKind::Ecr(express) => Some((attachment, attachment.thing()?, express)),
            _ => None,
        })
        .collect();
    for transit in network.express.transits.iter().filter(|transit| transit.thing.certain) {
        let (Some(express), Some(&router)) = (transit.express.value(), transit.router.value()) else { continue };
        let others = attachments.iter().map(|(attachment, _, link)| (*link, &attachment.router));
        if !is_used(network, express, router) {
            continue;
        }
        match partner(network, express, router, others, ATTACHMENT) {
            Err(cause) => say.undecided(&transit.thing, &cause, None),
            Ok(true) => {}
            Ok(false) => {
                let help = format!(
                    "add an {ATTACHMENT} with ecr_id = {} and transit_router_id = {}, and associate it with a route table",
                    own_id(express, "id"),
                    router_id(network, router)
                );
                say.say(finding(network, say, &transit.thing, (express, router), ATTACHMENT, help));
            }
        }
    }
    for (attachment, thing, link) in attachments.iter().filter(|(_, thing, _)| thing.certain) {
        let (Some(express), Some(&router)) = (link.value(), attachment.router.value()) else { continue };
        let others =
            network.express.transits.iter().map(|transit: &ExpressTransit| (&transit.express, &transit.router));
        if !is_used(network, express, router) {
            continue;
        }
        match partner(network, express, router, others, ASSOCIATION) {
            Err(cause) => say.undecided(thing, &cause, None),
            Ok(true) => {}
            Ok(false) => {
                let help = format!(
                    "add an {ASSOCIATION} with ecr_id = {} and transit_router_id = {}",
                    own_id(express, "id"),
                    router_id(network, router)
                );
                say.say(finding(network, say, thing, (express, router), ASSOCIATION, help));
            }
        }
    }
}

/// An Express Connect router with lines and nothing of the cloud, where there is a transit router for it.
fn stranded(network: &Network, say: &mut Say<'_>) {
    if !network.routers.iter().any(|router| router.node.thing().is_some_and(|thing| thing.certain)) {
        return;
    }
    for router in network.express.routers.iter().map(|router| &router.thing).filter(|thing| thing.certain) {
        let lines: Vec<&Thing> = network
            .express
            .borders
            .iter()
            .filter(|child| child.thing.certain && matches!(child.express.names(&router.address), Ok(true)))
            .map(|child| &child.thing)
            .collect();
        if lines.is_empty() {
            continue;
        }
        let transits = network.express.transits.iter().map(|transit| (&transit.thing, &transit.express));
        let vpcs = network.express.associations.iter().map(|association| (&association.thing, &association.router));
        let attachments = network.attachments.iter().filter_map(|attachment| match &attachment.kind {
            AttachmentKind::Ecr(express) => Some((attachment.thing()?, express)),
            _ => None,
        });
        let kinds = [ASSOCIATION, ATTACHMENT, "alicloud_express_connect_router_vpc_association"];
        match network.naming(&router.address, transits.chain(vpcs).chain(attachments), &kinds) {
            Presence::Here(_) => {}
            Presence::Maybe(cause) => say.undecided(router, &cause, None),
            Presence::Nowhere => {
                let message = format!(
                    "{} has the customer's lines, and neither a transit router nor a VPC: nothing passes it",
                    router.address
                );
                let mut finding = say.finding(Severity::Note, router, message).help(format!(
                    "join it to a transit router: an {ASSOCIATION} on its side, and an {ATTACHMENT} on the other"
                ));
                for line in lines {
                    finding = finding.with(line, "a line");
                }
                say.say(finding);
            }
        }
    }
}

fn finding(
    network: &Network,
    say: &Say<'_>,
    thing: &Thing,
    (express, router): (&Link, RouterId),
    missing: &str,
    help: String,
) -> Finding {
    let name = network.router(router).node.name();
    let message = format!(
        "{} joins {} and {name} from one side only: there is no {missing} of the two, so nothing passes between them",
        thing.address,
        express.shown()
    );
    let mut finding = say.finding(Severity::Warning, thing, message).help(help).cause(thing.name());
    if let Some(express) = network.certain_of(express, EXPRESS_ROUTER) {
        finding = finding.with(express, "the Express Connect router");
    }
    if let Some(router) = network.router(router).node.thing() {
        finding = finding.with(router, "the transit router");
    }
    finding
}

/// Whether the two carry something: one is of the files, and a line or another network is on one of them.
fn is_used(network: &Network, express: &Link, router: RouterId) -> bool {
    let managed =
        network.certain_of(express, EXPRESS_ROUTER).is_some() && network.router(router).node.thing().is_some();
    let lines =
        network.express.borders.iter().any(|child| child.thing.certain && child.express.value() == Some(express));
    let networks = network.router(router).attachments.iter().map(|&id| network.attachment(id)).any(|attachment| {
        !matches!(attachment.kind, AttachmentKind::Ecr(_)) && attachment.thing().is_some_and(|thing| thing.certain)
    });
    managed && (lines || networks)
}

/// Whether the other side joins the same two; why that cannot be told.
fn partner<'n>(
    network: &Network,
    express: &Link,
    router: RouterId,
    others: impl Iterator<Item = (&'n Arg<Link>, &'n Arg<RouterId>)>,
    kind: &str,
) -> Result<bool, Cause> {
    let mut maybe = None;
    for (link, other) in others {
        let same_express = match link {
            Arg::Known(link) if link.value == *express => Ok(true),
            Arg::Known(link) if express.same(&link.value) == Some(false) => Ok(false),
            Arg::Known(link) if matches!(link.value, Link::Literal(_)) => Ok(false),
            Arg::Known(link) => Err(link.value.why_unknown()),
            Arg::Unknown(cause, _) => Err(cause.clone()),
            Arg::Absent => Ok(false),
        };
        let same_router = match other {
            Arg::Known(other) if other.value == router => Ok(true),
            Arg::Known(other) => match &network.router(other.value).node {
                Node::Managed(_) | Node::External(Link::Literal(_)) => Ok(false),
                Node::External(link) => Err(link.why_unknown()),
            },
            // Its CEN and region may name the router as well.
            Arg::Unknown(cause, _) => Err(cause.clone()),
            Arg::Absent => Err(Cause::Unsupported("a transit router that is not named".into())),
        };
        match (same_express, same_router) {
            (Ok(true), Ok(true)) => return Ok(true),
            (Ok(false), _) | (_, Ok(false)) => {}
            (Err(cause), _) | (_, Err(cause)) => maybe = maybe.or(Some(cause)),
        }
    }
    match maybe.or_else(|| network.gap(&[kind]).map(|gap| gap.cause.clone())) {
        Some(cause) => Err(cause),
        None => Ok(false),
    }
}

fn own_id(link: &Link, attribute: &str) -> String {
    match link {
        Link::Of { address, .. } => format!("{address}.{attribute}"),
        other => other.shown(),
    }
}

fn router_id(network: &Network, router: RouterId) -> String {
    match &network.router(router).node {
        Node::Managed(thing) => format!("{}.transit_router_id", thing.address),
        Node::External(link) => own_id(link, "transit_router_id"),
    }
}
