# A managed cluster with the Flannel network plugin, which gives pods addresses of their own.

terraform {
  required_providers {
    alicloud = {
      source = "aliyun/alicloud"
    }
  }
}

resource "alicloud_security_group" "nodes" {
  security_group_name = "${var.name}-nodes"
  vpc_id              = var.vpc_id
}

resource "alicloud_security_group_rule" "admitted" {
  for_each = var.admitted

  security_group_id = alicloud_security_group.nodes.id
  type              = "ingress"
  ip_protocol       = "all"
  port_range        = "-1/-1"
  cidr_ip           = each.value
  description       = each.key
}

resource "alicloud_security_group_rule" "own_pods" {
  security_group_id = alicloud_security_group.nodes.id
  type              = "ingress"
  ip_protocol       = "all"
  port_range        = "-1/-1"
  cidr_ip           = var.pod_cidr
}

resource "alicloud_cs_managed_kubernetes" "this" {
  name              = var.name
  cluster_spec      = "ack.pro.small"
  vswitch_ids       = var.vswitch_ids
  pod_cidr          = var.pod_cidr
  service_cidr      = var.service_cidr
  node_cidr_mask    = 24
  security_group_id = alicloud_security_group.nodes.id
  new_nat_gateway   = false

  addons {
    name = "flannel"
  }

  addons {
    name = "managed-coredns"
  }
}

resource "alicloud_cs_kubernetes_node_pool" "workers" {
  cluster_id           = alicloud_cs_managed_kubernetes.this.id
  node_pool_name       = "workers"
  vswitch_ids          = var.vswitch_ids
  instance_types       = ["ecs.g7.xlarge"]
  desired_size         = var.nodes
  security_group_ids   = [alicloud_security_group.nodes.id]
  system_disk_category = "cloud_essd"
}
