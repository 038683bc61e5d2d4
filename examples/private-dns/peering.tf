resource "alicloud_vpc_peer_connection" "app_data" {
  peer_connection_name = "app-data"
  vpc_id               = module.app.vpc_id
  accepting_vpc_id     = module.data.vpc_id
  accepting_region_id  = var.data.region
  accepting_ali_uid    = data.alicloud_account.data.id
  bandwidth            = var.bandwidth
}

# The other account has to agree; until then the connection stays "Accepting".
resource "alicloud_vpc_peer_connection_accepter" "app_data" {
  provider    = alicloud.data
  instance_id = alicloud_vpc_peer_connection.app_data.id
}

# The connection brings no routes: each side needs one to the other.
resource "alicloud_route_entry" "app_to_data" {
  route_table_id        = module.app.route_table_id
  destination_cidrblock = var.data.cidr
  nexthop_type          = "VpcPeer"
  nexthop_id            = alicloud_vpc_peer_connection.app_data.id
}

resource "alicloud_route_entry" "data_to_app" {
  provider              = alicloud.data
  route_table_id        = module.data.route_table_id
  destination_cidrblock = var.app.cidr
  nexthop_type          = "VpcPeer"
  nexthop_id            = alicloud_vpc_peer_connection_accepter.app_data.id
}
