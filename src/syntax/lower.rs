//! What does a block hold? Bodies, expressions and templates, lowered to the tree with spans of the file.
//!
//! A body is read item by item, so that a broken one costs nothing but itself. Errors of structure are in the file's
//! outline already; a body only says here that it is incomplete because of them.

use std::collections::HashMap;
use std::ops::Range;
use std::sync::Arc;

use super::expression::Reader;
use super::scan::{CONFLICT, Halt, Scanner};
use super::structure::{self, Piece};
use super::template::{self, Style};
use super::tokens::too_deep;
use super::trouble::Trouble;
use super::{Attribute, Block, Body, Expression, Name, Parsed};
use crate::diagnostic::Finding;
use crate::source::{File, Span};

/// How deep blocks may stand in each other.
const DEEPEST: usize = 64;
/// What a reader can use of one block.
const MOST_ERRORS: usize = 100;

pub fn body(file: &Arc<File>, inner: Span) -> Parsed {
    let mut troubles = Vec::new();
    let body = items(file, inner.range(), 0, &mut troubles);
    let incomplete = !troubles.is_empty();
    if troubles.iter().any(|trouble| trouble.message == CONFLICT) {
        // Both sides of the conflict set the same arguments.
        troubles.retain(|trouble| trouble.first.is_none());
    }
    troubles.sort_by_key(|trouble| trouble.start);
    let own = troubles.iter().filter(|trouble| !trouble.structural).take(MOST_ERRORS);
    let errors = own.map(|trouble| trouble.finding(file)).collect();
    Parsed { body, errors, incomplete }
}

pub fn expression(file: &Arc<File>, span: Span) -> Result<Expression, Box<Finding>> {
    value(file, span.range()).map_err(|trouble| Box::new(trouble.finding(file)))
}

pub fn template(file: &Arc<File>, span: Span) -> Result<Expression, Box<Finding>> {
    template::template(file, span.range(), span, Style::Bare, 0).map_err(|trouble| Box::new(trouble.finding(file)))
}

pub fn value(file: &File, range: Range<usize>) -> Result<Expression, Trouble> {
    Reader::new(file, range, 0)?.all()
}

pub fn attribute(name: Name, value: Expression) -> Attribute {
    let span = name.span.to(value.span);
    Attribute { name, value, span }
}

pub fn word(file: &File, range: Range<usize>) -> Name {
    Name { text: file.text[range.clone()].into(), span: Span::new(file.id, range.start, range.end) }
}

/// A label, quoted or bare.
pub fn label(file: &File, range: Range<usize>, troubles: &mut Vec<Trouble>) -> Name {
    let mut name = word(file, range.clone());
    let Some(quoted) = name.text.strip_prefix('"').and_then(|text| text.strip_suffix('"')) else { return name };
    let plain = quoted.replace("$${", "").replace("%%{", "");
    if plain.contains("${") || plain.contains("%{") {
        let message = "a label cannot hold a template sequence";
        troubles.push(Trouble::new(range.start, range.end, message).help("write the name itself"));
    }
    match template::literal(quoted, range.start + 1, Style::Quoted) {
        Ok(text) => name.text = text,
        Err(trouble) => {
            troubles.push(trouble);
            name.text = quoted.into();
        }
    }
    name
}

/// The names of the arguments of one body so far.
#[derive(Default)]
pub struct Seen(HashMap<Arc<str>, Span>);

impl Seen {
    /// What is wrong if the name was there before.
    pub fn again(&mut self, name: &Name) -> Option<Trouble> {
        let first = *self.0.entry(name.text.clone()).or_insert(name.span);
        let message = || format!("`{}` is set a second time", name.text);
        let (start, end) = (name.span.start as usize, name.span.end as usize);
        (first != name.span).then(|| Trouble::new(start, end, message()).first(first))
    }
}

fn items(file: &Arc<File>, inner: Range<usize>, depth: usize, troubles: &mut Vec<Trouble>) -> Body {
    let mut body = Body::default();
    if depth > DEEPEST {
        troubles.push(too_deep(inner.start.saturating_sub(1)));
        return body;
    }
    let mut seen = Seen::default();
    let mut scanner = Scanner::new(file, inner.start, inner.end);
    while let Some(piece) = structure::piece(&mut scanner) {
        match piece {
            Piece::Attribute { name, value: range, .. } => {
                let name = word(file, name);
                troubles.extend(seen.again(&name));
                match value(file, range) {
                    Ok(value) => body.attributes.push(attribute(name, value)),
                    Err(trouble) => troubles.push(trouble),
                }
            }
            Piece::Block { kind, labels, open, end, closed } => {
                let kind = word(file, kind);
                let labels: Vec<Name> = labels.into_iter().map(|range| label(file, range, troubles)).collect();
                let header = labels.last().map_or(kind.span, |label| kind.span.to(label.span));
                let span = Span::new(file.id, kind.span.start as usize, end);
                let inner = open + 1..if closed { end - 1 } else { end };
                let body_of_block = items(file, inner, depth + 1, troubles);
                body.blocks.push(Block { kind, labels, body: body_of_block, header, span });
            }
            Piece::Broken => {
                while scanner.value() == Halt::Closer {
                    scanner.at += 1;
                }
            }
        }
    }
    if scanner.troubles.is_empty() {
        lines(file, inner, &body, troubles);
    }
    troubles.append(&mut scanner.troubles);
    body
}

/// A block whose content starts on the line of its `{` holds one argument and ends on that line; any other block has
/// its `}` on a line of its own.
fn lines(file: &File, inner: Range<usize>, body: &Body, troubles: &mut Vec<Trouble>) {
    let spans =
        body.attributes.iter().map(|attribute| attribute.span).chain(body.blocks.iter().map(|block| block.span));
    let first = spans.clone().min_by_key(|span| span.start);
    let (Some(first), Some(last)) = (first, spans.clone().max_by_key(|span| span.end)) else { return };
    let whole = |span: Span, message: &str| Trouble::new(span.start as usize, span.end as usize, message);
    let own_line = "put every argument and block on a line of its own";
    let ends = structure::line_ends(file, last.end as usize..inner.end);
    if structure::line_ends(file, inner.clone()) {
        if !ends {
            let trouble = Trouble::new(inner.end, inner.end + 1, "the `}` of a block follows its content on one line");
            troubles.push(trouble.help("put the `}` on a line of its own"));
        }
    } else if spans.count() > 1 || !body.blocks.is_empty() {
        troubles.push(whole(first, "a block of one line holds more than one argument").help(own_line));
    } else if ends {
        troubles.push(whole(first, "the `}` of this block is not on the line of its `{`").help(own_line));
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;
    use crate::source::Files;

    /// The body of `text`, and its errors as `line:column message`.
    fn parsed(text: &str) -> (Arc<File>, Parsed, Vec<String>) {
        let file = Files::default().add(Path::new("/x.tf"), text.as_bytes().to_vec());
        let parsed = body(&file, Span::new(file.id, 0, text.len()));
        let errors = parsed.errors.iter().map(|error| {
            let at = file.position(error.place.unwrap().start);
            format!("{}:{} {}", at.line, at.column, error.message)
        });
        let errors = errors.collect();
        (file, parsed, errors)
    }

    fn names(parsed: &Parsed) -> Vec<&str> {
        let attributes = parsed.body.attributes.iter().map(|attribute| &*attribute.name.text);
        attributes.chain(parsed.body.blocks.iter().map(|block| &*block.kind.text)).collect()
    }

    #[test]
    fn spans_slice_to_what_they_name() {
        let (file, parsed, errors) = parsed("\n a = 1 + 2 # c\n b \"x\" y {\n  c = [\n]\n }\n");
        assert!(errors.is_empty() && !parsed.incomplete);
        let a = &parsed.body.attributes[0];
        assert_eq!(
            (file.slice(a.span), file.slice(a.name.span), file.slice(a.value.span)),
            ("a = 1 + 2", "a", "1 + 2")
        );
        let b = &parsed.body.blocks[0];
        assert_eq!((file.slice(b.header), file.slice(b.span)), ("b \"x\" y", "b \"x\" y {\n  c = [\n]\n }"));
        assert_eq!(file.slice(b.body.attributes[0].span), "c = [\n]");
    }

    #[test]
    fn a_broken_item_costs_nothing_but_itself() {
        for (item, error) in [
            ("b = 10.0.0.0/8", "3:5 `10.0.0.0` is no number"),
            ("b =", "3:4 a value is missing here"),
            ("b = 1,", "3:6 unexpected `,`"),
            ("b: 1", "3:1 `b` is neither an argument nor a block"),
            ("\"b\" = 1", "3:1 the name of an argument or block is quoted"),
            ("b", "3:1 `b` is neither an argument nor a block"),
            ("b = 'x'", "3:5 unexpected `'`"),
            ("b { x = 1 y = 2 }", "3:11 unexpected `y`"),
            ("b = x +", "3:7 a value is missing after `+`"),
            ("b = [1 2]", "3:8 unexpected `2`"),
            ("b = {\n  x = 1 y = 2\n}", "4:9 unexpected `y`"),
            ("b = \"\\d\"", "3:6 `\\d` is no escape sequence"),
            ("b = \"%{ if x }\"", "3:6 this template directive has no `%{ endif }`"),
        ] {
            let (_, parsed, errors) = parsed(&format!("\na = 1\n{item}\nc = 3\nd {{}}\n"));
            assert_eq!(errors, [error], "{item}");
            assert!(parsed.incomplete);
            let names: Vec<&str> = names(&parsed).into_iter().filter(|&name| name != "b").collect();
            assert_eq!(names, ["a", "c", "d"], "{item}");
        }
    }

    #[test]
    fn errors_of_structure_are_left_to_the_outline() {
        for item in ["b = \"x", "b = [1", "b = 1]", "b = <<E", "<<<<<<< x\nc = 2\n=======\n>>>>>>> y"] {
            let (_, parsed, errors) = parsed(&format!("\na = 1\n{item}\nc = 3\n"));
            assert!(errors.is_empty() && parsed.incomplete, "{item} {errors:?}");
            assert_eq!(names(&parsed)[0], "a");
        }
    }

    #[test]
    fn an_argument_is_set_once() {
        let (file, parsed, errors) = parsed("\na = 1\na = 2\n");
        assert_eq!(errors, ["3:1 `a` is set a second time"]);
        let first = parsed.errors[0].related[0].place.unwrap();
        assert_eq!(file.position(first.start).line, 2);
    }

    #[test]
    fn a_block_is_on_one_line_or_on_its_own() {
        for (text, error) in [
            (" a = 1 ", None),
            (" /* x */ a = [\n1] ", None),
            ("", None),
            (" # x\n a = 1 # }\n", None),
            (" a {} ", Some("1:2 a block of one line holds more than one argument")),
            (" a = 1\n", Some("1:2 the `}` of this block is not on the line of its `{`")),
            ("\n a = 1 ", Some("2:8 the `}` of a block follows its content on one line")),
            ("\n a {} /* x */ ", Some("2:15 the `}` of a block follows its content on one line")),
        ] {
            let (_, _, errors) = parsed(text);
            assert_eq!(errors, error.map(str::to_owned).into_iter().collect::<Vec<_>>(), "{text}");
        }
    }

    #[test]
    fn depth_is_an_error_and_no_overflow() {
        let nest = |a: &str, middle: &str, b: &str, n: usize| format!("{}{middle}{}", a.repeat(n), b.repeat(n));
        let test = move || {
            for (a, middle, b) in [
                ("[", "1", "]"),
                ("(", "1", ")"),
                ("{a=", "1", "}"),
                ("f(", "1", ")"),
                ("\"${", "1", "}\""),
                ("!", "a", ""),
                ("a ? b : ", "c", ""),
                ("a ? ", "c", " : b"),
                ("a + ", "1", ""),
                ("", "a", ".b"),
                ("", "a", "[*]"),
                ("-(a + [{x = \"${", "1", "}\"}])"),
            ] {
                for n in [5, 30, 60, 64, 100, 100_000] {
                    let text = format!("\na = {}\nb = 1\n", nest(a, middle, b, n));
                    let (_, parsed, errors) = parsed(&text);
                    assert!(names(&parsed).contains(&"b"));
                    assert!(errors.len() < 2);
                    assert!(n > 10 || errors.is_empty(), "{a} {errors:?}");
                    assert!(n < 1000 || errors.len() == 1 && errors[0].contains("more than"), "{a} {errors:?}");
                }
            }
            let (_, _, errors) = parsed(&nest("\nb {", "", "\n}\n", 100_000));
            assert_eq!(errors, ["66:3 nested more than 64 levels deep"]);
        };
        std::thread::Builder::new().stack_size(2 << 20).spawn(test).unwrap().join().unwrap();
    }
}
