terraform {
  required_providers {
    alicloud = {
      source = "aliyun/alicloud"
    }
  }
}

resource "alicloud_express_connect_physical_connection" "this" {
  physical_connection_name = var.name
  access_point_id          = var.line.access_point
  line_operator            = var.line.operator
  port_type                = "10GBase-LR"
  type                     = "VPC"
}

resource "alicloud_express_connect_virtual_border_router" "this" {
  virtual_border_router_name = var.name
  physical_connection_id     = alicloud_express_connect_physical_connection.this.id
  vlan_id                    = var.line.vlan_id
  local_gateway_ip           = var.line.cloud_ip
  peer_gateway_ip            = var.line.office_ip
  peering_subnet_mask        = var.line.mask
  bandwidth                  = var.line.bandwidth
  min_rx_interval            = 1000
  min_tx_interval            = 1000
  detect_multiplier          = 3
}

resource "alicloud_express_connect_router_vbr_child_instance" "this" {
  ecr_id                   = var.express_router_id
  child_instance_id        = alicloud_express_connect_virtual_border_router.this.id
  child_instance_region_id = var.region
  child_instance_type      = "VBR"
}

# The group takes the number of the Express Connect router, so it waits until the border router is on it.
resource "alicloud_vpc_bgp_group" "this" {
  bgp_group_name = var.name
  router_id      = alicloud_express_connect_router_vbr_child_instance.this.child_instance_id
  local_asn      = var.cloud_asn
  peer_asn       = var.office_asn
  auth_key       = var.bgp_password
}

resource "alicloud_vpc_bgp_peer" "this" {
  bgp_group_id    = alicloud_vpc_bgp_group.this.id
  peer_ip_address = var.line.office_ip
  enable_bfd      = true
}
