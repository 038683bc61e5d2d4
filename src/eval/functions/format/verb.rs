//! What does a format say, and how is one value printed under one of its verbs?

use unicode_segmentation::UnicodeSegmentation;

use crate::eval::functions::strings::excerpt;
use crate::eval::number::Number;

/// Where Go itself stops to believe in a width or precision.
const WIDEST: usize = 1_000_000;

pub(super) enum Part<'a> {
    Text(&'a str),
    Verb(Verb<'a>),
}

/// `%-08.3[2]f`: flags, width, precision, which argument, and the letter.
pub(super) struct Verb<'a> {
    pub raw: &'a str,
    pub letter: char,
    /// From one on.
    pub argument: usize,
    pub sharp: bool,
    zero: bool,
    minus: bool,
    plus: bool,
    blank: bool,
    width: Option<usize>,
    precision: Option<usize>,
}

/// The parts of a format in order; the first error ends them.
pub(super) struct Parts<'a> {
    rest: &'a str,
    next_argument: usize,
}

impl<'a> Parts<'a> {
    pub fn new(format: &'a str) -> Self {
        Parts { rest: format, next_argument: 1 }
    }

    fn verb(&mut self) -> Result<Verb<'a>, String> {
        let whole = self.rest;
        let mut verb = Verb {
            raw: whole,
            letter: ' ',
            argument: self.next_argument,
            sharp: false,
            zero: false,
            minus: false,
            plus: false,
            blank: false,
            width: None,
            precision: None,
        };
        let mut rest = &whole[1..];
        loop {
            match rest.bytes().next() {
                Some(b'0') => verb.zero = true,
                Some(b'#') => verb.sharp = true,
                Some(b'-') => verb.minus = true,
                Some(b'+') => verb.plus = true,
                Some(b' ') => verb.blank = true,
                _ => break,
            }
            rest = &rest[1..];
        }
        (verb.width, rest) = number(rest);
        if let Some(after) = rest.strip_prefix('.') {
            let (precision, after) = number(after);
            verb.precision = Some(precision.unwrap_or(0));
            rest = after;
        }
        if let Some(after) = rest.strip_prefix('[') {
            let (argument, after) = number(after);
            let after = after.strip_prefix(']').filter(|_| !rest.starts_with("[0"));
            match (argument, after) {
                (Some(argument), Some(after)) => {
                    verb.argument = argument;
                    rest = after;
                }
                _ => return Err(format!("{} does not name an argument", excerpt(whole))),
            }
        }
        match rest.chars().next() {
            Some(letter) if letter.is_ascii_alphabetic() => verb.letter = letter,
            Some(other) => return Err(format!("`{other}` is not a verb")),
            None => return Err(format!("{} has no verb", excerpt(whole))),
        }
        rest = &rest[1..];
        verb.raw = &whole[..whole.len() - rest.len()];
        self.rest = rest;
        self.next_argument = verb.argument + 1;
        Ok(verb)
    }
}

impl<'a> Iterator for Parts<'a> {
    type Item = Result<Part<'a>, String>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.rest.is_empty() {
            return None;
        }
        if self.rest.starts_with("%%") {
            let percent = &self.rest[..1];
            self.rest = &self.rest[2..];
            return Some(Ok(Part::Text(percent)));
        }
        if self.rest.starts_with('%') {
            let verb = self.verb();
            if verb.is_err() {
                self.rest = "";
            }
            return Some(verb.map(Part::Verb));
        }
        let (text, rest) = self.rest.split_at(self.rest.find('%').unwrap_or(self.rest.len()));
        self.rest = rest;
        Some(Ok(Part::Text(text)))
    }
}

/// Digits as a number, at most some millions.
fn number(text: &str) -> (Option<usize>, &str) {
    let end = text.bytes().take_while(u8::is_ascii_digit).count();
    let (digits, rest) = text.split_at(end);
    if digits.is_empty() {
        return (None, rest);
    }
    let value = digits.bytes().fold(0, |value, digit| (value * 10 + usize::from(digit - b'0')).min(WIDEST * 10));
    (Some(value), rest)
}

impl Verb<'_> {
    /// Neither width nor precision: what is printed is the text of the argument.
    pub fn is_bare(&self) -> bool {
        let letter = self.letter == 's' || (self.letter == 'v' && !self.sharp);
        letter && self.width.is_none() && self.precision.is_none()
    }

    pub fn check(&self) -> Result<(), String> {
        if !"vtbdoxXeEfgGsq".contains(self.letter) {
            return Err(format!("{} is not a verb", excerpt(self.raw)));
        }
        if self.width.is_some_and(|width| width > WIDEST) || self.precision.is_some_and(|digits| digits > WIDEST) {
            return Err(format!("{} is wider than {WIDEST}", excerpt(self.raw)));
        }
        Ok(())
    }

    /// As many characters as the precision allows; a precision of zero allows all.
    pub fn cut<'t>(&self, text: &'t str) -> &'t str {
        match self.precision {
            Some(most) if most > 0 => match text.grapheme_indices(true).nth(most) {
                Some((at, _)) => &text[..at],
                None => text,
            },
            _ => text,
        }
    }

    pub fn padded(&self, text: &str) -> String {
        let missing = self.width.unwrap_or(0).saturating_sub(text.graphemes(true).count());
        let pad = if self.zero { "0" } else { " " }.repeat(missing);
        if self.minus { format!("{text}{pad}") } else { format!("{pad}{text}") }
    }

    /// A number; nothing when the verb needs a whole one and it is not.
    pub fn number(&self, number: &Number) -> Option<String> {
        match self.letter {
            'b' | 'd' | 'o' | 'x' | 'X' => self.integer(number),
            _ => Some(self.fraction(number)),
        }
    }

    fn sign(&self, negative: bool) -> &'static str {
        match (negative, self.plus, self.blank) {
            (true, ..) => "-",
            (false, true, _) => "+",
            (false, false, true) => " ",
            _ => "",
        }
    }

    fn integer(&self, number: &Number) -> Option<String> {
        let (base, prefix) = match self.letter {
            'b' => (2, "0b"),
            'o' => (8, "0"),
            'x' => (16, "0x"),
            'X' => (16, "0X"),
            _ => (10, ""),
        };
        let printed = number.to_radix(base)?;
        let mut digits = printed.trim_start_matches('-').to_owned();
        if self.letter == 'X' {
            digits.make_ascii_uppercase();
        }
        let is_zero = digits == "0";
        let prefix = if self.sharp { prefix } else { "" };
        let sign = self.sign(printed.starts_with('-') && !is_zero);
        if is_zero && self.precision == Some(0) {
            return Some(String::new());
        }
        let mut zeros = self.precision.unwrap_or(0).saturating_sub(digits.len());
        let length = sign.len() + prefix.len() + zeros + digits.len();
        let missing = self.width.unwrap_or(0).saturating_sub(length);
        let (mut left, mut right) = (0, 0);
        if self.minus {
            right = missing;
        } else if self.zero && self.precision.is_none() {
            zeros = missing;
        } else {
            left = missing;
        }
        let (left, zeros, right) = (" ".repeat(left), "0".repeat(zeros), " ".repeat(right));
        Some(format!("{left}{sign}{prefix}{zeros}{digits}{right}"))
    }

    fn fraction(&self, number: &Number) -> String {
        let digits = match self.letter {
            'e' | 'E' => number.scientific(Some(self.precision.unwrap_or(6))),
            'f' => number.fixed(Some(self.precision.unwrap_or(6))),
            _ => number.general(self.precision),
        };
        let sign = self.sign(digits.starts_with('-'));
        let mut digits = digits.trim_start_matches('-').to_owned();
        if self.letter.is_ascii_uppercase() {
            digits.make_ascii_uppercase();
        }
        let missing = self.width.unwrap_or(0).saturating_sub(sign.len() + digits.len());
        // Unlike with whole numbers, a zero is stronger than a minus.
        if self.zero {
            format!("{sign}{}{digits}", "0".repeat(missing))
        } else if self.minus {
            format!("{sign}{digits}{}", " ".repeat(missing))
        } else {
            format!("{}{sign}{digits}", " ".repeat(missing))
        }
    }
}
