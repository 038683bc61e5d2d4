//! Of which tokens is a YAML text made?
//!
//! The rules are libyaml's. A key is only known as one at its colon, so the place of what may be a key is remembered for
//! each level of brackets, and the token that says so is put there afterwards.

mod text;

use super::{Failure, wrong};

#[derive(Clone, PartialEq, Debug)]
pub(super) enum Token {
    DocumentStart,
    DocumentEnd,
    BlockSequenceStart,
    BlockMappingStart,
    BlockEnd,
    FlowSequenceStart,
    FlowSequenceEnd,
    FlowMappingStart,
    FlowMappingEnd,
    BlockEntry,
    FlowEntry,
    Key,
    Value,
    Alias(String),
    Anchor(String),
    Tag(String),
    Scalar(String, Style),
}

#[derive(Clone, Copy, PartialEq, Debug)]
pub(super) enum Style {
    Plain,
    Quoted,
    Block,
}

/// Deeper brackets are not followed.
const DEEPEST: usize = 150;

/// A key is on one line and shorter than this.
const LONGEST_KEY: usize = 1024;

pub(super) fn scan(text: &str) -> Result<Vec<Token>, Failure> {
    let mut characters = Vec::with_capacity(text.len());
    for c in text.strip_prefix('\u{feff}').unwrap_or(text).chars() {
        match c {
            '\t' | '\n' | '\r' | ' '..='~' | '\u{85}' | '\u{a0}'..='\u{d7ff}' => characters.push(c),
            '\u{feff}' => return Err(Failure::Beyond("a byte order mark inside")),
            '\u{e000}'..='\u{fffd}' | '\u{10000}'..='\u{10ffff}' => characters.push(c),
            _ => return wrong("the YAML has control characters"),
        }
    }
    let mut scanner = Scanner {
        text: characters,
        at: 0,
        line: 0,
        column: 0,
        indent: -1,
        indents: Vec::new(),
        keys: vec![None],
        key_allowed: true,
        tokens: Vec::new(),
    };
    while scanner.next_token()? {}
    Ok(scanner.tokens)
}

/// What may turn out to be a key, and where its token stands.
struct PossibleKey {
    token: usize,
    at: usize,
    line: usize,
    column: i64,
    required: bool,
}

struct Scanner {
    text: Vec<char>,
    at: usize,
    line: usize,
    column: i64,
    indent: i64,
    indents: Vec<i64>,
    /// One for each level of brackets, and one for the block they stand in.
    keys: Vec<Option<PossibleKey>>,
    key_allowed: bool,
    tokens: Vec<Token>,
}

fn is_break(c: char) -> bool {
    matches!(c, '\r' | '\n' | '\u{85}' | '\u{2028}' | '\u{2029}')
}

/// The end of the text reads as this.
const END: char = '\0';

fn is_blank_or_end(c: char) -> bool {
    matches!(c, ' ' | '\t' | END) || is_break(c)
}

fn is_word(c: char) -> bool {
    c.is_ascii_alphanumeric() || matches!(c, '_' | '-')
}

impl Scanner {
    fn peek(&self, ahead: usize) -> char {
        self.text.get(self.at + ahead).copied().unwrap_or(END)
    }

    fn skip(&mut self) {
        self.at += 1;
        self.column += 1;
    }

    fn skip_line(&mut self) {
        if self.peek(0) == '\r' && self.peek(1) == '\n' {
            self.at += 1;
        }
        self.at += 1;
        self.column = 0;
        self.line += 1;
    }

    fn wrong<T>(&self, why: &str) -> Result<T, Failure> {
        wrong(format!("the YAML is not valid at line {}: {why}", self.line + 1))
    }

    fn in_flow(&self) -> bool {
        self.keys.len() > 1
    }

    fn next_token(&mut self) -> Result<bool, Failure> {
        self.pass_blanks();
        self.drop_stale_keys()?;
        self.unroll_indent(self.column);
        let c = self.peek(0);
        let blank_follows = is_blank_or_end(self.peek(1));
        match c {
            END => {
                self.unroll_indent(-1);
                self.remove_key()?;
                return Ok(false);
            }
            '%' if self.column == 0 => return Err(Failure::Beyond("directives")),
            '-' | '.' if self.at_document_mark() => {
                self.unroll_indent(-1);
                self.remove_key()?;
                self.key_allowed = false;
                (0..3).for_each(|_| self.skip());
                self.tokens.push(if c == '-' { Token::DocumentStart } else { Token::DocumentEnd });
            }
            '[' | '{' => {
                self.save_key()?;
                self.keys.push(None);
                if self.keys.len() > DEEPEST {
                    return Err(Failure::Beyond("brackets this deep"));
                }
                self.key_allowed = true;
                self.indicator(if c == '[' { Token::FlowSequenceStart } else { Token::FlowMappingStart });
            }
            ']' | '}' => {
                self.remove_key()?;
                if self.in_flow() {
                    self.keys.pop();
                }
                self.key_allowed = false;
                self.indicator(if c == ']' { Token::FlowSequenceEnd } else { Token::FlowMappingEnd });
            }
            ',' => {
                self.remove_key()?;
                self.key_allowed = true;
                self.indicator(Token::FlowEntry);
            }
            '-' if blank_follows => {
                if !self.in_flow() {
                    if !self.key_allowed {
                        return self.wrong("a list element cannot stand here");
                    }
                    self.roll_indent(self.column, self.tokens.len(), Token::BlockSequenceStart);
                }
                self.remove_key()?;
                self.key_allowed = true;
                self.indicator(Token::BlockEntry);
            }
            '?' if self.in_flow() || blank_follows => {
                if !self.in_flow() {
                    if !self.key_allowed {
                        return self.wrong("a key cannot stand here");
                    }
                    self.roll_indent(self.column, self.tokens.len(), Token::BlockMappingStart);
                }
                self.remove_key()?;
                self.key_allowed = !self.in_flow();
                self.indicator(Token::Key);
            }
            ':' if self.in_flow() || blank_follows => self.value()?,
            '*' | '&' => {
                self.save_key()?;
                self.key_allowed = false;
                let name = self.anchor()?;
                self.tokens.push(if c == '*' { Token::Alias(name) } else { Token::Anchor(name) });
            }
            '!' => {
                self.save_key()?;
                self.key_allowed = false;
                let tag = self.tag()?;
                self.tokens.push(Token::Tag(tag));
            }
            '|' | '>' if !self.in_flow() => {
                self.remove_key()?;
                self.key_allowed = true;
                let text = self.block_scalar(c == '|')?;
                self.tokens.push(Token::Scalar(text, Style::Block));
            }
            '\'' | '"' => {
                self.save_key()?;
                self.key_allowed = false;
                let text = self.quoted_scalar(c)?;
                self.tokens.push(Token::Scalar(text, Style::Quoted));
            }
            _ if self.starts_plain(c) => {
                self.save_key()?;
                self.key_allowed = false;
                let text = self.plain_scalar()?;
                self.tokens.push(Token::Scalar(text, Style::Plain));
            }
            _ => return self.wrong(&format!("`{c}` cannot start anything")),
        }
        Ok(true)
    }

    fn starts_plain(&self, c: char) -> bool {
        match c {
            '-' => !matches!(self.peek(1), ' ' | '\t'),
            '?' | ':' => !self.in_flow() && !is_blank_or_end(self.peek(1)),
            c => !(is_blank_or_end(c) || ",[]{}#&*!|>'\"%@`".contains(c)),
        }
    }

    fn at_document_mark(&self) -> bool {
        let c = self.peek(0);
        self.column == 0
            && matches!(c, '-' | '.')
            && self.peek(1) == c
            && self.peek(2) == c
            && is_blank_or_end(self.peek(3))
    }

    fn indicator(&mut self, token: Token) {
        self.skip();
        self.tokens.push(token);
    }

    /// Passes blanks, comments and line ends.
    fn pass_blanks(&mut self) {
        loop {
            while self.peek(0) == ' ' || (self.peek(0) == '\t' && (self.in_flow() || !self.key_allowed)) {
                self.skip();
            }
            if self.peek(0) == '#' {
                self.pass_comment();
            }
            if !is_break(self.peek(0)) {
                return;
            }
            self.skip_line();
            if !self.in_flow() {
                self.key_allowed = true;
            }
        }
    }

    fn pass_comment(&mut self) {
        while !is_break(self.peek(0)) && self.peek(0) != END {
            self.skip();
        }
    }

    fn drop_stale_keys(&mut self) -> Result<(), Failure> {
        for key in &mut self.keys {
            if let Some(found) = key
                && (found.line < self.line || found.at + LONGEST_KEY < self.at)
            {
                if found.required {
                    return self.wrong("a colon is missing");
                }
                *key = None;
            }
        }
        Ok(())
    }

    fn save_key(&mut self) -> Result<(), Failure> {
        let required = !self.in_flow() && self.indent == self.column;
        if self.key_allowed {
            self.remove_key()?;
            let key =
                PossibleKey { token: self.tokens.len(), at: self.at, line: self.line, column: self.column, required };
            if let Some(last) = self.keys.last_mut() {
                *last = Some(key);
            }
        }
        Ok(())
    }

    fn remove_key(&mut self) -> Result<(), Failure> {
        match self.keys.last_mut().and_then(Option::take) {
            Some(key) if key.required => self.wrong("a colon is missing"),
            _ => Ok(()),
        }
    }

    /// Starts a block if the column is further right than the one that is open.
    fn roll_indent(&mut self, column: i64, at: usize, token: Token) {
        if !self.in_flow() && self.indent < column {
            self.indents.push(self.indent);
            self.indent = column;
            self.tokens.insert(at, token);
        }
    }

    fn unroll_indent(&mut self, column: i64) {
        while !self.in_flow() && self.indent > column {
            self.tokens.push(Token::BlockEnd);
            self.indent = self.indents.pop().unwrap_or(-1);
        }
    }

    fn value(&mut self) -> Result<(), Failure> {
        match self.keys.last_mut().and_then(Option::take) {
            Some(key) => {
                self.tokens.insert(key.token, Token::Key);
                self.roll_indent(key.column, key.token, Token::BlockMappingStart);
                self.key_allowed = false;
            }
            None => {
                if !self.in_flow() {
                    if !self.key_allowed {
                        return self.wrong("a value cannot stand here");
                    }
                    self.roll_indent(self.column, self.tokens.len(), Token::BlockMappingStart);
                }
                self.key_allowed = !self.in_flow();
            }
        }
        self.indicator(Token::Value);
        Ok(())
    }

    fn anchor(&mut self) -> Result<String, Failure> {
        self.skip();
        let name = self.word();
        let next = self.peek(0);
        if name.is_empty() || !(is_blank_or_end(next) || "?:,]}%@`".contains(next)) {
            return self.wrong("an anchor has no valid name");
        }
        Ok(name)
    }

    fn word(&mut self) -> String {
        let start = self.at;
        while is_word(self.peek(0)) {
            self.skip();
        }
        self.text[start..self.at].iter().collect()
    }

    /// A tag in its long form; `!` alone stays so.
    fn tag(&mut self) -> Result<String, Failure> {
        self.skip();
        let tag = if self.peek(0) == '<' {
            self.skip();
            let uri = self.uri()?;
            if uri.is_empty() || self.peek(0) != '>' {
                return self.wrong("a tag does not end");
            }
            self.skip();
            uri
        } else {
            let head = self.word();
            if self.peek(0) == '!' {
                self.skip();
                let suffix = self.uri()?;
                if !head.is_empty() {
                    return self.wrong("a tag has a prefix that is not declared");
                }
                if suffix.is_empty() {
                    return self.wrong("a tag has no name");
                }
                format!("tag:yaml.org,2002:{suffix}")
            } else {
                format!("!{head}{}", self.uri()?)
            }
        };
        if !is_blank_or_end(self.peek(0)) {
            return self.wrong("something stands right after a tag");
        }
        Ok(tag)
    }

    fn uri(&mut self) -> Result<String, Failure> {
        let start = self.at;
        while is_word(self.peek(0)) || ";/?:@&=+$,.!~*'()[]%".contains(self.peek(0)) {
            if self.peek(0) == '%' {
                return Err(Failure::Beyond("escapes in a tag"));
            }
            self.skip();
        }
        Ok(self.text[start..self.at].iter().collect())
    }
}
