//! What do the functions over text give?
//!
//! Characters are grapheme clusters, and every text that comes out is in Unicode's composed form, as Terraform keeps it.
//! Text that holds identities passes through as long as nothing has to look into one of them: an id is taken to have no
//! comma, semicolon, bar, blank or line end in it, and anything else in an identity makes the result unknown.

mod pattern;
mod pieces;

use std::sync::Arc;

use unicode_normalization::{IsNormalized, UnicodeNormalization, is_nfc_quick};
use unicode_segmentation::UnicodeSegmentation;

use super::{Function, Shape, open, takes, text, unknown_because};
use crate::eval::types::Lookup;
use crate::eval::value::{Piece, Value};

/// No function makes a longer text.
pub(super) const LONGEST: usize = 10_000_000;

const STRING: super::Parameter = takes(Shape::String);
const OPEN: super::Parameter = open(Shape::String);

const fn function(
    name: &'static str,
    parameters: &'static [super::Parameter],
    returns: Shape,
    body: fn(&[Value], &dyn Lookup) -> Result<Value, String>,
) -> Function {
    Function { name, parameters, rest: None, returns, body }
}

pub const FUNCTIONS: &[Function] = &[
    function("basename", &[STRING], Shape::String, |arguments, _| Ok(string(basename(text(&arguments[0]))))),
    function("chomp", &[OPEN], Shape::String, |arguments, _| Ok(pieces::chomp(&arguments[0]))),
    function("dirname", &[STRING], Shape::String, |arguments, _| Ok(string(dirname(text(&arguments[0]))))),
    function("endswith", &[OPEN, STRING], Shape::Bool, |arguments, _| {
        Ok(pieces::ends_with(&arguments[0], text(&arguments[1])))
    }),
    function("indent", &[takes(Shape::Number), OPEN], Shape::String, indent),
    Function {
        name: "join",
        parameters: &[STRING],
        rest: Some(open(Shape::Strings)),
        returns: Shape::String,
        body: join,
    },
    function("lower", &[STRING], Shape::String, |arguments, _| {
        Ok(string(text(&arguments[0]).chars().map(lower).collect::<String>()))
    }),
    function("regex", &[STRING, STRING], Shape::Any, pattern::regex),
    function("regexall", &[STRING, STRING], Shape::List, pattern::regexall),
    function("replace", &[OPEN, STRING, OPEN], Shape::String, replace),
    function("split", &[STRING, OPEN], Shape::Strings, |arguments, _| {
        Ok(pieces::split(text(&arguments[0]), &arguments[1]))
    }),
    function("startswith", &[OPEN, STRING], Shape::Bool, |arguments, _| {
        Ok(pieces::starts_with(&arguments[0], text(&arguments[1])))
    }),
    function("strcontains", &[OPEN, STRING], Shape::Bool, |arguments, _| {
        Ok(pieces::contains(&arguments[0], text(&arguments[1])))
    }),
    function("strrev", &[STRING], Shape::String, |arguments, _| {
        Ok(string(text(&arguments[0]).graphemes(true).rev().collect::<String>()))
    }),
    function("substr", &[STRING, takes(Shape::Number), takes(Shape::Number)], Shape::String, substr),
    function("title", &[STRING], Shape::String, |arguments, _| Ok(string(title(text(&arguments[0]))))),
    function("trim", &[OPEN, STRING], Shape::String, |arguments, _| {
        Ok(pieces::trim(&arguments[0], text(&arguments[1])))
    }),
    function("trimprefix", &[OPEN, STRING], Shape::String, |arguments, _| {
        Ok(pieces::trim_prefix(&arguments[0], text(&arguments[1])))
    }),
    function("trimspace", &[OPEN], Shape::String, |arguments, _| Ok(pieces::trim_space(&arguments[0]))),
    function("trimsuffix", &[OPEN, STRING], Shape::String, |arguments, _| {
        Ok(pieces::trim_suffix(&arguments[0], text(&arguments[1])))
    }),
    function("upper", &[STRING], Shape::String, |arguments, _| {
        Ok(string(text(&arguments[0]).chars().map(upper).collect::<String>()))
    }),
];

/// A string as Terraform keeps it, in composed form.
pub(super) fn string(text: impl Into<Arc<str>> + AsRef<str>) -> Value {
    Value::string(composed(text))
}

pub(super) fn composed(text: impl Into<Arc<str>> + AsRef<str>) -> Arc<str> {
    let plain = text.as_ref();
    if plain.is_ascii() || is_nfc_quick(plain.chars()) == IsNormalized::Yes {
        return text.into();
    }
    plain.nfc().collect::<String>().into()
}

/// Text made of pieces, in composed form as far as it is known.
pub(super) fn joined(pieces: impl IntoIterator<Item = Piece>) -> Value {
    let mut literal = String::new();
    let mut done: Vec<Piece> = Vec::new();
    for piece in pieces {
        match piece {
            Piece::Literal(text) => literal.push_str(&text),
            of => {
                if !literal.is_empty() {
                    done.push(Piece::Literal(composed(std::mem::take(&mut literal))));
                }
                done.push(of);
            }
        }
    }
    if !literal.is_empty() {
        done.push(Piece::Literal(composed(literal)));
    }
    Value::text(done)
}

/// The start of a text, to be named in a message.
pub(super) fn excerpt(text: &str) -> String {
    match text.char_indices().nth(60) {
        Some((at, _)) => format!("\"{}…\"", &text[..at]),
        None => format!("\"{text}\""),
    }
}

pub(super) fn too_long() -> String {
    format!("the result would have more than {LONGEST} bytes")
}

/// A whole number of an argument that was converted to a number and is known.
fn integer(argument: &Value, what: &str) -> Result<i64, String> {
    argument
        .as_number()
        .and_then(|number| number.to_i64())
        .ok_or_else(|| format!("the {what} must be a whole number of at most 64 bits"))
}

fn join(arguments: &[Value], _: &dyn Lookup) -> Result<Value, String> {
    let Some((separator, lists)) = arguments.split_first() else { return Err("1 argument needed".into()) };
    if lists.is_empty() {
        return Err("at least one list is needed".into());
    }
    if separator.is_opaque() {
        return Ok(unknown_because(separator, Shape::String));
    }
    let mut elements = Vec::new();
    for list in lists {
        match list.items() {
            Some(items) => elements.extend(items.iter()),
            None => return Ok(unknown_because(list, Shape::String)),
        }
    }
    if let Some(unknown) = elements.iter().find(|element| element.is_unknown()) {
        return Ok(unknown_because(unknown, Shape::String));
    }
    let separator = text(separator);
    let mut pieces = Vec::new();
    let mut length = 0;
    for (at, element) in elements.iter().enumerate() {
        if element.is_null() {
            return Err(format!("element {at} is null"));
        }
        if at > 0 {
            length += separator.len();
            pieces.push(Piece::Literal(separator.into()));
        }
        match element.pieces() {
            Some(more) => {
                length += element.as_str().map_or(0, |text| text.len());
                pieces.extend(more);
            }
            None => return Ok(unknown_because(element, Shape::String)),
        }
        if length > LONGEST {
            return Err(too_long());
        }
    }
    if let [only] = elements.as_slice() {
        return Ok((*only).clone());
    }
    Ok(joined(pieces))
}

fn indent(arguments: &[Value], _: &dyn Lookup) -> Result<Value, String> {
    if arguments[0].is_opaque() {
        return Ok(unknown_because(&arguments[0], Shape::String));
    }
    let spaces = integer(&arguments[0], "number of spaces")?;
    let spaces = usize::try_from(spaces).map_err(|_| "the number of spaces must not be negative".to_owned())?;
    let Some(pieces) = arguments[1].pieces() else { return Ok(unknown_because(&arguments[1], Shape::String)) };
    let lines = pieces.iter().map(|piece| match piece {
        Piece::Literal(text) => memchr::memchr_iter(b'\n', text.as_bytes()).count(),
        Piece::Of(_) => 0,
    });
    if lines.sum::<usize>().saturating_mul(spaces) > LONGEST || spaces > LONGEST {
        return Err(too_long());
    }
    let line = format!("\n{}", " ".repeat(spaces));
    Ok(joined(pieces.into_iter().map(|piece| match piece {
        Piece::Literal(text) => Piece::Literal(text.replace('\n', &line).into()),
        of => of,
    })))
}

fn replace(arguments: &[Value], _: &dyn Lookup) -> Result<Value, String> {
    let [value, old, new] = arguments else { return Err("3 arguments needed".into()) };
    if let Some(unknown) = [value, old, new].into_iter().find(|argument| argument.is_unknown()) {
        return Ok(unknown_because(unknown, Shape::String));
    }
    let old = text(old);
    let between_slashes = old.strip_prefix('/').and_then(|rest| rest.strip_suffix('/'));
    match between_slashes {
        Some(pattern) => pattern::replace(value, pattern, new),
        None => pieces::replace(value, old, new),
    }
}

fn substr(arguments: &[Value], _: &dyn Lookup) -> Result<Value, String> {
    let whole = text(&arguments[0]);
    let offset = integer(&arguments[1], "offset")?;
    let length = integer(&arguments[2], "length")?;
    if offset >= 0 && length == 0 {
        return Ok(Value::string(""));
    }
    let offset = if offset < 0 { offset.saturating_add(whole.graphemes(true).count() as i64) } else { offset };
    let rest = skip(whole, usize::try_from(offset).unwrap_or(0));
    // Terraform counts up to the length and never meets a length of zero: all is taken.
    let taken = match usize::try_from(length) {
        Ok(length) if length > 0 => &rest[..rest.len() - skip(rest, length).len()],
        _ => rest,
    };
    Ok(string(taken))
}

fn skip(text: &str, count: usize) -> &str {
    match text.grapheme_indices(true).nth(count) {
        Some((at, _)) => &text[at..],
        None => "",
    }
}

/// The capital of a letter where that is one letter; otherwise the letter stays.
fn upper(c: char) -> char {
    match c {
        '\u{1f80}'..='\u{1f87}' | '\u{1f90}'..='\u{1f97}' | '\u{1fa0}'..='\u{1fa7}' => shifted(c, 8),
        '\u{1fb3}' | '\u{1fc3}' | '\u{1ff3}' => shifted(c, 9),
        _ => single(c, c.to_uppercase()),
    }
}

fn lower(c: char) -> char {
    match c {
        'İ' => 'i',
        _ => single(c, c.to_lowercase()),
    }
}

fn title_case(c: char) -> char {
    match c {
        'Ǆ'..='ǆ' => 'ǅ',
        'Ǉ'..='ǉ' => 'ǈ',
        'Ǌ'..='ǌ' => 'ǋ',
        'Ǳ'..='ǳ' => 'ǲ',
        // Georgian letters are their own title case.
        '\u{10d0}'..='\u{10ff}' => c,
        _ => upper(c),
    }
}

fn shifted(c: char, by: u32) -> char {
    char::from_u32(c as u32 + by).unwrap_or(c)
}

fn single(c: char, mut mapped: impl Iterator<Item = char>) -> char {
    match (mapped.next(), mapped.next()) {
        (Some(one), None) => one,
        _ => c,
    }
}

fn title(text: &str) -> String {
    let mut separated = true;
    let mut titled = String::with_capacity(text.len());
    for c in text.chars() {
        titled.push(if separated { title_case(c) } else { c });
        separated = if c.is_ascii() { !(c.is_ascii_alphanumeric() || c == '_') } else { c.is_whitespace() };
    }
    titled
}

fn basename(path: &str) -> &str {
    if path.is_empty() {
        return ".";
    }
    let path = path.trim_end_matches('/');
    match path.rsplit('/').next() {
        Some("") | None => "/",
        Some(last) => last,
    }
}

fn dirname(path: &str) -> String {
    let directory = path.rfind('/').map_or("", |at| &path[..at + 1]);
    let rooted = directory.starts_with('/');
    let mut steps: Vec<&str> = Vec::new();
    for step in directory.split('/') {
        match step {
            "" | "." => {}
            ".." if steps.last().is_some_and(|last| *last != "..") => {
                steps.pop();
            }
            ".." if rooted => {}
            step => steps.push(step),
        }
    }
    match (rooted, steps.is_empty()) {
        (true, _) => format!("/{}", steps.join("/")),
        (false, true) => ".".into(),
        (false, false) => steps.join("/"),
    }
}

#[cfg(test)]
mod tests;
