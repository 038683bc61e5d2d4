//! A place as formats show it, and text from which secrets have been taken out.

use super::{Report, RootFinding};
use crate::source::{Position, Span};

/// A span of a file that a user can open.
pub struct Place {
    /// Relative to the working directory.
    pub file: String,
    /// Relative to the repository's top.
    pub in_repository: String,
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
            in_repository: self.in_repository(&file.path),
            start: file.position(span.start),
            end: file.position(span.end.max(span.start)),
        })
    }

    /// Where a finding is shown by formats that can show nothing without a file: its own place, else that of something
    /// related, else the first file of its root.
    pub(super) fn anchor(&self, found: &RootFinding) -> Option<Place> {
        let finding = &found.finding;
        let related = finding.related.iter().filter_map(|related| related.place);
        let first = || {
            let root = found.roots.first()?;
            let at = self.roots.binary_search_by(|known| known.directory.cmp(root)).ok()?;
            self.roots[at].first
        };
        let places = finding.place.into_iter().chain(related).chain(std::iter::once_with(first).flatten());
        places.into_iter().find_map(|place| self.place(place))
    }

    /// The text of a span as it may be shown.
    pub(super) fn shown_text(&self, span: Span) -> String {
        let mut text = self.files.text(span);
        let mut secrets: Vec<Span> = self.secrets_in(span).collect();
        secrets.sort_by_key(|secret| std::cmp::Reverse(secret.start));
        for secret in secrets {
            let start = secret.start.max(span.start) - span.start;
            let end = secret.end.min(span.end) - span.start;
            if text.is_char_boundary(start as usize) && text.is_char_boundary(end as usize) && start < end {
                text.replace_range(start as usize..end as usize, "(sensitive)");
            }
        }
        text
    }

    /// The secrets that overlap a range of a file, in order.
    pub(crate) fn secrets_in(&self, span: Span) -> impl Iterator<Item = Span> {
        self.secrets
            .iter()
            .copied()
            .filter(move |secret| secret.file == span.file && secret.start < span.end && span.start < secret.end)
    }
}
