# Nobody accepts it in the other account.
resource "alicloud_vpc_peer_connection" "app_data" {
  peer_connection_name = "app-data"
  vpc_id               = module.app.vpc_id
  accepting_vpc_id     = module.data.vpc_id
  accepting_region_id  = var.data.region
  accepting_ali_uid    = data.alicloud_account.data.id
  bandwidth            = var.bandwidth
}

# And there is no way back.
resource "alicloud_route_entry" "app_to_data" {
  route_table_id        = module.app.route_table_id
  destination_cidrblock = var.data.cidr
  nexthop_type          = "VpcPeer"
  nexthop_id            = alicloud_vpc_peer_connection.app_data.id
}
