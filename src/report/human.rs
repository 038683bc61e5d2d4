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
    let handler = GraphicalReportHandler::new_themed(theme)
        .with_width(120)
        .with_context_lines(1)
        .without_cause_chain()
        // An id that is broken at its hyphens cannot be copied.
        .with_word_separator(textwrap::WordSeparator::AsciiSpace)
        .with_word_splitter(textwrap::WordSplitter::NoHyphenation);
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

/// Places so many lines away from the finding are named below the snippet instead of being shown in it.
const NEAR: u32 = 8;
/// A longer piece of a file is not shown.
const LONGEST: usize = 100_000;

/// One finding as miette wants to see it. Places in other files, and those far away, are listed below the snippet.
#[derive(Debug)]
struct Shown {
    message: String,
    code: String,
    severity: Severity,
    help: Option<String>,
    source: Option<Masked>,
    labels: Vec<LabeledSpan>,
}

/// The lines of a file that a snippet shows, with secrets masked byte for byte, so that offsets stay true.
#[derive(Debug)]
struct Masked {
    name: String,
    text: String,
    /// How many lines of the file stand before these.
    before: usize,
}

impl Shown {
    fn new(report: &Report, found: &RootFinding) -> Shown {
        let finding = &found.finding;
        let place = finding.place.filter(|place| report.place(*place).is_some());
        let mut near: Vec<(Span, Option<String>)> = place.map(|place| (place, None)).into_iter().collect();
        let mut elsewhere = Vec::new();
        let line = |span: Span| report.files.get(span.file).position(span.start).line;
        for related in finding.related.iter().take(4) {
            match (related.place, place) {
                (Some(at), Some(place))
                    if at.file == place.file
                        && line(at).abs_diff(line(place)) <= NEAR
                        && !near.iter().any(|(other, _)| *other == at) =>
                {
                    near.push((at, Some(super::text::line(&related.message))));
                }
                (Some(at), _) => match report.place(at) {
                    Some(at) => {
                        let message = &related.message;
                        elsewhere.push(format!("{}:{}:{}: {message}", at.file, at.start.line, at.start.column));
                    }
                    None => elsewhere.push(related.message.clone()),
                },
                (None, _) => elsewhere.push(related.message.clone()),
            }
        }
        if finding.related.len() > 4 {
            elsewhere.push(format!("and {} more", finding.related.len() - 4));
        }
        let mut help = finding.help.clone().unwrap_or_default();
        for line in elsewhere {
            help.push_str(if help.is_empty() { "" } else { "\n" });
            help.push_str(&format!("see {line}"));
        }
        let spans: Vec<Span> = near.iter().map(|(span, _)| *span).collect();
        let (source, from) = match window(report, &spans) {
            Some((source, from)) => (Some(source), from),
            None => (None, 0),
        };
        let labels = near.iter().filter(|_| source.is_some()).map(|(span, message)| {
            let at: SourceSpan = ((span.start - from) as usize, (span.end - span.start) as usize).into();
            match message {
                None => LabeledSpan::new_primary_with_span(None, at),
                message => LabeledSpan::new_with_span(message.clone(), at),
            }
        });
        let labels = labels.collect();
        let about = finding.address.as_ref().map(|address| format!(" [{address}]")).unwrap_or_default();
        Shown {
            message: plain(&finding.message).into_owned(),
            code: plain(&format!("{}{about}", finding.rule)).into_owned(),
            severity: finding.severity,
            help: (!help.is_empty()).then(|| plain(&help).into_owned()),
            source,
            labels,
        }
    }
}

/// The lines around these places, and where they begin in the file.
fn window(report: &Report, places: &[Span]) -> Option<(Masked, u32)> {
    let first = places.iter().min_by_key(|place| place.start)?;
    let end = places.iter().map(|place| place.end).max()?;
    let file = report.files.get(first.file);
    let text = &*file.text;
    let line_start = |at: usize| memchr::memrchr(b'\n', &text.as_bytes()[..at]).map_or(0, |at| at + 1);
    let line_end = |at: usize| memchr::memchr(b'\n', &text.as_bytes()[at..]).map_or(text.len(), |end| at + end + 1);
    let mut from = line_start((first.start as usize).min(text.len()));
    from = line_start(from.saturating_sub(1));
    let mut to = line_end((end as usize).min(text.len()));
    to = line_end(to);
    if to - from > LONGEST {
        return None;
    }
    let mut shown = text.get(from..to)?.to_owned();
    let whole = Span::new(first.file, from, to);
    for secret in report.secrets_in(whole) {
        let range = (secret.start as usize).max(from) - from..(secret.end as usize).min(to) - from;
        if let Some(hidden) = shown.get(range.clone()) {
            let mask = mask(hidden.len());
            shown.replace_range(range, &mask);
        }
    }
    let before = file.position(from as u32).line as usize - 1;
    let name = super::text::line(&report.shown(&file.path));
    Some((Masked { name, text: plain(&shown).into_owned(), before }, from as u32))
}

/// `(sensitive)` in exactly that many bytes.
fn mask(length: usize) -> String {
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
            self.before + contents.line(),
            column,
            contents.line_count(),
        )))
    }
}
