module "requester" {
  source = "./modules/network"

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
  source = "./modules/network"

  providers = {
    alicloud = alicloud.accepter
  }

  name       = "accepter"
  cidr_block = var.accepter.cidr_block
  vswitches  = var.accepter.vswitches
  services   = var.accepter.services
  admitted = {
    peer = var.requester.cidr_block
  }
}

module "peering" {
  source = "./modules/peering"

  providers = {
    alicloud.requester = alicloud.requester
    alicloud.accepter  = alicloud.accepter
  }

  requester = module.requester.vpc
  accepter  = module.accepter.vpc

  accepting_account = var.accepter.account
  accepting_region  = var.accepter.region
  bandwidth         = var.bandwidth
  link_type         = var.link_type
}
