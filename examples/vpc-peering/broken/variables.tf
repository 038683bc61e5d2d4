variable "requester" {
  description = "The side that asks for the connection."
  type = object({
    account    = string
    role_arn   = string
    region     = string
    cidr_block = string
    vswitches  = map(string)
    services   = map(string)
  })
}

variable "accepter" {
  description = "The side that accepts it."
  type = object({
    account    = string
    role_arn   = string
    region     = string
    cidr_block = string
    vswitches  = map(string)
    services   = map(string)
  })
}

variable "bandwidth" {
  description = "Mbit/s between the two regions."
  type        = number
  default     = 1024
}

variable "link_type" {
  description = "Platinum for trading, voice and games, Gold for the rest."
  type        = string
  default     = "Gold"
}
