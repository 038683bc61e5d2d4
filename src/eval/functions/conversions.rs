//! Explicit conversions (`tobool`, `tolist`, `tomap`, `tonumber`, `toset`, `tostring`) and the marks of values
//! (`sensitive`, `nonsensitive`, `issensitive`, `ephemeralasnull`).
//!
//! The conversions themselves are those of `eval::types`, which also happen where nobody asks for them.

use super::{Function, Parameter, Shape, open_nullable, unknown_because};
use crate::eval::types::Lookup;
use crate::eval::value::{Kind, Value};

pub const FUNCTIONS: &[Function] = &[
    conversion("tobool", Shape::Bool, &[open_nullable(Shape::Bool)]),
    conversion("tolist", Shape::List, &[open_nullable(Shape::List)]),
    conversion("tomap", Shape::Map, &[open_nullable(Shape::Map)]),
    conversion("tonumber", Shape::Number, &[open_nullable(Shape::Number)]),
    conversion("toset", Shape::Set, &[open_nullable(Shape::Set)]),
    conversion("tostring", Shape::String, &[open_nullable(Shape::String)]),
    of_anything("sensitive", |args, _| Ok(args[0].clone().mark(true))),
    of_anything("nonsensitive", |args, _| Ok(Value { sensitive: false, ..args[0].clone() })),
    of_anything("issensitive", is_sensitive),
    // Nothing that a configuration is evaluated from without a run is ephemeral.
    of_anything("ephemeralasnull", same),
];

const ANYTHING: &[Parameter] = &[open_nullable(Shape::Any)];

/// The parameter has converted the argument already.
const fn conversion(name: &'static str, returns: Shape, parameters: &'static [Parameter]) -> Function {
    Function { name, parameters, rest: None, returns, body: same }
}

const fn of_anything(name: &'static str, body: fn(&[Value], &dyn Lookup) -> Result<Value, String>) -> Function {
    Function { name, parameters: ANYTHING, rest: None, returns: Shape::Any, body }
}

fn same(args: &[Value], _: &dyn Lookup) -> Result<Value, String> {
    Ok(args[0].clone())
}

/// Only the value itself counts, not what is in it.
fn is_sensitive(args: &[Value], _: &dyn Lookup) -> Result<Value, String> {
    match &args[0].kind {
        _ if args[0].sensitive => Ok(Value::bool(true)),
        Kind::Unknown(_) | Kind::Of(_) | Kind::Text(_) => Ok(unknown_because(&args[0], Shape::Bool)),
        _ => Ok(Value::bool(false)),
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use crate::eval::functions::{call, find};
    use crate::eval::types::NoLookup;
    use crate::eval::value::{Kind, Value, equal};
    use crate::source::{Address, Key, Mode, ModulePath};

    fn run(name: &str, arg: Value) -> Result<Value, String> {
        call(find(name).ok_or("no such function")?, &[arg], &NoLookup)
    }

    fn id() -> Value {
        let (kind, name) = ("alicloud_vpc".into(), "a".into());
        let address = Address { module: ModulePath::default(), mode: Mode::Managed, kind, name, key: Key::None };
        Value::of(Arc::new(address), "id")
    }

    #[test]
    fn conversions_are_those_of_terraform() {
        let mixed = || Value::tuple(vec![Value::number(1), Value::bool(true), Value::string("a")]);
        let texts = ["1", "true", "a"].map(Value::string);
        assert_eq!(equal(&run("tolist", mixed()).unwrap(), &Value::list(texts.to_vec())), Some(true));
        assert_eq!(equal(&run("toset", mixed()).unwrap(), &Value::set(texts.to_vec())), Some(true));
        assert_eq!(equal(&run("tobool", Value::string("1")).unwrap(), &Value::bool(true)), Some(true));
        assert!(run("tonumber", Value::null()).unwrap().is_null());
        for (name, arg) in [
            ("tobool", Value::string("True")),
            ("tonumber", Value::string(" 1")),
            ("tonumber", Value::bool(true)),
            ("tostring", Value::tuple(Vec::new())),
            ("tolist", Value::tuple(vec![Value::number(1), Value::bool(true)])),
            ("tolist", Value::string("a")),
            ("tomap", Value::tuple(Vec::new())),
        ] {
            assert!(run(name, arg.clone()).is_err(), "{name}({arg:?})");
        }
    }

    #[test]
    fn an_identity_stays_itself() {
        assert_eq!(equal(&run("tostring", id()).unwrap(), &id()), Some(true));
        let set = run("toset", Value::tuple(vec![id(), id()])).unwrap();
        assert!(matches!(&set.kind, Kind::Set(items) if items.len() == 1));
    }

    #[test]
    fn marks_are_those_of_the_value_itself() {
        let secret = || Value::number(1).mark(true);
        let is = |value: Value| run("issensitive", value).unwrap().as_bool();
        assert_eq!(is(secret()), Some(true));
        assert_eq!(is(Value::number(1)), Some(false));
        assert_eq!(is(Value::tuple(vec![secret()])), Some(false));
        assert_eq!(is(id()), None);
        assert!(run("sensitive", Value::null()).unwrap().sensitive);
        assert!(!run("nonsensitive", secret()).unwrap().sensitive);
        assert!(run("nonsensitive", Value::tuple(vec![secret()])).unwrap().is_sensitive_within());
        assert!(!run("length", Value::tuple(vec![secret()])).unwrap().sensitive);
        assert!(run("sum", Value::tuple(vec![secret()])).unwrap().sensitive);
    }
}
