//! Terraform's pure functions: what each takes, and what it gives.
//!
//! A function is data: its parameters, and a body that sees arguments already converted. A body is only called with
//! unknown or partly known arguments when its parameter is `open`; otherwise the result is unknown with the argument's
//! cause. The functions that need the evaluator itself (`try`, `can`, files and templates) are in `eval::special`.

mod cidr;
mod collections;
mod conversions;
mod dates;
mod encodings;
mod format;
mod hashes;
mod numbers;
mod sets;
mod strings;
mod yaml;

use std::collections::HashMap;
use std::sync::OnceLock;

use super::types::{Lookup, Type, convert, type_of};
use super::value::{Cause, Hint, Kind, Value};

pub struct Function {
    pub name: &'static str,
    pub parameters: &'static [Parameter],
    /// The parameter that takes all further arguments.
    pub rest: Option<Parameter>,
    /// What is known of the result when an argument is not.
    pub returns: Shape,
    pub body: fn(&[Value], &dyn Lookup) -> Result<Value, String>,
}

#[derive(Clone, Copy)]
pub struct Parameter {
    pub shape: Shape,
    /// Null is an argument like any other.
    pub nullable: bool,
    /// The body deals itself with what is not known in this argument.
    pub open: bool,
}

/// The types that parameters and results have.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Shape {
    Any,
    String,
    Number,
    Bool,
    Strings,
    Numbers,
    Bools,
    /// A list of anything of one type.
    List,
    Set,
    Map,
    /// A map of lists of strings.
    StringsMap,
}

pub const fn takes(shape: Shape) -> Parameter {
    Parameter { shape, nullable: false, open: false }
}

pub const fn open(shape: Shape) -> Parameter {
    Parameter { shape, nullable: false, open: true }
}

pub const fn open_nullable(shape: Shape) -> Parameter {
    Parameter { shape, nullable: true, open: true }
}

impl Shape {
    pub fn to_type(self) -> Type {
        match self {
            Shape::Any => Type::Dynamic,
            Shape::String => Type::String,
            Shape::Number => Type::Number,
            Shape::Bool => Type::Bool,
            Shape::Strings => Type::list(Type::String),
            Shape::Numbers => Type::list(Type::Number),
            Shape::Bools => Type::list(Type::Bool),
            Shape::List => Type::list(Type::Dynamic),
            Shape::Set => Type::set(Type::Dynamic),
            Shape::Map => Type::map(Type::Dynamic),
            Shape::StringsMap => Type::map(Type::list(Type::String)),
        }
    }
}

/// Functions whose result depends on the run, so that nobody can know it beforehand.
const IMPURE: [&str; 5] = ["bcrypt", "plantimestamp", "rsadecrypt", "timestamp", "uuid"];

pub fn find(name: &str) -> Option<&'static Function> {
    static TABLE: OnceLock<HashMap<&'static str, &'static Function>> = OnceLock::new();
    let table = TABLE.get_or_init(|| {
        let all = [
            cidr::FUNCTIONS,
            collections::FUNCTIONS,
            conversions::FUNCTIONS,
            dates::FUNCTIONS,
            encodings::FUNCTIONS,
            format::FUNCTIONS,
            hashes::FUNCTIONS,
            numbers::FUNCTIONS,
            sets::FUNCTIONS,
            strings::FUNCTIONS,
            yaml::FUNCTIONS,
        ];
        all.into_iter().flatten().map(|function| (function.name, function)).collect()
    });
    table.get(name.strip_prefix("core::").unwrap_or(name)).copied()
}

pub fn is_impure(name: &str) -> bool {
    IMPURE.contains(&name.strip_prefix("core::").unwrap_or(name))
}

/// Calls a function with evaluated arguments. The result has no trail yet, except what passed through unchanged.
pub fn call(function: &Function, arguments: &[Value], lookup: &dyn Lookup) -> Result<Value, String> {
    let needed = function.parameters.len();
    if arguments.len() < needed {
        return Err(format!("{needed} argument{} needed, {} given", plural(needed), arguments.len()));
    }
    if arguments.len() > needed && function.rest.is_none() {
        return Err(format!("at most {needed} argument{} allowed, {} given", plural(needed), arguments.len()));
    }
    let mut ready = Vec::with_capacity(arguments.len());
    let mut missing: Option<Cause> = None;
    for (at, argument) in arguments.iter().enumerate() {
        let Some(parameter) = function.parameters.get(at).copied().or(function.rest) else { break };
        let to = parameter.shape.to_type();
        let argument = match convert(argument, &to, lookup) {
            Ok(argument) => argument,
            Err(why) => return Err(format!("argument {}: {why}", at + 1)),
        };
        if argument.is_null() && !parameter.nullable {
            return Err(format!("argument {} must not be null", at + 1));
        }
        // The id of an imported resource is text like any other to a function that does not care whose it is.
        let argument = match argument.as_str() {
            Some(text) if !parameter.open => Value { kind: Kind::String(text.clone()), ..argument.clone() },
            _ => argument,
        };
        if !parameter.open && missing.is_none() && !argument.is_wholly_known() {
            missing = Some(argument.cause().unwrap_or(Cause::Failed));
        }
        ready.push(argument);
    }
    let result = match missing {
        Some(cause) => Value::unknown_of(cause, function.returns.to_type()),
        None => typed(function, &ready, (function.body)(&ready, lookup)?),
    };
    Ok(result.mark(makes_sensitive(function.name, arguments)))
}

/// An empty list of strings is still one of strings.
fn typed(function: &Function, arguments: &[Value], result: Value) -> Value {
    let empty = match &result.kind {
        Kind::List(items) => items.is_empty(),
        Kind::Map(fields) => fields.is_empty(),
        _ => false,
    };
    if !empty || result.hint.is_some() {
        return result;
    }
    let of = match (function.name, function.returns, arguments.first().map(type_of)) {
        (_, Shape::Strings | Shape::Numbers | Shape::Bools | Shape::StringsMap, _) => function.returns.to_type(),
        ("distinct" | "matchkeys" | "reverse" | "slice", _, Some(Type::List(of) | Type::Set(of))) => Type::List(of),
        ("chunklist", _, Some(of)) => Type::list(of),
        ("values", _, Some(Type::Map(of))) => Type::List(of),
        _ => return result,
    };
    let fits = matches!((&result.kind, &of), (Kind::List(_), Type::List(_)) | (Kind::Map(_), Type::Map(_)));
    if fits { result.with_hint(Hint::Type(of)) } else { result }
}

/// Whether the result is sensitive because an argument is. Mostly whatever is in an argument counts.
fn makes_sensitive(name: &str, arguments: &[Value]) -> bool {
    match name {
        // These see to it themselves.
        "issensitive" | "lookup" | "nonsensitive" => false,
        // The elements stay what they are, each for itself.
        "chunklist" | "concat" | "element" | "ephemeralasnull" | "flatten" | "keys" | "length" | "merge" | "one"
        | "reverse" | "sensitive" | "setproduct" | "slice" | "tolist" | "tomap" | "values" | "zipmap" => {
            arguments.iter().any(|argument| argument.sensitive)
        }
        _ => arguments.iter().any(Value::is_sensitive_within),
    }
}

fn plural(count: usize) -> &'static str {
    if count == 1 { "" } else { "s" }
}

/// A result that hangs on a value that is not known.
fn unknown_because(value: &Value, shape: Shape) -> Value {
    Value::unknown_of(value.cause().unwrap_or(Cause::Failed), shape.to_type())
}

/// The text of an argument that was converted to a string and is known.
fn text(value: &Value) -> &str {
    match &value.kind {
        Kind::String(text) => text,
        _ => "",
    }
}
