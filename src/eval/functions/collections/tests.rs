use std::sync::Arc;

use super::super::{call, find};
use crate::eval::types::{NoLookup, Type};
use crate::eval::value::{Cause, Kind, Piece, Value, equal};
use crate::source::{Address, Key, Mode, ModulePath};

fn run(name: &str, args: &[Value]) -> Result<Value, String> {
    call(find(name).ok_or("no such function")?, args, &NoLookup)
}

#[track_caller]
fn gives(name: &str, args: &[Value], wanted: Value) {
    match run(name, args) {
        Ok(value) => assert_eq!(equal(&value, &wanted), Some(true), "{name}: {value:?}"),
        Err(why) => panic!("{name}: {why}"),
    }
}

#[track_caller]
fn is_unknown(name: &str, args: &[Value]) {
    let value = run(name, args);
    assert!(value.as_ref().is_ok_and(Value::is_unknown), "{name}: {value:?}");
}

#[track_caller]
fn fails(name: &str, args: &[Value]) {
    assert!(run(name, args).is_err(), "{name}{args:?}");
}

fn s(text: &str) -> Value {
    Value::string(text)
}

fn n(number: i64) -> Value {
    Value::number(number)
}

fn tuple<const N: usize>(items: [Value; N]) -> Value {
    Value::tuple(items.into())
}

fn list<const N: usize>(items: [Value; N]) -> Value {
    Value::list(items.into())
}

fn set<const N: usize>(items: [Value; N]) -> Value {
    Value::set(items.into())
}

fn object<const N: usize>(fields: [(&str, Value); N]) -> Value {
    Value::object(fields.map(|(key, value)| (key.into(), value)).into())
}

fn map<const N: usize>(fields: [(&str, Value); N]) -> Value {
    Value::map(fields.map(|(key, value)| (key.into(), value)).into())
}

fn attribute(name: &str, attribute: &str) -> Value {
    let module = ModulePath::default();
    let address =
        Address { module, mode: Mode::Managed, kind: "alicloud_vpc".into(), name: name.into(), key: Key::None };
    Value::of(Arc::new(address), attribute)
}

fn id(name: &str) -> Value {
    attribute(name, "id")
}

fn unknown() -> Value {
    Value::unknown(Cause::Failed)
}

#[test]
fn values_are_those_of_terraform() {
    let abc = || tuple([s("a"), s("b"), s("c")]);
    gives("alltrue", &[tuple([Value::bool(true), s("true")])], Value::bool(true));
    gives("anytrue", &[tuple([])], Value::bool(false));
    gives("chunklist", &[abc(), n(2)], list([list([s("a"), s("b")]), list([s("c")])]));
    gives("chunklist", &[tuple([n(1), n(2)]), n(0)], list([list([n(1), n(2)])]));
    gives("coalesce", &[Value::null(), n(1), s("a")], s("1"));
    gives("coalesce", &[s(""), s("b")], s("b"));
    gives("coalescelist", &[tuple([]), tuple([s("c")])], tuple([s("c")]));
    gives("compact", &[tuple([s("a"), s(""), Value::null(), s("c")])], list([s("a"), s("c")]));
    gives("concat", &[tuple([n(1)]), list([s("a")])], tuple([n(1), s("a")]));
    gives("concat", &[list([s("a")]), list([n(1)])], list([s("a"), s("1")]));
    gives("contains", &[tuple([n(1), n(2)]), s("2")], Value::bool(false));
    gives("distinct", &[tuple([s("b"), s("a"), s("b")])], list([s("b"), s("a")]));
    gives("element", &[abc(), n(4)], s("b"));
    gives("element", &[list([s("a"), s("b"), s("c")]), n(-1)], s("c"));
    gives("flatten", &[tuple([n(1), tuple([n(2), set([n(3)])])])], tuple([n(1), n(2), n(3)]));
    gives("index", &[abc(), s("c")], n(2));
    gives("keys", &[object([("b", n(1)), ("a", n(2))])], tuple([s("a"), s("b")]));
    gives("length", &[s("👨‍👩‍👧\r\n")], n(2));
    gives("lookup", &[object([("a", n(1))]), s("z"), s("?")], s("?"));
    gives("lookup", &[map([("a", n(1))]), s("z"), s("2")], n(2));
    gives("matchkeys", &[abc(), tuple([n(1), n(2), n(1)]), tuple([s("1")])], list([s("a"), s("c")]));
    gives("merge", &[object([("a", n(1))]), Value::null(), map([("a", n(2))])], object([("a", n(2))]));
    gives("merge", &[map([("a", n(1))]), map([("b", n(2))])], map([("a", n(1)), ("b", n(2))]));
    gives("one", &[set([])], Value::null());
    gives("range", &[n(4), n(1)], list([n(4), n(3), n(2)]));
    gives("reverse", &[set([n(3), n(1)])], list([n(3), n(1)]));
    gives("slice", &[abc(), n(1), n(3)], tuple([s("b"), s("c")]));
    gives("sort", &[tuple([n(3), n(10), s("b")])], list([s("10"), s("3"), s("b")]));
    gives("sum", &[tuple([s("1"), n(2)])], n(3));
    gives("transpose", &[object([("a", tuple([s("x")])), ("b", tuple([]))])], map([("x", list([s("a")]))]));
    gives("values", &[object([("b", n(1)), ("a", n(2))])], tuple([n(2), n(1)]));
    gives("zipmap", &[tuple([s("a"), s("a")]), tuple([n(1), n(2)])], object([("a", n(2))]));
    gives("setintersection", &[tuple([n(1), n(2)]), tuple([s("2")])], set([s("2")]));
    gives("setsubtract", &[tuple([n(1), n(2)]), tuple([s("1")])], set([s("2")]));
    gives("setunion", &[tuple([n(2)]), tuple([n(1), n(2)])], set([n(1), n(2)]));
    gives("setproduct", &[tuple([n(1)]), set([s("a")])], set([tuple([n(1), s("a")])]));
}

#[test]
fn errors_are_those_of_terraform() {
    fails("alltrue", &[tuple([n(1)])]);
    fails("chunklist", &[tuple([]), n(-1)]);
    fails("coalesce", &[Value::null(), s("")]);
    fails("coalescelist", &[tuple([]), Value::null()]);
    fails("concat", &[set([s("a")])]);
    fails("contains", &[object([]), n(1)]);
    fails("element", &[tuple([]), n(0)]);
    fails("element", &[tuple([n(1), n(2)]), n(-1)]);
    fails("index", &[tuple([n(1)]), s("1")]);
    fails("length", &[n(1)]);
    fails("list", &[n(1)]);
    fails("lookup", &[object([]), s("a")]);
    fails("lookup", &[map([("a", n(1))]), s("a"), s("x")]);
    fails("matchkeys", &[tuple([n(1)]), tuple([]), tuple([])]);
    fails("merge", &[tuple([])]);
    fails("one", &[tuple([n(1), n(2)])]);
    fails("range", &[n(1025)]);
    fails("range", &[n(1), n(3), n(0)]);
    fails("slice", &[tuple([n(1)]), n(0), n(2)]);
    fails("sort", &[tuple([Value::null()])]);
    fails("sum", &[tuple([])]);
    fails("zipmap", &[tuple([s("a")]), tuple([])]);
    fails("setproduct", &[tuple([n(1)])]);
    fails("setunion", &[tuple([n(1)]), tuple([tuple([n(1)])])]);
    let many = Value::list((0..2000).map(n).collect());
    fails("setproduct", &[many.clone(), many]);
}

#[test]
fn identities_survive() {
    let (a, b) = (id("a"), id("b"));
    let both = || tuple([id("a"), id("b")]);
    gives("element", &[both(), n(3)], b.clone());
    gives("lookup", &[object([("x", a.clone())]), s("x")], a.clone());
    let joined = run("concat", &[tuple([a.clone()]), tuple([unknown()])]).unwrap();
    assert_eq!(joined.items().and_then(|items| equal(&items[0], &a)), Some(true));
    gives("one", &[tuple([a.clone()])], a.clone());
    gives("coalesce", &[Value::null(), a.clone(), s("x")], a.clone());
    gives("coalescelist", &[tuple([]), both()], both());
    gives("compact", &[tuple([s(""), a.clone()])], list([a.clone()]));
    gives("flatten", &[tuple([tuple([a.clone()]), b.clone()])], both());
    gives("merge", &[object([("x", b.clone())]), object([("x", a.clone())])], object([("x", a.clone())]));
    gives("values", &[object([("x", a.clone())])], tuple([a.clone()]));
    gives("zipmap", &[tuple([s("x")]), tuple([a.clone()])], object([("x", a.clone())]));
    gives("distinct", &[tuple([b.clone(), a.clone(), b.clone()])], list([b.clone(), a.clone()]));
    gives("reverse", &[both()], tuple([b.clone(), a.clone()]));
    gives("slice", &[both(), n(1), n(2)], tuple([b.clone()]));
    gives("chunklist", &[both(), n(1)], list([list([a.clone()]), list([b.clone()])]));
    gives("sort", &[tuple([a.clone()])], list([a.clone()]));
    gives("setproduct", &[tuple([a.clone()]), tuple([n(1)])], list([tuple([a.clone(), n(1)])]));
    gives("setunion", &[tuple([a.clone()]), tuple([a.clone()])], set([a.clone()]));
    gives("setsubtract", &[both(), tuple([a.clone()])], set([b.clone()]));
    gives("setintersection", &[both(), tuple([b.clone()])], set([b.clone()]));
    gives("matchkeys", &[tuple([n(1), n(2)]), both(), tuple([b.clone()])], list([n(2)]));
    gives("contains", &[both(), b.clone()], Value::bool(true));
    gives("index", &[both(), b], n(1));
    gives("length", &[set([a, id("b")])], n(2));
}

#[test]
fn what_hangs_on_an_unknown_value_is_unknown() {
    is_unknown("contains", &[tuple([s("x"), unknown()]), s("y")]);
    is_unknown("index", &[tuple([unknown(), s("y")]), s("y")]);
    is_unknown("compact", &[tuple([s("x"), unknown()])]);
    is_unknown("distinct", &[tuple([s("x"), unknown()])]);
    is_unknown("coalesce", &[unknown(), s("x")]);
    is_unknown("coalescelist", &[unknown(), tuple([s("x")])]);
    is_unknown("merge", &[object([("a", n(1))]), unknown()]);
    is_unknown("flatten", &[tuple([s("x"), unknown()])]);
    is_unknown("flatten", &[tuple([attribute("a", "vswitch_ids")])]);
    is_unknown("length", &[set([s("x"), unknown()])]);
    is_unknown("length", &[id("a")]);
    is_unknown("one", &[set([s("x"), unknown()])]);
    is_unknown("sum", &[tuple([n(1), unknown()])]);
    is_unknown("keys", &[unknown()]);
    is_unknown("zipmap", &[tuple([unknown()]), tuple([n(1)])]);
    is_unknown("setsubtract", &[tuple([s("x")]), tuple([unknown()])]);
    is_unknown("alltrue", &[tuple([Value::bool(true), unknown()])]);
}

#[test]
fn what_does_not_hang_on_it_is_known() {
    gives("contains", &[tuple([s("x"), unknown()]), s("x")], Value::bool(true));
    gives("index", &[tuple([s("y"), unknown()]), s("y")], n(0));
    gives("alltrue", &[tuple([unknown(), Value::bool(false)])], Value::bool(false));
    gives("anytrue", &[tuple([unknown(), Value::bool(true)])], Value::bool(true));
    gives("length", &[tuple([unknown(), unknown()])], n(2));
    gives("keys", &[object([("a", unknown())])], tuple([s("a")]));
    gives("lookup", &[object([("a", n(1)), ("b", unknown())]), s("a")], n(1));
    gives("element", &[tuple([n(1), unknown()]), n(0)], n(1));
    let merged = run("merge", &[object([("a", n(1))]), object([("b", unknown())])]).unwrap();
    assert_eq!(merged.fields().and_then(|fields| fields["a"].as_number()).and_then(|a| a.to_i64()), Some(1));
    let sorted = run("sort", &[tuple([s("x"), unknown()])]).unwrap();
    assert!(matches!(&sorted.kind, Kind::List(items) if items.len() == 2 && items.iter().all(Value::is_unknown)));
}

/// Which of two identities comes first in a set is not known, so neither is it in a list made of one.
#[test]
fn a_set_of_identities_has_no_order() {
    let listed = run("tolist", &[set([id("a"), id("b")])]).unwrap();
    let Kind::List(items) = &listed.kind else { panic!("{listed:?}") };
    assert_eq!(items.len(), 2);
    let Kind::Unknown(first) = &items[0].kind else { panic!("{listed:?}") };
    assert_eq!(first.one_of.len(), 2);
    gives("tolist", &[set([id("a")])], list([id("a")]));
}

#[test]
fn partly_known_text_is_compared_by_its_pieces() {
    let Kind::Of(of) = id("a").kind else { return };
    let text = Value::text([Piece::Literal("vpc:".into()), Piece::Of(of)]);
    gives("contains", &[tuple([s("x"), s("y")]), text.clone()], Value::bool(false));
    is_unknown("contains", &[tuple([s("x"), s("vpc:y")]), text.clone()]);
    gives("setsubtract", &[tuple([text.clone()]), tuple([s("x"), s("y")])], set([text.clone()]));
    is_unknown("setsubtract", &[tuple([text]), tuple([s("x"), s("vpc:y")])]);
}

#[test]
fn an_unknown_argument_keeps_its_type() {
    let text = Value::unknown_of(Cause::Failed, Type::String);
    let flat = run("flatten", &[tuple([text, s("x")])]).unwrap();
    assert_eq!(flat.items().map(|items| items.len()), Some(2));
}
