//! What stands at the top level of a file, and is the file whole?
//!
//! Blocks are found by their headers and skipped to their closing brace without a look at what they hold. An error costs
//! one block: the outline goes on at the next line that can only be the start of another one. `structure` reads one
//! item, of a file or of the body of a block.

use std::sync::{Arc, OnceLock};

use memchr::memchr;

use super::lower;
use super::scan::{Halt, Scanner, Trouble, header_end, starts_block, word_end};
use super::structure::{self, Piece};
use super::{Comment, Content, Item, Outline, Stub};
use crate::source::{File, Span};

/// Scans to the end of the file without result are quadratic if every block asks for one.
const LOST_SCANS: usize = 16;
/// What a reader can use of one file.
const MOST_ERRORS: usize = 100;

pub fn outline(file: &Arc<File>) -> Outline {
    let mut outline =
        Outline { file: file.clone(), items: Vec::new(), comments: Vec::new(), errors: Vec::new(), incomplete: false };
    if let Some(trouble) = not_text(file) {
        outline.errors.push(trouble.finding(file));
        outline.incomplete = true;
        return outline;
    }
    let mut scanner = Scanner::new(file, 0, file.text.len());
    let values = file.path.extension().is_some_and(|extension| extension == "tfvars");
    let mut lost = 0;
    let mut seen = lower::Seen::default();
    while let Some(piece) = structure::piece(&mut scanner) {
        match piece {
            Piece::Attribute { name, value, closed: false } => {
                // What the error swallowed is looked at again.
                lost += 1;
                scanner.forget(memchr(b'\n', &scanner.bytes[value.start..]).map_or(value.end, |at| value.start + at));
                if scanner.troubles.iter().all(|trouble| trouble.start < name.start) {
                    let message = format!("the value of `{}` never ends", &file.text[name.clone()]);
                    scanner.troubles.push(Trouble::new(name.start, name.end, message).help("close its brackets"));
                }
                scanner.at = value.start;
                seek(&mut scanner, values);
            }
            Piece::Attribute { name, value, .. } => {
                let name = lower::word(file, name);
                scanner.troubles.extend(seen.again(&name));
                match lower::value(file, value) {
                    Ok(value) => outline.items.push(Item::Attribute(lower::attribute(name, value))),
                    Err(trouble) if trouble.structural => outline.incomplete = true,
                    Err(trouble) => scanner.troubles.push(trouble),
                }
            }
            Piece::Block { kind, labels, open, end, closed } => {
                let mut end = end;
                if !closed {
                    end = resume(&mut scanner, file, kind.start, open, &mut lost);
                }
                let labels = labels.into_iter().map(|label| lower::label(file, label, &mut scanner.troubles)).collect();
                let inner = Span::new(file.id, open + 1, if closed { end - 1 } else { end });
                outline.items.push(Item::Block(stub(file, kind, labels, inner, end)));
            }
            Piece::Broken => skip(&mut scanner, values),
        }
        if scanner.troubles.len() > MOST_ERRORS || lost > LOST_SCANS {
            outline.incomplete = true;
            break;
        }
    }
    let Scanner { comments, mut troubles, .. } = scanner;
    bad_bytes(file, &comments, &mut troubles);
    troubles.sort_by_key(|trouble| trouble.start);
    troubles.truncate(MOST_ERRORS);
    outline.incomplete |= !troubles.is_empty();
    outline.errors = troubles.iter().map(|trouble| trouble.finding(file)).collect();
    outline.comments = comments;
    outline
}

fn stub(file: &Arc<File>, kind: std::ops::Range<usize>, labels: Vec<super::Name>, inner: Span, end: usize) -> Stub {
    let kind = lower::word(file, kind);
    let header = labels.last().map_or(kind.span, |label| kind.span.to(label.span));
    let span = Span::new(file.id, kind.span.start as usize, end);
    let content = Content::Hcl { file: file.clone(), inner };
    Stub { kind, labels, header, span, content, body: OnceLock::new() }
}

/// A block is not closed: finds where the next one starts, puts the scanner there, and the blame where it belongs.
fn resume(scanner: &mut Scanner<'_>, file: &File, start: usize, open: usize, lost: &mut usize) -> usize {
    if !scanner.suspicious {
        *lost += 1;
    }
    let next = match scanner.candidate.take() {
        Some(candidate) => candidate,
        None if scanner.at < scanner.end => scanner.at,
        None => lines(scanner.bytes, open).find(|&line| starts_block(scanner.bytes, line)).unwrap_or(scanner.end),
    };
    let blame = scanner.troubles.pop();
    scanner.forget(next);
    scanner.at = next;
    scanner.suspicious = true;
    if let Some(mut trouble) = blame {
        if trouble.message.starts_with("`{`") {
            let mut again = Scanner::new(file, open, next);
            again.measure = true;
            again.group();
            trouble.start = again.misfit.unwrap_or(trouble.start.min(open));
            trouble.end = trouble.start + 1;
            if trouble.start == open {
                trouble = Trouble { start, message: "this block is never closed".to_owned(), ..trouble };
                trouble.end = open + 1;
            }
        }
        scanner.troubles.push(trouble);
    }
    next
}

/// The starts of the lines after an offset.
fn lines(bytes: &[u8], from: usize) -> impl Iterator<Item = usize> + '_ {
    memchr::memchr_iter(b'\n', &bytes[from..]).map(move |at| from + at + 1)
}

/// Goes on after something that is no item: behind what is open there, at the next line that looks like an item.
fn skip(scanner: &mut Scanner<'_>, values: bool) {
    let from = scanner.at;
    let known = scanner.troubles.len();
    loop {
        match scanner.value() {
            Halt::Newline => scanner.at += 1,
            Halt::Closer => {
                scanner.at += 1;
                continue;
            }
            Halt::Block => return,
            Halt::Closed | Halt::End if scanner.troubles.len() == known => return,
            Halt::Closed | Halt::End => {
                // Something in the skipped text is never closed, which the first error has already said.
                scanner.troubles.truncate(known);
                scanner.forget_comments(from);
                scanner.at = from;
                return seek(scanner, values);
            }
        }
        if scanner.at >= scanner.end || looks_right(scanner.bytes, scanner.at, values) {
            return;
        }
    }
}

/// Goes to the next line that looks like an item, whatever is open.
fn seek(scanner: &mut Scanner<'_>, values: bool) {
    let mut starts = lines(scanner.bytes, scanner.at);
    scanner.at = starts.find(|&line| looks_right(scanner.bytes, line, values)).unwrap_or(scanner.end);
}

fn looks_right(bytes: &[u8], line: usize, values: bool) -> bool {
    let word = word_end(bytes, line);
    if word == line {
        return false;
    }
    let rest = bytes[word..].trim_ascii_start();
    (values && rest.starts_with(b"=")) || header_end(bytes, word).is_some()
}

/// A file in another encoding, of which nothing can be read.
fn not_text(file: &File) -> Option<Trouble> {
    let wide = file.invalid.starts_with(&[0, 1]) && file.text.as_bytes().get(2..8).is_some_and(|few| few.contains(&0));
    wide.then(|| Trouble::new(0, 2, "the file is encoded as UTF-16").help("save it as UTF-8"))
}

/// Bytes that no HCL file may hold outside of comments.
fn bad_bytes(file: &File, comments: &[Comment], troubles: &mut Vec<Trouble>) {
    let commented = |at: usize| {
        let next = comments.partition_point(|comment| comment.span.start as usize <= at);
        next > 0 && (comments[next - 1].span.end as usize) > at
    };
    let mut last = usize::MAX - 1;
    for at in file.invalid.iter().map(|&at| at as usize).filter(|&at| !commented(at)) {
        if at != last + 1 && troubles.len() < MOST_ERRORS {
            troubles.push(Trouble::new(at, at + 1, "a byte that is not UTF-8").help("save the file as UTF-8"));
        }
        last = at;
    }
}
