//! On which side does a route into a peering connection lie, whose are its ends, and what follows from both? Small
//! variations of one connection, each with what the peering rules say of it.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod common;

use alinet::diagnostic::Severity;
use alinet::eval::Surroundings;
use alinet::{Named, Options, lint};
use common::Memory;

const PROVIDERS: &str = r#"
provider "alicloud" {
  alias  = "a"
  region = "cn-hangzhou"
}
provider "alicloud" {
  alias  = "b"
  region = "cn-beijing"
}
data "alicloud_account" "b" {
  provider = alicloud.b
}
"#;

const PARTNERS: &str = r#"
provider "alicloud" {
  alias   = "a"
  region  = "cn-hangzhou"
  profile = "main"
}
provider "alicloud" {
  alias   = "b"
  region  = "cn-hangzhou"
  profile = "partner"
}
"#;

const VPCS: &str = r#"
resource "alicloud_vpc" "a" {
  provider   = alicloud.a
  cidr_block = "10.1.0.0/16"
}
resource "alicloud_vpc" "b" {
  provider   = alicloud.b
  cidr_block = "10.2.0.0/16"
}
"#;

const ACCEPTER: &str = r#"
resource "alicloud_vpc_peer_connection_accepter" "p" {
  provider    = alicloud.b
  instance_id = alicloud_vpc_peer_connection.p.id
}
"#;

fn peering(from: &str, to: &str, uid: &str, region: &str) -> String {
    format!(
        r#"
resource "alicloud_vpc_peer_connection" "p" {{
  provider            = alicloud.a
  vpc_id              = {from}
  accepting_vpc_id    = {to}
  accepting_ali_uid   = {uid}
  accepting_region_id = "{region}"
}}
"#
    )
}

fn route(name: &str, provider: &str, table: &str, destination: &str) -> String {
    format!(
        r#"
resource "alicloud_route_entry" "{name}" {{
  provider              = alicloud.{provider}
  route_table_id        = {table}
  destination_cidrblock = "{destination}"
  nexthop_type          = "VpcPeer"
  nexthop_id            = alicloud_vpc_peer_connection.p.id
}}
"#
    )
}

/// What the peering rules say, each as severity, rule and address.
fn said(text: &str) -> Vec<String> {
    let memory = Memory::new([("main.tf", text)]);
    let options = Options {
        paths: vec![Named::Directory("/".into())],
        surroundings: Surroundings { working_directory: "/".into(), ..Surroundings::default() },
        ..Options::default()
    };
    let report = lint(&memory, &options);
    let broken = report.findings.iter().find(|found| found.finding.rule.ends_with("-error"));
    assert!(broken.is_none(), "{}\n{text}", broken.map_or("", |found| &found.finding.message));
    let ours = report.findings.iter().map(|found| &found.finding).filter(|found| found.rule.starts_with("peering-"));
    ours.map(|found| {
        let severity = match found.severity {
            Severity::Error => "error",
            Severity::Warning => "warning",
            Severity::Note => "note",
        };
        let address = found.address.as_deref().unwrap_or("").replace("alicloud_", "");
        format!("{severity} {} {address}", found.rule.trim_start_matches("peering-"))
    })
    .collect()
}

fn managed() -> String {
    [PROVIDERS, VPCS, &peering("alicloud_vpc.a.id", "alicloud_vpc.b.id", "data.alicloud_account.b.id", "cn-beijing")]
        .concat()
}

fn there() -> String {
    route("ab", "a", "alicloud_vpc.a.route_table_id", "10.2.0.0/16")
}

fn back() -> String {
    route("ba", "b", "alicloud_vpc.b.route_table_id", "10.1.0.0/16")
}

const ONE_WAY: &str = "error route-one-directional vpc_peer_connection.p";
const NO_WAY: &str = "error route-missing-both vpc_peer_connection.p";

#[test]
fn routes_on_both_sides_are_fine_whatever_part_they_lead_to() {
    assert_eq!(said(&[managed(), there(), back()].concat()), [""; 0]);
    let host = route("ab", "a", "alicloud_vpc.a.route_table_id", "10.2.3.4/32");
    assert_eq!(said(&[managed(), host, back()].concat()), [""; 0]);
}

#[test]
fn a_missing_route_is_said_once() {
    assert_eq!(said(&[managed(), there()].concat()), [ONE_WAY]);
    assert_eq!(said(&[managed(), back()].concat()), [ONE_WAY]);
    assert_eq!(said(&managed()), [NO_WAY]);
}

#[test]
fn a_table_without_vswitches_does_nothing() {
    let table = "resource \"alicloud_route_table\" \"t\" {\n  provider = alicloud.b\n  vpc_id = alicloud_vpc.b.id\n}\n";
    let lost = route("ba", "b", "alicloud_route_table.t.id", "10.1.0.0/16");
    let text = [managed(), there(), table.into(), lost].concat();
    assert_eq!(said(&text), [ONE_WAY]);
    let bound = r#"
resource "alicloud_vswitch" "b" {
  provider   = alicloud.b
  vpc_id     = alicloud_vpc.b.id
  cidr_block = "10.2.1.0/24"
}
resource "alicloud_route_table_attachment" "b" {
  provider       = alicloud.b
  vswitch_id     = alicloud_vswitch.b.id
  route_table_id = alicloud_route_table.t.id
}
"#;
    assert_eq!(said(&[text.as_str(), bound].concat()), [""; 0]);
    // Any attachment of a table that nobody knows may be this one's.
    let unknown = bound.replace("alicloud_route_table.t.id", "var.t");
    assert_eq!(said(&[text.as_str(), &unknown, "variable \"t\" {}\n"].concat()), [""; 0]);
}

#[test]
fn what_was_meant_for_the_connection_is_not_missing() {
    // Other rules speak of these.
    let wrong_type = back().replace("VpcPeer", "VPCPeer");
    assert_eq!(said(&[managed(), there(), wrong_type].concat()), [""; 0]);
    let wrong_id = back().replace("alicloud_vpc_peer_connection.p.id", "alicloud_vpc.a.id");
    assert_eq!(said(&[managed(), there(), wrong_id].concat()), [""; 0]);
    let third = "resource \"alicloud_vpc\" \"c\" {\n  provider = alicloud.b\n  cidr_block = \"10.3.0.0/16\"\n}\n";
    let astray = route("ba", "b", "alicloud_vpc.c.route_table_id", "10.1.0.0/16");
    assert_eq!(said(&[managed(), there(), third.into(), astray].concat()), [""; 0]);
}

#[test]
fn what_nobody_knows_may_be_the_missing_route() {
    let unknown = "variable \"x\" {}\n";
    for hidden in [
        back().replace("alicloud_vpc_peer_connection.p.id", "var.x"),
        back().replace("alicloud_vpc.b.route_table_id", "var.x"),
        back().replace("provider ", "count = var.x\n  provider "),
        "module \"more\" {\n  source = \"example/more/alicloud\"\n}\n".into(),
    ] {
        assert_eq!(said(&[managed(), there(), hidden.clone(), unknown.into()].concat()), [""; 0], "{hidden}");
    }
}

#[test]
fn replies_may_take_another_way() {
    let detour = r#"
resource "alicloud_route_entry" "ba" {
  provider              = alicloud.b
  route_table_id        = alicloud_vpc.b.route_table_id
  destination_cidrblock = "10.0.0.0/12"
  nexthop_type          = "Attachment"
  nexthop_id            = "tr-attach-x"
}
"#;
    assert_eq!(said(&[managed(), there(), detour.into()].concat()), [""; 0]);
    assert_eq!(said(&[managed(), there(), detour.replace("10.0.0.0/12", "172.16.0.0/12")].concat()), [ONE_WAY]);
}

#[test]
fn providers_tell_the_sides_of_named_vpcs() {
    let named = |uid: &str| [PROVIDERS, &peering("\"vpc-a\"", "\"vpc-b\"", uid, "cn-beijing")].concat();
    let known = named("data.alicloud_account.b.id");
    let (there, back) = (route("ab", "a", "\"vtb-a\"", "10.2.0.0/16"), route("ba", "b", "\"vtb-b\"", "10.1.0.0/16"));
    assert_eq!(said(&[known.clone(), there.clone(), back.clone()].concat()), [""; 0]);
    assert_eq!(said(&[known.clone(), there.clone()].concat()), [ONE_WAY]);
    assert_eq!(said(&[known.clone(), back.clone()].concat()), [ONE_WAY]);
    assert_eq!(said(&known), [NO_WAY.replace("error", "warning")]);
    // Whether provider b speaks for that account nobody knows; the requester's own end is managed here in any case.
    let unknown = named("1234567890123456");
    assert_eq!(said(&[unknown.clone(), there].concat()), [""; 0]);
    assert_eq!(said(&[unknown, back].concat()), [ONE_WAY]);
}

#[test]
fn routes_in_one_table_come_from_one_side() {
    let one_region = PROVIDERS.replace("cn-beijing", "cn-hangzhou");
    let named =
        [&*one_region, &peering("\"vpc-a\"", "\"vpc-b\"", "data.alicloud_account.b.id", "cn-hangzhou")].concat();
    let first = route("ab", "a", "\"vtb-a\"", "10.2.0.0/17");
    assert_eq!(said(&[named.clone(), first.clone()].concat()), [ONE_WAY]);
    assert_eq!(
        said(&[named.clone(), first.clone(), route("ab2", "a", "\"vtb-a\"", "10.2.128.0/17")].concat()),
        [ONE_WAY]
    );
    assert_eq!(said(&[named, first, route("ba", "a", "\"vtb-b\"", "10.1.0.0/16")].concat()), [""; 0]);
}

#[test]
fn a_module_for_others_leaves_routes_to_them() {
    let module = peering("var.a", "var.b", "var.uid", "cn-beijing").replace("  provider            = alicloud.a\n", "");
    let variables = "variable \"a\" {}\nvariable \"b\" {}\nvariable \"uid\" {}\n";
    assert_eq!(said(&[module.as_str(), variables].concat()), [""; 0]);
}

#[test]
fn another_account_must_accept() {
    let pair = |providers: &str| {
        let connection = peering("alicloud_vpc.a.id", "alicloud_vpc.b.id", "6543210987654321", "cn-hangzhou");
        [providers, VPCS, &connection, &there(), &back()].concat()
    };
    assert_eq!(said(&pair(PARTNERS)), ["warning accepter-missing vpc_peer_connection.p"]);
    assert_eq!(said(&[pair(PARTNERS), ACCEPTER.into()].concat()), [""; 0]);
    let own = ACCEPTER.replace("alicloud.b", "alicloud.a");
    let wrong = "accepter-wrong-provider vpc_peer_connection_accepter.p";
    assert_eq!(said(&[pair(PARTNERS), own.clone()].concat()), [format!("warning {wrong}")]);
    // Numbers leave no doubt.
    let role = |profile: &str, number: &str| {
        (
            format!("profile = \"{profile}\""),
            format!("assume_role {{\n    role_arn = \"acs:ram::{number}:role/x\"\n  }}"),
        )
    };
    let ((main, first), (partner, second)) = (role("main", "1234567890123456"), role("partner", "6543210987654321"));
    let numbered = PARTNERS.replace(&main, &first).replace(&partner, &second);
    assert_eq!(said(&pair(&numbered)), ["error accepter-missing vpc_peer_connection.p"]);
    assert_eq!(said(&[pair(&numbered), own].concat()), [format!("error {wrong}")]);
    // One profile is one account, and a number that is written beside it says nothing.
    let one = PARTNERS.replace("\"partner\"", "\"main\"");
    assert_eq!(said(&pair(&one)), [""; 0]);
    assert_eq!(
        said(&[pair(&one), ACCEPTER.into()].concat()),
        ["note accepter-redundant vpc_peer_connection_accepter.p"]
    );
    let unknown = PARTNERS.replace("\"partner\"", "var.partner");
    assert_eq!(said(&[pair(&unknown), "variable \"partner\" {}\n".into()].concat()), [""; 0]);
}

#[test]
fn who_works_on_the_other_end_may_be_another_account() {
    let named = [PARTNERS, &peering("\"vpc-a\"", "\"vpc-b\"", "6543210987654321", "cn-hangzhou")].concat();
    let (there, back) = (route("ab", "a", "\"vtb-a\"", "10.2.0.0/16"), route("ba", "b", "\"vtb-b\"", "10.1.0.0/16"));
    let missing = "warning accepter-missing vpc_peer_connection.p";
    assert_eq!(said(&[named.clone(), there.clone(), back.clone()].concat()), [missing]);
    assert_eq!(said(&[named.clone(), there.clone(), back, ACCEPTER.into()].concat()), [""; 0]);
    // The accepter shows that the other end is managed here, though not for sure.
    assert_eq!(said(&[named, there, ACCEPTER.into()].concat()), [ONE_WAY.replace("error", "warning")]);
}
