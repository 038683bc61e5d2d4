variable "app" {
  description = "The site that calls."
  type = object({
    region = string
    cidr   = string
    zones  = list(string)
  })
  default = {
    region = "cn-hangzhou"
    cidr   = "10.10.0.0/16"
    zones  = ["cn-hangzhou-h", "cn-hangzhou-i"]
  }
}

variable "data" {
  description = "The site that answers."
  type = object({
    region = string
    cidr   = string
    zones  = list(string)
  })
  default = {
    region = "cn-shanghai"
    cidr   = "192.168.100.0/24"
    zones  = ["cn-shanghai-l", "cn-shanghai-m"]
  }
}

variable "zone_name" {
  description = "What the names of both sites end in."
  type        = string
  default     = "corp.internal"
}

variable "bandwidth" {
  description = "Of the connection between the regions, in Mbit/s."
  type        = number
  default     = 200
}
