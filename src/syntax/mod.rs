//! What is written? HCL and JSON syntax with a span on everything, from files that may be broken.
//!
//! A file is split into its top-level items by the outline, a byte scanner; a block is parsed when somebody asks for its
//! body. No type of the parser behind it leaves this floor: everything is lowered to the small tree of `tree`.

mod expression;
mod grammar;
mod heredoc;
mod json;
mod lower;
mod marks;
mod outline;
mod scan;
mod structure;
mod template;
mod tokens;
pub mod tree;
mod trouble;

use std::sync::{Arc, OnceLock};

use crate::diagnostic::Finding;
use crate::source::{File, Span};
pub use tree::*;

/// A file as the outline sees it: its top-level items in order, its comments, and what is broken in its structure.
#[derive(Debug)]
pub struct Outline {
    pub file: Arc<File>,
    pub items: Vec<Item>,
    pub comments: Vec<Comment>,
    /// Errors of structure: quotes, braces, heredocs, stray text.
    pub errors: Vec<Finding>,
    /// A part of the file could not be understood, so nothing can be concluded from what is not in it.
    pub incomplete: bool,
}

#[derive(Debug)]
pub struct Comment {
    /// The comment with its marker, without the line end.
    pub span: Span,
    /// Nothing but blanks stands before it on its line.
    pub own_line: bool,
}

#[derive(Debug)]
pub enum Item {
    /// `name = value` at the top level: the whole content of a tfvars file.
    Attribute(Attribute),
    Block(Stub),
}

/// A top-level block whose body has perhaps not been parsed yet.
#[derive(Debug)]
pub struct Stub {
    pub kind: Name,
    pub labels: Vec<Name>,
    /// From the block's keyword to its last label.
    pub header: Span,
    /// From the keyword to the closing brace.
    pub span: Span,
    pub(crate) content: Content,
    pub(crate) body: OnceLock<Arc<Parsed>>,
}

/// Where the body of a stub comes from.
#[derive(Debug)]
pub(crate) enum Content {
    /// HCL between the braces.
    Hcl { file: Arc<File>, inner: Span },
    /// Already built, from JSON.
    Built,
}

/// A body, and what is wrong in it.
#[derive(Debug, Default)]
pub struct Parsed {
    pub body: Body,
    pub errors: Vec<Finding>,
    /// Something of the body is missing from the tree.
    pub incomplete: bool,
}

impl Stub {
    /// The body, parsed at the first call.
    pub fn body(&self) -> &Arc<Parsed> {
        self.body.get_or_init(|| match &self.content {
            Content::Hcl { file, inner } => Arc::new(lower::body(file, *inner)),
            Content::Built => Arc::default(),
        })
    }

    pub fn label(&self, at: usize) -> Option<&Name> {
        self.labels.get(at)
    }
}

/// Reads the structure of a file of native syntax (`.tf`, `.tofu`, `.tfvars`).
pub fn outline(file: &Arc<File>) -> Outline {
    outline::outline(file)
}

/// Reads a file of JSON syntax (`.tf.json`, `.tofu.json`) into the same shapes.
pub fn outline_json(file: &Arc<File>) -> Outline {
    json::outline(file)
}

/// Reads a `.tfvars.json` file: an object of values in which strings are only strings.
pub fn outline_json_values(file: &Arc<File>) -> Outline {
    json::outline_values(file)
}

/// Parses one expression that fills `span` of the file.
pub fn expression(file: &Arc<File>, span: Span) -> Result<Expression, Box<Finding>> {
    lower::expression(file, span)
}

/// Parses the text of a template (a file for `templatefile`, a string for `templatestring`) that fills `span`.
pub fn template(file: &Arc<File>, span: Span) -> Result<Expression, Box<Finding>> {
    lower::template(file, span)
}
