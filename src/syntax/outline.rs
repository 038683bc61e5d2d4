//! What stands at the top level of a file, and is the file whole?
//!
//! Blocks are found by their headers and skipped to their closing brace without a look at what they hold. An error costs
//! one block: the outline goes on at the next line that can only be the start of another one. `structure` reads one
//! item, of a file or of the body of a block.

use std::sync::{Arc, OnceLock};

use memchr::memchr;

use super::lower;
use super::marks::{header_end, starts_block, word_end};
use super::scan::{Halt, Scanner};
use super::structure::{self, Piece};
use super::trouble::Trouble;
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
                let line = memchr(b'\n', &scanner.bytes[value.start..]).map_or(value.end, |at| value.start + at);
                scanner.troubles.retain(|trouble| trouble.start < line);
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
    scanner.forget_comments(scanner.at);
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

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;
    use crate::source::Files;

    fn file(path: &str, bytes: impl Into<Vec<u8>>) -> Arc<File> {
        Files::default().add(Path::new(path), bytes.into())
    }

    /// What is seen of a file: its items as text, and its errors as `line:column message`.
    fn seen(path: &str, bytes: impl Into<Vec<u8>>) -> (Vec<String>, Vec<String>) {
        let file = file(path, bytes);
        let outline = outline(&file);
        let items = outline.items.iter().map(|item| match item {
            Item::Attribute(attribute) => attribute.name.text.to_string(),
            Item::Block(stub) => {
                let labels = stub.labels.iter().map(|label| format!(" {}", label.text));
                format!("{}{}", stub.kind.text, labels.collect::<String>())
            }
        });
        let errors = outline.errors.iter().map(|error| {
            let at = file.position(error.place.unwrap().start);
            format!("{}:{} {}", at.line, at.column, error.message)
        });
        assert_eq!(outline.incomplete, !outline.errors.is_empty());
        (items.collect(), errors.collect())
    }

    const REST: &str = "variable \"z\" {}\n";

    fn broken(start: &str, items: &[&str], errors: &[&str]) {
        let (found, said) = seen("/x.tf", format!("{start}{REST}"));
        assert_eq!(found, [items, &["variable z"]].concat(), "{start}");
        assert_eq!(said, errors, "{start}");
    }

    #[test]
    fn spans_slice_to_what_they_name() {
        let text = "# c\nresource \"a\" b /* x */ {\n  x = \"}\" # {\n}\nlocals {}";
        let file = file("/x.tf", text);
        let outline = outline(&file);
        let [Item::Block(first), Item::Block(second)] = outline.items.as_slice() else { panic!("{outline:?}") };
        assert_eq!(file.slice(first.kind.span), "resource");
        assert_eq!(file.slice(first.labels[0].span), "\"a\"");
        assert_eq!(&*first.labels[0].text, "a");
        assert_eq!(file.slice(first.labels[1].span), "b");
        assert_eq!(file.slice(first.header), "resource \"a\" b");
        assert_eq!(file.slice(first.span), &text[4..text.len() - 10]);
        assert_eq!(file.slice(second.header), "locals");
        assert_eq!(file.slice(second.span), "locals {}");
        let comments: Vec<_> = outline.comments.iter().map(|c| (file.slice(c.span), c.own_line)).collect();
        assert_eq!(comments, [("# c", true), ("/* x */", false), ("# {", false)]);
    }

    #[test]
    fn comments_end_before_the_line_end_and_know_their_line() {
        let file = file("/x.tf", "  // a\r\nx {\r\n\t# b\r\n  y = [ # c\n 1 /* d\n */ ]\n}\n");
        let outline = outline(&file);
        let comments: Vec<_> = outline.comments.iter().map(|c| (file.slice(c.span), c.own_line)).collect();
        assert_eq!(comments, [("// a", true), ("# b", true), ("# c", false), ("/* d\n */", false)]);
    }

    #[test]
    fn comments_are_kept_once_whatever_is_read_again() {
        for text in [
            "x \"y\"\n# c\nlocals {}\n",
            "x {\n a = \"${\n # c\n}\nlocals {}\n",
            "x {\n# c\nlocals {}\n",
            "[\n# c\n\nlocals {}",
        ] {
            let file = file("/x.tf", text);
            let comments: Vec<_> = outline(&file).comments.iter().map(|c| file.slice(c.span).to_owned()).collect();
            assert_eq!(comments, ["# c"], "{text}");
        }
    }

    #[test]
    fn values_of_variables_are_read_where_they_stand() {
        let (items, errors) = seen("/x.tfvars", "a = 1\nb = <<E\nx = {\nE\nc = [\n 1,\n]\nd = { e = \"}\" }");
        assert_eq!((items, errors), (vec!["a".into(), "b".into(), "c".into(), "d".into()], vec![]));
        let (items, errors) = seen("/x.tfvars", "a = [1,\nb = 2\nc = \"x\nd = 3\na = 4\n");
        assert_eq!(items, ["b", "d", "a"]);
        let expected = ["1:5 `[` is never closed", "3:5 this string is not closed on its line"];
        assert_eq!(errors, expected);
        let (_, errors) = seen("/x.tfvars", "a = 1\na = 2\n");
        assert_eq!(errors, ["2:1 `a` is set a second time"]);
    }

    #[test]
    fn an_error_costs_one_block() {
        let block = "resource a";
        broken("resource \"a\" {\n  x = \"abc\n}\n", &[block], &["2:7 this string is not closed on its line"]);
        broken("resource \"a\" {\n  x = \"${b\"\n}\n", &[block], &["2:7 this string is not closed on its line"]);
        broken("resource \"a\" {\n  x = \"${b\n  y = 1\n}\n", &[block], &["2:7 this string is not closed on its line"]);
        broken("resource \"a\" {\n  x = [1\n}\n", &[block], &["2:7 `[` is never closed"]);
        broken("resource \"a\" {\n  x = 1]\n}\n", &[block], &["2:8 `]` closes nothing"]);
        broken("resource \"a\" {\n  x = <<E\n}\n", &[block], &["2:7 the heredoc `<<E` never ends"]);
        broken("resource \"a\" {\n  x = <<E\n  y\n  E # c\n}\n", &[block], &["2:7 the heredoc `<<E` never ends"]);
        broken("resource \"a\" {\n  x = 1\n", &[block], &["1:1 this block is never closed"]);
        broken("resource \"a\" {\n  t = {\n    x = 1\n}\n\n", &[block], &["2:7 `{` is never closed"]);
        broken("resource \"a\" {\n  x = 1 /* y\n}\n", &[block], &["2:9 this comment is never closed"]);
        broken("resource \"a\" {\n}\n}\n", &[block], &["3:1 `}` closes nothing"]);
        broken(
            "resource \"a\"\n{\n  x = 1\n}\n",
            &[block],
            &["1:1 the `{` of a block must stand on the line of its header"],
        );
        broken("resource \"a\" = {\n  x = 1\n}\n", &[], &["1:14 `=` in the header of a block"]);
        broken("resource \"a${b}\" {\n}\n", &["resource a${b}"], &["1:10 a label cannot hold a template sequence"]);
        broken("foo bar\n", &[], &["1:1 this is neither an argument nor a block"]);
        broken("[1,\n\"x\"]\n", &[], &["1:1 unexpected `[`"]);
        broken("\"x\" {\n}\n", &[], &["1:1 the name of an argument or block is quoted"]);
        broken("locals {} locals {}\n", &["locals", "locals"], &["1:11 unexpected `l` after the `}` of a block"]);
        broken("<<<<<<< HEAD\n=======\nlocals {}\n>>>>>>> x\n", &["locals"], &["1:1 merge conflict marker"]);
        broken("locals {\n<<<<<<< HEAD\n=======\n>>>>>>> x\n}\n", &["locals"], &["2:1 merge conflict marker"]);
        broken("locals {\n x = 1\0\n}\n", &["locals"], &["2:7 a NUL byte"]);
    }

    #[test]
    fn what_looks_broken_and_is_not_is_left_alone() {
        let whole = "resource \"a\" \"b\" {\nvariable \"x\" {\n}\ny = \"${\n \"}\" # \"\n}\"\n}\n/* \" { */ locals { a = \"\0$${\" } // }\n";
        assert_eq!(seen("/x.tf", whole), (vec!["resource a b".into(), "locals".into()], vec![]));
        let heredoc = "locals {\n  a = <<-E\n  ${<<F\n}}\"\nF\n}\n<<<<<<< x\n  E\r\n}\n";
        assert_eq!(seen("/x.tf", heredoc), (vec!["locals".into()], vec![]));
    }

    #[test]
    fn bytes_that_are_not_text_are_errors_outside_of_comments() {
        let (_, errors) = seen("/x.tf", b"# \xff\nlocals {\n  a = \"\xe9\xe9\" /* \xe9 */\n}\n".to_vec());
        assert_eq!(errors, ["3:8 a byte that is not UTF-8"]);
        let (items, errors) = seen("/x.tf", b"\xff\xfea\0 \0=\0".to_vec());
        assert_eq!((items, errors), (vec![], vec!["1:1 the file is encoded as UTF-16".into()]));
        assert_eq!(seen("/x.tf", b"\xef\xbb\xbflocals {}".to_vec()), (vec!["locals".into()], vec![]));
    }

    #[test]
    fn what_is_open_a_hundred_thousand_times_is_an_error_soon() {
        for text in [
            "[",
            "(",
            "{",
            "\"${",
            "\"\n",
            "<<E\n",
            "}",
            ")",
            "x {\n",
            "x = <<E\n}\n",
            "\"${\n}\n",
            "/*",
            "\"%{ if ",
            "x ",
        ] {
            let start = std::time::Instant::now();
            for text in [text.repeat(100_000), format!("x {{\n y = {}", text.repeat(100_000))] {
                assert!(!seen("/x.tf", text).1.is_empty());
            }
            assert!(start.elapsed().as_secs() < 10, "{text}");
        }
    }
}
