terraform {
  required_providers {
    alicloud = {
      source = "aliyun/alicloud"
    }
  }
}

resource "alicloud_vpc" "this" {
  vpc_name            = var.name
  cidr_block          = var.cidr
  dns_hostname_status = "ENABLED"
}

resource "alicloud_vswitch" "this" {
  for_each = { for index, zone in var.zones : zone => cidrsubnet(var.cidr, 3, index) }

  vswitch_name = "${var.name}-${each.key}"
  vpc_id       = alicloud_vpc.this.id
  zone_id      = each.key
  cidr_block   = each.value
}

resource "alicloud_security_group" "service" {
  security_group_name = "${var.name}-service"
  vpc_id              = alicloud_vpc.this.id
}

# Peering opens no security group: the other side's block has to be admitted.
resource "alicloud_security_group_rule" "service" {
  for_each = toset(var.admit)

  security_group_id = alicloud_security_group.service.id
  type              = "ingress"
  ip_protocol       = "tcp"
  port_range        = "${var.listen_port}/${var.listen_port}"
  cidr_ip           = each.value
}

resource "alicloud_security_group_rule" "ping" {
  for_each = toset(var.admit)

  security_group_id = alicloud_security_group.service.id
  type              = "ingress"
  ip_protocol       = "icmp"
  port_range        = "-1/-1"
  cidr_ip           = each.value
}

resource "alicloud_ecs_network_interface" "service" {
  network_interface_name = "${var.name}-service"
  vswitch_id             = alicloud_vswitch.this[var.zones[0]].id
  security_group_ids     = [alicloud_security_group.service.id]
  primary_ip_address     = cidrhost(alicloud_vswitch.this[var.zones[0]].cidr_block, 5)
}
