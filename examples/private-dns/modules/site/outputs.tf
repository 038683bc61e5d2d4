output "vpc_id" {
  value = alicloud_vpc.this.id
}

output "route_table_id" {
  value = alicloud_vpc.this.route_table_id
}

output "service_address" {
  value = alicloud_ecs_network_interface.service.primary_ip_address
}
