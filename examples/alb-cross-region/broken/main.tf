resource "alicloud_cen_instance" "this" {
  provider          = alicloud.frontend
  cen_instance_name = "alb-cross-region"
}

module "frontend" {
  source    = "../modules/frontend"
  providers = { alicloud = alicloud.frontend }

  cen_id               = alicloud_cen_instance.this.id
  name                 = "frontend"
  cidr_block           = var.frontend.cidr_block
  vswitches            = var.frontend.vswitches
  back_to_origin_cidrs = var.back_to_origin_cidrs
  port                 = var.port

  # Only the vSwitches with servers: the load balancer has nothing to say to the rest.
  backend_cidrs = concat(
    values(var.backends.primary.vswitches),
    values(var.backends.secondary.vswitches),
  )

  servers = concat(
    [for address in module.primary.addresses : { address = address, weight = var.backends.primary.weight }],
    # No weight, and not said to be remote.
    [for address in module.secondary.addresses : { address = address, remote = false }],
  )
}

module "primary" {
  source    = "../modules/backend"
  providers = { alicloud = alicloud.primary }

  cen_id        = alicloud_cen_instance.this.id
  name          = "primary"
  cidr_block    = var.backends.primary.cidr_block
  vswitches     = var.backends.primary.vswitches
  frontend_cidr = var.frontend.cidr_block
  port          = var.port
  image_id      = var.image_id
  instance_type = var.instance_type
}

module "secondary" {
  source    = "../modules/backend"
  providers = { alicloud = alicloud.secondary }

  cen_id               = alicloud_cen_instance.this.id
  name                 = "secondary"
  cidr_block           = var.backends.secondary.cidr_block
  vswitches            = var.backends.secondary.vswitches
  frontend_cidr        = var.frontend.cidr_block
  back_to_origin_cidrs = var.back_to_origin_cidrs
  ingress_cidrs        = [var.frontend.cidr_block]
  port                 = var.port
  image_id             = var.image_id
  instance_type        = var.instance_type
}

module "to_primary" {
  source    = "../modules/link"
  providers = { alicloud.near = alicloud.frontend, alicloud.far = alicloud.primary }

  cen_id     = alicloud_cen_instance.this.id
  name       = "frontend-to-primary"
  near       = module.frontend.router
  far        = module.primary.router
  far_region = var.backends.primary.region
  far_cidrs  = values(var.backends.primary.vswitches)
  bandwidth  = 20
}

module "to_secondary" {
  source    = "../modules/link"
  providers = { alicloud.near = alicloud.frontend, alicloud.far = alicloud.secondary }

  cen_id     = alicloud_cen_instance.this.id
  name       = "frontend-to-secondary"
  near       = module.frontend.router
  far        = module.secondary.router
  far_region = var.backends.secondary.region
  far_cidrs  = values(var.backends.secondary.vswitches)
}
