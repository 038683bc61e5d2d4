//! A reserved block lies inside its vSwitch and leaves the addresses alone that the vSwitch keeps for itself
//! (semantics 1.5).

use std::net::Ipv4Addr;

use crate::diagnostic::{Finding, Severity};
use crate::network::{Network, Reservation, VSwitch};
use crate::rule::{Rule, Say};

pub const RULE: Rule = Rule {
    id: "cidr-reservation-invalid",
    category: "addressing",
    severity: Severity::Error,
    page: include_str!("cidr_reservation_invalid.md"),
    absorbs: &[],
    check,
};

/// The longest masks.
const IPV4: i64 = 28;
const IPV6: i64 = 80;

fn check(network: &Network, say: &mut Say<'_>) {
    for reservation in &network.reservations {
        if let Some(cause) = reservation.cidr.cause().or(reservation.mask.cause()).or(reservation.version.cause()) {
            say.undecided(&reservation.thing, cause, None);
        }
        if !reservation.thing.certain {
            continue;
        }
        let vswitch =
            reservation.vswitch.value().and_then(|link| network.vswitch_of(link)).map(|id| network.vswitch(id));
        if let Some(finding) = mask(say, reservation).or_else(|| block(say, reservation, vswitch?)) {
            say.say(finding);
        }
    }
}

fn mask(say: &mut Say<'_>, reservation: &Reservation) -> Option<Finding> {
    let is_v6 = match reservation.version.known() {
        Some(version) => version.value.eq_ignore_ascii_case("IPv6"),
        None if reservation.version.is_absent() => false,
        None => return None,
    };
    let limit = if is_v6 { IPV6 } else { IPV4 };
    let (length, finding) = match (reservation.mask.known(), reservation.cidr.known()) {
        (Some(mask), _) => (mask.value, None),
        (None, Some(cidr)) => (i64::from(cidr.value.net?.prefix_len()), Some(cidr)),
        _ => return None,
    };
    if length <= limit {
        return None;
    }
    let message = format!(
        "{} reserves a /{length}, and the cloud accepts masks up to /{limit}: creating it fails",
        reservation.thing.address
    );
    let new = say.finding(Severity::Error, &reservation.thing, message).help(format!("reserve a /{limit} or more"));
    Some(match (finding, reservation.mask.known()) {
        (Some(cidr), _) => new.value(cidr, "cidr_reservation_cidr"),
        (None, Some(mask)) => new.value(mask, "cidr_reservation_mask"),
        (None, None) => new,
    })
}

fn block(say: &mut Say<'_>, reservation: &Reservation, vswitch: &VSwitch) -> Option<Finding> {
    if let Some(cause) = vswitch.cidr.cause() {
        say.undecided(&reservation.thing, cause, None);
    }
    let (known, outer) = (reservation.cidr.known()?, vswitch.cidr.known()?);
    let (net, own) = (known.value.v4()?, outer.value.v4().filter(|own| own.prefix_len() <= 29)?);
    let last = Ipv4Addr::from(u32::from(own.broadcast()) - 2);
    let why = if !own.contains(&net) {
        "does not lie in it"
    } else if net.contains(&own.network()) || net.contains(&last) || net.contains(&own.broadcast()) {
        "contains addresses that the vSwitch keeps for itself (the first and the last three)"
    } else {
        return None;
    };
    if !vswitch.thing.certain {
        return None;
    }
    let message = format!(
        "{} reserves {} in vSwitch {} ({}), which {why}: the cloud refuses it",
        reservation.thing.address, known.value.text, vswitch.thing.address, outer.value.text
    );
    Some(
        say.finding(Severity::Error, &reservation.thing, message)
            .value(known, "cidr_reservation_cidr")
            .with_value(&vswitch.thing, outer, "the block of the vSwitch")
            .help("reserve a block in the middle of the vSwitch, neither the first nor the last of its size"),
    )
}
