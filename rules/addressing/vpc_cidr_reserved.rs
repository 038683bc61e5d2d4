//! The block of a VPC must keep clear of the ranges that the cloud needs itself (semantics 1.1).

use crate::diagnostic::Severity;
use crate::network::{Block, BlockFault, Network, relation};
use crate::rule::{Rule, Say};

pub const RULE: Rule = Rule {
    id: "vpc-cidr-reserved",
    category: "addressing",
    severity: Severity::Error,
    page: include_str!("vpc_cidr_reserved.md"),
    absorbs: &[],
    check,
};

fn check(network: &Network, say: &mut Say<'_>) {
    for block in network.vpcs.iter().flat_map(|vpc| vpc.own_blocks()).chain(&network.stray_blocks) {
        judge(say, block);
    }
}

fn judge(say: &mut Say<'_>, block: &Block) {
    if let Some(cause) = block.cidr.cause() {
        say.undecided(&block.owner, cause, None);
    }
    let Some(known) = block.cidr.known().filter(|_| block.owner.certain) else { return };
    let (Some(BlockFault::Reserved(range)), Some(net)) = (block.fault(), known.value.v4()) else { return };
    let message = format!(
        "{} of {} is {}, which {} {} ({}): the cloud refuses it",
        block.argument(),
        block.owner.address,
        known.value.text,
        relation(&net, &range.cidr),
        range.cidr,
        range.what
    );
    let finding = say
        .finding(Severity::Error, &block.owner, message)
        .value(known, block.argument())
        .key(known.value.text.to_string())
        .help("take a block of 10.0.0.0/8, 172.16.0.0/12 or 192.168.0.0/16 that no connected network uses");
    say.say(finding);
}
