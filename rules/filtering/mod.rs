//! Security groups, network ACLs and whitelists: is what is routed also let through?

mod nacl_order_shadow;
mod nacl_return_missing;
mod sg_drop_shadows_accept;
mod sg_enterprise_group_ref;
mod sg_ingress_peer_missing;
mod sg_remote_group_reference;
mod sg_rule_no_source;
mod sg_rule_port_protocol;
mod whitelist_peer_missing;

use crate::network::{Groups, Line, Network, Ports, Protocol, Ruling, VpcId, parcels, ruling};
use crate::rule::Rule;

pub const RULES: &[Rule] = &[
    nacl_order_shadow::RULE,
    nacl_return_missing::RULE,
    sg_drop_shadows_accept::RULE,
    sg_enterprise_group_ref::RULE,
    sg_ingress_peer_missing::RULE,
    sg_remote_group_reference::RULE,
    sg_rule_no_source::RULE,
    sg_rule_port_protocol::RULE,
    whitelist_peer_missing::RULE,
];

/// The key by which rules tell that they speak of what goes from one VPC into another.
fn way_key(network: &Network, from: VpcId, to: VpcId) -> String {
    format!("into:{}<{}", network.vpc(to).name(), network.vpc(from).name())
}

/// The lines that drop everything that a line was written to accept, the first one first; none where some of it passes
/// or that is not known.
fn shadows<'n>(lines: &[&'n Line], line: &'n Line) -> Vec<&'n Line> {
    let mut found: Vec<&Line> = Vec::new();
    if line.accepts.value() != Some(&true) || line.doubt.is_some() {
        return found;
    }
    let Some(&protocol) = line.protocol.value() else { return found };
    let ports = line.ports.value().copied().filter(|_| protocol.has_ports()).unwrap_or(Ports::ALL);
    for remote in &line.remotes {
        let (blocks, groups) = match remote {
            crate::network::Remote::Group(link) => {
                let everywhere = ipnet::Ipv4Net::default();
                (vec![everywhere], Groups { named: vec![link.clone()], more: None })
            }
            crate::network::Remote::List(_, _, Some(_)) => return Vec::new(),
            remote => (remote.blocks().collect(), Groups::default()),
        };
        if blocks.is_empty() {
            return Vec::new();
        }
        for block in blocks {
            for parcel in parcels(lines, protocol, ports, block).unwrap_or_default() {
                match ruling(lines, &parcel, &groups, &Ok(true)) {
                    Ruling::Stopped(Some(by)) => match found.iter().any(|known| std::ptr::eq(*known, by)) {
                        true => {}
                        false => found.push(by),
                    },
                    _ => return Vec::new(),
                }
            }
        }
    }
    found
}

/// How a message names what a line matches.
fn shown(line: &Line) -> String {
    let protocol = line.protocol.value().copied().unwrap_or(Protocol::All);
    let what = match (protocol, line.ports.value()) {
        (Protocol::All, _) => "everything".to_owned(),
        (protocol, Some(ports)) if protocol.has_ports() && *ports != Ports::ALL => match ports.first == ports.last {
            true => format!("{} port {}", protocol.name(), ports.first),
            false => format!("{} ports {} to {}", protocol.name(), ports.first, ports.last),
        },
        (protocol, _) => protocol.name().to_owned(),
    };
    let from: Vec<String> = line.remotes.iter().filter_map(end).collect();
    match from.is_empty() {
        true => what,
        false => format!("{what} of {}", from.join(", ")),
    }
}

fn end(remote: &crate::network::Remote) -> Option<String> {
    use crate::network::Remote;
    Some(match remote {
        Remote::Block(cidr) => cidr.value()?.text.to_string(),
        Remote::List(link, ..) | Remote::Group(link) => link.value()?.shown(),
    })
}
