//! What do we say? The one type of finding that every floor and every rule makes, and every format shows.

use crate::source::Span;

#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Debug)]
pub enum Severity {
    Note,
    Warning,
    Error,
}

impl Severity {
    pub fn name(self) -> &'static str {
        match self {
            Severity::Note => "note",
            Severity::Warning => "warning",
            Severity::Error => "error",
        }
    }
}

/// One finding in one root. `place` is what the reader should look at first.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Finding {
    pub rule: &'static str,
    pub severity: Severity,
    pub message: String,
    pub help: Option<String>,
    /// The Terraform address that the finding is about.
    pub address: Option<String>,
    pub place: Option<Span>,
    pub related: Vec<Related>,
    /// The way of a packet that shows the defect, hop by hop; empty where no packet does.
    pub path: Vec<Related>,
    /// What tells two findings of one rule about one address apart: an attribute, another block, a quota id.
    pub key: String,
    /// What it is about, for the rules that absorb one another; empty stands for the address.
    pub causes: Vec<String>,
}

#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Related {
    pub message: String,
    pub address: Option<String>,
    pub place: Option<Span>,
}

/// Something that a rule could not decide, and why.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Undecided {
    pub rule: &'static str,
    pub address: String,
    pub because: String,
    pub place: Option<Span>,
}

impl Finding {
    pub fn new(rule: &'static str, severity: Severity, message: impl Into<String>) -> Self {
        Finding {
            rule,
            severity,
            message: message.into(),
            help: None,
            address: None,
            place: None,
            related: Vec::new(),
            path: Vec::new(),
            key: String::new(),
            causes: Vec::new(),
        }
    }

    pub fn at(mut self, place: Span) -> Self {
        self.place = Some(place);
        self
    }

    pub fn about(mut self, address: impl Into<String>) -> Self {
        self.address = Some(address.into());
        self
    }

    pub fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }

    pub fn key(mut self, key: impl Into<String>) -> Self {
        self.key = key.into();
        self
    }

    pub fn related(mut self, message: impl Into<String>, address: Option<String>, place: Option<Span>) -> Self {
        self.related.push(Related { message: message.into(), address, place });
        self
    }
}

/// The linter's own rules, which come from reading files rather than from a network.
pub const SYNTAX_ERROR: &str = "syntax-error";
pub const EVALUATION_ERROR: &str = "evaluation-error";
pub const UNUSED_IGNORE: &str = "unused-ignore";

/// The rule whose findings keep their fingerprint when other things are counted.
pub const QUOTA_EXCEEDED: &str = "quota-exceeded";

/// The known word that is nearly the one that was written.
pub fn nearest<'a>(word: &str, known: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let (away, near) = known.into_iter().map(|other| (distance(word, other), other)).min()?;
    (away <= 1 + word.len() / 4).then_some(near)
}

/// How many letters must be changed, added or left out to make one word of the other.
fn distance(a: &str, b: &str) -> usize {
    let b: Vec<char> = b.chars().collect();
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, x) in a.chars().enumerate() {
        let mut diagonal = row[0];
        row[0] = i + 1;
        for (j, y) in b.iter().enumerate() {
            let change = diagonal + usize::from(x != *y);
            diagonal = row[j + 1];
            row[j + 1] = change.min(row[j] + 1).min(row[j + 1] + 1);
        }
    }
    row[b.len()]
}
