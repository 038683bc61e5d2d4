variable "cen_id" {
  type = string
}

variable "name" {
  type = string
}

variable "near" {
  description = "The router that asks for the connection, and the table that speaks for it."
  type = object({
    id       = string
    table_id = string
  })
}

variable "far" {
  type = object({
    id       = string
    table_id = string
  })
}

variable "far_region" {
  type = string
}

variable "far_cidrs" {
  type = list(string)
}

variable "bandwidth" {
  description = "Mbit/s; without it the connection carries next to nothing."
  type        = number
  default     = null
}

variable "publish" {
  type    = bool
  default = true
}
