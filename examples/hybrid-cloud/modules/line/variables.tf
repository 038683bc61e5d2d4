variable "name" {
  type = string
}

variable "line" {
  type = object({
    access_point = string
    operator     = string
    vlan_id      = number
    cloud_ip     = string
    office_ip    = string
    mask         = string
    bandwidth    = number
  })
}

variable "region" {
  type = string
}

variable "express_router_id" {
  type = string
}

variable "cloud_asn" {
  type = number
}

variable "office_asn" {
  type = number
}

variable "bgp_password" {
  type      = string
  sensitive = true
  default   = null
}
