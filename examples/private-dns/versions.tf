terraform {
  required_version = ">= 1.5"

  required_providers {
    alicloud = {
      source  = "aliyun/alicloud"
      version = ">= 1.240.0"
    }
  }
}

# The account of the applications, which also owns the private zone.
provider "alicloud" {
  region = var.app.region

  assume_role {
    role_arn = "acs:ram::1234567890123456:role/network"
  }
}

# The account of the databases.
provider "alicloud" {
  alias  = "data"
  region = var.data.region

  assume_role {
    role_arn = "acs:ram::6543210987654321:role/network"
  }
}
