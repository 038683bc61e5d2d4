variable "name" {
  type = string
}

variable "cidr_block" {
  type = string
}

variable "vswitches" {
  description = "A block for each zone."
  type        = map(string)
}

variable "services" {
  description = "The ports that hosts here answer on."
  type        = map(string)
}

variable "admitted" {
  description = "Blocks of other networks that may ask."
  type        = map(string)
  default     = {}
}
