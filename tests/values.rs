//! What only the files of a configuration decide: identities and what they pass through, instances, modules, the values
//! given from outside, providers and data sources.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod common;

use std::path::Path;

use alinet::Options;
use alinet::eval::{Evaluator, SameAccount, Surroundings};
use alinet::module::{Input, Repository};
use common::{Memory, addresses, deep, findings, worth};

/// Checks many expressions over one set of files.
#[track_caller]
fn expect(files: &[(&'static str, &str)], expected: &[(&str, &str)]) {
    let files = Memory::new(files.iter().copied());
    let wrong: Vec<String> = expected
        .iter()
        .filter_map(|(expression, wanted)| {
            let got = worth(&files, expression);
            (got != *wanted).then(|| format!("{expression}\n    is   {got}\n    not  {wanted}"))
        })
        .collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[track_caller]
fn wrong(files: &[(&'static str, &str)], expected: &[&str]) {
    let files = Memory::new(files.iter().copied());
    assert_eq!(deep(move || findings(&files, Options::default())), expected);
}

const TWO: &str = r#"
resource "alicloud_vpc" "a" { cidr_block = "10.0.0.0/8" }
resource "alicloud_vpc" "b" { cidr_block = "172.16.0.0/12" }
resource "alicloud_vswitch" "s" {
  count      = 2
  vpc_id     = alicloud_vpc.a.id
  cidr_block = cidrsubnet(alicloud_vpc.a.cidr_block, 8, count.index)
}
"#;

#[test]
fn identities_survive_what_they_pass_through() {
    expect(
        &[
            ("main.tf", TWO),
            (
                "more.tf",
                r#"
locals {
  ids    = alicloud_vswitch.s[*].id
  legacy = alicloud_vswitch.s.*.id
  by     = { a = alicloud_vpc.a, b = alicloud_vpc.b }
}
module "m" {
  source = "./m"
  vpc_id = alicloud_vpc.a.id
  ids    = local.ids
}
module "each" {
  for_each = { x = alicloud_vpc.a.id, y = alicloud_vpc.b.id }
  source   = "./m"
  vpc_id   = each.value
}
resource "alicloud_vswitch" "e" {
  for_each = { x = alicloud_vpc.a.id }
  vpc_id   = each.value
}
"#,
            ),
            (
                "m/main.tf",
                r#"
variable "vpc_id" { type = string }
variable "ids" {
  type    = list(string)
  default = []
}
output "vpc_id" { value = var.vpc_id }
output "first" { value = var.ids[0] }
output "ids" { value = [for id in var.ids : id] }
"#,
            ),
        ],
        &[
            ("alicloud_vpc.a.id", "<alicloud_vpc.a.id>"),
            ("alicloud_vpc.a.cidr_block", r#""10.0.0.0/8""#),
            ("alicloud_vswitch.s[1].cidr_block", r#""10.1.0.0/16""#),
            ("alicloud_vswitch.s[1].vpc_id", "<alicloud_vpc.a.id>"),
            ("local.ids", "[<alicloud_vswitch.s[0].id>, <alicloud_vswitch.s[1].id>]"),
            ("local.legacy[1]", "<alicloud_vswitch.s[1].id>"),
            ("alicloud_vswitch.s.1.id", "<alicloud_vswitch.s[1].id>"),
            ("local.by.a.id", "<alicloud_vpc.a.id>"),
            ("values(local.by)[*].id", "[<alicloud_vpc.a.id>, <alicloud_vpc.b.id>]"),
            ("module.m.vpc_id", "<alicloud_vpc.a.id>"),
            ("module.m.first", "<alicloud_vswitch.s[0].id>"),
            ("module.m.ids[1]", "<alicloud_vswitch.s[1].id>"),
            ("module.each[\"y\"].vpc_id", "<alicloud_vpc.b.id>"),
            ("{ for k, m in module.each : k => m.vpc_id }", "{x = <alicloud_vpc.a.id>, y = <alicloud_vpc.b.id>}"),
            ("alicloud_vswitch.e[\"x\"].vpc_id", "<alicloud_vpc.a.id>"),
            ("concat(alicloud_vswitch.s[*].id, [\"\"])[0]", "<alicloud_vswitch.s[0].id>"),
            ("join(\"\", [alicloud_vpc.a.id])", "<alicloud_vpc.a.id>"),
            ("split(\",\", join(\",\", local.ids))[1]", "<alicloud_vswitch.s[1].id>"),
            ("element(local.ids, 3)", "<alicloud_vswitch.s[1].id>"),
            ("element(local.ids, -1)", "error: element: the index of `element` must not be negative (-1)"),
            ("lookup({ a = alicloud_vpc.a.id }, \"a\", \"\")", "<alicloud_vpc.a.id>"),
            ("one([alicloud_vpc.a.id])", "<alicloud_vpc.a.id>"),
            ("try(alicloud_vpc.a.id, \"\")", "<alicloud_vpc.a.id>"),
            ("coalesce(alicloud_vpc.a.id, \"x\")", "<alicloud_vpc.a.id>"),
            ("coalesce(\"\", alicloud_vpc.a.id)", "<alicloud_vpc.a.id>"),
            ("coalescelist(local.ids, [\"x\"])[0]", "<alicloud_vswitch.s[0].id>"),
            ("merge({ a = 1 }, { b = alicloud_vpc.a.id }).b", "<alicloud_vpc.a.id>"),
            ("flatten([local.ids, [[alicloud_vpc.a.id]]])[2]", "<alicloud_vpc.a.id>"),
            ("slice(local.ids, 1, 2)", "[<alicloud_vswitch.s[1].id>]"),
            ("reverse(local.ids)[0]", "<alicloud_vswitch.s[1].id>"),
            ("zipmap([\"a\", \"b\"], local.ids).b", "<alicloud_vswitch.s[1].id>"),
            ("compact([\"\", alicloud_vpc.a.id])", "[<alicloud_vpc.a.id>]"),
            ("distinct([alicloud_vpc.a.id, alicloud_vpc.a.id])", "[<alicloud_vpc.a.id>]"),
            ("tolist(toset([alicloud_vpc.a.id]))[0]", "<alicloud_vpc.a.id>"),
            ("\"${alicloud_vpc.a.id}\"", "<alicloud_vpc.a.id>"),
            ("\"x-${alicloud_vpc.a.id}\"", "\"x-<alicloud_vpc.a.id>\""),
            ("format(\"%s:%s\", alicloud_vpc.a.id, \"b\")", "\"<alicloud_vpc.a.id>:b\""),
            ("upper(alicloud_vpc.a.id) == \"X\"", "? known after apply: alicloud_vpc.a.id"),
            ("true ? alicloud_vpc.a.id : \"\"", "<alicloud_vpc.a.id>"),
            ("[alicloud_vpc.a, alicloud_vpc.b][1].id", "<alicloud_vpc.b.id>"),
            (
                "[for v in [alicloud_vpc.a, alicloud_vpc.b] : v.id if v.cidr_block == \"10.0.0.0/8\"]",
                "[<alicloud_vpc.a.id>]",
            ),
            ("nonsensitive(alicloud_vpc.a.id)", "<alicloud_vpc.a.id>"),
            ("tostring(alicloud_vpc.a.id)", "<alicloud_vpc.a.id>"),
        ],
    );
}

#[test]
fn identities_are_compared_as_far_as_they_are_known() {
    expect(
        &[("main.tf", TWO)],
        &[
            ("alicloud_vpc.a.id == alicloud_vpc.a.id", "true"),
            ("alicloud_vpc.a.id == alicloud_vpc.b.id", "false"),
            ("alicloud_vpc.a.id != alicloud_vpc.b.id", "true"),
            ("alicloud_vpc.a.id == \"vpc-1\"", "? known after apply: alicloud_vpc.a.id"),
            ("alicloud_vpc.a.id == alicloud_vswitch.s[0].id", "? known after apply: alicloud_vpc.a.id"),
            ("alicloud_vpc.a.id == \"\"", "false"),
            ("alicloud_vpc.a.id == null", "false"),
            ("alicloud_vpc.a.router_id == alicloud_vpc.b.router_id", "? known after apply: alicloud_vpc.a.router_id"),
            ("length(toset([alicloud_vpc.a.id, alicloud_vpc.b.id]))", "2"),
            ("length(toset([alicloud_vpc.a.id, alicloud_vpc.a.id]))", "1"),
            ("length(toset([alicloud_vpc.a.id, \"vpc-1\"]))", "? known after apply: alicloud_vpc.a.id"),
            ("length(distinct(alicloud_vswitch.s[*].id))", "2"),
            ("contains(alicloud_vswitch.s[*].id, alicloud_vswitch.s[1].id)", "true"),
            ("contains(alicloud_vswitch.s[*].id, alicloud_vpc.a.id)", "? known after apply: alicloud_vswitch.s[0].id"),
            ("length([alicloud_vpc.a.id, alicloud_vpc.a.router_id])", "2"),
            ("length(alicloud_vpc.a.user_cidrs)", "? known after apply: alicloud_vpc.a.user_cidrs"),
            ("can(alicloud_vpc.a.id)", "true"),
            ("\"${alicloud_vpc.a.id}:x\" == \"${alicloud_vpc.a.id}:x\"", "true"),
            ("\"${alicloud_vpc.a.id}:x\" == \"${alicloud_vpc.b.id}:x\"", "false"),
            ("\"a:${alicloud_vpc.a.id}\" == \"b:1\"", "false"),
        ],
    );
}

#[test]
fn composite_ids_are_known_by_their_parts() {
    expect(
        &[(
            "main.tf",
            r#"
resource "alicloud_cen_instance" "c" {}
resource "alicloud_cen_transit_router" "t" { cen_id = alicloud_cen_instance.c.id }
resource "alicloud_cen_transit_router" "u" { cen_id = "cen-1" }
"#,
        )],
        &[
            (
                "alicloud_cen_transit_router.t.id",
                "\"<alicloud_cen_instance.c.id>:<alicloud_cen_transit_router.t.transit_router_id>\"",
            ),
            ("split(\":\", alicloud_cen_transit_router.t.id)[1]", "<alicloud_cen_transit_router.t.transit_router_id>"),
            (
                "split(\":\", alicloud_cen_transit_router.t.id)[1] == alicloud_cen_transit_router.t.transit_router_id",
                "true",
            ),
            ("split(\":\", alicloud_cen_transit_router.t.id)[0]", "<alicloud_cen_instance.c.id>"),
            ("split(\":\", alicloud_cen_transit_router.u.id)[0]", "\"cen-1\""),
            ("alicloud_cen_transit_router.t.cen_id", "<alicloud_cen_instance.c.id>"),
            ("alicloud_cen_transit_router.t.id == alicloud_cen_transit_router.t.id", "true"),
            ("length(split(\":\", alicloud_cen_transit_router.t.id))", "2"),
        ],
    );
}

#[test]
fn what_a_block_does_not_set_is_the_providers() {
    expect(
        &[(
            "main.tf",
            r#"
resource "alicloud_alb_load_balancer" "a" {
  zone_mappings {
    zone_id    = "z1"
    vswitch_id = "vsw-1"
  }
  dynamic "zone_mappings" {
    for_each = ["z2", "z3"]
    content {
      zone_id = zone_mappings.value
    }
  }
}
data "alicloud_regions" "now" { current = true }
provider "alicloud" { region = "cn-beijing" }
"#,
        )],
        &[
            ("alicloud_alb_load_balancer.a.zone_mappings[*].zone_id", r#"["z1", "z2", "z3"]"#),
            (
                "alicloud_alb_load_balancer.a.zone_mappings[1].load_balancer_addresses[0].eip",
                "<alicloud_alb_load_balancer.a.zone_mappings[1].load_balancer_addresses[0].eip>",
            ),
            ("data.alicloud_regions.now.regions[0].id", r#""cn-beijing""#),
            ("data.alicloud_regions.now.ids[0]", r#""cn-beijing""#),
            ("data.alicloud_regions.now.regions.0.local_name", "<data.alicloud_regions.now.regions[0].local_name>"),
        ],
    );
}

#[test]
fn instances_follow_count_and_for_each() {
    let files = Memory::new([
        (
            "main.tf",
            r#"
variable "create" { default = false }
variable "names" { default = ["b", "a"] }
variable "unknown" {}
resource "x_a" "none" { count = var.create ? 1 : 0 }
resource "x_a" "two" { count = length(var.names) }
resource "x_a" "each" { for_each = toset(var.names) }
resource "x_a" "map" { for_each = { for i, n in var.names : i => n } }
resource "x_a" "maybe" { count = var.unknown ? 1 : 0 }
resource "x_a" "maybe_not" { count = var.unknown == "" ? 0 : 1 }
resource "x_a" "many" { count = var.unknown }
resource "x_a" "keys" { for_each = toset(var.unknown) }
resource "x_a" "some" { for_each = var.unknown ? { k = 1 } : {} }
resource "x_a" "of_list" { count = length([var.unknown, var.unknown]) }
resource "x_a" "of_unknown" { count = length(var.unknown) }
resource "x_a" "text" { count = "2" }
resource "x_a" "same" { count = var.unknown ? 2 : 2 }
module "m" {
  count  = 2
  source = "./m"
}
module "k" {
  for_each = toset(["p.q", "r"])
  source   = "./m"
}
module "u" {
  for_each = toset(var.unknown)
  source   = "./m"
}
"#,
        ),
        ("m/main.tf", "resource \"x_b\" \"b\" {\n  count = 1\n}\n"),
    ]);
    assert_eq!(
        addresses(&files),
        [
            "x_a.each[\"a\"]",
            "x_a.each[\"b\"]",
            "x_a.keys[?]?",
            "x_a.many[?]?",
            "x_a.map[\"0\"]",
            "x_a.map[\"1\"]",
            "x_a.maybe[0]?",
            "x_a.maybe_not[0]?",
            "x_a.of_list[0]",
            "x_a.of_list[1]",
            "x_a.of_unknown[?]?",
            "x_a.same[0]",
            "x_a.same[1]",
            "x_a.some[\"k\"]?",
            "x_a.text[0]",
            "x_a.text[1]",
            "x_a.two[0]",
            "x_a.two[1]",
            "module.k[\"p.q\"].x_b.b[0]",
            "module.k[\"r\"].x_b.b[0]",
            "module.m[0].x_b.b[0]",
            "module.m[1].x_b.b[0]",
            "module.u[?].x_b.b[0]?",
        ]
    );
}

#[test]
fn instances_that_may_not_exist_are_one_or_none() {
    expect(
        &[(
            "main.tf",
            r#"
variable "make" {}
resource "alicloud_vpc" "a" {
  count      = var.make ? 1 : 0
  cidr_block = "10.0.0.0/8"
}
"#,
        )],
        &[
            ("alicloud_vpc.a[0].id", "<alicloud_vpc.a[0].id>"),
            ("alicloud_vpc.a[0].cidr_block", r#""10.0.0.0/8""#),
            ("length(alicloud_vpc.a)", "? the number of instances of a resource that may not exist is not known"),
            ("try(alicloud_vpc.a[0].id, null)", "?{<alicloud_vpc.a[0].id> | null}"),
            ("can(alicloud_vpc.a[0].id)", "? the number of instances of a resource that may not exist is not known"),
            ("alicloud_vpc.a[*].id", "?{[] | [<alicloud_vpc.a[0].id>]}"),
            ("var.make ? alicloud_vpc.a[0].id : \"vpc-1\"", "?{<alicloud_vpc.a[0].id> | \"vpc-1\"}"),
            ("var.make ? \"10.0.0.0/8\" : [][0]", r#""10.0.0.0/8""#),
        ],
    );
}

#[test]
fn dynamic_blocks_unfold() {
    expect(
        &[(
            "main.tf",
            r#"
variable "unknown" {}
resource "x_a" "a" {
  dynamic "rule" {
    for_each = { p = 1, q = 2 }
    iterator = it
    content {
      key = it.key
      n   = it.value
      dynamic "inner" {
        for_each = range(it.value)
        content {
          at    = "${it.key}${inner.value}"
          outer = it.value
        }
      }
    }
  }
  rule { key = "r" }
}
resource "x_a" "u" {
  dynamic "rule" {
    for_each = var.unknown
    content {}
  }
}
resource "x_a" "none" {
  dynamic "rule" {
    for_each = []
    content {}
  }
}
resource "x_a" "ids" {
  dynamic "rule" {
    for_each = [x_a.a.id, x_a.none.id]
    content {
      id = rule.value
      at = rule.key
    }
  }
}
"#,
        )],
        &[
            ("x_a.a.rule[*].key", r#"["p", "q", "r"]"#),
            ("x_a.a.rule[1].inner[*].at", r#"["q0", "q1"]"#),
            ("x_a.a.rule[1].inner[0].outer", "2"),
            ("x_a.u.rule", "? variable `unknown` has no default"),
            ("x_a.none.rule", "[]"),
            ("x_a.ids.rule[*].id", "[<x_a.a.id>, <x_a.none.id>]"),
            ("x_a.ids.rule[1].at", "1"),
        ],
    );
}

#[test]
fn unknown_parts_stay_where_they_are() {
    expect(
        &[(
            "main.tf",
            "variable \"u\" {}\nvariable \"l\" { type = list(string) }\nvariable \"o\" {\n  type = object({ a = string })\n}\n",
        )],
        &[
            ("merge({ a = 1 }, { b = var.u }).a", "1"),
            ("merge({ a = 1 }, var.u)", "? variable `u` has no default"),
            ("concat([1], [var.u])[0]", "1"),
            ("[var.u, 2][1]", "2"),
            ("length([var.u, var.u])", "2"),
            ("length(var.l)", "? variable `l` has no default"),
            ("keys({ a = var.u, b = 1 })", r#"["a", "b"]"#),
            ("{ for k, v in { a = var.u } : k => v }.a", "? variable `u` has no default"),
            ("try(var.u.x, \"d\")", "? variable `u` has no default"),
            ("can(var.u.x)", "? variable `u` has no default"),
            ("false && var.u", "false"),
            ("var.u && false", "false"),
            ("true || var.u", "true"),
            ("var.u ? 1 : 1", "1"),
            ("var.u ? 1 : 2", "?{1 | 2}"),
            ("var.u ? { a = 1, b = 2 } : { a = 1, b = 3 }", "?{{a = 1, b = 2} | {a = 1, b = 3}}"),
            ("(var.u ? { a = 1, b = 2 } : { a = 1, b = 3 }).a", "1"),
            ("\"a${var.u}\"", "? variable `u` has no default"),
            ("[for x in var.l : x]", "? variable `l` has no default"),
            ("[for x in [1, 2] : x if var.u]", "? variable `u` has no default"),
            ("contains([1, var.u], 1)", "true"),
            ("var.o.a", "? variable `o` has no default"),
            ("var.o.b", "error: this object has no attribute \"b\""),
            ("timestamp()", "? `timestamp()` depends on the run"),
            ("coalesce(var.u, \"x\")", "? variable `u` has no default"),
            ("coalesce(\"x\", var.u)", r#""x""#),
            ("lookup({ a = var.u }, \"b\", 3)", "3"),
            ("var.u == var.u", "? variable `u` has no default"),
        ],
    );
}

#[test]
fn a_null_has_the_type_that_it_was_declared_with() {
    expect(
        &[("main.tf", "variable \"l\" {\n  type    = list(string)\n  default = null\n}\n")],
        &[
            ("var.l != null ? toset(var.l) : []", "set[]"),
            ("var.l == null ? [\"a\", \"a\"] : var.l", r#"["a", "a"]"#),
            ("var.l == null ? [\"b\", \"a\", \"b\"] : toset(var.l)", r#"set["a", "b"]"#),
        ],
    );
}

#[test]
fn variables_are_converted_and_completed() {
    expect(
        &[(
            "main.tf",
            r#"
variable "o" {
  type = list(object({
    name = string
    port = optional(number, 80)
    tags = optional(map(string))
    more = optional(object({ on = optional(bool, true) }), {})
  }))
  default = [{ name = "a" }, { name = 1, port = "8080", more = { on = null }, extra = 1 }]
}
variable "n" {
  type     = string
  default  = "d"
  nullable = false
}
variable "any" {
  type    = map(any)
  default = { a = 1, b = "x" }
}
variable "wrong" {
  type    = number
  default = "x"
}
"#,
        )],
        &[
            (
                "var.o",
                r#"[{more = {on = true}, name = "a", port = 80, tags = null}, {more = {on = true}, name = "1", port = 8080, tags = null}]"#,
            ),
            ("var.n", r#""d""#),
            ("var.any.a", r#""1""#),
            ("var.wrong", "error: the value of variable `wrong` does not fit its type: a number is required"),
            ("var.none", "error: variable `none` is not declared in this module"),
        ],
    );
}

/// Evaluates with what the command line and the environment give.
fn given(files: &[(&'static str, &str)], inputs: Vec<Input>, expression: &str) -> String {
    let files = Memory::new(files.iter().copied());
    let surroundings = Surroundings { inputs, working_directory: "/".into(), ..Surroundings::default() };
    match common::evaluate_in(&files, expression, &surroundings) {
        Ok(value) => common::describe(&value),
        Err(why) => format!("error: {why}"),
    }
}

#[test]
fn later_sources_of_values_win() {
    let text = |name: &str, text: &str| (name.to_owned(), text.to_owned());
    let environment = |(name, text)| Input::Environment { name, text };
    let value = |(name, text)| Input::Value { name, text };
    let steps: [(&str, &str); 5] = [
        ("terraform.tfvars", "v = \"tfvars\""),
        ("terraform.tfvars.json", "{\"v\": \"json\"}"),
        ("a.auto.tfvars", "v = \"a\""),
        ("b.auto.tfvars.json", "{\"v\": \"b\"}"),
        ("c.auto.tfvars", "v = \"c\""),
    ];
    let mut files = vec![("main.tf", "variable \"v\" {\n  default = \"default\"\n}\n"), ("x.tfvars", "v = \"file\"")];
    assert_eq!(given(&files, Vec::new(), "var.v"), "\"default\"");
    let inputs = || vec![environment(text("v", "env"))];
    assert_eq!(given(&files, inputs(), "var.v"), "\"env\"");
    for (name, content) in steps {
        files.push((name, content));
        let wanted = content.split('"').rev().nth(1).unwrap();
        assert_eq!(given(&files, inputs(), "var.v"), format!("{wanted:?}"));
    }
    let file = || Input::File("/x.tfvars".into());
    assert_eq!(given(&files, vec![value(text("v", "cli")), file()], "var.v"), "\"file\"");
    assert_eq!(given(&files, vec![file(), value(text("v", "cli"))], "var.v"), "\"cli\"");
}

#[test]
fn text_given_from_outside_is_read_by_the_type() {
    let files = [(
        "main.tf",
        "variable \"s\" { type = string }\nvariable \"l\" { type = list(number) }\nvariable \"x\" {}\nvariable \"n\" { type = number }\n",
    )];
    let both = |name: &str, text: &str| {
        let (name, text) = (name.to_owned(), text.to_owned());
        let from_environment =
            given(&files, vec![Input::Environment { name: name.clone(), text: text.clone() }], &format!("var.{name}"));
        let from_command_line = given(&files, vec![Input::Value { name: name.clone(), text }], &format!("var.{name}"));
        assert_eq!(from_environment.starts_with("error"), from_command_line.starts_with("error"));
        from_command_line
    };
    assert_eq!(both("s", "[1]"), "\"[1]\"");
    assert_eq!(both("l", "[1, \"2\"]"), "[1, 2]");
    assert_eq!(both("x", "{a = 1}"), "\"{a = 1}\"");
    assert_eq!(both("n", "7"), "7");
    assert_eq!(both("l", "[1"), "error: the value of --var l is not an expression");
}

#[test]
fn overrides_replace_arguments_and_blocks() {
    expect(
        &[
            (
                "main.tf",
                r#"
variable "v" {
  type    = string
  default = "base"
}
locals {
  a = 1
  b = 2
}
resource "x_a" "r" {
  one = "base"
  two = "base"
  rule { n = 1 }
  rule { n = 2 }
  other { n = 1 }
}
module "m" {
  source = "./m"
  in     = "base"
}
"#,
            ),
            (
                "override.tf",
                "variable \"v\" { default = \"over\" }\nlocals { b = 20 }\nresource \"x_a\" \"r\" {\n  two = \"over\"\n  rule { n = 9 }\n}\nmodule \"m\" { in = \"over\" }\n",
            ),
            ("z_override.tf", "resource \"x_a\" \"r\" {\n  three = \"z\"\n}\n"),
            ("m/main.tf", "variable \"in\" {}\noutput \"out\" { value = var.in }\n"),
        ],
        &[
            ("var.v", r#""over""#),
            ("[local.a, local.b]", "[1, 20]"),
            ("[x_a.r.one, x_a.r.two, x_a.r.three]", r#"["base", "over", "z"]"#),
            ("x_a.r.rule[*].n", "[9]"),
            ("x_a.r.other[*].n", "[1]"),
            ("module.m.out", r#""over""#),
        ],
    );
}

#[test]
fn json_is_read_like_the_native_syntax() {
    expect(
        &[(
            "main.tf.json",
            r#"{
  "variable": { "c": { "default": "10.0.0.0/8" } },
  "locals": { "s": "${cidrsubnet(var.c, 8, 1)}", "t": "x-${local.s}", "n": "${1 + 1}", "plain": "$${x}" },
  "resource": {
    "alicloud_vpc": { "a": { "cidr_block": "${var.c}" } },
    "alicloud_vswitch": { "s": { "count": 2, "vpc_id": "${alicloud_vpc.a.id}", "cidr_block": "${cidrsubnet(var.c, 8, count.index)}" } }
  }
}"#,
        )],
        &[
            ("local.s", r#""10.1.0.0/16""#),
            ("local.t", r#""x-10.1.0.0/16""#),
            ("local.n", "2"),
            ("local.plain", r#""${x}""#),
            ("alicloud_vswitch.s[1].cidr_block", r#""10.1.0.0/16""#),
            ("alicloud_vswitch.s[1].vpc_id", "<alicloud_vpc.a.id>"),
        ],
    );
}

#[test]
fn tofu_files_stand_in_for_their_twins() {
    expect(
        &[
            ("main.tf", "locals { a = \"tf\" }\n"),
            ("main.tofu", "locals { a = \"tofu\" }\n"),
            ("other.tf", "locals { b = \"tf\" }\n"),
        ],
        &[("[local.a, local.b]", r#"["tofu", "tf"]"#)],
    );
}

#[test]
fn modules_see_what_they_are_given() {
    expect(
        &[
            (
                "main.tf",
                r#"
module "m" {
  source = "./m"
  a      = null
  b      = null
  list   = ["x", 1]
}
module "registry" {
  source = "terraform-alicloud-modules/vpc/alicloud"
}
"#,
            ),
            (
                "m/main.tf",
                r#"
variable "a" { default = "d" }
variable "b" {
  default  = "d"
  nullable = false
}
variable "list" { type = list(string) }
output "all" { value = [var.a, var.b, var.list, path.module, path.root] }
output "deep" { value = module.deep.where }
module "deep" { source = "./deep" }
"#,
            ),
            ("m/deep/main.tf", "output \"where\" { value = path.module }\n"),
        ],
        &[
            ("module.m.all", r#"[null, "d", ["x", "1"], "m", "."]"#),
            ("module.m.deep", r#""m/deep""#),
            ("keys(module.m)", r#"["all", "deep"]"#),
            ("module.m.none", "error: module `m` has no output `none`"),
            (
                "module.registry.vpc_id",
                "? module `registry` is not on disk (source \"terraform-alicloud-modules/vpc/alicloud\"); run `terraform init`",
            ),
        ],
    );
}

#[test]
fn installed_modules_are_found_in_the_manifest() {
    expect(
        &[
            (
                "main.tf",
                "module \"net\" { source = \"alibaba/vpc/alicloud\" }\nmodule \"gone\" { source = \"a/b/c\" }\n",
            ),
            (
                ".terraform/modules/modules.json",
                r#"{"Modules":[{"Key":"","Source":"","Dir":"."},{"Key":"net","Source":"registry.terraform.io/alibaba/vpc/alicloud","Version":"1.0.0","Dir":".terraform/modules/net"},{"Key":"net.inner","Source":"git::x","Dir":".terraform/modules/net.inner"}]}"#,
            ),
            (
                ".terraform/modules/net/main.tf",
                "output \"x\" { value = module.inner.y }\nmodule \"inner\" { source = \"git::https://example.com/x.git\" }\n",
            ),
            (".terraform/modules/net.inner/main.tf", "output \"y\" { value = \"found\" }\n"),
        ],
        &[
            ("module.net.x", r#""found""#),
            ("module.gone.x", "? module `gone` is not on disk (source \"a/b/c\"); run `terraform init`"),
        ],
    );
}

#[test]
fn faults_are_found_where_they_are() {
    wrong(
        &[(
            "main.tf",
            r#"variable "list" { default = ["a"] }
locals {
  index   = var.list[1]
  name    = var.missing
  fault   = tonumber("x")
  one     = local.two
  two     = local.one
}
module "gone" { source = "./gone" }
resource "x_a" "many" { count = 1000000 }
resource "x_a" "list" { for_each = ["a"] }
output "o" { value = local.index }
"#,
        )],
        &[
            "main.tf:3: there is no element 1: this tuple has 1 element",
            "main.tf:4: variable `missing` is not declared in this module",
            "main.tf:5: tonumber: argument 1: a number is required",
            "main.tf:7: local.one needs its own value: this is a cycle",
            "main.tf:9: module `gone`: there is no module in \"./gone\"",
            "main.tf:10: x_a.many would have 1000000 instances, more than the 100000 that alinet follows",
            "main.tf:11: for_each of x_a.list must be a map or a set of strings, not a list; write toset(...)",
        ],
    );
}

#[test]
fn what_is_right_has_no_findings() {
    wrong(
        &[(
            "main.tf",
            r#"
variable "id" { default = "" }
variable "role" { default = "arn" }
data "alicloud_account" "now" {}
locals {
  id    = var.id != "" ? var.id : data.alicloud_account.now.id
  admin = local.id == data.alicloud_account.now.id
  made  = fileexists("made.json") ? jsondecode(file("made.json")) : {}
  vpc   = local.made["vpc_id"]
  texts = { for k, v in { a = "x$${y}" } : k => templatestring(v, { y = 1 }) }
}
provider "alicloud" {
  alias = "other"
  assume_role {
    role_arn = local.admin ? null : var.role
  }
}
resource "local_file" "made" {
  filename = "${path.module}/made.json"
  content  = "{}"
}
resource "alicloud_vpc" "a" {
  provider = alicloud.other
  count    = local.admin ? 1 : 0
}
resource "alicloud_mongodb_sharding_instance" "m" {
  shard_list {
    node_class = "x"
  }
}
output "node" { value = alicloud_mongodb_sharding_instance.m.shard_list[0].node_id }
output "made" { value = local.vpc }
"#,
        )],
        &[],
    );
}

#[test]
fn a_broken_file_takes_back_what_it_may_have_held() {
    expect(
        &[("main.tf", "locals { a = 1 }\n"), ("broken.tf", "resource \"x_a\" \"b\" {\n  a = \"\n}\n")],
        &[
            ("local.a", "1"),
            ("var.x", "? broken.tf could not be parsed"),
            ("x_a.other.id", "? broken.tf could not be parsed"),
        ],
    );
}

const PROVIDERS: &str = r#"
provider "alicloud" { region = "cn-hangzhou" }
provider "alicloud" {
  alias  = "bj"
  region = local.region
}
provider "alicloud" {
  alias  = "peer"
  region = "cn-shanghai"
  assume_role { role_arn = "acs:ram::222:role/x" }
}
provider "alicloud" {
  alias      = "keys"
  access_key = var.key
  secret_key = "s"
}
provider "alicloud" {
  alias      = "same_keys"
  region     = "cn-beijing"
  access_key = var.key
  secret_key = "s"
}
variable "key" {}
locals { region = "cn-beijing" }
resource "alicloud_vpc" "default" {}
resource "alicloud_vpc" "bj" { provider = alicloud.bj }
resource "alicloud_vpc" "peer" { provider = alicloud.peer }
resource "alicloud_vpc" "keys" { provider = alicloud.keys }
resource "alicloud_vpc" "same_keys" { provider = "alicloud.same_keys" }
module "inherits" { source = "./m" }
module "passed" {
  source    = "./m"
  providers = { alicloud = alicloud.bj }
}
module "aliased" {
  source    = "./n"
  providers = { alicloud.left = alicloud, alicloud.right = alicloud.peer }
}
data "alicloud_account" "default" {}
data "alicloud_account" "bj" { provider = alicloud.bj }
data "alicloud_account" "peer" { provider = alicloud.peer }
data "alicloud_account" "keys" { provider = alicloud.keys }
data "alicloud_account" "same_keys" { provider = alicloud.same_keys }
data "alicloud_caller_identity" "peer" { provider = alicloud.peer }
"#;

#[test]
fn resources_have_the_provider_that_they_are_given() {
    let files = Memory::new([
        ("main.tf", PROVIDERS),
        ("m/main.tf", "resource \"alicloud_vpc\" \"v\" {}\nmodule \"deep\" { source = \"./deep\" }\n"),
        ("m/deep/main.tf", "resource \"alicloud_vpc\" \"v\" {}\n"),
        (
            "n/main.tf",
            "terraform {\n  required_providers {\n    alicloud = {\n      source = \"aliyun/alicloud\"\n      configuration_aliases = [alicloud.left, alicloud.right]\n    }\n  }\n}\nresource \"alicloud_vpc\" \"l\" { provider = alicloud.left }\nresource \"alicloud_vpc\" \"r\" { provider = alicloud.right }\n",
        ),
    ]);
    let repository = Repository::new(&files, None);
    let surroundings = Surroundings { working_directory: "/".into(), ..Surroundings::default() };
    let evaluator = Evaluator::new(&repository, repository.module(Path::new("/")).unwrap(), &surroundings);
    let plan = alinet::plan::plan(&evaluator, &|_| true);
    let provider = |address: &str| {
        let found = plan.resources.iter().find(|one| one.address.to_string() == address);
        evaluator.provider_of(found.unwrap_or_else(|| panic!("{address}")))
    };
    for (address, region) in [
        ("alicloud_vpc.default", "\"cn-hangzhou\""),
        ("alicloud_vpc.bj", "\"cn-beijing\""),
        ("alicloud_vpc.peer", "\"cn-shanghai\""),
        ("module.inherits.alicloud_vpc.v", "\"cn-hangzhou\""),
        ("module.inherits.module.deep.alicloud_vpc.v", "\"cn-hangzhou\""),
        ("module.passed.alicloud_vpc.v", "\"cn-beijing\""),
        ("module.passed.module.deep.alicloud_vpc.v", "\"cn-beijing\""),
        ("module.aliased.alicloud_vpc.l", "\"cn-hangzhou\""),
        ("module.aliased.alicloud_vpc.r", "\"cn-shanghai\""),
    ] {
        assert_eq!(common::describe(&provider(address).region), region, "{address}");
    }
    assert!(provider("alicloud_vpc.keys").region.is_unknown());
    let compare = |a: &str, b: &str| provider(a).account.compare(&provider(b).account);
    assert_eq!(compare("alicloud_vpc.default", "alicloud_vpc.bj"), SameAccount::Same);
    assert_eq!(compare("alicloud_vpc.keys", "alicloud_vpc.same_keys"), SameAccount::Same);
    assert_ne!(compare("alicloud_vpc.default", "alicloud_vpc.peer"), SameAccount::Same);
    assert_ne!(compare("alicloud_vpc.keys", "alicloud_vpc.peer"), SameAccount::Same);
}

#[test]
fn data_sources_answer_what_the_configuration_says() {
    expect(
        &[("main.tf", PROVIDERS), ("m/main.tf", ""), ("n/main.tf", "")],
        &[
            ("data.alicloud_account.peer.id", r#""222""#),
            ("data.alicloud_caller_identity.peer.account_id", r#""222""#),
            ("data.alicloud_account.default.id == data.alicloud_account.bj.id", "true"),
            ("data.alicloud_account.keys.id == data.alicloud_account.same_keys.id", "true"),
            ("data.alicloud_account.default.id", "<data.ambient.account.(account)>"),
            (
                "data.alicloud_account.default.id == data.alicloud_account.keys.id",
                "? only the cloud knows the number of this account",
            ),
        ],
    );
    expect(
        &[(
            "main.tf",
            r#"
resource "alicloud_vpc" "a" {}
data "alicloud_route_tables" "a" { vpc_id = alicloud_vpc.a.id }
resource "alicloud_cen_instance" "c" {}
resource "alicloud_cen_transit_router" "t" { cen_id = alicloud_cen_instance.c.id }
data "alicloud_cen_transit_router_route_tables" "t" {
  transit_router_id               = alicloud_cen_transit_router.t.transit_router_id
  transit_router_route_table_type = "System"
}
data "alicloud_zones" "z" {}
data "alicloud_vpcs" "v" { name_regex = "x" }
"#,
        )],
        &[
            ("data.alicloud_route_tables.a.ids[0] == alicloud_vpc.a.route_table_id", "true"),
            ("data.alicloud_route_tables.a.tables[0].id == alicloud_vpc.a.route_table_id", "true"),
            ("data.alicloud_route_tables.a.tables[0].name", "<data.alicloud_route_tables.a.tables[0].name>"),
            (
                "data.alicloud_cen_transit_router_route_tables.t.tables.0.transit_router_route_table_id == data.alicloud_cen_transit_router_route_tables.t.ids[0]",
                "true",
            ),
            ("data.alicloud_zones.z.zones[0].id == data.alicloud_zones.z.zones[0].id", "true"),
            ("data.alicloud_zones.z.zones[0].id", "<data.alicloud_zones.z.zones[0].id>"),
            ("data.alicloud_zones.z.zones.0.id == data.alicloud_zones.z.zones[0].id", "true"),
            ("data.alicloud_zones.z.zones[*].id", "<data.alicloud_zones.z.zones[*].id>"),
            ("data.alicloud_zones.z.zones[*].id[1] == data.alicloud_zones.z.zones[1].id", "true"),
            ("data.alicloud_vpcs.v.vpcs[0].cidr_block", "<data.alicloud_vpcs.v.vpcs[0].cidr_block>"),
        ],
    );
}

#[test]
fn imported_resources_have_their_ids() {
    expect(
        &[(
            "main.tf",
            r#"
import {
  to = alicloud_vpc.a
  id = "vpc-1"
}
import {
  for_each = { x = "vsw-1", y = "vsw-2" }
  to       = alicloud_vswitch.s[each.key]
  id       = each.value
}
import {
  to = alicloud_cen_transit_router.t
  id = "cen-1:tr-1"
}
resource "alicloud_vpc" "a" {}
resource "alicloud_vpc" "b" {}
resource "alicloud_vswitch" "s" {
  for_each = toset(["x", "y"])
  vpc_id   = "vpc-1"
}
resource "alicloud_cen_transit_router" "t" { cen_id = "cen-1" }
"#,
        )],
        &[
            ("alicloud_vpc.a.id", r#""vpc-1""#),
            ("alicloud_vpc.b.id", "<alicloud_vpc.b.id>"),
            ("alicloud_vpc.a.id == \"vpc-1\"", "true"),
            ("alicloud_vpc.a.id == \"vpc-2\"", "false"),
            ("alicloud_vswitch.s[\"y\"].id", r#""vsw-2""#),
            ("alicloud_vswitch.s[\"y\"].vpc_id == alicloud_vpc.a.id", "true"),
            ("upper(alicloud_vpc.a.id)", r#""VPC-1""#),
            ("alicloud_cen_transit_router.t.transit_router_id", r#""tr-1""#),
        ],
    );
}

#[test]
fn sensitive_values_decide_and_stay_sensitive() {
    let files = [
        (
            "main.tf",
            "variable \"s\" {\n  sensitive = true\n  default   = \"10.0.0.0/8\"\n}\nlocals {\n  sub = cidrsubnet(var.s, 8, 1)\n  n   = var.s == \"10.0.0.0/8\" ? 2 : 0\n}\nmodule \"m\" { source = \"./m\" }\n",
        ),
        ("m/main.tf", "output \"o\" {\n  value     = 1\n  sensitive = true\n}\n"),
    ];
    let files = Memory::new(files);
    for (expression, sensitive) in [
        ("local.sub", true),
        ("local.n", true),
        ("\"${var.s}\"", true),
        ("[var.s][0]", true),
        ("{ a = var.s }.a", true),
        ("module.m.o", true),
        ("nonsensitive(var.s)", false),
        ("length([var.s])", false),
    ] {
        assert_eq!(common::evaluate(&files, expression).unwrap().sensitive, sensitive, "{expression}");
    }
    assert_eq!(worth(&files, "local.sub"), "\"10.1.0.0/16\"");
}

#[test]
fn trails_lead_back_to_the_literal() {
    let files = Memory::new([
        (
            "main.tf",
            "variable \"cidr\" {}\nmodule \"net\" {\n  source = \"./net\"\n  cidr   = local.cidr\n}\nlocals { cidr = var.cidr }\n",
        ),
        ("terraform.tfvars", "# the network\ncidr = \"10.0.0.0/8\"\n"),
        (
            "net/main.tf",
            "variable \"cidr\" {}\nresource \"alicloud_vpc\" \"this\" { cidr_block = var.cidr }\noutput \"cidr\" { value = alicloud_vpc.this.cidr_block }\n",
        ),
    ]);
    let repository = Repository::new(&files, None);
    let surroundings = Surroundings { working_directory: "/".into(), ..Surroundings::default() };
    let evaluator = Evaluator::new(&repository, repository.module(Path::new("/")).unwrap(), &surroundings);
    let plan = alinet::plan::plan(&evaluator, &|_| true);
    let vpc = plan.resources.first().unwrap();
    let value = evaluator.argument(vpc, "cidr_block", vpc.declaration.header()).unwrap();
    let place = value.trail.place().unwrap();
    let file = repository.files.get(place.file);
    assert_eq!((file.path.to_str(), file.slice(place)), (Some("/terraform.tfvars"), "\"10.0.0.0/8\""));
    let steps: Vec<String> = value.trail.steps().iter().map(|step| format!("{:?}", step.what)).collect();
    assert_eq!(steps, ["Variable(\"cidr\")", "ModuleArgument(\"cidr\")", "Local(\"cidr\")", "Variable(\"cidr\")"]);
}
