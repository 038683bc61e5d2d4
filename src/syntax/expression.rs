//! What does an expression say? Its tokens, turned into the tree.
//!
//! Operators, traversals, calls and `for` are parsed by `hcl-edit`, from a text in which every token stands once with
//! one blank between: strings, heredocs and objects are placeholders there, whose content is lowered here. So it never
//! sees a line end or a comment, meets no object of any size, and its spans are mapped back token by token.

use std::ops::Range;

use super::grammar::{self, MOST_STEPS};
use super::heredoc;
use super::template::{Style, normal, template};
use super::tokens::{DEEPEST, Kind, Token, tokens, too_deep, unexpected};
use super::trouble::Trouble;
use super::{Entry, Expression, ExpressionKind, Name};
use crate::source::{File, Span};

/// An object with more keys than this is not read: whoever writes one means data, not configuration.
const MOST_KEYS: usize = 100_000;

pub struct Reader<'a> {
    pub file: &'a File,
    pub tokens: Vec<Token>,
    end: usize,
    /// How deep the expression stands in others; inner ones count on from here.
    depth: usize,
}

impl<'a> Reader<'a> {
    pub fn new(file: &'a File, range: Range<usize>, depth: usize) -> Result<Self, Trouble> {
        Ok(Reader { file, tokens: tokens(file, range.start, range.end)?, end: range.end, depth })
    }

    pub fn all(&self) -> Result<Expression, Trouble> {
        self.range(0, self.tokens.len())
    }

    pub fn range(&self, from: usize, to: usize) -> Result<Expression, Trouble> {
        self.value(from, to, self.depth)
    }

    pub fn name(&self, range: Range<usize>) -> Name {
        Name { text: self.file.text[range.clone()].into(), span: Span::new(self.file.id, range.start, range.end) }
    }

    pub fn text(&self, at: usize) -> &'a str {
        self.tokens.get(at).map_or("", |token| &self.file.text[token.start..token.end])
    }

    pub fn span(&self, from: usize, to: usize) -> Span {
        Span::new(self.file.id, self.tokens[from].start, self.tokens[to].end)
    }

    pub fn value(&self, from: usize, to: usize, depth: usize) -> Result<Expression, Trouble> {
        if from >= to {
            let at = self.tokens.get(from).map_or(self.end, |token| token.start);
            let before = from.checked_sub(1).map_or(at, |before| self.tokens[before].end);
            return Err(Trouble::new(before.min(at), before.min(at), "a value is missing here"));
        }
        if depth > DEEPEST {
            return Err(too_deep(self.tokens[from].start));
        }
        let (first, last) = (self.tokens[from], to - 1);
        match first.kind {
            Kind::Open if first.mate == last && self.text(from) == "[" && self.text(from + 1) != "for" => {
                self.tuple(from, last, depth)
            }
            Kind::Open if self.is_object(from) && first.mate == last => self.object(from, depth),
            Kind::Word | Kind::Number | Kind::Quoted | Kind::Heredoc if from == last => self.single(from, depth),
            Kind::Word if self.is_path(from, to) => Ok(self.path(from, to)),
            _ => grammar::read(self, from, to, depth),
        }
    }

    pub fn is_object(&self, at: usize) -> bool {
        self.text(at) == "{" && self.text(at + 1) != "for"
    }

    /// `a.b.c`, which is most of what is written.
    fn is_path(&self, from: usize, to: usize) -> bool {
        let name = |at: usize| self.tokens[at].kind == Kind::Word;
        (to - from) % 2 == 1
            && to - from < MOST_STEPS
            && !matches!(self.text(from), "true" | "false" | "null")
            && (from..to).all(|at| if (at - from).is_multiple_of(2) { name(at) } else { self.text(at) == "." })
    }

    fn path(&self, from: usize, to: usize) -> Expression {
        let mut on = Expression::new(ExpressionKind::Variable(self.text(from).into()), self.span(from, from));
        for at in (from + 2..to).step_by(2) {
            let token = self.tokens[at];
            let kind = ExpressionKind::Attribute { on, name: self.name(token.start..token.end) };
            on = Expression::new(kind, self.span(from, at));
        }
        on
    }

    pub fn single(&self, at: usize, depth: usize) -> Result<Expression, Trouble> {
        let (token, text, span) = (self.tokens[at], self.text(at), self.span(at, at));
        let kind = match token.kind {
            Kind::Word => match text {
                "null" => ExpressionKind::Null,
                "true" => ExpressionKind::Bool(true),
                "false" => ExpressionKind::Bool(false),
                name => ExpressionKind::Variable(name.into()),
            },
            Kind::Number => ExpressionKind::Number(text.into()),
            Kind::Quoted => {
                let inner = token.start + 1..token.end - 1;
                let plain = &text[1..text.len() - 1];
                if plain.bytes().any(|byte| matches!(byte, b'\\' | b'$' | b'%')) {
                    return template(self.file, inner, span, Style::Quoted, depth);
                }
                ExpressionKind::String(normal(plain))
            }
            Kind::Heredoc => {
                let heredoc = heredoc::parts(self.file.text.as_bytes(), token.start..token.end);
                let heredoc = heredoc.ok_or_else(|| unexpected(&self.file.text, token))?;
                let style = Style::Heredoc { indented: heredoc.indented };
                return template(self.file, heredoc.text, span, style, depth);
            }
            _ => return Err(unexpected(&self.file.text, token)),
        };
        Ok(Expression::new(kind, span))
    }

    /// The index of the first of these signs from `from` on, over brackets, or `to`.
    fn find(&self, mut from: usize, to: usize, wanted: impl Fn(&str) -> bool) -> usize {
        while from < to && !wanted(self.text(from)) {
            from = match self.tokens[from].kind {
                Kind::Open => self.tokens[from].mate + 1,
                _ => from + 1,
            };
        }
        from.min(to)
    }

    fn tuple(&self, open: usize, close: usize, depth: usize) -> Result<Expression, Trouble> {
        let mut items = Vec::new();
        let mut at = open + 1;
        while at < close {
            let end = self.find(at, close, |sign| sign == ",");
            items.push(self.value(at, end, depth + 1)?);
            at = end + 1;
        }
        Ok(Expression::new(ExpressionKind::Tuple(items), self.span(open, close)))
    }

    pub fn object(&self, open: usize, depth: usize) -> Result<Expression, Trouble> {
        let close = self.tokens[open].mate;
        let span = self.span(open, close);
        let mut entries = Vec::new();
        let mut at = open + 1;
        while at < close {
            if self.tokens[at].kind == Kind::Newline {
                at += 1;
                continue;
            }
            if entries.len() >= MOST_KEYS {
                let why = format!("an object with more than {MOST_KEYS} keys");
                return Ok(Expression::new(ExpressionKind::Refused(why.into()), span));
            }
            let sign = self.assignment(at, close);
            let end = self.find(sign, close, |text| matches!(text, "," | "\n"));
            if sign == end {
                let (first, last) = (self.tokens[at], self.tokens[end.max(at + 1) - 1]);
                return Err(Trouble::new(first.start, last.end, "this entry of an object has no value")
                    .help("write `key = value`, one on each line or with commas between"));
            }
            entries.push(Entry { key: self.key(at, sign, depth + 1)?, value: self.value(sign + 1, end, depth + 1)? });
            at = end + 1;
        }
        Ok(Expression::new(ExpressionKind::Object(entries), span))
    }

    /// The `=` or `:` after the key that starts at `from`, or where its entry ends without one.
    fn assignment(&self, from: usize, to: usize) -> usize {
        let mut questions = 0;
        let mut at = from;
        loop {
            at = self.find(at, to, |text| matches!(text, "=" | ":" | "?" | "," | "\n"));
            match self.text(at) {
                "?" if at < to => questions += 1,
                ":" if at < to && questions > 0 => questions -= 1,
                _ => return at,
            }
            at += 1;
        }
    }

    fn key(&self, from: usize, to: usize, depth: usize) -> Result<Expression, Trouble> {
        if to == from + 1 && self.tokens[from].kind == Kind::Word {
            return Ok(Expression::new(ExpressionKind::String(normal(self.text(from))), self.span(from, from)));
        }
        self.value(from, to, depth)
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;
    use crate::source::Files;
    use crate::syntax::Part;

    fn read(text: &str) -> Result<(std::sync::Arc<File>, Expression), Trouble> {
        let file = Files::default().add(Path::new("/x.tf"), text.as_bytes().to_vec());
        let expression = Reader::new(&file, 0..text.len(), 0)?.all()?;
        Ok((file, expression))
    }

    /// The tree in prefix form.
    fn tree(of: &Expression) -> String {
        use ExpressionKind as K;
        let all = |of: &[Expression]| of.iter().map(tree).collect::<Vec<_>>().join(" ");
        match &*of.kind {
            K::Null => "null".into(),
            K::Bool(value) => value.to_string(),
            K::Number(digits) => digits.to_string(),
            K::String(text) => format!("{text:?}"),
            K::Template(parts) => {
                let part = |part: &Part| match part {
                    Part::Literal(text) => format!("{text:?}"),
                    Part::Interpolation(inner) => tree(inner),
                    _ => "?".into(),
                };
                format!("<{}>", parts.iter().map(part).collect::<Vec<_>>().join(" "))
            }
            K::Tuple(items) => format!("[{}]", all(items)),
            K::Object(entries) => {
                let entry = |entry: &Entry| format!("{}={}", tree(&entry.key), tree(&entry.value));
                format!("{{{}}}", entries.iter().map(entry).collect::<Vec<_>>().join(" "))
            }
            K::Variable(name) => name.to_string(),
            K::Attribute { on, name } => format!("{}.{}", tree(on), name.text),
            K::Index { on, key } => format!("{}[{}]", tree(on), tree(key)),
            K::Splat { on, each } => format!("({} each {})", tree(on), tree(each)),
            K::Element => "@".into(),
            K::Call { name, arguments, expand } => {
                format!("{}({}{})", name.text, all(arguments), if *expand { "…" } else { "" })
            }
            K::Unary { operator, operand } => format!("({operator:?} {})", tree(operand)),
            K::Binary { operator, left, right } => format!("({operator:?} {} {})", tree(left), tree(right)),
            K::Conditional { condition, yes, no } => format!("(if {} {} {})", tree(condition), tree(yes), tree(no)),
            K::For(each) => {
                let names = each.key_name.iter().chain([&each.value_name]).map(|name| &*name.text);
                let key = each.result_key.as_ref().map_or(String::new(), |key| format!("{}=>", tree(key)));
                let when = each.condition.as_ref().map_or(String::new(), |when| format!(" if {}", tree(when)));
                let grouping = if each.grouping { "…" } else { "" };
                let names = names.collect::<Vec<_>>().join(",");
                format!("(for {names} {} {key}{}{grouping}{when})", tree(&each.collection), tree(&each.result))
            }
            K::Parenthesis(inner) => format!("({})", tree(inner)),
            K::Refused(why) => format!("refused: {why}"),
        }
    }

    fn says(text: &str, expected: &str) {
        let found = read(text).map(|(_, expression)| tree(&expression)).map_err(|trouble| trouble.message);
        assert_eq!(found.as_deref(), Ok(expected), "{text}");
    }

    fn fails(text: &str, place: &str, message: &str) {
        let trouble = read(text).map(|(_, expression)| tree(&expression)).expect_err(text);
        assert_eq!((&text[trouble.start..trouble.end], &*trouble.message), (place, message), "{text}");
    }

    #[test]
    fn operators_bind_as_in_hcl() {
        says("a + b * c - d", "(Subtract (Add a (Multiply b c)) d)");
        says("!a.b && c == -1 || d", "(Or (And (Not a.b) (Equal c (Negate 1))) d)");
        says("a ? b : c ? d : e", "(if a b (if c d e))");
        says("(a)[0]", "(a)[0]");
        says("a::b::c(d, e...)", "a::b::c(d e…)");
    }

    #[test]
    fn splats_take_what_follows_them() {
        says("a.*.b.0.c[0]", "(a each @.b[0].c)[0]");
        says("a[*].b[0].c", "(a each @.b[0].c)");
        says("a[*].b[*].c", "(a each (@.b each @.c))");
        says("a[*].b.*.c[0]", "(a each (@.b each @.c)[0])");
        says("a.*[0]", "(a each @)[0]");
        fails("a.*.b.*.c", "*", "a second `.*` after a `.*`");
    }

    #[test]
    fn indexes_of_the_old_kind_are_indexes() {
        says("a.0.b", "a[0].b");
        says("a.1e2", "a[1e2]");
        says("a.99999999999999999999", "a[99999999999999999999]");
        fails("a.0.1", "0.1", "`.0.1` is no index");
    }

    #[test]
    fn numbers_keep_their_digits() {
        says("1e999", "1e999");
        says("18446744073709551616.50", "18446744073709551616.50");
        fails("10.0.0.0/8", "10.0.0.0", "`10.0.0.0` is no number");
    }

    #[test]
    fn keys_are_names_unless_they_are_in_parentheses() {
        says("{ a = 1, (b) = 2, \"c\": 3\n \"${d}\" = 4\n null = 5 }", "{\"a\"=1 (b)=2 \"c\"=3 <d>=4 \"null\"=5}");
        says("{ a.b = 1, c ? d : e = 2 }", "{a.b=1 (if c d e)=2}");
        says("{ a = 1, a = 2 }", "{\"a\"=1 \"a\"=2}");
        fails("{ a }", "a", "this entry of an object has no value");
        fails("{ a = \n1 }", "", "a value is missing here");
        fails("{ a = 1 b = 2 }", "b", "unexpected `b`");
        fails("{ a = 1,, b = 2 }", ",", "this entry of an object has no value");
    }

    #[test]
    fn line_ends_count_only_between_entries() {
        says("{for k, v in y : k => v &&\n w}", "(for k,v y k=>(And v w))");
        says("{\nfor k, v in y : k =>\n v ? w :\n x... if\n z }", "(for k,v y k=>(if v w x)… if z)");
        says("{for k, v in y : k => v\n .w}", "(for k,v y k=>v.w)");
        says("[for k in x ||\n y : k]", "(for k (Or x y) k)");
        says("\"${ # }\n a\n}\"", "<a>");
        says("{ a = (\n1\n) # c\n b = [\n2 /* , */] }", "{\"a\"=(1) \"b\"=[2]}");
        says("(a\n.b)", "(a.b)");
        fails("{ a = b.\nc }", "\n", "a name is missing after `.`");
    }

    #[test]
    fn for_needs_its_words() {
        fails("[for]", "for", "a `for` needs names, `in` and a collection");
        fails("[for x iny : x]", "for", "a `for` needs names, `in` and a collection");
        fails("{ for = 1 }", "for", "a `for` needs names, `in` and a collection");
        fails("[for x in y : x ifz]", "ifz", "unexpected `ifz`");
        says("[format, for_each, in]", "[format for_each in]");
    }

    #[test]
    fn every_span_slices_to_its_expression() {
        let text = "f(a.b[0] + { c = \"x\" }, -(1), [\"y\", <<E\nz\nE\n]...) ? d[*].e : \"${g}\"";
        let (file, whole) = read(text).unwrap();
        assert_eq!(file.slice(whole.span), text);
        let ExpressionKind::Conditional { condition, yes, no } = &*whole.kind else { panic!("{whole:?}") };
        assert_eq!((file.slice(yes.span), file.slice(no.span)), ("d[*].e", "\"${g}\""));
        let ExpressionKind::Splat { on, each } = &*yes.kind else { panic!("{yes:?}") };
        assert_eq!((file.slice(on.span), file.slice(each.span)), ("d", "[*].e"));
        let ExpressionKind::Call { name, arguments, .. } = &*condition.kind else { panic!("{condition:?}") };
        assert_eq!(file.slice(name.span), "f");
        let slices: Vec<&str> = arguments.iter().map(|argument| file.slice(argument.span)).collect();
        assert_eq!(slices, ["a.b[0] + { c = \"x\" }", "-(1)", "[\"y\", <<E\nz\nE\n]"]);
        let ExpressionKind::Binary { left, right, .. } = &*arguments[0].kind else { panic!("{arguments:?}") };
        assert_eq!((file.slice(left.span), file.slice(right.span)), ("a.b[0]", "{ c = \"x\" }"));
        let ExpressionKind::Index { on, key } = &*left.kind else { panic!("{left:?}") };
        assert_eq!((file.slice(on.span), file.slice(key.span)), ("a.b", "0"));
        let ExpressionKind::Tuple(items) = &*arguments[2].kind else { panic!("{arguments:?}") };
        assert_eq!(file.slice(items[1].span), "<<E\nz\nE");
    }

    #[test]
    fn large_objects_are_read_and_huge_ones_refused() {
        let object = |keys: usize| format!("{{\n{}}}", (0..keys).map(|n| format!("k{n} = {n}\n")).collect::<String>());
        let (_, many) = read(&object(50_000)).unwrap();
        assert!(matches!(&*many.kind, ExpressionKind::Object(entries) if entries.len() == 50_000));
        let (_, many) = read(&format!("merge({}, a)", object(3_000))).unwrap();
        let ExpressionKind::Call { arguments, .. } = &*many.kind else { panic!() };
        assert!(matches!(&*arguments[0].kind, ExpressionKind::Object(entries) if entries.len() == 3_000));
        says(&object(100_001), "refused: an object with more than 100000 keys");
    }

    #[test]
    fn text_is_compared_in_one_form() {
        says("\"n\u{303}\"", "\"ñ\"");
        says("{ n\u{303} = 1 }", "{\"ñ\"=1}");
    }
}
