//! What is wrong with the text? One error of syntax, before it is a finding.

use std::sync::Arc;

use crate::diagnostic::{Finding, SYNTAX_ERROR, Severity};
use crate::source::{File, Span};

/// Something that is not HCL, and what to write instead.
#[derive(Clone, Debug)]
pub struct Trouble {
    pub start: usize,
    pub end: usize,
    pub message: String,
    pub help: Option<&'static str>,
    /// About quotes, brackets and heredocs: the outline of the file reports it.
    pub structural: bool,
    /// The same thing, where it was right.
    pub first: Option<Span>,
}

impl Trouble {
    pub fn new(start: usize, end: usize, message: impl Into<String>) -> Self {
        Trouble { start, end, message: message.into(), help: None, structural: false, first: None }
    }

    pub fn help(mut self, help: &'static str) -> Self {
        self.help = Some(help);
        self
    }

    pub fn first(mut self, first: Span) -> Self {
        self.first = Some(first);
        self
    }

    pub fn finding(&self, file: &Arc<File>) -> Finding {
        let (mut start, mut end) = (self.start.min(file.text.len()), self.end.min(file.text.len()));
        while !file.text.is_char_boundary(start) {
            start -= 1;
        }
        while !file.text.is_char_boundary(end) {
            end += 1;
        }
        let place = Span::new(file.id, start, end.max(start));
        let finding = Finding::new(SYNTAX_ERROR, Severity::Error, self.message.clone()).at(place);
        let finding = match self.first {
            Some(first) => finding.related("set here first", None, Some(first)),
            None => finding,
        };
        match self.help {
            Some(help) => finding.help(help),
            None => finding,
        }
    }
}
