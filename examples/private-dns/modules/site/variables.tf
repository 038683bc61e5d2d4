variable "name" {
  type = string
}

variable "cidr" {
  type = string
}

variable "zones" {
  type = list(string)
}

variable "admit" {
  description = "Blocks from which the service is called."
  type        = list(string)
}

variable "listen_port" {
  type = number
}
