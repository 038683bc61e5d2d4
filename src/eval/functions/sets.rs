//! Functions of sets: `setintersection`, `setproduct`, `setsubtract`, `setunion`.
//!
//! An element that is not known may be any other; where that decides what the result holds, the result is unknown.

use super::collections::{LONGEST, Members, elements};
use super::{Function, Shape, open, unknown_because};
use crate::eval::types::{Lookup, Type, convert, type_of, unify_all};
use crate::eval::value::{Cause, Hint, Items, Kind, Value};

pub const FUNCTIONS: &[Function] = &[
    Function {
        name: "setintersection",
        parameters: &[open(Shape::Set)],
        rest: Some(open(Shape::Set)),
        returns: Shape::Set,
        body: intersection,
    },
    Function { name: "setproduct", parameters: &[], rest: Some(open(Shape::Any)), returns: Shape::Any, body: product },
    Function {
        name: "setsubtract",
        parameters: &[open(Shape::Set), open(Shape::Set)],
        rest: None,
        returns: Shape::Set,
        body: subtract,
    },
    Function {
        name: "setunion",
        parameters: &[open(Shape::Set)],
        rest: Some(open(Shape::Set)),
        returns: Shape::Set,
        body: union,
    },
];

/// The elements of all sets, as the one type that they can all become; nothing when a set is not known.
fn alike(args: &[Value], lookup: &dyn Lookup) -> Result<Option<(Vec<Items>, Type)>, String> {
    let types: Vec<Type> = args.iter().map(type_of).collect();
    let to = unify_all(types.iter()).ok_or("the elements of all sets must have the same type")?;
    let mut sets = Vec::with_capacity(args.len());
    for arg in args {
        match convert(arg, &to, lookup)?.items() {
            Some(items) => sets.push(items.clone()),
            None => return Ok(None),
        }
    }
    Ok(Some((sets, to)))
}

/// What the elements of a list, set or tuple are.
fn element_type(of: &Type) -> Type {
    match of {
        Type::List(of) | Type::Set(of) => (**of).clone(),
        Type::Tuple(items) => unify_all(items.iter()).unwrap_or(Type::Dynamic),
        _ => Type::Dynamic,
    }
}

/// The result, of that type even when there is nothing in it.
fn settled(result: Value, kind: Type) -> Value {
    if result.items().is_some_and(|items| items.is_empty()) { result.with_hint(Hint::Type(kind)) } else { result }
}

fn unknown_set(args: &[Value]) -> Value {
    let cause = args.iter().find_map(Value::cause).unwrap_or(Cause::Failed);
    Value::unknown_of(cause, Shape::Set.to_type())
}

fn union(args: &[Value], lookup: &dyn Lookup) -> Result<Value, String> {
    match alike(args, lookup)? {
        Some((sets, kind)) => Ok(settled(Value::set(sets.iter().flat_map(|set| set.iter().cloned()).collect()), kind)),
        None => Ok(unknown_set(args)),
    }
}

fn intersection(args: &[Value], lookup: &dyn Lookup) -> Result<Value, String> {
    keep(args, lookup, true)
}

fn subtract(args: &[Value], lookup: &dyn Lookup) -> Result<Value, String> {
    keep(args, lookup, false)
}

/// Those elements of the first set that are in all others, or that are in none of them.
fn keep(args: &[Value], lookup: &dyn Lookup, wanted: bool) -> Result<Value, String> {
    let Some((sets, kind)) = alike(args, lookup)? else { return Ok(unknown_set(args)) };
    let Some((first, others)) = sets.split_first() else { return Ok(unknown_set(args)) };
    let others: Vec<Members<'_>> = others.iter().map(|set| Members::of(set)).collect();
    if others.iter().any(|other| other.are_too_many_for(first.len())) {
        return Ok(unknown_set(args));
    }
    let mut kept = Vec::new();
    for item in first.iter() {
        let mut all = Some(true);
        for other in &others {
            match other.contain(item) {
                Some(found) if found == wanted => {}
                Some(_) => {
                    all = Some(false);
                    break;
                }
                None => all = None,
            }
        }
        match all {
            Some(true) => kept.push(item.clone()),
            Some(false) => {}
            None => return Ok(unknown_set(args)),
        }
    }
    Ok(settled(Value::set(kept), kind))
}

fn product(args: &[Value], lookup: &dyn Lookup) -> Result<Value, String> {
    if args.len() < 2 {
        return Err("at least two collections are required".into());
    }
    // One set is enough to make the result a set.
    let is_set = args.iter().any(|arg| matches!(arg.kind, Kind::Set(_)));
    let mut sides = Vec::with_capacity(args.len());
    let mut open = None;
    for arg in args {
        match elements(arg, "a list or set")? {
            None => open = Some(arg),
            Some(items) if !matches!(arg.kind, Kind::Tuple(_)) => sides.push(items.clone()),
            Some(_) => match convert(arg, &Type::list(Type::Dynamic), lookup)?.items() {
                Some(items) => sides.push(items.clone()),
                None => open = Some(arg),
            },
        }
    }
    if let Some(open) = open {
        return Ok(unknown_because(open, Shape::Any));
    }
    let size = sides.iter().try_fold(1_usize, |size, side| size.checked_mul(side.len()));
    if sides.iter().any(|side| side.is_empty()) {
        let tuple = Type::Tuple(args.iter().map(|arg| element_type(&type_of(arg))).collect());
        return Ok(match is_set {
            true => settled(Value::set(Vec::new()), Type::set(tuple)),
            false => settled(Value::list(Vec::new()), Type::list(tuple)),
        });
    }
    if size.is_none_or(|size| size.saturating_mul(sides.len()) > LONGEST) {
        return Err(format!("the product holds more than {LONGEST} values"));
    }
    let mut tuples: Vec<Vec<Value>> = vec![Vec::new()];
    for side in &sides {
        let longer = |tuple: &Vec<Value>| {
            let tuple = tuple.clone();
            side.iter().map(move |item| tuple.iter().cloned().chain([item.clone()]).collect()).collect::<Vec<_>>()
        };
        tuples = tuples.iter().flat_map(longer).collect();
    }
    let tuples = tuples.into_iter().map(Value::tuple).collect();
    Ok(if is_set { Value::set(tuples) } else { Value::list(tuples) })
}
