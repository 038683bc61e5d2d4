//! The tree that everything above reads: bodies, blocks, attributes and expressions, each with its span.

use std::sync::Arc;

use crate::source::Span;

/// An identifier or label and where it stands; the span of a quoted label includes its quotes.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Name {
    pub text: Arc<str>,
    pub span: Span,
}

#[derive(Clone, Debug, Default)]
pub struct Body {
    pub attributes: Vec<Attribute>,
    pub blocks: Vec<Block>,
}

#[derive(Clone, Debug)]
pub struct Attribute {
    pub name: Name,
    pub value: Expression,
    /// From the name to the end of the value.
    pub span: Span,
}

#[derive(Clone, Debug)]
pub struct Block {
    pub kind: Name,
    pub labels: Vec<Name>,
    pub body: Body,
    /// From the keyword to its last label.
    pub header: Span,
    pub span: Span,
}

impl Body {
    /// The attribute of that name; the last one when a file has it twice.
    pub fn attribute(&self, name: &str) -> Option<&Attribute> {
        self.attributes.iter().rev().find(|attribute| &*attribute.name.text == name)
    }

    pub fn blocks<'a>(&'a self, kind: &'a str) -> impl Iterator<Item = &'a Block> {
        self.blocks.iter().filter(move |block| &*block.kind.text == kind)
    }
}

#[derive(Clone, Debug)]
pub struct Expression {
    pub kind: Box<ExpressionKind>,
    pub span: Span,
}

#[derive(Clone, Debug)]
pub enum ExpressionKind {
    Null,
    Bool(bool),
    /// The digits as written.
    Number(Arc<str>),
    /// A string without interpolation, its escapes resolved.
    String(Arc<str>),
    Template(Vec<Part>),
    Tuple(Vec<Expression>),
    Object(Vec<Entry>),
    /// The first name of a traversal: `var`, `local`, `alicloud_vpc`, a loop variable.
    Variable(Arc<str>),
    Attribute {
        on: Expression,
        name: Name,
    },
    Index {
        on: Expression,
        key: Expression,
    },
    /// `on.*.each` and `on[*].each`: `each` says what is done with every element, which it reads as `Element`.
    Splat {
        on: Expression,
        each: Expression,
    },
    /// The element that a splat is about; only inside `Splat::each`.
    Element,
    /// `expand` is the `...` after the last argument. The name has its namespace in it: `provider::x::y`.
    Call {
        name: Name,
        arguments: Vec<Expression>,
        expand: bool,
    },
    Unary {
        operator: UnaryOperator,
        operand: Expression,
    },
    Binary {
        operator: BinaryOperator,
        left: Expression,
        right: Expression,
    },
    Conditional {
        condition: Expression,
        yes: Expression,
        no: Expression,
    },
    For(Box<For>),
    Parenthesis(Expression),
    /// Understood by the parser and refused by alinet (an object with too many keys): unknown, for this reason.
    Refused(Arc<str>),
}

#[derive(Clone, Debug)]
pub struct Entry {
    pub key: Expression,
    pub value: Expression,
}

/// `[for key, value in collection : result if condition]`, or with `{` and a result key.
#[derive(Clone, Debug)]
pub struct For {
    pub key_name: Option<Name>,
    pub value_name: Name,
    pub collection: Expression,
    /// For an object: the expression of the key.
    pub result_key: Option<Expression>,
    pub result: Expression,
    pub condition: Option<Expression>,
    /// `...` after the result: values of one key are grouped.
    pub grouping: bool,
}

/// A piece of a template.
#[derive(Clone, Debug)]
pub enum Part {
    /// Text with escapes resolved, `~` and heredoc indentation already taken away.
    Literal(Arc<str>),
    Interpolation(Expression),
    If {
        condition: Expression,
        yes: Vec<Part>,
        no: Vec<Part>,
        span: Span,
    },
    For {
        key_name: Option<Name>,
        value_name: Name,
        collection: Expression,
        body: Vec<Part>,
        span: Span,
    },
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum UnaryOperator {
    Not,
    Negate,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum BinaryOperator {
    Or,
    And,
    Equal,
    NotEqual,
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
    Add,
    Subtract,
    Multiply,
    Divide,
    Remainder,
}

impl Expression {
    pub fn new(kind: ExpressionKind, span: Span) -> Self {
        Expression { kind: Box::new(kind), span }
    }

    /// The word, when the expression is one bare name.
    pub fn keyword(&self) -> Option<&str> {
        match &*self.kind {
            ExpressionKind::Variable(name) => Some(name),
            ExpressionKind::Parenthesis(inner) => inner.keyword(),
            _ => None,
        }
    }

    /// The text, when the expression is a literal string.
    pub fn literal(&self) -> Option<&str> {
        match &*self.kind {
            ExpressionKind::String(text) => Some(text),
            _ => None,
        }
    }
}
