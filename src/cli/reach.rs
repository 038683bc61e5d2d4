//! `alinet reach`: whether traffic gets from one end to another, and back.

use clap::ArgMatches;

use super::arguments::{EvalFormat, Proto, Reach as Flags};
use super::root::Root;
use super::{Disk, Failure, print, with_threads};
use crate::network::{Link, Network, Protocol, VSwitchId, VpcId, VpcNode};
use crate::reach::{End, Reach, Traffic, Verdict};
use crate::report::{self, Mask};
use crate::survey;

pub fn run(flags: &Flags, matches: &ArgMatches) -> Result<u8, Failure> {
    let disk = Disk;
    let root = Root::open(&disk, flags.path.as_deref(), &flags.variables, matches)?;
    with_threads(|| {
        let (network, mask) = survey(&root.repository, &root.directory, &root.surroundings)
            .ok_or_else(|| format!("there is no Terraform file in {}", root.directory.display()))?;
        answer(flags, &root, &network, &mask)
    })?
}

fn answer(flags: &Flags, root: &Root<'_>, network: &Network, mask: &Mask) -> Result<u8, Failure> {
    let engine = Reach::new(network);
    let shown = report::Shown { files: &root.repository.files, base: &root.surroundings.working_directory };
    let from = flags.from.as_deref().map(|name| end(network, name)).transpose()?;
    let Some(to) = flags.to.as_deref() else {
        let mut pairs = engine.matrix();
        if let Some(End::Vpc(from)) = from {
            pairs.retain(|(a, ..)| *a == from);
        }
        print(&mask.over(&match flags.format {
            EvalFormat::Json => report::matrix_json(network, &pairs),
            EvalFormat::Human => report::matrix(network, &pairs),
        }))?;
        return Ok(0);
    };
    let to = end(network, to)?;
    let Some(from) = from else { return Err(Failure("--to needs --from".into())) };
    let traffic = flags.proto.map(|proto| traffic(proto, flags.port)).transpose()?;
    let routed = engine.ask(from, to, flags.cidr);
    let answer = match traffic {
        Some(traffic) => engine.ask_for(from, to, v4_only(flags.cidr)?, traffic),
        None => routed.clone(),
    };
    print(&mask.over(&match flags.format {
        EvalFormat::Json => report::reach_json(network, &shown, from, to, &answer),
        EvalFormat::Human => {
            // What is to be added is worked out for IPv4.
            let v4 = !matches!(flags.cidr, Some(ipnet::IpNet::V6(_)));
            let mends = if v4 { engine.mends(from, to, &routed) } else { Vec::new() };
            report::reach(network, &shown, from, to, &answer, &mends)
        }
    }))?;
    Ok(u8::from(answer.verdict != Verdict::Reachable))
}

/// The packets that the flags speak of.
fn traffic(proto: Proto, port: Option<u16>) -> Result<Traffic, Failure> {
    let protocol = match proto {
        Proto::Tcp => Protocol::Tcp,
        Proto::Udp => Protocol::Udp,
        Proto::Icmp => Protocol::Icmp,
        Proto::All => Protocol::All,
    };
    match port {
        Some(_) if !protocol.has_ports() => {
            Err(Failure(format!("--port is for tcp and udp, not for {}", protocol.name())))
        }
        port => Ok(Traffic { protocol, port }),
    }
}

/// The VPC, vSwitch or placed thing of that address or cloud id.
fn end(network: &Network, name: &str) -> Result<End, Failure> {
    for (at, vpc) in network.vpcs.iter().enumerate() {
        let named = match &vpc.node {
            VpcNode::Managed(thing) => thing.name() == name,
            VpcNode::External(Link::Literal(id)) => **id == *name,
            VpcNode::External(link) => link.shown() == name,
        };
        if named {
            return Ok(End::Vpc(VpcId(at)));
        }
    }
    let vswitch = network.vswitches.iter().position(|vswitch| vswitch.thing.name() == name);
    let placed = || network.placements.iter().position(|placement| placement.thing.name() == name);
    match vswitch.map(|at| End::VSwitch(VSwitchId(at))).or_else(|| placed().map(End::Placed)) {
        Some(end) => Ok(end),
        None => {
            let names: Vec<String> = network.vpcs.iter().map(|vpc| vpc.name()).take(12).collect();
            Err(Failure(format!("there is no VPC or vSwitch `{name}`; the VPCs are {}", names.join(", "))))
        }
    }
}

/// Filters are asked about IPv4 only.
fn v4_only(cidr: Option<ipnet::IpNet>) -> Result<Option<ipnet::Ipv4Net>, Failure> {
    match cidr {
        Some(ipnet::IpNet::V6(_)) => {
            Err(Failure("--proto asks about IPv4: leave out --proto or the IPv6 --cidr".into()))
        }
        Some(ipnet::IpNet::V4(net)) => Ok(Some(net)),
        None => Ok(None),
    }
}
