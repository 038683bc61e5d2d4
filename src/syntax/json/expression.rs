//! JSON values to expressions.
//!
//! What a string means depends on where it stands: mostly it is a template, in some places only text, and where native
//! syntax has a bare reference or a type, it holds that.

use std::borrow::Cow;
use std::collections::HashMap;
use std::sync::Arc;

use super::read::{Kind, Property, Quoted, Value};
use super::text;
use crate::diagnostic::{Finding, SYNTAX_ERROR, Severity};
use crate::source::{File, Span};
use crate::syntax::{Entry, Expression, ExpressionKind, UnaryOperator};

/// What the strings of a value are.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Strings {
    Templates,
    Texts,
    /// Expressions without `${`: references, types, keywords.
    Expressions,
    /// An entry of `required_providers`: texts, and references in `configuration_aliases`.
    Requirement,
}

/// The file that is converted, and what was found wrong in it so far.
pub(super) struct Conversion<'a> {
    pub file: &'a Arc<File>,
    pub errors: Vec<Finding>,
    /// Something of the file is not in the tree.
    pub incomplete: bool,
    /// How many bytes may still be converted a second time.
    pub spare: usize,
}

pub(super) fn expression(conversion: &mut Conversion<'_>, value: &Value, strings: Strings) -> Expression {
    let kind = match &value.kind {
        Kind::Null => ExpressionKind::Null,
        Kind::Bool(value) => ExpressionKind::Bool(*value),
        Kind::Number => return number(conversion.file, value.span),
        Kind::String(string) => return of_string(conversion, *string, strings),
        Kind::Array { items, whole: true } => {
            ExpressionKind::Tuple(items.iter().map(|item| expression(conversion, item, strings)).collect())
        }
        Kind::Object { properties, whole: true } => ExpressionKind::Object(entries(conversion, properties, strings)),
        Kind::Array { .. } | Kind::Object { .. } | Kind::Broken => {
            conversion.incomplete = true;
            ExpressionKind::Refused("a syntax error".into())
        }
    };
    Expression::new(kind, value.span)
}

/// Like native syntax, in which the sign of a number is an operator.
fn number(file: &File, span: Span) -> Expression {
    let digits = |span: Span| Expression::new(ExpressionKind::Number(file.slice(span).into()), span);
    if !file.slice(span).starts_with('-') {
        return digits(span);
    }
    let operand = digits(Span { start: span.start + 1, ..span });
    Expression::new(ExpressionKind::Unary { operator: UnaryOperator::Negate, operand }, span)
}

fn of_string(conversion: &mut Conversion<'_>, string: Quoted, strings: Strings) -> Expression {
    let file = conversion.file;
    let plain = || Expression::new(ExpressionKind::String(text::plain(file, string).into()), string.span);
    let parsed = match strings {
        Strings::Texts | Strings::Requirement => return plain(),
        Strings::Templates => text::template(file, string),
        Strings::Expressions => {
            let content = text::plain(file, string);
            if !text::is_template(&content) {
                text::expression(file, string)
            } else {
                conversion.errors.push(interpolated(&content, string.span));
                text::template(file, string)
            }
        }
    };
    parsed.unwrap_or_else(|finding| {
        // Of two findings about one string the first says more.
        if conversion.errors.last().is_none_or(|last| last.place != Some(string.span)) {
            conversion.errors.push(*finding);
        }
        conversion.incomplete = true;
        Expression::new(ExpressionKind::Refused("a syntax error".into()), string.span)
    })
}

fn interpolated(content: &str, place: Span) -> Finding {
    let inner = content.strip_prefix("${").and_then(|rest| rest.strip_suffix('}')).map(str::trim);
    let help = match inner {
        Some(inner) if !text::is_template(inner) && inner.len() <= 80 => {
            format!("write `\"{}\"`", inner.replace('\\', "\\\\").replace('"', "\\\""))
        }
        _ => "write the name of what is meant".to_owned(),
    };
    let message = "a template where only a reference can stand";
    Finding::new(SYNTAX_ERROR, Severity::Error, message).at(place).help(help)
}

/// The entries of an object; of those with one key the last.
fn entries(conversion: &mut Conversion<'_>, properties: &[Property], strings: Strings) -> Vec<Entry> {
    let last = last_of_each_name(conversion, properties);
    let mut entries = Vec::with_capacity(last.len());
    for (property, kept) in properties.iter().zip(last) {
        if !kept {
            continue;
        }
        let key = key(conversion, property.name, strings);
        let inner = match strings {
            Strings::Requirement if key.literal() == Some("configuration_aliases") => Strings::Expressions,
            other => other,
        };
        entries.push(Entry { key, value: expression(conversion, &property.value, inner) });
    }
    entries
}

fn key(conversion: &mut Conversion<'_>, name: Quoted, strings: Strings) -> Expression {
    match strings {
        // `alicloud.hz` as a key is a reference, `alicloud` is only a name, as in native syntax.
        Strings::Expressions if text::plain(conversion.file, name).contains(['.', '[']) => {
            of_string(conversion, name, strings)
        }
        Strings::Templates => of_string(conversion, name, strings),
        _ => of_string(conversion, name, Strings::Texts),
    }
}

/// Which properties are the last of their name, each; reports the others, unless they can be several blocks.
fn last_of_each_name(conversion: &mut Conversion<'_>, properties: &[Property]) -> Vec<bool> {
    let mut last = vec![true; properties.len()];
    let mut seen: HashMap<Cow<'_, str>, usize> = HashMap::with_capacity(properties.len());
    for (at, property) in properties.iter().enumerate() {
        let name = text::plain(conversion.file, property.name);
        let Some(before) = seen.insert(name.clone(), at) else { continue };
        last[before] = false;
        let first = &properties[before];
        if !(is_blocks(&first.value) && is_blocks(&property.value)) {
            conversion.errors.push(duplicate(&name, property.name.span, first.name.span));
        }
    }
    last
}

pub(super) fn duplicate(name: &str, place: Span, first: Span) -> Finding {
    Finding::new(SYNTAX_ERROR, Severity::Error, format!("`{name}` is set twice in one object"))
        .at(place)
        .help("remove one of the two")
        .related("set before here", None, Some(first))
}

/// An object or an array of objects: where Terraform's schema decides, this can be nested blocks.
pub(super) fn is_blocks(value: &Value) -> bool {
    match &value.kind {
        Kind::Object { .. } => true,
        Kind::Array { items, .. } => {
            !items.is_empty() && items.iter().all(|item| matches!(item.kind, Kind::Object { .. }))
        }
        _ => false,
    }
}
