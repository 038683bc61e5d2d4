//! Two vSwitches of one VPC must not overlap (semantics 1.4).

use crate::diagnostic::Severity;
use crate::network::{Network, VSwitchId, Vpc, first_overlaps, relation};
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
                // One that is too large has a finding of its own, and overlaps others for that reason.
                None if vswitch.thing.certain => {
                    let net = vswitch.cidr.value().and_then(|cidr| cidr.v4()).filter(|net| net.prefix_len() >= 16);
                    known.extend(net.map(|net| (net, id)));
                }
                None => {}
            }
        }
        for (id, other) in first_overlaps(known) {
            report(network, say, vpc, id, other);
        }
    }
}

fn report(network: &Network, say: &mut Say<'_>, vpc: &Vpc, id: VSwitchId, other: VSwitchId) {
    let (a, b) = (network.vswitch(id), network.vswitch(other));
    let (Some(x), Some(y)) = (a.cidr.known(), b.cidr.known()) else { return };
    let (Some(net), Some(block)) = (x.value.v4(), y.value.v4()) else { return };
    let message = format!(
        "vSwitch {} ({}) {} vSwitch {} ({}) in {}: the cloud refuses the second one",
        a.thing.address,
        x.value.text,
        relation(&net, &block),
        b.thing.address,
        y.value.text,
        vpc.name()
    );
    let mut finding = say
        .finding(Severity::Error, &a.thing, message)
        .value(x, "cidr_block")
        .with_value(&b.thing, y, format!("{} is here", y.value.text))
        .help("give each vSwitch of a VPC a block of its own, for instance with cidrsubnets()");
    if let Some(thing) = vpc.thing() {
        finding = finding.with(thing, "the VPC of both");
    }
    say.say(finding);
}
