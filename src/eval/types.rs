//! Types: what a value is, what several can become together, and how one becomes another.
//!
//! The rules are Terraform's: an object becomes a map when its attributes agree on a type, a number becomes a string when
//! one is wanted, and a type constraint may name optional attributes with defaults.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::number::Number;
use super::value::{Cause, Fields, Hint, Items, Kind, Value, in_order};
use crate::source::{Address, ModulePath};
use crate::syntax::{Expression, ExpressionKind};

#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Type {
    Dynamic,
    Bool,
    Number,
    String,
    List(Box<Type>),
    Set(Box<Type>),
    Map(Box<Type>),
    Tuple(Vec<Type>),
    Object(Vec<Field>),
}

#[derive(Clone, Debug)]
pub struct Field {
    pub name: Arc<str>,
    pub kind: Type,
    pub optional: bool,
    pub default: Option<Value>,
}

impl PartialEq for Field {
    fn eq(&self, other: &Self) -> bool {
        self.name == other.name && self.kind == other.kind && self.optional == other.optional
    }
}

impl Eq for Field {}

/// How whole instances and modules are read when a conversion needs their attributes.
pub trait Lookup {
    fn attribute(&self, of: &Arc<Address>, name: &str) -> Value;
    fn output(&self, of: &ModulePath, name: &str) -> Value;
}

/// For values that hold no instances.
pub struct NoLookup;

impl Lookup for NoLookup {
    fn attribute(&self, of: &Arc<Address>, name: &str) -> Value {
        Value::of(of.clone(), name)
    }

    fn output(&self, of: &ModulePath, name: &str) -> Value {
        Value::unknown(Cause::Unsupported(format!("{of}.{name}").into()))
    }
}

impl Type {
    pub fn list(of: Type) -> Type {
        Type::List(Box::new(of))
    }

    pub fn set(of: Type) -> Type {
        Type::Set(Box::new(of))
    }

    pub fn map(of: Type) -> Type {
        Type::Map(Box::new(of))
    }

    pub fn is_primitive(&self) -> bool {
        matches!(self, Type::Bool | Type::Number | Type::String)
    }

    pub fn name(&self) -> String {
        match self {
            Type::Dynamic => "any".into(),
            Type::Bool => "bool".into(),
            Type::Number => "number".into(),
            Type::String => "string".into(),
            Type::List(of) => format!("list of {}", of.name()),
            Type::Set(of) => format!("set of {}", of.name()),
            Type::Map(of) => format!("map of {}", of.name()),
            Type::Tuple(_) => "tuple".into(),
            Type::Object(_) => "object".into(),
        }
    }
}

/// The type of a value; of an empty list, and of what is not known, as much as is known.
pub fn type_of(value: &Value) -> Type {
    match value.hint.as_deref() {
        Some(Hint::Type(kind)) => return kind.clone(),
        Some(Hint::Block(_)) => return Type::Dynamic,
        None => {}
    }
    match &value.kind {
        // Terraform wants ids to be strings; of other attributes only the provider knows.
        Kind::Of(of) if &*of.attribute == "id" => Type::String,
        Kind::Null | Kind::Of(_) | Kind::Instance(_) | Kind::Module(_) => Type::Dynamic,
        Kind::Bool(_) => Type::Bool,
        Kind::Number(_) => Type::Number,
        Kind::String(_) | Kind::Text(_) => Type::String,
        Kind::Tuple(items) => Type::Tuple(items.iter().map(type_of).collect()),
        Kind::List(items) => Type::list(element_type(items.iter())),
        Kind::Set(items) => Type::set(element_type(items.iter())),
        Kind::Map(fields) => Type::map(element_type(fields.values())),
        Kind::Object(fields) => Type::Object(
            fields
                .iter()
                .map(|(name, field)| Field { name: name.clone(), kind: type_of(field), optional: false, default: None })
                .collect(),
        ),
        Kind::Unknown(unknown) => unknown.kind.clone(),
    }
}

fn element_type<'a>(items: impl Iterator<Item = &'a Value>) -> Type {
    let mut common = Type::Dynamic;
    for item in items {
        let next = type_of(item);
        match unify(&common, &next) {
            Some(unified) => common = unified,
            None => return Type::Dynamic,
        }
    }
    common
}

/// The type that values of both types can be converted to, when there is one.
pub fn unify(a: &Type, b: &Type) -> Option<Type> {
    use Type::*;
    if a == b {
        return Some(a.clone());
    }
    match (a, b) {
        (Dynamic, other) | (other, Dynamic) => Some(other.clone()),
        (String, Bool | Number) | (Bool | Number, String) => Some(String),
        (Tuple(a), Tuple(b)) if a.len() == b.len() => {
            a.iter().zip(b).map(|(a, b)| unify(a, b)).collect::<Option<Vec<_>>>().map(Tuple)
        }
        (Tuple(a), Tuple(b)) => unify_all(a.iter().chain(b)).map(Type::list),
        (Tuple(items), List(of)) | (List(of), Tuple(items)) => unify_all(items.iter().chain([&**of])).map(Type::list),
        // What the set holds is settled, and the rest has to follow; likewise for the list below.
        (Tuple(items), Set(of)) | (Set(of), Tuple(items)) => {
            unify_all(items.iter().chain([&**of])).map(|all| Type::set(settled(of, all)))
        }
        (List(a), List(b)) => unify(a, b).map(Type::list),
        (Set(a), Set(b)) => unify(a, b).map(Type::set),
        (List(a), Set(b)) | (Set(b), List(a)) => unify(a, b).map(|both| Type::list(settled(a, both))),
        (Map(a), Map(b)) => unify(a, b).map(Type::map),
        (Object(fields), Map(of)) | (Map(of), Object(fields)) => {
            unify_all(fields.iter().map(|field| &field.kind).chain([&**of])).map(Type::map)
        }
        (Object(a), Object(b)) => {
            let same = a.len() == b.len() && a.iter().zip(b).all(|(a, b)| a.name == b.name);
            if same {
                let fields = a.iter().zip(b).map(|(a, b)| {
                    unify(&a.kind, &b.kind).map(|kind| Field {
                        name: a.name.clone(),
                        kind,
                        optional: false,
                        default: None,
                    })
                });
                return fields.collect::<Option<Vec<_>>>().map(Object);
            }
            unify_all(a.iter().chain(b).map(|field| &field.kind)).map(Type::map)
        }
        _ => None,
    }
}

fn settled(of: &Type, common: Type) -> Type {
    if *of == Type::Dynamic { common } else { of.clone() }
}

/// The same for any number of types. A bool and a number have nothing in common until there is a string, whichever comes
/// first: so what does not fit is tried again against what the others became.
pub fn unify_all<'a>(types: impl Iterator<Item = &'a Type>) -> Option<Type> {
    let mut common = Type::Dynamic;
    let mut left = Vec::new();
    let mut open = false;
    for next in types {
        open |= *next == Type::Dynamic;
        match unify(&common, next) {
            Some(unified) => common = unified,
            None => left.push(next),
        }
    }
    for next in left {
        match unify(&common, next) {
            Some(unified) => common = unified,
            // Beside a null of no type the others may differ.
            None if open => return Some(Type::Dynamic),
            None => return None,
        }
    }
    Some(common)
}

/// The value as that type, or why it cannot be.
pub fn convert(value: &Value, to: &Type, lookup: &dyn Lookup) -> Result<Value, String> {
    let converted = |kind: Kind| {
        let empty = match &kind {
            Kind::List(items) | Kind::Set(items) => items.is_empty(),
            Kind::Map(fields) => fields.is_empty(),
            _ => false,
        };
        let made = Value::from(kind).with_trail(value.trail.clone()).mark(value.sensitive);
        if empty { made.with_hint(Hint::Type(of_nothing(value, to))) } else { made }
    };
    match (&value.kind, to) {
        (_, Type::Dynamic) => Ok(value.clone()),
        (Kind::Null, _) => Ok(value.clone().with_hint(Hint::Type(to.clone()))),
        (Kind::Unknown(unknown), to) => {
            let mut narrowed = (**unknown).clone();
            narrowed.kind = to.clone();
            narrowed.one_of =
                unknown.one_of.iter().map(|one| convert(one, to, lookup)).collect::<Result<_, _>>().unwrap_or_default();
            Ok(converted(Kind::Unknown(Arc::new(narrowed))))
        }
        // The identity stays what it is; only the cloud knows its form.
        (Kind::Of(_), _) => Ok(value.clone()),
        (Kind::Text(_), Type::String) => Ok(value.clone()),
        (Kind::Text(_), Type::Number | Type::Bool) => {
            let cause = value.cause().unwrap_or(Cause::Failed);
            Ok(converted(Value::unknown_of(cause, to.clone()).kind))
        }
        (Kind::Bool(_), Type::Bool) | (Kind::Number(_), Type::Number) | (Kind::String(_), Type::String) => {
            Ok(value.clone())
        }
        (Kind::Bool(flag), Type::String) => Ok(converted(Kind::String(flag.to_string().into()))),
        (Kind::Number(number), Type::String) => Ok(converted(Kind::String(number.to_string().into()))),
        (Kind::String(text), Type::Number) => match Number::parse(text) {
            Some(number) => Ok(converted(Kind::Number(number))),
            None => Err("a number is required".into()),
        },
        (Kind::String(text), Type::Bool) => match &**text {
            "true" | "1" => Ok(converted(Kind::Bool(true))),
            "false" | "0" => Ok(converted(Kind::Bool(false))),
            _ => Err("a bool is required".into()),
        },
        (Kind::Tuple(items) | Kind::List(items), Type::List(of)) => {
            Ok(converted(Kind::List(Arc::new(elements(items, of, lookup)?))))
        }
        (Kind::Set(items), Type::List(of)) => {
            let items = elements(items, of, lookup)?;
            Ok(converted(match in_order(&items) {
                Some(ordered) => Kind::List(Arc::new(ordered)),
                None => Value::unknown_of(value.cause().unwrap_or(Cause::Failed), to.clone()).kind,
            }))
        }
        (Kind::Tuple(items) | Kind::List(items) | Kind::Set(items), Type::Set(of)) => {
            let set = Value::set(elements(items, of, lookup)?);
            Ok(converted(set.kind))
        }
        (Kind::Tuple(items) | Kind::List(items) | Kind::Set(items), Type::Tuple(of)) => {
            if items.len() != of.len() {
                return Err(format!("tuple with {} elements is required", of.len()));
            }
            let items = items.iter().zip(of).map(|(item, of)| convert(item, of, lookup));
            Ok(converted(Kind::Tuple(Arc::new(items.collect::<Result<_, _>>()?))))
        }
        (Kind::Object(fields) | Kind::Map(fields), Type::Map(of)) => {
            Ok(converted(Kind::Map(Arc::new(map_elements(fields, of, lookup)?))))
        }
        (Kind::Object(fields) | Kind::Map(fields), Type::Object(wanted)) => {
            let get = |name: &Arc<str>| {
                let open = || value.block().map(|of| Value::of(of.address.clone(), format!("{}.{name}", of.attribute)));
                fields.get(name).cloned().or_else(open)
            };
            Ok(converted(Kind::Object(Arc::new(object(get, wanted, lookup)?))))
        }
        (Kind::Instance(address), Type::Object(wanted)) => {
            let get = |name: &Arc<str>| Some(lookup.attribute(address, name));
            Ok(converted(Kind::Object(Arc::new(object(get, wanted, lookup)?))))
        }
        (Kind::Module(path), Type::Object(wanted)) => {
            let get = |name: &Arc<str>| Some(lookup.output(path, name));
            Ok(converted(Kind::Object(Arc::new(object(get, wanted, lookup)?))))
        }
        (Kind::Instance(_) | Kind::Module(_), Type::Map(_)) => {
            let cause = value.cause().unwrap_or(Cause::Failed);
            Ok(converted(Value::unknown_of(cause, to.clone()).kind))
        }
        _ => Err(format!("{} required", article(&to.name()))),
    }
}

/// The type of an empty collection: an element type of `any` is that which the collection had before.
fn of_nothing(value: &Value, to: &Type) -> Type {
    use Type::{Dynamic, List, Map, Set};
    let open = matches!(to, List(of) | Set(of) | Map(of) if **of == Dynamic);
    match (open, to, type_of(value)) {
        (true, List(_), List(of) | Set(of)) => List(of),
        (true, Set(_), List(of) | Set(of)) => Set(of),
        (true, Map(_), Map(of)) => Map(of),
        _ => to.clone(),
    }
}

fn article(name: &str) -> String {
    let article = if name.starts_with(['a', 'e', 'i', 'o', 'u']) { "an" } else { "a" };
    format!("{article} {name} is")
}

/// All elements as one type; `any` means the one type that they can all become.
fn elements(items: &Items, of: &Type, lookup: &dyn Lookup) -> Result<Vec<Value>, String> {
    let of = common(items.iter(), of)?;
    items
        .iter()
        .enumerate()
        .map(|(at, item)| convert(item, &of, lookup).map_err(|why| format!("element {at}: {why}")))
        .collect()
}

fn map_elements(fields: &Fields, of: &Type, lookup: &dyn Lookup) -> Result<BTreeMap<Arc<str>, Value>, String> {
    let of = common(fields.values(), of)?;
    fields
        .iter()
        .map(|(key, field)| match convert(field, &of, lookup) {
            Ok(field) => Ok((key.clone(), field)),
            Err(why) => Err(format!("element \"{key}\": {why}")),
        })
        .collect()
}

fn common<'a>(items: impl Iterator<Item = &'a Value>, of: &Type) -> Result<Type, String> {
    if *of != Type::Dynamic {
        return Ok(of.clone());
    }
    let types: Vec<Type> = items.map(type_of).collect();
    unify_all(types.iter()).ok_or_else(|| "all elements must have the same type".into())
}

fn object(
    get: impl Fn(&Arc<str>) -> Option<Value>,
    wanted: &[Field],
    lookup: &dyn Lookup,
) -> Result<BTreeMap<Arc<str>, Value>, String> {
    let mut fields = BTreeMap::new();
    for field in wanted {
        let given = get(&field.name);
        let value = match given {
            Some(value) if !(value.is_null() && field.default.is_some()) => value,
            given if field.optional => match &field.default {
                Some(default) => default.clone(),
                None => given.unwrap_or_else(Value::null),
            },
            Some(value) => value,
            None => return Err(format!("attribute \"{}\" is required", field.name)),
        };
        let value =
            convert(&value, &field.kind, lookup).map_err(|why| format!("attribute \"{}\": {why}", field.name))?;
        fields.insert(field.name.clone(), value);
    }
    Ok(fields)
}

/// Reads a type constraint: `list(object({ a = string, b = optional(number, 3) }))`. Defaults are constant expressions,
/// which `constant` evaluates.
pub fn constraint(
    expression: &Expression,
    constant: &dyn Fn(&Expression) -> Option<Value>,
) -> Result<Type, (crate::source::Span, String)> {
    let wrong = |why: &str| Err((expression.span, why.to_owned()));
    match &*expression.kind {
        ExpressionKind::Parenthesis(inner) => constraint(inner, constant),
        // Terraform 0.11 wrote the name of the type as a string.
        ExpressionKind::Variable(name) | ExpressionKind::String(name) => match &**name {
            "any" => Ok(Type::Dynamic),
            "bool" => Ok(Type::Bool),
            "number" => Ok(Type::Number),
            "string" => Ok(Type::String),
            "list" => Ok(Type::list(Type::Dynamic)),
            "set" => Ok(Type::set(Type::Dynamic)),
            "map" => Ok(Type::map(Type::Dynamic)),
            other => wrong(&format!("`{other}` is not a type")),
        },
        ExpressionKind::Call { name, arguments, .. } => match (&*name.text, arguments.as_slice()) {
            ("list", [of]) => Ok(Type::list(constraint(of, constant)?)),
            ("set", [of]) => Ok(Type::set(constraint(of, constant)?)),
            ("map", [of]) => Ok(Type::map(constraint(of, constant)?)),
            ("tuple", [of]) => match &*of.kind {
                ExpressionKind::Tuple(items) => {
                    Ok(Type::Tuple(items.iter().map(|item| constraint(item, constant)).collect::<Result<_, _>>()?))
                }
                _ => wrong("tuple takes a list of types"),
            },
            ("object", [of]) => match &*of.kind {
                ExpressionKind::Object(entries) => {
                    let mut fields = Vec::new();
                    for entry in entries {
                        let name = match &*entry.key.kind {
                            ExpressionKind::String(name) | ExpressionKind::Variable(name) => name.clone(),
                            _ => return Err((entry.key.span, "an attribute name is required".into())),
                        };
                        fields.push(field(name, &entry.value, constant)?);
                    }
                    fields.sort_by(|a, b| a.name.cmp(&b.name));
                    fields.dedup_by(|a, b| a.name == b.name);
                    Ok(Type::Object(fields))
                }
                _ => wrong("object takes its attributes in braces"),
            },
            (name, _) => wrong(&format!("`{name}` is not a type, or not with these arguments")),
        },
        _ => wrong("a type is required"),
    }
}

fn field(
    name: Arc<str>,
    expression: &Expression,
    constant: &dyn Fn(&Expression) -> Option<Value>,
) -> Result<Field, (crate::source::Span, String)> {
    if let ExpressionKind::Call { name: function, arguments, .. } = &*expression.kind
        && &*function.text == "optional"
        && let Some(of) = arguments.first()
    {
        let kind = constraint(of, constant)?;
        let default = match arguments.get(1) {
            None => None,
            Some(default) => match constant(default) {
                Some(value) if value.is_null() => None,
                Some(value) => match convert(&value, &kind, &NoLookup) {
                    Ok(value) => Some(value),
                    Err(why) => return Err((default.span, format!("this default does not fit its type: {why}"))),
                },
                None => return Err((default.span, "the default of an optional attribute must be constant".into())),
            },
        };
        return Ok(Field { name, kind, optional: true, default });
    }
    Ok(Field { name, kind: constraint(expression, constant)?, optional: false, default: None })
}
