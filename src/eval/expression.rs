//! One expression to one value: literals, collections, traversals, loops, conditions and calls.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::types::{Type, convert, type_of, unify};
use super::value::{Cause, Kind, Unknown, Value};
use super::{DEPTH, Evaluated, Evaluator, Fault, Frame, Number, Scope, WORK, fault, functions, operators};
use crate::source::{Span, Trail, What};
use crate::syntax::{BinaryOperator, Expression, ExpressionKind, For};

/// The name under which a splat binds its element; no identifier of the language can be the same.
const ELEMENT: &str = "*";
/// How many parts a value may have.
const LARGEST: usize = 1_000_000;

impl Evaluator<'_> {
    /// The value of an expression in its place, or what is wrong with it.
    pub fn evaluate(&self, expression: &Expression, scope: &Scope<'_>) -> Evaluated {
        if self.depth.get() >= DEPTH {
            return fault(expression.span, "values refer to each other too deeply to be followed");
        }
        let work = self.work.get() + 1;
        self.work.set(work);
        if work > WORK {
            return fault(expression.span, "evaluating this configuration takes more steps than alinet allows");
        }
        self.depth.set(self.depth.get() + 1);
        let evaluated = self.evaluate_kind(expression, scope);
        self.depth.set(self.depth.get() - 1);
        // Values that hold one another many times over would take forever to walk through.
        if matches!(*expression.kind, ExpressionKind::Tuple(_) | ExpressionKind::Object(_) | ExpressionKind::For(_))
            && let Ok(value) = &evaluated
            && value.parts(LARGEST) >= LARGEST
        {
            return fault(expression.span, format!("this value has more than {LARGEST} parts"));
        }
        if self.trying.get() > 0
            && let Ok(value) = &evaluated
            && let Kind::Unknown(unknown) = &value.kind
        {
            self.meet(unknown.cause.clone());
        }
        evaluated
    }

    fn evaluate_kind(&self, expression: &Expression, scope: &Scope<'_>) -> Evaluated {
        let span = expression.span;
        let leaf = |kind: Kind| Ok(Value::from(kind).with_trail(Trail::Leaf(span)));
        match &*expression.kind {
            ExpressionKind::Null => leaf(Kind::Null),
            ExpressionKind::Bool(value) => leaf(Kind::Bool(*value)),
            ExpressionKind::String(text) => leaf(Kind::String(text.clone())),
            ExpressionKind::Number(digits) => match Number::parse(digits) {
                Some(number) => leaf(Kind::Number(number)),
                None => fault(span, format!("{digits} is not a number that can be represented")),
            },
            ExpressionKind::Template(parts) => self.template(parts, span, scope),
            ExpressionKind::Tuple(items) => {
                let items: Vec<Value> =
                    items.iter().map(|item| self.evaluate(item, scope)).collect::<Result<_, _>>()?;
                let trail = Trail::step(span, What::Expression, items.iter().map(|item| item.trail.clone()));
                Ok(Value::tuple(items).with_trail(trail))
            }
            ExpressionKind::Object(entries) => self.object(entries, span, scope),
            ExpressionKind::Variable(name) => self.bare(name, span, scope),
            ExpressionKind::Element => match scope.bound(ELEMENT) {
                Some(value) => Ok(value.clone()),
                None => fault(span, "a splat element stands outside of a splat"),
            },
            ExpressionKind::Attribute { on, name } => {
                if let Some(reference) = self.reference(expression, scope) {
                    return reference;
                }
                let on = self.evaluate(on, scope)?;
                self.attribute_of(&on, &name.text, span)
            }
            ExpressionKind::Index { on, key } => {
                let on = self.evaluate(on, scope)?;
                let key = self.evaluate(key, scope)?;
                self.index(&on, &key, span)
            }
            ExpressionKind::Splat { on, each } => self.splat(on, each, span, scope),
            ExpressionKind::Call { name, arguments, expand } => self.call(name, arguments, *expand, span, scope),
            ExpressionKind::Unary { operator, operand } => {
                let value = self.evaluate(operand, scope)?;
                let result = operators::unary(*operator, &value).map_err(|why| wrong(operand.span, why))?;
                Ok(result.with_trail(value.trail).mark(value.sensitive))
            }
            ExpressionKind::Binary { operator, left, right } => {
                let a = self.evaluate(left, scope)?;
                if let Some(decided) = operators::decided(*operator, &a) {
                    return Ok(decided.with_trail(a.trail).mark(a.sensitive));
                }
                let right = self.evaluate(right, scope);
                // The left side may yet decide, and then what is wrong with the right one does not matter.
                if matches!(operator, BinaryOperator::And | BinaryOperator::Or) && a.is_opaque() {
                    let fails = match &right {
                        Ok(b) => operators::binary(*operator, &a, b).is_err(),
                        Err(_) => true,
                    };
                    if fails {
                        self.pass_over(a.cause().unwrap_or(Cause::Failed));
                        return Ok(self.unknown_like(&a, Type::Bool, span));
                    }
                }
                let b = right?;
                let result = operators::binary(*operator, &a, &b).map_err(|why| wrong(span, why))?;
                let trail = Trail::step(span, What::Expression, [a.trail, b.trail]);
                Ok(result.with_trail(trail).mark(a.sensitive || b.sensitive))
            }
            ExpressionKind::Conditional { condition, yes, no } => self.conditional(condition, yes, no, span, scope),
            ExpressionKind::For(expression) => self.comprehension(expression, span, scope),
            ExpressionKind::Parenthesis(inner) => self.evaluate(inner, scope),
            ExpressionKind::Refused(why) => {
                Ok(Value::unknown(Cause::Unsupported(why.clone())).with_trail(Trail::Leaf(span)))
            }
        }
    }

    fn object(&self, entries: &[crate::syntax::Entry], span: Span, scope: &Scope<'_>) -> Evaluated {
        let mut fields = BTreeMap::new();
        let mut sensitive = false;
        for entry in entries {
            let key = self.evaluate(&entry.key, scope)?;
            let value = self.evaluate(&entry.value, scope)?;
            sensitive |= key.sensitive;
            match self.key_text(&key, entry.key.span)? {
                Some(key) => fields.insert(key, value),
                None => return Ok(self.unknown_like(&key, Type::Dynamic, span)),
            };
        }
        let trail = Trail::step(span, What::Expression, fields.values().map(|field: &Value| field.trail.clone()));
        Ok(Value::object(fields).with_trail(trail).mark(sensitive))
    }

    /// The text of a key; nothing when it is not known.
    fn key_text(&self, key: &Value, span: Span) -> Result<Option<Arc<str>>, Box<Fault>> {
        match convert(key, &Type::String, self) {
            Ok(key) if key.is_null() => fault(span, "a key must not be null"),
            Ok(key) => Ok(key.as_str().cloned()),
            Err(why) => fault(span, format!("this cannot be a key: {why}")),
        }
    }

    fn unknown_like(&self, value: &Value, kind: Type, span: Span) -> Value {
        let cause = value.cause().unwrap_or(Cause::Failed);
        let trail = Trail::step(span, What::Expression, [value.trail.clone()]);
        Value::unknown_of(cause, kind).with_trail(trail).mark(value.sensitive)
    }

    /// `on.name`.
    pub(crate) fn attribute_of(&self, on: &Value, name: &Arc<str>, span: Span) -> Evaluated {
        let found = match &on.kind {
            Kind::Object(fields) => match (fields.get(name), on.block()) {
                (Some(value), None) => value.clone(),
                (Some(value), Some(_)) if !value.is_null() => value.clone(),
                (_, Some(of)) => return Ok(in_block(of, name, span)),
                (None, None) => return fault(span, format!("this object has no attribute \"{name}\"")),
            },
            Kind::Map(fields) => match fields.get(name) {
                Some(value) => value.clone(),
                None => return fault(span, format!("this map has no element \"{name}\"")),
            },
            Kind::Instance(address) => self.attribute(address, name, span),
            Kind::Module(path) => self.output_of(path, name, span)?,
            Kind::Of(of) => {
                Value::of(of.address.clone(), format!("{}.{name}", of.attribute)).with_trail(Trail::Leaf(span))
            }
            Kind::Unknown(unknown) => {
                let kind = match &unknown.kind {
                    Type::Object(fields) => match fields.iter().find(|field| field.name == *name) {
                        Some(field) => field.kind.clone(),
                        None if !unknown.one_of.is_empty() => Type::Dynamic,
                        None => return fault(span, format!("this object has no attribute \"{name}\"")),
                    },
                    Type::Map(of) => (**of).clone(),
                    _ => Type::Dynamic,
                };
                return Ok(self.on_each(on, unknown, kind, span, |one| self.attribute_of(one, name, span)));
            }
            Kind::Null => return fault(span, format!("this value is null, so it has no attribute \"{name}\"")),
            Kind::List(_) | Kind::Tuple(_) | Kind::Set(_) => {
                return Err(Box::new(Fault {
                    at: span,
                    message: format!("this is a {}, so it has no attribute \"{name}\"", on.type_name()),
                    help: Some(format!("take one element, `[0].{name}`, or all of them, `[*].{name}`")),
                }));
            }
            _ => return fault(span, format!("a {} has no attribute \"{name}\"", on.type_name())),
        };
        Ok(through(found, on, span))
    }

    /// An operation on an unknown value that is one of a few: what it gives where all of them agree.
    fn on_each(
        &self,
        on: &Value,
        unknown: &Unknown,
        kind: Type,
        span: Span,
        operation: impl Fn(&Value) -> Evaluated,
    ) -> Value {
        let trail = Trail::step(span, What::Expression, [on.trail.clone()]);
        let results: Vec<Value> = unknown.one_of.iter().filter_map(|one| operation(one).ok()).collect();
        if results.len() < unknown.one_of.len() {
            self.pass_over(unknown.cause.clone());
        }
        if let Some((first, rest)) = results.split_first()
            && rest.iter().all(|other| super::value::equal(first, other) == Some(true))
        {
            return first.clone().mark(on.sensitive);
        }
        let narrowed = Unknown { cause: unknown.cause.clone(), kind, one_of: results };
        Value::from(Kind::Unknown(Arc::new(narrowed))).with_trail(trail).mark(on.sensitive)
    }

    /// `on[key]`.
    pub(crate) fn index(&self, on: &Value, key: &Value, span: Span) -> Evaluated {
        if let Kind::Unknown(unknown) = &on.kind {
            let kind = match &unknown.kind {
                Type::List(of) | Type::Map(of) => (**of).clone(),
                Type::Tuple(items) => match key.as_number().and_then(Number::to_usize) {
                    Some(at) => items.get(at).cloned().unwrap_or(Type::Dynamic),
                    None => Type::Dynamic,
                },
                Type::Object(_) => match &key.kind {
                    Kind::String(name) => return self.attribute_of(on, name, span),
                    _ => Type::Dynamic,
                },
                _ => Type::Dynamic,
            };
            return Ok(self.on_each(on, unknown, kind, span, |one| self.index(one, key, span)));
        }
        if key.is_null() {
            return fault(span, "an index must not be null");
        }
        let found = match &on.kind {
            Kind::Tuple(items) | Kind::List(items) => {
                let key = convert(key, &Type::Number, self).map_err(|why| wrong(span, format!("this index: {why}")))?;
                let Some(number) = key.as_number() else { return Ok(self.unknown_like(&key, Type::Dynamic, span)) };
                match number.to_usize().and_then(|at| items.get(at)) {
                    Some(item) => item.clone(),
                    None if items.is_empty() => {
                        return fault(span, format!("there is no element {number}: this {} is empty", on.type_name()));
                    }
                    None => {
                        let count = items.len();
                        let s = if count == 1 { "" } else { "s" };
                        return fault(
                            span,
                            format!("there is no element {number}: this {} has {count} element{s}", on.type_name()),
                        );
                    }
                }
            }
            Kind::Object(fields) | Kind::Map(fields) => {
                let Some(name) = self.key_text(key, span)? else {
                    return Ok(self.unknown_like(key, Type::Dynamic, span));
                };
                match (fields.get(&name), on.block()) {
                    (Some(field), _) => field.clone(),
                    (None, Some(of)) => return Ok(in_block(of, &name, span)),
                    (None, None) => return fault(span, format!("this {} has no element \"{name}\"", on.type_name())),
                }
            }
            Kind::Instance(_) | Kind::Module(_) => match &key.kind {
                Kind::String(name) => return self.attribute_of(on, name, span),
                Kind::Number(_) => {
                    return fault(span, "this has neither `count` nor `for_each`, so it has no elements");
                }
                _ => return Ok(self.unknown_like(key, Type::Dynamic, span)),
            },
            Kind::Of(of) => match element_path(&of.attribute, key) {
                Some(path) => Value::of(of.address.clone(), path).with_trail(Trail::Leaf(span)),
                None => return Ok(self.unknown_like(on, Type::Dynamic, span)),
            },
            Kind::Set(_) => return fault(span, "elements of a set have no index"),
            Kind::Null => return fault(span, "this value is null, so it has no elements"),
            _ => return fault(span, format!("a {} has no elements", on.type_name())),
        };
        Ok(through(found, on, span).mark(key.sensitive))
    }

    fn splat(&self, on: &Expression, each: &Expression, span: Span, scope: &Scope<'_>) -> Evaluated {
        let value = self.evaluate(on, scope)?;
        let apply = |item: &Value| {
            let frame = Frame { name: ELEMENT, value: item.clone(), outer: scope.frame };
            self.evaluate(each, &scope.with(&frame))
        };
        let items: Vec<Value> = match &value.kind {
            Kind::Tuple(items) | Kind::List(items) | Kind::Set(items) => {
                items.iter().map(apply).collect::<Result<_, _>>()?
            }
            Kind::Null => Vec::new(),
            Kind::Unknown(unknown) => {
                let all = |one: &Value| -> Evaluated {
                    let items = match &one.kind {
                        Kind::Tuple(items) | Kind::List(items) | Kind::Set(items) => {
                            items.iter().map(apply).collect::<Result<_, _>>()?
                        }
                        Kind::Null => Vec::new(),
                        _ => vec![apply(one)?],
                    };
                    Ok(Value::tuple(items))
                };
                return Ok(self.on_each(&value, unknown, Type::Dynamic, span, all));
            }
            Kind::Of(of) => {
                // A list that only the cloud knows; its elements are themselves.
                let element = Value::of(of.address.clone(), format!("{}[*]", of.attribute));
                return match apply(&element)?.kind {
                    kind @ Kind::Of(_) => Ok(Value::from(kind).with_trail(Trail::Leaf(span))),
                    _ => Ok(self.unknown_like(&value, Type::Dynamic, span)),
                };
            }
            _ => vec![apply(&value)?],
        };
        let trail = Trail::step(span, What::Expression, items.iter().map(|item| item.trail.clone()));
        Ok(match &value.kind {
            Kind::List(_) | Kind::Set(_) => Value::list(items),
            _ => Value::tuple(items),
        }
        .with_trail(trail)
        .mark(value.sensitive))
    }

    fn conditional(
        &self,
        condition: &Expression,
        yes: &Expression,
        no: &Expression,
        span: Span,
        scope: &Scope<'_>,
    ) -> Evaluated {
        let asked = self.evaluate(condition, scope)?;
        if asked.is_null() {
            return fault(condition.span, "a condition must not be null");
        }
        let asked = convert(&asked, &Type::Bool, self)
            .map_err(|why| wrong(condition.span, format!("this condition: {why}")))?;
        let (a, b) = (self.evaluate(yes, scope), self.evaluate(no, scope));
        let Some(answer) = asked.as_bool() else {
            let (a, b) = match (a, b) {
                (Ok(a), Ok(b)) => (a, b),
                // Whatever the condition turns out to be, only the other result is one.
                (Ok(only), Err(_)) | (Err(_), Ok(only)) => {
                    self.pass_over(asked.cause().unwrap_or(Cause::Failed));
                    return Ok(only.mark(asked.sensitive));
                }
                (Err(fault), Err(_)) => return Err(fault),
            };
            let to = common_type(&a, &b).unwrap_or(Type::Dynamic);
            if super::value::equal(&a, &b) == Some(true) {
                return Ok(a.mark(asked.sensitive));
            }
            let one_of = [a, b].into_iter().map(|one| convert(&one, &to, self).unwrap_or(one));
            let one_of = one_of.flat_map(|one| match one.kind {
                Kind::Unknown(inner) if !inner.one_of.is_empty() => inner.one_of.clone(),
                _ => vec![one],
            });
            let one_of: Vec<Value> = one_of.take(16).collect();
            let cause = asked.cause().unwrap_or(Cause::Failed);
            let kind = Kind::Unknown(Arc::new(Unknown { cause, kind: to, one_of }));
            let trail = Trail::step(span, What::Expression, [asked.trail]);
            return Ok(Value::from(kind).with_trail(trail).mark(asked.sensitive));
        };
        let (chosen, other) = if answer { (a?, b) } else { (b?, a) };
        let chosen = match other {
            Ok(other) => match common_type(&chosen, &other) {
                Some(to) => convert(&chosen, &to, self).unwrap_or(chosen),
                None => return fault(span, inconsistent(&chosen, &other)),
            },
            // What is wrong in the branch not taken does not matter.
            Err(_) => chosen,
        };
        Ok(chosen.mark(asked.sensitive))
    }

    /// A module that is gone through needs its outputs; a collection of modules does not.
    fn whole_module(&self, value: Value) -> Value {
        if matches!(value.kind, Kind::Module(_)) { self.whole(value) } else { value }
    }

    fn comprehension(&self, expression: &For, span: Span, scope: &Scope<'_>) -> Evaluated {
        let collection = self.whole_module(self.evaluate(&expression.collection, scope)?);
        let at = expression.collection.span;
        let pairs: Vec<(Value, Value)> = match &collection.kind {
            Kind::Tuple(items) | Kind::List(items) => {
                items.iter().enumerate().map(|(at, item)| (Value::number(at as i64), item.clone())).collect()
            }
            Kind::Set(items) => items.iter().map(|item| (item.clone(), item.clone())).collect(),
            Kind::Object(fields) | Kind::Map(fields) => {
                let key = |key: &Arc<str>, field: &Value| Value::string(key.clone()).with_trail(field.trail.clone());
                fields.iter().map(|(name, field)| (key(name, field), field.clone())).collect()
            }
            Kind::Null => return fault(at, "a null value has no elements to go through"),
            Kind::Bool(_) | Kind::Number(_) | Kind::String(_) | Kind::Text(_) => {
                return fault(at, format!("a {} has no elements to go through", collection.type_name()));
            }
            _ => return Ok(self.unknown_like(&collection, Type::Dynamic, span)),
        };
        let mut list = Vec::new();
        let mut fields: BTreeMap<Arc<str>, Value> = BTreeMap::new();
        let mut groups: BTreeMap<Arc<str>, Vec<Value>> = BTreeMap::new();
        let mut sensitive = collection.sensitive;
        for (key, value) in pairs {
            let key = through(key, &collection, at);
            let value = through(value, &collection, at);
            let outer = Frame {
                name: expression.key_name.as_ref().map_or("", |name| &name.text),
                value: key,
                outer: scope.frame,
            };
            let frame = Frame { name: &expression.value_name.text, value, outer: Some(&outer) };
            let scope = scope.with(&frame);
            if let Some(condition) = &expression.condition {
                let wanted = self.evaluate(condition, &scope)?;
                if wanted.is_null() {
                    return fault(condition.span, "a condition must not be null");
                }
                let wanted = convert(&wanted, &Type::Bool, self)
                    .map_err(|why| wrong(condition.span, format!("this condition: {why}")))?;
                sensitive |= wanted.sensitive;
                match wanted.as_bool() {
                    Some(true) => {}
                    Some(false) => continue,
                    None => return Ok(self.unknown_like(&wanted, Type::Dynamic, span)),
                }
            }
            let Some(result_key) = &expression.result_key else {
                list.push(self.evaluate(&expression.result, &scope)?);
                continue;
            };
            let key = self.evaluate(result_key, &scope)?;
            sensitive |= key.sensitive;
            let result = self.evaluate(&expression.result, &scope)?;
            let Some(text) = self.key_text(&key, result_key.span)? else {
                return Ok(self.unknown_like(&key, Type::Dynamic, span));
            };
            if expression.grouping {
                groups.entry(text).or_default().push(result);
                continue;
            }
            if fields.insert(text.clone(), result).is_some() {
                return Err(Box::new(Fault {
                    at: result_key.span,
                    message: format!("two elements have the key \"{text}\""),
                    help: Some("make the keys different, or write `...` after the value to group them".into()),
                }));
            }
        }
        if expression.result_key.is_none() {
            let trail = Trail::step(span, What::Expression, list.iter().map(|item| item.trail.clone()));
            return Ok(Value::tuple(list).with_trail(trail).mark(sensitive));
        }
        for (key, group) in groups {
            fields.insert(key, Value::tuple(group));
        }
        let trail = Trail::step(span, What::Expression, [collection.trail.clone()]);
        Ok(Value::object(fields).with_trail(trail).mark(sensitive))
    }

    fn call(
        &self,
        name: &crate::syntax::Name,
        arguments: &[Expression],
        expand: bool,
        span: Span,
        scope: &Scope<'_>,
    ) -> Evaluated {
        if let Some(special) = self.special(&name.text, arguments, expand, span, scope) {
            return special;
        }
        let mut values: Vec<Value> = arguments
            .iter()
            .map(|argument| Ok(self.whole(self.evaluate(argument, scope)?)))
            .collect::<Result<_, Box<Fault>>>()?;
        if expand && let Some(last) = values.pop() {
            match &last.kind {
                Kind::Tuple(items) | Kind::List(items) | Kind::Set(items) => values.extend(items.iter().cloned()),
                _ if last.is_opaque() => return Ok(self.unknown_like(&last, Type::Dynamic, span)),
                _ => return fault(span, format!("only a list can be expanded with `...`, not a {}", last.type_name())),
            }
        }
        if self.trying.get() > 0
            && let Some(open) = values.iter().find(|value| value.is_unknown_within())
        {
            self.meet(open.cause().unwrap_or(Cause::Failed));
        }
        let Some(function) = functions::find(&name.text) else {
            let cause = match () {
                () if functions::is_impure(&name.text) => Cause::Impure(format!("`{}()`", name.text).into()),
                () => Cause::Unsupported(format!("the function `{}`", name.text).into()),
            };
            return Ok(Value::unknown(cause).with_trail(Trail::Leaf(span)));
        };
        let trail = || {
            let from = values.iter().map(|value| value.trail.clone());
            Trail::step(span, What::Function(name.text.clone()), from)
        };
        match functions::call(function, &values, self) {
            Ok(result) => Ok(rooted(result, trail)),
            Err(why) => fault(span, format!("{}: {why}", name.text)),
        }
    }
}

/// Gives a function's result, and elements that it made itself, the trail of the call.
pub(crate) fn rooted(mut result: Value, trail: impl FnOnce() -> Trail) -> Value {
    let needs = |value: &Value| matches!(value.trail, Trail::None);
    if !needs(&result) {
        return result;
    }
    let trail = trail();
    match &mut result.kind {
        Kind::List(items) | Kind::Tuple(items) | Kind::Set(items) if items.iter().any(needs) => {
            for item in Arc::make_mut(items).iter_mut().filter(|item| needs(item)) {
                item.trail = trail.clone();
            }
        }
        Kind::Object(fields) | Kind::Map(fields) if fields.values().any(needs) => {
            for field in Arc::make_mut(fields).values_mut().filter(|field| needs(field)) {
                field.trail = trail.clone();
            }
        }
        _ => {}
    }
    result.trail = trail;
    result
}

/// A part read out of a whole: it stays as sensitive as the whole, and its trail says through which name it was read.
fn through(mut part: Value, whole: &Value, span: Span) -> Value {
    part.sensitive |= whole.sensitive;
    let name = match &whole.trail {
        Trail::Step(step) if !matches!(step.what, What::Expression | What::Function(_)) => Some(step.what.clone()),
        _ => None,
    };
    match (&part.trail, name) {
        (Trail::None, _) => part.trail = whole.trail.clone(),
        (Trail::Step(step), Some(name)) if step.what == name => {}
        (_, Some(name)) => part.trail = Trail::step(span, name, [part.trail]),
        (_, None) => {}
    }
    part
}

/// An attribute of a nested block that the configuration leaves to the provider.
fn in_block(of: &super::value::Of, name: &str, span: Span) -> Value {
    Value::of(of.address.clone(), format!("{}.{name}", of.attribute)).with_trail(Trail::Leaf(span))
}

pub(crate) fn wrong(at: Span, message: impl Into<String>) -> Box<Fault> {
    Box::new(Fault { at, message: message.into(), help: None })
}

/// What both results of a condition become. When one of them may still turn out to be anything, they stay as they are.
fn common_type(a: &Value, b: &Value) -> Option<Type> {
    let kinds = [type_of(a), type_of(b)];
    let open = |value: &Value, kind: &Type| *kind == Type::Dynamic && !value.is_null();
    if open(a, &kinds[0]) || open(b, &kinds[1]) {
        return Some(Type::Dynamic);
    }
    unify(&kinds[0], &kinds[1])
}

fn inconsistent(a: &Value, b: &Value) -> String {
    format!("the two results of this condition have no common type: {} and {}", a.type_name(), b.type_name())
}

/// The path of one element of a list that only the cloud knows: `zones[0]`, or `zones[0].id` of `zones[*].id`.
fn element_path(path: &str, key: &Value) -> Option<String> {
    let key = match &key.kind {
        Kind::Number(number) => format!("[{number}]"),
        Kind::String(text) if text.parse::<u64>().is_ok() => format!("[{text}]"),
        Kind::String(text) => format!("[{text:?}]"),
        _ => return None,
    };
    Some(if path.contains("[*]") { path.replacen("[*]", &key, 1) } else { format!("{path}{key}") })
}
