//! SARIF 2.1.0, filled for those who read it: GitHub code scanning, the viewers of editors, Azure DevOps.
//!
//! Paths are relative to the repository's top and regions count UTF-16 code units from 1. Suppressed findings are left out
//! unless they are asked for, since GitHub would show them. `executionSuccessful` stays true when a file could not be
//! parsed, or GitHub would refuse the whole log: that is a notification and a result of its own.

mod model;

use std::collections::HashMap;

pub use model::*;

use super::line_hash::line_hashes;
use super::place::Place;
use super::{Report, RootFinding, text};
use crate::diagnostic::{Related, SYNTAX_ERROR, Severity};
use crate::rule::{self, Rule};
use crate::source::{FileId, Span};

/// GitHub refuses a run with more.
const MOST_RESULTS: usize = 25_000;
const MOST_RELATED: usize = 100;
/// How long the texts of a rule may be on GitHub.
const LONGEST: usize = 1024;

/// What the log says beside the report.
#[derive(Clone, Debug, Default)]
pub struct About {
    /// What tells this run from others of the same commit, such as `stacks/prod`.
    pub category: String,
    pub include_suppressed: bool,
    pub origin: Option<Origin>,
}

/// Where the files come from.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Origin {
    pub repository: String,
    pub revision: Option<String>,
    pub branch: Option<String>,
}

pub fn sarif(report: &Report, about: &About) -> String {
    text::json(&log(report, about))
}

fn log(report: &Report, about: &About) -> Log {
    let mut rules: Vec<&'static Rule> = rule::every().collect();
    rules.sort_by_key(|rule| rule.id);
    let mut results = Results { report, rules: &rules, hashes: HashMap::new() };
    let mut shown: Vec<(&RootFinding, Option<Suppression>)> =
        report.findings.iter().map(|found| (found, None)).collect();
    if about.include_suppressed {
        shown.extend(report.suppressed.iter().map(|one| {
            let kind = if one.in_source { "inSource" } else { "external" }.to_owned();
            let suppression = Suppression { kind, status: "accepted".into(), justification: one.reason.clone() };
            (&one.found, Some(suppression))
        }));
    }
    let left_out = shown.len().saturating_sub(MOST_RESULTS);
    if left_out > 0 {
        shown.sort_by_key(|(found, _)| std::cmp::Reverse(found.finding.severity));
        shown.truncate(MOST_RESULTS);
    }
    let mut notifications: Vec<Notification> = Vec::new();
    for found in report.findings.iter().filter(|found| found.finding.rule == SYNTAX_ERROR).take(MOST_RELATED) {
        notifications.push(Notification {
            descriptor: Descriptor { id: SYNTAX_ERROR.into() },
            level: "error".into(),
            message: Message::text(found.finding.message.clone()),
            locations: report.anchor(found).map(|place| location(&place, None, None)).into_iter().collect(),
        });
    }
    if left_out > 0 {
        notifications.push(Notification {
            descriptor: Descriptor { id: "too-many-results".into() },
            level: "warning".into(),
            message: Message::text(format!("{left_out} findings are left out, the least severe ones")),
            locations: Vec::new(),
        });
    }
    let results: Vec<Result> = shown.into_iter().map(|(found, hidden)| results.result(found, hidden)).collect();
    let category = about.category.trim_matches('/');
    let id = if category.is_empty() || category == "." { "alinet/".into() } else { format!("alinet/{category}/") };
    Log {
        schema: "https://json.schemastore.org/sarif-2.1.0.json".into(),
        version: "2.1.0".into(),
        runs: vec![Run {
            tool: Tool {
                driver: Driver {
                    name: "alinet".into(),
                    version: env!("CARGO_PKG_VERSION").into(),
                    semantic_version: env!("CARGO_PKG_VERSION").into(),
                    information_uri: link(""),
                    rules: rules.iter().map(|rule| descriptor(rule)).collect(),
                },
            },
            automation_details: AutomationDetails { id },
            column_kind: "utf16CodeUnits".into(),
            invocations: vec![Invocation { execution_successful: true, tool_execution_notifications: notifications }],
            version_control_provenance: about
                .origin
                .iter()
                .map(|origin| VersionControl {
                    repository_uri: origin.repository.clone(),
                    revision_id: origin.revision.clone(),
                    branch: origin.branch.clone(),
                })
                .collect(),
            results,
        }],
    }
}

/// A page of the project at this version, where the package says where the project is.
fn link(path: &str) -> Option<String> {
    let repository = env!("CARGO_PKG_REPOSITORY");
    match (repository.is_empty(), path.is_empty()) {
        (true, _) => None,
        (_, true) => Some(repository.to_owned()),
        _ => Some(format!("{repository}/blob/v{}/{path}", env!("CARGO_PKG_VERSION"))),
    }
}

fn descriptor(rule: &Rule) -> ReportingDescriptor {
    let summary = rule.summary().split_whitespace().collect::<Vec<_>>().join(" ");
    let prose = prose(rule.page);
    let snake = |text: &str| text.replace('-', "_");
    let page = format!("rules/{}/{}.md", snake(rule.category), snake(rule.id));
    let or_id = |text: String| if text.is_empty() { rule.id.to_owned() } else { text };
    ReportingDescriptor {
        id: rule.id.into(),
        name: pascal(rule.id),
        short_description: Message::text(or_id(cut(&summary, LONGEST))),
        full_description: Message::text(or_id(cut(&prose, LONGEST))),
        help: Help { text: or_id(prose), markdown: rule.page.to_owned() },
        help_uri: link(&page),
        default_configuration: Configuration { level: rule.severity.name().into() },
        properties: RuleProperties {
            tags: vec!["alibaba-cloud".into(), "terraform".into(), rule.category.into()],
            // What may be right in a cloud that the files do not show in full is less certain than what the cloud refuses.
            precision: match rule.severity {
                Severity::Error => "very-high",
                Severity::Warning => "high",
                Severity::Note => "medium",
            }
            .into(),
            severity: match rule.severity {
                Severity::Error => "error",
                Severity::Warning => "warning",
                Severity::Note => "recommendation",
            }
            .into(),
        },
    }
}

/// The paragraphs of a page between its title and its first section.
fn prose(page: &str) -> String {
    let body = page.split_once('\n').map_or("", |(_, body)| body);
    let body = body.split("\n## ").next().unwrap_or("");
    let paragraphs = body.split("\n\n").map(|paragraph| paragraph.split_whitespace().collect::<Vec<_>>().join(" "));
    paragraphs.filter(|paragraph| !paragraph.is_empty()).collect::<Vec<_>>().join("\n\n")
}

fn cut(text: &str, most: usize) -> String {
    if text.chars().count() <= most {
        return text.to_owned();
    }
    let mut short: String = text.chars().take(most - 1).collect();
    short.push('…');
    short
}

/// `vswitch-overlap` as `VswitchOverlap`.
fn pascal(id: &str) -> String {
    let words = id.split('-').map(|word| {
        let mut letters = word.chars();
        letters.next().map(|first| first.to_uppercase().chain(letters).collect::<String>()).unwrap_or_default()
    });
    words.collect()
}

struct Results<'a> {
    report: &'a Report,
    rules: &'a [&'static Rule],
    hashes: HashMap<FileId, Vec<String>>,
}

impl Results<'_> {
    fn result(&mut self, found: &RootFinding, suppression: Option<Suppression>) -> Result {
        let report = self.report;
        let finding = &found.finding;
        let mut related = Vec::new();
        let mut text = sentence(&finding.message);
        if let Some(help) = &finding.help {
            text.push('\n');
            text.push_str(&sentence(help));
        }
        for one in finding.related.iter().take(MOST_RELATED) {
            text.push('\n');
            match one.place.and_then(|place| Some((report.place(place)?, place))) {
                Some((place, span)) => {
                    let id = related.len() as u32 + 1;
                    text.push_str(&format!("[{}]({id})", bracketed(&one.message)));
                    let mut location = location(&place, Some(report.shown_text(span)), one.address.as_deref());
                    location.id = Some(id);
                    location.message = Some(Message::text(one.message.clone()));
                    related.push(location);
                }
                None => text.push_str(&one.message),
            }
        }
        let anchor = report.anchor(found);
        let own = finding.place.filter(|place| report.place(*place).is_some());
        let mut fingerprints = Fingerprints { own: report.fingerprint(found), line: None };
        let locations = match &anchor {
            Some(place) => {
                fingerprints.line = self.line_hash(place, own);
                vec![location(place, own.map(|own| report.shown_text(own)), finding.address.as_deref())]
            }
            None => Vec::new(),
        };
        Result {
            rule_id: finding.rule.into(),
            rule_index: self.rules.iter().position(|rule| rule.id == finding.rule),
            level: finding.severity.name().into(),
            message: Message::text(text),
            locations,
            related_locations: related,
            code_flows: self.flow(&finding.path).into_iter().collect(),
            partial_fingerprints: fingerprints,
            suppressions: suppression.into_iter().collect(),
            properties: ResultProperties { roots: found.roots.iter().map(|root| report.in_repository(root)).collect() },
        }
    }

    /// The way of the packet. A hop that no line decides stands at the one before it: readers want a place for each.
    fn flow(&self, path: &[Related]) -> Option<CodeFlow> {
        let report = self.report;
        let mut last = path.iter().find_map(|step| step.place.filter(|place| report.place(*place).is_some()))?;
        let mut locations = Vec::new();
        for step in path {
            last = step.place.filter(|place| report.place(*place).is_some()).unwrap_or(last);
            let mut location = location(&report.place(last)?, None, step.address.as_deref());
            location.message = Some(Message::text(step.message.clone()));
            locations.push(ThreadFlowLocation { location });
        }
        Some(CodeFlow {
            message: Message::text(path.first()?.message.clone()),
            thread_flows: vec![ThreadFlow { locations }],
        })
    }

    fn line_hash(&mut self, place: &Place, own: Option<Span>) -> Option<String> {
        let file = self.report.files.get(own?.file);
        let hashes = self.hashes.entry(file.id).or_insert_with(|| line_hashes(&file.text));
        hashes.get(place.start.line as usize - 1).cloned()
    }
}

/// GitHub takes the first sentence for the title.
fn sentence(text: &str) -> String {
    let mut letters = text.chars();
    let first = letters.next().map(|first| first.to_string()).unwrap_or_default();
    let end = if text.ends_with(['.', '!', '?']) { "" } else { "." };
    format!("{first}{}{end}", letters.as_str())
}

/// The text of an embedded link.
fn bracketed(text: &str) -> String {
    text.replace('\\', "\\\\").replace('[', "\\[").replace(']', "\\]")
}

fn location(place: &Place, snippet: Option<String>, address: Option<&str>) -> Location {
    let absolute = place.in_repository.starts_with('/');
    let uri = text::uri(&place.in_repository);
    Location {
        id: None,
        physical_location: PhysicalLocation {
            artifact_location: ArtifactLocation { uri: if absolute { format!("file://{uri}") } else { uri } },
            region: Region {
                start_line: place.start.line,
                start_column: place.start.column,
                end_line: place.end.line,
                end_column: place.end.column,
                snippet: snippet.filter(|text| !text.is_empty()).map(|text| Snippet { text: cut(&text, LONGEST) }),
            },
        },
        logical_locations: address
            .map(|address| LogicalLocation { fully_qualified_name: address.into(), kind: "resource".into() })
            .into_iter()
            .collect(),
        message: None,
    }
}
