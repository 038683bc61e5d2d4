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
  description = "A block for each zone; transit routers want two."
  type        = map(string)
}

variable "frontend_cidr" {
  type = string
}

variable "back_to_origin_cidrs" {
  type    = list(string)
  default = []
}

variable "ingress_cidrs" {
  description = "Who may ask the servers: load balancers ask from the cloud's own range."
  type        = list(string)
  default     = ["100.64.0.0/10"]
}

variable "port" {
  type = number
}

variable "image_id" {
  type = string
}

variable "instance_type" {
  type = string
}
