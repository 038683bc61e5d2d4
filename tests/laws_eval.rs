//! Laws of the lower floors, tried on configurations and expressions that a generator makes: the same ones on every run.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod common;

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};

use alinet::eval::{Evaluator, Kind, Surroundings, Value};
use alinet::module::{Input, Repository};
use alinet::source::{File, Files, Trail};
use alinet::syntax::{self, Body, Expression, ExpressionKind, Item, Part};
use alinet::{Named, Options};
use common::{Memory, deep, describe, evaluate_in};

/// A sequence of numbers that looks random and is the same every time.
struct Dice(u64);

impl Dice {
    fn below(&mut self, n: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 % n as u64) as usize
    }

    fn pick<'a, T>(&mut self, from: &'a [T]) -> &'a T {
        &from[self.below(from.len())]
    }
}

const MAIN: &str = r##"
# A network with everything in it.
variable "cidr" { default = "10.0.0.0/8" }
variable "names" {
  type    = list(string)
  default = ["web", "db"]
}
variable "zones" {
  type = map(object({ id = string, bits = optional(number, 8) }))
  default = {
    a = { id = "cn-hangzhou-a" }
    b = { id = "cn-hangzhou-b", bits = 4 }
  }
}
variable "create" { default = true }
variable "note" {
  default = <<-EOT
    first é 😀
      second ${"$"}{x}
  EOT
}
locals {
  tags    = merge({ owner = "net" }, var.create ? { made = "yes" } : {})
  subnets = { for i, n in var.names : n => cidrsubnet(var.cidr, 8, i) }
  first   = values(local.subnets)[0]
  text    = "%{ for n in var.names ~}${n},%{ endfor }%{ if var.create }!%{ endif }"
}
provider "alicloud" {
  region = "cn-hangzhou"
}
provider "alicloud" {
  alias  = "peer"
  region = "cn-beijing"
  assume_role {
    role_arn = "acs:ram::123:role/x"
  }
}
resource "alicloud_vpc" "main" {
  count      = var.create ? 1 : 0
  cidr_block = var.cidr
  vpc_name   = "main-${join("-", var.names)}"
  tags       = local.tags
}
resource "alicloud_vswitch" "each" {
  for_each   = var.zones
  vpc_id     = alicloud_vpc.main[0].id
  cidr_block = cidrsubnet(var.cidr, each.value.bits, 1)
  zone_id    = each.value.id
}
resource "alicloud_alb_load_balancer" "lb" {
  vpc_id = one(alicloud_vpc.main[*].id)
  dynamic "zone_mappings" {
    for_each = alicloud_vswitch.each
    content {
      vswitch_id = zone_mappings.value.id
      zone_id    = zone_mappings.value.zone_id
    }
  }
}
module "spoke" {
  source    = "./spoke"
  for_each  = local.subnets
  cidr      = each.value
  providers = { alicloud = alicloud.peer }
}
resource "alicloud_route_entry" "out" {
  count                 = length(var.names)
  route_table_id        = try(alicloud_vpc.main[0].route_table_id, "none")
  destination_cidrblock = values(module.spoke)[count.index].cidr
  nexthop_type          = "NatGateway"
  nexthop_id            = coalesce(var.create ? "ngw-1" : null, "ngw-2")
}
output "ids" { value = [for k, m in module.spoke : m.id] }
"##;

const SPOKE: &str = r#"
variable "cidr" { type = string }
resource "alicloud_vpc" "this" { cidr_block = var.cidr }
output "cidr" { value = alicloud_vpc.this.cidr_block }
output "id" { value = alicloud_vpc.this.id }
"#;

const JSON: &str = r#"{
  "locals": { "json": ["${var.cidr}", 1, true, null, { "k": "v-${var.create}" }] },
  "resource": { "alicloud_vpc": { "json": { "cidr_block": "${cidrsubnet(var.cidr, 4, 2)}" } } }
}"#;

fn files() -> Memory {
    Memory::new([
        ("main.tf", MAIN),
        ("more.tf.json", JSON),
        ("spoke/main.tf", SPOKE),
        ("terraform.tfvars", "names = [\"web\", \"db\", \"cache\"]\n"),
    ])
}

fn report(files: &Memory) -> String {
    let surroundings = Surroundings { working_directory: "/".into(), ..Surroundings::default() };
    let paths = vec![Named::Directory("/".into())];
    let options = Options { paths, surroundings, all_blocks: true, ..Options::default() };
    alinet::report::json(&alinet::lint(files, &options))
}

/// Every argument of every instance, and every local value, of the root: its name and its value.
fn values(files: &Memory, inputs: Vec<Input>) -> Vec<(String, Value)> {
    let repository = Repository::new(files, None);
    let surroundings = Surroundings { inputs, working_directory: "/".into(), ..Surroundings::default() };
    let Some(root) = repository.module(Path::new("/")) else { return Vec::new() };
    let evaluator = Evaluator::new(&repository, root.clone(), &surroundings);
    let plan = alinet::plan::plan(&evaluator, &|_| true);
    let mut found = Vec::new();
    for instance in &plan.resources {
        let declaration = &instance.declaration;
        let body = declaration.body();
        let names = body.attributes.iter().map(|attribute| attribute.name.text.clone());
        let blocks = body.blocks.iter().filter_map(|block| block.labels.first().map(|label| label.text.clone()));
        for name in names.chain(blocks) {
            if let Some(value) = evaluator.argument(instance, &name, declaration.header()) {
                found.push((format!("{}.{name}", instance.address), value));
            }
        }
    }
    for name in root.local_names() {
        if let Some((name, expression)) = root.local(&name) {
            found
                .push((format!("local.{}", name.text), evaluator.local(evaluator.root(), &name.text, expression.span)));
        }
    }
    found
}

#[test]
fn evaluation_is_deterministic() {
    deep(|| {
        let first = report(&files());
        let shown = |values: Vec<(String, Value)>| {
            values.iter().map(|(name, value)| format!("{name} = {}\n", describe(value))).collect::<String>()
        };
        let value = shown(values(&files(), Vec::new()));
        assert!(value.contains("module.spoke[\"db\"].alicloud_vpc.this.cidr_block = \"10.1.0.0/16\""), "{value}");
        for _ in 0..5 {
            assert_eq!(report(&files()), first);
            assert_eq!(shown(values(&files(), Vec::new())), value);
        }
    });
}

/// Text with something cut off, left out, put in, doubled or swapped.
fn mangled(text: &str, dice: &mut Dice) -> Vec<u8> {
    let bytes = text.as_bytes();
    let a = dice.below(bytes.len());
    let b = a + dice.below((bytes.len() - a).min(60));
    match dice.below(6) {
        0 => bytes[..a].to_vec(),
        1 => [&bytes[..a], &bytes[b..]].concat(),
        2 => {
            let pieces: [&[u8]; 16] = [
                b"\"",
                b"{",
                b"}",
                b"[",
                b"(",
                b"${",
                b"%{ for x in",
                b"<<EOT\n",
                b"/*",
                b"\n",
                b"\xff",
                b"...",
                b"*",
                b"? :",
                b"for",
                b"\0",
            ];
            let piece = pieces[dice.below(pieces.len())];
            [&bytes[..a], piece, &bytes[a..]].concat()
        }
        3 => [&bytes[..b], &bytes[a..]].concat(),
        4 => {
            let mut bytes = bytes.to_vec();
            bytes[a] = bytes[a].wrapping_add(1 + dice.below(255) as u8);
            bytes
        }
        _ => {
            let c = dice.below(bytes.len());
            [&bytes[..a], &bytes[c..(c + 40).min(bytes.len())], &bytes[a..]].concat()
        }
    }
}

/// Fails when something takes far longer than anything here should.
#[track_caller]
fn in_time(what: impl FnOnce() -> String, run: impl FnOnce()) {
    let start = Instant::now();
    run();
    assert!(start.elapsed() < Duration::from_secs(5), "{:?} for {}", start.elapsed(), what());
}

#[test]
fn mangled_input_neither_panics_nor_hangs() {
    deep(|| {
        let mut dice = Dice(0x9e37_79b9_7f4a_7c15);
        for round in 0..400 {
            let mut files = files();
            let names: Vec<PathBuf> = files.0.keys().cloned().collect();
            let name = dice.pick(&names).clone();
            let mut text = String::from_utf8_lossy(&files.0[&name]).into_owned();
            let mut bytes = Vec::new();
            for _ in 0..=dice.below(3) {
                bytes = mangled(&text, &mut dice);
                text = String::from_utf8_lossy(&bytes).into_owned();
                if text.is_empty() {
                    break;
                }
            }
            let shown = String::from_utf8_lossy(&bytes).into_owned();
            files.0.insert(name, bytes);
            in_time(|| format!("round {round}:\n{shown}"), || drop(report(&files)));
        }
    });
}

#[test]
fn nested_input_neither_panics_nor_hangs() {
    deep(|| {
        let shapes: [(&str, &str, &str); 14] = [
            ("(", "1", ")"),
            ("[", "1", "]"),
            ("{ a = ", "1", " }"),
            ("\"${", "1", "}\""),
            ("upper(", "\"a\"", ")"),
            ("!", "true", ""),
            ("-", "1", ""),
            ("true ? 1 : ", "1", ""),
            ("1 + ", "1", ""),
            ("[for x in [1] : ", "x", "]"),
            ("{ for k, v in {} : k => ", "1", " }"),
            ("var.a", "", "[0]"),
            ("\"%{ if true }", "", "%{ endif }\""),
            ("try(", "1", ", 2)"),
        ];
        for (open, middle, close) in shapes {
            for depth in [50, 130, 5_000] {
                let text = format!("locals {{\n  a = {}{middle}{}\n}}\n", open.repeat(depth), close.repeat(depth));
                in_time(
                    || format!("{depth} times {open}"),
                    || drop(report(&Memory::new([("main.tf", text.as_str())]))),
                );
            }
        }
        let blocks = format!("{}{}", "a {\n".repeat(5_000), "}\n".repeat(5_000));
        in_time(|| "blocks".into(), || drop(report(&Memory::new([("main.tf", blocks.as_str())]))));
        let json = format!("{{\"locals\": {}1{}}}", "{\"a\": ".repeat(5_000), "}".repeat(5_000));
        in_time(|| "JSON".into(), || drop(report(&Memory::new([("main.tf.json", json.as_str())]))));
        // Each refers to the next: as deep as the configuration is long.
        let mut chain: String = (0..5_000).map(|at| format!("  a{at} = local.a{}\n", at + 1)).collect();
        chain = format!("locals {{\n{chain}  a5000 = 1\n}}\n");
        in_time(|| "a chain of locals".into(), || drop(report(&Memory::new([("main.tf", chain.as_str())]))));
        // Each is twice the one before.
        let doubled: String = (1..60).map(|at| format!("  a{at} = [local.a{}, local.a{}]\n", at - 1, at - 1)).collect();
        let doubled = format!("locals {{\n  a0 = 1\n{doubled}  n = length(flatten(local.a59))\n}}\n");
        in_time(|| "doubled locals".into(), || drop(report(&Memory::new([("main.tf", doubled.as_str())]))));
    });
}

fn walk_body(body: &Body, file: &Arc<File>) {
    for attribute in &body.attributes {
        assert_eq!(file.slice(attribute.name.span).trim_matches('"'), &*attribute.name.text);
        assert!(attribute.span.contains(attribute.name.span) && attribute.span.contains(attribute.value.span));
        walk(&attribute.value, file);
    }
    for block in &body.blocks {
        assert_eq!(file.slice(block.kind.span).trim_matches('"'), &*block.kind.text);
        for label in &block.labels {
            assert_eq!(file.slice(label.span).trim_matches('"'), &*label.text);
            assert!(block.span.contains(label.span));
        }
        walk_body(&block.body, file);
    }
}

/// Every expression lies in its parent and its text says what it is.
fn walk(expression: &Expression, file: &Arc<File>) {
    let text = file.slice(expression.span);
    assert!(!text.is_empty() || matches!(&*expression.kind, ExpressionKind::Element), "{expression:?}");
    let mut inner: Vec<&Expression> = Vec::new();
    match &*expression.kind {
        ExpressionKind::Null => assert_eq!(text, "null"),
        ExpressionKind::Bool(value) => assert_eq!(text, value.to_string()),
        ExpressionKind::Number(digits) => assert_eq!(text, &**digits),
        ExpressionKind::Variable(name) => assert!(text == &**name || text == format!("\"{name}\""), "{text} {name}"),
        ExpressionKind::String(_) | ExpressionKind::Element | ExpressionKind::Refused(_) => {}
        ExpressionKind::Template(parts) => parts.iter().for_each(|part| walk_part(part, file)),
        ExpressionKind::Tuple(items) => inner.extend(items),
        ExpressionKind::Object(entries) => entries.iter().for_each(|entry| inner.extend([&entry.key, &entry.value])),
        ExpressionKind::Attribute { on, name } => {
            assert_eq!(file.slice(name.span), &*name.text);
            inner.push(on);
        }
        ExpressionKind::Index { on, key } => inner.extend([on, key]),
        ExpressionKind::Splat { on, .. } => inner.push(on),
        ExpressionKind::Call { name, arguments, .. } => {
            assert_eq!(file.slice(name.span), &*name.text);
            inner.extend(arguments);
        }
        ExpressionKind::Unary { operand, .. } => inner.push(operand),
        ExpressionKind::Binary { left, right, .. } => inner.extend([left, right]),
        ExpressionKind::Conditional { condition, yes, no } => inner.extend([condition, yes, no]),
        ExpressionKind::For(one) => {
            assert_eq!(file.slice(one.value_name.span), &*one.value_name.text);
            inner.extend([&one.collection, &one.result]);
            inner.extend(one.condition.iter().chain(&one.result_key));
        }
        ExpressionKind::Parenthesis(one) => inner.push(one),
    }
    for one in inner {
        assert!(expression.span.contains(one.span), "{text:?} does not hold {:?}", file.slice(one.span));
        walk(one, file);
    }
}

fn walk_part(part: &Part, file: &Arc<File>) {
    match part {
        Part::Literal(_) => {}
        Part::Interpolation(expression) => walk(expression, file),
        Part::If { condition, yes, no, .. } => {
            walk(condition, file);
            yes.iter().chain(no).for_each(|part| walk_part(part, file));
        }
        Part::For { collection, body, .. } => {
            walk(collection, file);
            body.iter().for_each(|part| walk_part(part, file));
        }
    }
}

#[test]
fn every_span_slices_to_what_it_names() {
    deep(|| {
        let all = Files::default();
        let mut dice = Dice(42);
        let mut texts = vec![MAIN.to_owned(), SPOKE.to_owned()];
        for _ in 0..200 {
            texts.push(String::from_utf8_lossy(&mangled(MAIN, &mut dice)).into_owned());
        }
        for (at, text) in texts.iter().enumerate() {
            let file = all.add(Path::new(&format!("/{at}.tf")), text.as_bytes().to_vec());
            let outline = syntax::outline(&file);
            let mut errors = outline.errors.clone();
            for item in &outline.items {
                let Item::Block(stub) = item else { continue };
                let parsed = stub.body();
                errors.extend(parsed.errors.iter().cloned());
                walk_body(&parsed.body, &file);
            }
            for error in errors {
                let place = error.place.unwrap();
                assert!(place.start <= place.end && place.end as usize <= file.text.len(), "{error:?}");
                assert!(file.text.get(place.range()).is_some(), "{error:?}");
            }
        }
    });
}

#[test]
fn trails_end_in_what_was_written() {
    deep(|| {
        let files = files();
        let repository = Repository::new(&files, None);
        let surroundings = Surroundings { working_directory: "/".into(), ..Surroundings::default() };
        let evaluator = Evaluator::new(&repository, repository.module(Path::new("/")).unwrap(), &surroundings);
        let plan = alinet::plan::plan(&evaluator, &|_| true);
        let mut leaves = 0;
        for instance in &plan.resources {
            let declaration = &instance.declaration;
            for attribute in &declaration.body().attributes {
                let Some(value) = evaluator.argument(instance, &attribute.name.text, attribute.span) else { continue };
                assert!(!matches!(value.trail, Trail::None), "{}.{}", instance.address, attribute.name.text);
                for leaf in value.trail.leaves(100) {
                    let file = repository.files.get(leaf.file);
                    assert!(file.text.get(leaf.range()).is_some_and(|text| !text.is_empty()));
                    leaves += 1;
                }
                if let (Kind::String(text), Some(place)) = (&value.kind, value.trail.place())
                    && let [only] = value.trail.leaves(2).as_slice()
                    && *only == place
                    && value.trail.steps().iter().all(|step| !format!("{:?}", step.what).starts_with("Function"))
                {
                    let written = repository.files.text(place);
                    assert!(written.contains(&**text), "{written} is not {text}");
                }
            }
        }
        assert!(leaves > 20);
    });
}

/// Whether knowing less gave something else: what is known of `less` must be so in `more` too.
fn contradicts(more: &Value, less: &Value) -> bool {
    match (&more.kind, &less.kind) {
        // It may be any of these, and it is none of them.
        (_, Kind::Unknown(unknown)) => {
            !unknown.one_of.is_empty() && unknown.one_of.iter().all(|one| contradicts(more, one))
        }
        (Kind::Unknown(_), _) => false,
        (Kind::Of(_) | Kind::Text(_), _) | (_, Kind::Of(_) | Kind::Text(_)) => {
            alinet::eval::value::equal(more, less) == Some(false)
        }
        (Kind::Set(a), Kind::Set(b)) => {
            let known = b.iter().filter(|item| item.is_wholly_known());
            more.is_wholly_known() && known.into_iter().any(|item| !a.iter().any(|other| !contradicts(other, item)))
        }
        (Kind::Tuple(a) | Kind::List(a), Kind::Tuple(b) | Kind::List(b)) => {
            a.len() != b.len() || a.iter().zip(b.iter()).any(|(a, b)| contradicts(a, b))
        }
        (Kind::Object(a) | Kind::Map(a), Kind::Object(b) | Kind::Map(b)) => {
            !a.keys().eq(b.keys()) || a.values().zip(b.values()).any(|(a, b)| contradicts(a, b))
        }
        // A number that stands beside text of which only one of the two is known may yet become text.
        _ => describe(more).trim_matches('"') != describe(less).trim_matches('"'),
    }
}

#[test]
fn removing_a_default_never_changes_what_is_known() {
    deep(|| {
        let more = values(&files(), Vec::new());
        let defaults = [
            ("variable \"cidr\" { default = \"10.0.0.0/8\" }", "variable \"cidr\" {}"),
            ("variable \"create\" { default = true }", "variable \"create\" {}"),
            ("  default = [\"web\", \"db\"]\n", ""),
        ];
        let mut checked = 0;
        for chosen in 1..1 << defaults.len() {
            let mut text = MAIN.to_owned();
            for (at, (known, unknown)) in defaults.iter().enumerate() {
                if chosen & (1 << at) != 0 {
                    assert!(text.contains(known));
                    text = text.replace(known, unknown);
                }
            }
            let mut less = files();
            less.0.insert("/main.tf".into(), text.into_bytes());
            less.0.remove(Path::new("/terraform.tfvars"));
            let mut full = files();
            full.0.remove(Path::new("/terraform.tfvars"));
            let more = values(&full, Vec::new());
            for (name, value) in values(&less, Vec::new()) {
                if let Some((_, known)) = more.iter().find(|(other, _)| *other == name) {
                    assert!(!contradicts(known, &value), "{name}: {} is not {}", describe(&value), describe(known));
                    checked += 1;
                }
            }
        }
        assert!(checked > 50 && more.len() > 10);
    });
}

const KNOWN: &str = r#"
variable "n" { default = 2 }
variable "s" { default = "b" }
variable "t" { default = "10.0.0.0/16" }
variable "f" { default = true }
variable "z" { default = null }
variable "l" { default = ["a", "b", "c"] }
variable "m" { default = { a = 1, b = "x" } }
variable "o" { default = { a = { a = [1, 2], b = "x" }, b = { a = [], b = null } } }
resource "alicloud_vpc" "v" { count = 2 }
resource "alicloud_vpc" "w" { for_each = { a = 1, b = 2 } }
"#;
const NAMES: [&str; 8] = ["n", "s", "t", "f", "z", "l", "m", "o"];

/// An expression of the variables above, in which a few levels are nested.
fn expression(dice: &mut Dice, depth: usize) -> String {
    let leaves = [
        "var.n",
        "var.s",
        "var.t",
        "var.f",
        "var.z",
        "var.l",
        "var.m",
        "var.o",
        "1",
        "0",
        "\"a\"",
        "\"\"",
        "true",
        "null",
        "[]",
        "{}",
        "[1, 2]",
        "{ a = 1 }",
        "alicloud_vpc.v[0].id",
        "alicloud_vpc.v[*].id",
        "alicloud_vpc.w[\"a\"].id",
        "alicloud_vpc.v",
        "\"a,b\"",
    ];
    if depth == 0 {
        return (*dice.pick(&leaves)).to_owned();
    }
    let shapes = [
        "(% + %)",
        "(% == %)",
        "(% != %)",
        "(% && %)",
        "(% || %)",
        "!%",
        "(% ? % : %)",
        "(% < %)",
        "[%, %]",
        "{ a = %, b = % }",
        "%[0]",
        "%[%]",
        "%.a",
        "%[*].a",
        "%[*]",
        "[for x in % : x]",
        "[for x in % : x if x != %]",
        "{ for k, v in % : k => v }",
        "{ for x in % : x => %... }",
        "\"x${%}\"",
        "\"%{ if % }a%{ else }b%{ endif }\"",
        "\"%{ for x in % }${x}%{ endfor }\"",
        "length(%)",
        "merge(%, %)",
        "concat(%, %)",
        "try(%, %)",
        "can(%)",
        "coalesce(%, %)",
        "lookup(%, %, %)",
        "element(%, %)",
        "join(\",\", %)",
        "split(\",\", %)",
        "toset(%)",
        "tolist(%)",
        "tomap(%)",
        "tostring(%)",
        "contains(%, %)",
        "keys(%)",
        "values(%)",
        "flatten([%, %])",
        "distinct(%)",
        "compact(%)",
        "one(%)",
        "reverse(%)",
        "sort(%)",
        "slice(%, 0, 1)",
        "zipmap(%, %)",
        "index(%, %)",
        "setunion(%, %)",
        "setintersection(%, %)",
        "setsubtract(%, %)",
        "setproduct(%, %)",
        "cidrsubnet(var.t, 8, %)",
        "cidrsubnet(%, 8, 1)",
        "format(\"%s-%s\", %, %)",
        "replace(%, \"a\", %)",
        "upper(%)",
        "substr(%, 0, 1)",
        "jsonencode(%)",
        "coalescelist(%, %)",
        "alltrue([%, %])",
        "anytrue([%, %])",
        "max(%, %)",
        "sum(%)",
        "range(%)",
        "chunklist(%, 1)",
        "matchkeys(%, %, %)",
        "transpose({ a = % })",
        "startswith(%, %)",
        "trimprefix(%, \"a\")",
        "formatlist(\"%s\", %)",
        "jsondecode(jsonencode(%))",
        "concat(alicloud_vpc.v[*].id, [%])[0]",
    ];
    let shape = *dice.pick(&shapes);
    let mut made = String::new();
    let mut rest = shape.chars().peekable();
    while let Some(c) = rest.next() {
        // `%s` and `%{` belong to the shape.
        if c == '%' && !matches!(rest.peek(), Some('s' | '{')) {
            let below = dice.below(depth);
            made.push_str(&expression(dice, below));
        } else {
            made.push(c);
        }
    }
    made
}

#[test]
fn knowing_less_of_an_expression_never_gives_something_else() {
    deep(|| {
        let mut dice = Dice(7);
        let surroundings = Surroundings { working_directory: "/".into(), ..Surroundings::default() };
        let full = Memory::new([("main.tf", KNOWN)]);
        let mut known = 0;
        for _ in 0..6_000 {
            let depth = 1 + dice.below(3);
            let expression = expression(&mut dice, depth);
            let Ok(more) = evaluate_in(&full, &expression, &surroundings) else { continue };
            known += 1;
            let mut text = KNOWN.to_owned();
            let first = *dice.pick(&NAMES);
            let second = *dice.pick(&NAMES);
            for name in [first, second] {
                let start = text.find(&format!("variable \"{name}\"")).unwrap();
                let end = start + text[start..].find('\n').unwrap();
                text.replace_range(start..end, &format!("variable \"{name}\" {{}}"));
            }
            let less = Memory::new([("main.tf", text.as_str())]);
            // Where Terraform gives a value, not knowing something must not make it a fault.
            let less = evaluate_in(&less, &expression, &surroundings);
            let Ok(less) = less else {
                panic!(
                    "{expression} without {first}, {second} is a fault: {}; it is {}",
                    less.unwrap_err(),
                    describe(&more)
                );
            };
            assert!(
                !contradicts(&more, &less),
                "{expression}\n    without {first}, {second} is {}\n    but it is {}",
                describe(&less),
                describe(&more)
            );
        }
        assert!(known > 1_000, "{known}");
    });
}
