output "vpc_id" {
  value = alicloud_vpc.this.id
}

output "vswitches" {
  description = "Ids by zone."
  value       = { for zone, vswitch in alicloud_vswitch.this : zone => vswitch.id }
}

output "router" {
  value = {
    id       = alicloud_cen_transit_router.this.transit_router_id
    table_id = alicloud_cen_transit_router_route_table.this.transit_router_route_table_id
  }
}

output "attachment_id" {
  value = alicloud_cen_transit_router_vpc_attachment.this.transit_router_attachment_id
}
