//! `alinet check`.

use std::io::{IsTerminal, Write};
use std::path::PathBuf;

use clap::{ArgMatches, ValueEnum};

use super::arguments::{Check, Color, FailOn, Format, Variables, in_order};
use super::origin::origin;
use super::progress::with_progress;
use super::{Disk, Failure, print, repository_top, rules, surroundings, with_threads, workspace};
use crate::diagnostic::Severity;
use crate::report::sarif::About;
use crate::report::{self, Detail, Report};
use crate::source::normalize;
use crate::suppress::Date;
use crate::{Named, Options, lint, rule};

pub fn run(check: &Check, matches: &ArgMatches) -> Result<u8, Failure> {
    let outputs = outputs(matches)?;
    for name in check.select.iter().chain(&check.ignore) {
        if !rule::every().any(|rule| rule.id == name || rule.category == name) {
            return Err(rules::unknown(name));
        }
    }
    let mut surroundings = surroundings(&Variables::inputs(matches)?, None)?;
    let mut paths = Vec::new();
    let given: Vec<PathBuf> = if check.paths.is_empty() { vec![".".into()] } else { check.paths.clone() };
    for path in given {
        let full = normalize(&surroundings.working_directory.join(&path));
        let about = std::fs::metadata(&full).map_err(|error| format!("{}: {error}", path.display()))?;
        if about.is_dir() {
            std::fs::read_dir(&full).map_err(|error| format!("{}: {error}", path.display()))?;
        } else {
            std::fs::File::open(&full).map_err(|error| format!("{}: {error}", path.display()))?;
        }
        paths.push(if about.is_dir() { Named::Directory(full) } else { Named::File(full) });
    }
    let first = match paths.first() {
        Some(Named::Directory(path) | Named::File(path)) => path.clone(),
        None => surroundings.working_directory.clone(),
    };
    surroundings.workspace = workspace(&first);
    let options = Options {
        paths,
        top: repository_top(&first),
        surroundings,
        all_blocks: check.all_blocks,
        select: check.select.clone(),
        ignore: check.ignore.clone(),
        strict: check.strict,
        no_ignores: check.no_ignores,
        today: check.today.or_else(today),
    };
    let disk = Disk::default();
    let report = with_progress(check.quiet, || with_threads(|| lint(&disk, &options)))?;
    if report.summary.files == 0 {
        return Err(Failure("there is no Terraform file under the given paths".into()));
    }
    let about = About {
        category: category(&report, &options),
        include_suppressed: check.sarif_include_suppressed,
        origin: options.top.as_deref().and_then(origin),
    };
    write(check, &report, &about, outputs)?;
    let limit = match check.fail_on {
        FailOn::Error => Severity::Error,
        FailOn::Warning => Severity::Warning,
        FailOn::Note => Severity::Note,
        FailOn::Never => return Ok(0),
    };
    Ok(u8::from(report.worst().is_some_and(|worst| worst >= limit)))
}

/// The day on this computer's clock; nothing expires on one that stands before 1970.
fn today() -> Option<Date> {
    let since = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).ok()?;
    Some(Date::after_epoch(since.as_secs() / 86_400))
}

/// What is written where: each `--output` takes the `--format` before it, and the last `--format` that no `--output`
/// follows goes to standard output.
fn outputs(matches: &ArgMatches) -> Result<Vec<(Format, Option<PathBuf>)>, Failure> {
    let mut outputs = Vec::new();
    let mut format = None;
    for (flag, text) in in_order(matches, &["format", "output"]) {
        if flag == "output" {
            outputs.push((format.take().unwrap_or(Format::Human), Some(PathBuf::from(text))));
        } else {
            format = Some(Format::from_str(&text.to_string_lossy(), false)?);
        }
    }
    match format {
        Some(format) => outputs.push((format, None)),
        None if outputs.is_empty() => outputs.push((Format::Human, None)),
        None => {}
    }
    Ok(outputs)
}

/// What tells this run from others over the same repository: the directory that was named, if it was one.
fn category(report: &Report, options: &Options) -> String {
    match options.paths.as_slice() {
        [Named::Directory(only)] => report.in_repository(only),
        _ => String::new(),
    }
}

fn write(
    check: &Check,
    report: &Report,
    about: &About,
    outputs: Vec<(Format, Option<PathBuf>)>,
) -> Result<(), Failure> {
    for (format, file) in outputs {
        if format == Format::Github {
            append_summary(report)?;
        }
        match file {
            Some(file) => {
                let text = render(report, about, format, check, false);
                std::fs::write(&file, text).map_err(|error| format!("--output {}: {error}", file.display()))?;
            }
            None => {
                let color = match check.color {
                    Color::Always => true,
                    Color::Never => false,
                    Color::Auto => std::io::stdout().is_terminal() && std::env::var_os("NO_COLOR").is_none(),
                };
                print(&render(report, about, format, check, color))?;
            }
        }
    }
    if check.statistics {
        let _ = std::io::stderr().write_all(report::statistics(report).as_bytes());
    }
    Ok(())
}

/// The summary of a GitHub job is a file that every step appends to.
fn append_summary(report: &Report) -> Result<(), Failure> {
    let Some(path) = std::env::var_os("GITHUB_STEP_SUMMARY").filter(|path| !path.is_empty()) else { return Ok(()) };
    let file = std::fs::OpenOptions::new().create(true).append(true).open(&path);
    file.and_then(|mut file| file.write_all(report::github_summary(report).as_bytes()))
        .map_err(|error| Failure(format!("GITHUB_STEP_SUMMARY {}: {error}", path.display())))
}

fn render(report: &Report, about: &About, format: Format, check: &Check, color: bool) -> String {
    let detail = match (check.quiet, check.verbose) {
        (true, _) => Detail::Quiet,
        (_, true) => Detail::Verbose,
        _ => Detail::Normal,
    };
    match format {
        Format::Human => report::human(report, color, detail),
        Format::Concise => report::concise(report),
        Format::Json => report::json(report),
        Format::Sarif => report::sarif(report, about),
        Format::Github => report::github(report),
        Format::Gitlab => report::gitlab(report),
        Format::Junit => report::junit(report),
        Format::Markdown => report::markdown(report),
    }
}
