//! What is routed, is it also let through? Two VPCs that are peered and routed, with one thing in each, and what
//! `alinet reach --proto` says when groups, network ACLs, whitelists and public addresses stand between them.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod common;

use std::path::Path;

use alinet::eval::Surroundings;
use alinet::module::Repository;
use alinet::network::{Network, Protocol};
use alinet::reach::{Answer, Delivery, End, Reach, Traffic, Verdict};
use common::Memory;

/// VPCs `a` (10.1.0.0/16) and `b` (of that block), routed both ways, with an interface in each vSwitch.
fn pair(block: &str, vswitch: &str) -> String {
    let mut text = String::from("provider \"alicloud\" {\n  region = \"cn-hangzhou\"\n}\n");
    for (name, block, vswitch, far) in [("a", "10.1.0.0/16", "10.1.1.0/24", "b"), ("b", block, vswitch, "a")] {
        text += &format!(
            r#"
resource "alicloud_vpc" "{name}" {{
  cidr_block = "{block}"
}}
resource "alicloud_vswitch" "{name}" {{
  vpc_id     = alicloud_vpc.{name}.id
  cidr_block = "{vswitch}"
}}
resource "alicloud_route_entry" "{name}" {{
  route_table_id        = alicloud_vpc.{name}.route_table_id
  destination_cidrblock = alicloud_vpc.{far}.cidr_block
  nexthop_type          = "VpcPeer"
  nexthop_id            = alicloud_vpc_peer_connection.p.id
}}
resource "alicloud_security_group" "{name}" {{
  vpc_id = alicloud_vpc.{name}.id
}}
resource "alicloud_security_group_rule" "{name}_own" {{
  security_group_id = alicloud_security_group.{name}.id
  type              = "ingress"
  ip_protocol       = "all"
  cidr_ip           = alicloud_vpc.{name}.cidr_block
}}
resource "alicloud_ecs_network_interface" "{name}" {{
  vswitch_id         = alicloud_vswitch.{name}.id
  security_group_ids = [alicloud_security_group.{name}.id]
}}
"#
        );
    }
    text + "resource \"alicloud_vpc_peer_connection\" \"p\" {\n  vpc_id = alicloud_vpc.a.id\n  accepting_vpc_id = alicloud_vpc.b.id\n  accepting_region_id = \"cn-hangzhou\"\n}\n"
}

fn rule(name: &str, arguments: &str) -> String {
    format!("resource \"alicloud_security_group_rule\" \"{name}\" {{\n{arguments}\n}}\n")
}

/// Lets `a` into `b` for that protocol and those ports.
fn admit(ports: &str) -> String {
    let of = "security_group_id = alicloud_security_group.b.id\n  type = \"ingress\"\n  ip_protocol = \"tcp\"";
    rule("admit", &format!("  {of}\n  port_range = \"{ports}\"\n  cidr_ip = \"10.1.0.0/16\""))
}

fn acl(vswitch: &str, entries: &[(&str, &str, &str, &str)]) -> String {
    let mut text = format!("resource \"alicloud_network_acl\" \"n\" {{\n  vpc_id = alicloud_vpc.{vswitch}.id\n");
    for (direction, ports, cidr, policy) in entries {
        let name = if *direction == "ingress" { "source_cidr_ip" } else { "destination_cidr_ip" };
        text += &format!(
            "  {direction}_acl_entries {{\n    protocol = \"tcp\"\n    port = \"{ports}\"\n    {name} = \"{cidr}\"\n    policy = \"{policy}\"\n  }}\n"
        );
    }
    text + &format!(
        "  resources {{\n    resource_id = alicloud_vswitch.{vswitch}.id\n    resource_type = \"VSwitch\"\n  }}\n}}\n"
    )
}

fn network(text: &str) -> Network {
    let memory = Memory::new([("main.tf", text)]);
    let repository = Repository::new(&memory, Some("/".into()));
    alinet::survey(&repository, Path::new("/"), &Surroundings::default()).unwrap().0
}

fn ask(text: &str, protocol: Protocol, port: Option<u16>) -> Answer {
    let network = network(text);
    let end = |name: &str| {
        let at = network.vpcs.iter().position(|vpc| vpc.name() == name).unwrap();
        End::Vpc(alinet::network::VpcId(at))
    };
    let (a, b) = (end("alicloud_vpc.a"), end("alicloud_vpc.b"));
    Reach::new(&network).ask_for(a, b, None, Traffic { protocol, port })
}

fn https(text: &str) -> Answer {
    ask(text, Protocol::Tcp, Some(443))
}

#[test]
fn groups_drop_what_no_rule_lets_in() {
    let plain = pair("10.2.0.0/16", "10.2.1.0/24");
    let answer = https(&plain);
    assert_eq!(answer.verdict, Verdict::OneWay);
    assert_eq!(
        answer.forward.because,
        "no ingress rule of alicloud_security_group.b lets tcp 443 from 10.1.1.0/24 through"
    );
    assert_eq!(https(&(plain.clone() + &admit("443/443"))).verdict, Verdict::Reachable);
    assert_eq!(https(&(plain.clone() + &admit("80/80"))).forward.delivery, Delivery::Dropped);
    assert_eq!(ask(&(plain.clone() + &admit("80/80")), Protocol::Tcp, None).forward.delivery, Delivery::Unknown);
    let admitted = https(&(plain + &admit("1/65535")));
    let last = admitted.forward.hops.last().unwrap();
    assert_eq!(
        (last.at.as_str(), last.takes.as_deref()),
        ("alicloud_security_group.b", Some("alicloud_security_group_rule.admit"))
    );
}

#[test]
fn a_drop_of_better_priority_goes_first() {
    let all = pair("10.2.0.0/16", "10.2.1.0/24") + &admit("443/443");
    let drop = |priority: &str| {
        let of = "security_group_id = alicloud_security_group.a.id\n  type = \"egress\"\n  ip_protocol = \"all\"\n  policy = \"drop\"";
        all.clone() + &rule("drop", &format!("  {of}\n  priority = {priority}\n  cidr_ip = \"10.2.0.0/16\""))
    };
    let answer = https(&drop("1"));
    assert_eq!(answer.forward.because, "alicloud_security_group_rule.drop drops tcp 443 to 10.2.1.0/24");
    let unknown = format!("variable \"p\" {{\n  type = number\n}}\n{}", drop("var.p"));
    assert_eq!(https(&unknown).forward.delivery, Delivery::Unknown);
}

#[test]
fn replies_need_entries_of_their_own_in_network_acls() {
    let all = pair("10.2.0.0/16", "10.2.1.0/24") + &admit("443/443");
    let inward = ("ingress", "443/443", "10.1.0.0/16", "accept");
    let answer = https(&(all.clone() + &acl("b", &[inward, ("egress", "443/443", "10.1.0.0/16", "accept")])));
    assert_eq!((answer.forward.delivery, answer.back.delivery), (Delivery::Delivered, Delivery::Dropped));
    let answer = https(&(all.clone() + &acl("b", &[inward, ("egress", "1024/65535", "10.1.0.0/16", "accept")])));
    assert_eq!(answer.verdict, Verdict::Reachable);
    let answer = https(&(all.clone() + &acl("b", &[inward, ("egress", "32768/65535", "10.0.0.0/8", "accept")])));
    assert_eq!(answer.verdict, Verdict::Reachable);
    // What the cloud begins with is not known.
    assert_eq!(https(&(all + &acl("b", &[inward]))).verdict, Verdict::Unknown);
}

#[test]
fn the_first_entry_decides() {
    let all = pair("10.2.0.0/16", "10.2.1.0/24") + &admit("443/443");
    let reply = ("egress", "1024/65535", "10.1.0.0/16", "accept");
    let (drop, accept) =
        (("ingress", "1/65535", "10.0.0.0/8", "drop"), ("ingress", "443/443", "10.1.0.0/16", "accept"));
    assert_eq!(https(&(all.clone() + &acl("b", &[accept, drop, reply]))).verdict, Verdict::Reachable);
    assert_eq!(https(&(all + &acl("b", &[drop, accept, reply]))).verdict, Verdict::OneWay);
}

#[test]
fn unknown_values_and_places_make_it_unknown() {
    let all = pair("10.2.0.0/16", "10.2.1.0/24");
    let vague =
        "variable \"who\" {\n  type = string\n}\n".to_owned() + &admit("443/443").replace("\"10.1.0.0/16\"", "var.who");
    assert_eq!(https(&(all.clone() + &vague)).forward.delivery, Delivery::Unknown);
    let elsewhere = "variable \"group\" {\n  type = string\n}\n".to_owned()
        + &admit("443/443").replace("alicloud_security_group.b.id", "var.group");
    assert_eq!(https(&(all.clone() + &elsewhere)).forward.delivery, Delivery::Unknown);
    let empty = all.replace("vswitch_id         = alicloud_vswitch.b.id", "vswitch_id         = \"vsw-elsewhere\"");
    assert_eq!(https(&empty).forward.delivery, Delivery::Unknown);
    assert!(https(&empty).forward.because.contains("alicloud_vswitch.b"));
}

#[test]
fn hosts_with_a_way_out_miss_public_blocks() {
    let all = pair("30.2.0.0/16", "30.2.1.0/24") + &admit("443/443");
    assert_eq!(https(&all).verdict, Verdict::Reachable);
    let nat = "resource \"alicloud_nat_gateway\" \"n\" {\n  vpc_id = alicloud_vpc.a.id\n}\n";
    let answer = https(&(all.clone() + nat));
    assert_eq!(answer.forward.delivery, Delivery::Dropped);
    assert!(answer.forward.because.contains("alicloud_nat_gateway.n"), "{}", answer.forward.because);
    let gateway = "resource \"alicloud_vpc_ipv4_gateway\" \"g\" {\n  vpc_id = alicloud_vpc.a.id\n}\n";
    assert_eq!(https(&(all + nat + gateway)).verdict, Verdict::Reachable);
}

#[test]
fn databases_ask_their_whitelist() {
    let all = pair("10.2.0.0/16", "10.2.1.0/24");
    let all = all.replace(
        "resource \"alicloud_ecs_network_interface\" \"b\" {\n  vswitch_id         = alicloud_vswitch.b.id\n  security_group_ids = [alicloud_security_group.b.id]\n}",
        "resource \"alicloud_db_instance\" \"b\" {\n  vswitch_id   = alicloud_vswitch.b.id\n  security_ips = LIST\n}",
    );
    let with = |list: &str| https(&all.replace("LIST", list)).forward.delivery;
    assert_eq!(with("[\"10.1.0.0/16\"]"), Delivery::Delivered);
    assert_eq!(with("[\"10.2.0.0/16\"]"), Delivery::Dropped);
    assert_eq!(with("[\"10.1.1.7\"]"), Delivery::Unknown);
}

/// Any one value made unknown never turns an answer round.
#[test]
fn knowing_less_only_makes_it_unknown() {
    let text = pair("10.2.0.0/16", "10.2.1.0/24")
        + &admit("443/443")
        + &acl("b", &[("ingress", "443/443", "10.1.0.0/16", "accept"), ("egress", "443/443", "10.1.0.0/16", "accept")]);
    let whole = https(&text);
    let places: Vec<usize> = text.match_indices(" = ").map(|(at, _)| at + 3).collect();
    for at in places {
        let end = at + text[at..].find('\n').unwrap();
        let less = format!("variable \"less\" {{}}\n{}var.less{}", &text[..at], &text[end..]);
        let answer = https(&less);
        for (known, now) in [(&whole.forward, &answer.forward), (&whole.back, &answer.back)] {
            let same = now.delivery == known.delivery || now.delivery == Delivery::Unknown;
            assert!(same, "{} -> {:?}: {}", &text[at..end], now.delivery, now.because);
        }
    }
}
