module "requester" {
  source = "../modules/network"

  providers = {
    alicloud = alicloud.requester
  }

  name       = "requester"
  cidr_block = var.requester.cidr_block
  vswitches  = var.requester.vswitches
  services   = var.requester.services
  admitted = {
    peer = var.accepter.cidr_block
  }
}

module "accepter" {
  source = "../modules/network"

  providers = {
    alicloud = alicloud.accepter
  }

  name       = "accepter"
  cidr_block = var.accepter.cidr_block
  vswitches  = var.accepter.vswitches
  services   = var.accepter.services
  admitted = {
    # The block that the requester had last year.
    peer = "10.9.0.0/16"
  }
}

resource "alicloud_vpc_peer_connection" "this" {
  provider = alicloud.requester

  peer_connection_name = "requester-accepter"
  vpc_id               = module.requester.vpc.id
  accepting_ali_uid    = var.accepter.account
  accepting_region_id  = var.accepter.region
  accepting_vpc_id     = module.accepter.vpc.id
  bandwidth            = var.bandwidth
  link_type            = var.link_type
}

# Accepted with the account that asked.
resource "alicloud_vpc_peer_connection_accepter" "this" {
  provider    = alicloud.requester
  instance_id = alicloud_vpc_peer_connection.this.id
}

resource "alicloud_route_entry" "to_accepter" {
  provider = alicloud.requester

  route_table_id        = module.requester.vpc.route_table
  destination_cidrblock = module.accepter.vpc.cidr_block
  nexthop_type          = "VpcPeer"
  nexthop_id            = alicloud_vpc_peer_connection.this.id
}

resource "alicloud_route_entry" "to_requester" {
  provider = alicloud.accepter

  route_table_id        = module.accepter.vpc.route_table
  destination_cidrblock = module.requester.vpc.cidr_block
  nexthop_type          = "VpcPeer"
  nexthop_id            = alicloud_vpc_peer_connection.this.id
}
