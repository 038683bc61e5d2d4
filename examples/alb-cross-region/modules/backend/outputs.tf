output "router" {
  value = {
    id       = alicloud_cen_transit_router.this.transit_router_id
    table_id = alicloud_cen_transit_router_route_table.this.transit_router_route_table_id
  }
}

output "addresses" {
  value = [for server in alicloud_instance.this : server.private_ip]
}
