//! How does the `regex` crate spell what Go's syntax says?
//!
//! One pass over the pattern, by Go's rules for what is valid; groups lose their names, which are returned beside.

use regex::escape;

pub(super) struct Translation {
    pub pattern: String,
    pub names: Vec<String>,
}

pub(super) enum Refusal {
    Wrong(String),
    Beyond,
}

/// Go refuses more repetitions than this, also of repetitions.
const MOST_REPETITIONS: u32 = 1000;
const DEEPEST: usize = 150;

const CATEGORIES: [&str; 35] = [
    "Co", "L", "Ll", "Lm", "Lo", "Lt", "Lu", "M", "Mc", "Me", "Mn", "N", "Nd", "Nl", "No", "P", "Pc", "Pd", "Pe", "Pf",
    "Pi", "Po", "Ps", "S", "Sc", "Sk", "Sm", "So", "Z", "Zl", "Zp", "Zs", "Cc", "Cf", "Any",
];
const SCRIPTS: [&str; 10] =
    ["Arabic", "Cyrillic", "Devanagari", "Greek", "Han", "Hangul", "Hebrew", "Hiragana", "Katakana", "Latin"];
const ASCII_CLASSES: [&str; 14] = [
    "alnum", "alpha", "ascii", "blank", "cntrl", "digit", "graph", "lower", "print", "punct", "space", "upper", "word",
    "xdigit",
];

pub(super) fn translate(pattern: &str) -> Result<Translation, Refusal> {
    let mut reader = Reader { rest: pattern, out: String::new(), names: Vec::new() };
    reader.alternatives(0)?;
    if !reader.rest.is_empty() {
        return wrong("a ) has no (");
    }
    Ok(Translation { pattern: reader.out, names: reader.names })
}

struct Reader<'a> {
    rest: &'a str,
    out: String,
    names: Vec<String>,
}

fn wrong<T>(why: &str) -> Result<T, Refusal> {
    Err(Refusal::Wrong(why.into()))
}

impl Reader<'_> {
    fn peek(&self) -> Option<char> {
        self.rest.chars().next()
    }

    fn next(&mut self) -> Option<char> {
        let c = self.peek()?;
        self.rest = &self.rest[c.len_utf8()..];
        Some(c)
    }

    fn eat(&mut self, text: &str) -> bool {
        match self.rest.strip_prefix(text) {
            Some(rest) => {
                self.rest = rest;
                true
            }
            None => false,
        }
    }

    /// Reads up to a closing parenthesis or the end, and returns how many times something in it is repeated at most.
    fn alternatives(&mut self, depth: usize) -> Result<u32, Refusal> {
        if depth > DEEPEST {
            return Err(Refusal::Beyond);
        }
        let mut most = 1;
        // What a repetition would apply to: nothing, what was just read, or the thing before a change of flags.
        let mut last = Last::Nothing;
        loop {
            let Some(c) = self.peek() else { return Ok(most) };
            match c {
                ')' => return Ok(most),
                '|' => {
                    self.next();
                    self.out.push('|');
                    last = Last::Nothing;
                }
                '*' | '+' | '?' => {
                    self.next();
                    self.repeat(&last, &c.to_string())?;
                    last = Last::Repetition;
                }
                '{' => match self.count() {
                    Some((count, low, high)) => {
                        let times = high.unwrap_or(low).max(low);
                        if low > MOST_REPETITIONS || times > MOST_REPETITIONS || high.is_some_and(|high| high < low) {
                            return wrong("a repetition count is not valid");
                        }
                        if let Last::Atom(inner) = last
                            && times >= 2
                        {
                            if inner.saturating_mul(times) > MOST_REPETITIONS {
                                return wrong("repetitions of repetitions are too many");
                            }
                            most = most.max(inner.saturating_mul(times));
                        }
                        self.repeat(&last, &count)?;
                        last = Last::Repetition;
                    }
                    None => {
                        self.next();
                        self.out.push_str("\\{");
                        last = Last::Atom(1);
                    }
                },
                _ => {
                    let inner = self.atom(depth, &mut last)?;
                    most = most.max(inner);
                }
            }
        }
    }

    fn repeat(&mut self, last: &Last, operator: &str) -> Result<(), Refusal> {
        match last {
            Last::Nothing => wrong(&format!("nothing stands before {operator}")),
            Last::Repetition => wrong(&format!("{operator} follows another repetition")),
            Last::Flags => Err(Refusal::Beyond),
            Last::Atom(_) => {
                self.out.push_str(operator);
                if self.eat("?") {
                    self.out.push('?');
                }
                Ok(())
            }
        }
    }

    /// `{n}`, `{n,}` or `{n,m}`; anything else in braces is text.
    fn count(&mut self) -> Option<(String, u32, Option<u32>)> {
        let end = self.rest.find('}')?;
        let inner = &self.rest[1..end];
        let (low, high) = match inner.split_once(',') {
            Some((low, high)) => (low, Some(high)),
            None => (inner, None),
        };
        // Go reads no number with a leading zero.
        let number = |text: &str| {
            let digits = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
            (digits && (text == "0" || !text.starts_with('0'))).then(|| text.parse().unwrap_or(u32::MAX))
        };
        let low = number(low)?;
        let high = match high {
            None => Some(low),
            Some("") => None,
            Some(high) => Some(number(high)?),
        };
        let count = format!("{{{inner}}}");
        self.rest = &self.rest[end + 1..];
        Some((count, low, high))
    }

    fn atom(&mut self, depth: usize, last: &mut Last) -> Result<u32, Refusal> {
        let was_nothing = matches!(last, Last::Nothing);
        *last = Last::Atom(1);
        match self.next() {
            Some('(') if self.rest.starts_with('?') => {
                let inner = self.special_group(depth)?;
                *last = match inner {
                    Some(inner) => Last::Atom(inner),
                    None if was_nothing => Last::Nothing,
                    None => Last::Flags,
                };
                return Ok(inner.unwrap_or(1));
            }
            Some('(') => {
                self.names.push(String::new());
                let inner = self.group(depth, "(")?;
                *last = Last::Atom(inner);
                return Ok(inner);
            }
            Some('[') => self.class()?,
            Some('\\') => self.escape(last)?,
            Some(c @ ('.' | '^' | '$')) => self.out.push(c),
            Some(c) => self.literal(c),
            None => {}
        }
        Ok(1)
    }

    fn literal(&mut self, c: char) {
        self.out.push_str(&escape(c.encode_utf8(&mut [0; 4])));
    }

    fn group(&mut self, depth: usize, opening: &str) -> Result<u32, Refusal> {
        self.out.push_str(opening);
        let inner = self.alternatives(depth + 1)?;
        if !self.eat(")") {
            return wrong("a ( has no )");
        }
        self.out.push(')');
        Ok(inner)
    }

    /// What follows `(` when that is `?`: a name, or flags for a group or for the rest.
    fn special_group(&mut self, depth: usize) -> Result<Option<u32>, Refusal> {
        if self.eat("?P<") || self.eat("?<") {
            let Some((name, rest)) = self.rest.split_once('>') else { return wrong("a group name has no end") };
            if name.is_empty() || !name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_') {
                return wrong("a group name is not valid");
            }
            self.names.push(name.to_owned());
            self.rest = rest;
            return self.group(depth, "(").map(Some);
        }
        self.eat("?");
        let mut on = String::new();
        let mut off = String::new();
        let mut negative = false;
        let mut seen = false;
        loop {
            match self.next() {
                Some(c @ ('i' | 'm' | 's' | 'U')) => {
                    seen = true;
                    let (to, from) = if negative { (&mut off, &mut on) } else { (&mut on, &mut off) };
                    if !to.contains(c) {
                        to.push(c);
                    }
                    from.retain(|other| other != c);
                }
                Some('-') if !negative => {
                    negative = true;
                    seen = false;
                }
                Some(c @ (':' | ')')) if !negative || seen => {
                    let minus = if off.is_empty() { "" } else { "-" };
                    let flags = format!("{on}{minus}{off}");
                    if c == ':' {
                        return self.group(depth, &format!("(?{flags}:")).map(Some);
                    }
                    if !flags.is_empty() {
                        self.out.push_str(&format!("(?{flags})"));
                    }
                    return Ok(None);
                }
                _ => return wrong("a group has flags that do not exist"),
            }
        }
    }

    fn escape(&mut self, last: &mut Last) -> Result<(), Refusal> {
        match self.peek() {
            None => return wrong("a backslash stands at the end"),
            Some(c @ ('A' | 'z')) => {
                self.next();
                self.out.push('\\');
                self.out.push(c);
            }
            Some('b') => {
                self.next();
                self.out.push_str("(?-u:\\b)");
            }
            Some('B' | 'C') => return Err(Refusal::Beyond),
            Some('Q') => {
                self.next();
                let (quoted, rest) = self.rest.split_once("\\E").unwrap_or((self.rest, ""));
                self.rest = rest;
                if quoted.is_empty() {
                    return Err(Refusal::Beyond);
                }
                self.out.push_str(&escape(quoted));
                *last = Last::Atom(1);
            }
            Some('d' | 'D' | 's' | 'S' | 'w' | 'W') => {
                let Some(class) = self.perl_class() else { return Err(Refusal::Beyond) };
                self.out.push_str(class);
            }
            Some('p' | 'P') => {
                let class = self.unicode_class()?;
                self.out.push_str(&class);
            }
            Some(_) => {
                let c = self.escaped_character()?;
                self.literal(c);
            }
        }
        Ok(())
    }

    fn perl_class(&mut self) -> Option<&'static str> {
        let class = match self.peek()? {
            'd' => "[0-9]",
            'D' => "[^0-9]",
            's' => "[\\t\\n\\f\\r ]",
            'S' => "[^\\t\\n\\f\\r ]",
            'w' => "[0-9A-Za-z_]",
            'W' => "[^0-9A-Za-z_]",
            _ => return None,
        };
        self.next();
        Some(class)
    }

    /// `\pL`, `\p{Greek}`, `\P{^Lu}`, from the `p` on.
    fn unicode_class(&mut self) -> Result<String, Refusal> {
        let mut negative = self.next() == Some('P');
        let name = match self.next() {
            Some('{') => {
                let Some((name, rest)) = self.rest.split_once('}') else { return wrong("a class name has no end") };
                self.rest = rest;
                name.to_owned()
            }
            Some(c) => c.to_string(),
            None => return wrong("a class name is missing"),
        };
        let name = match name.strip_prefix('^') {
            Some(name) => {
                negative = !negative;
                name
            }
            None => &name,
        };
        if !CATEGORIES.contains(&name) && !SCRIPTS.contains(&name) {
            return Err(Refusal::Beyond);
        }
        Ok(format!("\\{}{{{name}}}", if negative { 'P' } else { 'p' }))
    }

    /// The character that an escape stands for, read after its backslash.
    fn escaped_character(&mut self) -> Result<char, Refusal> {
        let unknown = || wrong("an escape does not exist");
        let Some(c) = self.next() else { return wrong("a backslash stands at the end") };
        match c {
            'a' => Ok('\u{7}'),
            'f' => Ok('\u{c}'),
            'n' => Ok('\n'),
            'r' => Ok('\r'),
            't' => Ok('\t'),
            'v' => Ok('\u{b}'),
            '0'..='7' => {
                if c != '0' && !self.peek().is_some_and(|next| ('0'..='7').contains(&next)) {
                    return unknown();
                }
                let mut code = c as u32 - '0' as u32;
                for _ in 0..2 {
                    match self.peek() {
                        Some(digit @ '0'..='7') => {
                            code = code * 8 + digit as u32 - '0' as u32;
                            self.next();
                        }
                        _ => break,
                    }
                }
                char::from_u32(code).ok_or(Refusal::Beyond)
            }
            'x' => {
                let digits = match self.rest.strip_prefix('{') {
                    Some(braced) => {
                        let Some((digits, rest)) = braced.split_once('}') else { return unknown() };
                        self.rest = rest;
                        digits.to_owned()
                    }
                    None => {
                        let digits: String = self.rest.chars().take(2).collect();
                        if digits.chars().count() < 2 {
                            return unknown();
                        }
                        self.rest = &self.rest[digits.len()..];
                        digits
                    }
                };
                if digits.is_empty() || !digits.bytes().all(|byte| byte.is_ascii_hexdigit()) {
                    return unknown();
                }
                match u32::from_str_radix(&digits, 16) {
                    Ok(code) if code <= 0x10_ffff => char::from_u32(code).ok_or(Refusal::Beyond),
                    _ => unknown(),
                }
            }
            c if c.is_ascii() && !c.is_ascii_alphanumeric() => Ok(c),
            _ => unknown(),
        }
    }

    /// A class, after its opening bracket.
    fn class(&mut self) -> Result<(), Refusal> {
        let mut class = String::from(if self.eat("^") { "[^" } else { "[" });
        let mut first = true;
        loop {
            let Some(c) = self.peek() else { return wrong("a [ has no ]") };
            match c {
                ']' if !first => {
                    self.next();
                    class.push(']');
                    self.out.push_str(&class);
                    return Ok(());
                }
                '[' if self.rest.starts_with("[:") && self.rest.contains(":]") => self.ascii_class(&mut class)?,
                '\\' if self.rest[1..].starts_with(['d', 'D', 's', 'S', 'w', 'W']) => {
                    self.next();
                    class.push_str(self.perl_class().unwrap_or_default());
                }
                '\\' if self.rest[1..].starts_with(['p', 'P']) => {
                    self.next();
                    class.push_str(&self.unicode_class()?);
                }
                _ => {
                    let low = self.class_character()?;
                    let mut high = low;
                    if self.rest.starts_with('-') && !self.rest.starts_with("-]") && self.rest.len() > 1 {
                        self.next();
                        high = self.class_character()?;
                        if high < low {
                            return wrong("a class has a range that ends before it starts");
                        }
                    }
                    class.push_str(&format!("\\x{{{:x}}}-\\x{{{:x}}}", low as u32, high as u32));
                }
            }
            first = false;
        }
    }

    fn class_character(&mut self) -> Result<char, Refusal> {
        match self.next() {
            None => wrong("a [ has no ]"),
            Some('\\') => self.escaped_character(),
            Some(c) => Ok(c),
        }
    }

    /// `[:alpha:]` and `[:^alpha:]`.
    fn ascii_class(&mut self, class: &mut String) -> Result<(), Refusal> {
        let Some((name, rest)) = self.rest[2..].split_once(":]") else { return wrong("a class name has no end") };
        if !ASCII_CLASSES.contains(&name.strip_prefix('^').unwrap_or(name)) {
            return wrong("a class name does not exist");
        }
        class.push_str(&format!("[:{name}:]"));
        self.rest = rest;
        Ok(())
    }
}

enum Last {
    Nothing,
    Atom(u32),
    Repetition,
    Flags,
}
