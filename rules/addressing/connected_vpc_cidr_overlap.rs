//! The blocks of connected VPCs should not overlap: what a local vSwitch covers never reaches the other side
//! (semantics 3.8).

use std::collections::{BTreeMap, BTreeSet};

use crate::diagnostic::Severity;
use crate::network::{Block, Meeting, Network, Presence, Thing, VpcId, meetings, relation};
use crate::rule::{Rule, Say};

pub const RULE: Rule = Rule {
    id: "connected-vpc-cidr-overlap",
    category: "addressing",
    severity: Severity::Warning,
    page: include_str!("connected_vpc_cidr_overlap.md"),
    absorbs: &[],
    check,
};

fn check(network: &Network, say: &mut Say<'_>) {
    let connected = network.connected();
    let known = |vpc| {
        let blocks = network.vpc(vpc).blocks.iter().enumerate().filter(|(_, block)| block.owner.certain);
        blocks.filter_map(|(at, block)| Some((block.cidr.value()?.v4()?, (vpc, at)))).collect()
    };
    let found = meetings(&connected, known, |circle, member| match network.private_nat(member.vpc) {
        Presence::Here(_) => false,
        Presence::Maybe(cause) => {
            circle.about(member).into_iter().for_each(|thing| say.undecided(thing, &cause, None));
            false
        }
        Presence::Nowhere => true,
    });
    // Several blocks of the same two VPCs are one defect.
    let mut said: BTreeMap<(VpcId, VpcId), (Meeting<(VpcId, usize)>, BTreeSet<_>)> = BTreeMap::new();
    for meeting in found {
        let (item, other) = meeting.items;
        let pairs = meeting.pairs.clone();
        said.entry((item.0, other.0)).or_insert((meeting, BTreeSet::new())).1.extend(pairs);
    }
    for (meeting, pairs) in said.values() {
        let by = pairs.iter().filter_map(|&(at, ends)| Some(connected.get(at)?.things(ends))).flatten().collect();
        report(network, say, meeting.items.0, meeting.items.1, by);
    }
    let named: BTreeSet<VpcId> = said.keys().flat_map(|&(a, b)| [a, b]).collect();
    for circle in &connected {
        for member in &circle.members {
            if let Err(cause) = network.vpc(member.vpc).blocks_complete()
                && !named.contains(&member.vpc)
            {
                circle.about(member).into_iter().for_each(|thing| say.undecided(thing, &cause, None));
            }
        }
    }
}

fn report(network: &Network, say: &mut Say<'_>, item: (VpcId, usize), other: (VpcId, usize), by: Vec<&Thing>) {
    let block = |(vpc, at): (VpcId, usize)| network.vpc(vpc).blocks.get(at);
    let (Some(a), Some(b)) = (block(item), block(other)) else { return };
    let (Some(x), Some(y)) = (a.cidr.known(), b.cidr.known()) else { return };
    let (Some(net), Some(block)) = (x.value.v4(), y.value.v4()) else { return };
    let (from, to) = (network.vpc(item.0), network.vpc(other.0));
    let message = format!(
        "{} ({}) {} {} ({}), and the two are connected: addresses that a vSwitch of one side covers stay there and never \
         reach the other side",
        from.name(),
        x.value.text,
        relation(&net, &block),
        to.name(),
        y.value.text
    );
    let about = |vpc: VpcId, block: &Block| network.vpc(vpc).thing().unwrap_or(&block.owner).clone();
    let mut finding = say
        .finding(Severity::Warning, &about(item.0, a), message)
        .value(x, a.argument())
        .with_value(&about(other.0, b), y, format!("{} is here", y.value.text))
        .cause(network.pair_key((item.0, other.0)));
    for by in by {
        finding = finding.with(by, "connected here");
    }
    for owner in [&a.owner, &b.owner].into_iter().filter(|owner| &*owner.address.kind == "alicloud_vpc_ipv4_cidr_block")
    {
        finding = finding.with(owner, "adds the block");
    }
    say.say(finding.help(format!(
        "give {} or {} a block that no connected VPC uses; until then keep all their vSwitches apart and route to vSwitch \
         blocks instead of whole VPC blocks",
        from.name(),
        to.name()
    )));
}
