frontend = {
  region     = "cn-chengdu"
  cidr_block = "172.16.0.0/12"
  vswitches = {
    cn-chengdu-a = "172.16.0.0/24"
    cn-chengdu-b = "172.16.6.0/24"
  }
}

backends = {
  primary = {
    region     = "cn-hangzhou"
    cidr_block = "192.168.0.0/16"
    vswitches = {
      cn-hangzhou-h = "192.168.8.0/24"
      cn-hangzhou-i = "192.168.7.0/24"
    }
  }

  secondary = {
    region     = "cn-shanghai"
    cidr_block = "10.20.0.0/16"
    vswitches = {
      cn-shanghai-f = "10.20.1.0/24"
      cn-shanghai-g = "10.20.2.0/24"
    }
    weight = 50
  }
}

# Every load balancer has its own: read them off after its creation, and apply again.
back_to_origin_cidrs = [
  "100.117.130.0/25",
  "100.117.130.128/25",
  "100.122.175.64/26",
  "100.122.175.128/26",
  "100.122.175.192/26",
  "100.122.176.0/26",
]
