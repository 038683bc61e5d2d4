use std::sync::Arc;

use super::*;
use crate::eval::functions::{call, find};
use crate::eval::number::Number;
use crate::eval::types::NoLookup;
use crate::source::{Address, Key, Mode, ModulePath};

fn number(digits: &str) -> Value {
    Value::number(Number::parse(digits).expect("a number"))
}

fn id() -> Value {
    let address = Address {
        module: ModulePath::default(),
        mode: Mode::Managed,
        kind: "alicloud_vpc".into(),
        name: "a".into(),
        key: Key::None,
    };
    Value::of(Arc::new(address), "id")
}

fn unknown() -> Value {
    Value::unknown(Cause::Failed)
}

fn run(name: &str, format: &str, rest: &[Value]) -> String {
    let arguments: Vec<Value> = [Value::string(format)].into_iter().chain(rest.iter().cloned()).collect();
    match call(find(name).expect("a function"), &arguments, &NoLookup) {
        Ok(value) => show(&value),
        Err(why) => format!("error: {why}"),
    }
}

fn show(value: &Value) -> String {
    match (&value.kind, value.pieces()) {
        (Kind::List(items), _) => format!("[{}]", items.iter().map(show).collect::<Vec<_>>().join("|")),
        (Kind::Unknown(_), _) => "?".into(),
        (_, Some(pieces)) => pieces
            .iter()
            .map(|piece| match piece {
                Piece::Literal(text) => text.to_string(),
                Piece::Of(of) => format!("<{}>", of.attribute),
            })
            .collect(),
        (other, None) => format!("{other:?}"),
    }
}

#[test]
fn numbers_are_printed_as_go_prints_them() {
    let one = |format: &str, digits: &str| run("format", format, &[number(digits)]);
    assert_eq!(one("%05d", "-42"), "-0042");
    assert_eq!(one("%-05d|", "42"), "42   |");
    assert_eq!(one("%-08g|", "1.5"), "000001.5|");
    assert_eq!(one("%#08x", "255"), "0x0000ff");
    assert_eq!(one("%+.3d", "7"), "+007");
    assert_eq!(one("% d", "7"), " 7");
    assert_eq!(one("%.0d", "0"), "");
    assert_eq!(one("%e", "123456.789"), "1.234568e+05");
    assert_eq!(one("%G", "1e-7"), "1E-07");
    assert_eq!(one("%8.3f", "2.5"), "   2.500");
    assert_eq!(one("%v", "1000000"), "1e+06");
    assert_eq!(one("%s", "1000000"), "1000000");
    assert!(one("%d", "1.5").starts_with("error"));
    assert!(one("%F", "1.5").starts_with("error"));
}

#[test]
fn text_is_measured_in_characters() {
    let one = |format: &str, text: &str| run("format", format, &[Value::string(text)]);
    assert_eq!(one("%5s|", "日本"), "   日本|");
    assert_eq!(one("%-5s|", "é"), "é    |");
    assert_eq!(one("%05s", "x"), "0000x");
    assert_eq!(one("%.1s", "🇩🇪x"), "🇩🇪");
    assert_eq!(one("%.0s", "abc"), "abc");
    assert_eq!(one("%q", "<a>"), "\"\\u003ca\\u003e\"");
    assert_eq!(one("%t", "true"), "true");
    assert_eq!(one("%d", "12"), "12");
    assert!(one("%t", "a").starts_with("error"));
}

#[test]
fn arguments_are_counted() {
    let ab = [Value::string("a"), Value::string("b")];
    assert_eq!(run("format", "%[2]s %[1]s", &ab), "b a");
    assert_eq!(run("format", "%s%%%s", &ab), "a%b");
    for wrong in ["%s", "%s%s%s", "%[3]s", "%[0]s", "%", "%5%", "%é", "%[1]2s", "%*d"] {
        assert!(run("format", wrong, &ab).starts_with("error"), "{wrong}");
    }
    assert_eq!(run("format", "%v", &[Value::tuple(vec![Value::number(1), Value::null()])]), "[1,null]");
    assert_eq!(run("format", "%v", &[Value::null()]), "?");
}

#[test]
fn identities_become_pieces() {
    assert_eq!(run("format", "%s:%v", &[id(), id()]), "<id>:<id>");
    assert_eq!(run("format", "%s", &[id()]), "<id>");
    assert_eq!(run("format", "%s-%d", &[id(), number("3")]), "<id>-3");
    assert_eq!(run("format", "%5s", &[id()]), "?");
    assert_eq!(run("format", "%q", &[id()]), "?");
    assert_eq!(run("format", "%s %s", &[id(), unknown()]), "?");
    assert_eq!(run("format", "%s %z", &[id(), unknown()]), "?");
}

#[test]
fn lists_are_formatted_element_by_element() {
    let list = Value::tuple(vec![Value::string("a"), id(), unknown()]);
    assert_eq!(run("formatlist", "x-%s", std::slice::from_ref(&list)), "[x-a|x-<id>|?]");
    assert_eq!(run("formatlist", "%s/%s", &[id(), Value::tuple(vec![number("1")])]), "[<id>/1]");
    assert_eq!(run("formatlist", "%s", &[Value::tuple(vec![])]), "[]");
    assert_eq!(run("formatlist", "%s%s", &[list.clone(), unknown()]), "?");
    assert!(run("formatlist", "%s%s", &[list, Value::tuple(vec![])]).starts_with("error"));
}

#[test]
fn widths_are_bounded() {
    assert!(run("format", "%99999999999d", &[number("1")]).starts_with("error"));
}
