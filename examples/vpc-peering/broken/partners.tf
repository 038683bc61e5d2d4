# A second VPC of the requester, and what was thought to reach it through the first.

module "archive" {
  source = "../modules/network"

  providers = {
    alicloud = alicloud.requester
  }

  name       = "archive"
  cidr_block = "10.2.0.0/16"
  vswitches  = { "cn-hangzhou-h" = "10.2.0.0/24" }
  services   = { https = "443/443" }
}

data "alicloud_account" "requester" {
  provider = alicloud.requester
}

resource "alicloud_vpc_peer_connection" "archive" {
  provider = alicloud.requester

  peer_connection_name = "requester-archive"
  vpc_id               = module.requester.vpc.id
  accepting_ali_uid    = data.alicloud_account.requester.id
  accepting_region_id  = var.requester.region
  accepting_vpc_id     = module.archive.vpc.id
}

resource "alicloud_route_entry" "requester_to_archive" {
  provider = alicloud.requester

  route_table_id        = module.requester.vpc.route_table
  destination_cidrblock = module.archive.vpc.cidr_block
  nexthop_type          = "VpcPeer"
  nexthop_id            = alicloud_vpc_peer_connection.archive.id
}

# Peering is not transitive: this leads nowhere, and nothing leads back from the archive.
resource "alicloud_route_entry" "accepter_to_archive" {
  provider = alicloud.accepter

  route_table_id        = module.accepter.vpc.route_table
  destination_cidrblock = module.archive.vpc.cidr_block
  nexthop_type          = "VpcPeer"
  nexthop_id            = alicloud_vpc_peer_connection.this.id
}
