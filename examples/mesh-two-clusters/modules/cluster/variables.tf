variable "name" {
  type = string
}

variable "vpc_id" {
  type = string
}

variable "vswitch_ids" {
  type = list(string)
}

variable "pod_cidr" {
  type = string
}

variable "service_cidr" {
  type = string
}

variable "nodes" {
  type = number
}

variable "admitted" {
  description = "From where nodes and pods take connections, by name."
  type        = map(string)
}
