//! 100.64.0.0/10 belongs to the cloud's own services (semantics 2.5, 5.1).

use ipnet::Ipv4Net;

use crate::diagnostic::Severity;
use crate::facts;
use crate::network::{Arg, Network, Route};
use crate::rule::{Rule, Say};

pub const RULE: Rule = Rule {
    id: "route-cloud-service-range",
    category: "routing",
    severity: Severity::Error,
    page: include_str!("route_cloud_service_range.md"),
    absorbs: &[],
    check,
};

fn check(network: &Network, say: &mut Say<'_>) {
    let Some(services) = facts::cloud_services() else { return };
    for route in network.routes.iter().filter(|route| route.thing.certain) {
        match &route.destination {
            Arg::Known(to) => {
                if let Some(net) = to.value.v4().filter(|net| services.cidr.contains(net)) {
                    judge(network, say, route, net, services.cidr);
                }
            }
            Arg::Unknown(cause, place) => say.undecided(&route.thing, cause, *place),
            Arg::Absent => {}
        }
    }
}

fn judge(network: &Network, say: &mut Say<'_>, route: &Route, net: Ipv4Net, services: Ipv4Net) {
    let of_vpc = route.table.value().and_then(|&table| network.table(table).is_of_vpc());
    // A border router leads to cloud services through a VPC: such a route is right in its table.
    let towards_vpc = route.every_hop().any(|hop| hop.kind.value().is_none_or(|kind| &**kind == "RouterInterface"));
    if of_vpc == Some(false) {
        return;
    }
    if of_vpc.is_none() && towards_vpc {
        let table = route.table.cause().or(route.table.value().and_then(|&table| network.table(table).vpc.cause()));
        if let Some(cause) = table {
            say.undecided(&route.thing, cause, None);
        }
        return;
    }
    let Some(to) = route.destination.known() else { return };
    let (severity, message) = if net == services {
        let message = format!(
            "the destination of {} is {services}, which every VPC has as a system route: the API refuses it",
            route.thing.address
        );
        (Severity::Error, message)
    } else {
        // Load balancer backends and object storage in other regions are reached so.
        for hop in route.every_hop() {
            match &hop.kind {
                Arg::Known(kind) if &*kind.value == "Attachment" => return,
                Arg::Unknown(cause, place) => return say.undecided(&route.thing, cause, *place),
                _ => {}
            }
        }
        let message = format!(
            "the destination {} of {} lies inside {services}, where the cloud's own services are: traffic to some of them \
             takes this route and is lost",
            to.value.text, route.thing.address
        );
        (Severity::Warning, message)
    };
    let help = format!("remove the route, or write a destination outside {services}");
    let mut finding = say.finding(severity, &route.thing, message).value(to, route.destination_name()).help(help);
    finding.causes = vec![route.thing.name(), route.key()];
    say.say(finding);
}
