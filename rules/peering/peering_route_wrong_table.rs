//! The route that matters is in the table that the vSwitch uses (semantics 2.2, 3.2).

use std::collections::{BTreeMap, HashMap, HashSet};

use super::{connections, end_name, missing_route, side_key};
use crate::diagnostic::Severity;
use crate::network::{Network, Peering, Placement, Route, RouteId, Side, TableId, VSwitchId, VpcId, is_vague};
use crate::rule::{Rule, Say};

pub const RULE: Rule = Rule {
    id: "peering-route-wrong-table",
    category: "peering",
    severity: Severity::Error,
    page: include_str!("peering_route_wrong_table.md"),
    absorbs: &[
        "alb-back-to-origin-missing",
        "alb-remote-unreachable",
        "asm-cluster-unreachable",
        "peering-route-one-directional",
        "route-table-unattached",
    ],
    check,
};

/// Gateways have a vSwitch for their own address; what passes them follows other tables.
const GATEWAYS: [&str; 3] = ["alicloud_nat_gateway", "alicloud_vpn_gateway", "alicloud_gwlb_load_balancer"];

fn check(network: &Network, say: &mut Say<'_>) {
    let mut placed = None;
    for peering in connections(network) {
        if peering.routes.is_empty() {
            continue;
        }
        let ways = network.ways(peering);
        for side in Side::BOTH {
            let Some(&vpc) = peering.end(side).value() else { continue };
            let managed = network.vpc(vpc).thing().is_some_and(|thing| !is_vague(&thing.address));
            // With one table there is no wrong one.
            if !managed || network.vpc(vpc).tables.len() < 2 || ways.on(side).is_empty() {
                continue;
            }
            let placed = placed.get_or_insert_with(|| Placed::new(network));
            let unsure = ways.unsure.first().map(|(_, cause)| cause.clone());
            Place { network, peering, side, vpc, routes: ways.on(side), unsure, placed }.judge(say);
        }
    }
}

/// What stands in which vSwitch.
struct Placed<'a> {
    sure: HashMap<VSwitchId, Vec<&'a Placement>>,
    /// Where something may stand, besides.
    maybe: HashSet<VSwitchId>,
    /// Something may stand anywhere.
    anywhere: bool,
}

impl<'a> Placed<'a> {
    fn new(network: &'a Network) -> Self {
        let mut placed = Placed { sure: HashMap::new(), maybe: HashSet::new(), anywhere: !network.gaps.is_empty() };
        for placement in &network.placements {
            if GATEWAYS.contains(&&*placement.thing.address.kind) {
                continue;
            }
            for vswitch in &placement.vswitches {
                match vswitch.value().and_then(|link| network.vswitch_of(link)) {
                    Some(vswitch) if placement.thing.certain => placed.sure.entry(vswitch).or_default().push(placement),
                    Some(vswitch) => drop(placed.maybe.insert(vswitch)),
                    None => placed.anywhere = true,
                }
            }
        }
        placed
    }

    fn may_be_in(&self, vswitch: VSwitchId) -> bool {
        self.anywhere || self.maybe.contains(&vswitch) || self.sure.contains_key(&vswitch)
    }
}

/// One side of a connection, whose VPC has several tables.
struct Place<'a> {
    network: &'a Network,
    peering: &'a Peering,
    side: Side,
    vpc: VpcId,
    routes: &'a [RouteId],
    /// Why one more route may be on this side.
    unsure: Option<crate::eval::Cause>,
    placed: &'a Placed<'a>,
}

impl Place<'_> {
    fn judge(&self, say: &mut Say<'_>) {
        let network = self.network;
        let routed: HashSet<TableId> =
            self.routes.iter().filter_map(|&id| network.route(id).table.value().copied()).collect();
        let is_system = |table: TableId| network.table(table).is_system();
        let certain = |&&id: &&RouteId| network.route(id).thing.certain;
        let has = |system: bool| {
            let tables = self.routes.iter().filter(certain).filter_map(|&id| network.route(id).table.value());
            tables.into_iter().any(|&table| is_system(table) == system)
        };
        let mut lacking: BTreeMap<TableId, Vec<VSwitchId>> = BTreeMap::new();
        let mut spared = false;
        for &id in &network.vpc(self.vpc).vswitches {
            let vswitch = network.vswitch(id);
            let table = match network.table_in_use(self.vpc, &vswitch.table) {
                Ok(table) => table,
                Err(cause) => {
                    if self.placed.sure.contains_key(&id) {
                        say.undecided(&vswitch.thing, &cause, None);
                    }
                    spared = true;
                    continue;
                }
            };
            if routed.contains(&table) {
                spared |= self.placed.may_be_in(id);
            } else if vswitch.thing.certain && self.placed.sure.contains_key(&id) && has(!is_system(table)) {
                lacking.entry(table).or_default().push(id);
            }
        }
        for (table, vswitches) in lacking {
            if let Some(cause) = self.doubt(table) {
                let about = network.table(table).thing().unwrap_or(&self.peering.thing);
                say.undecided(about, &cause, None);
            } else if !self.leads_there_otherwise(table) {
                self.report(say, table, &vswitches, spared);
            }
        }
    }

    /// Why this table may have a route into the connection after all.
    fn doubt(&self, table: TableId) -> Option<crate::eval::Cause> {
        let gap = self.network.gap(&["alicloud_route_entry", "alicloud_vpc_route_entry"]).map(|gap| gap.cause.clone());
        let own = self.network.table(table).routes.iter().map(|&id| self.network.route(id));
        let unknown = own.filter(|route| {
            !self.peering.routes.iter().any(|&id| self.network.route(id).thing.address == route.thing.address)
        });
        let unknown = unknown.into_iter().find_map(|route| route.hop.id.cause().or(route.destination.cause()).cloned());
        gap.or_else(|| self.unsure.clone()).or(unknown).or_else(|| self.network.unplaced_route())
    }

    /// Its vSwitches may reach the other end another way, such as through a transit router or a firewall.
    fn leads_there_otherwise(&self, table: TableId) -> bool {
        let far = self.peering.end(self.side.other()).value().map(|&vpc| self.network.vpc(vpc));
        let wanted = |route: &Route| {
            let Some(net) = route.destination.value().and_then(|cidr| cidr.v4()) else { return false };
            far.is_none_or(|far| {
                far.blocks_complete().is_err()
                    || far.known_blocks().any(|(block, _)| crate::network::overlap(&block, &net))
            })
        };
        let outward = |kind: &str| matches!(kind, "NatGateway" | "Ipv4Gateway" | "IPv6Gateway" | "GatewayEndpoint");
        let routes = self.network.table(table).routes.iter().map(|&id| self.network.route(id));
        routes.into_iter().any(|route| !route.kind().is_some_and(outward) && wanted(route))
    }

    fn report(&self, say: &mut Say<'_>, table: TableId, vswitches: &[VSwitchId], spared: bool) {
        let network = self.network;
        let Some(&first) = vswitches.first() else { return };
        let Some(about) = network.table(table).thing().or(network.vpc(self.vpc).thing()) else { return };
        // Where something else does have the route, the vSwitches without it may be kept apart on purpose.
        let severity = if spared { Severity::Warning } else { Severity::Error };
        let others = if vswitches.len() > 1 { format!(" and {} more", vswitches.len() - 1) } else { String::new() };
        let message = format!(
            "vSwitch {}{others} uses {}, which has no route into {}: what stands in it does not reach {}",
            network.vswitch(first).thing.address,
            network.table_name(table),
            self.peering.thing.address,
            end_name(network, self.peering, self.side.other())
        );
        let help = match network.table(table).thing() {
            Some(custom) => match super::reference(custom, "id", &self.peering.thing) {
                Some(id) => format!(
                    "add an alicloud_route_entry with route_table_id = {id}, as the other table of the VPC has it"
                ),
                None => format!("add the route to {} as well", custom.address),
            },
            None => missing_route(network, self.peering, self.side),
        };
        let mut finding = say
            .finding(severity, about, message)
            .with(&self.peering.thing, "the connection")
            .help(help)
            .key(self.peering.thing.name())
            .cause(side_key(self.peering, self.side));
        for &id in vswitches {
            finding = finding.with(&network.vswitch(id).thing, "this vSwitch uses it");
        }
        for &id in self.routes {
            finding = finding.with(&network.route(id).thing, "the route is here, in another table");
            let table = network.route(id).table.value().and_then(|&table| network.table(table).thing());
            if let Some(table) = table {
                finding = finding.cause(table.name()).cause(format!("table:{}", table.name()));
            }
        }
        for binding in network.table(table).bindings.iter().map(|&at| &network.bindings[at]) {
            finding = finding.with(&binding.thing, "bound here");
        }
        for placement in vswitches.iter().filter_map(|id| self.placed.sure.get(id)).flatten() {
            finding = finding.with(&placement.thing, "stands in it");
        }
        say.say(finding);
    }
}
