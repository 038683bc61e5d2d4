//! The BGP addresses of a VPN tunnel come from a small block of their own (semantics 6.9).

use std::collections::HashMap;

use crate::diagnostic::Severity;
use crate::facts;
use crate::network::{Cidr, Network, Thing, Traced, VpnConnection};
use crate::rule::{Rule, Say};

pub const RULE: Rule = Rule {
    id: "vpn-bgp-tunnel-cidr",
    category: "express-connect",
    severity: Severity::Error,
    page: include_str!("vpn_bgp_tunnel_cidr.md"),
    absorbs: &[],
    check,
};

/// The length that a tunnel's block must have.
const LENGTH: u8 = 30;

fn check(network: &Network, say: &mut Say<'_>) {
    // Blocks in use on one gateway, with who used them first.
    let mut used: HashMap<(String, ipnet::Ipv4Net), (&Thing, &Traced<Cidr>)> = HashMap::new();
    for connection in network.vpn_connections.iter().filter(|connection| connection.thing.certain) {
        for tunnel in &connection.tunnels {
            let Some(cidr) = tunnel.cidr.known() else {
                if let Some(cause) = tunnel.cidr.cause() {
                    say.undecided(&connection.thing, cause, None);
                }
                continue;
            };
            let Some(net) = judge(say, connection, cidr) else { continue };
            if let Some(local) = tunnel.local.known()
                && let Some(address) = local.value.v4().filter(|address| !net.contains(address))
            {
                let message = format!(
                    "local_bgp_ip {} of {} lies outside of its tunnel's block {net}: the API refuses it",
                    address.addr(),
                    connection.thing.address
                );
                let first = net.hosts().next().map_or_else(String::new, |host| host.to_string());
                let finding = say
                    .finding(Severity::Error, &connection.thing, message)
                    .value(local, "local_bgp_ip")
                    .key(format!("local:{}", local.value.text))
                    .help(format!("write one of the two addresses of {net}, such as {first}"));
                say.say(finding);
            }
            let own = match connection.gateway.value() {
                Some(gateway) => gateway.shown(),
                None => connection.thing.name(),
            };
            match used.get(&(own.clone(), net)) {
                None => {
                    used.insert((own, net), (&connection.thing, cidr));
                }
                Some((other, first)) => {
                    let message = format!(
                        "{net} of {} is the block of another tunnel {} already: two tunnels of one VPN gateway need \
                         different blocks, and the API refuses the second",
                        connection.thing.address,
                        match other.address == connection.thing.address {
                            true => "of this connection".into(),
                            false => format!("of {}", other.address),
                        }
                    );
                    let finding = say
                        .finding(Severity::Error, &connection.thing, message)
                        .value(cidr, "tunnel_cidr")
                        .key(format!("twice:{net}"))
                        .with_value(other, first, "the first tunnel")
                        .help("give each tunnel a /30 of its own in 169.254.0.0/16");
                    say.say(finding);
                }
            }
        }
    }
}

/// The block, when a tunnel can have it.
fn judge(say: &mut Say<'_>, connection: &VpnConnection, cidr: &Traced<Cidr>) -> Option<ipnet::Ipv4Net> {
    let range = facts::range("link-local")?;
    let thing = &connection.thing;
    let text = &cidr.value.text;
    let wrong = match cidr.value.v4() {
        None => "is not an IPv4 block".into(),
        Some(_) if cidr.value.host_bits => "has bits set beyond its mask".into(),
        Some(net) if !range.cidr.contains(&net) => format!("lies outside of {}", range.cidr),
        Some(net) if net.prefix_len() != LENGTH => format!("is no /{LENGTH}, the two addresses of a tunnel's ends"),
        Some(net) => match facts::tunnel_reserved().find(|range| range.cidr == net) {
            Some(range) => format!("is {}", range.what),
            None => return Some(net),
        },
    };
    let message = format!("tunnel_cidr {text} of {} {wrong}: the API refuses it", thing.address);
    let finding = say
        .finding(Severity::Error, thing, message)
        .value(cidr, "tunnel_cidr")
        .key(text.to_string())
        .help("write a /30 in 169.254.0.0/16 that the cloud does not keep for itself, such as 169.254.11.0/30");
    say.say(finding);
    None
}
