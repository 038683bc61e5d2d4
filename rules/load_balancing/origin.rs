//! From where does a load balancer ask servers of other VPCs, as far as routes show it (semantics 7.2)?

use std::collections::BTreeSet;

use ipnet::Ipv4Net;

use super::remote::Remote;
use crate::eval::Cause;
use crate::facts;
use crate::network::{Arg, AttachmentId, Cidr, Network, Node};

/// The back-to-origin blocks that a place knows, and why it may know others.
#[derive(Default)]
pub(super) struct Known {
    pub blocks: BTreeSet<Ipv4Net>,
    pub more: Option<Cause>,
}

impl Known {
    pub fn covers(&self, net: &Ipv4Net) -> bool {
        self.blocks.iter().any(|block| block.contains(net))
    }
}

/// The static entries for back-to-origin blocks that lead to the load balancer's VPC, in the table that is looked up for
/// what comes in from the servers.
pub(super) fn router_entries(network: &Network, near: AttachmentId, from: AttachmentId) -> Known {
    let mut known = Known::default();
    let Some(&router) = network.attachment(near).router.value() else { return known };
    let looked_up = network.table_for(from, router);
    for (at, entry) in network.router_routes.iter().enumerate() {
        let here = match entry.table.value() {
            Some(&table) => looked_up.is_none_or(|own| network.router_tables_may_be_one(own, table)),
            None => entry.table.cause().is_some(),
        };
        let any = entry.attachment.and_then(|id| match &network.attachment(id).node {
            Node::External(link) if link.may_be_any() => Some(link.why_unknown()),
            _ => None,
        });
        let unsure = entry.destination.cause().or(entry.table.cause()).or(entry.link.cause()).or(any.as_ref());
        match (here, entry.attachment == Some(near), of_services(&entry.destination)) {
            (false, ..) => {}
            (_, true, Some(net)) if entry.thing.certain && unsure.is_none() => {
                known.blocks.insert(net);
            }
            (_, _, Some(_)) if !entry.thing.certain => {
                known.more =
                    known.more.take().or(Some(Cause::Instances(network.router_routes[at].thing.name().into())));
            }
            _ => known.more = known.more.take().or(unsure.cloned()),
        }
    }
    let gap = network
        .gap(&["alicloud_cen_transit_router_route_entry", "alicloud_cen_transit_router_prefix_list_association"]);
    let prefixes = network
        .prefix_entries
        .first()
        .map(|entry| Cause::Unsupported(format!("the prefixes of {}", entry.thing.address).into()));
    known.more = known.more.take().or_else(|| gap.map(|gap| gap.cause.clone())).or(prefixes);
    known
}

/// The back-to-origin blocks that the system table of the servers' VPC leads to its router.
pub(super) fn vpc_routes(network: &Network, remote: &Remote<'_>, far: AttachmentId) -> Known {
    let mut known = Known::default();
    let attachment = network.attachment(far);
    // Route sync brings what the router knows.
    match &attachment.publish {
        publish if publish.value() == Some(&true) => {
            known.more = Some(Cause::Elsewhere("what the transit router sends into the VPC".into()));
        }
        publish => known.more = publish.cause().cloned(),
    }
    let Some(&system) = network.vpc(remote.far).tables.first() else { return known };
    for route in &network.routes {
        let table = route.table.value();
        let foreign = table.is_some_and(|&table| table != system && network.table(table).vpc.value().is_some());
        if foreign {
            continue;
        }
        let unsure = route
            .table
            .cause()
            .or_else(|| table.filter(|&&table| table != system).and_then(|&table| network.table(table).vpc.cause()))
            .or(route.destination.cause())
            .or_else(|| route.every_hop().find_map(|hop| hop.kind.cause()));
        let uplink = route.every_hop().any(|hop| hop.is_uplink() != Some(false));
        match of_services(&route.destination) {
            Some(net) if uplink && unsure.is_none() && route.thing.certain => {
                known.blocks.insert(net);
            }
            Some(_) if uplink && unsure.is_none() => {
                known.more = known.more.take().or(Some(Cause::Instances(route.thing.name().into())));
            }
            Some(_) if uplink => known.more = known.more.take().or(unsure.cloned()),
            None if uplink && route.destination.cause().is_some() => known.more = known.more.take().or(unsure.cloned()),
            _ => {}
        }
    }
    for route in &network.child_routes {
        if let Some(net) = of_services(&route.destination).filter(|_| route.table.value() == Some(&system)) {
            known.blocks.insert(net);
        } else if let Some(cause) = route.destination.cause().or(route.table.cause()) {
            known.more = known.more.take().or(Some(cause.clone()));
        }
    }
    let gap = network.gap(&[
        "alicloud_route_entry",
        "alicloud_vpc_route_entry",
        "alicloud_cen_child_instance_route_entry_to_attachment",
    ]);
    known.more = known.more.take().or_else(|| gap.map(|gap| gap.cause.clone()));
    known
}

/// The block, when it lies in the range from which load balancers and other services of the cloud speak.
pub(super) fn of_services(cidr: &Arg<Cidr>) -> Option<Ipv4Net> {
    let net = cidr.value()?.v4()?;
    facts::cloud_services()?.cidr.contains(&net).then_some(net)
}
