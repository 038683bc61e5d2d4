//! A vSwitch lies inside one block of its VPC (semantics 1.4).

use crate::diagnostic::Severity;
use crate::network::{Network, VSwitch, Vpc, overlap};
use crate::rule::{Rule, Say};

pub const RULE: Rule = Rule {
    id: "vswitch-outside-vpc",
    category: "addressing",
    severity: Severity::Error,
    page: include_str!("vswitch_outside_vpc.md"),
    absorbs: &[],
    check,
};

fn check(network: &Network, say: &mut Say<'_>) {
    for vpc in &network.vpcs {
        let complete = vpc.blocks_complete();
        // A wrong block has a finding of its own, and will be another one.
        if complete.is_ok() && vpc.blocks.iter().any(|block| block.fault().is_some()) {
            continue;
        }
        for vswitch in vpc.vswitches.iter().map(|&id| network.vswitch(id)) {
            judge(say, vpc, vswitch, complete.as_ref().err());
        }
    }
    for vswitch in &network.vswitches {
        if let Some(cause) = vswitch.vpc.cause() {
            say.undecided(&vswitch.thing, cause, None);
        }
    }
}

fn judge(say: &mut Say<'_>, vpc: &Vpc, vswitch: &VSwitch, incomplete: Option<&crate::eval::Cause>) {
    if let Some(cause) = vswitch.cidr.cause() {
        return say.undecided(&vswitch.thing, cause, None);
    }
    let Some(known) = vswitch.cidr.known().filter(|_| vswitch.thing.certain) else { return };
    let Some(net) = known.value.v4().filter(|net| known.value.masked && net.prefix_len() >= 16) else { return };
    if vpc.known_blocks().any(|(block, _)| block.contains(&net)) {
        return;
    }
    if let Some(cause) = incomplete {
        return say.undecided(&vswitch.thing, cause, None);
    }
    let blocks: Vec<&str> =
        vpc.blocks.iter().filter_map(|block| block.cidr.value()).map(|cidr| cidr.text.as_ref()).collect();
    let how = match vpc.known_blocks().any(|(block, _)| overlap(&block, &net)) {
        true => "is larger than the block of",
        false => "lies outside",
    };
    let message = format!(
        "vSwitch {} ({}) {how} its VPC {} ({}): the cloud refuses it",
        vswitch.thing.address,
        known.value.text,
        vpc.name(),
        blocks.join(", ")
    );
    let mut finding = say.finding(Severity::Error, &vswitch.thing, message).value(known, "cidr_block").help(format!(
        "choose a part of {}, or add the block to the VPC with an alicloud_vpc_ipv4_cidr_block and refer to its vpc_id",
        blocks.join(" or ")
    ));
    for block in &vpc.blocks {
        if let Some(cidr) = block.cidr.known() {
            finding = finding.with_value(&block.owner, cidr, format!("{} is a block of the VPC", cidr.value.text));
        }
    }
    say.say(finding);
}
