clusters = {
  hangzhou = {
    vpc_cidr     = "20.0.0.0/8"
    vswitches    = { cn-hangzhou-h = "20.0.0.0/16", cn-hangzhou-i = "20.1.0.0/16" }
    edge_cidr    = "20.255.255.0/24"
    pod_cidr     = "10.0.0.0/16"
    service_cidr = "172.16.0.0/16"
  }
  shanghai = {
    vpc_cidr     = "21.0.0.0/8"
    vswitches    = { cn-shanghai-e = "21.0.0.0/16", cn-shanghai-f = "21.1.0.0/16" }
    edge_cidr    = "21.255.255.0/24"
    pod_cidr     = "10.1.0.0/16"
    service_cidr = "172.17.0.0/16"
  }
}

mesh = {
  vpc_cidr  = "192.168.0.0/16"
  vswitches = { cn-hangzhou-h = "192.168.0.0/24", cn-hangzhou-i = "192.168.1.0/24" }
}
