terraform {
  required_version = ">= 1.3"

  required_providers {
    alicloud = {
      source  = "aliyun/alicloud"
      version = ">= 1.261.0"
    }
  }
}

provider "alicloud" {
  alias  = "near"
  region = var.near.region
}

provider "alicloud" {
  alias  = "far"
  region = var.far.region
}
