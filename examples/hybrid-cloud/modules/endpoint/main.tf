terraform {
  required_providers {
    alicloud = {
      source = "aliyun/alicloud"
    }
  }
}

resource "alicloud_security_group" "this" {
  security_group_name = "endpoint"
  vpc_id              = var.vpc_id
}

resource "alicloud_security_group_rule" "clients" {
  for_each = toset(var.client_cidrs)

  security_group_id = alicloud_security_group.this.id
  type              = "ingress"
  ip_protocol       = "tcp"
  port_range        = "443/443"
  cidr_ip           = each.key
}

resource "alicloud_privatelink_vpc_endpoint" "this" {
  vpc_endpoint_name  = "service"
  vpc_id             = var.vpc_id
  service_id         = var.service_id
  security_group_ids = [alicloud_security_group.this.id]
}

# An address in each zone, out of the vSwitch there: the data centre reaches it like any other host of the VPC.
resource "alicloud_privatelink_vpc_endpoint_zone" "this" {
  for_each = var.vswitches

  endpoint_id = alicloud_privatelink_vpc_endpoint.this.id
  zone_id     = each.key
  vswitch_id  = each.value
}
