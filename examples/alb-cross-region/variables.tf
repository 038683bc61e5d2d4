variable "frontend" {
  description = "The region with the load balancer: its VPC, and a vSwitch in each of two zones."
  type = object({
    region     = string
    cidr_block = string
    vswitches  = map(string)
  })
}

variable "backends" {
  description = "The regions with the servers: a VPC each, a vSwitch in each of two zones, and who serves what."
  type = map(object({
    region     = string
    cidr_block = string
    vswitches  = map(string)
    weight     = optional(number, 100)
  }))

  validation {
    condition     = length(setsubtract(["primary", "secondary"], keys(var.backends))) == 0
    error_message = "Describe the backends \"primary\" and \"secondary\"."
  }
}

variable "back_to_origin_cidrs" {
  description = "What the console shows under Instance Details, Back-to-origin Route: the blocks that the load balancer speaks from."
  type        = list(string)
}

variable "port" {
  type    = number
  default = 80
}

variable "image_id" {
  type    = string
  default = "aliyun_3_x64_20G_alibase_20230727.vhd"
}

variable "instance_type" {
  type    = string
  default = "ecs.c7.large"
}
