terraform {
  required_providers {
    alicloud = {
      source                = "aliyun/alicloud"
      configuration_aliases = [alicloud.requester, alicloud.accepter]
    }
  }
}

resource "alicloud_vpc_peer_connection" "this" {
  provider = alicloud.requester

  peer_connection_name = "requester-accepter"
  vpc_id               = var.requester.id
  accepting_ali_uid    = var.accepting_account
  accepting_region_id  = var.accepting_region
  accepting_vpc_id     = var.accepter.id
  bandwidth            = var.bandwidth
  link_type            = var.link_type
}

resource "alicloud_vpc_peer_connection_accepter" "this" {
  provider    = alicloud.accepter
  instance_id = alicloud_vpc_peer_connection.this.id
}

resource "alicloud_route_entry" "to_accepter" {
  provider = alicloud.requester

  route_table_id        = var.requester.route_table
  destination_cidrblock = var.accepter.cidr_block
  nexthop_type          = "VpcPeer"
  nexthop_id            = alicloud_vpc_peer_connection.this.id
}

resource "alicloud_route_entry" "to_requester" {
  provider = alicloud.accepter

  route_table_id        = var.accepter.route_table
  destination_cidrblock = var.requester.cidr_block
  nexthop_type          = "VpcPeer"
  nexthop_id            = alicloud_vpc_peer_connection_accepter.this.id
}
