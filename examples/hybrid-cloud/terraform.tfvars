near = {
  region     = "cn-hangzhou"
  cidr_block = "10.10.0.0/16"
  vswitches = {
    "cn-hangzhou-j" = "10.10.1.0/24"
    "cn-hangzhou-k" = "10.10.2.0/24"
  }

  # OSS and SLS of the region, as their documents list them.
  service_cidrs = ["100.118.28.0/24", "100.114.102.0/24"]
}

far = {
  region     = "cn-shanghai"
  cidr_block = "10.20.0.0/16"
  vswitches = {
    "cn-shanghai-l" = "10.20.1.0/24"
    "cn-shanghai-m" = "10.20.2.0/24"
  }
}

lines = {
  north = {
    access_point = "ap-cn-hangzhou-yh-C"
    operator     = "CT"
    vlan_id      = 101
    cloud_ip     = "10.255.0.1"
    office_ip    = "10.255.0.2"
  }

  south = {
    access_point = "ap-cn-hangzhou-jg-B"
    operator     = "CU"
    vlan_id      = 102
    cloud_ip     = "10.255.0.5"
    office_ip    = "10.255.0.6"
  }
}

office_asn       = 64900
office_cidrs     = ["192.168.0.0/17", "192.168.128.0/18"]
endpoint_service = "epsrv-bp1d4s6g8h0j2k4l6z8x"
