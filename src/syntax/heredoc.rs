//! What text does a heredoc hold? Its extent, and the indentation that `<<-` takes away.
//!
//! Terraform decides both line by line on the text as it is written, before any template in it means anything: a line
//! that starts with a sequence has no indentation, a line of blanks has none to count, and line ends stay as they are.

use std::ops::Range;

use unicode_normalization::char::is_combining_mark;

use super::marks::heredoc_start;

/// A heredoc by its parts.
pub struct Heredoc {
    /// From the line after `<<NAME` to the start of the line of the end marker.
    pub text: Range<usize>,
    /// It is written with `<<-`.
    pub indented: bool,
}

/// Takes apart the heredoc that fills `span`, as the scanner has found it.
pub fn parts(bytes: &[u8], span: Range<usize>) -> Option<Heredoc> {
    let (_, newline) = heredoc_start(bytes, span.start)?;
    let last = memchr::memrchr(b'\n', bytes.get(newline..span.end)?)?;
    Some(Heredoc { text: newline + 1..newline + last + 1, indented: bytes.get(span.start + 2) == Some(&b'-') })
}

/// Takes the smallest indentation of all lines from every line. `None` stands for a sequence.
pub fn dedent<'a>(literals: impl Iterator<Item = Option<&'a mut String>>) {
    let mut smallest = usize::MAX;
    let mut starts = Vec::new();
    let mut line = true;
    for literal in literals {
        let Some(literal) = literal else {
            if std::mem::take(&mut line) {
                smallest = 0;
            }
            continue;
        };
        let ends = literal.ends_with('\n');
        let text = literal.trim_start_matches(is_space);
        if std::mem::replace(&mut line, ends) && !(text.is_empty() && ends) {
            let blanks = literal.len() - text.len();
            smallest = smallest.min(columns(&literal[..blanks]).count());
            starts.push(literal);
        }
    }
    for literal in starts {
        let cut: usize = columns(literal).take(smallest).sum();
        literal.replace_range(..cut, "");
    }
}

/// The lengths of what counts as one character: CR LF is one, and so is a letter with its marks.
fn columns(text: &str) -> impl Iterator<Item = usize> + '_ {
    let mut rest = text;
    std::iter::from_fn(move || {
        let first = rest.chars().next()?;
        let mut length = first.len_utf8();
        if rest.starts_with("\r\n") {
            length = 2;
        } else if !first.is_control() {
            length += rest[length..].chars().take_while(|&c| is_combining_mark(c)).map(char::len_utf8).sum::<usize>();
        }
        rest = &rest[length..];
        Some(length)
    })
}

/// White space as Go has it.
pub fn is_space(c: char) -> bool {
    c.is_whitespace()
}
