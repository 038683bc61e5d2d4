# Two VPCs, joined by a peering connection that will be "Activated" and carry nothing.

provider "alicloud" {
  region = "cn-hangzhou"
}

data "alicloud_account" "this" {}

resource "alicloud_vpc" "local" {
  vpc_name   = "local"
  cidr_block = "172.17.3.0/24"
}

resource "alicloud_vpc" "peer" {
  vpc_name   = "peer"
  cidr_block = "172.17.3.0/24"
}

resource "alicloud_vpc_peer_connection" "this" {
  peer_connection_name = "local-to-peer"
  vpc_id               = alicloud_vpc.local.id
  accepting_vpc_id     = alicloud_vpc.peer.id
  accepting_ali_uid    = data.alicloud_account.this.id
  accepting_region_id  = "cn-hangzhou"
}
