//! A vSwitch has an address for everything that the files put in it (semantics 1.5).

use std::collections::BTreeMap;

use crate::diagnostic::Severity;
use crate::network::{Network, Thing, VSwitchId};
use crate::rule::{Rule, Say};

pub const RULE: Rule = Rule {
    id: "vswitch-exhausted",
    category: "addressing",
    severity: Severity::Warning,
    page: include_str!("vswitch_exhausted.md"),
    absorbs: &[],
    check,
};

/// What takes at least one address of its vSwitch each.
const HOSTS: [&str; 3] = ["alicloud_instance", "alicloud_network_interface", "alicloud_ecs_network_interface"];
/// The first and the last three addresses are reserved.
const RESERVED: u64 = 4;

fn check(network: &Network, say: &mut Say<'_>) {
    let mut hosts: BTreeMap<VSwitchId, Vec<&Thing>> = BTreeMap::new();
    for placement in network.placements.iter().filter(|placement| HOSTS.contains(&&*placement.thing.address.kind)) {
        let [vswitch] = placement.vswitches.as_slice() else { continue };
        if let Some(id) = vswitch.value().and_then(|link| network.vswitch_of(link)).filter(|_| placement.thing.certain)
        {
            hosts.entry(id).or_default().push(&placement.thing);
        }
    }
    for (id, hosts) in hosts {
        let vswitch = network.vswitch(id);
        if let Some(cause) = vswitch.cidr.cause() {
            say.undecided(&vswitch.thing, cause, None);
        }
        let Some(known) = vswitch.cidr.known().filter(|_| vswitch.thing.certain) else { continue };
        let Some(net) = known.value.v4().filter(|net| net.prefix_len() <= 29) else { continue };
        let room = (1u64 << (32 - net.prefix_len())) - RESERVED;
        if hosts.len() as u64 <= room {
            continue;
        }
        let message = format!(
            "vSwitch {} ({}) has {room} addresses to give out, and {} servers and network interfaces stand in it: the last \
             ones cannot be made",
            vswitch.thing.address,
            known.value.text,
            hosts.len()
        );
        let mut finding = say
            .finding(Severity::Warning, &vswitch.thing, message)
            .value(known, "cidr_block")
            .help("make the vSwitch larger, or spread the servers over several vSwitches");
        for host in hosts {
            finding = finding.with(host, "takes an address");
        }
        say.say(finding);
    }
}
