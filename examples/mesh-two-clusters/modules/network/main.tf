# A VPC on the transit router of its city.

terraform {
  required_providers {
    alicloud = {
      source = "aliyun/alicloud"
    }
  }
}

locals {
  zones = sort(keys(var.vswitches))
}

resource "alicloud_vpc" "this" {
  vpc_name   = var.name
  cidr_block = var.vpc_cidr
}

resource "alicloud_vswitch" "zone" {
  for_each = var.vswitches

  vpc_id       = alicloud_vpc.this.id
  zone_id      = each.key
  cidr_block   = each.value
  vswitch_name = "${var.name}-${each.key}"
}

resource "alicloud_cen_transit_router_vpc_attachment" "this" {
  cen_id                             = var.cen_id
  transit_router_id                  = var.transit_router_id
  vpc_id                             = alicloud_vpc.this.id
  transit_router_vpc_attachment_name = var.name

  dynamic "zone_mappings" {
    for_each = slice(local.zones, 0, 2)

    content {
      zone_id    = zone_mappings.value
      vswitch_id = alicloud_vswitch.zone[zone_mappings.value].id
    }
  }
}

resource "alicloud_cen_transit_router_route_table_association" "this" {
  transit_router_attachment_id  = alicloud_cen_transit_router_vpc_attachment.this.transit_router_attachment_id
  transit_router_route_table_id = var.transit_router_table_id
}

resource "alicloud_cen_transit_router_route_table_propagation" "this" {
  transit_router_attachment_id  = alicloud_cen_transit_router_vpc_attachment.this.transit_router_attachment_id
  transit_router_route_table_id = var.transit_router_table_id
}

resource "alicloud_route_entry" "transit" {
  for_each = var.destinations

  route_table_id        = alicloud_vpc.this.route_table_id
  destination_cidrblock = each.value
  nexthop_type          = "Attachment"
  nexthop_id            = alicloud_cen_transit_router_vpc_attachment.this.transit_router_attachment_id
}
