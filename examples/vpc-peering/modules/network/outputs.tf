output "vpc" {
  value = {
    id          = alicloud_vpc.this.id
    cidr_block  = alicloud_vpc.this.cidr_block
    route_table = alicloud_vpc.this.route_table_id
  }
}
