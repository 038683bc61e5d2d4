# Two Kubernetes clusters in two cities, and one service mesh over both.

locals {
  hangzhou = var.clusters.hangzhou
  shanghai = var.clusters.shanghai
}

# Hangzhou: a cluster, and in a VPC of its own the control plane of the mesh.

module "hangzhou" {
  source    = "./modules/network"
  providers = { alicloud = alicloud.hangzhou }

  name                    = "hangzhou"
  vpc_cidr                = local.hangzhou.vpc_cidr
  vswitches               = local.hangzhou.vswitches
  edge_cidr               = local.hangzhou.edge_cidr
  cen_id                  = alicloud_cen_instance.backbone.id
  transit_router_id       = alicloud_cen_transit_router.hangzhou.transit_router_id
  transit_router_table_id = alicloud_cen_transit_router_route_table.hangzhou.transit_router_route_table_id

  destinations = {
    shanghai      = local.shanghai.vpc_cidr
    shanghai-pods = local.shanghai.pod_cidr
    mesh          = var.mesh.vpc_cidr
  }
}

module "ack_hangzhou" {
  source    = "./modules/cluster"
  providers = { alicloud = alicloud.hangzhou }

  name         = "ack-hangzhou"
  vpc_id       = module.hangzhou.vpc_id
  vswitch_ids  = module.hangzhou.vswitch_ids
  pod_cidr     = local.hangzhou.pod_cidr
  service_cidr = local.hangzhou.service_cidr
  nodes        = local.hangzhou.nodes

  admitted = {
    shanghai-pods  = local.shanghai.pod_cidr
    shanghai-nodes = local.shanghai.vpc_cidr
    mesh           = var.mesh.vpc_cidr
  }
}

module "mesh" {
  source    = "./modules/network"
  providers = { alicloud = alicloud.hangzhou }

  name                    = "mesh"
  vpc_cidr                = var.mesh.vpc_cidr
  vswitches               = var.mesh.vswitches
  cen_id                  = alicloud_cen_instance.backbone.id
  transit_router_id       = alicloud_cen_transit_router.hangzhou.transit_router_id
  transit_router_table_id = alicloud_cen_transit_router_route_table.hangzhou.transit_router_route_table_id

  destinations = {
    hangzhou      = local.hangzhou.vpc_cidr
    hangzhou-pods = local.hangzhou.pod_cidr
    shanghai      = local.shanghai.vpc_cidr
    shanghai-pods = local.shanghai.pod_cidr
  }
}

# Shanghai: the other cluster.

module "shanghai" {
  source    = "./modules/network"
  providers = { alicloud = alicloud.shanghai }

  name                    = "shanghai"
  vpc_cidr                = local.shanghai.vpc_cidr
  vswitches               = local.shanghai.vswitches
  edge_cidr               = local.shanghai.edge_cidr
  cen_id                  = alicloud_cen_instance.backbone.id
  transit_router_id       = alicloud_cen_transit_router.shanghai.transit_router_id
  transit_router_table_id = alicloud_cen_transit_router_route_table.shanghai.transit_router_route_table_id

  destinations = {
    hangzhou      = local.hangzhou.vpc_cidr
    hangzhou-pods = local.hangzhou.pod_cidr
    mesh          = var.mesh.vpc_cidr
  }
}

module "ack_shanghai" {
  source    = "./modules/cluster"
  providers = { alicloud = alicloud.shanghai }

  name         = "ack-shanghai"
  vpc_id       = module.shanghai.vpc_id
  vswitch_ids  = module.shanghai.vswitch_ids
  pod_cidr     = local.shanghai.pod_cidr
  service_cidr = local.shanghai.service_cidr
  nodes        = local.shanghai.nodes

  admitted = {
    hangzhou-pods  = local.hangzhou.pod_cidr
    hangzhou-nodes = local.hangzhou.vpc_cidr
    mesh           = var.mesh.vpc_cidr
  }
}

resource "alicloud_service_mesh_service_mesh" "this" {
  provider = alicloud.hangzhou

  service_mesh_name = "two-cities"
  edition           = "Pro"
  cluster_spec      = "standard"
  cluster_ids       = [module.ack_hangzhou.cluster_id, module.ack_shanghai.cluster_id]

  network {
    vpc_id        = module.mesh.vpc_id
    vswitche_list = [module.mesh.vswitch_ids[0]]
  }

  load_balancer {
    pilot_public_eip      = false
    api_server_public_eip = false
  }
}
