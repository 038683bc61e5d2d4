//! vSwitches of connected VPCs must not overlap: no route leads from one to the other (semantics 2.4, 3.8).

use crate::diagnostic::Severity;
use crate::network::{Network, Presence, Thing, VSwitchId, meetings, relation};
use crate::rule::{Rule, Say};

pub const RULE: Rule = Rule {
    id: "connected-vswitch-overlap",
    category: "addressing",
    severity: Severity::Error,
    page: include_str!("connected_vswitch_overlap.md"),
    absorbs: &["connected-vpc-cidr-overlap"],
    check,
};

fn check(network: &Network, say: &mut Say<'_>) {
    let connected = network.connected();
    for circle in &connected {
        for id in circle.members.iter().flat_map(|member| &network.vpc(member.vpc).vswitches) {
            let vswitch = network.vswitch(*id);
            if let Some(cause) = vswitch.cidr.cause() {
                say.undecided(&vswitch.thing, cause, None);
            }
        }
    }
    let known = |vpc| {
        let vswitches = network.vpc(vpc).vswitches.iter().map(|&id| (network.vswitch(id), id));
        let known = vswitches.filter(|(vswitch, _)| vswitch.thing.certain);
        known.filter_map(|(vswitch, id)| Some((vswitch.cidr.value()?.v4()?, id))).collect()
    };
    let found = meetings(&connected, known, |circle, member| match network.private_nat(member.vpc) {
        Presence::Here(_) => false,
        Presence::Maybe(cause) => {
            circle.about(member).into_iter().for_each(|thing| say.undecided(thing, &cause, None));
            false
        }
        Presence::Nowhere => true,
    });
    for meeting in found {
        let pairs = meeting.pairs.iter();
        let by = pairs.clone().filter_map(|&(at, ends)| Some(connected.get(at)?.things(ends))).flatten().collect();
        let keys = pairs.map(|&(_, ends)| network.pair_key(ends)).collect();
        report(network, say, meeting.items, by, keys);
    }
    let gap = network.gap(&["alicloud_vswitch"]).map(|gap| &gap.cause);
    for circle in &connected {
        for member in &circle.members {
            let vpc = network.vpc(member.vpc);
            let missing = vpc.more_inside();
            if let Some(cause) = gap.or(missing.as_ref()) {
                circle.about(member).into_iter().for_each(|thing| say.undecided(thing, cause, None));
            }
        }
    }
}

fn report(
    network: &Network,
    say: &mut Say<'_>,
    (id, other): (VSwitchId, VSwitchId),
    by: Vec<&Thing>,
    keys: Vec<String>,
) {
    let (a, b) = (network.vswitch(id), network.vswitch(other));
    let (Some(x), Some(y)) = (a.cidr.known(), b.cidr.known()) else { return };
    let (Some(from), Some(to)) = (a.vpc.value(), b.vpc.value()) else { return };
    let (Some(net), Some(block)) = (x.value.v4(), y.value.v4()) else { return };
    let (from, to) = (network.vpc(*from), network.vpc(*to));
    let message = format!(
        "vSwitch {} ({}) {} vSwitch {} ({}), and their VPCs {} and {} are connected: no route can lead from one to the \
         other, since each takes these addresses for its own",
        a.thing.address,
        x.value.text,
        relation(&net, &block),
        b.thing.address,
        y.value.text,
        from.name(),
        to.name()
    );
    let mut finding = say.finding(Severity::Error, &a.thing, message).value(x, "cidr_block").with_value(
        &b.thing,
        y,
        format!("{} is here", y.value.text),
    );
    for vpc in [from, to].into_iter().filter_map(|vpc| vpc.thing()) {
        finding = finding.with(vpc, "one of the two VPCs");
    }
    for by in by {
        finding = finding.with(by, "connected here");
    }
    for key in keys {
        finding = finding.cause(key);
    }
    say.say(finding.help(format!(
        "make {} or {} anew with a block that no connected VPC uses; the block of a vSwitch cannot be changed in place",
        a.thing.address, b.thing.address
    )));
}
