# The Express Connect router and the transit router of its region: one resource on each side.
resource "alicloud_express_connect_router_tr_association" "this" {
  provider = alicloud.near

  ecr_id                = alicloud_express_connect_router_express_connect_router.this.id
  cen_id                = alicloud_cen_instance.this.id
  transit_router_id     = module.near.router.id
  association_region_id = var.near.region

  # What the data centre is told of: both VPCs, and the cloud services of the region.
  allowed_prefixes = concat([var.near.cidr_block, var.far.cidr_block], var.near.service_cidrs)
}

resource "alicloud_cen_transit_router_ecr_attachment" "this" {
  provider = alicloud.near

  transit_router_ecr_attachment_name = "office"
  cen_id                             = alicloud_cen_instance.this.id
  ecr_id                             = alicloud_express_connect_router_tr_association.this.ecr_id
  transit_router_id                  = module.near.router.id
}

resource "alicloud_cen_transit_router_route_table_propagation" "office" {
  provider = alicloud.near

  transit_router_attachment_id  = alicloud_cen_transit_router_ecr_attachment.this.id
  transit_router_route_table_id = module.near.router.table_id
}

# The laboratory of the data centre, which has addresses of cloud services.
resource "alicloud_cen_transit_router_route_entry" "laboratory" {
  provider = alicloud.near

  transit_router_route_table_id                     = module.near.router.table_id
  transit_router_route_entry_destination_cidr_block = "100.100.0.0/16"
  transit_router_route_entry_next_hop_type          = "Attachment"
  transit_router_route_entry_next_hop_id            = alicloud_cen_transit_router_ecr_attachment.this.id
}

# From the time before the Express Connect router.
resource "alicloud_cen_transit_router_vbr_attachment" "north" {
  provider = alicloud.near

  cen_id            = alicloud_cen_instance.this.id
  transit_router_id = module.near.router.id
  vbr_id            = module.line["north"].border_router_id
}

resource "alicloud_cen_transit_router_route_table_association" "north" {
  provider = alicloud.near

  transit_router_attachment_id  = alicloud_cen_transit_router_vbr_attachment.north.transit_router_attachment_id
  transit_router_route_table_id = module.near.router.table_id
}

resource "alicloud_cen_transit_router_route_table_propagation" "north" {
  provider = alicloud.near

  transit_router_attachment_id  = alicloud_cen_transit_router_vbr_attachment.north.transit_router_attachment_id
  transit_router_route_table_id = module.near.router.table_id
}
