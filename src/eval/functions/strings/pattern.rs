//! What does a regular expression find?
//!
//! Terraform's expressions are Go's. They are read here and written anew for the `regex` crate, which matches the same
//! way but spells and understands some things differently: its `\d` knows all scripts, its classes nest. What it cannot
//! do, and what is not certain to mean the same, gives an unknown result.

mod translation;

use std::collections::BTreeMap;
use std::sync::Arc;

use regex::{Captures, Regex, RegexBuilder};

use super::{LONGEST, composed, string, too_long};
use crate::eval::functions::{Shape, text, unknown_because};
use crate::eval::types::{Field, Lookup, Type};
use crate::eval::value::{Cause, Hint, Value};
use translation::Refusal;

const LONGEST_PATTERN: usize = 5_000;
const MOST_MATCHES: usize = 1_000_000;

struct Pattern {
    regex: Regex,
    /// The name of each group; an empty one when it has none.
    names: Vec<String>,
}

/// The pattern; an error when it is wrong, nothing when it is beyond us.
fn compile(pattern: &str) -> Result<Option<Pattern>, String> {
    if pattern.len() > LONGEST_PATTERN {
        return Ok(None);
    }
    let translation = match translation::translate(pattern) {
        Ok(translation) => translation,
        Err(Refusal::Wrong(why)) => return Err(format!("the pattern is not valid: {why}")),
        Err(Refusal::Beyond) => return Ok(None),
    };
    let built = RegexBuilder::new(&translation.pattern).size_limit(4_000_000).nest_limit(200).build();
    Ok(built.ok().map(|regex| Pattern { regex, names: translation.names }))
}

fn beyond(shape: Shape) -> Value {
    Value::unknown_of(Cause::Unsupported("this regular expression".into()), shape.to_type())
}

/// A pattern whose groups are either all named or all unnamed.
fn uniform(pattern: &str) -> Result<Option<Pattern>, String> {
    let compiled = compile(pattern)?;
    if let Some(Pattern { names, .. }) = &compiled
        && names.iter().any(String::is_empty)
        && names.iter().any(|name| !name.is_empty())
    {
        return Err("the pattern has both named and unnamed groups".into());
    }
    Ok(compiled)
}

pub(super) fn regex(arguments: &[Value], _: &dyn Lookup) -> Result<Value, String> {
    let Some(pattern) = uniform(text(&arguments[0]))? else { return Ok(beyond(Shape::Any)) };
    match pattern.regex.captures(text(&arguments[1])) {
        Some(captures) => Ok(found(&pattern, &captures)),
        None => Err("the pattern matches nothing in the text".into()),
    }
}

pub(super) fn regexall(arguments: &[Value], _: &dyn Lookup) -> Result<Value, String> {
    let Some(pattern) = uniform(text(&arguments[0]))? else { return Ok(beyond(Shape::List)) };
    let text = text(&arguments[1]);
    let mut all = Vec::new();
    for captures in pattern.regex.captures_iter(text) {
        all.push(found(&pattern, &captures));
        if all.len().saturating_mul(pattern.names.len() + 1) > MOST_MATCHES {
            return Err("the pattern matches too often".into());
        }
    }
    if all.is_empty() {
        return Ok(Value::list(all).with_hint(Hint::Type(Type::list(kind_of(&pattern)))));
    }
    Ok(Value::list(all))
}

/// What every match is.
fn kind_of(pattern: &Pattern) -> Type {
    let field =
        |name: &String| Field { name: name.as_str().into(), kind: Type::String, optional: false, default: None };
    match pattern.names.first() {
        None => Type::String,
        Some(first) if first.is_empty() => Type::Tuple(vec![Type::String; pattern.names.len()]),
        Some(_) => {
            let mut fields: Vec<Field> = pattern.names.iter().map(field).collect();
            fields.sort_by(|a, b| a.name.cmp(&b.name));
            Type::Object(fields)
        }
    }
}

/// The whole match, or its groups.
fn found(pattern: &Pattern, captures: &Captures<'_>) -> Value {
    let group = |at: usize| {
        let missing = || Value::null().with_hint(Hint::Type(Type::String));
        captures.get(at).map_or_else(missing, |group| string(group.as_str()))
    };
    if pattern.names.is_empty() {
        return group(0);
    }
    let groups = (1..=pattern.names.len()).map(group);
    if pattern.names[0].is_empty() {
        return Value::tuple(groups.collect());
    }
    let names = pattern.names.iter().map(|name| Arc::from(name.as_str()));
    Value::object(names.zip(groups).collect::<BTreeMap<Arc<str>, Value>>())
}

pub(super) fn replace(value: &Value, pattern: &str, new: &Value) -> Result<Value, String> {
    let Some(pattern) = compile(pattern)? else { return Ok(beyond(Shape::String)) };
    let Some(whole) = value.as_str() else { return Ok(unknown_because(value, Shape::String)) };
    if !pattern.regex.is_match(whole) {
        return Ok(value.clone());
    }
    let Some(new) = new.as_str() else { return Ok(unknown_because(new, Shape::String)) };
    let mut replaced = String::new();
    let mut end = 0;
    for captures in pattern.regex.captures_iter(whole) {
        let Some(matched) = captures.get(0) else { continue };
        replaced.push_str(&whole[end..matched.start()]);
        expand(&pattern, &captures, new, &mut replaced);
        end = matched.end();
        if replaced.len() > LONGEST {
            return Err(too_long());
        }
    }
    replaced.push_str(&whole[end..]);
    Ok(Value::string(composed(replaced)))
}

/// Writes the replacement with `$1`, `${name}` and `$$` in it resolved; a group that is not there is empty.
fn expand(pattern: &Pattern, captures: &Captures<'_>, new: &str, out: &mut String) {
    let mut rest = new;
    while let Some(at) = rest.find('$') {
        out.push_str(&rest[..at]);
        rest = &rest[at + 1..];
        if let Some(after) = rest.strip_prefix('$') {
            out.push('$');
            rest = after;
            continue;
        }
        match reference(rest) {
            Some((name, after)) => {
                if let Some(group) = group(pattern, captures, name) {
                    out.push_str(group);
                }
                rest = after;
            }
            None => out.push('$'),
        }
    }
    out.push_str(rest);
}

fn reference(text: &str) -> Option<(&str, &str)> {
    let braced = text.strip_prefix('{');
    let name_of = braced.unwrap_or(text);
    let end = name_of.find(|c: char| !(c.is_alphanumeric() || c == '_')).unwrap_or(name_of.len());
    let (name, after) = name_of.split_at(end);
    let after = if braced.is_some() { after.strip_prefix('}')? } else { after };
    (!name.is_empty()).then_some((name, after))
}

fn group<'t>(pattern: &Pattern, captures: &Captures<'t>, name: &str) -> Option<&'t str> {
    let number = name.bytes().all(|byte| byte.is_ascii_digit()) && (name == "0" || !name.starts_with('0'));
    if number {
        return Some(captures.get(name.parse().ok()?)?.as_str());
    }
    let mut named = pattern.names.iter().enumerate().filter(|(_, other)| *other == name);
    named.find_map(|(at, _)| captures.get(at + 1)).map(|group| group.as_str())
}
