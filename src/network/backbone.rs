//! What belongs to a CEN besides its routers and tables: bandwidth, published routes, grants, cloud services, aggregates
//! (semantics 4.7, 4.12, 4.16, 4.19, 5.2).

use std::sync::Arc;

use super::arg::text;
use super::{Arg, Cidr, Link, Network, Reader, RouterTableId, RouterTableNode, TableId, Thing, VpcId, resolve};
use crate::eval::Cause;

#[derive(Debug, Default)]
pub struct Backbone {
    pub packages: Vec<BandwidthPackage>,
    pub limits: Vec<BandwidthLimit>,
    pub published: Vec<PublishedRoute>,
    pub grants: Vec<Grant>,
    pub services: Vec<CloudService>,
    pub aggregates: Vec<Aggregate>,
}

/// A bandwidth plan between two areas, or within one.
#[derive(Clone, Debug)]
pub struct BandwidthPackage {
    pub thing: Thing,
    pub bandwidth: Arg<i64>,
    pub areas: [Arg<Arc<str>>; 2],
}

/// The bandwidth between two regions of a CEN with Basic transit routers: `alicloud_cen_bandwidth_limit`.
#[derive(Clone, Debug)]
pub struct BandwidthLimit {
    pub thing: Thing,
    pub cen: Arg<Link>,
    pub regions: Vec<Arg<Arc<str>>>,
}

/// A VPC's route that is told to the CEN: `alicloud_cen_route_entry`.
#[derive(Clone, Debug)]
pub struct PublishedRoute {
    pub thing: Thing,
    pub table: Arg<TableId>,
    pub cidr: Arg<Cidr>,
}

/// The owner of a network lets another account attach it.
#[derive(Clone, Debug)]
pub struct Grant {
    pub thing: Thing,
    pub cen: Arg<Link>,
    pub instance: Arg<Link>,
}

/// A cloud service that other networks of a CEN reach through a VPC: `alicloud_cen_route_service`.
#[derive(Clone, Debug)]
pub struct CloudService {
    pub thing: Thing,
    pub host_region: Arg<Arc<str>>,
    pub access_region: Arg<Arc<str>>,
    pub vpc: Arg<VpcId>,
}

/// Several routes of a router's table told to VPCs as one.
#[derive(Clone, Debug)]
pub struct Aggregate {
    pub thing: Thing,
    pub table: Arg<RouterTableId>,
    pub cidr: Arg<Cidr>,
}

impl Network {
    pub(super) fn add_backbone(&mut self, kind: &str, reader: &Reader<'_, '_>) {
        let thing = reader.thing.clone();
        match kind {
            "alicloud_cen_bandwidth_package" => {
                let mut areas = [reader.text("geographic_region_a_id"), reader.text("geographic_region_b_id")];
                if areas.iter().all(Arg::is_absent)
                    && let Arg::Known(list) = reader.list("geographic_region_ids")
                {
                    let mut list = list.value.into_iter().map(text);
                    // A set of one stands for both ends in one area.
                    let first = list.next().unwrap_or(Arg::Absent);
                    areas = [first.clone(), list.next().unwrap_or(first)];
                }
                let bandwidth = reader.number("bandwidth");
                self.backbone.packages.push(BandwidthPackage { thing, bandwidth, areas });
            }
            "alicloud_cen_bandwidth_limit" => {
                let regions = match reader.list("region_ids") {
                    Arg::Known(list) => list.value.into_iter().map(text).collect(),
                    Arg::Unknown(cause, place) => vec![Arg::Unknown(cause, place)],
                    Arg::Absent => Vec::new(),
                };
                self.backbone.limits.push(BandwidthLimit { thing, cen: reader.link("instance_id"), regions });
            }
            "alicloud_cen_route_entry" => {
                let table = resolve(reader.link("route_table_id"), |link| self.table_of(link));
                self.backbone.published.push(PublishedRoute { thing, table, cidr: reader.cidr("cidr_block") });
            }
            "alicloud_cen_transit_router_grant_attachment" | "alicloud_cen_instance_grant" => {
                let name = if kind == "alicloud_cen_instance_grant" { "child_instance_id" } else { "instance_id" };
                let (cen, instance) = (reader.link("cen_id"), reader.link(name));
                self.backbone.grants.push(Grant { thing, cen, instance });
            }
            "alicloud_cen_route_service" => {
                let vpc = resolve(reader.link("host_vpc_id"), |link| self.vpc_of(link));
                let (host_region, access_region) = (reader.text("host_region_id"), reader.text("access_region_id"));
                self.backbone.services.push(CloudService { thing, host_region, access_region, vpc });
            }
            "alicloud_cen_transit_route_table_aggregation" => {
                let table = resolve(reader.link("transit_route_table_id"), |link| self.router_table_of(link));
                let cidr = reader.cidr("transit_route_table_aggregation_cidr");
                self.backbone.aggregates.push(Aggregate { thing, table, cidr });
            }
            _ => {}
        }
    }

    /// The bandwidth plan of the files that a link names.
    pub fn package_of(&self, link: &Link) -> Option<&BandwidthPackage> {
        let address = link.managed("alicloud_cen_bandwidth_package", &["id"]);
        let attached = link.managed("alicloud_cen_bandwidth_package_attachment", &["bandwidth_package_id", "id"]);
        match (address, attached) {
            (Some(address), _) => self.backbone.packages.iter().find(|package| package.thing.address == *address),
            _ => None,
        }
    }
}

impl Network {
    /// A route map that may take routes out of a router's table (semantics 4.17).
    pub fn route_map_on(&self, table: RouterTableId) -> Option<Cause> {
        let router = self.router_table(table).router.value().map(|&router| self.router(router));
        let may_deny =
            |map: &&super::RouteMap| map.result.value().is_none_or(|result| result.eq_ignore_ascii_case("deny"));
        // Without a table of its own a map is about the default one.
        let own = |map: &super::RouteMap| match &map.table {
            Arg::Known(other) => self.router_tables_may_be_one(other.value, table),
            Arg::Absent => !matches!(self.router_table(table).node, RouterTableNode::Custom(_)),
            Arg::Unknown(..) => true,
        };
        let elsewhere = |map: &super::RouteMap| {
            let of_router = router.is_some_and(|router| {
                let cen = map.cen.value().zip(router.cen.value()).and_then(|(a, b)| a.same(b));
                let region = map.region.value().zip(router.region.value());
                cen == Some(false) || region.is_some_and(|(a, b)| a != b)
            });
            of_router || !own(map)
        };
        let map = self.route_maps.iter().filter(may_deny).find(|map| !elsewhere(map));
        let named = map.map(|map| Cause::Unsupported(format!("the route map {}", map.thing.address).into()));
        named.or_else(|| self.gap(&["alicloud_cen_route_map"]).map(|gap| gap.cause.clone()))
    }
}
