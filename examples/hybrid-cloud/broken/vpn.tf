# A standby for both lines.
resource "alicloud_vpn_gateway" "standby" {
  provider = alicloud.near

  vpc_id                       = module.near.vpc_id
  vswitch_id                   = module.near.vswitches["cn-hangzhou-j"]
  disaster_recovery_vswitch_id = module.near.vswitches["cn-hangzhou-k"]
  bandwidth                    = 200
}

resource "alicloud_vpn_customer_gateway" "office" {
  provider = alicloud.near

  ip_address = "203.0.113.10"
  asn        = var.office_asn
}

resource "alicloud_vpn_connection" "standby" {
  provider = alicloud.near

  vpn_gateway_id     = alicloud_vpn_gateway.standby.id
  local_subnet       = ["0.0.0.0/0"]
  remote_subnet      = ["0.0.0.0/0"]
  enable_tunnels_bgp = true

  dynamic "tunnel_options_specification" {
    for_each = { master = "169.254.1.0/30", slave = "169.254.12.0/30" }

    content {
      role                = tunnel_options_specification.key
      customer_gateway_id = alicloud_vpn_customer_gateway.office.id

      tunnel_bgp_config {
        local_asn    = var.cloud_asn
        tunnel_cidr  = tunnel_options_specification.value
        local_bgp_ip = cidrhost(tunnel_options_specification.value, 1)
      }
    }
  }
}
