//! Functions of collections as a whole and of their elements: from `alltrue` to `zipmap`.
//!
//! What is not known inside a collection stays inside it: how many elements there are, under which keys, and which one
//! stands where is often known although their values are not. A result hangs on an unknown element only where its
//! value decides.

use std::collections::{BTreeMap, HashSet};
use std::sync::Arc;

use unicode_segmentation::UnicodeSegmentation;

use super::numbers::whole;
use super::{Function, Parameter, Shape, open, open_nullable, takes, unknown_because};
use crate::eval::number::Number;
use crate::eval::types::{Lookup, Type, convert, type_of, unify_all};
use crate::eval::value::{Cause, Fields, Items, Kind, Value, equal, in_order, set_order, set_size};

const ANY: Parameter = open(Shape::Any);
const NULLABLE: Option<Parameter> = Some(open_nullable(Shape::Any));

pub const FUNCTIONS: &[Function] = &[
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
    function("list", &[], NULLABLE, Shape::Any, |_, _| Err("`list` is no longer a function; write `tolist([...])`".into())),
    function("lookup", &[ANY, open(Shape::String)], NULLABLE, Shape::Any, lookup),
    function("map", &[], NULLABLE, Shape::Any, |_, _| Err("`map` is no longer a function; write `tomap({...})`".into())),
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

/// The elements of a list, tuple or set; nothing when they are not known.
pub(super) fn elements<'a>(value: &'a Value, wanted: &str) -> Result<Option<&'a Items>, String> {
    match (&value.kind, value.items()) {
        (_, Some(items)) => Ok(Some(items)),
        (Kind::Unknown(_) | Kind::Of(_), _) => Ok(None),
        _ => Err(format!("{wanted} is required, not {}", value.type_name())),
    }
}

/// The same, for functions that need an order.
fn ordered<'a>(value: &'a Value, wanted: &str) -> Result<Option<&'a Items>, String> {
    match &value.kind {
        Kind::Set(_) => Err(format!("{wanted} is required, not set; convert it with `tolist`")),
        _ => elements(value, wanted),
    }
}

/// The elements of a map or object; nothing when they are not known.
fn entries<'a>(value: &'a Value, wanted: &str) -> Result<Option<&'a Fields>, String> {
    match (&value.kind, value.fields()) {
        (_, Some(fields)) => Ok(Some(fields)),
        (Kind::Unknown(_) | Kind::Of(_) | Kind::Instance(_) | Kind::Module(_), _) => Ok(None),
        _ => Err(format!("{wanted} is required, not {}", value.type_name())),
    }
}

/// A list where there was a list, a tuple where there was a tuple.
fn like(value: &Value, items: Vec<Value>) -> Value {
    match value.kind {
        Kind::Tuple(_) => Value::tuple(items),
        _ => Value::list(items),
    }
}

/// The elements of a collection, to be asked for others.
pub(super) struct Members<'a> {
    texts: HashSet<&'a str>,
    others: Vec<&'a Value>,
}

impl<'a> Members<'a> {
    pub(super) fn of(items: &'a [Value]) -> Members<'a> {
        let texts = items.iter().filter_map(|item| item.as_str().map(|text| &**text)).collect();
        // Any one text stands for all where a value is of another type.
        let first = items.iter().position(|item| item.as_str().is_some());
        let stays = |at: usize, item: &Value| item.as_str().is_none() || first == Some(at);
        let others = items.iter().enumerate().filter(|(at, item)| stays(*at, item)).map(|(_, item)| item).collect();
        Members { texts, others }
    }

    /// Whether the value is among them; nothing when that depends on what is not known.
    pub(super) fn contain(&self, value: &Value) -> Option<bool> {
        if value.as_str().is_some_and(|text| self.texts.contains(&**text)) {
            return Some(true);
        }
        let may_be = |text: &&str| equal(value, &Value::string(*text)).is_none();
        let partly = matches!(value.kind, Kind::Text(_)) && self.texts.iter().any(may_be);
        let mut answer = if partly { None } else { Some(false) };
        for other in &self.others {
            match equal(value, other) {
                Some(true) => return Some(true),
                Some(false) => {}
                None => answer = None,
            }
        }
        answer
    }
}

/// Whether any element decides: a true one for `anytrue`, one that is not true for `alltrue`.
fn decide(list: &Value, by: bool) -> Result<Value, String> {
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

fn chunklist(args: &[Value], _: &dyn Lookup) -> Result<Value, String> {
    let Some(items) = elements(&args[0], "a list")? else { return Ok(unknown_because(&args[0], Shape::List)) };
    let size = whole(&args[1])?;
    let size = usize::try_from(size).map_err(|_| format!("the size of a chunk must not be {size}"))?;
    // Without a size there is one chunk.
    let size = if size == 0 { items.len().max(1) } else { size };
    Ok(Value::list(items.chunks(size).map(|chunk| Value::list(chunk.to_vec())).collect()))
}

fn coalesce(args: &[Value], lookup: &dyn Lookup) -> Result<Value, String> {
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
                return Ok(Value::unknown_of(arg.cause().unwrap_or(Cause::Failed), to));
            }
            // An identity is never null or empty.
            (Kind::Unknown(_) | Kind::Of(_) | Kind::Text(_) | Kind::Instance(_) | Kind::Module(_), _) => return Ok(arg),
            // The number 1 becomes "1" when what is not known is text.
            (_, Some((open, _))) if to != Type::String => return Ok(unknown_because(open, Shape::Any)),
            _ => return Ok(arg),
        }
    }
    Err("no argument is other than null or \"\"".into())
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

fn contains(args: &[Value], _: &dyn Lookup) -> Result<Value, String> {
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

fn element(args: &[Value], _: &dyn Lookup) -> Result<Value, String> {
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

fn flatten(args: &[Value], _: &dyn Lookup) -> Result<Value, String> {
    let Some(_) = elements(&args[0], "a list or set")? else { return Ok(unknown_because(&args[0], Shape::Any)) };
    let mut flat = Vec::new();
    match spread(&args[0], &mut flat) {
        Some(open) => Ok(unknown_because(open, Shape::Any)),
        None => Ok(Value::tuple(flat)),
    }
}

/// Adds the elements of a list, and of the lists in it; gives back what may be a list but is not known.
fn spread<'a>(list: &'a Value, into: &mut Vec<Value>) -> Option<&'a Value> {
    let items = list.items()?;
    if matches!(list.kind, Kind::Set(_)) && items.len() > 1 && !list.is_wholly_known() {
        return Some(list);
    }
    for item in items.iter() {
        match &item.kind {
            Kind::Tuple(_) | Kind::List(_) | Kind::Set(_) => {
                let open = spread(item, into);
                if open.is_some() {
                    return open;
                }
            }
            Kind::Unknown(unknown) => match unknown.kind {
                Type::Dynamic | Type::List(_) | Type::Set(_) | Type::Tuple(_) => return Some(item),
                _ => into.push(item.clone()),
            },
            Kind::Of(of) if names_many(&of.attribute) => return Some(item),
            _ => into.push(item.clone()),
        }
    }
    None
}

/// Whether an attribute sounds like a list: `ids`, `zones[0].vswitch_ids`, but not `status` or `ip_address`.
fn names_many(attribute: &str) -> bool {
    let plural = attribute.ends_with('s') && !attribute.ends_with("ss") && !attribute.ends_with("us");
    plural || attribute.ends_with("_list") || attribute.ends_with("_set")
}

fn index(args: &[Value], _: &dyn Lookup) -> Result<Value, String> {
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

fn keys(args: &[Value], _: &dyn Lookup) -> Result<Value, String> {
    let Some(fields) = entries(&args[0], "a map")? else { return Ok(unknown_because(&args[0], Shape::Strings)) };
    let keys = fields.keys().map(|key| Value::string(key.clone())).collect();
    Ok(match args[0].kind {
        Kind::Object(_) => Value::tuple(keys),
        _ => Value::list(keys),
    })
}

fn length(args: &[Value], _: &dyn Lookup) -> Result<Value, String> {
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

fn lookup(args: &[Value], reader: &dyn Lookup) -> Result<Value, String> {
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
    let wanted_members = Members::of(wanted);
    let mut matching = Vec::new();
    for (value, key) in values.iter().zip(keys.iter()) {
        match wanted_members.contain(key) {
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

fn one(args: &[Value], _: &dyn Lookup) -> Result<Value, String> {
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

fn sum(args: &[Value], lookup: &dyn Lookup) -> Result<Value, String> {
    let Some(items) = elements(&args[0], "a list or set")? else { return Ok(unknown_because(&args[0], Shape::Number)) };
    let mut total: Option<Number> = None;
    for item in items.iter() {
        let item = convert(item, &Type::Number, lookup)?;
        let Some(number) = item.as_number() else { return Err("a list with null in it has no sum".into()) };
        total = Some(total.map_or_else(|| number.clone(), |total| total.add(number)));
    }
    total.map(Value::number).ok_or_else(|| "an empty list has no sum".into())
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
