//! How is a value written as JSON, and which value does JSON text stand for?

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::eval::functions::Shape;
use crate::eval::functions::strings::{LONGEST, composed, string, too_long};
use crate::eval::number::Number;
use crate::eval::types::type_of;
use crate::eval::value::{Cause, Kind, Value};

/// Deeper values are left unknown.
const DEEPEST: usize = 300;

/// The JSON of a value that is wholly known, as `jsonencode` writes it.
pub fn print(value: &Value) -> Result<String, String> {
    let mut out = String::new();
    write(value, &mut out)?;
    Ok(out)
}

fn write(value: &Value, out: &mut String) -> Result<(), String> {
    if out.len() > LONGEST {
        return Err(too_long());
    }
    match &value.kind {
        Kind::Null => out.push_str("null"),
        Kind::Bool(flag) => out.push_str(if *flag { "true" } else { "false" }),
        Kind::Number(number) => out.push_str(&number.to_string()),
        Kind::String(text) => quote(text, out),
        Kind::Tuple(items) | Kind::List(items) | Kind::Set(items) => {
            out.push('[');
            for (at, item) in items.iter().enumerate() {
                if at > 0 {
                    out.push(',');
                }
                write(item, out)?;
            }
            out.push(']');
        }
        Kind::Object(fields) | Kind::Map(fields) => {
            out.push('{');
            for (at, (name, field)) in fields.iter().enumerate() {
                if at > 0 {
                    out.push(',');
                }
                quote(name, out);
                out.push(':');
                write(field, out)?;
            }
            out.push('}');
        }
        Kind::Instance(_) | Kind::Module(_) | Kind::Of(_) | Kind::Text(_) | Kind::Unknown(_) => {
            return Err("the value is not known".into());
        }
    }
    Ok(())
}

/// A JSON string that is also safe inside HTML.
pub fn quote(text: &str, out: &mut String) {
    out.push('"');
    for c in text.chars() {
        match c {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            '\u{8}' => out.push_str("\\b"),
            '\u{c}' => out.push_str("\\f"),
            '<' | '>' | '&' | '\u{2028}' | '\u{2029}' | '\0'..='\u{1f}' => {
                out.push_str(&format!("\\u{:04x}", u32::from(c)));
            }
            c => out.push(c),
        }
    }
    out.push('"');
}

enum Failure {
    Wrong(String),
    Beyond,
}

pub fn decode(text: &str) -> Result<Value, String> {
    let mut reader = Reader { text, at: 0 };
    let read = reader.value(0).and_then(|value| {
        reader.blanks();
        // A bracket too many goes unnoticed, as Terraform's decoder stops before it.
        match reader.peek() {
            None | Some(b']' | b'}') => Ok(value),
            Some(_) => Err(Failure::Wrong(format!("something follows the value at byte {}", reader.at))),
        }
    });
    match read {
        Ok(value) => Ok(value),
        Err(Failure::Wrong(why)) => Err(why),
        Err(Failure::Beyond) => Ok(Value::unknown_of(
            Cause::Unsupported("JSON this deep, or with two values for one key".into()),
            Shape::Any.to_type(),
        )),
    }
}

struct Reader<'a> {
    text: &'a str,
    at: usize,
}

impl Reader<'_> {
    fn peek(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }

    fn blanks(&mut self) {
        while matches!(self.peek(), Some(b' ' | b'\t' | b'\r' | b'\n')) {
            self.at += 1;
        }
    }

    fn wrong<T>(&self) -> Result<T, Failure> {
        if self.at >= self.text.len() {
            return Err(Failure::Wrong("the JSON ends too early".into()));
        }
        Err(Failure::Wrong(format!("the JSON is not valid at byte {}", self.at)))
    }

    fn expect(&mut self, text: &str) -> Result<(), Failure> {
        if !self.text[self.at..].starts_with(text) {
            return self.wrong();
        }
        self.at += text.len();
        Ok(())
    }

    fn value(&mut self, depth: usize) -> Result<Value, Failure> {
        if depth > DEEPEST {
            return Err(Failure::Beyond);
        }
        self.blanks();
        match self.peek() {
            Some(b'{') => self.object(depth),
            Some(b'[') => self.array(depth),
            Some(b'"') => Ok(string(self.string()?)),
            Some(b't') => self.expect("true").map(|()| Value::bool(true)),
            Some(b'f') => self.expect("false").map(|()| Value::bool(false)),
            Some(b'n') => self.expect("null").map(|()| Value::null()),
            Some(b'-' | b'0'..=b'9') => self.number(),
            _ => self.wrong(),
        }
    }

    fn array(&mut self, depth: usize) -> Result<Value, Failure> {
        self.at += 1;
        let mut items = Vec::new();
        loop {
            self.blanks();
            if items.is_empty() && self.peek() == Some(b']') {
                break;
            }
            items.push(self.value(depth + 1)?);
            self.blanks();
            match self.peek() {
                Some(b',') => self.at += 1,
                Some(b']') => break,
                _ => return self.wrong(),
            }
        }
        self.at += 1;
        Ok(Value::tuple(items))
    }

    fn object(&mut self, depth: usize) -> Result<Value, Failure> {
        self.at += 1;
        let mut fields: BTreeMap<Arc<str>, Value> = BTreeMap::new();
        loop {
            self.blanks();
            if fields.is_empty() && self.peek() == Some(b'}') {
                break;
            }
            if self.peek() != Some(b'"') {
                return self.wrong();
            }
            let key = self.string()?;
            self.blanks();
            self.expect(":")?;
            let value = self.value(depth + 1)?;
            if let Some(before) = fields.get(key.as_str())
                && type_of(before) != type_of(&value)
            {
                // The last one wins, if the first can become of its type.
                return Err(Failure::Beyond);
            }
            fields.insert(composed(key), value);
            self.blanks();
            match self.peek() {
                Some(b',') => self.at += 1,
                Some(b'}') => break,
                _ => return self.wrong(),
            }
        }
        self.at += 1;
        Ok(Value::object(fields))
    }

    fn digits(&mut self) -> Result<(), Failure> {
        if !matches!(self.peek(), Some(b'0'..=b'9')) {
            return self.wrong();
        }
        while matches!(self.peek(), Some(b'0'..=b'9')) {
            self.at += 1;
        }
        Ok(())
    }

    fn number(&mut self) -> Result<Value, Failure> {
        let start = self.at;
        if self.peek() == Some(b'-') {
            self.at += 1;
        }
        if self.peek() == Some(b'0') {
            self.at += 1;
        } else {
            self.digits()?;
        }
        if self.peek() == Some(b'.') {
            self.at += 1;
            self.digits()?;
        }
        if matches!(self.peek(), Some(b'e' | b'E')) {
            self.at += 1;
            if matches!(self.peek(), Some(b'+' | b'-')) {
                self.at += 1;
            }
            self.digits()?;
        }
        Number::parse(&self.text[start..self.at]).map(Value::number).ok_or(Failure::Beyond)
    }

    /// The text between quotes; half a surrogate pair becomes a replacement character.
    fn string(&mut self) -> Result<String, Failure> {
        self.at += 1;
        let mut out = String::new();
        loop {
            let rest = &self.text[self.at..];
            let plain = rest.find(|c: char| c == '"' || c == '\\' || c < ' ').unwrap_or(rest.len());
            out.push_str(&rest[..plain]);
            self.at += plain;
            match self.peek() {
                Some(b'"') => {
                    self.at += 1;
                    return Ok(out);
                }
                Some(b'\\') => {
                    self.at += 1;
                    let c = self.escape()?;
                    out.push(c);
                }
                _ => return self.wrong(),
            }
        }
    }

    fn escape(&mut self) -> Result<char, Failure> {
        let c = match self.peek() {
            Some(c @ (b'"' | b'\\' | b'/')) => char::from(c),
            Some(b'b') => '\u{8}',
            Some(b'f') => '\u{c}',
            Some(b'n') => '\n',
            Some(b'r') => '\r',
            Some(b't') => '\t',
            Some(b'u') => {
                self.at += 1;
                let high = self.four_digits()?;
                if (0xd800..0xdc00).contains(&high) && self.text[self.at..].starts_with("\\u") {
                    let back = self.at;
                    self.at += 2;
                    let low = self.four_digits()?;
                    if (0xdc00..0xe000).contains(&low) {
                        let code = 0x1_0000 + ((high - 0xd800) << 10) + (low - 0xdc00);
                        return Ok(char::from_u32(code).unwrap_or('\u{fffd}'));
                    }
                    self.at = back;
                }
                return Ok(char::from_u32(high).unwrap_or('\u{fffd}'));
            }
            _ => return self.wrong(),
        };
        self.at += 1;
        Ok(c)
    }

    fn four_digits(&mut self) -> Result<u32, Failure> {
        let digits = self.text.as_bytes().get(self.at..self.at + 4).and_then(|digits| std::str::from_utf8(digits).ok());
        match digits {
            Some(digits) if digits.bytes().all(|byte| byte.is_ascii_hexdigit()) => {
                self.at += 4;
                u32::from_str_radix(digits, 16).map_err(|_| Failure::Beyond)
            }
            _ => self.wrong(),
        }
    }
}
