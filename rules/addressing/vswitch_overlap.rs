//! Two vSwitches of one VPC must not overlap (semantics 1.4).

use crate::diagnostic::Severity;
use crate::network::{Network, VSwitchId};
use crate::rule::{Rule, Say};

pub const RULE: Rule = Rule {
    id: "vswitch-overlap",
    category: "addressing",
    severity: Severity::Error,
    page: include_str!("vswitch_overlap.md"),
    absorbs: &[],
    check,
};

fn check(network: &Network, say: &mut Say<'_>) {
    for vpc in &network.vpcs {
        let mut known = Vec::new();
        for &id in &vpc.vswitches {
            let vswitch = network.vswitch(id);
            match vswitch.cidr.cause() {
                Some(cause) => say.undecided(&vswitch.thing, cause, None),
                None => known.extend(vswitch.cidr.value().and_then(|cidr| cidr.v4()).map(|net| (net, id))),
            }
        }
        for (id, other) in crate::network::first_overlaps(known) {
            report(network, say, &vpc.name(), id, other);
        }
    }
}

fn report(network: &Network, say: &mut Say<'_>, vpc: &str, id: VSwitchId, other: VSwitchId) {
    let (a, b) = (network.vswitch(id), network.vswitch(other));
    let (Some(x), Some(y)) = (a.cidr.known(), b.cidr.known()) else { return };
    if !a.thing.certain || !b.thing.certain {
        return;
    }
    let relation = match (x.value.v4(), y.value.v4()) {
        (Some(x), Some(y)) if x == y => "is the block of",
        (Some(x), Some(y)) if y.contains(&x) => "lies inside",
        _ => "contains",
    };
    let message = format!(
        "vSwitch {} ({}) {relation} vSwitch {} ({}) in {vpc}: the cloud refuses the second one",
        a.thing.address, x.value.text, b.thing.address, y.value.text
    );
    let finding = say
        .finding(Severity::Error, &a.thing, message)
        .value(x, "cidr_block")
        .with_value(&b.thing, y, format!("{} is here", y.value.text))
        .help("give each vSwitch of a VPC a block of its own, for instance with cidrsubnets()");
    say.say(finding);
}
