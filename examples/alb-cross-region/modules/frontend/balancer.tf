resource "alicloud_alb_load_balancer" "this" {
  load_balancer_name     = var.name
  load_balancer_edition  = "Standard"
  address_type           = "Intranet"
  address_allocated_mode = "Fixed"
  vpc_id                 = alicloud_vpc.this.id

  load_balancer_billing_config {
    pay_type = "PayAsYouGo"
  }

  dynamic "zone_mappings" {
    for_each = alicloud_vswitch.this

    content {
      zone_id    = zone_mappings.key
      vswitch_id = zone_mappings.value.id
    }
  }
}

resource "alicloud_alb_server_group" "this" {
  server_group_name = var.name
  server_group_type = "Ip"
  protocol          = "HTTP"
  vpc_id            = alicloud_vpc.this.id

  health_check_config {
    health_check_enabled = true
  }

  sticky_session_config {
    sticky_session_enabled = false
  }

  dynamic "servers" {
    for_each = var.servers

    content {
      server_type       = "Ip"
      server_id         = servers.value.address
      server_ip         = servers.value.address
      port              = var.port
      weight            = servers.value.weight
      remote_ip_enabled = servers.value.remote
    }
  }
}

resource "alicloud_alb_listener" "this" {
  load_balancer_id  = alicloud_alb_load_balancer.this.id
  listener_protocol = "HTTP"
  listener_port     = var.port

  default_actions {
    type = "ForwardGroup"

    forward_group_config {
      server_group_tuples {
        server_group_id = alicloud_alb_server_group.this.id
      }
    }
  }
}
