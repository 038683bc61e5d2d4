output "domain" {
  value = alicloud_privatelink_vpc_endpoint.this.endpoint_domain
}
