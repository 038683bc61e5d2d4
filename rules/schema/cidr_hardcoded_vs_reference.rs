//! A destination that repeats the block of a VPC of the same files.

use std::collections::BTreeMap;

use crate::diagnostic::Severity;
use crate::network::{BlockKind, Network, Thing};
use crate::rule::{Rule, Say};

pub const RULE: Rule = Rule {
    id: "cidr-hardcoded-vs-reference",
    category: "schema",
    severity: Severity::Note,
    page: include_str!("cidr_hardcoded_vs_reference.md"),
    absorbs: &[],
    check,
};

fn check(network: &Network, say: &mut Say<'_>) {
    let mut owners: BTreeMap<_, Vec<&Thing>> = BTreeMap::new();
    for vpc in &network.vpcs {
        for (block, part) in vpc.known_blocks().filter(|(_, block)| block.kind == BlockKind::Primary) {
            owners.entry(block).or_default().push(&part.owner);
        }
    }
    for route in network.routes.iter().filter(|route| route.thing.certain && route.is_literal) {
        let Some(destination) = route.destination.known() else { continue };
        let Some([owner]) = destination.value.v4().and_then(|net| owners.get(&net)).map(Vec::as_slice) else {
            continue;
        };
        let block = format!("{}.cidr_block", owner.address);
        let message = format!(
            "the destination of {} repeats {}, the block of {}: it stays as it is when that block changes",
            route.thing.address, destination.value.text, owner.address
        );
        let name = route.destination_name();
        let help = match owner.address.module == route.thing.address.module {
            true => format!("write {name} = {block}"),
            false => format!("pass {block} in, and write it as {name}"),
        };
        let finding = say
            .finding(Severity::Note, &route.thing, message)
            .value(destination, name)
            .with(owner, "the VPC with this block")
            .help(help);
        say.say(finding.cause(format!("argument:{}.{name}", route.thing.address)));
    }
}
