//! Peering connections: are both ends joined, accepted and routed?

mod peering_accepter_missing;
mod peering_accepter_redundant;
mod peering_accepter_wrong_provider;
mod peering_accepting_uid_unset;
mod peering_account_unrestricted;
mod peering_alarm_missing;
mod peering_bandwidth_over_quota;
mod peering_cross_border;
mod peering_cross_partition;
mod peering_duplicate;
mod peering_intra_region_bandwidth;
mod peering_ipv6_route_missing;
mod peering_link_type_undocumented;
mod peering_not_destroy_safe;
mod peering_region_mismatch;
mod peering_region_unsupported;
mod peering_route_missing_both;
mod peering_route_one_directional;
mod peering_route_partial;
mod peering_route_too_broad;
mod peering_route_wrong_destination;
mod peering_route_wrong_table;
mod peering_self;

use crate::diagnostic::Finding;
use crate::eval::Cause;
use crate::network::{Arg, Network, Peering, Side, Thing, Vpc};
use crate::rule::Rule;

pub const RULES: &[Rule] = &[
    peering_accepter_missing::RULE,
    peering_accepter_redundant::RULE,
    peering_accepter_wrong_provider::RULE,
    peering_accepting_uid_unset::RULE,
    peering_account_unrestricted::RULE,
    peering_alarm_missing::RULE,
    peering_bandwidth_over_quota::RULE,
    peering_cross_border::RULE,
    peering_cross_partition::RULE,
    peering_duplicate::RULE,
    peering_intra_region_bandwidth::RULE,
    peering_ipv6_route_missing::RULE,
    peering_link_type_undocumented::RULE,
    peering_not_destroy_safe::RULE,
    peering_region_mismatch::RULE,
    peering_region_unsupported::RULE,
    peering_route_missing_both::RULE,
    peering_route_one_directional::RULE,
    peering_route_partial::RULE,
    peering_route_too_broad::RULE,
    peering_route_wrong_destination::RULE,
    peering_route_wrong_table::RULE,
    peering_self::RULE,
];

/// The connections that surely exist and have two ends; of one that leads back to its own VPC, peering-self speaks.
fn connections(network: &Network) -> impl Iterator<Item = &Peering> {
    network.peerings.iter().filter(|peering| peering.thing.certain && !network.is_loop(peering))
}

fn end<'a>(network: &'a Network, peering: &Peering, side: Side) -> Option<&'a Vpc> {
    peering.end(side).value().map(|&vpc| network.vpc(vpc))
}

/// How a message names an end: the VPC with its first block.
fn end_name(network: &Network, peering: &Peering, side: Side) -> String {
    let Some(vpc) = end(network, peering, side) else { return format!("the VPC of `{}`", argument(side)) };
    match vpc.known_blocks().next() {
        Some((block, _)) => format!("{} ({block})", vpc.name()),
        None => vpc.name(),
    }
}

fn argument(side: Side) -> &'static str {
    match side {
        Side::Requester => "vpc_id",
        Side::Accepter => "accepting_vpc_id",
    }
}

/// The key of a connection, for rules that absorb one another.
fn key(peering: &Peering) -> String {
    format!("peering:{}", peering.thing.address)
}

/// The key of one direction of a connection.
fn side_key(peering: &Peering, side: Side) -> String {
    format!("{}:{}", key(peering), argument(side))
}

/// Names an end as part of the defect, where it is in the files.
fn with_end(finding: Finding, network: &Network, peering: &Peering, side: Side, message: &str) -> Finding {
    match (end(network, peering, side).and_then(Vpc::thing), peering.end(side)) {
        (Some(thing), _) => finding.with(thing, message),
        (None, Arg::Known(vpc)) => {
            let told = network.vpc(vpc.value).told.as_ref();
            let told = told.map(|told| format!(", which {} describes", told.by)).unwrap_or_default();
            finding.related(format!("{message}{told}"), Some(peering.thing.name()), Some(vpc.place))
        }
        _ => finding,
    }
}

/// How an attribute is written in the module of another resource; nothing where only an output leads there.
fn reference(thing: &Thing, attribute: &str, from: &Thing) -> Option<String> {
    let address = &thing.address;
    (address.module == from.address.module)
        .then(|| format!("{}.{}{}.{attribute}", address.kind, address.name, address.key))
}

/// What to write so that one end of a connection is routed to the other.
fn missing_route(network: &Network, peering: &Peering, side: Side) -> String {
    let here = end(network, peering, side);
    let far = end(network, peering, side.other());
    let written = |vpc: Option<&Vpc>, attribute: &str| {
        vpc.and_then(Vpc::thing).and_then(|thing| reference(thing, attribute, &peering.thing))
    };
    let table = written(here, "route_table_id").map(|table| format!("route_table_id = {table}"));
    let table = table.unwrap_or_else(|| {
        format!("the route_table_id that the vSwitches of {} use", end_name(network, peering, side))
    });
    let block = far.and_then(|far| far.known_blocks().next()).map(|(block, _)| format!("\"{block}\""));
    let destination = written(far, "cidr_block").or(block).map(|block| format!("destination_cidrblock = {block}"));
    let destination = destination.unwrap_or_else(|| {
        format!("the block of {} as destination_cidrblock", end_name(network, peering, side.other()))
    });
    let id = reference(&peering.thing, "id", &peering.thing).unwrap_or_default();
    format!("add an alicloud_route_entry with {table}, {destination}, nexthop_type = \"VpcPeer\" and nexthop_id = {id}")
}

/// Why nobody can tell whether both ends are one account's.
fn unknown_accounts(network: &Network, peering: &Peering) -> Cause {
    let far = peering.accepter.value().and_then(|&vpc| network.vpc(vpc).thing());
    let unknown = [Some(&peering.thing), far]
        .into_iter()
        .flatten()
        .find_map(|thing| thing.provider.account.credentials.iter().find_map(|(_, value)| value.cause()));
    let uid = peering.accepting_uid.cause().cloned();
    uid.or(unknown).unwrap_or_else(|| Cause::Elsewhere("which account the connection's provider speaks for".into()))
}
