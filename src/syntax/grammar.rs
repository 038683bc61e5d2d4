//! How do operators, traversals, calls and `for` bind? What `hcl-edit` makes of them, lowered to the tree.
//!
//! The text that it reads is made of tokens with one blank between, so a place in it is a token, and the token has the
//! span in the file.

use hcl_edit::expr as hcl;

use super::expression::Reader;
use super::tokens::{DEEPEST, Kind, too_deep, unexpected};
use super::trouble::Trouble;
use super::{BinaryOperator, Expression, ExpressionKind, For, Name, UnaryOperator};
use crate::source::Span;

/// The longest chain of steps after a term, each of which is a level of the tree.
pub const MOST_STEPS: usize = 128;

/// What only the grammar of operators can read.
pub fn read(reader: &Reader<'_>, from: usize, to: usize, depth: usize) -> Result<Expression, Trouble> {
    let mut text = String::new();
    let mut places = Vec::new();
    let mut at = from;
    while at < to {
        let token = reader.tokens[at];
        if !text.is_empty() {
            text.push(' ');
        }
        let mut last = at;
        let start = text.len();
        match token.kind {
            Kind::Quoted | Kind::Heredoc => text.push_str("\"\""),
            Kind::Open if reader.is_object(at) => {
                text.push_str("{}");
                last = token.mate;
            }
            // Only the place of a number counts: the grammar would refuse exponents and large ones.
            Kind::Number => text.push('1'),
            _ => text.push_str(reader.text(at)),
        }
        places.push(Place { start, end: text.len(), first: at, last });
        at = last + 1;
    }
    match hcl_edit::parser::parse_expr(&text) {
        Ok(expression) => Grammar { reader, places }.lower(&expression, depth + 1),
        Err(error) => Err(refused(reader, &text, &places, &error)),
    }
}

fn refused(reader: &Reader<'_>, text: &str, places: &[Place], error: &hcl_edit::parser::Error) -> Trouble {
    let offset = error.location().offset();
    let next = places.partition_point(|place| place.end <= offset).min(places.len() - 1);
    let token = reader.tokens[places[next].first];
    if error.message().contains("nesting depth") {
        return too_deep(token.start);
    }
    if error.message().contains("chained binary") {
        let help = "join the parts with a function or over locals";
        return Trouble::new(token.start, token.end, "more than 128 operators in one expression").help(help);
    }
    if token.kind == Kind::Sign
        && next == places.len() - 1
        && token.end - token.start < 3
        && reader.text(places[next].first) != ","
    {
        return Trouble::new(
            token.start,
            token.end,
            format!("a value is missing after `{}`", reader.text(places[next].first)),
        );
    }
    if error.location().column() > text.chars().count() {
        return Trouble::new(token.start, token.end, "the expression ends too early");
    }
    unexpected(&reader.file.text, token)
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
