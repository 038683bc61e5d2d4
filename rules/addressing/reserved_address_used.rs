//! The first and the last three addresses of a vSwitch are not given out (semantics 1.5).

use std::net::Ipv4Addr;

use ipnet::Ipv4Net;

use crate::diagnostic::Severity;
use crate::network::{Assigned, Network, Thing};
use crate::rule::{Rule, Say};

pub const RULE: Rule = Rule {
    id: "reserved-address-used",
    category: "addressing",
    severity: Severity::Error,
    page: include_str!("reserved_address_used.md"),
    absorbs: &[],
    check,
};

fn check(network: &Network, say: &mut Say<'_>) {
    for placement in &network.placements {
        for assigned in &placement.addresses {
            judge(network, say, &placement.thing, assigned);
        }
    }
}

fn judge(network: &Network, say: &mut Say<'_>, thing: &Thing, assigned: &Assigned) {
    let Some(link) = assigned.vswitch.value() else { return };
    let Some(vswitch) = network.vswitch_of(link).map(|id| network.vswitch(id)) else { return };
    if let Some(cause) = assigned.address.cause().or(vswitch.cidr.cause()) {
        return say.undecided(thing, cause, None);
    }
    let (Some(address), Some(cidr)) = (assigned.address.known(), vswitch.cidr.known()) else { return };
    let Some(net) = cidr.value.v4().filter(|net| net.prefix_len() <= 29) else { return };
    if !thing.certain || !vswitch.thing.certain || !is_reserved(&net, address.value) {
        return;
    }
    let message = format!(
        "{} of {} is {}, which vSwitch {} ({}) keeps for itself: the cloud refuses the first and the last three addresses \
         of a vSwitch",
        assigned.argument, thing.address, address.value, vswitch.thing.address, cidr.value.text
    );
    let (first, last) = (u32::from(net.network()) + 1, u32::from(net.broadcast()) - 3);
    let finding = say
        .finding(Severity::Error, thing, message)
        .value(address, assigned.argument)
        .with_value(&vswitch.thing, cidr, "the block of the vSwitch")
        .key(address.value.to_string())
        .help(format!("take an address from {} to {}", Ipv4Addr::from(first), Ipv4Addr::from(last)));
    say.say(finding);
}

fn is_reserved(net: &Ipv4Net, address: Ipv4Addr) -> bool {
    net.contains(&address) && (address == net.network() || u32::from(net.broadcast()) - u32::from(address) < 3)
}
