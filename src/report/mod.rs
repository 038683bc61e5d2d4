//! How is it shown? A report is plain data in a fixed order; each format is one file.

mod baseline;
mod concise;
mod fingerprint;
mod github;
mod gitlab;
pub mod graph;
mod human;
mod json;
mod junit;
mod line_hash;
mod markdown;
mod mask;
mod place;
mod reach;
pub mod sarif;
mod statistics;
mod text;
mod value;

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

pub use baseline::Baseline;
pub use concise::concise;
pub use github::{github, github_summary};
pub use gitlab::gitlab;
pub use human::{Detail, findings, human};
pub use json::json;
pub use junit::junit;
pub use markdown::markdown;
pub use mask::Mask;
pub use reach::{Shown, matrix, matrix_json, reach, reach_json};
pub use sarif::sarif;
pub use statistics::statistics;
pub use text::json as pretty;
pub use value::value;

use crate::diagnostic::{Finding, Severity, Undecided};
use crate::source::{Files, Span};

/// A finding and the roots that it stands in, in path order.
#[derive(Clone, Debug)]
pub struct RootFinding {
    pub finding: Finding,
    pub roots: Vec<PathBuf>,
}

/// A finding that somebody decided to live with.
#[derive(Clone, Debug)]
pub struct Suppressed {
    pub found: RootFinding,
    pub reason: String,
    /// By a comment in the files, rather than by what lies beside them.
    pub in_source: bool,
}

#[derive(Clone, Debug)]
pub struct RootUndecided {
    pub undecided: Undecided,
    pub root: PathBuf,
}

/// A root that was looked at.
#[derive(Clone, Debug)]
pub struct Root {
    pub directory: PathBuf,
    /// The start of its first file.
    pub first: Option<Span>,
}

#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Summary {
    pub roots: usize,
    pub files: usize,
    pub resources: usize,
    pub routes: usize,
    pub peerings: usize,
    pub suppressed: usize,
    /// Module calls whose source is not on disk: name and source.
    pub absent: Vec<(String, String)>,
}

#[derive(Debug)]
pub struct Report {
    pub files: Files,
    pub roots: Vec<Root>,
    pub findings: Vec<RootFinding>,
    pub suppressed: Vec<Suppressed>,
    pub undecided: Vec<RootUndecided>,
    pub summary: Summary,
    /// Places whose text is shown nowhere.
    pub secrets: Vec<Span>,
    /// Texts that are shown nowhere, wherever they come from.
    pub hidden: BTreeSet<String>,
    pub working_directory: PathBuf,
    /// The repository's top, which fingerprints are relative to.
    pub top: Option<PathBuf>,
}

impl Report {
    /// Puts everything in its order.
    pub fn finish(mut self) -> Self {
        let files = &self.files;
        let path = |span: Option<Span>| span.map(|span| files.get(span.file).path.clone());
        let order = |found: &RootFinding| {
            let finding = &found.finding;
            let at = finding.place.map(|place| (place.start, place.end));
            (
                path(finding.place),
                at,
                finding.rule,
                finding.address.clone(),
                finding.message.clone(),
                found.roots.clone(),
            )
        };
        for found in self.findings.iter_mut().chain(self.suppressed.iter_mut().map(|one| &mut one.found)) {
            found.roots.sort();
            found.roots.dedup();
        }
        self.findings.sort_by_cached_key(order);
        self.suppressed.sort_by_cached_key(|one| order(&one.found));
        self.undecided.sort_by_cached_key(|one| {
            (one.root.clone(), one.undecided.rule, one.undecided.address.clone(), one.undecided.because.clone())
        });
        self.secrets.sort();
        self.secrets.dedup();
        self.mask();
        self
    }

    /// Keeps the findings whose place, or one that is related, touches wanted lines of a file.
    pub fn keep(&mut self, wanted: impl Fn(&Path, u32, u32) -> bool) {
        let files = &self.files;
        let touches = |span: Span| {
            let file = files.get(span.file);
            wanted(&file.path, file.position(span.start).line, file.position(span.end.max(span.start)).line)
        };
        let kept = |found: &RootFinding| {
            let related = found.finding.related.iter().filter_map(|related| related.place);
            found.finding.place.into_iter().chain(related).any(touches)
        };
        self.findings.retain(kept);
        self.suppressed.retain(|one| kept(&one.found));
        self.summary.suppressed = self.suppressed.len();
    }

    pub fn count(&self, severity: Severity) -> usize {
        self.findings.iter().filter(|found| found.finding.severity == severity).count()
    }

    /// The worst severity in the report.
    pub fn worst(&self) -> Option<Severity> {
        self.findings.iter().map(|found| found.finding.severity).max()
    }

    /// A path as a user writes it: relative to the working directory where it is inside, with `/`.
    pub fn shown(&self, path: &Path) -> String {
        relative(path, &self.working_directory)
    }

    /// A path relative to the repository's top: the same wherever alinet is started.
    pub fn in_repository(&self, path: &Path) -> String {
        relative(path, self.top.as_deref().unwrap_or(&self.working_directory))
    }

    pub fn category(rule: &str) -> &'static str {
        crate::rule::find(rule).map_or("alinet", |rule| rule.category)
    }
}

fn relative(path: &Path, base: &Path) -> String {
    let shown = path.strip_prefix(base).unwrap_or(path);
    if shown.as_os_str().is_empty() {
        return ".".into();
    }
    let text = shown.to_string_lossy();
    if std::path::MAIN_SEPARATOR == '\\' { text.replace('\\', "/") } else { text.into_owned() }
}
