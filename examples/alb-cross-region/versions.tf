terraform {
  required_version = ">= 1.3"

  required_providers {
    alicloud = {
      source  = "aliyun/alicloud"
      version = ">= 1.245.0"
    }
  }
}

provider "alicloud" {
  alias  = "frontend"
  region = var.frontend.region
}

provider "alicloud" {
  alias  = "primary"
  region = var.backends.primary.region
}

provider "alicloud" {
  alias  = "secondary"
  region = var.backends.secondary.region
}
