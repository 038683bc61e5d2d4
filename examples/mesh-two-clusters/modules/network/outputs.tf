output "vpc_id" {
  value = alicloud_vpc.this.id
}

output "vswitch_ids" {
  value = [for zone in local.zones : alicloud_vswitch.zone[zone].id]
}

output "transit_router_attachment_id" {
  value = alicloud_cen_transit_router_vpc_attachment.this.transit_router_attachment_id
}
