//! A black hole in a router's table drops what it covers, and takes no next hop (semantics 4.13).

use super::attached::key;
use crate::diagnostic::Severity;
use crate::network::{Arg, Network, RouterRoute, RouterTableId, containers};
use crate::rule::{Rule, Say};

pub const RULE: Rule = Rule {
    id: "tr-blackhole-shadow",
    category: "cen",
    severity: Severity::Error,
    page: include_str!("tr_blackhole_shadow.md"),
    absorbs: &["alb-back-to-origin-missing", "alb-remote-unreachable", "asm-cluster-unreachable"],
    check,
};

const NEXT_HOP: &str = "transit_router_route_entry_next_hop_id";

fn check(network: &Network, say: &mut Say<'_>) {
    for route in network.router_routes.iter().filter(|route| route.thing.certain) {
        form(say, route);
    }
    for at in 0..network.router_tables.len() {
        shadows(network, say, RouterTableId(at));
    }
}

fn is_black_hole(route: &RouterRoute) -> bool {
    route.kind.value().is_some_and(|kind| kind.eq_ignore_ascii_case("blackhole"))
}

/// Whether the next hop fits its type.
fn form(say: &mut Say<'_>, route: &RouterRoute) {
    let thing = &route.thing;
    let (message, help) = match (&route.kind, &route.link) {
        (Arg::Unknown(cause, place), _) | (Arg::Known(_), Arg::Unknown(cause, place)) => {
            // An id that only the cloud knows is one all the same.
            if route.link.cause().is_none_or(|cause| !matches!(cause, crate::eval::Cause::Computed(_))) {
                say.undecided(thing, cause, *place);
            }
            return;
        }
        (Arg::Known(_), Arg::Known(link)) if is_black_hole(route) => (
            format!(
                "{} is a black hole and names the next hop {}: a black hole leads nowhere, and the API refuses the entry",
                thing.address,
                link.value.shown()
            ),
            format!("remove {NEXT_HOP}, or write transit_router_route_entry_next_hop_type = \"Attachment\""),
        ),
        (Arg::Known(kind), Arg::Absent) if kind.value.eq_ignore_ascii_case("attachment") => (
            format!("{} leads to an attachment and does not say to which: the API refuses the entry", thing.address),
            format!("add {NEXT_HOP} with the transit_router_attachment_id of an attachment"),
        ),
        _ => return,
    };
    let finding = say.finding(Severity::Error, thing, message).help(help);
    let place = route.link.known().map(|link| link.attribute);
    say.say(match place {
        Some(place) => finding.at(place),
        None => finding,
    });
}

/// Black holes over what the same table learns: one of the two is not meant.
fn shadows(network: &Network, say: &mut Say<'_>, table: RouterTableId) {
    let routes = network.router_table(table).routes.iter().map(|&at| &network.router_routes[at]);
    let holes: Vec<_> = routes
        .filter(|route| route.thing.certain && is_black_hole(route))
        .filter_map(|route| Some((route.destination.value()?.v4()?, route)))
        .collect();
    if holes.is_empty() {
        return;
    }
    let mut learned = Vec::new();
    for heard in network.heard(table) {
        for &id in &network.vpc(heard.vpc).vswitches {
            let vswitch = network.vswitch(id);
            if let (true, Some(net)) = (vswitch.thing.certain, vswitch.cidr.value().and_then(|cidr| cidr.v4())) {
                learned.push((net, (id, heard.clone())));
            }
        }
    }
    let blocks: Vec<_> = learned.iter().enumerate().map(|(at, (net, _))| (*net, at)).collect();
    for (hole, at) in containers(&blocks, &holes) {
        let (Some(destination), Some((_, (id, heard)))) = (hole.destination.known(), learned.get(at)) else { continue };
        let (vswitch, vpc) = (network.vswitch(*id), network.vpc(heard.vpc));
        let Some(cidr) = vswitch.cidr.known() else { continue };
        let message = format!(
            "{} drops {}, which {} learns from vSwitch {} ({}) of {}: nobody who looks up this table reaches these addresses",
            hole.thing.address,
            destination.value.text,
            network.router_table_name(table),
            vswitch.thing.address,
            cidr.value.text,
            vpc.name()
        );
        let mut finding = say
            .finding(Severity::Warning, &hole.thing, message)
            .value(destination, "transit_router_route_entry_destination_cidr_block")
            .cause(hole.thing.name())
            .with_value(&vswitch.thing, cidr, "the block that is learned")
            .help(format!(
                "remove the black hole; or, to keep {} out of reach, do not propagate its attachment into this table",
                vpc.name()
            ));
        for &at in &heard.propagations {
            finding = finding.with(&network.propagations[at].thing, "learned here");
        }
        for thing in heard.attachments.iter().filter_map(|&id| network.attachment(id).thing()) {
            finding = finding.with(thing, "attached here").cause(key(thing));
        }
        say.say(finding);
    }
}
