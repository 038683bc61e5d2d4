//! What does the text of a string say? Literals, interpolations and directives, in quotes, heredocs and template files.
//!
//! A template is cut the way the reference scanner cuts it, because `~` and `<<-` work on those pieces: a run of text,
//! one line in heredocs, and a lone `$` or `%` by itself.

use std::ops::Range;
use std::sync::Arc;

use unicode_normalization::{IsNormalized, UnicodeNormalization, is_nfc_quick};

use super::expression::Reader;
use super::heredoc;
use super::marks::word_end;
use super::scan::{Halt, Scanner};
use super::tokens::too_deep;
use super::trouble::Trouble;
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
pub fn template(
    file: &File,
    range: Range<usize>,
    span: Span,
    style: Style,
    depth: usize,
) -> Result<Expression, Trouble> {
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
    let stop = |text: &str| match style == Style::Quoted {
        true => memchr::memchr3(b'\\', b'$', b'%', text.as_bytes()),
        false => memchr::memchr2(b'$', b'%', text.as_bytes()),
    };
    while let Some(at) = stop(rest) {
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
                let message = format!("`{}` is no escape sequence", rest[..length].replace(char::is_control, "?"));
                return Err(Trouble::new(offset, offset + length, message).help("write `\\\\` for a backslash"));
            }
        }
        rest = &rest[length..];
    }
    into.push_str(rest);
    Ok(())
}

fn directive(file: &File, inner: Range<usize>, span: Span, depth: usize) -> Result<Piece, Trouble> {
    let start = inner.start + file.text[inner.clone()].len() - file.text[inner.clone()].trim_start().len();
    let keyword = start..word_end(file.text.as_bytes(), start);
    let known = ["if", "else", "endif", "for", "endfor"];
    if !keyword.is_empty() && !known.contains(&&file.text[keyword.clone()]) {
        let message = format!("`{}` is no template directive", &file.text[keyword.clone()]);
        return Err(Trouble::new(keyword.start, keyword.end, message)
            .help("directives are `if`, `else`, `endif`, `for` and `endfor`; write `%%{` for the text `%{`"));
    }
    let reader = Reader::new(file, inner, depth)?;
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
                return Err(Trouble::new(
                    first.start,
                    first.end,
                    "a `for` directive needs names, `in` and a collection",
                )
                .help("write `%{ for value in collection }`"));
            };
            Ok(Piece::For { key_name: key.and_then(name), value_name, collection: rest(value + 2)?, span })
        }
        _ => Err(super::tokens::unexpected(&file.text, *first)),
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
        !matches!(
            (piece, open.last()),
            (Piece::Else(_) | Piece::EndIf(_), Some(("if", _))) | (Piece::EndFor(_), Some(("for", _)))
        )
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

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;
    use crate::source::Files;

    fn show(parts: &[Part]) -> String {
        let one = |part: &Part| match part {
            Part::Literal(text) => format!("{text:?}"),
            Part::Interpolation(_) => "$".to_owned(),
            Part::If { yes, no, .. } => format!("if({})({})", show(yes), show(no)),
            Part::For { body, key_name, .. } => {
                format!("for{}({})", if key_name.is_some() { "2" } else { "" }, show(body))
            }
        };
        parts.iter().map(one).collect::<Vec<_>>().join(" ")
    }

    fn read(text: &str) -> Result<String, (String, String)> {
        let file = Files::default().add(Path::new("/x.tf"), text.as_bytes().to_vec());
        let trouble = |trouble: Trouble| (text[trouble.start..trouble.end].to_owned(), trouble.message);
        let reader = Reader::new(&file, 0..text.len(), 0).map_err(trouble)?;
        let expression = reader.all().map_err(trouble)?;
        Ok(match &*expression.kind {
            ExpressionKind::String(text) => format!("{text:?}"),
            ExpressionKind::Template(parts) => format!("<{}>", show(parts)),
            other => format!("{other:?}"),
        })
    }

    fn says(text: &str, expected: &str) {
        assert_eq!(read(text), Ok(expected.to_owned()), "{text}");
    }

    fn fails(text: &str, place: &str, message: &str) {
        assert_eq!(read(text), Err((place.to_owned(), message.to_owned())), "{text}");
    }

    #[test]
    fn one_interpolation_alone_can_be_told_from_text() {
        says("\"${a}\"", "<$>");
        says("\"${a ~} \"", "<$ \"\">");
        says("\"a\"", "\"a\"");
        says("\"\"", "\"\"");
    }

    #[test]
    fn escapes_are_resolved() {
        says(r#""\n\r\t\"\\\u00e9\U0001F600""#, "\"\\n\\r\\t\\\"\\\\é😀\"");
        says("\"$${a} %%{b} $ % $$$${c}\"", "\"${a} %{b} $ % $$${c}\"");
        says("<<E\n\\n $${a}\nE\n", "\"\\\\n ${a}\\n\"");
        fails(r#""a\d""#, "\\d", "`\\d` is no escape sequence");
        fails(r#""\u12""#, "\\u", "`\\u` needs 4 hexadecimal digits");
        fails(r#""\ud800""#, "\\ud800", "`\\ud800` is no character");
    }

    #[test]
    fn directives_make_a_tree() {
        says("\"%{ if a }b%{ else }c%{ endif }\"", "<if(\"b\")(\"c\")>");
        says("\"%{ for x in y }a${x}%{ endfor }%{ for k, v in\n y }%{ endfor }\"", "<for(\"a\" $) for2()>");
        says("\"%{ if x &&\n y }%{ if z }a%{ endif }%{ endif }\"", "<if(if(\"a\")())()>");
        fails("\"%{ if a }b\"", "%{ if a }", "this template directive has no `%{ endif }`");
        fails("\"%{ for x in y }%{ else }%{ endfor }\"", "%{ else }", "this `else` belongs to no directive before it");
        fails("\"a%{ endif }\"", "%{ endif }", "this `endif` belongs to no directive before it");
        fails("\"%{ while a }\"", "while", "`while` is no template directive");
        fails("\"%{ else b }\"", "b", "unexpected `b`");
        fails("\"%{ for x, in y }%{ endfor }\"", "for", "a `for` directive needs names, `in` and a collection");
        fails("\"${}\"", "", "a value is missing here");
    }

    #[test]
    fn strip_marks_take_the_blanks_of_one_piece() {
        says("\"a  ${~ b ~}  c\"", "<\"a\" $ \"c\">");
        says("\"a %{~ if b ~} c %{~ endif ~} d\"", "<\"a\" if(\"c\")() \"d\">");
        // In a heredoc every line is a piece, so that the next line keeps its blanks.
        says("<<E\n${a ~}\n  b\nE\n", "<$ \"  b\\n\">");
        says("<<E\na\n  ${~ b}\nE\n", "<\"a\\n\" $ \"\\n\">");
    }

    #[test]
    fn indentation_is_taken_away_as_terraform_does() {
        says("<<-E\n    a\n\n   \n      b\n  E\n", "\"a\\n\\n   \\n  b\\n\"");
        says("<<-E\n    a\n  ${b}\n    c${d}\n  E\n", "<\"  a\\n\" $ \"\\n  c\" $ \"\\n\">");
        says("<<-E\n    a\n${b}\n  E\n", "<\"    a\\n\" $ \"\\n\">");
        says("<<-E\n    %{ if a }\n    b\n    %{ endif }\n  E\n", "<\"\" if(\"\\nb\\n\")() \"\\n\">");
        says("<<-E\r\n    a\r\n    b\r\n    E\r\n", "\"a\\r\\nb\\r\\n\"");
        says("<<-E\n\ta\n\t\tb\nE\n", "\"a\\n\\tb\\n\"");
        says("<<E\n  a\nE\n", "\"  a\\n\"");
        says("<<E\nE\n", "\"\"");
    }

    #[test]
    fn a_template_file_has_no_escapes_but_the_sequences() {
        let text = "a \"\\n\" $${b}\r\n${c}\n";
        let file = Files::default().add(Path::new("/x.tftpl"), text.as_bytes().to_vec());
        let span = Span::new(file.id, 0, text.len());
        let read = template(&file, 0..text.len(), span, Style::Bare, 0).unwrap();
        let ExpressionKind::Template(parts) = &*read.kind else { panic!("{read:?}") };
        assert_eq!(show(parts), "\"a \\\"\\\\n\\\" ${b}\\r\\n\" $ \"\\n\"");
    }
}
