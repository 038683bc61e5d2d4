//! How does `yamlencode` write a value?
//!
//! Text is in double quotes unless it has several lines; long text is broken at blanks once a line is full.

use crate::eval::functions::strings::{LONGEST, too_long};
use crate::eval::value::{Kind, Value};

const WIDTH: usize = 80;
const INDENT: usize = 2;

/// Keys with more bytes than this are written after a question mark.
const LONGEST_KEY: usize = 128;

pub(super) fn write(value: &Value) -> Result<String, String> {
    let mut page = Page { out: String::new(), column: 0, fresh: true, blank: true, open: false };
    page.node(value, None, Place::Root)?;
    page.line(0);
    if page.open {
        page.out.push_str("...\n");
    }
    Ok(page.out)
}

#[derive(Clone, Copy, PartialEq)]
enum Place {
    Root,
    Element,
    Value,
    SimpleKey,
    Key,
}

/// What was written, and what the emitter of libyaml remembers of it.
struct Page {
    out: String,
    column: usize,
    /// Nothing but indentation and marks of elements stands on the line.
    fresh: bool,
    /// A blank or the start of a line was just written.
    blank: bool,
    /// The page is one bare word, which needs a mark after it.
    open: bool,
}

impl Page {
    fn put(&mut self, c: char) {
        self.out.push(c);
        self.column += 1;
    }

    fn line_break(&mut self) {
        self.out.push('\n');
        self.column = 0;
    }

    /// Goes to this column on a line that is free.
    fn line(&mut self, indent: usize) {
        if !self.fresh || self.column > indent || (self.column == indent && !self.blank) {
            self.line_break();
        }
        while self.column < indent {
            self.put(' ');
        }
        self.blank = true;
        self.fresh = true;
    }

    fn mark(&mut self, mark: &str, needs_blank: bool, is_blank: bool, is_indentation: bool) {
        if needs_blank && !self.blank {
            self.put(' ');
        }
        mark.chars().for_each(|c| self.put(c));
        self.blank = is_blank;
        self.fresh = self.fresh && is_indentation;
    }

    /// `indent` is that of the collection around the node; none around the root.
    fn node(&mut self, value: &Value, indent: Option<usize>, place: Place) -> Result<(), String> {
        if self.out.len() > LONGEST {
            return Err(too_long());
        }
        match &value.kind {
            Kind::Null => self.plain("null", place),
            Kind::Bool(flag) => self.plain(if *flag { "true" } else { "false" }, place),
            Kind::Number(number) => self.plain(&number.to_string(), place),
            Kind::String(text) => self.text(text, indent, place),
            Kind::Tuple(items) | Kind::List(items) | Kind::Set(items) if items.is_empty() => {
                self.mark("[", true, true, false);
                self.mark("]", false, false, false);
            }
            Kind::Object(fields) | Kind::Map(fields) if fields.is_empty() => {
                self.mark("{", true, true, false);
                self.mark("}", false, false, false);
            }
            Kind::Tuple(items) | Kind::List(items) | Kind::Set(items) => {
                let same = place == Place::Value && !self.fresh;
                let inner = deeper(indent, same);
                for item in items.iter() {
                    self.line(inner);
                    self.mark("-", true, false, true);
                    self.node(item, Some(inner), Place::Element)?;
                }
            }
            Kind::Object(fields) | Kind::Map(fields) => {
                let inner = deeper(indent, false);
                for (name, field) in fields.iter() {
                    self.line(inner);
                    if name.len() <= LONGEST_KEY && !name.contains(is_break) {
                        self.text(name, Some(inner), Place::SimpleKey);
                        self.mark(":", false, false, false);
                    } else {
                        self.mark("?", true, false, true);
                        self.text(name, Some(inner), Place::Key);
                        self.line(inner);
                        self.mark(":", true, false, true);
                    }
                    self.node(field, Some(inner), Place::Value)?;
                }
            }
            Kind::Instance(_) | Kind::Module(_) | Kind::Of(_) | Kind::Text(_) | Kind::Unknown(_) => {
                return Err("the value is not known".into());
            }
        }
        Ok(())
    }

    fn plain(&mut self, text: &str, place: Place) {
        if !self.blank {
            self.put(' ');
        }
        text.chars().for_each(|c| self.put(c));
        self.blank = false;
        self.fresh = false;
        self.open = place == Place::Root;
    }

    fn text(&mut self, text: &str, indent: Option<usize>, place: Place) {
        let inner = indent.map_or(INDENT, |indent| indent + INDENT);
        if place != Place::SimpleKey && text.contains('\n') && is_literal(text) {
            self.literal(text, inner);
        } else {
            self.quoted(text, inner, place != Place::SimpleKey);
        }
    }

    fn quoted(&mut self, text: &str, indent: usize, breaks: bool) {
        self.mark("\"", true, false, false);
        // The emitter looks for a byte order mark at the start, whichever character it is about to write.
        let all_escaped = text.starts_with('\u{feff}');
        let mut after_space = false;
        let mut characters = text.char_indices().peekable();
        while let Some((at, c)) = characters.next() {
            if all_escaped || !is_printable(c) || is_break(c) || matches!(c, '"' | '\\') {
                self.escape(c);
                after_space = false;
            } else if c == ' ' {
                if breaks && !after_space && self.column > WIDTH && at > 0 && at + 1 < text.len() {
                    self.line(indent);
                    if characters.peek().is_some_and(|(_, next)| *next == ' ') {
                        self.put('\\');
                    }
                } else {
                    self.put(' ');
                }
                after_space = true;
            } else {
                self.put(c);
                after_space = false;
            }
        }
        self.mark("\"", false, false, false);
        self.fresh = false;
    }

    fn escape(&mut self, c: char) {
        let short = match c {
            '\0' => '0',
            '\u{7}' => 'a',
            '\u{8}' => 'b',
            '\t' => 't',
            '\n' => 'n',
            '\u{b}' => 'v',
            '\u{c}' => 'f',
            '\r' => 'r',
            '\u{1b}' => 'e',
            '"' | '\\' => c,
            '\u{85}' => 'N',
            '\u{a0}' => '_',
            '\u{2028}' => 'L',
            '\u{2029}' => 'P',
            _ => {
                let code = u32::from(c);
                let escaped = match code {
                    0..=0xff => format!("\\x{code:02X}"),
                    0x100..=0xffff => format!("\\u{code:04X}"),
                    _ => format!("\\U{code:08X}"),
                };
                return escaped.chars().for_each(|c| self.put(c));
            }
        };
        self.put('\\');
        self.put(short);
    }

    fn literal(&mut self, text: &str, indent: usize) {
        self.mark("|", true, false, false);
        if text.starts_with(|c| c == ' ' || is_break(c)) {
            self.mark("2", false, false, false);
        }
        let mut from_end = text.chars().rev();
        let ends = from_end.next().is_some_and(is_break);
        let keeps = ends && from_end.next().is_none_or(is_break);
        if !ends {
            self.mark("-", false, false, false);
        } else if keeps {
            self.mark("+", false, false, false);
        }
        self.line_break();
        self.fresh = true;
        self.blank = true;
        let mut at_start = true;
        for c in text.chars() {
            if is_break(c) {
                self.out.push(c);
                self.column = 0;
                self.fresh = true;
                at_start = true;
            } else {
                if at_start {
                    self.line(indent);
                }
                self.put(c);
                self.fresh = false;
                at_start = false;
            }
        }
    }
}

fn deeper(indent: Option<usize>, same: bool) -> usize {
    match indent {
        None => 0,
        Some(indent) if same => indent,
        Some(indent) => indent + INDENT,
    }
}

fn is_break(c: char) -> bool {
    matches!(c, '\r' | '\n' | '\u{85}' | '\u{2028}' | '\u{2029}')
}

/// What is written without an escape: nothing past the basic plane.
fn is_printable(c: char) -> bool {
    matches!(c, '\n' | ' '..='~' | '\u{a0}'..='\u{d7ff}' | '\u{e000}'..='\u{fefe}' | '\u{ff00}'..='\u{fffd}')
}

/// Whether text of several lines can be written line by line: without escapes, and without blanks before a line end.
fn is_literal(text: &str) -> bool {
    let mut after_space = false;
    for c in text.chars() {
        if !is_printable(c) || (after_space && is_break(c)) {
            return false;
        }
        after_space = c == ' ';
    }
    !after_space
}
