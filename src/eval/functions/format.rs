//! What do `format` and `formatlist` print?
//!
//! Verbs, flags and numbers are printed as Go prints them. An identity that a plain `%s` or `%v` prints stays a piece of
//! the text; under any other verb, the result is unknown.

mod verb;

use super::encodings::json;
use super::strings::{LONGEST, excerpt, joined, string, too_long};
use super::{Function, Shape, open_nullable, takes, text, unknown_because};
use crate::eval::types::{Lookup, Type, convert};
use crate::eval::value::{Cause, Kind, Piece, Value, set_size};
use verb::{Part, Verb};

pub const FUNCTIONS: &[Function] = &[
    Function {
        name: "format",
        parameters: &[takes(Shape::String)],
        rest: Some(open_nullable(Shape::Any)),
        returns: Shape::String,
        body: |arguments, lookup| match bare_null(&arguments[1..], Shape::String) {
            Some(unknown) => Ok(unknown),
            None => print(text(&arguments[0]), &arguments[1..], lookup),
        },
    },
    Function {
        name: "formatlist",
        parameters: &[takes(Shape::String)],
        rest: Some(open_nullable(Shape::Any)),
        returns: Shape::Strings,
        body: format_list,
    },
];

const MOST_ITEMS: usize = 1_000_000;

/// Terraform takes a bare `null` for unknown, and prints or refuses a null that has a type: here they look the same.
fn bare_null(arguments: &[Value], shape: Shape) -> Option<Value> {
    let any = arguments.iter().any(Value::is_null);
    any.then(|| Value::unknown_of(Cause::Unsupported("null as an argument of a format".into()), shape.to_type()))
}

fn print(format: &str, arguments: &[Value], lookup: &dyn Lookup) -> Result<Value, String> {
    match printed(format, arguments, lookup) {
        Ok(value) => Ok(value),
        // Terraform itself does not look at the format before it knows all arguments.
        Err(why) => match arguments.iter().find(|argument| !argument.is_wholly_known()) {
            Some(unknown) => Ok(unknown_because(unknown, Shape::String)),
            None => Err(why),
        },
    }
}

fn printed(format: &str, arguments: &[Value], lookup: &dyn Lookup) -> Result<Value, String> {
    let mut pieces: Vec<Piece> = Vec::new();
    let mut literal = String::new();
    let mut used = 0;
    let mut unknown = None;
    for part in verb::Parts::new(format) {
        let verb = match part? {
            Part::Text(text) => {
                literal.push_str(text);
                continue;
            }
            Part::Verb(verb) => verb,
        };
        used = used.max(verb.argument);
        let Some(argument) = arguments.get(verb.argument - 1) else {
            let count = arguments.len();
            return Err(format!("{} needs argument {} and there are only {count}", excerpt(verb.raw), verb.argument));
        };
        if argument.is_wholly_known() {
            literal.push_str(&printed_value(&verb, argument, lookup)?);
        } else if matches!(argument.kind, Kind::Of(_) | Kind::Text(_)) && verb.is_bare() {
            pieces.push(Piece::Literal(std::mem::take(&mut literal).into()));
            pieces.extend(argument.pieces().unwrap_or_default());
        } else {
            verb.check()?;
            unknown = unknown.or(Some(argument));
        }
        if literal.len() > LONGEST || pieces.len() > MOST_ITEMS {
            return Err(too_long());
        }
    }
    if used < arguments.len() {
        return Err(format!("the format uses {used} of {} arguments", arguments.len()));
    }
    if let Some(unknown) = unknown {
        return Ok(unknown_because(unknown, Shape::String));
    }
    if pieces.is_empty() {
        return Ok(string(literal));
    }
    pieces.push(Piece::Literal(literal.into()));
    Ok(joined(pieces))
}

fn printed_value(verb: &Verb<'_>, value: &Value, lookup: &dyn Lookup) -> Result<String, String> {
    verb.check()?;
    let wanted = |why: String| format!("{} cannot print this: {why}", excerpt(verb.raw));
    if value.is_null() && verb.letter != 'v' {
        return Err(wanted("it is null".into()));
    }
    let as_type = |kind: &Type| convert(value, kind, lookup).map_err(wanted);
    match verb.letter {
        'v' => match &value.kind {
            Kind::String(text) if !verb.sharp => Ok(verb.padded(text)),
            Kind::Number(number) if !verb.sharp => Ok(verb.padded(&number.general(None))),
            _ => Ok(verb.padded(&json::print(value)?)),
        },
        't' => Ok(if as_type(&Type::Bool)?.as_bool() == Some(true) { "true" } else { "false" }.into()),
        's' | 'q' => {
            let converted = as_type(&Type::String)?;
            let text = verb.cut(super::text(&converted));
            if verb.letter == 's' {
                return Ok(verb.padded(text));
            }
            let mut quoted = String::new();
            json::quote(text, &mut quoted);
            Ok(verb.padded(&quoted))
        }
        _ => match as_type(&Type::Number)?.as_number() {
            Some(number) => verb.number(number).ok_or_else(|| wanted("a whole number is needed".into())),
            None => Err(wanted("a number is needed".into())),
        },
    }
}

fn format_list(arguments: &[Value], lookup: &dyn Lookup) -> Result<Value, String> {
    let format = text(&arguments[0]);
    let arguments = &arguments[1..];
    let mut count: Option<usize> = None;
    let mut unknown = None;
    for (at, argument) in arguments.iter().enumerate() {
        match length(argument) {
            Length::Single => {}
            Length::Unknown => unknown = unknown.or(Some(argument)),
            Length::Of(length) => match count {
                Some(count) if count != length => {
                    return Err(format!("argument {} has {length} elements and one before it has {count}", at + 2));
                }
                _ => count = Some(length),
            },
        }
    }
    if let Some(unknown) = unknown {
        return Ok(unknown_because(unknown, Shape::Strings));
    }
    if let Some(unknown) = bare_null(arguments, Shape::Strings) {
        return Ok(unknown);
    }
    let count = count.unwrap_or(1);
    let mut printed = Vec::with_capacity(count.min(MOST_ITEMS));
    let mut size = 0;
    for at in 0..count {
        let row: Vec<Value> = arguments
            .iter()
            .map(|argument| match argument.items() {
                Some(items) => items.get(at).cloned().unwrap_or_else(Value::null),
                None => argument.clone(),
            })
            .collect();
        let one = print(format, &row, lookup).map_err(|why| format!("element {at}: {why}"))?;
        size += one.as_str().map_or(1, |text| text.len() + 1);
        if size > LONGEST {
            return Err(too_long());
        }
        printed.push(one);
    }
    Ok(Value::list(printed))
}

enum Length {
    Single,
    Of(usize),
    Unknown,
}

fn length(value: &Value) -> Length {
    match &value.kind {
        Kind::Tuple(items) | Kind::List(items) => Length::Of(items.len()),
        Kind::Set(items) => set_size(items).map_or(Length::Unknown, Length::Of),
        Kind::Unknown(unknown) if unknown.kind.is_primitive() => Length::Single,
        Kind::Unknown(_) | Kind::Instance(_) | Kind::Module(_) => Length::Unknown,
        // Other attributes may be lists.
        Kind::Of(of) if &*of.attribute != "id" && !of.attribute.ends_with("_id") => Length::Unknown,
        _ => Length::Single,
    }
}

#[cfg(test)]
mod tests;
