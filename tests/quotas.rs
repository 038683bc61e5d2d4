//! Quotas over the table of facts: at the limit is fine, one over is a finding, and what is not known does not count.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod common;

use alinet::eval::Surroundings;
use alinet::{Named, Options, lint};
use common::Memory;

const VPC: &str = "resource \"alicloud_vpc\" \"a\" {\n  cidr_block = \"10.0.0.0/8\"\n}\n";

/// The addresses of the quota findings, with how many things each counted.
fn over(configuration: &str) -> Vec<(String, usize)> {
    let memory = Memory::new([("main.tf", configuration)]);
    let options = Options {
        paths: vec![Named::Directory("/".into())],
        surroundings: Surroundings { working_directory: "/".into(), ..Surroundings::default() },
        ..Options::default()
    };
    let findings = lint(&memory, &options).findings;
    let quotas = findings.into_iter().filter(|found| found.finding.rule == "quota-exceeded");
    quotas.map(|found| (found.finding.address.unwrap_or_default(), found.finding.related.len())).collect()
}

#[test]
fn at_the_limit_is_fine_and_one_over_is_not() {
    let peers = |region: &str| {
        format!(
            "provider \"alicloud\" {{\n  region = \"cn-hangzhou\"\n}}\n{VPC}\
             resource \"alicloud_vpc_peer_connection\" \"p\" {{\n  count = COUNT\n  vpc_id = \"vpc-${{count.index}}\"\n  \
             accepting_vpc_id = alicloud_vpc.a.id\n  accepting_region_id = {region}\n}}\n"
        )
    };
    let in_vpc = |kind: &str, more: &str| {
        format!("{VPC}resource \"{kind}\" \"x\" {{\n  count = COUNT\n  vpc_id = alicloud_vpc.a.id\n{more}}}\n")
    };
    let route = "resource \"alicloud_route_entry\" \"r\" {\n  count = COUNT\n  route_table_id = alicloud_vpc.a.route_table_id\n  \
                 destination_cidrblock = cidrsubnet(\"172.16.0.0/12\", 12, count.index)\n  nexthop_type = \"VpcPeer\"\n  \
                 nexthop_id = \"pcc-1\"\n}\n";
    let cases = [
        (in_vpc("alicloud_nat_gateway", ""), 5, "alicloud_vpc.a"),
        (in_vpc("alicloud_route_table", ""), 9, "alicloud_vpc.a"),
        (
            in_vpc(
                "alicloud_vswitch",
                "  cidr_block = cidrsubnet(\"10.0.0.0/8\", 16, count.index)\n  zone_id = \"z\"\n",
            ),
            150,
            "alicloud_vpc.a",
        ),
        (peers("\"cn-hangzhou\""), 10, "alicloud_vpc.a"),
        (format!("{VPC}{route}"), 200, "alicloud_vpc.a"),
        (route.replace("alicloud_vpc.a.route_table_id", "\"vtb-1\""), 200, "alicloud_route_entry.r[0]"),
        ("resource \"alicloud_vpc\" \"v\" {\n  count = COUNT\n}\n".into(), 10, "alicloud_vpc.v[0]"),
        (in_vpc("alicloud_vpc_ipv4_gateway", ""), 1, "alicloud_vpc.a"),
        (
            "resource \"alicloud_security_group\" \"g\" {}\nresource \"alicloud_security_group_rule\" \"r\" {\n  count = COUNT\n  \
             security_group_id = alicloud_security_group.g.id\n  type = \"ingress\"\n  ip_protocol = \"tcp\"\n  port_range = \
             \"80/80\"\n  cidr_ip = \"10.0.${count.index}.0/24\"\n}\n"
                .into(),
            200,
            "alicloud_security_group.g",
        ),
        (
            "resource \"alicloud_cen_private_zone\" \"z\" {\n  count = COUNT\n  cen_id = \"cen-1\"\n  access_region_id = \
             \"cn-hangzhou\"\n  host_region_id = \"cn-hangzhou\"\n  host_vpc_id = \"vpc-1\"\n}\n"
                .into(),
            1,
            "alicloud_cen_private_zone.z[0]",
        ),
        (
            "resource \"alicloud_vpc_prefix_list\" \"l\" {\n  dynamic \"entrys\" {\n    for_each = range(COUNT)\n    \
             content {\n      cidr = \"10.0.${entrys.value}.0/24\"\n    }\n  }\n}\n"
                .into(),
            50,
            "alicloud_vpc_prefix_list.l",
        ),
    ];
    for (text, limit, address) in cases {
        let at = |count: usize| over(&text.replace("COUNT", &count.to_string()));
        assert_eq!(at(limit), [], "{text}");
        let found = at(limit + 1);
        assert_eq!(found.len(), 1, "{text}");
        assert_eq!(found[0].0, address, "{text}");
    }
    // In another region the limit is 20, and in a region that nobody knows neither is counted.
    assert_eq!(over(&peers("\"cn-beijing\"").replace("COUNT", "20")), []);
    assert_eq!(over(&format!("variable \"r\" {{}}\n{}", peers("var.r").replace("COUNT", "20"))), []);
}

#[test]
fn accounts_and_regions_are_apart() {
    let two = |second: &str| {
        format!(
            "provider \"alicloud\" {{\n  region = \"cn-hangzhou\"\n}}\nprovider \"alicloud\" {{\n  alias = \"b\"\n{second}}}\n\
             resource \"alicloud_vpc\" \"x\" {{\n  count = 6\n}}\n\
             resource \"alicloud_vpc\" \"y\" {{\n  count = 5\n  provider = alicloud.b\n}}\n"
        )
    };
    assert_eq!(over(&two("  region = \"cn-hangzhou\"\n")), [("alicloud_vpc.x[0]".to_owned(), 10)]);
    assert_eq!(over(&two("  region = \"cn-beijing\"\n")), []);
    assert_eq!(over(&two("  region = \"cn-hangzhou\"\n  profile = \"other\"\n")), []);
    assert_eq!(over(&format!("variable \"r\" {{}}\n{}", two("  region = var.r\n"))), []);
}

#[test]
fn elements_of_an_unknown_list_are_not_one_thing() {
    let text = "variable \"ids\" {\n  type = list(string)\n}\nresource \"alicloud_nat_gateway\" \"n\" {\n  count = 6\n  vpc_id = ID\n}\n";
    assert_eq!(over(&text.replace("ID", "var.ids[count.index]")), []);
    let text = "variable \"id\" {}\nresource \"alicloud_nat_gateway\" \"n\" {\n  count = 6\n  vpc_id = var.id\n}\n";
    assert_eq!(over(text), [("alicloud_nat_gateway.n[0]".to_owned(), 5)]);
}
