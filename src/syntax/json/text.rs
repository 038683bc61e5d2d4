//! The strings of JSON as what Terraform takes them for: plain text, templates or expressions.
//!
//! A string without escapes is parsed where it stands. One with escapes is decoded into a file of its own, parsed
//! there, and every span of the tree is moved back to the characters that the decoded ones are written with.

use std::borrow::Cow;
use std::path::Path;
use std::sync::Arc;

use memchr::memmem;

use super::read::Quoted;
use crate::diagnostic::Finding;
use crate::source::{File, Files, Span};
use crate::syntax::{Expression, ExpressionKind, Name, Part, lower};

type Parse = fn(&Arc<File>, Span) -> Result<Expression, Box<Finding>>;

/// A string that may have `${` and `%{` in it.
pub(super) fn template(file: &Arc<File>, string: Quoted) -> Result<Expression, Box<Finding>> {
    let text = plain(file, string);
    if !is_template(&text) {
        return Ok(Expression::new(ExpressionKind::String(text.into()), string.span));
    }
    let mut parsed = parse(file, string, lower::template)?;
    if let Some(literal) = only_text(&parsed) {
        *parsed.kind = ExpressionKind::String(literal.into());
    }
    if matches!(*parsed.kind, ExpressionKind::String(_) | ExpressionKind::Template(_)) {
        parsed.span = string.span;
    }
    Ok(parsed)
}

/// The text of a template that interpolates nothing: `$${` was all there was.
fn only_text(expression: &Expression) -> Option<String> {
    let ExpressionKind::Template(parts) = &*expression.kind else { return None };
    parts.iter().map(|part| if let Part::Literal(text) = part { Some(&**text) } else { None }).collect()
}

/// A string that holds an expression: a reference or a type.
pub(super) fn expression(file: &Arc<File>, string: Quoted) -> Result<Expression, Box<Finding>> {
    parse(file, string, lower::expression)
}

/// The text of a string, its escapes resolved.
pub(super) fn plain(file: &File, string: Quoted) -> Cow<'_, str> {
    let raw = file.slice(inner(string));
    if string.escaped { Cow::Owned(decode(raw).text) } else { Cow::Borrowed(raw) }
}

pub(super) fn name(file: &File, string: Quoted) -> Name {
    Name { text: plain(file, string).into(), span: string.span }
}

pub(super) fn is_template(text: &str) -> bool {
    memmem::find(text.as_bytes(), b"${").is_some() || memmem::find(text.as_bytes(), b"%{").is_some()
}

fn inner(string: Quoted) -> Span {
    let Span { file, start, end } = string.span;
    Span { file, start: start + 1, end: (end - 1).max(start + 1) }
}

fn parse(file: &Arc<File>, string: Quoted, parse: Parse) -> Result<Expression, Box<Finding>> {
    let inner = inner(string);
    if !string.escaped {
        return parse(file, inner);
    }
    let decoded = decode(file.slice(inner));
    let scratch = Files::default().add(Path::new("string"), decoded.text.into_bytes());
    let whole = Span::new(scratch.id, 0, scratch.text.len());
    let joints = decoded.joints;
    let back = |span: Span| Span {
        file: inner.file,
        start: inner.start + written_at(&joints, span.start),
        end: inner.start + written_at(&joints, span.end),
    };
    match parse(&scratch, whole) {
        Ok(mut parsed) => {
            move_spans(&mut parsed, &back);
            Ok(parsed)
        }
        Err(mut finding) => {
            finding.place = finding.place.map(back);
            for related in &mut finding.related {
                related.place = related.place.map(back);
            }
            Err(finding)
        }
    }
}

struct Decoded {
    text: String,
    joints: Vec<Joint>,
}

/// From `decoded` on, the text is written at `raw`: as it is, or, if `atom`, as one escape.
struct Joint {
    decoded: u32,
    raw: u32,
    atom: bool,
}

/// Resolves the escapes. Bad ones, which the reader has reported, stay as they are.
fn decode(raw: &str) -> Decoded {
    let mut text = String::with_capacity(raw.len());
    let mut joints = vec![Joint { decoded: 0, raw: 0, atom: false }];
    let mut at = 0;
    while let Some(ahead) = memchr::memchr(b'\\', &raw.as_bytes()[at..]) {
        let start = at + ahead;
        text.push_str(&raw[at..start]);
        let (character, length) = escaped(&raw[start..]);
        joints.push(Joint { decoded: text.len() as u32, raw: start as u32, atom: true });
        text.push(character);
        at = start + length;
        joints.push(Joint { decoded: text.len() as u32, raw: at as u32, atom: false });
    }
    text.push_str(&raw[at..]);
    Decoded { text, joints }
}

/// The character that the escape at the beginning of `text` stands for, and how many bytes it has.
fn escaped(text: &str) -> (char, usize) {
    match text.as_bytes().get(1) {
        Some(b'n') => ('\n', 2),
        Some(b't') => ('\t', 2),
        Some(b'r') => ('\r', 2),
        Some(b'b') => ('\u{8}', 2),
        Some(b'f') => ('\u{c}', 2),
        Some(&byte @ (b'"' | b'\\' | b'/')) => (byte as char, 2),
        Some(b'u') => match unit(text) {
            Some(high @ 0xd800..0xdc00) => match text.get(6..).and_then(unit) {
                Some(low @ 0xdc00..0xe000) => {
                    let code = 0x10000 + ((high - 0xd800) << 10) + (low - 0xdc00);
                    (char::from_u32(code).unwrap_or(char::REPLACEMENT_CHARACTER), 12)
                }
                _ => (char::REPLACEMENT_CHARACTER, 6),
            },
            Some(code) => (char::from_u32(code).unwrap_or(char::REPLACEMENT_CHARACTER), 6),
            None => ('\\', 1),
        },
        _ => ('\\', 1),
    }
}

/// The number of a `\u....` at the beginning of the text.
fn unit(text: &str) -> Option<u32> {
    let digits = text.strip_prefix("\\u")?.get(..4)?;
    u32::from_str_radix(digits, 16).ok().filter(|_| digits.bytes().all(|byte| byte.is_ascii_hexdigit()))
}

fn written_at(joints: &[Joint], decoded: u32) -> u32 {
    let next = joints.partition_point(|joint| joint.decoded <= decoded);
    match next.checked_sub(1).and_then(|at| joints.get(at)) {
        Some(Joint { raw, atom: true, .. }) => *raw,
        Some(joint) => joint.raw + (decoded - joint.decoded),
        None => decoded,
    }
}

/// Replaces every span of a tree, without recursion: a chain of operators is as deep as it is long.
fn move_spans(expression: &mut Expression, to: &impl Fn(Span) -> Span) {
    let mut open = vec![expression];
    let mut parts: Vec<&mut Part> = Vec::new();
    loop {
        if let Some(part) = parts.pop() {
            match part {
                Part::Literal(_) => {}
                Part::Interpolation(inner) => open.push(inner),
                Part::If { condition, yes, no, span } => {
                    *span = to(*span);
                    open.push(condition);
                    parts.extend(yes.iter_mut().chain(no));
                }
                Part::For { key_name, value_name, collection, body, span } => {
                    *span = to(*span);
                    for name in key_name.iter_mut().chain([value_name]) {
                        name.span = to(name.span);
                    }
                    open.push(collection);
                    parts.extend(body);
                }
            }
            continue;
        }
        let Some(expression) = open.pop() else { return };
        expression.span = to(expression.span);
        match &mut *expression.kind {
            ExpressionKind::Null
            | ExpressionKind::Bool(_)
            | ExpressionKind::Number(_)
            | ExpressionKind::String(_)
            | ExpressionKind::Variable(_)
            | ExpressionKind::Element
            | ExpressionKind::Refused(_) => {}
            ExpressionKind::Template(inner) => parts.extend(inner),
            ExpressionKind::Tuple(items) => open.extend(items),
            ExpressionKind::Object(entries) => {
                open.extend(entries.iter_mut().flat_map(|entry| [&mut entry.key, &mut entry.value]));
            }
            ExpressionKind::Attribute { on, name } => {
                name.span = to(name.span);
                open.push(on);
            }
            ExpressionKind::Index { on, key } => open.extend([on, key]),
            ExpressionKind::Splat { on, each } => open.extend([on, each]),
            ExpressionKind::Call { name, arguments, .. } => {
                name.span = to(name.span);
                open.extend(arguments);
            }
            ExpressionKind::Unary { operand, .. } => open.push(operand),
            ExpressionKind::Binary { left, right, .. } => open.extend([left, right]),
            ExpressionKind::Conditional { condition, yes, no } => open.extend([condition, yes, no]),
            ExpressionKind::For(inner) => {
                for name in inner.key_name.iter_mut().chain([&mut inner.value_name]) {
                    name.span = to(name.span);
                }
                open.extend([&mut inner.collection, &mut inner.result]);
                open.extend(inner.result_key.iter_mut().chain(&mut inner.condition));
            }
            ExpressionKind::Parenthesis(inner) => open.push(inner),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn quoted(text: &str) -> (Arc<File>, Quoted) {
        let file = Files::default().add(Path::new("/x.tf.json"), format!("[ \"{text}\" ]").into_bytes());
        let span = Span::new(file.id, 2, file.text.len() - 2);
        (file, Quoted { span, escaped: text.contains('\\') })
    }

    fn interpolated(text: &str) -> Vec<String> {
        let (file, string) = quoted(text);
        let parsed = template(&file, string).unwrap();
        let ExpressionKind::Template(parts) = *parsed.kind else { panic!("{parsed:?}") };
        assert_eq!(parsed.span, string.span);
        let inner = parts.iter().filter_map(|part| match part {
            Part::Interpolation(inner) => Some(file.slice(inner.span).to_owned()),
            _ => None,
        });
        inner.collect()
    }

    #[test]
    fn escapes_are_resolved() {
        let text = r#"a\n\t\r\b\f\"\\\/é\u00e9\ud83d\ude00\ud800x\u0000"#;
        assert_eq!(decode(text).text, "a\n\t\r\u{8}\u{c}\"\\/éé😀\u{fffd}x\0");
        assert_eq!(decode(r"\x\u12\é\").text, r"\x\u12\é\");
        assert_eq!(decode(r"\u+123").text, r"\u+123");
    }

    #[test]
    fn places_in_a_decoded_text_are_those_of_the_written_one() {
        let raw = r#"é\n\u00e9${x}\ud83d\ude00y\""#;
        let decoded = decode(raw);
        let at = |piece: &str| decoded.text.find(piece).unwrap() as u32;
        let back = |from: u32, to: u32| {
            &raw[written_at(&decoded.joints, from) as usize..written_at(&decoded.joints, to) as usize]
        };
        assert_eq!(back(at("x"), at("x") + 1), "x");
        assert_eq!(back(at("\n"), at("\n") + 1), "\\n");
        assert_eq!(back(at("\n") + 1, at("$")), "\\u00e9");
        assert_eq!(back(at("😀"), at("y")), "\\ud83d\\ude00");
        assert_eq!(back(at("y"), at("\"") + 1), "y\\\"");
        assert_eq!(back(0, decoded.text.len() as u32), raw);
    }

    #[test]
    fn spans_of_templates_are_in_the_file() {
        assert_eq!(interpolated("${var.a}-${local.b}"), ["var.a", "local.b"]);
        assert_eq!(interpolated(r#"\"é\u00e9${var.a}\n${\u006cocal.b}"#), ["var.a", r"\u006cocal.b"]);
    }

    #[test]
    fn a_text_without_interpolation_is_a_string() {
        for (text, expected) in [
            ("", ""),
            ("10.0.0.0/8", "10.0.0.0/8"),
            (r"a\u0041", "aA"),
            ("$${x} %", "${x} %"),
            ("$ {x}", "$ {x}"),
            (r"\u0024${a}$${b}\n", "${a}${b}\n"),
        ] {
            let (file, string) = quoted(text);
            let parsed = template(&file, string).unwrap();
            assert_eq!((parsed.literal(), parsed.span), (Some(expected), string.span), "{text}");
        }
    }

    #[test]
    fn errors_in_a_decoded_text_are_placed_in_the_file() {
        let (file, string) = quoted(r"\n\n${a.}");
        let finding = template(&file, string).unwrap_err();
        let place = finding.place.unwrap();
        assert!(string.span.contains(place));
        assert!(place.start >= 2 + 1 + 4, "{place:?}");
    }

    #[test]
    fn references_and_types_are_expressions() {
        let (file, string) = quoted("alicloud.hz");
        let parsed = expression(&file, string).unwrap();
        assert!(matches!(&*parsed.kind, ExpressionKind::Attribute { name, .. } if &*name.text == "hz"));
        assert_eq!(file.slice(parsed.span), "alicloud.hz");
    }
}
