variable "clusters" {
  description = "The two clusters, by city. Pods, services and VPCs of both must not share an address."
  type = object({
    hangzhou = object({
      vpc_cidr     = string
      vswitches    = map(string)
      edge_cidr    = string
      pod_cidr     = string
      service_cidr = string
      nodes        = optional(number, 3)
    })
    shanghai = object({
      vpc_cidr     = string
      vswitches    = map(string)
      edge_cidr    = string
      pod_cidr     = string
      service_cidr = string
      nodes        = optional(number, 3)
    })
  })
}

variable "mesh" {
  description = "The VPC of the mesh's control plane."
  type = object({
    vpc_cidr  = string
    vswitches = map(string)
  })
}
