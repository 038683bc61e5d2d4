//! Of two lines one takes over only if something notices that the other is down (semantics 6.6).

use std::collections::{BTreeMap, BTreeSet};

use super::{border_key, groups, watch_of};
use crate::diagnostic::Severity;
use crate::network::{BgpGroup, BgpPeer, BorderRouter, BorderUplink, Network, Thing, Uplink};
use crate::rule::{Rule, Say};

pub const RULE: Rule = Rule {
    id: "vbr-health-check-missing",
    category: "express-connect",
    severity: Severity::Warning,
    page: include_str!("vbr_health_check_missing.md"),
    absorbs: &[],
    check,
};

fn check(network: &Network, say: &mut Say<'_>) {
    let uplinks = network.uplinks_of_borders();
    // Border routers that one hub joins stand in for one another.
    let mut hubs: BTreeMap<(Uplink, &str), Vec<(&BorderUplink<'_>, &BorderRouter)>> = BTreeMap::new();
    for uplink in uplinks.iter().filter(|uplink| uplink.thing.certain) {
        let border = network.border_of(uplink.border).filter(|border| border.thing.certain);
        if let (Some(to), Some(border)) = (&uplink.to, border) {
            hubs.entry((uplink.kind, to)).or_default().push((uplink, border));
        }
    }
    let mut seen = BTreeSet::new();
    for ((_, hub), members) in hubs.iter().filter(|(_, members)| members.len() > 1) {
        for (uplink, border) in members {
            let others: Vec<_> =
                members.iter().filter(|(_, other)| other.thing.address != border.thing.address).collect();
            let Some((_, other)) = others.first() else { continue };
            if !seen.insert(&border.thing.address) {
                continue;
            }
            // On an Express Connect router a line without BGP is not in use.
            let peers = peers(network, border);
            if uplink.kind == Uplink::Express && !peers.iter().any(|peer| peer.certain) {
                continue;
            }
            match watch_of(network, &border.thing.address) {
                Ok(true) => continue,
                Ok(false) => {}
                Err(cause) => {
                    say.undecided(&border.thing, &cause, None);
                    continue;
                }
            }
            let stuck = others.iter().any(|(_, other)| share_a_static_route(network, border, other));
            let (severity, effect) = match (stuck, peers.is_empty()) {
                (true, _) => (Severity::Warning, "its static routes stay, and the packets on it are lost"),
                (false, true) => (Severity::Note, "nothing takes its routes away, and the packets on it are lost"),
                (false, false) => (
                    Severity::Note,
                    "the cloud waits until the BGP session has timed out, and loses packets until then",
                ),
            };
            let message = format!(
                "nothing watches the line of {}, for which {} could stand in at {hub}: when the line fails, {effect}",
                border.thing.address, other.thing.address
            );
            let help = match uplink.kind {
                Uplink::Express => format!(
                    "set enable_bfd = true on the alicloud_vpc_bgp_peer of {}, and on the router at the other end",
                    border.thing.address
                ),
                _ => format!(
                    "add an alicloud_cen_vbr_health_check for {}, or set enable_bfd = true on its alicloud_vpc_bgp_peer",
                    border.thing.address
                ),
            };
            let mut finding = say
                .finding(severity, &border.thing, message)
                .help(help)
                .with(uplink.thing, "joins it to the cloud")
                .cause(border_key(&border.thing));
            for (_, other) in &others {
                finding = finding.with(&other.thing, "a border router that could stand in");
            }
            for peer in peers {
                finding = finding.with(peer, "a BGP peer without BFD");
            }
            say.say(finding);
        }
    }
}

/// The BGP peers of a border router.
fn peers<'n>(network: &'n Network, border: &BorderRouter) -> Vec<&'n Thing> {
    let of = |group: &BgpGroup| {
        let own = |peer: &&'n BgpPeer| matches!(peer.group.names(&group.thing.address), Ok(true));
        network.borders.peers.iter().filter(own).map(|peer| &peer.thing).collect::<Vec<_>>()
    };
    groups(network, &border.thing.address).flat_map(of).collect()
}

/// Two border routers without BGP that have a static route for one block.
fn share_a_static_route(network: &Network, a: &BorderRouter, b: &BorderRouter) -> bool {
    let blocks = |border: &BorderRouter| -> BTreeSet<_> {
        let routes = network.routes_of_border(&border.thing.address).filter(|route| route.thing.certain);
        routes.filter_map(|route| route.destination.value().and_then(|to| to.v4())).collect()
    };
    let quiet = |border: &BorderRouter| groups(network, &border.thing.address).next().is_none();
    quiet(a) && quiet(b) && !blocks(a).is_disjoint(&blocks(b))
}
