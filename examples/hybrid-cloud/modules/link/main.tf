terraform {
  required_providers {
    alicloud = {
      source                = "aliyun/alicloud"
      configuration_aliases = [alicloud.near, alicloud.far]
    }
  }
}

# Tells the far router what the near one knows: its VPC, and the data centre.
resource "alicloud_cen_transit_router_peer_attachment" "this" {
  provider = alicloud.near

  cen_id                        = var.cen_id
  transit_router_id             = var.near.id
  peer_transit_router_id        = var.far.id
  peer_transit_router_region_id = var.far_region
  bandwidth_type                = "DataTransfer"
  bandwidth                     = var.bandwidth
  auto_publish_route_enabled    = true
}

resource "alicloud_cen_transit_router_route_table_association" "near" {
  provider = alicloud.near

  transit_router_attachment_id  = alicloud_cen_transit_router_peer_attachment.this.transit_router_attachment_id
  transit_router_route_table_id = var.near.table_id
}

resource "alicloud_cen_transit_router_route_table_association" "far" {
  provider = alicloud.far

  transit_router_attachment_id  = alicloud_cen_transit_router_peer_attachment.this.transit_router_attachment_id
  transit_router_route_table_id = var.far.table_id
}

resource "alicloud_cen_transit_router_route_table_propagation" "far" {
  provider = alicloud.far

  transit_router_attachment_id  = alicloud_cen_transit_router_peer_attachment.this.transit_router_attachment_id
  transit_router_route_table_id = var.far.table_id
}

# Sync is set for one direction only: what lies at the far end is written down.
resource "alicloud_cen_transit_router_route_entry" "to_far" {
  for_each = toset(var.far_cidrs)
  provider = alicloud.near

  transit_router_route_table_id                     = var.near.table_id
  transit_router_route_entry_destination_cidr_block = each.key
  transit_router_route_entry_next_hop_type          = "Attachment"
  transit_router_route_entry_next_hop_id            = alicloud_cen_transit_router_peer_attachment.this.transit_router_attachment_id
}
