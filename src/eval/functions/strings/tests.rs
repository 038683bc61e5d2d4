use std::sync::Arc;

use super::*;
use crate::eval::functions::{call, find};
use crate::eval::types::NoLookup;
use crate::eval::value::{Cause, Kind};
use crate::source::{Address, Key, Mode, ModulePath};

fn of(kind: &str, attribute: &str) -> Value {
    let address = Address {
        module: ModulePath::default(),
        mode: Mode::Managed,
        kind: kind.into(),
        name: "a".into(),
        key: Key::None,
    };
    Value::of(Arc::new(address), attribute)
}

fn vpc() -> Value {
    of("alicloud_vpc", "id")
}

fn unknown() -> Value {
    Value::unknown(Cause::Failed)
}

fn run(name: &str, arguments: &[Value]) -> String {
    let function = find(name).unwrap_or_else(|| panic!("no function {name}"));
    match call(function, arguments, &NoLookup) {
        Ok(value) => show(&value),
        Err(why) => format!("error: {why}"),
    }
}

fn show(value: &Value) -> String {
    match &value.kind {
        Kind::Null => "null".into(),
        Kind::Bool(flag) => flag.to_string(),
        Kind::String(text) => text.to_string(),
        Kind::Of(of) => format!("<{}>", of.attribute),
        Kind::Text(text) => {
            let piece = |piece: &Piece| match piece {
                Piece::Literal(text) => text.to_string(),
                Piece::Of(of) => format!("<{}>", of.attribute),
            };
            text.pieces.iter().map(piece).collect()
        }
        Kind::Tuple(items) | Kind::List(items) => {
            format!("[{}]", items.iter().map(show).collect::<Vec<_>>().join(" "))
        }
        Kind::Object(fields) => {
            let fields = fields.iter().map(|(name, field)| format!("{name}={}", show(field)));
            format!("{{{}}}", fields.collect::<Vec<_>>().join(" "))
        }
        Kind::Unknown(_) => "?".into(),
        other => format!("{other:?}"),
    }
}

fn texts(name: &str, arguments: &[&str]) -> String {
    run(name, &arguments.iter().map(|text| Value::string(*text)).collect::<Vec<_>>())
}

#[test]
fn known_text_gives_what_terraform_gives() {
    assert_eq!(texts("upper", &["ß ŉ ǰ ǆ ა ᾀ Σς"]), "ß ŉ ǰ Ǆ Ა ᾈ ΣΣ");
    assert_eq!(texts("lower", &["İ Ǆ Σς"]), "i ǆ σς");
    assert_eq!(texts("title", &["o'neil don't x-y_z ǆ"]), "O'Neil Don'T X-Y_z ǅ");
    assert_eq!(texts("strrev", &["ab🇩🇪"]), "🇩🇪ba");
    assert_eq!(texts("chomp", &["a\rb\n\r\n"]), "a\rb");
    assert_eq!(texts("dirname", &["a/../../b/c"]), "../b");
    assert_eq!(texts("dirname", &["//"]), "/");
    assert_eq!(texts("basename", &["a//"]), "a");
    assert_eq!(texts("basename", &[""]), ".");
    assert_eq!(texts("split", &["", "aé"]), "[a é]");
    assert_eq!(texts("split", &["", ""]), "[]");
    assert_eq!(texts("split", &[",", ""]), "[]");
    assert_eq!(texts("replace", &["ab", "", "-"]), "-a-b-");
    assert_eq!(texts("trim", &["?!hello?!", "!?"]), "hello");
}

#[test]
fn substr_counts_characters() {
    let substr = |text: &str, offset: i64, length: i64| {
        run("substr", &[Value::string(text), Value::number(offset), Value::number(length)])
    };
    assert_eq!(substr("日本語テスト", 1, 2), "本語");
    assert_eq!(substr("hello world", -5, -1), "world");
    assert_eq!(substr("hello", 9, 1), "");
    assert_eq!(substr("hello", -2, 0), "lo");
    assert_eq!(substr("hello", 0, 0), "");
    assert_eq!(
        run("substr", &[Value::string("a"), Value::string("1.5"), Value::number(1)]).split(':').next(),
        Some("error")
    );
}

#[test]
fn expressions_are_those_of_go() {
    assert_eq!(texts("regex", &["(?P<a>x)|(?P<b>y)", "y"]), "{a=null b=y}");
    assert_eq!(texts("regex", &["(\\d+)\\.(\\d+)", "٣ 10.20"]), "[10 20]");
    assert_eq!(texts("regexall", &["[[a]b]", "ab] a]b]"]), "[ab]]");
    assert_eq!(texts("regexall", &["[a-c-e]", "d-e"]), "[- e]");
    assert_eq!(texts("regexall", &["[a&&b]", "a&b"]), "[a & b]");
    assert_eq!(texts("regexall", &["a{,2}", "a{,2}"]), "[a{,2}]");
    assert_eq!(texts("regexall", &["\\Q.*\\E", "a.*"]), "[.*]");
    assert_eq!(texts("regexall", &["x*", "axb"]), "[ x ]");
    assert_eq!(texts("regex", &["\\Ba", "ba"]), "?");
    for pattern in ["a**", "(?=a)", "a{1001}", "[b-a]", "(a", "a)", "\\8", "(?P<x>a)(b)", "zzz"] {
        assert!(texts("regex", &[pattern, "a"]).starts_with("error"), "{pattern}");
    }
}

#[test]
fn replacements_refer_to_groups() {
    assert_eq!(texts("replace", &["prod-12", "/(?P<name>[a-z]+)-(\\d+)/", "$2-${name}$$$9"]), "12-prod$");
    assert_eq!(texts("replace", &["ab", "/(a)/", "$1x"]), "b");
    assert_eq!(texts("replace", &["ab", "/(a)/", "${1}x"]), "axb");
    assert_eq!(texts("replace", &["a/b", "/", "-"]), "a-b");
}

#[test]
fn identities_survive() {
    let list = |items: Vec<Value>| Value::tuple(items);
    assert_eq!(run("join", &[Value::string(""), list(vec![vpc()])]), "<id>");
    assert_eq!(run("join", &[Value::string(","), list(vec![vpc(), vpc()])]), "<id>,<id>");
    assert_eq!(run("join", &[Value::string(","), list(vec![vpc(), unknown()])]), "?");
    let two = joined(
        vpc()
            .pieces()
            .into_iter()
            .flatten()
            .chain([Piece::Literal(",b:".into())])
            .chain(vpc().pieces().into_iter().flatten()),
    );
    assert_eq!(run("split", &[Value::string(","), two.clone()]), "[<id> b:<id>]");
    assert_eq!(run("split", &[Value::string(":"), two.clone()]), "[<id>,b <id>]");
    assert_eq!(run("split", &[Value::string("-"), two.clone()]), "?");
    assert_eq!(run("replace", &[two, Value::string("b:"), Value::string("")]), "?");
    assert_eq!(run("replace", &[Value::string("in VPC"), Value::string("VPC"), vpc()]), "in <id>");
    assert_eq!(run("trimspace", &[vpc()]), "<id>");
    assert_eq!(run("chomp", &[vpc()]), "<id>");
    assert_eq!(run("lower", &[vpc()]), "?");
    assert_eq!(run("indent", &[Value::number(2), vpc()]), "<id>");
    assert_eq!(run("split", &[Value::string(","), vpc()]), "[<id>]");
    assert_eq!(run("split", &[Value::string(":"), of("alicloud_route_entry", "id")]), "?");
    assert_eq!(run("split", &[Value::string(" "), of("alicloud_vpc", "description")]), "?");
}

#[test]
fn what_literals_decide_is_decided() {
    let text = joined([Piece::Literal("arn:".into())].into_iter().chain(vpc().pieces().into_iter().flatten()));
    let both = |name: &str, part: &str| run(name, &[text.clone(), Value::string(part)]);
    assert_eq!(both("startswith", "ar"), "true");
    assert_eq!(both("startswith", "x"), "false");
    assert_eq!(both("startswith", "arn:x"), "?");
    assert_eq!(both("endswith", ""), "true");
    assert_eq!(both("endswith", "x"), "?");
    assert_eq!(both("strcontains", ":"), "true");
    assert_eq!(both("strcontains", ","), "false");
    assert_eq!(both("strcontains", "x"), "?");
    assert_eq!(both("trimprefix", "arn:"), "<id>");
    assert_eq!(both("trimprefix", "arn:x"), "?");
    assert_eq!(both("trimsuffix", "x"), "?");
    assert_eq!(both("trim", "x"), "?");
    assert_eq!(both("trim", ":ran"), "?");
    assert_eq!(run("startswith", &[unknown(), Value::string("")]), "true");
    assert_eq!(run("startswith", &[vpc(), Value::string("vpc-")]), "?");
}

#[test]
fn nothing_grows_without_bounds() {
    let long = Value::string("a".repeat(5_000));
    assert!(run("replace", &[long.clone(), Value::string("a"), long]).starts_with("error"));
    assert!(run("indent", &[Value::number(100_000_000), Value::string("a\nb")]).starts_with("error"));
}
