//! Functions that answer a question about a collection, or take one value out of it.

use unicode_segmentation::UnicodeSegmentation;

use super::super::numbers::whole;
use super::super::{Shape, unknown_because};
use super::elements::{elements, entries, ordered};
use crate::eval::number::Number;
use crate::eval::types::{Lookup, Type, convert, type_of, unify_all};
use crate::eval::value::{Cause, Kind, Value, equal, set_size};

/// Whether any element decides: a true one for `anytrue`, one that is not true for `alltrue`.
pub(super) fn decide(list: &Value, by: bool) -> Result<Value, String> {
    let Some(items) = elements(list, "a list of bool")? else { return Ok(unknown_because(list, Shape::Bool)) };
    let mut open = None;
    for item in items.iter() {
        match item.kind {
            Kind::Bool(flag) if flag == by => return Ok(Value::bool(by)),
            Kind::Null if !by => return Ok(Value::bool(false)),
            Kind::Bool(_) | Kind::Null => {}
            _ => open = open.or(Some(item)),
        }
    }
    Ok(open.map_or_else(|| Value::bool(!by), |item| unknown_because(item, Shape::Bool)))
}

pub(super) fn coalesce(args: &[Value], lookup: &dyn Lookup) -> Result<Value, String> {
    let types: Vec<Type> = args.iter().map(type_of).collect();
    let open = args.iter().zip(&types).find(|(arg, kind)| !arg.is_null() && **kind == Type::Dynamic);
    let to = match (unify_all(types.iter()), open) {
        (Some(to), _) => to,
        (None, Some((open, _))) => return Ok(unknown_because(open, Shape::Any)),
        // Next to a null of no type, the others may differ.
        (None, None) if args.iter().any(Value::is_null) => Type::Dynamic,
        (None, None) => return Err("all arguments must have the same type".into()),
    };
    for (at, arg) in args.iter().enumerate() {
        // Terraform passes over what does not fit the common type after all.
        let Ok(arg) = convert(arg, &to, lookup) else { continue };
        match (&arg.kind, open) {
            (Kind::Null, _) => {}
            (Kind::String(text), _) if text.is_empty() && to == Type::String => {}
            // When nothing can stand in for it, it is this one or an error.
            (Kind::Unknown(_), _) if args[at + 1..].iter().any(|later| !later.is_null()) => {
                let kind = if open.is_some() { Type::Dynamic } else { to };
                return Ok(Value::unknown_of(arg.cause().unwrap_or(Cause::Failed), kind));
            }
            // An identity is never null or empty.
            (Kind::Unknown(_), Some(_)) => return Ok(args[at].clone()),
            (Kind::Unknown(_) | Kind::Of(_) | Kind::Text(_) | Kind::Instance(_) | Kind::Module(_), _) => {
                return Ok(arg);
            }
            // The number 1 becomes "1" when what is not known is text.
            (_, Some((open, _))) if to != Type::String => return Ok(unknown_because(open, Shape::Any)),
            _ => return Ok(arg),
        }
    }
    Err("no argument is other than null or \"\"".into())
}

pub(super) fn contains(args: &[Value], _: &dyn Lookup) -> Result<Value, String> {
    let Some(items) = elements(&args[0], "a list or set")? else {
        return Ok(unknown_because(&args[0], Shape::Bool));
    };
    let mut open = None;
    for item in items.iter() {
        match equal(item, &args[1]) {
            Some(true) => return Ok(Value::bool(true)),
            Some(false) => {}
            None => open = open.or(item.cause()).or_else(|| args[1].cause()).or(Some(Cause::Failed)),
        }
    }
    Ok(open.map_or_else(|| Value::bool(false), |cause| Value::unknown_of(cause, Type::Bool)))
}

pub(super) fn element(args: &[Value], _: &dyn Lookup) -> Result<Value, String> {
    let Some(items) = ordered(&args[0], "a list")? else { return Ok(unknown_because(&args[0], Shape::Any)) };
    let at = whole(&args[1])?;
    if items.is_empty() {
        return Err("`element` has nothing to give from an empty list".into());
    }
    let count = i64::try_from(items.len()).unwrap_or(i64::MAX);
    // Terraform counts from the end of a list, and falls over a tuple that it should count from the end of.
    if matches!(args[0].kind, Kind::Tuple(_)) && at % count < 0 {
        return Err(format!("the index of `element` must not be negative ({at})"));
    }
    let at = usize::try_from(at.rem_euclid(count)).unwrap_or_default();
    items.get(at).cloned().ok_or_else(|| "no such element".into())
}

pub(super) fn index(args: &[Value], _: &dyn Lookup) -> Result<Value, String> {
    let Some(items) = ordered(&args[0], "a list")? else { return Ok(unknown_because(&args[0], Shape::Number)) };
    for (at, item) in items.iter().enumerate() {
        match equal(item, &args[1]) {
            Some(true) => return Ok(Value::number(at)),
            Some(false) => {}
            None => {
                let open = if item.cause().is_some() { item } else { &args[1] };
                return Ok(unknown_because(open, Shape::Number));
            }
        }
    }
    Err("the list has no such element".into())
}

pub(super) fn length(args: &[Value], _: &dyn Lookup) -> Result<Value, String> {
    let known = match &args[0].kind {
        Kind::Set(items) => set_size(items),
        Kind::Tuple(items) | Kind::List(items) => Some(items.len()),
        Kind::Object(fields) | Kind::Map(fields) => Some(fields.len()),
        Kind::String(text) => Some(text.graphemes(true).count()),
        Kind::Of(_) | Kind::Text(_) | Kind::Instance(_) | Kind::Module(_) | Kind::Unknown(_) => None,
        _ => return Err(format!("{} has no length", args[0].type_name())),
    };
    Ok(known.map_or_else(|| unknown_because(&args[0], Shape::Number), Value::number))
}

pub(super) fn lookup(args: &[Value], reader: &dyn Lookup) -> Result<Value, String> {
    if args.len() > 3 {
        return Err(format!("at most 3 arguments are allowed, {} given", args.len()));
    }
    let known = entries(&args[0], "a map")?;
    // A map's elements have one type, and the default has to fit it; an object's attributes do not.
    let default = match args.get(2) {
        Some(default) => match type_of(&args[0]) {
            Type::Map(of) => Some(convert(default, &of, reader).map_err(|why| format!("argument 3: {why}"))?),
            _ => Some(default.clone()),
        },
        None => None,
    };
    let hidden = args[0].sensitive || args[1].sensitive;
    let found = match (known, args[1].as_str()) {
        (None, _) => unknown_because(&args[0], Shape::Any),
        (_, None) => unknown_because(&args[1], Shape::Any),
        (Some(fields), Some(key)) => match fields.get(key) {
            Some(value) => value.clone(),
            None => default.ok_or_else(|| format!("the map has no key \"{key}\", and there is no default"))?,
        },
    };
    Ok(found.mark(hidden))
}

pub(super) fn one(args: &[Value], _: &dyn Lookup) -> Result<Value, String> {
    let Some(items) = elements(&args[0], "a list or set")? else { return Ok(unknown_because(&args[0], Shape::Any)) };
    match items.as_slice() {
        [] => Ok(Value::null()),
        [only] => Ok(only.clone()),
        // The elements of a set may turn out to be the same.
        _ if matches!(args[0].kind, Kind::Set(_)) && set_size(items).is_none() => {
            Ok(unknown_because(&args[0], Shape::Any))
        }
        _ => Err(format!("a list with at most one element is required, not {}", items.len())),
    }
}

pub(super) fn sum(args: &[Value], lookup: &dyn Lookup) -> Result<Value, String> {
    let Some(items) = elements(&args[0], "a list or set")? else { return Ok(unknown_because(&args[0], Shape::Number)) };
    let mut total: Option<Number> = None;
    for item in items.iter() {
        let item = convert(item, &Type::Number, lookup)?;
        let Some(number) = item.as_number() else { return Err("a list with null in it has no sum".into()) };
        total = Some(total.map_or_else(|| number.clone(), |total| total.add(number)));
    }
    total.map(Value::number).ok_or_else(|| "an empty list has no sum".into())
}
