//! One line, or two into one building, fail together.

use std::collections::BTreeSet;

use super::border_key;
use crate::diagnostic::Severity;
use crate::eval::Cause;
use crate::network::{BORDER, BorderRouter, BorderUplink, Link, Network, Uplink};
use crate::rule::{Rule, Say};
use crate::source::Mode;

pub const RULE: Rule = Rule {
    id: "vbr-single-circuit",
    category: "express-connect",
    severity: Severity::Note,
    page: include_str!("vbr_single_circuit.md"),
    absorbs: &[],
    check,
};

/// What may be, or join, a second line.
const KINDS: [&str; 7] = [
    BORDER,
    "alicloud_cen_instance_attachment",
    "alicloud_cen_transit_router_vbr_attachment",
    "alicloud_express_connect_router_vbr_child_instance",
    "alicloud_express_connect_vbr_pconn_association",
    "alicloud_vpn_connection",
    "alicloud_vpn_gateway_vpn_attachment",
];

fn check(network: &Network, say: &mut Say<'_>) {
    // A VPN connection is a standby, also one that is only likely to be there.
    if !network.vpn_connections.is_empty() {
        return;
    }
    let uplinks: Vec<BorderUplink<'_>> =
        network.uplinks_of_borders().into_iter().filter(|uplink| uplink.kind != Uplink::Interface).collect();
    let joined: Vec<&BorderRouter> = network
        .borders
        .routers
        .iter()
        .filter(|border| border.thing.certain)
        .filter(|border| {
            let joins = |uplink: &BorderUplink<'_>| matches!(uplink.border.names(&border.thing.address), Ok(true));
            uplinks.iter().any(|uplink| uplink.thing.certain && joins(uplink))
        })
        .collect();
    let Some(first) = joined.first() else { return };
    let circuits = match lines(network, &joined, &uplinks) {
        Ok(circuits) => circuits,
        Err(cause) => return say.undecided(&first.thing, &cause, None),
    };
    let (message, help) = match circuits.first() {
        Some(circuit) if circuits.len() == 1 => (
            format!(
                "{} is the only line to the customer's side: when it fails, on-premises and cloud do not reach each other",
                circuit.shown()
            ),
            "add a second line at another access point with a border router of its own, or a VPN connection as a standby",
        ),
        _ => match one_access_point(network, &circuits) {
            Some(point) => (
                format!("all {} lines end at the access point {point}: when it fails, all of them do", circuits.len()),
                "let one of the lines end at another access point",
            ),
            None => return,
        },
    };
    let mut finding = say.finding(Severity::Note, &first.thing, message).help(help).cause(border_key(&first.thing));
    for border in &joined[1..] {
        finding = finding.with(&border.thing, "another border router");
    }
    for circuit in circuits.iter().filter_map(|link| network.certain_of(link, CIRCUIT)) {
        finding = finding.with(circuit, "the line");
    }
    // One that is joined to nothing is no second way.
    let idle = |border: &&BorderRouter| joined.iter().all(|joined| joined.thing.address != border.thing.address);
    for border in network.borders.routers.iter().filter(idle) {
        finding = finding.with(&border.thing, "a border router that nothing joins to the cloud");
    }
    say.say(finding);
}

const CIRCUIT: &str = "alicloud_express_connect_physical_connection";

/// The access point of all lines, where they have one and the same.
fn one_access_point<'n>(network: &'n Network, circuits: &BTreeSet<&Link>) -> Option<&'n str> {
    let point = |link: &Link| {
        let address = link.managed(CIRCUIT, &["id"])?;
        let circuit = network.borders.circuits.iter().find(|circuit| circuit.thing.address == *address)?;
        circuit.access_point.value().map(|point| &**point)
    };
    let mut points = circuits.iter().map(|link| point(link));
    let first = points.next()??;
    points.all(|point| point == Some(first)).then_some(first)
}

/// The lines under these border routers; why there may be others.
fn lines<'n>(
    network: &'n Network,
    joined: &[&'n BorderRouter],
    uplinks: &[BorderUplink<'n>],
) -> Result<BTreeSet<&'n Link>, Cause> {
    if let Some(gap) = network.gap(&KINDS) {
        return Err(gap.cause.clone());
    }
    // Border routers of other configurations, and hubs that have more of them there.
    for uplink in uplinks {
        if let Some(cause) = &uplink.elsewhere {
            return Err(cause.clone());
        }
        match network.border_of(uplink.border) {
            Some(border) if border.thing.certain && uplink.thing.certain => {}
            _ => {
                let named = uplink.border.value().map(Link::why_unknown).or(uplink.border.cause().cloned());
                return Err(named.unwrap_or_else(|| Cause::Instances(uplink.thing.name().into())));
            }
        }
    }
    if let Some(border) = joined.iter().find(|border| border.more_circuits) {
        return Err(Cause::Unsupported(format!("further lines of {}", border.thing.address).into()));
    }
    let spare = network.borders.spares.iter().map(|spare| (&spare.thing, &spare.circuit));
    let named: Vec<_> = joined.iter().map(|border| (&border.thing, &border.circuit)).chain(spare).collect();
    let mut circuits = BTreeSet::new();
    for (thing, link) in &named {
        match link.value() {
            // Two variables may hold one line, and a data source may answer with several.
            Some(link) if named.len() > 1 && !is_one(link) => return Err(link.why_unknown()),
            Some(link) => circuits.insert(link),
            None => return Err(link.cause().cloned().unwrap_or_else(|| Cause::Instances(thing.name().into()))),
        };
    }
    Ok(circuits)
}

fn is_one(link: &Link) -> bool {
    match link {
        Link::Literal(_) => true,
        Link::Of { address, .. } => address.mode == Mode::Managed,
        Link::Variable(..) => false,
    }
}
