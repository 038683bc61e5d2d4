variable "vpc_id" {
  type = string
}

variable "vswitches" {
  description = "Ids by zone."
  type        = map(string)
}

variable "service_id" {
  type = string
}

variable "client_cidrs" {
  type = list(string)
}
