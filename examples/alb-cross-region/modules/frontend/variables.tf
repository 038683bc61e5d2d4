variable "cen_id" {
  type = string
}

variable "name" {
  type = string
}

variable "cidr_block" {
  type = string
}

variable "vswitches" {
  description = "A block for each zone; transit routers and load balancers want two."
  type        = map(string)
}

variable "backend_cidrs" {
  type = list(string)
}

variable "back_to_origin_cidrs" {
  type    = list(string)
  default = []
}

variable "port" {
  type = number
}

variable "servers" {
  description = "The provider's own default for weight is 0: such a server gets nothing."
  type = list(object({
    address = string
    weight  = optional(number)
    remote  = optional(bool, true)
  }))
}
