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
  description = "Blocks by zone."
  type        = map(string)
}
