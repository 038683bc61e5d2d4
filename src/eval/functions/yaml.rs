//! Which value does a YAML text stand for, and how is a value written as YAML?
//!
//! YAML is read as Terraform reads it: by the rules of libyaml, with the words and numbers of YAML 1.1, times as text,
//! and merge keys. What is beyond this reader gives an unknown result.

mod nodes;
mod scalars;
mod tokens;
mod writing;

use super::strings::string;
use super::{Function, Shape, open_nullable, takes, text, unknown_because};
use crate::eval::value::{Cause, Value};

pub const FUNCTIONS: &[Function] = &[
    Function {
        name: "yamldecode",
        parameters: &[takes(Shape::String)],
        rest: None,
        returns: Shape::Any,
        body: |arguments, _| decode(text(&arguments[0])),
    },
    Function {
        name: "yamlencode",
        parameters: &[open_nullable(Shape::Any)],
        rest: None,
        returns: Shape::String,
        body: |arguments, _| {
            if !arguments[0].is_wholly_known() {
                return Ok(unknown_because(&arguments[0], Shape::String));
            }
            writing::write(&arguments[0]).map(string)
        },
    },
];

/// Why a text was not read.
enum Failure {
    Wrong(String),
    Beyond(&'static str),
}

fn wrong<T>(why: impl Into<String>) -> Result<T, Failure> {
    Err(Failure::Wrong(why.into()))
}

fn decode(text: &str) -> Result<Value, String> {
    match tokens::scan(text).and_then(nodes::document) {
        Ok(value) => Ok(value),
        Err(Failure::Wrong(why)) => Err(why),
        Err(Failure::Beyond(what)) => Ok(Value::unknown(Cause::Unsupported(format!("YAML with {what}").into()))),
    }
}

#[cfg(test)]
mod tests;
