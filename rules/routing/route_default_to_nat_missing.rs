//! A NAT gateway writes its default route into the system table only (semantics 2.11).

use crate::diagnostic::Severity;
use crate::eval::Cause;
use crate::network::{Bound, Network, Presence, Route, TableId};
use crate::rule::{Rule, Say};

pub const RULE: Rule = Rule {
    id: "route-default-to-nat-missing",
    category: "routing",
    severity: Severity::Error,
    page: include_str!("route_default_to_nat_missing.md"),
    absorbs: &[],
    check,
};

const ROUTES: [&str; 3] =
    ["alicloud_route_entry", "alicloud_vpc_route_entry", "alicloud_cen_child_instance_route_entry_to_attachment"];

fn check(network: &Network, say: &mut Say<'_>) {
    let stray = stray(network);
    let mut known = std::collections::BTreeSet::new();
    for entry in network.snat_entries.iter().filter(|entry| entry.thing.certain) {
        let Some(vswitch) = network.vswitch_of_snat(entry).filter(|vswitch| vswitch.thing.certain) else { continue };
        let (table, vpc) = match (&vswitch.table, vswitch.vpc.value()) {
            (Bound::Custom(table), Some(&vpc)) => (*table, vpc),
            (Bound::Unknown(cause), _) => {
                say.undecided(&vswitch.thing, cause, None);
                continue;
            }
            _ => continue,
        };
        let Some(owner) = network.table(table).thing().filter(|thing| thing.certain) else { continue };
        if leads_out(network, table) || !known.insert(vswitch.thing.address.clone()) {
            continue;
        }
        // Between private networks a NAT gateway needs no default route.
        let private = match network.private_nat(vpc) {
            Presence::Here(_) => continue,
            Presence::Maybe(cause) => Some(cause),
            Presence::Nowhere => None,
        };
        let routes = &network.table(table).routes;
        let unsure = routes.iter().find_map(|&id| cause_of(network.route(id)));
        if let Some(cause) = private.or(unsure).or_else(|| stray.clone()).or_else(|| given(network, table)) {
            say.undecided(&vswitch.thing, &cause, None);
            continue;
        }
        let message = format!(
            "{} has an SNAT entry ({}), but its route table {} has no route to a NAT gateway: its packets to the Internet are \
             dropped before they reach one",
            vswitch.thing.address, entry.thing.address, owner.address
        );
        let finding = say
            .finding(Severity::Error, &vswitch.thing, message)
            .with(&entry.thing, "translates its addresses")
            .with(owner, "this table has no default route")
            .help(format!(
                "add an alicloud_route_entry with destination_cidrblock = \"0.0.0.0/0\", nexthop_type = \"NatGateway\" and \
                 the id of the NAT gateway to {}",
                owner.address
            ));
        say.say(finding);
    }
}

/// Whether a route of the table may be the way to a NAT gateway, or is a default route of another kind.
fn leads_out(network: &Network, table: TableId) -> bool {
    let routes = network.table(table).routes.iter().map(|&id| network.route(id));
    let mut sure = routes.filter(|route| route.thing.certain);
    sure.any(|route| {
        let whole = route.destination.value().and_then(|cidr| cidr.v4()).is_some_and(|net| net.prefix_len() == 0);
        let nat = |kind: &str| kind.eq_ignore_ascii_case("NatGateway");
        whole || route.every_hop().any(|hop| hop.kind.value().is_some_and(|kind| nat(kind)))
    })
}

/// Why a route may be the way to a NAT gateway after all.
pub(super) fn cause_of(route: &Route) -> Option<Cause> {
    let kinds = route.every_hop().find_map(|hop| hop.kind.cause().or(hop.id.cause()));
    let cause = route.destination.cause().or(kinds).cloned().or_else(|| route.more_hops.clone());
    cause.or_else(|| (!route.thing.certain).then(|| Cause::Instances(route.thing.name().into())))
}

/// Why there may be a route of any table.
pub(super) fn stray(network: &Network) -> Option<Cause> {
    let gap = network.gap(&ROUTES).map(|gap| gap.cause.clone());
    let open = || {
        network.routes.iter().find_map(|route| match route.table.value() {
            None => route.table.cause().cloned(),
            Some(&table) => match &network.table(table).node {
                crate::network::TableNode::External(link) if link.may_be_any() => Some(link.why_unknown()),
                _ => None,
            },
        })
    };
    gap.or_else(open)
}

/// Why the table may get a default route from somebody else.
fn given(network: &Network, table: TableId) -> Option<Cause> {
    let vpc = *network.table(table).vpc.value()?;
    network.attachments.iter().filter(|attachment| attachment.vpc() == Some(vpc)).find_map(|attachment| {
        let off = attachment.publish.is_absent() || attachment.publish.value() == Some(&false);
        let name = attachment.thing().map_or_else(String::new, |thing| thing.name());
        (!off).then(|| Cause::Unsupported(format!("which routes {name} brings").into()))
    })
}
