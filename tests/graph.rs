//! What `alinet graph` draws of a small configuration: the picture as text, and the findings in it.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod common;

use std::path::Path;

use alinet::eval::Surroundings;
use alinet::module::Repository;
use alinet::report::graph;
use common::{Memory, deep};

const SMALL: &str = r#"
provider "alicloud" {
  region = "cn-hangzhou"
}
provider "alicloud" {
  alias  = "sh"
  region = "cn-shanghai"
}
data "alicloud_account" "own" {}
variable "office" {
  default   = "192.168.77.0/24"
  sensitive = true
}

resource "alicloud_vpc" "hub" {
  cidr_block = "10.0.0.0/16"
}
resource "alicloud_vswitch" "hub" {
  vpc_id     = alicloud_vpc.hub.id
  cidr_block = "10.0.1.0/24"
  zone_id    = "cn-hangzhou-h"
}
resource "alicloud_vpc" "app" {
  for_each   = toset(["web \"blue\""])
  provider   = alicloud.sh
  cidr_block = "10.1.0.0/16"
}

resource "alicloud_vpc_peer_connection" "hub_app" {
  vpc_id              = alicloud_vpc.hub.id
  accepting_vpc_id    = alicloud_vpc.app["web \"blue\""].id
  accepting_region_id = "cn-shanghai"
  accepting_ali_uid   = data.alicloud_account.own.id
  bandwidth           = 100
}
resource "alicloud_route_entry" "there" {
  route_table_id        = alicloud_vpc.hub.route_table_id
  destination_cidrblock = "10.1.0.0/16"
  nexthop_type          = "VpcPeer"
  nexthop_id            = alicloud_vpc_peer_connection.hub_app.id
}

resource "alicloud_cen_instance" "cen" {}
resource "alicloud_cen_transit_router" "hz" {
  cen_id = alicloud_cen_instance.cen.id
}
resource "alicloud_cen_transit_router_vpc_attachment" "hub" {
  transit_router_id = alicloud_cen_transit_router.hz.transit_router_id
  cen_id            = alicloud_cen_instance.cen.id
  vpc_id            = alicloud_vpc.hub.id
  zone_mappings {
    zone_id    = "cn-hangzhou-h"
    vswitch_id = alicloud_vswitch.hub.id
  }
}
resource "alicloud_cen_transit_router_vpc_attachment" "partner" {
  transit_router_id = alicloud_cen_transit_router.hz.transit_router_id
  cen_id            = alicloud_cen_instance.cen.id
  vpc_id            = "vpc-bp1partner"
  vpc_owner_id      = "1000000000000001"
  zone_mappings {
    zone_id    = "cn-hangzhou-h"
    vswitch_id = "vsw-bp1partner"
  }
}

resource "alicloud_vpn_gateway" "office" {
  vpc_id    = alicloud_vpc.hub.id
  bandwidth = 10
}
resource "alicloud_vpn_connection" "office" {
  vpn_gateway_id      = alicloud_vpn_gateway.office.id
  customer_gateway_id = "cgw-bp1office"
  local_subnet        = ["10.0.0.0/16"]
  remote_subnet       = [var.office]
}
"#;

fn drawn(write: fn(&graph::Picture) -> String) -> String {
    deep(move || {
        let files = Memory::new([("main.tf", SMALL)]);
        let repository = Repository::new(&files, None);
        let surroundings = Surroundings { working_directory: "/".into(), ..Surroundings::default() };
        let (network, _) = alinet::survey(&repository, Path::new("/"), &surroundings).unwrap();
        let (findings, _) = alinet::rule::judge(&network);
        // Only what this configuration is about: rules come and go.
        let findings: Vec<_> =
            findings.into_iter().filter(|finding| finding.rule == "peering-route-one-directional").collect();
        write(&graph::picture(
            &network,
            &findings,
            &alinet::report::Mask::new(
                &repository.files,
                &[],
                &std::collections::BTreeSet::from(["192.168.77.0/24".to_owned()]),
            ),
        ))
    })
}

#[test]
fn mermaid() {
    insta::assert_snapshot!(drawn(graph::mermaid));
}

#[test]
fn json() {
    insta::assert_snapshot!(drawn(graph::json));
}

#[test]
fn dot() {
    insta::assert_snapshot!(drawn(graph::dot));
}

#[test]
fn the_broken_peering_is_red_and_carries_its_rule() {
    let svg = drawn(graph::svg);
    assert!(svg.contains("class=\"peering broken\""));
    assert!(svg.contains(">1 peering-route-one-directional</text>"));
    assert!(svg.contains("<desc"));
    assert!(svg.contains("(sensitive)") && !svg.contains("192.168.77"));
}
