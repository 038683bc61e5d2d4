//! A VPC with public addresses is missed by the hosts of connected VPCs that have a way to the Internet (semantics 1.7).

use std::collections::{BTreeMap, BTreeSet};

use crate::diagnostic::Severity;
use crate::facts;
use crate::network::{Network, Thing, Vpc, VpcId};
use crate::rule::{Rule, Say};

pub const RULE: Rule = Rule {
    id: "vpc-cidr-not-rfc1918",
    category: "addressing",
    severity: Severity::Warning,
    page: include_str!("vpc_cidr_not_rfc1918.md"),
    absorbs: &[],
    check,
};

fn check(network: &Network, say: &mut Say<'_>) {
    // Per public block: from where it is missed.
    let mut missed: BTreeMap<(VpcId, usize), Vec<(VpcId, &Thing)>> = BTreeMap::new();
    let mut said: BTreeSet<(VpcId, VpcId, usize)> = BTreeSet::new();
    for circle in network.connected() {
        for member in &circle.members {
            let to = member.vpc;
            for at in public_blocks(network.vpc(to)) {
                for from in circle.connected_to(member).map(|member| member.vpc) {
                    let Some(exit) = network.exit_of(from) else { continue };
                    if said.insert((from, to, at)) && escapes(network, say, from, to, at) {
                        missed.entry((to, at)).or_default().push((from, exit));
                    }
                }
            }
        }
    }
    for ((vpc, at), from) in missed {
        report(network, say, vpc, at, &from);
    }
}

/// The blocks that are surely there, valid, and not private.
fn public_blocks(vpc: &Vpc) -> Vec<usize> {
    let blocks = vpc.blocks.iter().enumerate().filter(|(_, block)| block.owner.certain && block.fault().is_none());
    let public = blocks
        .filter(|(_, block)| block.cidr.value().and_then(|cidr| cidr.v4()).is_some_and(|net| !facts::is_private(&net)));
    public.map(|(at, _)| at).collect()
}

/// Whether hosts of `from` look for a block of `to` in the Internet.
fn escapes(network: &Network, say: &mut Say<'_>, from: VpcId, to: VpcId, at: usize) -> bool {
    let Some(block) = network.vpc(to).blocks.get(at) else { return false };
    let Some(net) = block.cidr.value().and_then(|cidr| cidr.v4()) else { return false };
    let Some(source) = network.vpc(from).thing().filter(|thing| thing.certain) else { return false };
    match network.leaves(from, to, net) {
        Ok(exit) => exit.is_some(),
        Err(cause) => {
            say.undecided(source, &cause, None);
            false
        }
    }
}

fn report(network: &Network, say: &mut Say<'_>, vpc: VpcId, at: usize, from: &[(VpcId, &Thing)]) {
    let vpc = network.vpc(vpc);
    let (Some(block), Some((first, exit))) = (vpc.blocks.get(at), from.first()) else { return };
    let Some(known) = block.cidr.known() else { return };
    let source = network.vpc(*first);
    let message = format!(
        "{} has the public block {}, and {} connects hosts of {} to the Internet: there they look for these addresses, \
         whatever the routes between the two VPCs say",
        vpc.name(),
        known.value.text,
        exit.address,
        source.name()
    );
    let mut finding = say
        .finding(Severity::Warning, vpc.thing().unwrap_or(&block.owner), message)
        .value(known, block.argument())
        .key(known.value.text.to_string())
        .help(format!(
            "take a private block; or add \"{}\" to user_cidrs of {}, or give that VPC an alicloud_vpc_ipv4_gateway",
            known.value.text,
            source.name()
        ));
    for (source, exit) in from {
        finding = finding.with(exit, "the way to the Internet");
        if let Some(thing) = network.vpc(*source).thing() {
            finding = finding.with(thing, "misses the block");
        }
    }
    say.say(finding);
}
