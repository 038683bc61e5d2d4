variable "near" {
  description = "The region in which the lines end."
  type = object({
    region        = string
    cidr_block    = string
    vswitches     = map(string)
    service_cidrs = list(string)
  })
}

variable "far" {
  description = "Another region, reached over the transit routers."
  type = object({
    region     = string
    cidr_block = string
    vswitches  = map(string)
  })
}

variable "lines" {
  description = "The leased lines, by name: two of them, of two providers, at two access points."
  type = map(object({
    access_point = string
    operator     = string
    vlan_id      = number
    cloud_ip     = string
    office_ip    = string
    mask         = optional(string, "255.255.255.252")
    bandwidth    = optional(number, 1000)
  }))
}

variable "cloud_asn" {
  description = "The number with which the cloud speaks BGP."
  type        = number
  default     = 65001
}

variable "office_asn" {
  description = "The number of the data centre."
  type        = number
}

variable "bgp_password" {
  type      = string
  sensitive = true
  default   = null
}

variable "office_cidrs" {
  description = "The blocks of the data centre, for the security group of the endpoint."
  type        = list(string)
}

variable "endpoint_service" {
  description = "The PrivateLink service that is reached inside the VPC, where its addresses would conflict otherwise."
  type        = string
}
