//! A connection between regions carries next to nothing without bandwidth (semantics 4.10, 4.12).

use crate::diagnostic::{Finding, Severity};
use crate::network::{Arg, Network, PeerAttachment, Thing};
use crate::rule::{Rule, Say};

pub const RULE: Rule = Rule {
    id: "tr-peer-bandwidth-missing",
    category: "cen",
    severity: Severity::Error,
    page: include_str!("tr_peer_bandwidth_missing.md"),
    absorbs: &[],
    check,
};

fn check(network: &Network, say: &mut Say<'_>) {
    for attachment in &network.attachments {
        let Some(peer) = attachment.peer() else { continue };
        let Some(thing) = attachment.thing().filter(|thing| thing.certain) else { continue };
        let mut finding = match found(say, thing, peer) {
            Some(finding) => finding,
            None => continue,
        };
        for (router, end) in [(&attachment.router, "from here"), (&peer.peer, "to here")] {
            if let Some(router) = router.value().and_then(|&router| network.router(router).node.thing()) {
                finding = finding.with(router, format!("the connection leads {end}"));
            }
        }
        say.say(finding);
    }
}

fn found(say: &mut Say<'_>, thing: &Thing, peer: &PeerAttachment) -> Option<Finding> {
    let address = &thing.address;
    let is_plan = peer.bandwidth_type.value().map(|kind| &**kind == "BandwidthPackage");
    let what = "it passes the plan, and the connection carries 1 kbit/s for tests";
    match &peer.bandwidth {
        Arg::Absent => {
            let message = format!("{address} has no `bandwidth`: {what}");
            return Some(
                say.finding(Severity::Error, thing, message)
                    .help("write the bandwidth in Mbit/s, such as bandwidth = 10"),
            );
        }
        Arg::Known(bandwidth) if bandwidth.value <= 0 => {
            let message = format!("{address} has a `bandwidth` of {}: {what}", bandwidth.value);
            let finding = say.finding(Severity::Error, thing, message).value(bandwidth, "bandwidth");
            return Some(finding.help("write the bandwidth in Mbit/s, such as bandwidth = 10"));
        }
        Arg::Unknown(cause, place) => say.undecided(thing, cause, *place),
        Arg::Known(_) => {}
    }
    match (is_plan, &peer.package) {
        (Some(true), Arg::Absent) => {
            let message = format!(
                "{address} takes its bandwidth from a bandwidth plan, but names none: there is nothing to take it from"
            );
            let mut finding = say.finding(Severity::Error, thing, message);
            if let Some(kind) = peer.bandwidth_type.known() {
                finding = finding.value(kind, "bandwidth_type");
            }
            Some(finding.help(
                "write the id of an alicloud_cen_bandwidth_package as `cen_bandwidth_package_id`, or pay by traffic with \
                 bandwidth_type = \"DataTransfer\"",
            ))
        }
        (None, Arg::Absent) => {
            if let Some(cause) = peer.bandwidth_type.cause() {
                say.undecided(thing, cause, None);
            }
            None
        }
        _ => None,
    }
}
