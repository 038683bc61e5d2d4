resource "alicloud_security_group" "this" {
  security_group_name = var.name
  vpc_id              = alicloud_vpc.this.id
}

resource "alicloud_security_group_rule" "in" {
  for_each = toset(var.ingress_cidrs)

  security_group_id = alicloud_security_group.this.id
  type              = "ingress"
  ip_protocol       = "tcp"
  port_range        = "${var.port}/${var.port}"
  policy            = "accept"
  priority          = 1
  cidr_ip           = each.key
}

# One server in each zone, always under the same address.
resource "alicloud_instance" "this" {
  for_each = var.vswitches

  instance_name     = "${var.name}-${each.key}"
  availability_zone = each.key
  vswitch_id        = alicloud_vswitch.this[each.key].id
  private_ip        = cidrhost(each.value, 10)
  security_groups   = [alicloud_security_group.this.id]
  image_id          = var.image_id
  instance_type     = var.instance_type
}
