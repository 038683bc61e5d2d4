requester = {
  account    = "1234567890123456"
  role_arn   = "acs:ram::1234567890123456:role/network"
  region     = "cn-hangzhou"
  cidr_block = "10.1.0.0/16"
  vswitches = {
    "cn-hangzhou-h" = "10.1.0.0/24"
    "cn-hangzhou-i" = "10.1.1.0/24"
  }
  services = {
    https = "443/443"
  }
}

accepter = {
  account    = "2345678901234567"
  role_arn   = "acs:ram::2345678901234567:role/network"
  region     = "cn-beijing"
  cidr_block = "172.16.0.0/16"
  vswitches = {
    "cn-beijing-h" = "172.16.0.0/24"
    "cn-beijing-l" = "172.16.1.0/24"
  }
  services = {
    https = "443/443"
    mysql = "3306/3306"
  }
}
