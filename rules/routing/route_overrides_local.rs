//! A route must not cut into a vSwitch block of its own VPC (semantics 2.4).

use crate::diagnostic::Severity;
use crate::network::{Network, RouteId, VSwitchId, containers};
use crate::rule::{Rule, Say};

pub const RULE: Rule = Rule {
    id: "route-overrides-local",
    category: "routing",
    severity: Severity::Error,
    page: include_str!("route_overrides_local.md"),
    absorbs: &["peering-route-wrong-destination", "route-covers-own-vpc-only", "vswitch-contains-existing-route"],
    check,
};

fn check(network: &Network, say: &mut Say<'_>) {
    for vpc in &network.vpcs {
        let routes = vpc.tables.iter().flat_map(|&table| &network.table(table).routes);
        let mut known = Vec::new();
        for &id in routes {
            let route = network.route(id);
            match route.destination.cause() {
                Some(cause) => say.undecided(&route.thing, cause, None),
                None if route.thing.certain => {
                    known.extend(route.destination.value().and_then(|cidr| cidr.v4()).map(|net| (net, id)))
                }
                None => {}
            }
        }
        let locals: Vec<_> = vpc.vswitches.iter().filter_map(|&id| local(network, id)).collect();
        for (route, vswitch) in containers(&locals, &known) {
            report(network, say, route, vswitch, &vpc.name());
        }
    }
}

fn local(network: &Network, id: VSwitchId) -> Option<(ipnet::Ipv4Net, VSwitchId)> {
    let vswitch = network.vswitch(id);
    Some((vswitch.cidr.value()?.v4()?, id)).filter(|_| vswitch.thing.certain)
}

fn report(network: &Network, say: &mut Say<'_>, route: RouteId, vswitch: VSwitchId, vpc: &str) {
    let (route, vswitch) = (network.route(route), network.vswitch(vswitch));
    let (Some(to), Some(block)) = (route.destination.known(), vswitch.cidr.known()) else { return };
    let relation = if to.value.v4() == block.value.v4() { "is" } else { "lies inside" };
    let message = format!(
        "the destination {} of {} {relation} the block of vSwitch {} ({}) in {vpc}: the API refuses the route, since traffic \
         to a vSwitch stays local",
        to.value.text, route.thing.address, vswitch.thing.address, block.value.text
    );
    let mut finding = say
        .finding(Severity::Error, &route.thing, message)
        .value(to, route.destination_name())
        .with_value(&vswitch.thing, block, format!("{} is local here", block.value.text))
        .help("route a block outside the VPC, or one that contains the vSwitch, or remove the route")
        .key(vswitch.thing.name());
    finding.causes = vec![route.thing.name(), route.key()];
    say.say(finding);
}
