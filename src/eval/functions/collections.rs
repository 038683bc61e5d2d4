//! Functions of collections as a whole and of their elements: from `alltrue` to `zipmap`.
//!
//! What is not known inside a collection stays inside it: how many elements there are, under which keys, and which one
//! stands where is often known although their values are not. A result hangs on an unknown element only where its
//! value decides.

mod elements;
mod picks;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;
use std::sync::Arc;

pub(super) use elements::{Members, elements};
use elements::{entries, like, ordered};
use picks::{coalesce, contains, decide, element, index, length, lookup, one, sum};

use super::numbers::whole;
use super::{Function, Parameter, Shape, open, open_nullable, takes, unknown_because};
use crate::eval::number::Number;
use crate::eval::types::{Lookup, Type, convert, type_of, unify_all};
use crate::eval::value::{Cause, Kind, Value, equal, in_order, set_order, set_size};

/// How many elements a list may have that a function makes.
pub(super) const LONGEST: usize = 1_000_000;

const ANY: Parameter = open(Shape::Any);
const NULLABLE: Option<Parameter> = Some(open_nullable(Shape::Any));

pub const FUNCTIONS: &[Function] =
    &[
        function("alltrue", &[open(Shape::Bools)], None, Shape::Bool, |args, _| decide(&args[0], false)),
        function("anytrue", &[open(Shape::Bools)], None, Shape::Bool, |args, _| decide(&args[0], true)),
        function("chunklist", &[open(Shape::List), takes(Shape::Number)], None, Shape::List, chunklist),
        function("coalesce", &[], NULLABLE, Shape::Any, coalesce),
        function("coalescelist", &[], Some(ANY), Shape::Any, coalescelist),
        function("compact", &[open(Shape::Strings)], None, Shape::Strings, compact),
        function("concat", &[], Some(ANY), Shape::Any, concat),
        function("contains", &[ANY, ANY], None, Shape::Bool, contains),
        function("distinct", &[open(Shape::List)], None, Shape::List, distinct),
        function("element", &[ANY, takes(Shape::Number)], None, Shape::Any, element),
        function("flatten", &[ANY], None, Shape::Any, flatten),
        function("index", &[ANY, ANY], None, Shape::Number, index),
        function("keys", &[ANY], None, Shape::Strings, keys),
        function("length", &[ANY], None, Shape::Number, length),
        function("list", &[], NULLABLE, Shape::Any, |_, _| {
            Err("`list` is no longer a function; write `tolist([...])`".into())
        }),
        function("lookup", &[ANY, open(Shape::String)], NULLABLE, Shape::Any, lookup),
        function("map", &[], NULLABLE, Shape::Any, |_, _| {
            Err("`map` is no longer a function; write `tomap({...})`".into())
        }),
        function("matchkeys", &[open(Shape::List); 3], None, Shape::List, matchkeys),
        function("merge", &[], NULLABLE, Shape::Any, merge),
        function("one", &[ANY], None, Shape::Any, one),
        function("range", &[], Some(takes(Shape::Number)), Shape::Numbers, range),
        function("reverse", &[ANY], None, Shape::Any, reverse),
        function("slice", &[ANY, takes(Shape::Number), takes(Shape::Number)], None, Shape::Any, slice),
        function("sort", &[open(Shape::Strings)], None, Shape::Strings, sort),
        function("sum", &[takes(Shape::Any)], None, Shape::Number, sum),
        function("transpose", &[takes(Shape::StringsMap)], None, Shape::StringsMap, transpose),
        function("values", &[ANY], None, Shape::Any, values),
        function("zipmap", &[open(Shape::Strings), ANY], None, Shape::Any, zipmap),
    ];

type Body = fn(&[Value], &dyn Lookup) -> Result<Value, String>;

const fn function(
    name: &'static str,
    parameters: &'static [Parameter],
    rest: Option<Parameter>,
    returns: Shape,
    body: Body,
) -> Function {
    Function { name, parameters, rest, returns, body }
}

fn chunklist(args: &[Value], _: &dyn Lookup) -> Result<Value, String> {
    let Some(items) = elements(&args[0], "a list")? else { return Ok(unknown_because(&args[0], Shape::List)) };
    let size = whole(&args[1])?;
    let size = usize::try_from(size).map_err(|_| format!("the size of a chunk must not be {size}"))?;
    // Without a size there is one chunk.
    let size = if size == 0 { items.len().max(1) } else { size };
    Ok(Value::list(items.chunks(size).map(|chunk| Value::list(chunk.to_vec())).collect()))
}

fn coalescelist(args: &[Value], _: &dyn Lookup) -> Result<Value, String> {
    for arg in args {
        ordered(arg, "a list")?;
    }
    for arg in args {
        match arg.items() {
            Some(items) if items.is_empty() => {}
            Some(_) => return Ok(arg.clone()),
            None => return Ok(unknown_because(arg, Shape::Any)),
        }
    }
    Err("no argument is a list with elements".into())
}

fn compact(args: &[Value], _: &dyn Lookup) -> Result<Value, String> {
    let Some(items) = elements(&args[0], "a list")? else { return Ok(unknown_because(&args[0], Shape::Strings)) };
    if let Some(open) = items.iter().find(|item| item.is_unknown()) {
        return Ok(unknown_because(open, Shape::Strings));
    }
    let empty = |item: &Value| item.is_null() || item.as_str().is_some_and(|text| text.is_empty());
    Ok(Value::list(items.iter().filter(|item| !empty(item)).cloned().collect()))
}

fn concat(args: &[Value], lookup: &dyn Lookup) -> Result<Value, String> {
    if args.is_empty() {
        return Err("at least one list is required".into());
    }
    let mut joined = Vec::new();
    let mut open = None;
    for arg in args {
        match ordered(arg, "a list")? {
            Some(items) if joined.len() + items.len() > LONGEST => return Err(too_long()),
            Some(items) => joined.extend(items.iter().cloned()),
            None => open = open.or(Some(arg)),
        }
    }
    if let Some(open) = open {
        return Ok(unknown_because(open, Shape::Any));
    }
    // Lists stay a list when their elements agree on a type.
    if args.iter().all(|arg| matches!(arg.kind, Kind::List(_))) {
        let types: Vec<Type> = args.iter().map(type_of).collect();
        if let Some(to) = unify_all(types.iter()) {
            return convert(&Value::tuple(joined), &to, lookup);
        }
    }
    Ok(Value::tuple(joined))
}

fn distinct(args: &[Value], _: &dyn Lookup) -> Result<Value, String> {
    let Some(items) = elements(&args[0], "a list")? else { return Ok(unknown_because(&args[0], Shape::List)) };
    let mut order: Vec<usize> = (0..items.len()).collect();
    order.sort_by(|a, b| set_order(&items[*a], &items[*b]).then(a.cmp(b)));
    order.dedup_by(|next, kept| equal(&items[*next], &items[*kept]) == Some(true));
    let sorted: Vec<Value> = order.iter().map(|at| items[*at].clone()).collect();
    if set_size(&sorted).is_none() {
        return Ok(unknown_because(&args[0], Shape::List));
    }
    order.sort_unstable();
    Ok(Value::list(order.into_iter().map(|at| items[at].clone()).collect()))
}

fn flatten(args: &[Value], _: &dyn Lookup) -> Result<Value, String> {
    let Some(_) = elements(&args[0], "a list or set")? else { return Ok(unknown_because(&args[0], Shape::Any)) };
    let mut flat = Vec::new();
    match spread(&args[0], &mut flat)? {
        Some(open) => Ok(unknown_because(open, Shape::Any)),
        None => Ok(Value::tuple(flat)),
    }
}

/// Adds the elements of a list, and of the lists in it; gives back what may be a list but is not known.
fn spread<'a>(list: &'a Value, into: &mut Vec<Value>) -> Result<Option<&'a Value>, String> {
    let Some(items) = list.items() else { return Ok(Some(list)) };
    if matches!(list.kind, Kind::Set(_)) && items.len() > 1 && !list.is_wholly_known() {
        return Ok(Some(list));
    }
    for item in items.iter() {
        match &item.kind {
            Kind::Tuple(_) | Kind::List(_) | Kind::Set(_) => {
                let open = spread(item, into)?;
                if open.is_some() {
                    return Ok(open);
                }
            }
            Kind::Unknown(unknown)
                if matches!(unknown.kind, Type::Dynamic | Type::List(_) | Type::Set(_) | Type::Tuple(_)) =>
            {
                return Ok(Some(item));
            }
            Kind::Of(of) if names_many(&of.attribute) => return Ok(Some(item)),
            _ if into.len() >= LONGEST => return Err(too_long()),
            _ => into.push(item.clone()),
        }
    }
    Ok(None)
}

fn too_long() -> String {
    format!("the list has more than {LONGEST} elements")
}

/// Whether an attribute sounds like a list: `ids`, `zones[0].vswitch_ids`, but not `status` or `ip_address`.
fn names_many(attribute: &str) -> bool {
    let plural = attribute.ends_with('s') && !attribute.ends_with("ss") && !attribute.ends_with("us");
    plural || attribute.ends_with("_list") || attribute.ends_with("_set")
}

fn keys(args: &[Value], _: &dyn Lookup) -> Result<Value, String> {
    let Some(fields) = entries(&args[0], "a map")? else { return Ok(unknown_because(&args[0], Shape::Strings)) };
    let keys = fields.keys().map(|key| Value::string(key.clone())).collect();
    Ok(match args[0].kind {
        Kind::Object(_) => Value::tuple(keys),
        _ => Value::list(keys),
    })
}

fn matchkeys(args: &[Value], lookup: &dyn Lookup) -> Result<Value, String> {
    let to = unify_all([type_of(&args[1]), type_of(&args[2])].iter()).ok_or("keys and search set differ in type")?;
    let (keys, wanted) = (convert(&args[1], &to, lookup)?, convert(&args[2], &to, lookup)?);
    let parts = [&args[0], &keys, &wanted];
    let [Some(values), Some(keys), Some(wanted)] = parts.map(Value::items) else {
        let open = parts.into_iter().find(|part| part.items().is_none()).unwrap_or(&args[0]);
        return Ok(unknown_because(open, Shape::List));
    };
    if values.len() != keys.len() {
        return Err(format!("there are {} values for {} keys", values.len(), keys.len()));
    }
    let members = Members::of(wanted);
    if members.are_too_many_for(keys.len()) {
        return Ok(unknown_because(&args[0], Shape::List));
    }
    let mut matching = Vec::new();
    for (value, key) in values.iter().zip(keys.iter()) {
        match members.contain(key) {
            Some(true) => matching.push(value.clone()),
            Some(false) => {}
            None => {
                let cause = key.cause().or_else(|| wanted.iter().find_map(Value::cause)).unwrap_or(Cause::Failed);
                return Ok(Value::unknown_of(cause, type_of(&args[0])));
            }
        }
    }
    Ok(Value::list(matching))
}

fn merge(args: &[Value], _: &dyn Lookup) -> Result<Value, String> {
    let mut merged = BTreeMap::new();
    let mut open = None;
    let mut common: Option<Type> = None;
    let mut is_map = !args.is_empty();
    for arg in args {
        if arg.is_null() {
            is_map = false;
            continue;
        }
        let Some(fields) = entries(arg, "a map")? else {
            open = open.or(Some(arg));
            continue;
        };
        merged.extend(fields.iter().map(|(key, field)| (key.clone(), field.clone())));
        // Maps stay a map when they are of one type; an empty one is taken for any.
        is_map &= matches!(arg.kind, Kind::Map(_));
        if is_map && !fields.is_empty() {
            let kind = type_of(arg);
            is_map = common.as_ref().is_none_or(|common| *common == kind);
            common = Some(kind);
        }
    }
    if let Some(open) = open {
        return Ok(unknown_because(open, Shape::Any));
    }
    Ok(if is_map { Value::map(merged) } else { Value::object(merged) })
}

fn range(args: &[Value], _: &dyn Lookup) -> Result<Value, String> {
    let zero = Number::from(0_i64);
    let numbers: Vec<&Number> = args.iter().filter_map(Value::as_number).collect();
    let (start, end, step) = match numbers.as_slice() {
        [end] => (&zero, *end, None),
        [start, end] => (*start, *end, None),
        [start, end, step] => (*start, *end, Some((*step).clone())),
        _ => return Err("one to three numbers are required".into()),
    };
    if start == end {
        return Ok(Value::list(Vec::new()));
    }
    let down = end < start;
    let step = step.unwrap_or_else(|| Number::from(if down { -1_i64 } else { 1 }));
    if step == zero {
        return Err("the step must not be 0".into());
    }
    if (step < zero) != down {
        return Err(format!("steps of {step} do not lead from {start} to {end}"));
    }
    let mut numbers = Vec::new();
    let mut next = start.clone();
    while if down { next > *end } else { next < *end } {
        if numbers.len() >= 1024 {
            return Err("a range has at most 1024 numbers".into());
        }
        numbers.push(Value::number(next.clone()));
        next = next.add(&step);
    }
    Ok(Value::list(numbers))
}

fn reverse(args: &[Value], _: &dyn Lookup) -> Result<Value, String> {
    let Some(items) = elements(&args[0], "a list")? else { return Ok(unknown_because(&args[0], Shape::Any)) };
    if matches!(args[0].kind, Kind::Set(_)) {
        return Ok(in_order(items).map_or_else(
            || unknown_because(&args[0], Shape::List),
            |items| Value::list(items.into_iter().rev().collect()),
        ));
    }
    Ok(like(&args[0], items.iter().rev().cloned().collect()))
}

fn slice(args: &[Value], _: &dyn Lookup) -> Result<Value, String> {
    let Some(items) = ordered(&args[0], "a list")? else { return Ok(unknown_because(&args[0], Shape::Any)) };
    let (start, end) = (whole(&args[1])?, whole(&args[2])?);
    let part = match (usize::try_from(start), usize::try_from(end)) {
        (Ok(start), Ok(end)) => items.get(start..end),
        _ => None,
    };
    match part {
        Some(part) => Ok(like(&args[0], part.to_vec())),
        None => Err(format!("a list of {} elements has no part from {start} to {end}", items.len())),
    }
}

fn sort(args: &[Value], _: &dyn Lookup) -> Result<Value, String> {
    let Some(items) = elements(&args[0], "a list")? else { return Ok(unknown_because(&args[0], Shape::Strings)) };
    if items.iter().any(Value::is_null) {
        return Err("a list with null in it cannot be sorted".into());
    }
    let mut sorted = items.to_vec();
    match items.iter().find(|item| item.is_opaque()) {
        // Which one comes where is not known, but how many there are.
        Some(open) if items.len() > 1 => {
            let open = unknown_because(open, Shape::String);
            sorted.fill(open);
        }
        _ => sorted.sort_by(|a, b| a.as_str().cmp(&b.as_str())),
    }
    Ok(Value::list(sorted))
}

fn transpose(args: &[Value], _: &dyn Lookup) -> Result<Value, String> {
    let mut turned: BTreeMap<Arc<str>, Vec<Value>> = BTreeMap::new();
    for (key, list) in args[0].fields().into_iter().flat_map(|fields| fields.iter()) {
        let items = list.items().ok_or_else(|| format!("\"{key}\" must not be null"))?;
        for item in items.iter() {
            let text = item.as_str().ok_or_else(|| format!("the list \"{key}\" must not hold null"))?;
            turned.entry(text.clone()).or_default().push(Value::string(key.clone()));
        }
    }
    Ok(Value::map(turned.into_iter().map(|(key, list)| (key, Value::list(list))).collect()))
}

fn values(args: &[Value], _: &dyn Lookup) -> Result<Value, String> {
    let Some(fields) = entries(&args[0], "a map")? else { return Ok(unknown_because(&args[0], Shape::Any)) };
    let values = fields.values().cloned().collect();
    Ok(match args[0].kind {
        Kind::Object(_) => Value::tuple(values),
        _ => Value::list(values),
    })
}

fn zipmap(args: &[Value], _: &dyn Lookup) -> Result<Value, String> {
    let values = ordered(&args[1], "a list of values")?;
    let (Some(keys), Some(values)) = (elements(&args[0], "a list of keys")?, values) else {
        let open = if args[0].items().is_none() { &args[0] } else { &args[1] };
        return Ok(unknown_because(open, Shape::Any));
    };
    if keys.len() != values.len() {
        return Err(format!("there are {} keys for {} values", keys.len(), values.len()));
    }
    let mut fields = BTreeMap::new();
    let mut open = None;
    for (key, value) in keys.iter().zip(values.iter()) {
        match &key.kind {
            Kind::String(key) => drop(fields.insert(key.clone(), value.clone())),
            Kind::Null => return Err("a key must not be null".into()),
            _ => open = open.or(Some(key)),
        }
    }
    if let Some(open) = open {
        return Ok(unknown_because(open, Shape::Any));
    }
    let zipped = match args[1].kind {
        Kind::Tuple(_) => Value::object(fields),
        _ => Value::map(fields),
    };
    Ok(zipped.mark(args[0].is_sensitive_within()))
}
