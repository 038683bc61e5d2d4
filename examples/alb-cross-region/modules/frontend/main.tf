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

resource "alicloud_cen_transit_router_vpc_attachment" "this" {
  cen_id            = var.cen_id
  transit_router_id = alicloud_cen_transit_router.this.transit_router_id
  vpc_id            = alicloud_vpc.this.id

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

# To the servers. A load balancer looks at the system table only.
resource "alicloud_route_entry" "to_backends" {
  for_each = toset(var.backend_cidrs)

  route_table_id        = alicloud_vpc.this.route_table_id
  destination_cidrblock = each.key
  nexthop_type          = "Attachment"
  nexthop_id            = alicloud_cen_transit_router_vpc_attachment.this.transit_router_attachment_id
}

# What the servers answer, on its way back to the load balancer. The other routers learn these by route sync.
resource "alicloud_cen_transit_router_route_entry" "back_to_origin" {
  for_each = toset(var.back_to_origin_cidrs)

  transit_router_route_table_id                     = alicloud_cen_transit_router_route_table.this.transit_router_route_table_id
  transit_router_route_entry_destination_cidr_block = each.key
  transit_router_route_entry_next_hop_type          = "Attachment"
  transit_router_route_entry_next_hop_id            = alicloud_cen_transit_router_vpc_attachment.this.transit_router_attachment_id
}
