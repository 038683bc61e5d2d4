//! What `alinet.toml` tells of networks and accounts that are not in the files, and who uses it.

use serde_json::Value;

use crate::{Project, Ran};

/// A VPC, a connection to one that is only named, and a route into it.
const TO_ELSEWHERE: &str = r#"provider "alicloud" {
  region = "cn-hangzhou"
}

variable "far" {
  default = "vpc-bp1aevy8sofi8mh1q0001"
}

resource "alicloud_vpc" "here" {
  cidr_block = "10.1.0.0/16"
}

resource "alicloud_vpc_peer_connection" "out" {
  vpc_id              = alicloud_vpc.here.id
  accepting_vpc_id    = var.far
  accepting_region_id = "cn-hangzhou"
  accepting_ali_uid   = "1234567890123456"
}

resource "alicloud_route_entry" "out" {
  route_table_id        = alicloud_vpc.here.route_table_id
  destination_cidrblock = "10.20.0.0/16"
  nexthop_type          = "VpcPeer"
  nexthop_id            = alicloud_vpc_peer_connection.out.id
}
"#;

const FAR: &str = "[[external.vpc]]\nid = \"vpc-bp1aevy8sofi8mh1q0001\"\n";

fn checked(config: &str) -> Ran {
    Project::new(&[("main.tf", TO_ELSEWHERE), ("alinet.toml", config)]).run(&["check", "--format", "concise"])
}

/// The rules that speak, with the severity, in order.
pub fn said(ran: &Ran) -> Vec<String> {
    assert_eq!(ran.err, "");
    ran.out.lines().map(|line| line.split(": ").nth(1).unwrap().split("] ").next().unwrap().replace('[', " ")).collect()
}

#[test]
fn a_vpc_that_is_described_is_compared_like_one_of_the_files() {
    assert_eq!(said(&checked("")), [""; 0]);
    let far = |rest: &str| said(&checked(&format!("{FAR}{rest}")));
    assert_eq!(far("cidrs = [\"10.20.0.0/16\"]\nregion = \"cn-hangzhou\"\n"), [""; 0]);
    assert_eq!(far("cidrs = [\"10.30.0.0/16\"]\n"), ["error peering-route-wrong-destination"]);
    assert_eq!(far("cidrs = [\"10.20.0.0/16\"]\nregion = \"cn-beijing\"\n"), ["error peering-region-mismatch"]);
    let both = checked(&format!("{FAR}cidrs = [\"10.1.0.0/16\", \"10.20.0.0/16\"]\n"));
    assert_eq!(said(&both), ["warning connected-vpc-cidr-overlap"]);
    assert!(both.out.contains("\"vpc-bp1aevy8sofi8mh1q0001\" (10.1.0.0/16) equals alicloud_vpc.here"), "{}", both.out);
}

#[test]
fn whose_it_is_decides_who_must_accept() {
    let text =
        TO_ELSEWHERE.replace("  region = \"cn-hangzhou\"\n", "  region     = \"cn-hangzhou\"\n  account_id = \"42\"\n");
    let run = |account: &str| {
        let config = format!(
            "{FAR}cidrs = [\"10.20.0.0/16\"]\naccount = \"{account}\"\n[accounts.net]\nuid = \"1234567890123456\"\n"
        );
        said(&Project::new(&[("main.tf", &text), ("alinet.toml", &config)]).run(&["check", "--format", "concise"]))
    };
    assert_eq!(run("42"), [""; 0]);
    assert_eq!(run("net"), ["note peering-accepter-missing"]);
    assert_eq!(run("1234567890123456"), ["note peering-accepter-missing"]);
}

#[test]
fn accounts_are_those_of_the_providers_that_leave_them_open() {
    let config = "[accounts]\nnet = { uid = \"1234567890123456\", providers = [\"alicloud\"] }\n";
    let other = config.replace("1234567890123456", "42");
    // Both ends in one account and region: this provider would write the way back.
    assert_eq!(said(&checked(config)), ["error peering-route-one-directional"]);
    assert_eq!(said(&checked(&other)), ["note peering-accepter-missing"]);
    // What the files say goes first.
    let written = TO_ELSEWHERE.replace("  region = ", "  account_id = \"1234567890123456\"\n  region = ");
    let project = Project::new(&[("main.tf", &written), ("alinet.toml", &other)]);
    assert_eq!(said(&project.run(&["check", "--format", "concise"])), ["error peering-route-one-directional"]);
}

#[test]
fn a_wrong_description_is_status_two() {
    let ran =
        checked(&format!("{FAR}cidrs = [\"10.20.0.0/16\"]\naccount = \"netwrk\"\n[accounts.network]\nuid = \"1\"\n"));
    let said = "alinet: alinet.toml:4:11: there is no account `netwrk`; did you mean `network`?\n";
    assert_eq!((ran.status, &*ran.out, &*ran.err), (2, "", said));
}

#[test]
fn reach_and_graph_know_what_is_described() {
    let project = Project::new(&[
        ("main.tf", TO_ELSEWHERE),
        (
            "alinet.toml",
            &format!(
                "{FAR}cidrs = [\"10.20.0.0/16\"]\naccount = \"1\"\n[accounts.a]\nuid = \"1\"\nproviders = [\"alicloud\"]\n"
            ),
        ),
    ]);
    let flags = ["reach", "--format", "json", "--from", "alicloud_vpc.here", "--to", "vpc-bp1aevy8sofi8mh1q0001"];
    let ran = project.run(&flags);
    let answer: Value = serde_json::from_str(&ran.out).unwrap_or_else(|_| panic!("{ran:?}"));
    assert_eq!(
        (ran.status, &answer["verdict"], &answer["forward"]["verdict"]),
        (1, &"unknown".into(), &"delivered".into())
    );
    assert_eq!(answer["return"]["verdict"], "unknown", "its routes are not here");
    assert!(answer["return"]["because"].as_str().unwrap().contains("the route tables of"), "{answer}");
    let graph = project.run(&["graph", "--format", "json"]).out;
    assert!(graph.contains("10.20.0.0/16"), "{graph}");
}

#[test]
fn raised_quotas_reach_every_rule() {
    let text = TO_ELSEWHERE.replace(
        "  accepting_region_id = \"cn-hangzhou\"\n",
        "  accepting_region_id = \"cn-beijing\"\n  bandwidth = 2000\n",
    );
    let run = |config: &str| {
        said(&Project::new(&[("main.tf", &text), ("alinet.toml", config)]).run(&["check", "--format", "concise"]))
    };
    assert_eq!(run(""), ["warning peering-bandwidth-over-quota"]);
    assert_eq!(run("[quotas]\npeer-inter-region-bandwidth = 2000\n"), [""; 0]);
    assert_eq!(run("[quotas]\npeer-inter-region-bandwidth = 1999\n"), ["warning peering-bandwidth-over-quota"]);
}
