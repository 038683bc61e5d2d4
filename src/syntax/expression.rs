//! What does an expression say? Its tokens, turned into the tree.
//!
//! Operators, traversals, calls and `for` are parsed by `hcl-edit`, from a text in which every token stands once with
//! one blank between: strings, heredocs and objects are placeholders there, whose content is lowered here. So it never
//! sees a line end or a comment, meets no object of any size, and its spans are mapped back token by token.

use std::ops::Range;

use hcl_edit::expr as hcl;

use super::heredoc;
use super::scan::Trouble;
use super::template::{Style, normal, template};
use super::tokens::{DEEPEST, Kind, Token, tokens, too_deep, unexpected};
use super::{BinaryOperator, Entry, Expression, ExpressionKind, For, Name, UnaryOperator};
use crate::source::{File, Span};

/// An object with more keys than this is not read: whoever writes one means data, not configuration.
const MOST_KEYS: usize = 100_000;
/// The longest chain of operators after a term, each of which is a level of the tree.
const MOST_STEPS: usize = 128;

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

    fn text(&self, at: usize) -> &'a str {
        self.tokens.get(at).map_or("", |token| &self.file.text[token.start..token.end])
    }

    fn span(&self, from: usize, to: usize) -> Span {
        Span::new(self.file.id, self.tokens[from].start, self.tokens[to].end)
    }

    fn value(&self, from: usize, to: usize, depth: usize) -> Result<Expression, Trouble> {
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
            _ => self.grammar(from, to, depth),
        }
    }

    fn is_object(&self, at: usize) -> bool {
        self.text(at) == "{" && self.text(at + 1) != "for"
    }

    /// `a.b.c`, which is most of what is written.
    fn is_path(&self, from: usize, to: usize) -> bool {
        let name = |at: usize| self.tokens[at].kind == Kind::Word;
        (to - from) % 2 == 1
            && to - from < MOST_STEPS
            && !matches!(self.text(from), "true" | "false" | "null")
            && (from..to).all(|at| if (at - from) % 2 == 0 { name(at) } else { self.text(at) == "." })
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

    fn single(&self, at: usize, depth: usize) -> Result<Expression, Trouble> {
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

    fn object(&self, open: usize, depth: usize) -> Result<Expression, Trouble> {
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

    /// What only the grammar of operators can read.
    fn grammar(&self, from: usize, to: usize, depth: usize) -> Result<Expression, Trouble> {
        let mut text = String::new();
        let mut places = Vec::new();
        let mut at = from;
        while at < to {
            let token = self.tokens[at];
            if !text.is_empty() {
                text.push(' ');
            }
            let mut last = at;
            let start = text.len();
            match token.kind {
                Kind::Quoted | Kind::Heredoc => text.push_str("\"\""),
                Kind::Open if self.is_object(at) => {
                    text.push_str("{}");
                    last = token.mate;
                }
                // Only the place of a number counts: the grammar would refuse exponents and large ones.
                Kind::Number => text.push('1'),
                _ => text.push_str(self.text(at)),
            }
            places.push(Place { start, end: text.len(), first: at, last });
            at = last + 1;
        }
        match hcl_edit::parser::parse_expr(&text) {
            Ok(expression) => Grammar { reader: self, places }.lower(&expression, depth + 1),
            Err(error) => Err(self.refused(&text, &places, &error)),
        }
    }

    fn refused(&self, text: &str, places: &[Place], error: &hcl_edit::parser::Error) -> Trouble {
        let offset = error.location().offset();
        let next = places.partition_point(|place| place.end <= offset).min(places.len() - 1);
        let token = self.tokens[places[next].first];
        if error.message().contains("nesting depth") {
            return too_deep(token.start);
        }
        if error.message().contains("chained binary") {
            let help = "join the parts with a function or over locals";
            return Trouble::new(token.start, token.end, "more than 128 operators in one expression").help(help);
        }
        if token.kind == Kind::Sign && next == places.len() - 1 && token.end - token.start < 3 && self.text(places[next].first) != "," {
            return Trouble::new(token.start, token.end, format!("a value is missing after `{}`", self.text(places[next].first)));
        }
        if error.location().column() > text.chars().count() {
            return Trouble::new(token.start, token.end, "the expression ends too early");
        }
        unexpected(&self.file.text, token)
    }
}

/// Where tokens stand in the text that the grammar reads.
struct Place {
    start: usize,
    end: usize,
    first: usize,
    last: usize,
}

struct Grammar<'r, 'a> {
    reader: &'r Reader<'a>,
    places: Vec<Place>,
}

impl Grammar<'_, '_> {
    fn place(&self, at: usize) -> &Place {
        let next = self.places.partition_point(|place| place.start <= at);
        &self.places[next.max(1) - 1]
    }

    fn first(&self, at: &impl hcl_edit::Span) -> usize {
        self.place(at.span().map_or(0, |span| span.start)).first
    }

    fn span(&self, of: &impl hcl_edit::Span) -> Span {
        let range = of.span().unwrap_or(0..1);
        let (first, last) = (self.place(range.start).first, self.place(range.end.max(1) - 1).last);
        self.reader.span(first, last)
    }

    fn name(&self, of: &hcl_edit::Decorated<hcl_edit::Ident>) -> Name {
        Name { text: of.value().as_str().into(), span: self.span(of) }
    }

    fn lower(&self, expression: &hcl::Expression, depth: usize) -> Result<Expression, Trouble> {
        if depth > DEEPEST * 2 {
            return Err(too_deep(self.span(expression).start as usize));
        }
        let depth = depth + 1;
        let kind = match expression {
            hcl::Expression::Null(_) => ExpressionKind::Null,
            hcl::Expression::Bool(value) => ExpressionKind::Bool(*value.value()),
            hcl::Expression::Variable(name) => ExpressionKind::Variable(name.as_str().into()),
            hcl::Expression::String(_) => return self.reader.single(self.first(expression), depth),
            hcl::Expression::Object(_) => return self.reader.object(self.first(expression), depth),
            hcl::Expression::Number(_) => return self.number(expression, depth),
            hcl::Expression::Array(items) => {
                ExpressionKind::Tuple(items.iter().map(|item| self.lower(item, depth)).collect::<Result<_, _>>()?)
            }
            hcl::Expression::Parenthesis(inner) => ExpressionKind::Parenthesis(self.lower(inner.inner(), depth)?),
            hcl::Expression::Conditional(conditional) => ExpressionKind::Conditional {
                condition: self.lower(&conditional.cond_expr, depth)?,
                yes: self.lower(&conditional.true_expr, depth)?,
                no: self.lower(&conditional.false_expr, depth)?,
            },
            hcl::Expression::FuncCall(call) => self.call(call, depth)?,
            hcl::Expression::Traversal(traversal) => return self.traversal(traversal, depth),
            hcl::Expression::UnaryOp(operation) => ExpressionKind::Unary {
                operator: match operation.operator.value() {
                    hcl::UnaryOperator::Neg => UnaryOperator::Negate,
                    hcl::UnaryOperator::Not => UnaryOperator::Not,
                },
                operand: self.lower(&operation.expr, depth)?,
            },
            hcl::Expression::BinaryOp(operation) => return self.binary(operation, depth),
            hcl::Expression::ForExpr(each) => self.each(each, depth)?,
            hcl::Expression::StringTemplate(_) | hcl::Expression::HeredocTemplate(_) => {
                return Err(unexpected(&self.reader.file.text, self.reader.tokens[self.first(expression)]));
            }
        };
        Ok(Expression::new(kind, self.span(expression)))
    }

    /// The grammar makes one number of `-1`; HCL negates 1.
    fn number(&self, expression: &hcl::Expression, depth: usize) -> Result<Expression, Trouble> {
        let at = self.first(expression);
        if self.reader.tokens[at].kind == Kind::Number {
            return self.reader.single(at, depth);
        }
        let operand = self.reader.single(at + 1, depth)?;
        let kind = ExpressionKind::Unary { operator: UnaryOperator::Negate, operand };
        Ok(Expression::new(kind, self.span(expression)))
    }

    fn call(&self, call: &hcl::FuncCall, depth: usize) -> Result<ExpressionKind, Trouble> {
        let mut name = self.name(&call.name.name);
        if let Some(first) = call.name.namespace.first() {
            let words: Vec<&str> = call.name.namespace.iter().map(|word| word.value().as_str()).collect();
            name.text = format!("{}::{}", words.join("::"), name.text).into();
            name.span = self.span(first).to(name.span);
        }
        let arguments = call.args.iter().map(|argument| self.lower(argument, depth)).collect::<Result<_, _>>()?;
        Ok(ExpressionKind::Call { name, arguments, expand: call.args.expand_final() })
    }

    fn each(&self, each: &hcl::ForExpr, depth: usize) -> Result<ExpressionKind, Trouble> {
        Ok(ExpressionKind::For(Box::new(For {
            key_name: each.intro.key_var.as_ref().map(|name| self.name(name)),
            value_name: self.name(&each.intro.value_var),
            collection: self.lower(&each.intro.collection_expr, depth)?,
            result_key: each.key_expr.as_ref().map(|key| self.lower(key, depth)).transpose()?,
            result: self.lower(&each.value_expr, depth)?,
            condition: each.cond.as_ref().map(|condition| self.lower(&condition.expr, depth)).transpose()?,
            grouping: each.grouping,
        })))
    }

    /// A chain of operators leans to the left, as deep as it is long; so it is walked by a loop.
    fn binary(&self, operation: &hcl::BinaryOp, depth: usize) -> Result<Expression, Trouble> {
        let mut chain = vec![operation];
        let mut first = &operation.lhs_expr;
        while let hcl::Expression::BinaryOp(inner) = first {
            chain.push(inner);
            first = &inner.lhs_expr;
        }
        let mut left = self.lower(first, depth)?;
        for operation in chain.into_iter().rev() {
            let right = self.lower(&operation.rhs_expr, depth)?;
            let span = left.span.to(right.span);
            let operator = operator(*operation.operator.value());
            left = Expression::new(ExpressionKind::Binary { operator, left, right }, span);
        }
        Ok(left)
    }

    fn traversal(&self, traversal: &hcl::Traversal, depth: usize) -> Result<Expression, Trouble> {
        let on = self.lower(&traversal.expr, depth)?;
        if traversal.operators.len() > MOST_STEPS {
            return Err(too_deep(on.span.start as usize));
        }
        self.steps(on, &traversal.operators, depth)
    }

    fn steps(&self, mut on: Expression, steps: &[Step], depth: usize) -> Result<Expression, Trouble> {
        let mut rest = steps;
        while let Some((step, after)) = rest.split_first() {
            rest = after;
            let mut span = on.span.to(self.span(step));
            let kind = match step.value() {
                hcl::TraversalOperator::GetAttr(name) => ExpressionKind::Attribute { on, name: self.name(name) },
                hcl::TraversalOperator::LegacyIndex(index) => {
                    let key = self.reader.single(self.first(index), depth)?;
                    ExpressionKind::Index { on, key }
                }
                hcl::TraversalOperator::Index(key) => ExpressionKind::Index { on, key: self.lower(key, depth)? },
                hcl::TraversalOperator::AttrSplat(_) | hcl::TraversalOperator::FullSplat(_) => {
                    // `.*` is followed by names and legacy indexes only, `[*]` by everything.
                    let full = matches!(step.value(), hcl::TraversalOperator::FullSplat(_));
                    let plain = || rest.iter().take_while(|step| is_plain(step.value())).count();
                    let (inside, outside) = rest.split_at(if full { rest.len() } else { plain() });
                    rest = outside;
                    let element = Expression::new(ExpressionKind::Element, self.span(step));
                    let each = self.steps(element, inside, depth)?;
                    span = span.to(each.span);
                    ExpressionKind::Splat { on, each }
                }
            };
            on = Expression::new(kind, span);
        }
        Ok(on)
    }
}

type Step = hcl_edit::Decorated<hcl::TraversalOperator>;

fn is_plain(step: &hcl::TraversalOperator) -> bool {
    matches!(step, hcl::TraversalOperator::GetAttr(_) | hcl::TraversalOperator::LegacyIndex(_))
}

fn operator(operator: hcl::BinaryOperator) -> BinaryOperator {
    match operator {
        hcl::BinaryOperator::Eq => BinaryOperator::Equal,
        hcl::BinaryOperator::NotEq => BinaryOperator::NotEqual,
        hcl::BinaryOperator::LessEq => BinaryOperator::LessOrEqual,
        hcl::BinaryOperator::GreaterEq => BinaryOperator::GreaterOrEqual,
        hcl::BinaryOperator::Less => BinaryOperator::Less,
        hcl::BinaryOperator::Greater => BinaryOperator::Greater,
        hcl::BinaryOperator::Plus => BinaryOperator::Add,
        hcl::BinaryOperator::Minus => BinaryOperator::Subtract,
        hcl::BinaryOperator::Mul => BinaryOperator::Multiply,
        hcl::BinaryOperator::Div => BinaryOperator::Divide,
        hcl::BinaryOperator::Mod => BinaryOperator::Remainder,
        hcl::BinaryOperator::And => BinaryOperator::And,
        hcl::BinaryOperator::Or => BinaryOperator::Or,
    }
}
