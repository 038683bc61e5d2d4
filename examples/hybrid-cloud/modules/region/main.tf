terraform {
  required_providers {
    alicloud = {
      source = "aliyun/alicloud"
    }
  }
}

resource "alicloud_vpc" "this" {
  vpc_name   = var.name
  cidr_block = var.cidr_block
}

resource "alicloud_vswitch" "this" {
  for_each = var.vswitches

  vpc_id       = alicloud_vpc.this.id
  vswitch_name = "${var.name}-${each.key}"
  cidr_block   = each.value
  zone_id      = each.key
}

resource "alicloud_cen_transit_router" "this" {
  cen_id              = var.cen_id
  transit_router_name = var.name
}

resource "alicloud_cen_transit_router_route_table" "this" {
  transit_router_id               = alicloud_cen_transit_router.this.transit_router_id
  transit_router_route_table_name = var.name
}

# What the data centre announces changes without Terraform: the router writes it into the VPC.
resource "alicloud_cen_transit_router_vpc_attachment" "this" {
  cen_id                     = var.cen_id
  transit_router_id          = alicloud_cen_transit_router.this.transit_router_id
  vpc_id                     = alicloud_vpc.this.id
  auto_publish_route_enabled = true

  dynamic "zone_mappings" {
    for_each = alicloud_vswitch.this

    content {
      zone_id    = zone_mappings.key
      vswitch_id = zone_mappings.value.id
    }
  }
}

resource "alicloud_cen_transit_router_route_table_association" "this" {
  transit_router_attachment_id  = alicloud_cen_transit_router_vpc_attachment.this.transit_router_attachment_id
  transit_router_route_table_id = alicloud_cen_transit_router_route_table.this.transit_router_route_table_id
}

resource "alicloud_cen_transit_router_route_table_propagation" "this" {
  transit_router_attachment_id  = alicloud_cen_transit_router_vpc_attachment.this.transit_router_attachment_id
  transit_router_route_table_id = alicloud_cen_transit_router_route_table.this.transit_router_route_table_id
}
