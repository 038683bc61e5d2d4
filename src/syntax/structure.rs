//! One item of a body: `name = value`, or a block's header with the extent of what it holds.
//!
//! The same grammar holds at the top level of a file and inside every block, so the outline and the lowering of bodies
//! read it here.

use std::ops::Range;

use super::marks::{starts_word, word_end};
use super::scan::{Halt, Scanner};
use super::trouble::Trouble;
use crate::source::File;

pub enum Piece {
    Attribute {
        name: Range<usize>,
        /// All bytes up to the line end, comments included.
        value: Range<usize>,
        closed: bool,
    },
    Block {
        kind: Range<usize>,
        labels: Vec<Range<usize>>,
        /// Offset of the `{`.
        open: usize,
        /// Behind the `}`, or where the scanner gave up.
        end: usize,
        closed: bool,
    },
    /// Neither: the trouble is noted, and the scanner stands somewhere on the line.
    Broken,
}

/// The next item from the scanner's position on; none at its end.
pub fn piece(scanner: &mut Scanner<'_>) -> Option<Piece> {
    blanks(scanner, true);
    let first = scanner.byte()?;
    let start = scanner.at;
    if !starts_word(first) {
        stray(scanner, first);
        return Some(Piece::Broken);
    }
    let kind = start..word_end(scanner.bytes, start);
    scanner.at = kind.end;
    blanks(scanner, false);
    match scanner.byte() {
        Some(b'=') if !scanner.looking_at("==") => {
            scanner.at += 1;
            blanks(scanner, false);
            let from = scanner.at;
            scanner.candidate = None;
            let known = scanner.troubles.len();
            let mut halt = scanner.value();
            while halt == Halt::Closer {
                let at = scanner.at;
                scanner.troubles.push(closes_nothing(at));
                scanner.at += 1;
                halt = scanner.value();
            }
            let closed = halt == Halt::Newline || scanner.troubles.len() == known;
            Some(Piece::Attribute { name: kind, value: from..scanner.at, closed })
        }
        Some(b'"' | b'{') => block(scanner, kind),
        Some(byte) if starts_word(byte) => block(scanner, kind),
        other => {
            let help = match other {
                Some(b':') => "arguments are written `name = value`",
                _ => "an argument is written `name = value`, a block `name {`",
            };
            let text = String::from_utf8_lossy(&scanner.bytes[kind.clone()]);
            let message = format!("`{text}` is neither an argument nor a block");
            scanner.troubles.push(Trouble::new(kind.start, kind.end, message).help(help));
            Some(Piece::Broken)
        }
    }
}

fn block(scanner: &mut Scanner<'_>, kind: Range<usize>) -> Option<Piece> {
    let mut labels = Vec::new();
    loop {
        blanks(scanner, false);
        let at = scanner.at;
        match scanner.byte() {
            Some(b'{') => break,
            Some(b'"') => {
                let troubles = scanner.troubles.len();
                scanner.group();
                if scanner.troubles.len() > troubles {
                    return Some(Piece::Broken);
                }
                labels.push(at..scanner.at);
            }
            Some(byte) if starts_word(byte) => {
                scanner.at = word_end(scanner.bytes, at);
                labels.push(at..scanner.at);
            }
            other => {
                let header = kind.start..labels.last().map_or(kind.end, |label| label.end);
                if matches!(other, Some(b'\n')) {
                    blanks(scanner, true);
                    if scanner.byte() == Some(b'{') {
                        let message = "the `{` of a block must stand on the line of its header";
                        scanner.troubles.push(Trouble::new(header.start, header.end, message));
                        break;
                    }
                    scanner.forget_comments(at);
                    scanner.at = at;
                }
                let help = "an argument is written `name = value`, a block `name \"label\" {`";
                let trouble = match other {
                    None | Some(b'\n') => {
                        Trouble::new(header.start, header.end, "this is neither an argument nor a block")
                    }
                    Some(b'=') => Trouble::new(at, at + 1, "`=` in the header of a block"),
                    Some(_) => Trouble::new(
                        at,
                        at + 1,
                        format!("unexpected `{}` in the header of a block", character(scanner, at)),
                    ),
                };
                scanner.troubles.push(trouble.help(help));
                return Some(Piece::Broken);
            }
        }
    }
    let open = scanner.at;
    scanner.candidate = None;
    let closed = scanner.group() == Halt::Closed;
    let end = scanner.at;
    if closed {
        blanks(scanner, false);
        match scanner.byte() {
            None | Some(b'\n' | b'#' | b'}') => {}
            Some(_) if scanner.looking_at("//") => {}
            Some(_) => {
                let at = scanner.at;
                let message = format!("unexpected `{}` after the `}}` of a block", character(scanner, at));
                scanner.troubles.push(Trouble::new(at, at + 1, message).help("start a new line after a block"));
            }
        }
    }
    Some(Piece::Block { kind, labels, open, end, closed })
}

/// Something that cannot start an item.
fn stray(scanner: &mut Scanner<'_>, first: u8) {
    let at = scanner.at;
    if matches!(first, b'<' | b'=' | b'>') && line_start(scanner) && scanner.conflict() {
        return;
    }
    let trouble = match first {
        b'"' => {
            let known = scanner.troubles.len();
            scanner.group();
            if scanner.troubles.len() > known {
                return;
            }
            Trouble::new(at, scanner.at, "the name of an argument or block is quoted")
                .help("write it without quotes; a map needs `=` before its `{`")
        }
        b'}' => {
            scanner.at += 1;
            closes_nothing(at)
        }
        _ => {
            let found = character(scanner, at);
            if matches!(first, b')' | b']') {
                scanner.at += 1;
            }
            Trouble::new(at, at + found.len_utf8(), format!("unexpected `{found}`"))
                .help("an argument is written `name = value`, a block `name {`")
        }
    };
    scanner.troubles.push(trouble);
}

fn closes_nothing(at: usize) -> Trouble {
    Trouble { structural: true, ..Trouble::new(at, at + 1, "`}` closes nothing") }
}

fn line_start(scanner: &Scanner<'_>) -> bool {
    scanner.at == 0 || scanner.bytes[scanner.at - 1] == b'\n'
}

fn character(scanner: &Scanner<'_>, at: usize) -> char {
    let rest = &scanner.bytes[at..];
    let few = &rest[..rest.len().min(4)];
    few.utf8_chunks().next().and_then(|chunk| chunk.valid().chars().next()).unwrap_or('?')
}

/// Whether nothing but blanks and comments stands before the first line end of a range that has one.
pub fn line_ends(file: &File, range: Range<usize>) -> bool {
    let mut scanner = Scanner::new(file, range.start, range.end);
    blanks(&mut scanner, false);
    matches!(scanner.byte(), Some(b'\n' | b'#')) || scanner.looking_at("//")
}

/// Goes over blanks and comments; over line ends and comments that run to one only if `lines`.
fn blanks(scanner: &mut Scanner<'_>, lines: bool) {
    loop {
        match scanner.byte() {
            Some(b' ' | b'\t') => scanner.at += 1,
            Some(b'\r') if scanner.looking_at("\r\n") => scanner.at += 1,
            Some(b'\n') if lines => scanner.at += 1,
            Some(b'#') if lines => {
                scanner.comment();
            }
            Some(b'/') if (lines || scanner.looking_at("/*")) && scanner.comment() => {}
            _ => return,
        }
    }
}
