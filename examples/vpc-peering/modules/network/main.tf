terraform {
  required_providers {
    alicloud = {
      source = "aliyun/alicloud"
    }
  }
}

resource "alicloud_vpc" "this" {
  vpc_name   = var.name
  cidr_block = var.cidr_block
}

resource "alicloud_vswitch" "this" {
  for_each = var.vswitches

  vpc_id     = alicloud_vpc.this.id
  zone_id    = each.key
  cidr_block = each.value
}

resource "alicloud_security_group" "hosts" {
  security_group_name = "${var.name}-hosts"
  vpc_id              = alicloud_vpc.this.id
}

locals {
  asking = merge({ own = var.cidr_block }, var.admitted)

  rules = merge([
    for who, block in local.asking : {
      for service, ports in var.services : "${service}-${who}" => { ports = ports, block = block }
    }
  ]...)
}

resource "alicloud_security_group_rule" "service" {
  for_each = local.rules

  security_group_id = alicloud_security_group.hosts.id
  type              = "ingress"
  ip_protocol       = "tcp"
  port_range        = each.value.ports
  cidr_ip           = each.value.block
}

resource "alicloud_security_group_rule" "ping" {
  for_each = local.asking

  security_group_id = alicloud_security_group.hosts.id
  type              = "ingress"
  ip_protocol       = "icmp"
  port_range        = "-1/-1"
  cidr_ip           = each.value
}

resource "alicloud_ecs_network_interface" "host" {
  for_each = alicloud_vswitch.this

  network_interface_name = "${var.name}-${each.key}"
  vswitch_id             = each.value.id
  security_group_ids     = [alicloud_security_group.hosts.id]
}
