//! A place as formats show it, and text from which secrets have been taken out.

use super::Report;
use crate::source::{Position, Span};

/// A span of a file that a user can open.
pub struct Place {
    pub file: String,
    pub start: Position,
    pub end: Position,
}

impl Report {
    /// Where a span is; nothing for values from the command line and the environment.
    pub(crate) fn place(&self, span: Span) -> Option<Place> {
        let file = self.files.get(span.file);
        if file.path.to_string_lossy().starts_with('<') {
            return None;
        }
        Some(Place {
            file: self.shown(&file.path),
            start: file.position(span.start),
            end: file.position(span.end.max(span.start)),
        })
    }

    /// The secrets that overlap a range of a file, in order.
    pub(crate) fn secrets_in(&self, span: Span) -> impl Iterator<Item = Span> {
        self.secrets
            .iter()
            .copied()
            .filter(move |secret| secret.file == span.file && secret.start < span.end && span.start < secret.end)
    }
}
