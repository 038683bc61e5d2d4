output "router" {
  value = {
    id       = alicloud_cen_transit_router.this.transit_router_id
    table_id = alicloud_cen_transit_router_route_table.this.transit_router_route_table_id
  }
}

output "dns_name" {
  value = alicloud_alb_load_balancer.this.dns_name
}
