output "border_router_id" {
  value = alicloud_express_connect_virtual_border_router.this.id
}
