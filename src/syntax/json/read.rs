//! JSON text to values with spans.
//!
//! A mistake whose meaning is plain (a comma too many or too few, a comment, a bad escape) is reported and read over;
//! any other ends the reading. Containers that the end cut off say so with `whole: false`, so that nobody takes half a
//! list for the list.

use memchr::{memchr, memchr2, memmem};

use crate::diagnostic::{Finding, SYNTAX_ERROR, Severity};
use crate::source::{File, Span};

/// How deep arrays and objects may be nested.
const DEPTH: usize = 256;
/// After so many mistakes a file is not JSON.
const MISTAKES: usize = 50;

#[derive(Debug)]
pub(super) struct Document {
    /// Nothing for a file of blanks.
    pub root: Option<Value>,
    pub errors: Vec<Finding>,
    /// The reading ended before the file did.
    pub stopped: bool,
}

#[derive(Debug)]
pub(super) struct Value {
    pub kind: Kind,
    pub span: Span,
}

#[derive(Debug)]
pub(super) enum Kind {
    Null,
    Bool(bool),
    /// The digits are the text of the span.
    Number,
    String(Quoted),
    Array {
        items: Vec<Value>,
        whole: bool,
    },
    Object {
        properties: Vec<Property>,
        whole: bool,
    },
    /// Something stands here, and what is not clear.
    Broken,
}

/// A string where it stands, with its quotes.
#[derive(Clone, Copy, Debug)]
pub(super) struct Quoted {
    pub span: Span,
    /// It has a backslash in it, so that its text is not the text of the file.
    pub escaped: bool,
}

#[derive(Debug)]
pub(super) struct Property {
    pub name: Quoted,
    pub value: Value,
}

pub(super) fn read(file: &File) -> Document {
    let mut reader =
        Reader { file, bytes: file.text.as_bytes(), at: 0, errors: Vec::new(), stopped: false, noted: false };
    reader.skip_blanks();
    if reader.peek().is_none() {
        return Document { root: None, errors: reader.errors, stopped: false };
    }
    let root = reader.value(0);
    if !reader.stopped {
        reader.skip_blanks();
        if reader.peek().is_some() {
            let place = reader.span(reader.at, reader.line_end(reader.at));
            reader.stop(place, "text after the end of the JSON value", "a file holds one value: remove the rest");
        }
    }
    Document { root: Some(root), errors: reader.errors, stopped: reader.stopped }
}

struct Reader<'a> {
    file: &'a File,
    bytes: &'a [u8],
    at: usize,
    errors: Vec<Finding>,
    stopped: bool,
    /// A comment has been reported: one report is enough.
    noted: bool,
}

impl Reader<'_> {
    fn value(&mut self, depth: usize) -> Value {
        let start = self.at;
        match self.peek() {
            Some(b'{' | b'[') if depth >= DEPTH => {
                let help = format!("more than {DEPTH} levels are not read");
                self.stop(self.span(start, start + 1), "JSON that is nested too deep", help);
                self.made(Kind::Broken, start)
            }
            Some(b'{') => self.object(depth),
            Some(b'[') => self.array(depth),
            Some(b'"') => match self.string() {
                Some((text, true)) => self.made(Kind::String(text), start),
                _ => self.made(Kind::Broken, start),
            },
            Some(b'-' | b'+' | b'.' | b'0'..=b'9') => self.number(),
            Some(byte) if byte.is_ascii_alphabetic() || byte == b'_' => self.word(),
            _ => {
                self.unexpected("a value");
                self.made(Kind::Broken, start)
            }
        }
    }

    fn object(&mut self, depth: usize) -> Value {
        let start = self.at;
        self.at += 1;
        let mut properties: Vec<Property> = Vec::new();
        let mut whole = true;
        let mut comma_due = false;
        loop {
            self.skip_blanks();
            match self.peek() {
                Some(b'}') => {
                    self.at += 1;
                    break;
                }
                Some(b'"') => {}
                _ => {
                    self.astray(start, if comma_due { "`,` or `}`" } else { "a property name in double quotes" });
                    break;
                }
            }
            let Some((name, clear)) = self.string() else { break };
            whole &= clear;
            if comma_due {
                let help = "write `,` before this property";
                self.mistake(name.span, "a missing comma between two properties", help);
            }
            self.skip_blanks();
            let broken = match self.peek() {
                Some(b':') => {
                    self.at += 1;
                    self.skip_blanks();
                    false
                }
                _ => {
                    self.unexpected("`:`");
                    true
                }
            };
            let value = if broken { self.made(Kind::Broken, self.at) } else { self.value(depth + 1) };
            properties.push(Property { name, value });
            if self.stopped {
                break;
            }
            comma_due = !self.comma(b'}');
        }
        let whole = whole && !self.stopped;
        self.made(Kind::Object { properties, whole }, start)
    }

    fn array(&mut self, depth: usize) -> Value {
        let start = self.at;
        self.at += 1;
        let mut items = Vec::new();
        let mut comma_due = false;
        loop {
            self.skip_blanks();
            match self.peek() {
                Some(b']') => {
                    self.at += 1;
                    break;
                }
                None | Some(b'}' | b':' | b',') => {
                    self.astray(start, if comma_due { "`,` or `]`" } else { "a value" });
                    break;
                }
                Some(b'"' | b'{' | b'[') if comma_due => {
                    let place = self.span(self.at, self.at + 1);
                    self.mistake(place, "a missing comma between two elements", "write `,` before this element");
                }
                Some(_) if comma_due => {
                    self.astray(start, "`,` or `]`");
                    break;
                }
                Some(_) => {}
            }
            items.push(self.value(depth + 1));
            if self.stopped {
                break;
            }
            comma_due = !self.comma(b']');
        }
        let whole = !self.stopped;
        self.made(Kind::Array { items, whole }, start)
    }

    /// Reads over a comma if there is one, and reports it when nothing but the closing bracket follows.
    fn comma(&mut self, close: u8) -> bool {
        self.skip_blanks();
        if self.peek() != Some(b',') {
            return false;
        }
        let place = self.span(self.at, self.at + 1);
        self.at += 1;
        self.skip_blanks();
        if self.peek() == Some(close) {
            self.mistake(place, format!("a comma before `{}`", close as char), "remove the comma");
        }
        true
    }

    /// Reads a string. Nothing if it does not end; with it, whether all of it is clear.
    fn string(&mut self) -> Option<(Quoted, bool)> {
        let start = self.at;
        let (mut escaped, mut clear, mut control) = (false, true, false);
        self.at += 1;
        loop {
            let found = memchr2(b'"', b'\\', &self.bytes[self.at..]).map(|ahead| self.at + ahead);
            let end = found.unwrap_or(self.bytes.len());
            let plain = &self.bytes[self.at..end];
            if memchr2(b'\n', b'\r', plain).is_some() {
                return self.unterminated(start);
            }
            let unprintable = if control { None } else { plain.iter().position(|&byte| byte < b' ') };
            if let Some(ahead) = unprintable {
                control = true;
                let at = self.at + ahead;
                let help = format!("write it as an escape: `{}`", control_escape(self.bytes[at]));
                self.mistake(self.span(at, at + 1), "a control character in a string", help);
            }
            let Some(found) = found else { return self.unterminated(start) };
            self.at = found + 1;
            if self.bytes[found] == b'"' {
                return Some((Quoted { span: self.span(start, self.at), escaped }, clear));
            }
            escaped = true;
            clear &= self.escape(found);
        }
    }

    /// Reads over the escape whose backslash is at `start`.
    fn escape(&mut self, start: usize) -> bool {
        let length = match self.bytes.get(start + 1) {
            Some(b'"' | b'\\' | b'/' | b'b' | b'f' | b'n' | b'r' | b't') => 2,
            Some(b'u') => {
                let digits = self.bytes[start + 2..].iter().take(4).take_while(|byte| byte.is_ascii_hexdigit()).count();
                if digits < 4 {
                    self.at = start + 2 + digits;
                    let help = "write four hexadecimal digits: `\\u00e9`";
                    self.mistake(self.span(start, self.at), "an escape that is too short", help);
                    return false;
                }
                6
            }
            // The end of the line is the string's to report.
            Some(b'\n' | b'\r') | None => 1,
            Some(_) => {
                self.at = start + 1 + self.character(start + 1);
                let place = self.span(start, self.at);
                let message = format!("the escape `{}` is not JSON", self.file.slice(place));
                self.mistake(place, message, "write `\\\\` for a backslash");
                return false;
            }
        };
        self.at = start + length;
        true
    }

    fn unterminated(&mut self, start: usize) -> Option<(Quoted, bool)> {
        let place = self.span(start, self.line_end(start));
        self.stop(
            place,
            "a string without its closing quote",
            "write `\"` at its end, and `\\n` for a line break in it",
        );
        None
    }

    fn number(&mut self) -> Value {
        let start = self.at;
        let part = |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'-' | b'.' | b'_');
        self.at += self.bytes[start..].iter().take_while(|&byte| part(byte)).count();
        let span = self.span(start, self.at);
        if is_number(&self.bytes[start..self.at]) {
            return Value { kind: Kind::Number, span };
        }
        let message = format!("`{}` is not a JSON number", self.shown(span));
        self.mistake(span, message, "write digits without leading zeros, or a string");
        Value { kind: Kind::Broken, span }
    }

    fn word(&mut self) -> Value {
        let start = self.at;
        let part = |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'.' | b'-');
        self.at += self.bytes[start..].iter().take_while(|&byte| part(byte)).count();
        let span = self.span(start, self.at);
        let text = self.file.slice(span);
        let kind = match text {
            "true" => Kind::Bool(true),
            "false" => Kind::Bool(false),
            "null" => Kind::Null,
            _ => {
                let help = match text.to_ascii_lowercase().as_str() {
                    "true" => "write `true`".to_owned(),
                    "false" => "write `false`".to_owned(),
                    "null" | "none" | "nil" | "undefined" => "write `null`".to_owned(),
                    _ if text.contains('.') => format!("write `\"${{{}}}\"`", self.shown(span)),
                    _ => format!("write `\"{}\"`", self.shown(span)),
                };
                let message = format!("`{}` is not a JSON value", self.shown(span));
                self.mistake(span, message, help);
                self.skip_blanks();
                // Something longer was meant, and where it ends is not clear.
                self.stopped |= !matches!(self.peek(), Some(b',' | b'}' | b']') | None);
                Kind::Broken
            }
        };
        Value { kind, span }
    }

    /// Blanks, and comments, which JSON does not have.
    fn skip_blanks(&mut self) {
        loop {
            let blank = |byte: &u8| matches!(byte, b' ' | b'\t' | b'\n' | b'\r');
            self.at += self.bytes[self.at..].iter().take_while(|&byte| blank(byte)).count();
            let rest = &self.bytes[self.at..];
            let end = match rest {
                [b'#', ..] | [b'/', b'/', ..] => memchr(b'\n', rest).map_or(self.bytes.len(), |ahead| self.at + ahead),
                [b'/', b'*', ..] => match memmem::find(&rest[2..], b"*/") {
                    Some(ahead) => self.at + 2 + ahead + 2,
                    None => self.bytes.len(),
                },
                _ => return,
            };
            if !self.noted {
                self.noted = true;
                let place = self.span(self.at, end.min(self.line_end(self.at)));
                self.mistake(place, "JSON has no comments", "remove it, or write a property named `\"//\"`");
            }
            self.at = end;
        }
    }

    /// Ends the reading where a container that began at `open` neither goes on nor ends.
    fn astray(&mut self, open: usize, wanted: &str) {
        let bracket = self.span(open, open + 1);
        let close = if self.bytes[open] == b'{' { '}' } else { ']' };
        match self.peek() {
            None => {
                let message = format!("`{}` without its `{close}`", self.bytes[open] as char);
                self.stop(bracket, message, format!("write `{close}` where it ends"));
            }
            Some(b'}' | b']') => {
                let help = format!("close it with `{close}` first");
                self.unexpected_with(wanted, Some(help));
                if let Some(error) = self.errors.pop() {
                    let opened = format!("`{}` opens here", self.bytes[open] as char);
                    self.errors.push(error.related(opened, None, Some(bracket)));
                }
            }
            Some(_) => self.unexpected(wanted),
        }
    }

    fn unexpected(&mut self, wanted: &str) {
        self.unexpected_with(wanted, None);
    }

    fn unexpected_with(&mut self, wanted: &str, help: Option<String>) {
        let start = self.at;
        let Some(byte) = self.peek() else {
            let last = self.file.text.trim_end();
            let start = last.char_indices().next_back().map_or(0, |(at, _)| at);
            let place = self.span(start, last.len());
            return self.stop(place, format!("the file ends where {wanted} should stand"), format!("write {wanted}"));
        };
        if byte == b'\'' {
            let line = &self.bytes[start + 1..self.line_end(start)];
            let end = memchr(b'\'', line).map_or(start + 1, |ahead| start + ahead + 2);
            return self.stop(self.span(start, end), "a string in single quotes", "write double quotes");
        }
        let place = self.span(start, start + self.character(start));
        let found = self.file.slice(place);
        let message = match byte {
            0..b' ' | 0x7f => format!("a control character where {wanted} should stand"),
            _ => format!("`{found}` where {wanted} should stand"),
        };
        self.stop(place, message, help.unwrap_or_else(|| format!("write {wanted}")));
    }

    fn mistake(&mut self, place: Span, message: impl Into<String>, help: impl Into<String>) {
        self.errors.push(Finding::new(SYNTAX_ERROR, Severity::Error, message).at(place).help(help));
        self.stopped |= self.errors.len() >= MISTAKES;
    }

    fn stop(&mut self, place: Span, message: impl Into<String>, help: impl Into<String>) {
        self.mistake(place, message, help);
        self.stopped = true;
    }

    fn made(&self, kind: Kind, start: usize) -> Value {
        Value { kind, span: self.span(start, self.at) }
    }

    fn peek(&self) -> Option<u8> {
        self.bytes.get(self.at).copied()
    }

    fn span(&self, start: usize, end: usize) -> Span {
        Span::new(self.file.id, start, end.min(self.bytes.len()))
    }

    fn line_end(&self, from: usize) -> usize {
        let end = memchr2(b'\n', b'\r', &self.bytes[from..]);
        end.map_or(self.bytes.len(), |ahead| from + ahead)
    }

    /// How many bytes the character at `at` has.
    fn character(&self, at: usize) -> usize {
        self.file.text.get(at..).and_then(|rest| rest.chars().next()).map_or(1, char::len_utf8)
    }

    fn shown(&self, span: Span) -> String {
        let text = self.file.slice(span);
        if text.len() <= 40 { text.to_owned() } else { format!("{}…", text.chars().take(40).collect::<String>()) }
    }
}

fn control_escape(control: u8) -> String {
    match control {
        b'\t' => "\\t".to_owned(),
        8 => "\\b".to_owned(),
        12 => "\\f".to_owned(),
        other => format!("\\u{other:04x}"),
    }
}

fn is_number(text: &[u8]) -> bool {
    fn digits(text: &[u8]) -> (usize, &[u8]) {
        let count = text.iter().take_while(|byte| byte.is_ascii_digit()).count();
        (count, &text[count..])
    }
    let text = text.strip_prefix(b"-").unwrap_or(text);
    let (count, mut rest) = digits(text);
    if count == 0 || (count > 1 && text[0] == b'0') {
        return false;
    }
    if let [b'.', fraction @ ..] = rest {
        let (count, after) = digits(fraction);
        if count == 0 {
            return false;
        }
        rest = after;
    }
    if let [b'e' | b'E', exponent @ ..] = rest {
        let exponent = match exponent {
            [b'+' | b'-', after @ ..] => after,
            other => other,
        };
        let (count, after) = digits(exponent);
        return count > 0 && after.is_empty();
    }
    rest.is_empty()
}

#[cfg(test)]
mod tests;
