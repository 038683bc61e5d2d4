//! What does the text of a string say? Literals, interpolations and directives, in quotes, heredocs and template files.
//!
//! A template is cut the way the reference scanner cuts it, because `~` and `<<-` work on those pieces: a run of text,
//! one line in heredocs, and a lone `$` or `%` by itself.

use std::ops::Range;
use std::sync::Arc;

use unicode_normalization::{IsNormalized, UnicodeNormalization, is_nfc_quick};

use super::expression::Reader;
use super::heredoc;
use super::scan::{Halt, Scanner, Trouble, word_end};
use super::tokens::too_deep;
use super::{Expression, ExpressionKind, Name, Part};
use crate::source::{File, Span};

/// Where the text stands.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Style {
    Quoted,
    Bare,
    Heredoc { indented: bool },
}

enum Piece {
    Literal(String),
    Interpolation(Expression),
    If(Expression, Span),
    For { key_name: Option<Name>, value_name: Name, collection: Expression, span: Span },
    Else(Span),
    EndIf(Span),
    EndFor(Span),
}

/// Directives in directives, which are walked by recursion.
const DEEPEST: usize = 32;

/// Reads the template text of `range`; `span` is that of the whole expression.
pub fn template(file: &File, range: Range<usize>, span: Span, style: Style, depth: usize) -> Result<Expression, Trouble> {
    let mut pieces = pieces(file, range, style, depth)?;
    if style == (Style::Heredoc { indented: true }) {
        heredoc::dedent(pieces.iter_mut().map(|piece| match piece {
            Piece::Literal(text) => Some(text),
            _ => None,
        }));
    }
    let mut open = Vec::new();
    let mut pieces = melded(pieces).into_iter().peekable();
    let parts = tree(&mut pieces, &mut open)?;
    if let [Part::Literal(text)] = parts.as_slice() {
        return Ok(Expression::new(ExpressionKind::String(text.clone()), span));
    }
    if parts.is_empty() {
        return Ok(Expression::new(ExpressionKind::String("".into()), span));
    }
    Ok(Expression::new(ExpressionKind::Template(parts), span))
}

/// The text of a quoted string without sequences, such as a label.
pub fn literal(text: &str, start: usize, style: Style) -> Result<Arc<str>, Trouble> {
    let mut plain = String::with_capacity(text.len());
    unescape(text, start, style, &mut plain)?;
    Ok(normal(&plain))
}

/// Text in the form in which HCL compares it.
pub fn normal(text: &str) -> Arc<str> {
    if text.is_ascii() || is_nfc_quick(text.chars()) == IsNormalized::Yes {
        return text.into();
    }
    text.nfc().collect::<String>().into()
}

fn pieces(file: &File, range: Range<usize>, style: Style, depth: usize) -> Result<Vec<Piece>, Trouble> {
    let text = &*file.text;
    let bytes = &text.as_bytes()[..range.end];
    let mut pieces = Vec::new();
    let mut at = range.start;
    let mut trim_next = false;
    // The text before a `~` is only cut when it is one piece with it.
    let mut trimmable = false;
    while at < range.end {
        let sequence = matches!(bytes[at], b'$' | b'%') && bytes.get(at + 1) == Some(&b'{');
        if !sequence {
            let end = run_end(bytes, at, style);
            let mut literal = String::with_capacity(end - at);
            unescape(&text[at..end], at, style, &mut literal)?;
            if std::mem::take(&mut trim_next) {
                literal.replace_range(..literal.len() - literal.trim_start_matches(heredoc::is_space).len(), "");
            }
            pieces.push(Piece::Literal(literal));
            trimmable = true;
            at = end;
            continue;
        }
        let mut scanner = Scanner::new(file, at, range.end);
        if scanner.group() != Halt::Closed || !scanner.troubles.is_empty() {
            let unclosed = || Trouble { structural: true, ..Trouble::new(at, at + 2, "this sequence is never closed") };
            return Err(scanner.troubles.drain(..).next().unwrap_or_else(unclosed));
        }
        let (mut inner, end) = (at + 2..scanner.at - 1, scanner.at);
        if bytes[inner.start] == b'~' {
            inner.start += 1;
            if let (true, Some(Piece::Literal(before))) = (trimmable, pieces.last_mut()) {
                before.truncate(before.trim_end_matches(heredoc::is_space).len());
            }
        }
        trim_next = inner.end > inner.start && bytes[inner.end - 1] == b'~';
        inner.end -= usize::from(trim_next);
        let span = Span::new(file.id, at, end);
        pieces.push(if bytes[at] == b'$' {
            Piece::Interpolation(Reader::new(file, inner, depth + 1)?.all()?)
        } else {
            directive(file, inner, span, depth + 1)?
        });
        trimmable = false;
        at = end;
    }
    Ok(pieces)
}

/// Where the piece of literal text that starts here ends.
fn run_end(bytes: &[u8], start: usize, style: Style) -> usize {
    let quoted = style == Style::Quoted;
    let mut at = start;
    if matches!(bytes[at], b'$' | b'%') {
        at += if bytes.get(at + 1) == Some(&bytes[at]) && bytes.get(at + 2) == Some(&b'{') { 3 } else { 1 };
        if quoted {
            return at;
        }
    } else {
        while at < bytes.len() {
            match bytes[at] {
                b'$' | b'%' => break,
                b'\n' if !quoted => break,
                b'\\' if quoted => at += 2,
                _ => at += 1,
            }
        }
        at = at.min(bytes.len());
    }
    // A line end belongs to the piece before it.
    if bytes[at..].starts_with(b"\r\n") {
        at + 2
    } else if bytes[at..].starts_with(b"\n") {
        at + 1
    } else {
        at
    }
}

fn unescape(text: &str, start: usize, style: Style, into: &mut String) -> Result<(), Trouble> {
    let mut rest = text;
    let stop: &[char] = if style == Style::Quoted { &['\\', '$', '%'] } else { &['$', '%'] };
    while let Some(at) = rest.find(stop) {
        into.push_str(&rest[..at]);
        rest = &rest[at..];
        let offset = start + text.len() - rest.len();
        if !rest.starts_with('\\') {
            let escaped = rest.starts_with("$${") || rest.starts_with("%%{");
            into.push_str(&rest[..1]);
            rest = &rest[if escaped { 2 } else { 1 }..];
            continue;
        }
        let selector = rest[1..].chars().next();
        let mut length = 1 + selector.map_or(0, char::len_utf8);
        let digits = match selector {
            Some('u') => 4,
            Some('U') => 8,
            _ => 0,
        };
        match selector {
            Some('n') => into.push('\n'),
            Some('r') => into.push('\r'),
            Some('t') => into.push('\t'),
            Some(same @ ('"' | '\\')) => into.push(same),
            Some('u' | 'U') => {
                let code = rest.get(2..2 + digits).filter(|code| code.bytes().all(|byte| byte.is_ascii_hexdigit()));
                let Some(code) = code else {
                    let message = format!("`{}` needs {digits} hexadecimal digits", &rest[..2]);
                    return Err(Trouble::new(offset, offset + 2, message));
                };
                length = 2 + digits;
                let character = u32::from_str_radix(code, 16).ok().and_then(char::from_u32);
                into.push(character.ok_or_else(|| {
                    Trouble::new(offset, offset + length, format!("`{}` is no character", &rest[..length]))
                })?);
            }
            _ => {
                let message = format!("`{}` is no escape sequence", rest[..length].escape_debug());
                return Err(Trouble::new(offset, offset + length, message).help("write `\\\\` for a backslash"));
            }
        }
        rest = &rest[length..];
    }
    into.push_str(rest);
    Ok(())
}

fn directive(file: &File, inner: Range<usize>, span: Span, depth: usize) -> Result<Piece, Trouble> {
    let reader = Reader::new(file, inner.clone(), depth)?;
    let Some(first) = reader.tokens.first() else {
        return Err(Trouble::new(span.start as usize, span.end as usize, "an empty template directive"));
    };
    let word = |at: usize| reader.tokens.get(at).map_or("", |token| &file.text[token.start..token.end]);
    let name = |at: usize| {
        let token = reader.tokens.get(at).filter(|token| word_end(file.text.as_bytes(), token.start) > token.start);
        token.map(|token| reader.name(token.start..token.end))
    };
    let rest = |from: usize| reader.range(from, reader.tokens.len());
    let alone = |piece: Piece| match reader.tokens.get(1) {
        Some(token) => Err(super::tokens::unexpected(&file.text, *token)),
        None => Ok(piece),
    };
    match word(0) {
        "if" => Ok(Piece::If(rest(1)?, span)),
        "else" => alone(Piece::Else(span)),
        "endif" => alone(Piece::EndIf(span)),
        "endfor" => alone(Piece::EndFor(span)),
        "for" => {
            let (key, value) = if word(2) == "," { (Some(1), 3) } else { (None, 1) };
            let (Some(value_name), "in") = (name(value), word(value + 1)) else {
                return Err(Trouble::new(first.start, first.end, "a `for` directive needs names, `in` and a collection")
                    .help("write `%{ for value in collection }`"));
            };
            Ok(Piece::For { key_name: key.and_then(name), value_name, collection: rest(value + 2)?, span })
        }
        other => Err(Trouble::new(first.start, first.end, format!("`{other}` is no template directive"))
            .help("directives are `if`, `else`, `endif`, `for` and `endfor`; write `%%{` for the text `%{`")),
    }
}

/// Joins neighbouring literals into one text.
fn melded(pieces: Vec<Piece>) -> Vec<Piece> {
    let mut melded: Vec<Piece> = Vec::with_capacity(pieces.len());
    for piece in pieces {
        match (melded.last_mut(), piece) {
            (Some(Piece::Literal(text)), Piece::Literal(more)) => text.push_str(&more),
            (_, piece) => melded.push(piece),
        }
    }
    melded
}

type Pieces = std::iter::Peekable<std::vec::IntoIter<Piece>>;

/// The parts up to the directive that ends the innermost open one, which is left in place.
fn tree(pieces: &mut Pieces, open: &mut Vec<(&'static str, Span)>) -> Result<Vec<Part>, Trouble> {
    let mut parts = Vec::new();
    while let Some(piece) = pieces.next_if(|piece| {
        !matches!((piece, open.last()), (Piece::Else(_) | Piece::EndIf(_), Some(("if", _))) | (Piece::EndFor(_), Some(("for", _))))
    }) {
        if open.len() >= DEEPEST {
            return Err(too_deep(open[0].1.start as usize));
        }
        match piece {
            Piece::Literal(text) => parts.push(Part::Literal(normal(&text))),
            Piece::Interpolation(expression) => parts.push(Part::Interpolation(expression)),
            Piece::If(condition, start) => {
                open.push(("if", start));
                let yes = tree(pieces, open)?;
                let mut no = Vec::new();
                let mut end = pieces.next();
                if matches!(end, Some(Piece::Else(_))) {
                    no = tree(pieces, open)?;
                    end = pieces.next();
                }
                open.pop();
                let end = ended(end, start, "endif")?;
                parts.push(Part::If { condition, yes, no, span: start.to(end) });
            }
            Piece::For { key_name, value_name, collection, span: start } => {
                open.push(("for", start));
                let body = tree(pieces, open)?;
                open.pop();
                let end = ended(pieces.next(), start, "endfor")?;
                parts.push(Part::For { key_name, value_name, collection, body, span: start.to(end) });
            }
            Piece::Else(span) => return Err(alone(span, "else")),
            Piece::EndIf(span) => return Err(alone(span, "endif")),
            Piece::EndFor(span) => return Err(alone(span, "endfor")),
        }
    }
    Ok(parts)
}

fn ended(end: Option<Piece>, start: Span, word: &'static str) -> Result<Span, Trouble> {
    match end {
        Some(Piece::EndIf(span) | Piece::EndFor(span)) => Ok(span),
        Some(Piece::Else(span)) => Err(alone(span, "else")),
        _ => Err(Trouble::new(
            start.start as usize,
            start.end as usize,
            format!("this template directive has no `%{{ {word} }}`"),
        )),
    }
}

fn alone(span: Span, word: &str) -> Trouble {
    let message = format!("this `{word}` belongs to no directive before it");
    Trouble::new(span.start as usize, span.end as usize, message)
}
