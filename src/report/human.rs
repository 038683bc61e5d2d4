//! The report for a person at a terminal: each finding with the lines it speaks of, and a last line that sums up.

use std::fmt::Write as _;

use miette::{
    Diagnostic, GraphicalReportHandler, GraphicalTheme, LabeledSpan, MietteError, SourceCode, SourceSpan, SpanContents,
};

use super::text::plain;
use super::{Report, RootFinding};
use crate::diagnostic::Severity;
use crate::source::Span;

/// How much is said beside the findings.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Detail {
    Quiet,
    Normal,
    /// What could not be decided, one by one.
    Verbose,
}

pub fn human(report: &Report, color: bool, detail: Detail) -> String {
    let mut text = findings(report, color);
    if detail == Detail::Verbose {
        for one in &report.undecided {
            let undecided = &one.undecided;
            let at = undecided.place.and_then(|place| report.place(place));
            let at = at.map(|at| format!(" ({}:{})", at.file, at.start.line)).unwrap_or_default();
            let line = format!("undecided: {} {}: {}{at}", undecided.rule, undecided.address, undecided.because);
            text.push_str(&plain(&line));
            text.push('\n');
        }
    }
    if detail != Detail::Quiet {
        text.push_str(&summary(report));
    }
    text
}

/// The findings alone, without the last lines.
pub fn findings(report: &Report, color: bool) -> String {
    let theme = if color { GraphicalTheme::unicode() } else { GraphicalTheme::unicode_nocolor() };
    let handler = GraphicalReportHandler::new_themed(theme).with_width(120).with_context_lines(1).without_cause_chain();
    let mut text = String::new();
    for found in &report.findings {
        let shown = Shown::new(report, found);
        // Writing to a string does not fail.
        let _ = handler.render_report(&mut text, &shown);
        text.push('\n');
    }
    text
}

/// How much was found, and in how much.
pub(super) fn headline(report: &Report) -> String {
    let mut text = String::new();
    let (errors, warnings, notes) =
        (report.count(Severity::Error), report.count(Severity::Warning), report.count(Severity::Note));
    let looked = format!(
        "{} in {} of {}",
        count(report.summary.resources, "resource"),
        count(report.summary.files, "file"),
        count(report.summary.roots, "root")
    );
    let suppressed = match report.summary.suppressed {
        0 => String::new(),
        n => format!(" ({n} suppressed)"),
    };
    if errors + warnings + notes == 0 {
        let _ = writeln!(text, "no findings{suppressed}: {looked}");
    } else {
        let counts: Vec<String> = [(errors, "error"), (warnings, "warning"), (notes, "note")]
            .into_iter()
            .filter(|(n, _)| *n > 0)
            .map(|(n, name)| count(n, name))
            .collect();
        let _ = writeln!(text, "{}{suppressed}: {looked}", counts.join(", "));
    }
    text
}

pub(super) fn summary(report: &Report) -> String {
    let mut text = headline(report);
    for (kind, total) in [("route", report.summary.routes), ("peering", report.summary.peerings)] {
        text.push_str(&coverage(report, kind, total));
    }
    for (call, source) in &report.summary.absent {
        let line = format!("module `{call}` is not on disk (source \"{source}\"): what it makes is not known");
        text.push_str(&super::text::line(&line));
        text.push('\n');
    }
    text
}

/// How many things of a kind were decided, and the most frequent reason where one was not.
fn coverage(report: &Report, kind: &str, total: usize) -> String {
    if total == 0 {
        return String::new();
    }
    let mut open = std::collections::BTreeMap::new();
    for one in &report.undecided {
        let address = &one.undecided.address;
        let name = address.rsplit_once("alicloud_").map_or("", |(_, name)| name);
        let of_kind = match kind {
            "route" => name.starts_with("route_entry.") || name.starts_with("vpc_route_entry."),
            _ => name.starts_with("vpc_peer_connection."),
        };
        if of_kind {
            open.entry((&one.root, address)).or_insert(&one.undecided.because);
        }
    }
    let decided = total.saturating_sub(open.len());
    let mut line = format!("{}: {decided} decided", count(total, kind));
    if !open.is_empty() {
        let mut reasons: std::collections::BTreeMap<&str, usize> = std::collections::BTreeMap::new();
        for because in open.values() {
            *reasons.entry(because).or_default() += 1;
        }
        let most = reasons.iter().max_by_key(|(_, n)| **n).map_or("", |(because, _)| because);
        let others =
            if reasons.len() > 1 { format!(" and {} other reasons", reasons.len() - 1) } else { String::new() };
        let _ = write!(line, ", {} undecided because {most}{others}", open.len());
    }
    line.push('\n');
    line
}

pub(super) fn count(n: usize, name: &str) -> String {
    format!("{n} {name}{}", if n == 1 { "" } else { "s" })
}

/// One finding as miette wants to see it. Places in other files are listed below the snippet.
#[derive(Debug)]
struct Shown {
    message: String,
    code: String,
    severity: Severity,
    help: Option<String>,
    source: Option<Masked>,
    labels: Vec<LabeledSpan>,
}

/// A file's text with secrets masked byte for byte, so that offsets stay true.
#[derive(Debug)]
struct Masked {
    name: String,
    text: String,
}

impl Shown {
    fn new(report: &Report, found: &RootFinding) -> Shown {
        let finding = &found.finding;
        let place = finding.place.filter(|place| report.place(*place).is_some());
        let mut labels = Vec::new();
        let mut elsewhere = Vec::new();
        if let Some(place) = place {
            labels.push(LabeledSpan::new_primary_with_span(None, source_span(place)));
        }
        let mut seen: Vec<Span> = place.into_iter().collect();
        for related in finding.related.iter().take(4) {
            match (related.place, place) {
                (Some(at), Some(place)) if at.file == place.file && !seen.contains(&at) => {
                    seen.push(at);
                    labels.push(LabeledSpan::new_with_span(Some(super::text::line(&related.message)), source_span(at)));
                }
                (Some(at), _) => {
                    let shown =
                        report.place(at).map(|at| format!(" ({}:{}:{})", at.file, at.start.line, at.start.column));
                    elsewhere.push(format!("{}{}", related.message, shown.unwrap_or_default()));
                }
                (None, _) => elsewhere.push(related.message.clone()),
            }
        }
        if finding.related.len() > 4 {
            elsewhere.push(format!("and {} more", finding.related.len() - 4));
        }
        let mut help = finding.help.clone().unwrap_or_default();
        if !elsewhere.is_empty() {
            let lines = elsewhere.join("\n");
            help = if help.is_empty() { lines } else { format!("{lines}\n{help}") };
        }
        let about = finding.address.as_ref().map(|address| format!(" [{address}]")).unwrap_or_default();
        Shown {
            message: plain(&finding.message).into_owned(),
            code: plain(&format!("{}{about}", finding.rule)).into_owned(),
            severity: finding.severity,
            help: (!help.is_empty()).then(|| plain(&help).into_owned()),
            source: place.map(|place| masked(report, place)),
            labels,
        }
    }
}

fn source_span(span: Span) -> SourceSpan {
    (span.start as usize, (span.end - span.start) as usize).into()
}

fn masked(report: &Report, place: Span) -> Masked {
    let file = report.files.get(place.file);
    let whole = Span { file: place.file, start: 0, end: file.text.len() as u32 };
    let mut text = file.text.to_string();
    for secret in report.secrets_in(whole) {
        let range = secret.range();
        if let Some(hidden) = text.get(range.clone()) {
            let mask = mask(hidden.len(), hidden.contains('\n'));
            text.replace_range(range, &mask);
        }
    }
    Masked { name: super::text::line(&report.shown(&file.path)), text: plain(&text).into_owned() }
}

/// `(sensitive)` in exactly that many bytes.
fn mask(length: usize, _lines: bool) -> String {
    let word = "(sensitive)";
    if length >= word.len() { format!("{word:<length$}") } else { "*".repeat(length) }
}

impl std::fmt::Display for Shown {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for Shown {}

impl Diagnostic for Shown {
    fn code<'a>(&'a self) -> Option<Box<dyn std::fmt::Display + 'a>> {
        Some(Box::new(&self.code))
    }

    fn severity(&self) -> Option<miette::Severity> {
        Some(match self.severity {
            Severity::Error => miette::Severity::Error,
            Severity::Warning => miette::Severity::Warning,
            Severity::Note => miette::Severity::Advice,
        })
    }

    fn help<'a>(&'a self) -> Option<Box<dyn std::fmt::Display + 'a>> {
        self.help.as_ref().map(|help| Box::new(help) as Box<dyn std::fmt::Display>)
    }

    fn source_code(&self) -> Option<&dyn SourceCode> {
        self.source.as_ref().map(|source| source as &dyn SourceCode)
    }

    fn labels(&self) -> Option<Box<dyn Iterator<Item = LabeledSpan> + '_>> {
        (!self.labels.is_empty())
            .then(|| Box::new(self.labels.iter().cloned()) as Box<dyn Iterator<Item = LabeledSpan>>)
    }
}

impl SourceCode for Masked {
    fn read_span<'a>(
        &'a self,
        span: &SourceSpan,
        before: usize,
        after: usize,
    ) -> Result<Box<dyn SpanContents<'a> + 'a>, MietteError> {
        let contents = self.text.as_str().read_span(span, before, after)?;
        // Columns count as everywhere else, not in bytes.
        let start = contents.span().offset().saturating_sub(contents.column());
        let column = self.text.get(start..contents.span().offset()).map_or(0, |text| text.encode_utf16().count());
        Ok(Box::new(miette::MietteSpanContents::new_named(
            self.name.clone(),
            contents.data(),
            *contents.span(),
            contents.line(),
            column,
            contents.line_count(),
        )))
    }
}
