//! A route to nothing but the VPC's own vSwitches is never used (semantics 2.1, 2.3).

use crate::diagnostic::Severity;
use crate::network::{Network, RouteId, VSwitchId, covered};
use crate::rule::{Rule, Say};

pub const RULE: Rule = Rule {
    id: "route-covers-own-vpc-only",
    category: "routing",
    severity: Severity::Note,
    page: include_str!("route_covers_own_vpc_only.md"),
    absorbs: &[],
    check,
};

fn check(network: &Network, say: &mut Say<'_>) {
    for vpc in &network.vpcs {
        let routes = vpc.tables.iter().flat_map(|&table| &network.table(table).routes);
        let known = routes.filter_map(|&id| {
            let route = network.route(id);
            Some((route.destination.value()?.v4()?, id)).filter(|_| route.thing.certain)
        });
        let locals = vpc.vswitches.iter().filter_map(|&id| {
            let vswitch = network.vswitch(id);
            Some((vswitch.cidr.value()?.v4()?, id)).filter(|_| vswitch.thing.certain)
        });
        let (known, locals): (Vec<_>, Vec<_>) = (known.collect(), locals.collect());
        for (route, vswitches) in covered(&known, &locals) {
            report(network, say, route, &vswitches, &vpc.name());
        }
    }
}

fn report(network: &Network, say: &mut Say<'_>, route: RouteId, vswitches: &[VSwitchId], vpc: &str) {
    let route = network.route(route);
    let Some(to) = route.destination.known() else { return };
    let message = format!(
        "the destination {} of {} holds nothing but vSwitches of {vpc} itself: traffic to them stays local and never takes \
         the route",
        to.value.text, route.thing.address
    );
    let mut finding = say
        .finding(Severity::Note, &route.thing, message)
        .value(to, route.destination_name())
        .help(format!("remove {}, or write the block that it was meant for", route.thing.address));
    for &id in vswitches {
        let vswitch = network.vswitch(id);
        if let Some(block) = vswitch.cidr.known() {
            finding = finding.with_value(&vswitch.thing, block, format!("{} is local", block.value.text));
        }
    }
    finding.causes = vec![route.thing.name(), route.key()];
    say.say(finding);
}
