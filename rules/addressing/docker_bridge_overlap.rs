//! Hosts that run Docker take the addresses of its bridge for their own (semantics 3.13).

use std::collections::BTreeMap;

use crate::diagnostic::Severity;
use crate::facts;
use crate::network::{Connection, Network, VSwitchId};
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
    let mut found: BTreeMap<VSwitchId, Vec<Connection>> = BTreeMap::new();
    for pair in network.connected() {
        for id in [pair.ends.0, pair.ends.1].into_iter().flat_map(|vpc| network.vpc(vpc).vswitches.iter().copied()) {
            let vswitch = network.vswitch(id);
            match vswitch.cidr.cause() {
                Some(cause) => say.undecided(&vswitch.thing, cause, None),
                None if vswitch.thing.certain => {
                    let net = vswitch.cidr.value().and_then(|cidr| cidr.v4());
                    if net.is_some_and(|net| range.overlaps(&net)) {
                        found.entry(id).or_default().extend(&pair.by);
                    }
                }
                None => {}
            }
        }
    }
    for (id, by) in found {
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
            finding = finding.with(network.connection_thing(by), "connected here");
        }
        say.say(finding);
    }
}
