data "alicloud_account" "data" {
  provider = alicloud.data
}

module "app" {
  source = "../modules/site"

  name        = "app"
  cidr        = var.app.cidr
  zones       = var.app.zones
  admit       = [var.data.cidr]
  listen_port = 8080
}

module "data" {
  source = "../modules/site"
  providers = {
    alicloud = alicloud.data
  }

  name        = "data"
  cidr        = var.data.cidr
  zones       = var.data.zones
  admit       = [var.app.cidr]
  listen_port = 3306
}
