variable "name" {
  type = string
}

variable "vpc_cidr" {
  type = string
}

variable "vswitches" {
  description = "Blocks by zone. The first two zones carry the connection to the transit router."
  type        = map(string)
}

variable "edge_cidr" {
  description = "The vSwitch of the NAT gateway; without it the VPC has no way to the Internet."
  type        = string
  default     = null
}

variable "cen_id" {
  type = string
}

variable "transit_router_id" {
  type = string
}

variable "transit_router_table_id" {
  type = string
}

variable "destinations" {
  description = "What this VPC sends to the transit router."
  type        = map(string)
}
