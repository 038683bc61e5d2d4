//! Where do things end? The byte scanner under the outline and the expression tokens.
//!
//! It knows strings, template sequences, heredocs, comments and brackets, and nothing else. Its stack is its own, so
//! that depth costs memory and not the thread's stack, and it goes on after what is broken: what it could not match is
//! a `Trouble`, and the scan continues where a person would.

use memchr::{memchr, memchr3, memmem, memrchr};

use super::Comment;
use super::marks::{heredoc_end, heredoc_start, starts_block};
use super::trouble::Trouble;
use crate::source::{File, FileId, Span};

/// Why a run of the scanner ended; `at` is on the byte in question, or after it for `Closed`.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Halt {
    Newline,
    Closed,
    /// A `}` that closes something outside of the run.
    Closer,
    /// A line that starts a top-level block, where none can start.
    Block,
    End,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Kind {
    Brace,
    Bracket,
    Parenthesis,
    /// `${` or `%{`.
    Sequence,
    Quote,
    Heredoc,
}

#[derive(Clone, Copy, Debug)]
struct Frame {
    kind: Kind,
    start: usize,
    /// For a heredoc, where its marker ends.
    marker: usize,
}

pub struct Scanner<'a> {
    pub bytes: &'a [u8],
    pub at: usize,
    pub end: usize,
    pub comments: Vec<Comment>,
    pub troubles: Vec<Trouble>,
    /// The first line since it was last cleared that looks like the start of a top-level block inside something open.
    pub candidate: Option<usize>,
    /// Stop at such a line instead of hoping that the open thing is closed after it.
    pub suspicious: bool,
    /// Look for an opener whose closer stands left of its line: where a missing `}` probably belongs.
    pub measure: bool,
    pub misfit: Option<usize>,
    /// The most that was open at once.
    pub deepest: usize,
    file: FileId,
    /// All of the file: the line end after a heredoc's marker may stand behind the scanner's end.
    whole: &'a [u8],
    stack: Vec<Frame>,
    rewinds: u8,
}

pub const CONFLICT: &str = "merge conflict marker";
const COMMENT: &str = "this comment is never closed";
const REWINDS: u8 = 16;
/// How far down the stack a closer may look for its opener.
const REACH: usize = 256;

const fn marks(set: &[u8]) -> [bool; 256] {
    let mut table = [false; 256];
    let mut at = 0;
    while at < set.len() {
        table[set[at] as usize] = true;
        at += 1;
    }
    table
}

static CODE: [bool; 256] = marks(b"\0\n\"#/<{}[]()");

impl<'a> Scanner<'a> {
    pub fn new(file: &'a File, start: usize, end: usize) -> Self {
        let bytes = file.text.as_bytes();
        let end = end.min(bytes.len());
        Scanner {
            bytes: &bytes[..end],
            at: start.min(end),
            end,
            comments: Vec::new(),
            troubles: Vec::new(),
            candidate: None,
            suspicious: false,
            measure: false,
            misfit: None,
            deepest: 0,
            file: file.id,
            whole: file.text.as_bytes(),
            stack: Vec::new(),
            rewinds: 0,
        }
    }

    pub fn byte(&self) -> Option<u8> {
        self.bytes.get(self.at).copied()
    }

    pub fn looking_at(&self, text: &str) -> bool {
        self.bytes[self.at..].starts_with(text.as_bytes())
    }

    /// Goes over a value: to the line end, or to a `}` that belongs to something around it.
    pub fn value(&mut self) -> Halt {
        self.run(true)
    }

    /// Goes over the string, heredoc or bracket that starts here, to behind its end.
    pub fn group(&mut self) -> Halt {
        match self.byte() {
            Some(b'"') => self.push(Kind::Quote, 1),
            Some(b'{') => self.push(Kind::Brace, 1),
            Some(b'[') => self.push(Kind::Bracket, 1),
            Some(b'(') => self.push(Kind::Parenthesis, 1),
            Some(b'$' | b'%') => self.push(Kind::Sequence, 2),
            _ if self.open_heredoc() => {}
            _ => return Halt::Closed,
        }
        self.run(false)
    }

    fn push(&mut self, kind: Kind, length: usize) {
        self.stack.push(Frame { kind, start: self.at, marker: 0 });
        self.deepest = self.deepest.max(self.stack.len());
        self.at += length;
    }

    fn run(&mut self, value: bool) -> Halt {
        loop {
            match self.stack.last() {
                None if !value => return Halt::Closed,
                Some(Frame { kind: Kind::Quote, .. }) => self.quote(),
                Some(Frame { kind: Kind::Heredoc, .. }) => self.heredoc(),
                _ => {
                    if let Some(halt) = self.code(value) {
                        return halt;
                    }
                }
            }
            if self.at >= self.end && (value || !self.stack.is_empty()) {
                return self.unfinished();
            }
        }
    }

    /// One step through code; the stack holds no string or heredoc on top.
    fn code(&mut self, value: bool) -> Option<Halt> {
        let rest = &self.bytes[self.at..];
        self.at += rest.iter().position(|&byte| CODE[byte as usize]).unwrap_or(rest.len());
        match self.byte()? {
            b'\n' => {
                if value && self.stack.is_empty() {
                    return Some(Halt::Newline);
                }
                self.at += 1;
                return self.line();
            }
            b'"' => self.push(Kind::Quote, 1),
            b'{' => self.push(Kind::Brace, 1),
            b'[' => self.push(Kind::Bracket, 1),
            b'(' => self.push(Kind::Parenthesis, 1),
            b'<' => {
                if !self.open_heredoc() {
                    self.at += 1;
                }
            }
            b'#' | b'/' => {
                if !self.comment() {
                    self.at += 1;
                }
            }
            0 => {
                self.structural(self.at, self.at + 1, "a NUL byte", Some("remove it"));
                self.at += 1;
            }
            closer => {
                if self.close(closer) {
                    return Some(Halt::Closer);
                }
            }
        }
        None
    }

    /// At the start of a line inside something open.
    fn line(&mut self) -> Option<Halt> {
        match self.byte()? {
            b'<' | b'=' | b'>' => {
                self.conflict();
                None
            }
            b'a'..=b'z' if (self.suspicious || self.candidate.is_none()) && starts_block(self.bytes, self.at) => {
                if self.suspicious {
                    self.unfinished();
                    return Some(Halt::Block);
                }
                self.candidate = Some(self.at);
                None
            }
            _ => None,
        }
    }

    /// Goes over the comment that starts here, if one does.
    pub fn comment(&mut self) -> bool {
        let start = self.at;
        let rest = &self.bytes[start..];
        if rest.starts_with(b"#") || rest.starts_with(b"//") {
            let mut length = memchr(b'\n', rest).unwrap_or(rest.len());
            self.at = start + length;
            if rest[..length].ends_with(b"\r") {
                length -= 1;
            }
            self.keep_comment(start, start + length);
        } else if rest.starts_with(b"/*") {
            let Some(length) = memmem::find(&rest[2..], b"*/") else {
                self.structural(start, start + 2, COMMENT, Some("close it with `*/`"));
                self.at = self.end;
                return true;
            };
            self.at = start + length + 4;
            self.keep_comment(start, self.at);
        } else {
            return false;
        }
        true
    }

    fn keep_comment(&mut self, start: usize, end: usize) {
        let before = self.bytes[..start].iter().rev().find(|byte| !matches!(byte, b' ' | b'\t' | b'\r'));
        let own_line = matches!(before, None | Some(b'\n'));
        self.comments.push(Comment { span: Span::new(self.file, start, end), own_line });
    }

    fn open_heredoc(&mut self) -> bool {
        let Some((name, newline)) = heredoc_start(self.bytes, self.at) else { return false };
        self.stack.push(Frame { kind: Kind::Heredoc, start: self.at, marker: name.end });
        self.at = newline + 1;
        true
    }

    /// Through the text of a heredoc up to a sequence or to behind its end marker.
    fn heredoc(&mut self) {
        let Some(&Frame { start, marker, .. }) = self.stack.last() else { return };
        let name_start = start + if self.bytes[start + 2..].starts_with(b"-") { 3 } else { 2 };
        let name = &self.bytes[name_start..marker];
        while self.at < self.end {
            let line = self.at == 0 || self.bytes[self.at - 1] == b'\n';
            if let Some(end) = line.then(|| heredoc_end(self.whole, self.at, name)).flatten() {
                self.stack.pop();
                self.at = end.min(self.end);
                return;
            }
            let rest = &self.bytes[self.at..];
            let length = memchr3(b'\n', b'$', b'%', rest).unwrap_or(rest.len());
            if let Some(cr) = memchr(b'\r', &rest[..length]).filter(|&cr| rest.get(cr + 1) != Some(&b'\n')) {
                self.at += cr;
                self.carriage_return();
                continue;
            }
            self.at += length;
            match self.byte() {
                Some(b'\n') => self.at += 1,
                Some(_) if self.dollar() => return,
                _ => {}
            }
        }
    }

    /// Through the text of a quoted string up to a sequence or to behind its end.
    fn quote(&mut self) {
        static STOP: [bool; 256] = marks(b"\"\\\n\r$%");
        while self.at < self.end {
            let rest = &self.bytes[self.at..];
            self.at += rest.iter().position(|&byte| STOP[byte as usize]).unwrap_or(rest.len());
            match self.byte() {
                Some(b'"') => {
                    self.stack.pop();
                    self.at += 1;
                    return;
                }
                Some(b'\\') => {
                    self.at += 1;
                    if self.byte().is_some_and(|byte| byte != b'\n') {
                        self.at += 1;
                    }
                }
                Some(b'\r') if self.bytes.get(self.at + 1) != Some(&b'\n') => self.carriage_return(),
                Some(b'\r') => self.at += 1,
                Some(b'\n') => {
                    self.broken_quote();
                    return;
                }
                Some(_) if self.dollar() => return,
                _ => {}
            }
        }
    }

    fn carriage_return(&mut self) {
        let help = "remove it, or write `\\r` in a quoted string";
        self.structural(self.at, self.at + 1, "a carriage return in a string", Some(help));
        self.at += 1;
    }

    /// At `$` or `%` in template text: enters a sequence, or goes over what is none.
    fn dollar(&mut self) -> bool {
        let rest = &self.bytes[self.at..];
        if rest.get(1) == Some(&b'{') {
            self.push(Kind::Sequence, 2);
            return true;
        }
        let escaped = rest.get(1) == Some(&rest[0]) && rest.get(2) == Some(&b'{');
        self.at += if escaped { 3 } else { 1 };
        false
    }

    /// A line ends inside a quoted string. The string that a reader would fix is the outermost one of its line.
    fn broken_quote(&mut self) {
        let line = self.bytes[..self.at].iter().rposition(|&byte| byte == b'\n').map_or(0, |at| at + 1);
        let mut keep = self.stack.len() - 1;
        for (at, frame) in self.stack.iter().enumerate().rev() {
            if frame.start < line {
                break;
            }
            if frame.kind == Kind::Quote {
                keep = at;
            }
        }
        let start = self.stack[keep].start;
        self.stack.truncate(keep);
        let end = start + memchr(b'\n', &self.bytes[start..]).unwrap_or(0);
        if start < line && self.rewinds < REWINDS {
            // An interpolation ran on over the lines: what follows the string's own line was not meant to be in it.
            self.rewinds += 1;
            self.at = end;
            self.forget(end);
            self.candidate = self.candidate.filter(|&at| at < end);
        }
        let end = end - usize::from(self.bytes[..end].ends_with(b"\r"));
        self.structural(
            start,
            end.max(start + 1),
            "this string is not closed on its line",
            Some("close it with `\"`; text of several lines takes `\\n` or a heredoc"),
        );
    }

    /// Drops what was noted from an offset on, to scan it again.
    pub fn forget(&mut self, from: usize) {
        self.forget_comments(from);
        self.troubles.retain(|trouble| trouble.start < from);
    }

    pub fn forget_comments(&mut self, from: usize) {
        while self.comments.last().is_some_and(|comment| comment.span.start as usize >= from) {
            self.comments.pop();
        }
    }

    /// At a closing bracket; true when it closes something outside of the run.
    fn close(&mut self, closer: u8) -> bool {
        let fits = |kind: Kind| match closer {
            b'}' => matches!(kind, Kind::Brace | Kind::Sequence),
            b']' => kind == Kind::Bracket,
            _ => kind == Kind::Parenthesis,
        };
        let mut outside = true;
        for (depth, frame) in self.stack.iter().enumerate().rev().take(REACH) {
            if matches!(frame.kind, Kind::Quote | Kind::Heredoc) {
                outside = false;
                break;
            }
            if fits(frame.kind) {
                if self.measure && self.misfit.is_none() && self.indent(self.at) < self.indent(frame.start) {
                    self.misfit = Some(frame.start);
                }
                if let Some(&open) = self.stack.get(depth + 1) {
                    self.unclosed(open);
                }
                self.stack.truncate(depth);
                self.at += 1;
                return false;
            }
        }
        if outside && closer == b'}' && self.stack.len() < REACH {
            if let Some(&open) = self.stack.first() {
                self.unclosed(open);
                self.stack.clear();
            }
            return true;
        }
        self.structural(self.at, self.at + 1, format!("`{}` closes nothing", closer as char), None);
        self.at += 1;
        false
    }

    /// The blanks at the start of the line of an offset.
    fn indent(&self, at: usize) -> usize {
        let line = memrchr(b'\n', &self.bytes[..at]).map_or(0, |at| at + 1);
        self.bytes[line..at].iter().take_while(|byte| matches!(byte, b' ' | b'\t')).count()
    }

    /// The end is reached with things open: says which, and clears the stack.
    fn unfinished(&mut self) -> Halt {
        if self.troubles.last().is_some_and(|last| last.message == COMMENT) {
            self.stack.clear();
        }
        let text = self.stack.iter().find(|frame| matches!(frame.kind, Kind::Quote | Kind::Heredoc));
        if let Some(&open) = text.or(self.stack.last()) {
            self.unclosed(open);
        }
        self.stack.clear();
        Halt::End
    }

    fn unclosed(&mut self, open: Frame) {
        let Frame { kind, start, marker } = open;
        let (length, help) = match kind {
            Kind::Brace => (1, "close it with `}`"),
            Kind::Bracket => (1, "close it with `]`"),
            Kind::Parenthesis => (1, "close it with `)`"),
            Kind::Sequence => (2, "close it with `}`"),
            Kind::Quote => (1, "close it with `\"`"),
            Kind::Heredoc => (marker - start, "put its marker alone on a line after its text"),
        };
        let text = String::from_utf8_lossy(&self.bytes[start..start + length]);
        let message = match kind {
            Kind::Quote => "this string is never closed".to_owned(),
            Kind::Heredoc => format!("the heredoc `{text}` never ends"),
            _ => format!("`{text}` is never closed"),
        };
        self.structural(start, start + length, message, Some(help));
    }

    /// Reports a merge conflict if this line is a marker of one, and goes over the line.
    pub fn conflict(&mut self) -> bool {
        let rest = &self.bytes[self.at..];
        let length = memchr(b'\n', rest).unwrap_or(rest.len());
        let line = rest[..length].trim_ascii_end();
        let first = line.starts_with(b"<<<<<<< ");
        if !first && line != b"=======" && !line.starts_with(b">>>>>>> ") {
            return false;
        }
        if first || !self.troubles.iter().any(|trouble| trouble.message == CONFLICT) {
            let end = self.at + line.len();
            self.structural(self.at, end, CONFLICT, Some("resolve the conflict and remove its markers"));
        }
        self.at += length;
        true
    }

    fn structural(&mut self, start: usize, end: usize, message: impl Into<String>, help: Option<&'static str>) {
        self.troubles.push(Trouble { start, end, message: message.into(), help, structural: true, first: None });
    }
}
