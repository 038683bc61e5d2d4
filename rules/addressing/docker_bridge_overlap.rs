//! Hosts that run Docker take the addresses of its bridge for their own (semantics 3.13).

use std::collections::BTreeMap;

use crate::diagnostic::Severity;
use crate::facts;
use crate::network::{Network, Thing, VSwitchId};
use crate::rule::{Rule, Say};

pub const RULE: Rule = Rule {
    id: "docker-bridge-overlap",
    category: "addressing",
    severity: Severity::Note,
    page: include_str!("docker_bridge_overlap.md"),
    absorbs: &[],
    check,
};

fn check(network: &Network, say: &mut Say<'_>) {
    let Some(range) = facts::range("docker-bridge") else { return };
    // Only where hosts are is there something to lose: a large VPC block touches the bridge by chance.
    let mut found: BTreeMap<VSwitchId, Vec<&Thing>> = BTreeMap::new();
    let connected = network.connected();
    let members = connected.iter().flat_map(|circle| circle.members.iter().map(move |member| (circle, member)));
    for (circle, member) in members {
        for &id in &network.vpc(member.vpc).vswitches {
            let vswitch = network.vswitch(id);
            match vswitch.cidr.cause() {
                Some(cause) => say.undecided(&vswitch.thing, cause, None),
                None if vswitch.thing.certain => {
                    let net = vswitch.cidr.value().and_then(|cidr| cidr.v4());
                    if net.is_some_and(|net| range.overlaps(&net)) {
                        found.entry(id).or_default().extend(circle.about(member));
                    }
                }
                None => {}
            }
        }
    }
    for (id, mut by) in found {
        by.sort_by_key(|thing| &thing.address);
        by.dedup_by_key(|thing| &thing.address);
        let vswitch = network.vswitch(id);
        let Some(known) = vswitch.cidr.known() else { continue };
        let message = format!(
            "vSwitch {} ({}) overlaps {}, {}: hosts of connected VPCs that run Docker with its defaults do not reach it",
            vswitch.thing.address, known.value.text, range.cidr, range.what
        );
        let mut finding = say
            .finding(Severity::Note, &vswitch.thing, message)
            .value(known, "cidr_block")
            .help(format!("take another block, or set `bip` of the Docker hosts to a range other than {}", range.cidr));
        for by in by {
            finding = finding.with(by, "connected here");
        }
        say.say(finding);
    }
}
