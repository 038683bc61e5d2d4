//! The blocks of one VPC must not overlap (semantics 1.2).

use crate::diagnostic::Severity;
use crate::network::{Block, BlockKind, Network, Vpc, first_overlaps, relation};
use crate::rule::{Rule, Say};

pub const RULE: Rule = Rule {
    id: "secondary-cidr-overlap",
    category: "addressing",
    severity: Severity::Error,
    page: include_str!("secondary_cidr_overlap.md"),
    absorbs: &[],
    check,
};

fn check(network: &Network, say: &mut Say<'_>) {
    for vpc in network.vpcs.iter().filter(|vpc| vpc.blocks.len() > 1 || vpc.more_blocks.is_some()) {
        let mut known = Vec::new();
        for (at, block) in vpc.blocks.iter().enumerate() {
            match block.cidr.cause() {
                Some(cause) => say.undecided(&block.owner, cause, None),
                None if block.owner.certain => {
                    known.extend(block.cidr.value().and_then(|cidr| cidr.v4()).map(|net| (net, at)));
                }
                None => {}
            }
        }
        for (at, other) in first_overlaps(known) {
            if let (Some(a), Some(b)) = (vpc.blocks.get(at), vpc.blocks.get(other))
                && a.kind != BlockKind::Told
                && b.kind != BlockKind::Told
            {
                report(say, vpc, a, b);
            }
        }
    }
}

fn report(say: &mut Say<'_>, vpc: &Vpc, a: &Block, b: &Block) {
    let (Some(x), Some(y)) = (a.cidr.known(), b.cidr.known()) else { return };
    let (Some(net), Some(other)) = (x.value.v4(), y.value.v4()) else { return };
    let kind = if b.kind == BlockKind::Primary { "primary" } else { "secondary" };
    let message = format!(
        "{} of {} ({}) {} the {kind} block {} of {}: the cloud refuses it",
        a.argument(),
        a.owner.address,
        x.value.text,
        relation(&net, &other),
        y.value.text,
        vpc.name()
    );
    let mut finding = say
        .finding(Severity::Error, &a.owner, message)
        .value(x, a.argument())
        .with_value(&b.owner, y, format!("{} is here", y.value.text))
        .key(format!("{} {}", x.value.text, y.value.text))
        .cause(format!("block:{}", a.owner.address))
        .help("choose a secondary block beside all blocks that the VPC already has");
    if net == other {
        finding = finding.cause(format!("twice:{}", a.owner.address));
    }
    if let Some(thing) = vpc.thing().filter(|thing| ![&a.owner.address, &b.owner.address].contains(&&thing.address)) {
        finding = finding.with(thing, "the VPC of both blocks");
    }
    say.say(finding);
}
