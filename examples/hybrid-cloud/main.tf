# The router at which the lines meet. It joins lines to transit routers, and nothing else.
resource "alicloud_express_connect_router_express_connect_router" "this" {
  provider = alicloud.near

  ecr_name         = "office"
  alibaba_side_asn = var.cloud_asn
}

module "line" {
  source    = "./modules/line"
  for_each  = var.lines
  providers = { alicloud = alicloud.near }

  name              = each.key
  line              = each.value
  region            = var.near.region
  express_router_id = alicloud_express_connect_router_express_connect_router.this.id
  cloud_asn         = alicloud_express_connect_router_express_connect_router.this.alibaba_side_asn
  office_asn        = var.office_asn
  bgp_password      = var.bgp_password
}

resource "alicloud_cen_instance" "this" {
  provider          = alicloud.near
  cen_instance_name = "hybrid-cloud"
}

module "near" {
  source    = "./modules/region"
  providers = { alicloud = alicloud.near }

  cen_id     = alicloud_cen_instance.this.id
  name       = "near"
  cidr_block = var.near.cidr_block
  vswitches  = var.near.vswitches
}

module "far" {
  source    = "./modules/region"
  providers = { alicloud = alicloud.far }

  cen_id     = alicloud_cen_instance.this.id
  name       = "far"
  cidr_block = var.far.cidr_block
  vswitches  = var.far.vswitches
}

module "link" {
  source    = "./modules/link"
  providers = { alicloud.near = alicloud.near, alicloud.far = alicloud.far }

  cen_id     = alicloud_cen_instance.this.id
  near       = module.near.router
  far        = module.far.router
  far_region = var.far.region
  far_cidrs  = values(var.far.vswitches)
  bandwidth  = 100
}

module "endpoint" {
  source    = "./modules/endpoint"
  providers = { alicloud = alicloud.near }

  vpc_id       = module.near.vpc_id
  vswitches    = module.near.vswitches
  service_id   = var.endpoint_service
  client_cidrs = concat(var.office_cidrs, values(var.near.vswitches), values(var.far.vswitches))
}
