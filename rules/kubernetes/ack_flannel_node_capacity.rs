//! A Flannel cluster has as many nodes as its pod block has parts, and as its VPC's table has room for routes (semantics
//! 8.2, 8.3).

use crate::diagnostic::Severity;
use crate::network::{Cluster, ClusterId, Network, NodePool, TableId};
use crate::rule::{Rule, Say};

pub const RULE: Rule = Rule {
    id: "ack-flannel-node-capacity",
    category: "kubernetes",
    severity: Severity::Warning,
    page: include_str!("ack_flannel_node_capacity.md"),
    absorbs: &[],
    check,
};

/// Custom routes that a table holds (semantics 2.13).
const ROUTES: i64 = 200;

/// The mask that the provider sends where none is written.
const DEFAULT_MASK: i64 = 24;

fn check(network: &Network, say: &mut Say<'_>) {
    for id in network.clusters.ids() {
        let cluster = network.clusters.get(id);
        if !cluster.thing.certain || !cluster.is_flannel() || cluster.is_serverless {
            continue;
        }
        let pools: Vec<&NodePool> = network.clusters.pools_of(id).filter(|pool| pool.thing.certain).collect();
        let desired = |pool: &NodePool| pool.desired.value().copied().unwrap_or_default().max(0);
        let most = |pool: &NodePool| pool.most.value().copied().unwrap_or_default().max(desired(pool));
        let now: i64 = cluster.own_nodes + pools.iter().map(|pool| desired(pool)).sum::<i64>();
        let later: i64 = cluster.own_nodes + pools.iter().map(|pool| most(pool)).sum::<i64>();
        if !by_block(cluster, say, &pools, now, later) {
            by_table(network, id, say, &pools, now);
        }
        if let Some(cause) = cluster.pod_cidr.cause().or(cluster.node_mask.cause()) {
            say.undecided(&cluster.thing, cause, None);
        }
        for pool in pools {
            if let Some(cause) = pool.desired.cause().or(pool.most.cause()) {
                say.undecided(&pool.thing, cause, None);
            }
        }
    }
}

fn by_block(cluster: &Cluster, say: &mut Say<'_>, pools: &[&NodePool], now: i64, later: i64) -> bool {
    let (Some(cidr), None) = (cluster.pod_cidr.known(), cluster.node_mask.cause()) else { return false };
    let Some(net) = cidr.value.v4() else { return false };
    let mask = cluster.node_mask.value().copied().unwrap_or(DEFAULT_MASK);
    let bits = mask - i64::from(net.prefix_len());
    let room = if (0..32).contains(&bits) { 1_i64 << bits } else { 0 };
    let wants = match (now > room, later > room) {
        (true, _) => format!("has {now} nodes"),
        (_, true) => format!("may grow to {later} nodes"),
        _ => return false,
    };
    let thing = &cluster.thing;
    let message = format!(
        "{} {wants}, but {} has room for the pods of {room}, a /{mask} each: the others stay NotReady with \
         NetworkUnavailable",
        thing.address, cidr.value.text
    );
    let mut finding = say.finding(Severity::Warning, thing, message).value(cidr, "pod_cidr");
    if let Some(mask) = cluster.node_mask.known() {
        finding = finding.related("the part of a node", Some(thing.name()), Some(mask.place));
    }
    for pool in pools {
        finding = finding.with(&pool.thing, "the nodes are here");
    }
    let help = "take a larger `pod_cidr` or a longer `node_cidr_mask` (up to 28, with fewer pods per node); neither can be \
                changed later";
    say.say(finding.help(help));
    true
}

/// Each node takes a route of the VPC's system table.
fn by_table(network: &Network, id: ClusterId, say: &mut Say<'_>, pools: &[&NodePool], now: i64) {
    let cluster = network.clusters.get(id);
    let Some(vpc) = network.vpc_of_cluster_here(id).map(|vpc| network.vpc(vpc)) else { return };
    let table: Option<TableId> = vpc.tables.first().copied().filter(|&table| network.table(table).is_system());
    let routes = table.map_or(0, |table| {
        let routes = network.table(table).routes.iter();
        routes.filter(|&&route| network.route(route).thing.certain).count()
    }) as i64;
    if now == 0 || now + routes <= ROUTES {
        return;
    }
    let others = if routes > 0 { format!(" and has {routes} others") } else { String::new() };
    let message = format!(
        "{} has {now} nodes, and each takes a route of the system table of {}, which holds {ROUTES}{others}: nodes without a route stay NotReady",
        cluster.thing.address,
        vpc.name()
    );
    let mut finding = say.finding(Severity::Warning, &cluster.thing, message);
    if let Some(thing) = vpc.thing() {
        finding = finding.with(thing, "the VPC of the cluster");
    }
    for pool in pools {
        finding = finding.with(&pool.thing, "the nodes are here");
    }
    say.say(
        finding.help("ask for a higher quota of routes, spread the nodes over clusters in other VPCs, or use Terway"),
    );
}
