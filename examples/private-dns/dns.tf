resource "alicloud_pvtz_zone" "corp" {
  zone_name = var.zone_name
}

resource "alicloud_pvtz_zone_record" "service" {
  for_each = {
    app = module.app.service_address
    db  = module.data.service_address
  }

  zone_id = alicloud_pvtz_zone.corp.id
  rr      = each.key
  type    = "A"
  value   = each.value
  ttl     = 60
}

# The account of the databases lets this one bind its VPCs.
resource "alicloud_pvtz_user_vpc_authorization" "data" {
  authorized_user_id = data.alicloud_account.data.id
  auth_channel       = "RESOURCE_DIRECTORY"
}

# A zone answers only in the VPCs that are bound to it, whatever connects them.
resource "alicloud_pvtz_zone_attachment" "corp" {
  zone_id = alicloud_pvtz_zone.corp.id

  vpcs {
    vpc_id    = module.app.vpc_id
    region_id = var.app.region
  }

  vpcs {
    vpc_id    = module.data.vpc_id
    region_id = var.data.region
  }

  depends_on = [alicloud_pvtz_user_vpc_authorization.data]
}
