//! Trees of Terraform files to measure on, the same on every machine.

use std::fmt::Write as _;

/// A monorepo: `roots` directories, `files` files in all, one in seven about networking, some through a shared module.
pub fn monorepo(files: usize, roots: usize) -> Vec<(String, String)> {
    let mut tree = vec![
        ("modules/network/main.tf".to_owned(), MODULE.to_owned()),
        ("modules/network/variables.tf".to_owned(), MODULE_VARIABLES.to_owned()),
    ];
    let each = (files / roots).max(7);
    for root in 0..roots {
        let directory = format!("stacks/team{:02}/stack{root:03}", root % 20);
        for file in 0..each {
            let (name, text) = match (file % 7, file / 7) {
                (0, 0) => ("network.tf".to_owned(), network(root)),
                (0, 1) => ("providers.tf".to_owned(), PROVIDERS.to_owned()),
                (0, n) => (format!("network{n}.tf"), vpcs(root, n)),
                (kind, n) => (format!("service{n:02}_{kind}.tf"), service(root, file, kind)),
            };
            tree.push((format!("{directory}/{name}"), text));
        }
    }
    tree
}

/// One root with a ring of peered VPCs, each with two vSwitches and its routes.
pub fn ring(vpcs: usize) -> Vec<(String, String)> {
    let mut text = String::from("provider \"alicloud\" {\n  region = \"cn-hangzhou\"\n}\n");
    for at in 0..vpcs {
        let (a, b) = (at / 256 % 256, at % 256);
        let next = (at + 1) % vpcs;
        let (c, d) = (next / 256 % 256, next % 256);
        let _ = write!(
            text,
            r#"
resource "alicloud_vpc" "v{at}" {{
  cidr_block = "10.{a}.{b}.0/24"
}}

resource "alicloud_vswitch" "v{at}_a" {{
  vpc_id     = alicloud_vpc.v{at}.id
  cidr_block = cidrsubnet(alicloud_vpc.v{at}.cidr_block, 2, 0)
  zone_id    = "cn-hangzhou-h"
}}

resource "alicloud_vpc_peer_connection" "v{at}" {{
  vpc_id              = alicloud_vpc.v{at}.id
  accepting_vpc_id    = alicloud_vpc.v{next}.id
  accepting_ali_uid   = 1188220099001122
  accepting_region_id = "cn-hangzhou"
}}

resource "alicloud_route_entry" "v{at}_to" {{
  route_table_id        = alicloud_vpc.v{at}.route_table_id
  destination_cidrblock = "10.{c}.{d}.0/24"
  nexthop_type          = "VpcPeer"
  nexthop_id            = alicloud_vpc_peer_connection.v{at}.id
}}

resource "alicloud_route_entry" "v{at}_back" {{
  route_table_id        = alicloud_vpc.v{next}.route_table_id
  destination_cidrblock = alicloud_vpc.v{at}.cidr_block
  nexthop_type          = "VpcPeer"
  nexthop_id            = alicloud_vpc_peer_connection.v{at}.id
}}
"#
        );
    }
    vec![("main.tf".to_owned(), text)]
}

/// One root with a transit router: that many VPCs with two vSwitches, each attached, associated with one of the tables and
/// learned by all of them, with a route to the router.
pub fn routed(vpcs: usize, tables: usize) -> Vec<(String, String)> {
    let mut text = String::from(ROUTER);
    for table in 0..tables {
        let _ = write!(
            text,
            r#"
resource "alicloud_cen_transit_router_route_table" "t{table}" {{
  transit_router_id = alicloud_cen_transit_router.r.transit_router_id
}}

resource "alicloud_cen_transit_router_route_table_propagation" "t{table}" {{
  for_each                      = local.attachments
  transit_router_attachment_id  = each.value
  transit_router_route_table_id = alicloud_cen_transit_router_route_table.t{table}.transit_router_route_table_id
}}
"#
        );
    }
    let mut attachments = String::from("\nlocals {\n  attachments = {\n");
    for at in 0..vpcs {
        let (a, b, table) = (at / 256 % 256, at % 256, at % tables);
        let _ = writeln!(
            attachments,
            "    v{at} = alicloud_cen_transit_router_vpc_attachment.v{at}.transit_router_attachment_id"
        );
        let _ = write!(
            text,
            r#"
resource "alicloud_vpc" "v{at}" {{
  cidr_block = "10.{a}.{b}.0/24"
}}

resource "alicloud_vswitch" "v{at}_a" {{
  vpc_id     = alicloud_vpc.v{at}.id
  cidr_block = cidrsubnet(alicloud_vpc.v{at}.cidr_block, 2, 0)
  zone_id    = "cn-hangzhou-h"
}}

resource "alicloud_vswitch" "v{at}_b" {{
  vpc_id     = alicloud_vpc.v{at}.id
  cidr_block = cidrsubnet(alicloud_vpc.v{at}.cidr_block, 2, 1)
  zone_id    = "cn-hangzhou-i"
}}

resource "alicloud_cen_transit_router_vpc_attachment" "v{at}" {{
  cen_id            = alicloud_cen_instance.c.id
  transit_router_id = alicloud_cen_transit_router.r.transit_router_id
  vpc_id            = alicloud_vpc.v{at}.id
  zone_mappings {{
    zone_id    = "cn-hangzhou-h"
    vswitch_id = alicloud_vswitch.v{at}_a.id
  }}
  zone_mappings {{
    zone_id    = "cn-hangzhou-i"
    vswitch_id = alicloud_vswitch.v{at}_b.id
  }}
}}

resource "alicloud_cen_transit_router_route_table_association" "v{at}" {{
  transit_router_attachment_id  = alicloud_cen_transit_router_vpc_attachment.v{at}.transit_router_attachment_id
  transit_router_route_table_id = alicloud_cen_transit_router_route_table.t{table}.transit_router_route_table_id
}}

resource "alicloud_vpc_route_entry" "v{at}" {{
  route_table_id         = alicloud_vpc.v{at}.route_table_id
  destination_cidr_block = "10.0.0.0/8"
  nexthop_type           = "Attachment"
  nexthop_id             = alicloud_cen_transit_router_vpc_attachment.v{at}.transit_router_attachment_id
}}
"#
        );
    }
    text += &attachments;
    text += "  }\n}\n";
    vec![("main.tf".to_owned(), text)]
}

fn network(root: usize) -> String {
    let (a, b) = (root % 200 + 10, root % 250);
    format!(
        r#"locals {{
  cidr  = "10.{a}.0.0/16"
  zones = {{ "cn-hangzhou-h" = 0, "cn-hangzhou-i" = 1 }}
}}

module "hub" {{
  source = "../../../modules/network"
  name   = "hub-{root}"
  cidr   = local.cidr
  zones  = local.zones
}}

module "spoke" {{
  source = "../../../modules/network"
  name   = "spoke-{root}"
  cidr   = "172.{}.{b}.0/24"
  zones  = local.zones
}}

resource "alicloud_vpc_peer_connection" "hub_spoke" {{
  peer_connection_name = "hub-spoke-{root}"
  vpc_id               = module.hub.vpc_id
  accepting_vpc_id     = module.spoke.vpc_id
  accepting_ali_uid    = 1188220099001122
  accepting_region_id  = "cn-hangzhou"
}}

resource "alicloud_route_entry" "hub_to_spoke" {{
  route_table_id        = module.hub.route_table_id
  destination_cidrblock = module.spoke.cidr
  nexthop_type          = "VpcPeer"
  nexthop_id            = alicloud_vpc_peer_connection.hub_spoke.id
}}

resource "alicloud_route_entry" "spoke_to_hub" {{
  route_table_id        = module.spoke.route_table_id
  destination_cidrblock = module.hub.cidr
  nexthop_type          = "VpcPeer"
  nexthop_id            = alicloud_vpc_peer_connection.hub_spoke.id
}}
"#,
        16 + root % 16
    )
}

fn vpcs(root: usize, n: usize) -> String {
    format!(
        r#"resource "alicloud_vpc" "extra{n}" {{
  vpc_name   = "extra-{root}-{n}"
  cidr_block = "192.168.{}.0/24"
}}

resource "alicloud_vswitch" "extra{n}" {{
  for_each   = {{ h = 0, i = 1 }}
  vpc_id     = alicloud_vpc.extra{n}.id
  cidr_block = cidrsubnet(alicloud_vpc.extra{n}.cidr_block, 2, each.value)
  zone_id    = "cn-hangzhou-${{each.key}}"
}}
"#,
        n % 256
    )
}

fn service(root: usize, file: usize, kind: usize) -> String {
    let name = format!("svc{root}_{file}");
    match kind {
        1 | 4 => format!(
            r#"# Object storage and its policy for {name}.
resource "aws_s3_bucket" "{name}" {{
  bucket = "{name}-assets"
  tags = {{
    Team = "team-{}"
    Cost = "shared"
  }}
}}

resource "aws_iam_policy" "{name}" {{
  name   = "{name}"
  policy = <<-EOT
    {{
      "Statement": [{{ "Effect": "Allow", "Action": ["s3:GetObject", "s3:PutObject"], "Resource": "*" }}],
      "Version": "2012-10-17"
    }}
  EOT
}}
"#,
            root % 20
        ),
        2 | 5 => format!(
            r#"resource "kubernetes_deployment" "{name}" {{
  metadata {{
    name      = "{name}"
    namespace = var.namespace_{file}
    labels    = {{ app = "{name}" }}
  }}
  spec {{
    replicas = var.replicas_{file}
    selector {{
      match_labels = {{ app = "{name}" }}
    }}
    template {{
      metadata {{
        labels = {{ app = "{name}" }}
      }}
      spec {{
        container {{
          name  = "main"
          image = "registry.example.com/{name}:${{var.release_{file}}}"
          env {{
            name  = "REGION"
            value = "cn-hangzhou"
          }}
        }}
      }}
    }}
  }}
}}

variable "namespace_{file}" {{
  type    = string
  default = "default"
}}

variable "replicas_{file}" {{
  type    = number
  default = 3
}}

variable "release_{file}" {{
  type    = string
  default = "1.0.0"
}}
"#
        ),
        3 => format!(
            r#"resource "alicloud_oss_bucket" "{name}" {{
  bucket = "{name}"
  acl    = "private"
  tags   = {{ owner = "team-{}" }}
}}

resource "alicloud_ram_user" "{name}" {{
  name         = "{name}"
  display_name = "{name}"
  comments     = "made for {name}"
}}
"#,
            root % 20
        ),
        _ => format!(
            r#"output "{name}_endpoint" {{
  description = "Where {name} listens"
  value       = "https://{name}.internal.example.com"
}}

output "{name}_owner" {{
  value = "team-{}"
}}
"#,
            root % 20
        ),
    }
}

const PROVIDERS: &str = r#"terraform {
  required_version = ">= 1.5"
  required_providers {
    alicloud = {
      source  = "aliyun/alicloud"
      version = ">= 1.230.0"
    }
  }
}

provider "alicloud" {
  region = "cn-hangzhou"
}
"#;

const MODULE: &str = r#"resource "alicloud_vpc" "this" {
  vpc_name   = var.name
  cidr_block = var.cidr
}

resource "alicloud_vswitch" "this" {
  for_each     = var.zones
  vswitch_name = "${var.name}-${each.key}"
  vpc_id       = alicloud_vpc.this.id
  cidr_block   = cidrsubnet(var.cidr, 4, each.value)
  zone_id      = each.key
}

output "vpc_id" {
  value = alicloud_vpc.this.id
}

output "route_table_id" {
  value = alicloud_vpc.this.route_table_id
}

output "cidr" {
  value = alicloud_vpc.this.cidr_block
}
"#;

const MODULE_VARIABLES: &str = r#"variable "name" {
  type = string
}

variable "cidr" {
  type = string
}

variable "zones" {
  type = map(number)
}
"#;

const ROUTER: &str = r#"provider "alicloud" {
  region = "cn-hangzhou"
}

resource "alicloud_cen_instance" "c" {
  cen_instance_name = "c"
}

resource "alicloud_cen_transit_router" "r" {
  cen_id = alicloud_cen_instance.c.id
}
"#;
