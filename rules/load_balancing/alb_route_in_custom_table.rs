//! Load balancers look at system tables only (semantics 7.2).

use ipnet::Ipv4Net;

use super::origin::of_services;
use super::remote::{Remote, remotes};
use crate::diagnostic::Severity;
use crate::network::{Network, Route, Stand, Thing, VpcId};
use crate::reach::{Delivery, End, Reach};
use crate::rule::{Rule, Say};

pub const RULE: Rule = Rule {
    id: "alb-route-in-custom-table",
    category: "load-balancing",
    severity: Severity::Error,
    page: include_str!("alb_route_in_custom_table.md"),
    absorbs: &[
        "alb-back-to-origin-missing",
        "alb-remote-unreachable",
        "route-table-unattached",
        "tr-vpc-route-missing",
    ],
    check,
};

fn check(network: &Network, say: &mut Say<'_>) {
    let remotes = remotes(network);
    if remotes.is_empty() {
        return;
    }
    let reach = Reach::new(network);
    for remote in &remotes {
        let targets: Vec<Ipv4Net> = remote
            .servers
            .iter()
            .filter_map(|(_, server)| match server.stand {
                Stand::In(_, Some(vswitch)) => network.vswitch(vswitch).cidr.value()?.v4(),
                _ => None,
            })
            .collect();
        let asked = reach.from_system_table(remote.own, End::Vpc(remote.far));
        let lost = !asked.pairs.is_empty() && asked.pairs.iter().all(|pair| pair.delivery == Delivery::Dropped);
        if lost {
            let leads = |route: &Route| {
                let net = route.destination.value().and_then(|cidr| cidr.v4());
                net.is_some_and(|net| net.prefix_len() > 0 && targets.iter().any(|target| net.contains(target)))
            };
            let far = network.vpc(remote.far).name();
            let what = format!("the way to {far}");
            report(network, say, remote, remote.own, &custom(network, remote.own, leads), &what);
        }
        let answers = |route: &Route| of_services(&route.destination).is_some();
        let system = network.vpc(remote.far).tables.first().map(|&table| &network.table(table).routes);
        let doubtful = |route: &Route| answers(route) || route.destination.cause().is_some();
        if system.is_some_and(|routes| !routes.iter().any(|&id| doubtful(network.route(id)))) {
            let own = network.vpc(remote.own).name();
            let what = format!("the way back to the load balancer of {own}");
            report(network, say, remote, remote.far, &custom(network, remote.far, answers), &what);
        }
    }
}

/// The routes to a transit router that surely are in custom tables of a VPC.
fn custom(network: &Network, vpc: VpcId, wanted: impl Fn(&Route) -> bool) -> Vec<&Route> {
    let tables = network.vpc(vpc).tables.iter().map(|&table| network.table(table));
    let routes =
        tables.filter(|table| table.thing().is_some_and(|thing| thing.certain)).flat_map(|table| &table.routes);
    routes
        .map(|&id| network.route(id))
        .filter(|route| route.thing.certain && wanted(route))
        .filter(|route| route.every_hop().any(|hop| hop.is_uplink() == Some(true)))
        .collect()
}

fn report(network: &Network, say: &mut Say<'_>, remote: &Remote<'_>, vpc: VpcId, routes: &[&Route], what: &str) {
    let Some(first) = routes.first() else { return };
    let gap = network.gap(&["alicloud_route_entry", "alicloud_vpc_route_entry"]);
    if let Some(gap) = gap {
        say.undecided(&first.thing, &gap.cause, gap.place);
        return;
    }
    let name = network.vpc(vpc).name();
    let table = |route: &Route| route.table.value().and_then(|&table| network.table(table).thing().cloned());
    let of = table(first).map_or_else(|| "a custom table".into(), |thing: Thing| thing.name());
    let message = format!(
        "{} writes {what} into {of}, and the system table of {name} has none: load balancers look at system tables only",
        first.thing.address
    );
    let mut finding = say.finding(Severity::Error, &first.thing, message);
    if let Some(written) = first.table.known() {
        finding = finding.value(written, "route_table_id");
    }
    let mut tables: Vec<Thing> = routes.iter().filter_map(|route| table(route)).collect();
    tables.dedup_by_key(|table| table.address.clone());
    finding.causes = vec![first.thing.name(), first.key()];
    for table in &tables {
        finding = finding.with(table, "a custom table").cause(table.name());
    }
    for route in routes.iter().skip(1) {
        finding = finding.with(&route.thing, "this route too");
    }
    for route in routes {
        for hop in route.every_hop() {
            let attachment = hop.id.value().and_then(|link| network.attachment_named(link));
            let Some(attachment) = attachment.map(|id| network.attachment(id)) else { continue };
            let router = attachment.router.value().and_then(|&router| network.router(router).node.thing());
            if let Some(thing) = attachment.thing() {
                let key = format!("attachment:{}", thing.address);
                if !finding.causes.contains(&key) {
                    finding = finding.with(thing, "its transit router attachment").cause(key);
                    if let Some(router) = router {
                        finding = finding.with(router, "its transit router");
                    }
                }
            }
        }
    }
    let finding = remote.with_all(finding, network);
    let help = match network.vpc(vpc).address() {
        Some(vpc) => format!("write route_table_id = {vpc}.route_table_id"),
        None => format!("write it into the system table of {name}"),
    };
    say.say(finding.help(help));
}
