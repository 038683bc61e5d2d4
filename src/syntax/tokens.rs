//! Which words, numbers and signs is an expression made of?
//!
//! Strings, heredocs and comments are found by the scanner; a token of a string is the whole string. Line ends are kept
//! only where they mean something: between the entries of an object. What the reference parser rejects and `hcl-edit`
//! lets pass is rejected here, before the grammar sees it.

use super::marks::{heredoc_start, starts_word, word_end};
use super::scan::Scanner;
use super::trouble::Trouble;
use crate::source::File;

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Kind {
    Word,
    Number,
    Quoted,
    Heredoc,
    Newline,
    Open,
    Close,
    Sign,
}

#[derive(Clone, Copy, Debug)]
pub struct Token {
    pub kind: Kind,
    pub start: usize,
    pub end: usize,
    /// For brackets, the index of the other one.
    pub mate: usize,
}

/// How deep brackets may stand in each other, which bounds the stack of everything that walks an expression.
pub const DEEPEST: usize = 64;

/// More than this much open in a string is certainly too deep, and known before every level of it is read.
const MOST_OPEN: usize = 4 * DEEPEST;

/// The tokens of `start..end`, whose brackets all have mates. `lines`: line ends count outside of brackets too.
pub fn tokens(file: &File, start: usize, end: usize) -> Result<Vec<Token>, Trouble> {
    let text = &*file.text;
    let bytes = text.as_bytes();
    let mut scanner = Scanner::new(file, start, end);
    let mut tokens: Vec<Token> = Vec::new();
    let mut open: Vec<Bracket> = Vec::new();
    while let Some(byte) = scanner.byte() {
        let start = scanner.at;
        let mut mate = 0;
        let kind = match byte {
            b' ' | b'\t' => {
                scanner.at += 1;
                continue;
            }
            b'\r' if bytes.get(start + 1) == Some(&b'\n') => {
                scanner.at += 1;
                continue;
            }
            b'#' | b'/' if scanner.comment() => {
                if let Some(trouble) = scanner.troubles.pop() {
                    return Err(trouble);
                }
                continue;
            }
            b'\n' => {
                scanner.at += 1;
                if !open.last().is_some_and(|bracket| bracket.lines) {
                    continue;
                }
                Kind::Newline
            }
            b'"' | b'<' if byte == b'"' || heredoc_start(bytes, start).is_some() => {
                scanner.group();
                if let Some(trouble) = scanner.troubles.drain(..).next() {
                    return Err(trouble);
                }
                if scanner.deepest > MOST_OPEN {
                    return Err(too_deep(start));
                }
                if byte == b'"' { Kind::Quoted } else { Kind::Heredoc }
            }
            b'{' | b'[' | b'(' => {
                scanner.at += 1;
                open.push(Bracket { at: tokens.len(), lines: byte == b'{' });
                if open.len() > DEEPEST {
                    return Err(too_deep(start));
                }
                Kind::Open
            }
            b'}' | b']' | b')' => {
                scanner.at += 1;
                let opener = match byte {
                    b'}' => b'{',
                    b']' => b'[',
                    _ => b'(',
                };
                match open.pop() {
                    Some(Bracket { at, .. }) if bytes[tokens[at].start] == opener => {
                        mate = at;
                        tokens[at].mate = tokens.len();
                    }
                    Some(Bracket { at, .. }) => return Err(unclosed(text, tokens[at])),
                    None => {
                        let message = format!("`{}` closes nothing", byte as char);
                        return Err(Trouble { structural: true, ..Trouble::new(start, start + 1, message) });
                    }
                }
                Kind::Close
            }
            b'0'..=b'9' => {
                scanner.at = number_end(scanner.bytes, start);
                Kind::Number
            }
            byte if starts_word(byte) => {
                scanner.at = word_end(scanner.bytes, start);
                let word = &text[start..scanner.at];
                if !word.is_ascii() && hcl_edit::Ident::try_new(word).is_err() {
                    return Err(unexpected_character(text, start));
                }
                Kind::Word
            }
            _ => {
                scanner.at += sign(&scanner.bytes[start..]).ok_or_else(|| unexpected_character(text, start))?;
                Kind::Sign
            }
        };
        let token = Token { kind, start, end: scanner.at, mate };
        if kind == Kind::Word && &text[start..token.end] == "for" {
            // The line ends of a `for` mean nothing, those of an object do; which it is shows here.
            let first =
                |bracket: &&mut Bracket| tokens[bracket.at + 1..].iter().all(|token| token.kind == Kind::Newline);
            if let Some(bracket) = open.last_mut().filter(first) {
                bracket.lines = false;
                tokens.truncate(bracket.at + 1);
            }
        }
        tokens.push(token);
    }
    if let Some(bracket) = open.pop() {
        return Err(unclosed(text, tokens[bracket.at]));
    }
    check(text, &tokens)?;
    Ok(tokens)
}

struct Bracket {
    at: usize,
    lines: bool,
}

/// What is wrong between neighbours.
fn check(text: &str, tokens: &[Token]) -> Result<(), Trouble> {
    let word = |at: usize| tokens.get(at).map_or("", |token| &text[token.start..token.end]);
    // Inside `a.*.b`, where no second `*` may come.
    let mut splat = false;
    let mut before: Option<&Token> = None;
    for (at, token) in tokens.iter().enumerate() {
        let previous = if at == 0 { "" } else { word(at - 1) };
        let ends = before.is_some_and(|before| match before.kind {
            Kind::Word => !matches!(previous, "for" | "in" | "if"),
            kind => matches!(kind, Kind::Number | Kind::Quoted | Kind::Heredoc | Kind::Close),
        });
        let starts = match token.kind {
            Kind::Word => !matches!(word(at), "in" | "if"),
            kind => matches!(kind, Kind::Number | Kind::Quoted | Kind::Heredoc),
        };
        if ends && starts {
            return Err(unexpected(text, *token).help("a comma, an operator or a line end is missing before it"));
        }
        match token.kind {
            Kind::Number => number(word(at), previous == ".", token)?,
            Kind::Open if !ends && word(at + 1) == "for" => {
                let names = if word(at + 3) == "," { 3 } else { 1 };
                let named = (0..names).step_by(2).all(|n| tokens.get(at + 2 + n).is_some_and(|t| t.kind == Kind::Word));
                if !named || word(at + 2 + names) != "in" {
                    let start = &tokens[at + 1];
                    return Err(Trouble::new(start.start, start.end, "a `for` needs names, `in` and a collection")
                        .help("write `for value in collection : result`"));
                }
            }
            _ => {}
        }
        if previous == "." && !(matches!(token.kind, Kind::Word | Kind::Number) || word(at) == "*") {
            return Err(Trouble::new(token.start, token.end, "a name is missing after `.`"));
        }
        if previous == "." && word(at) == "*" {
            if splat {
                return Err(
                    Trouble::new(token.start, token.end, "a second `.*` after a `.*`").help("write `[*]` instead")
                );
            }
            splat = true;
        } else if !(word(at) == "." || previous == ".") {
            splat = false;
        }
        before = Some(token);
    }
    Ok(())
}

fn number(text: &str, index: bool, token: &Token) -> Result<(), Trouble> {
    let (digits, exponent) = text.split_once(['e', 'E']).unwrap_or((text, "0"));
    let (whole, fraction) = digits.split_once('.').unwrap_or((digits, "0"));
    let exponent = exponent.strip_prefix(['+', '-']).unwrap_or(exponent);
    let number = [whole, fraction, exponent]
        .iter()
        .all(|part| part.bytes().all(|byte| byte.is_ascii_digit()) && !part.is_empty());
    let trouble = |message: String, help| Err(Trouble::new(token.start, token.end, message).help(help));
    if index && digits.contains('.') {
        return trouble(format!("`.{text}` is no index"), "write every index in brackets: `[0][1]`");
    }
    if !number {
        return trouble(format!("`{text}` is no number"), "put addresses and versions in quotes");
    }
    Ok(())
}

/// The end of a number as the reference parser cuts it: with everything that has the letters of one.
fn number_end(bytes: &[u8], start: usize) -> usize {
    let mut at = start;
    let mut end = start;
    loop {
        let sign = usize::from(matches!(bytes.get(at + 1), Some(b'+' | b'-')));
        match bytes.get(at) {
            Some(b'0'..=b'9') => at += 1,
            Some(b'.') => {
                at += 1;
                continue;
            }
            Some(b'e' | b'E') if bytes.get(at + 1 + sign).is_some_and(u8::is_ascii_digit) => at += 2 + sign,
            _ => return end,
        }
        end = at;
    }
}

fn sign(rest: &[u8]) -> Option<usize> {
    const PAIRS: [&[u8]; 8] = [b"==", b"!=", b"<=", b">=", b"&&", b"||", b"=>", b"::"];
    if rest.starts_with(b"...") {
        return Some(3);
    }
    if PAIRS.iter().any(|pair| rest.starts_with(pair)) {
        return Some(2);
    }
    b".,*/%+-=<>!?:".contains(&rest[0]).then_some(1)
}

/// A token where none of its kind can stand.
pub fn unexpected(text: &str, token: Token) -> Trouble {
    let found = match token.kind {
        Kind::Newline => return Trouble::new(token.start, token.end, "the line ends too early"),
        Kind::Quoted => "string".to_owned(),
        Kind::Heredoc => "heredoc".to_owned(),
        _ => format!("`{}`", &text[token.start..token.end]),
    };
    let trouble = Trouble::new(token.start, token.end, format!("unexpected {found}"));
    if found == "`,`" { trouble.help("arguments are separated by line ends, not by commas") } else { trouble }
}

fn unexpected_character(text: &str, at: usize) -> Trouble {
    let found = text[at..].chars().next().unwrap_or('?');
    let trouble = Trouble::new(at, at + found.len_utf8(), format!("unexpected `{}`", visible(found)));
    match found {
        '\'' | '`' | '\u{2018}' | '\u{2019}' | '\u{201c}' | '\u{201d}' => {
            trouble.help("strings stand in double quotes: `\"text\"`")
        }
        '&' => trouble.help("write `&&`"),
        '|' => trouble.help("write `||`"),
        // A byte of this kind is an error of the file.
        '\0' => Trouble { structural: true, ..trouble },
        ';' => trouble.help("write every argument on a line of its own"),
        _ => trouble,
    }
}

fn visible(c: char) -> String {
    if c.is_control() { c.escape_default().to_string() } else { c.to_string() }
}

fn unclosed(text: &str, token: Token) -> Trouble {
    let message = format!("`{}` is never closed", &text[token.start..token.end]);
    Trouble { structural: true, ..Trouble::new(token.start, token.end, message) }
}

pub fn too_deep(at: usize) -> Trouble {
    Trouble::new(at, at + 1, format!("nested more than {DEEPEST} levels deep")).help("move the inner parts to locals")
}
