variable "requester" {
  type = object({
    id          = string
    cidr_block  = string
    route_table = string
  })
}

variable "accepter" {
  type = object({
    id          = string
    cidr_block  = string
    route_table = string
  })
}

variable "accepting_account" {
  type = string
}

variable "accepting_region" {
  type = string
}

variable "bandwidth" {
  type = number
}

variable "link_type" {
  type = string
}
