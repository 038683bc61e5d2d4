# The way between the cities: one transit router each, and the connection that joins them.

resource "alicloud_cen_instance" "backbone" {
  provider = alicloud.hangzhou

  cen_instance_name = "two-cities"
}

resource "alicloud_cen_transit_router" "hangzhou" {
  provider = alicloud.hangzhou

  cen_id              = alicloud_cen_instance.backbone.id
  transit_router_name = "hangzhou-router"
}

resource "alicloud_cen_transit_router_route_table" "hangzhou" {
  provider = alicloud.hangzhou

  transit_router_id               = alicloud_cen_transit_router.hangzhou.transit_router_id
  transit_router_route_table_name = "hangzhou"
}

resource "alicloud_cen_transit_router" "shanghai" {
  provider = alicloud.shanghai

  cen_id              = alicloud_cen_instance.backbone.id
  transit_router_name = "shanghai-router"
}

resource "alicloud_cen_transit_router_route_table" "shanghai" {
  provider = alicloud.shanghai

  transit_router_id               = alicloud_cen_transit_router.shanghai.transit_router_id
  transit_router_route_table_name = "shanghai"
}

resource "alicloud_cen_transit_router_peer_attachment" "cities" {
  provider = alicloud.hangzhou

  cen_id                              = alicloud_cen_instance.backbone.id
  transit_router_id                   = alicloud_cen_transit_router.hangzhou.transit_router_id
  peer_transit_router_id              = alicloud_cen_transit_router.shanghai.transit_router_id
  peer_transit_router_region_id       = "cn-shanghai"
  transit_router_peer_attachment_name = "hangzhou-shanghai"
  auto_publish_route_enabled          = true
}

resource "alicloud_cen_transit_router_route_table_association" "cities_hangzhou" {
  provider = alicloud.hangzhou

  transit_router_attachment_id  = alicloud_cen_transit_router_peer_attachment.cities.transit_router_attachment_id
  transit_router_route_table_id = alicloud_cen_transit_router_route_table.hangzhou.transit_router_route_table_id
}

resource "alicloud_cen_transit_router_route_table_propagation" "cities_hangzhou" {
  provider = alicloud.hangzhou

  transit_router_attachment_id  = alicloud_cen_transit_router_peer_attachment.cities.transit_router_attachment_id
  transit_router_route_table_id = alicloud_cen_transit_router_route_table.hangzhou.transit_router_route_table_id
}

resource "alicloud_cen_transit_router_route_table_association" "cities_shanghai" {
  provider = alicloud.shanghai

  transit_router_attachment_id  = alicloud_cen_transit_router_peer_attachment.cities.transit_router_attachment_id
  transit_router_route_table_id = alicloud_cen_transit_router_route_table.shanghai.transit_router_route_table_id
}

resource "alicloud_cen_transit_router_route_table_propagation" "cities_shanghai" {
  provider = alicloud.shanghai

  transit_router_attachment_id  = alicloud_cen_transit_router_peer_attachment.cities.transit_router_attachment_id
  transit_router_route_table_id = alicloud_cen_transit_router_route_table.shanghai.transit_router_route_table_id
}

# The connection publishes what Hangzhou knows. What Shanghai knows is written here.
resource "alicloud_cen_transit_router_route_entry" "to_shanghai" {
  provider = alicloud.hangzhou

  transit_router_route_table_id                     = alicloud_cen_transit_router_route_table.hangzhou.transit_router_route_table_id
  transit_router_route_entry_destination_cidr_block = local.shanghai.vpc_cidr
  transit_router_route_entry_next_hop_type          = "Attachment"
  transit_router_route_entry_next_hop_id            = alicloud_cen_transit_router_peer_attachment.cities.transit_router_attachment_id
}

# Pods have their routes in the VPCs, one per node, made by the cluster. Transit routers do not learn those.

resource "alicloud_cen_transit_router_route_entry" "hangzhou_to_shanghai_pods" {
  provider = alicloud.hangzhou

  transit_router_route_table_id                     = alicloud_cen_transit_router_route_table.hangzhou.transit_router_route_table_id
  transit_router_route_entry_destination_cidr_block = local.shanghai.pod_cidr
  transit_router_route_entry_next_hop_type          = "Attachment"
  transit_router_route_entry_next_hop_id            = alicloud_cen_transit_router_peer_attachment.cities.transit_router_attachment_id
}

resource "alicloud_cen_transit_router_route_entry" "shanghai_pods" {
  provider = alicloud.shanghai

  transit_router_route_table_id                     = alicloud_cen_transit_router_route_table.shanghai.transit_router_route_table_id
  transit_router_route_entry_destination_cidr_block = local.shanghai.pod_cidr
  transit_router_route_entry_next_hop_type          = "Attachment"
  transit_router_route_entry_next_hop_id            = module.shanghai.transit_router_attachment_id
}

resource "alicloud_cen_transit_router_route_entry" "shanghai_to_hangzhou_pods" {
  provider = alicloud.shanghai

  transit_router_route_table_id                     = alicloud_cen_transit_router_route_table.shanghai.transit_router_route_table_id
  transit_router_route_entry_destination_cidr_block = local.hangzhou.pod_cidr
  transit_router_route_entry_next_hop_type          = "Attachment"
  transit_router_route_entry_next_hop_id            = alicloud_cen_transit_router_peer_attachment.cities.transit_router_attachment_id
}
