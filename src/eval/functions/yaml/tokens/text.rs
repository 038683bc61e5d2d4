//! Which text does a YAML scalar hold: plain, quoted, or as a block?

use super::{END, Scanner, is_blank_or_end, is_break};
use crate::eval::functions::yaml::Failure;

/// Line ends and blanks between two words, until it is clear what becomes of them.
#[derive(Default)]
struct Gap {
    blanks: String,
    first_break: String,
    more_breaks: String,
    broken: bool,
}

impl Gap {
    /// One line end between words is a blank; further ones stay.
    fn fold(&mut self, text: &mut String) {
        if !self.broken {
            text.push_str(&self.blanks);
        } else if !self.first_break.starts_with('\n') {
            text.push_str(&self.first_break);
            text.push_str(&self.more_breaks);
        } else if self.more_breaks.is_empty() {
            text.push(' ');
        } else {
            text.push_str(&self.more_breaks);
        }
        *self = Gap::default();
    }
}

impl Scanner {
    /// Takes a line end, which most often counts as `\n`.
    fn read_break(&mut self, to: &mut String) {
        match self.peek(0) {
            c @ ('\u{2028}' | '\u{2029}') => to.push(c),
            c if is_break(c) => to.push('\n'),
            _ => return,
        }
        self.skip_line();
    }

    /// Takes blanks and line ends. On a further line, no tab may stand left of `indent`.
    fn read_gap(&mut self, gap: &mut Gap, indent: i64) -> Result<(), Failure> {
        loop {
            match self.peek(0) {
                '\t' if gap.broken && self.column < indent => {
                    return self.wrong("a tab stands where indentation is expected");
                }
                c @ (' ' | '\t') => {
                    if !gap.broken {
                        gap.blanks.push(c);
                    }
                    self.skip();
                }
                c if is_break(c) && gap.broken => self.read_break(&mut gap.more_breaks),
                c if is_break(c) => {
                    gap.blanks.clear();
                    gap.broken = true;
                    self.read_break(&mut gap.first_break);
                }
                _ => return Ok(()),
            }
        }
    }

    pub(super) fn plain_scalar(&mut self) -> Result<String, Failure> {
        let mut text = String::new();
        let mut gap = Gap::default();
        let indent = self.indent + 1;
        loop {
            if self.at_document_mark() || self.peek(0) == '#' {
                break;
            }
            let start = self.at;
            while !is_blank_or_end(self.peek(0)) {
                let c = self.peek(0);
                let ends = c == ':' && is_blank_or_end(self.peek(1));
                if ends || (self.in_flow() && ",?[]{}".contains(c)) {
                    break;
                }
                if self.at == start {
                    gap.fold(&mut text);
                }
                text.push(c);
                self.skip();
            }
            let c = self.peek(0);
            if c == END || !is_blank_or_end(c) {
                break;
            }
            self.read_gap(&mut gap, indent)?;
            if !self.in_flow() && self.column < indent {
                break;
            }
        }
        if gap.broken {
            self.key_allowed = true;
        }
        Ok(text)
    }

    pub(super) fn quoted_scalar(&mut self, quote: char) -> Result<String, Failure> {
        self.skip();
        let mut text = String::new();
        loop {
            if self.at_document_mark() {
                return self.wrong("a document ends inside quotes");
            }
            if self.peek(0) == END {
                return self.wrong("a quote does not end");
            }
            let mut gap = Gap::default();
            while !is_blank_or_end(self.peek(0)) {
                let c = self.peek(0);
                if c == '\'' && quote == c && self.peek(1) == c {
                    text.push(c);
                    self.skip();
                    self.skip();
                } else if c == quote {
                    break;
                } else if c == '\\' && quote == '"' && is_break(self.peek(1)) {
                    self.skip();
                    self.skip_line();
                    gap.broken = true;
                    break;
                } else if c == '\\' && quote == '"' {
                    self.skip();
                    let c = self.escape()?;
                    text.push(c);
                } else {
                    text.push(c);
                    self.skip();
                }
            }
            if self.peek(0) == quote {
                self.skip();
                return Ok(text);
            }
            let escaped = gap.broken;
            self.read_gap(&mut gap, 0)?;
            if escaped {
                text.push_str(&gap.more_breaks);
            } else {
                gap.fold(&mut text);
            }
        }
    }

    fn escape(&mut self) -> Result<char, Failure> {
        let c = self.peek(0);
        self.skip();
        let digits = match c {
            '0' => return Ok('\0'),
            'a' => return Ok('\u{7}'),
            'b' => return Ok('\u{8}'),
            't' | '\t' => return Ok('\t'),
            'n' => return Ok('\n'),
            'v' => return Ok('\u{b}'),
            'f' => return Ok('\u{c}'),
            'r' => return Ok('\r'),
            'e' => return Ok('\u{1b}'),
            ' ' | '"' | '\'' | '\\' => return Ok(c),
            'N' => return Ok('\u{85}'),
            '_' => return Ok('\u{a0}'),
            'L' => return Ok('\u{2028}'),
            'P' => return Ok('\u{2029}'),
            'x' => 2,
            'u' => 4,
            'U' => 8,
            _ => return self.wrong("an escape does not exist"),
        };
        let mut code: u32 = 0;
        for _ in 0..digits {
            let Some(digit) = self.peek(0).to_digit(16) else { return self.wrong("an escape has too few digits") };
            code = code.wrapping_mul(16).wrapping_add(digit);
            self.skip();
        }
        char::from_u32(code).map_or_else(|| self.wrong("an escape is no character"), Ok)
    }

    pub(super) fn block_scalar(&mut self, literal: bool) -> Result<String, Failure> {
        self.skip();
        let mut keep = None;
        let mut increment = 0;
        // A sign and a digit in either order.
        for _ in 0..2 {
            match self.peek(0) {
                c @ ('+' | '-') if keep.is_none() => {
                    keep = Some(c == '+');
                    self.skip();
                }
                '0' if increment == 0 => return self.wrong("an indentation of 0 is not allowed"),
                c @ '1'..='9' if increment == 0 => {
                    increment = i64::from(c as u32 - '0' as u32);
                    self.skip();
                }
                _ => break,
            }
        }
        while matches!(self.peek(0), ' ' | '\t') {
            self.skip();
        }
        if self.peek(0) == '#' {
            self.pass_comment();
        }
        if is_break(self.peek(0)) {
            self.skip_line();
        } else if self.peek(0) != END {
            return self.wrong("a text block starts on the line of its mark");
        }
        let mut indent = if increment > 0 { self.indent.max(0) + increment } else { 0 };
        let mut text = String::new();
        let mut breaks = self.block_breaks(&mut indent)?;
        let mut last_break = String::new();
        let mut was_blank = false;
        while self.column == indent && self.peek(0) != END {
            let is_blank = matches!(self.peek(0), ' ' | '\t');
            if !literal && !was_blank && !is_blank && last_break.starts_with('\n') {
                if breaks.is_empty() {
                    text.push(' ');
                }
            } else {
                text.push_str(&last_break);
            }
            text.push_str(&breaks);
            was_blank = is_blank;
            while !is_break(self.peek(0)) && self.peek(0) != END {
                text.push(self.peek(0));
                self.skip();
            }
            last_break.clear();
            self.read_break(&mut last_break);
            breaks = self.block_breaks(&mut indent)?;
        }
        if keep != Some(false) {
            text.push_str(&last_break);
        }
        if keep == Some(true) {
            text.push_str(&breaks);
        }
        Ok(text)
    }

    /// Empty lines and indentation; the first line that is not empty sets how deep that is.
    fn block_breaks(&mut self, indent: &mut i64) -> Result<String, Failure> {
        let mut breaks = String::new();
        let mut deepest = 0;
        loop {
            while (*indent == 0 || self.column < *indent) && self.peek(0) == ' ' {
                self.skip();
            }
            deepest = deepest.max(self.column);
            if (*indent == 0 || self.column < *indent) && self.peek(0) == '\t' {
                return self.wrong("a tab stands where indentation is expected");
            }
            if !is_break(self.peek(0)) {
                break;
            }
            self.read_break(&mut breaks);
        }
        if *indent == 0 {
            *indent = deepest.max(self.indent + 1).max(1);
        }
        Ok(breaks)
    }
}
