//! A vSwitch cannot be made over a route that a VPN gateway has published into the VPC (semantics 1.6, 6.9).

use std::collections::HashMap;
use std::collections::btree_map::BTreeMap;

use ipnet::Ipv4Net;

use crate::diagnostic::Severity;
use crate::network::{Network, VSwitchId, VpcId, VpnRoute, relation};
use crate::rule::{Rule, Say};

pub const RULE: Rule = Rule {
    id: "vswitch-contains-existing-route",
    category: "addressing",
    severity: Severity::Error,
    page: include_str!("vswitch_contains_existing_route.md"),
    absorbs: &[],
    check,
};

fn check(network: &Network, say: &mut Say<'_>) {
    // The vSwitches of a VPC by their first address.
    let mut blocks: HashMap<VpcId, BTreeMap<u32, (Ipv4Net, VSwitchId)>> = HashMap::new();
    for route in &network.vpn_routes {
        let cause = route.vpc.cause().or(route.destination.cause()).or(route.published.cause());
        if let Some(cause) = cause {
            say.undecided(&route.thing, cause, None);
        }
        let (Some(&vpc), Some(&true)) = (route.vpc.value(), route.published.value()) else { continue };
        let Some(net) = route.destination.value().and_then(|cidr| cidr.v4()) else { continue };
        let of_vpc = blocks.entry(vpc).or_insert_with(|| {
            let vswitches = network.vpc(vpc).vswitches.iter().map(|&id| (network.vswitch(id), id));
            vswitches
                .filter(|(vswitch, _)| vswitch.thing.certain)
                .filter_map(|(vswitch, id)| Some((vswitch.cidr.value()?.v4()?, id)))
                .map(|(block, id)| (u32::from(block.network()), (block, id)))
                .collect()
        });
        let before = of_vpc.range(..=u32::from(net.network())).next_back();
        if let Some((_, &(block, id))) = before.filter(|(_, (block, _))| block.contains(&net) && route.thing.certain) {
            report(network, say, id, &block, route, &net);
        }
    }
}

fn report(network: &Network, say: &mut Say<'_>, id: VSwitchId, block: &Ipv4Net, route: &VpnRoute, net: &Ipv4Net) {
    let vswitch = network.vswitch(id);
    let (Some(cidr), Some(destination)) = (vswitch.cidr.known(), route.destination.known()) else { return };
    let message = format!(
        "vSwitch {} ({}) {} {}, which {} publishes into the same VPC: the cloud refuses whichever comes second",
        vswitch.thing.address,
        cidr.value.text,
        relation(block, net),
        destination.value.text,
        route.thing.address
    );
    let finding = say
        .finding(Severity::Error, &vswitch.thing, message)
        .value(cidr, "cidr_block")
        .with_value(&route.thing, destination, "published here")
        .key(destination.value.text.to_string())
        .cause(format!("vswitch:{}", vswitch.thing.address))
        .help("the addresses are on one side only: move the vSwitch, or narrow the route");
    say.say(finding);
}
