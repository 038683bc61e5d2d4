//! The block of a VPC must be one that the cloud accepts (semantics 1.1).

use crate::diagnostic::Severity;
use crate::network::{Block, BlockFault, Cidr, Network, Vpc};
use crate::rule::{Rule, Say};

pub const RULE: Rule = Rule {
    id: "vpc-cidr-invalid",
    category: "addressing",
    severity: Severity::Error,
    page: include_str!("vpc_cidr_invalid.md"),
    absorbs: &[],
    check,
};

fn check(network: &Network, say: &mut Say<'_>) {
    for vpc in &network.vpcs {
        for block in vpc.own_blocks() {
            judge(network, say, Some(vpc), block);
        }
    }
    for block in &network.stray_blocks {
        judge(network, say, None, block);
    }
}

fn judge(network: &Network, say: &mut Say<'_>, vpc: Option<&Vpc>, block: &Block) {
    if let Some(cause) = block.cidr.cause() {
        say.undecided(&block.owner, cause, None);
    }
    let Some(known) = block.cidr.known().filter(|_| block.owner.certain) else { return };
    let text = &known.value.text;
    let why = match block.fault() {
        None | Some(BlockFault::Reserved(_)) => return,
        Some(BlockFault::NotACidr) => "it is not an IPv4 block".to_owned(),
        Some(BlockFault::NoMask) => "it has no mask".to_owned(),
        Some(BlockFault::HostBits) => "bits beyond its mask are set".to_owned(),
        Some(BlockFault::Mask) => format!("its mask {} is not between /8 and /28", mask(&known.value)),
        Some(BlockFault::StartsWithZero) => "it starts with 0".to_owned(),
    };
    let what = format!("{} of {}", block.argument(), block.owner.address);
    let mut finding = say
        .finding(Severity::Error, &block.owner, format!("{what} is \"{text}\", which the cloud refuses: {why}"))
        .value(known, block.argument())
        .key(text.to_string());
    // What must have a mask that no vSwitch has because it lies in this block.
    for vswitch in vpc.iter().flat_map(|vpc| &vpc.vswitches).map(|&id| network.vswitch(id)) {
        if let Some(cidr) = vswitch.cidr.known()
            && vswitch.follows_from(block)
        {
            finding = finding.with_value(&vswitch.thing, cidr, "a vSwitch in it can only be too small");
        }
    }
    say.say(finding.help(match (block.fault(), known.value.v4()) {
        (Some(BlockFault::HostBits), Some(net)) => format!("write \"{net}\", the network that \"{text}\" lies in"),
        (Some(BlockFault::NoMask), Some(net)) => format!("write a mask, for instance \"{}/16\"", net.addr()),
        _ => "write a network with a mask between /8 and /28, for instance \"10.0.0.0/16\"".to_owned(),
    }));
}

fn mask(cidr: &Cidr) -> String {
    cidr.v4().map_or_else(String::new, |net| format!("/{}", net.prefix_len()))
}
