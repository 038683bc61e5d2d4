# The way to the Internet. 20.0.0.0/8 and 21.0.0.0/8 are public addresses: without an IPv4 gateway, hosts behind a NAT
# gateway would look for the other city there.

locals {
  edge = var.edge_cidr == null ? {} : { this = var.edge_cidr }
}

resource "alicloud_vpc_ipv4_gateway" "this" {
  for_each = local.edge

  vpc_id            = alicloud_vpc.this.id
  ipv4_gateway_name = var.name
  enabled           = true
}

resource "alicloud_vswitch" "edge" {
  for_each = local.edge

  vpc_id       = alicloud_vpc.this.id
  zone_id      = local.zones[0]
  cidr_block   = each.value
  vswitch_name = "${var.name}-edge"
}

resource "alicloud_route_table" "edge" {
  for_each = local.edge

  vpc_id           = alicloud_vpc.this.id
  route_table_name = "${var.name}-edge"
  associate_type   = "VSwitch"
}

resource "alicloud_route_table_attachment" "edge" {
  for_each = local.edge

  vswitch_id     = alicloud_vswitch.edge[each.key].id
  route_table_id = alicloud_route_table.edge[each.key].id
}

resource "alicloud_route_entry" "internet" {
  for_each = local.edge

  route_table_id        = alicloud_route_table.edge[each.key].id
  destination_cidrblock = "0.0.0.0/0"
  nexthop_type          = "Ipv4Gateway"
  nexthop_id            = alicloud_vpc_ipv4_gateway.this[each.key].id
}

# The mesh's ingress gateway has its load balancer here, and sends to pods of both cities.
resource "alicloud_route_entry" "edge_transit" {
  for_each = var.edge_cidr == null ? {} : var.destinations

  route_table_id        = alicloud_route_table.edge["this"].id
  destination_cidrblock = each.value
  nexthop_type          = "Attachment"
  nexthop_id            = alicloud_cen_transit_router_vpc_attachment.this.transit_router_attachment_id
}

# It also writes the default route of the VPC's own table.
resource "alicloud_nat_gateway" "this" {
  for_each = local.edge

  vpc_id           = alicloud_vpc.this.id
  vswitch_id       = alicloud_vswitch.edge[each.key].id
  nat_gateway_name = var.name
  nat_type         = "Enhanced"
  payment_type     = "PayAsYouGo"
}

resource "alicloud_eip_address" "nat" {
  for_each = local.edge

  address_name = "${var.name}-nat"
}

resource "alicloud_eip_association" "nat" {
  for_each = local.edge

  allocation_id = alicloud_eip_address.nat[each.key].id
  instance_id   = alicloud_nat_gateway.this[each.key].id
  instance_type = "Nat"
}

resource "alicloud_snat_entry" "zone" {
  for_each = var.edge_cidr == null ? {} : var.vswitches

  snat_table_id     = alicloud_nat_gateway.this["this"].snat_table_ids
  source_vswitch_id = alicloud_vswitch.zone[each.key].id
  snat_ip           = alicloud_eip_address.nat["this"].ip_address

  depends_on = [alicloud_eip_association.nat]
}
