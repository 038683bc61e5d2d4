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

# Only the side that calls is bound.
resource "alicloud_pvtz_zone_attachment" "corp" {
  zone_id = alicloud_pvtz_zone.corp.id
  vpc_ids = [module.app.vpc_id]
}

# A zone for the names of the office, with a VPC of the other region and without its region.
resource "alicloud_pvtz_zone" "office" {
  zone_name = "office.internal"
}

resource "alicloud_pvtz_zone_attachment" "office" {
  zone_id = alicloud_pvtz_zone.office.id

  vpcs {
    vpc_id = module.app.vpc_id
  }

  vpcs {
    vpc_id = module.data.vpc_id
  }
}
