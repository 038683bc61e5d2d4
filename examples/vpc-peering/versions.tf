terraform {
  required_version = ">= 1.3"

  required_providers {
    alicloud = {
      source  = "aliyun/alicloud"
      version = ">= 1.239.0"
    }
  }
}

provider "alicloud" {
  alias  = "requester"
  region = var.requester.region

  assume_role {
    role_arn = var.requester.role_arn
  }
}

provider "alicloud" {
  alias  = "accepter"
  region = var.accepter.region

  assume_role {
    role_arn = var.accepter.role_arn
  }
}
