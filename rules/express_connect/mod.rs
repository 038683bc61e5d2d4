//! Leased lines and VPN: do the customer's own networks and the cloud reach each other?

mod cloud_service_path_missing;
mod ecr_tr_half_attached;
mod ecr_two_trs_one_region;
mod router_interface_incomplete;
mod vbr_bgp_asn_mismatch;
mod vbr_health_check_missing;
mod vbr_multi_attached;
mod vbr_single_circuit;
mod vbr_static_route_with_ecr;
mod vpn_bgp_tunnel_cidr;
mod vpn_route_not_published;

use std::sync::Arc;

use crate::eval::Cause;
use crate::network::{BgpGroup, Network, Presence, Thing};
use crate::rule::Rule;
use crate::source::Address;

pub const RULES: &[Rule] = &[
    cloud_service_path_missing::RULE,
    ecr_tr_half_attached::RULE,
    ecr_two_trs_one_region::RULE,
    router_interface_incomplete::RULE,
    vbr_bgp_asn_mismatch::RULE,
    vbr_health_check_missing::RULE,
    vbr_multi_attached::RULE,
    vbr_single_circuit::RULE,
    vbr_static_route_with_ecr::RULE,
    vpn_bgp_tunnel_cidr::RULE,
    vpn_route_not_published::RULE,
];

const GROUP: &str = "alicloud_vpc_bgp_group";
const PEER: &str = "alicloud_vpc_bgp_peer";

/// The key by which rules tell that they speak of one border router.
fn border_key(border: &Thing) -> String {
    format!("border:{}", border.address)
}

/// The BGP groups of a border router, those that are only likely to exist included.
fn groups<'n>(network: &'n Network, border: &Arc<Address>) -> impl Iterator<Item = &'n BgpGroup> + use<'n> {
    let border = border.clone();
    network.borders.groups.iter().filter(move |group| matches!(group.border.names(&border), Ok(true)))
}

/// Whether a border router has a BGP group.
fn group_of<'n>(network: &'n Network, border: &Address) -> Presence<'n> {
    let list = network.borders.groups.iter().map(|group| (&group.thing, &group.border));
    network.naming(border, list, &[GROUP])
}

/// Whether a BGP group has a peer.
fn peer_of<'n>(network: &'n Network, group: &Address) -> Presence<'n> {
    let list = network.borders.peers.iter().map(|peer| (&peer.thing, &peer.group));
    network.naming(group, list, &[PEER])
}

/// Whether something notices that the line of a border router is down: BFD, a health check, a failover group.
fn watch_of(network: &Network, border: &Arc<Address>) -> Result<bool, Cause> {
    let mut maybe: Option<Cause> = None;
    let watches = network.borders.watches.iter().map(|watch| (&watch.thing, &watch.border));
    match network.naming(border, watches, &["alicloud_cen_vbr_health_check", "alicloud_vpc_vbr_ha"]) {
        Presence::Here(_) => return Ok(true),
        Presence::Maybe(cause) => maybe = Some(cause),
        Presence::Nowhere => {}
    }
    for group in groups(network, border) {
        let watching = network.borders.peers.iter().filter(|peer| peer.watched.value() != Some(&false));
        let watching = watching.filter(|peer| !peer.watched.is_absent());
        for peer in watching {
            match (peer.group.names(&group.thing.address), peer.watched.cause()) {
                (Ok(true), None) if peer.thing.certain => return Ok(true),
                (Ok(true), None) => maybe = maybe.or_else(|| Some(Cause::Instances(peer.thing.name().into()))),
                (Ok(true), Some(cause)) => maybe = maybe.or_else(|| Some(cause.clone())),
                (Ok(false), _) => {}
                (Err(cause), _) => maybe = maybe.or(Some(cause)),
            }
        }
    }
    // A group that may be this router's may have a peer that watches it.
    if let Presence::Maybe(cause) = group_of(network, border) {
        maybe = maybe.or(Some(cause));
    }
    let interfaces = network.interfaces.list.iter().filter(|interface| !interface.check_target.is_absent());
    for interface in interfaces {
        match interface.router.names(border) {
            Ok(true) => return Ok(true),
            Ok(false) => {}
            // Interfaces of VPCs name their routers by other attributes.
            Err(cause) if interface.kind.value().is_none_or(|kind| &**kind == "VBR") => maybe = maybe.or(Some(cause)),
            Err(_) => {}
        }
    }
    let gap = network.gap(&[GROUP, PEER]).map(|gap| gap.cause.clone());
    match maybe.or(gap) {
        Some(cause) => Err(cause),
        None => Ok(false),
    }
}
