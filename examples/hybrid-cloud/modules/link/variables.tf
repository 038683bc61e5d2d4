variable "cen_id" {
  type = string
}

variable "near" {
  type = object({ id = string, table_id = string })
}

variable "far" {
  type = object({ id = string, table_id = string })
}

variable "far_region" {
  type = string
}

variable "far_cidrs" {
  type = list(string)
}

variable "bandwidth" {
  description = "In Mbit/s."
  type        = number
}
