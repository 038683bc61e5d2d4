//! `alinet check`.

use std::io::{IsTerminal, Write};
use std::path::{Path, PathBuf};

use clap::{ArgMatches, ValueEnum};

use super::arguments::{Check, Color, FailOn, Format, Variables, in_order};
use super::changes::Changes;
use super::origin::origin;
use super::progress::with_progress;
use super::settings::{settings, show};
use super::{Disk, Failure, print, repository_top, rules, surroundings, with_threads};
use crate::config::Choice;
use crate::diagnostic::{Severity, nearest};
use crate::module::{Input, Repository};
use crate::report::sarif::About;
use crate::report::{self, Baseline, Detail, Report};
use crate::source::normalize;
use crate::suppress::Date;
use crate::{Named, Options, lint_scope, rule, scope, whole_scope};

pub fn run(check: &Check, matches: &ArgMatches) -> Result<u8, Failure> {
    let outputs = outputs(matches)?;
    for name in check.select.iter().chain(&check.ignore) {
        if !rule::every().any(|rule| rule.id == name || rule.category == name) {
            return Err(rules::unknown(name));
        }
    }
    let surroundings = surroundings(&Variables::inputs(matches)?, None)?;
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
    let mut options = Options {
        paths,
        top: repository_top(&first),
        surroundings,
        all_blocks: check.all_blocks,
        choice: Choice { select: check.select.clone(), ignore: check.ignore.clone(), ..Choice::default() },
        strict: check.strict,
        no_ignores: check.no_ignores,
        today: check.today.or_else(today),
        ..Options::default()
    };
    let changes =
        check.since.as_deref().map(|revision| Changes::since(revision, options.top.as_deref())).transpose()?;
    let baseline = check.baseline.as_deref().map(baseline).transpose()?;
    let disk = Disk;
    let report = with_progress(check.quiet, || with_threads(|| look(&disk, &mut options, check)))??;
    let Some(mut report) = report else { return Ok(0) };
    if report.summary.files == 0 {
        let only_files = options.paths.iter().all(|path| matches!(path, Named::File(_)));
        if only_files || check.shard.is_some() || check.since.is_some() {
            return Ok(0);
        }
        return Err(Failure("there is no Terraform file under the given paths".into()));
    }
    if let Some((file, baseline)) = baseline {
        let gone = report.hide(&baseline);
        // What a flag leaves out is not gone.
        if gone > 0 && !check.quiet && check.select.is_empty() && check.ignore.is_empty() {
            let all = baseline.len();
            let text = format!(
                "{}: {gone} of {all} findings are gone; `--write-baseline` records what is left\n",
                file.display()
            );
            let _ = std::io::stderr().write_all(text.as_bytes());
        }
    }
    if let Some(file) = &check.write_baseline {
        let written = std::fs::write(file, report.baseline());
        written.map_err(|error| format!("--write-baseline {}: {error}", file.display()))?;
    }
    if let Some(changes) = changes {
        report.keep(|file, first, last| changes.touch(file, first, last));
    }
    let about = About {
        category: category(&report, &options, check),
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

/// Finds the roots and their settings, and lints them; nothing to report where the settings were asked for.
fn look(disk: &Disk, options: &mut Options, check: &Check) -> Result<Option<Report>, Failure> {
    for find in [scope, whole_scope] {
        let repository = Repository::new(disk, options.top.clone());
        let mut scope = find(&repository, options);
        options.settings = settings(scope.roots(), options, check.variables.config.as_deref())?;
        // What is wrong with the settings of a root that is only asked is said when that one is linted.
        let others = scope.others(&repository);
        let of = |roots: &[PathBuf], options: &Options| settings(roots, options, check.variables.config.as_deref());
        match of(&others, options) {
            Ok(found) => options.settings.extend(found),
            Err(_) => {
                for root in &others {
                    if let Ok(found) = of(std::slice::from_ref(root), options) {
                        options.settings.extend(found);
                    }
                }
            }
        }
        let configs: Vec<_> = options.settings.values().filter_map(|settings| settings.config.clone()).collect();
        scope.leave_out(|folder| configs.iter().any(|config| config.excludes_folder(folder)));
        declared(&repository, scope.roots(), options)?;
        if let Some((number, of)) = check.shard {
            scope.shard(number - 1, of);
        }
        if check.show_config {
            show(scope.roots(), options)?;
            return Ok(None);
        }
        // What a root asks for may stand in others, which are then looked for.
        if let Some(report) = lint_scope(repository, scope, options) {
            return Ok(Some(report));
        }
    }
    Ok(None)
}

/// A variable that is given to all roots and declared by none is a mistake.
fn declared(repository: &Repository<'_>, roots: &[PathBuf], options: &Options) -> Result<(), Failure> {
    for input in &options.surroundings.inputs {
        let Input::Value { name, .. } = input else { continue };
        let modules = || roots.iter().filter_map(|root| repository.module(root));
        if !modules().any(|module| module.variables.contains_key(&**name) || !module.is_complete()) {
            let known: Vec<String> = modules()
                .flat_map(|module| module.variables.keys().map(ToString::to_string).collect::<Vec<_>>())
                .collect();
            let near = nearest(name, known.iter().map(String::as_str));
            let near = near.map(|near| format!("; did you mean `{near}`?")).unwrap_or_default();
            return Err(Failure(format!("--var {name}: no root declares this variable{near}")));
        }
    }
    Ok(())
}

fn baseline(file: &Path) -> Result<(PathBuf, Baseline), Failure> {
    let text = std::fs::read_to_string(file).map_err(|error| format!("--baseline {}: {error}", file.display()))?;
    let read = Baseline::parse(&text);
    let read = read.map_err(|why| format!("--baseline {}: {why}; write it with --write-baseline", file.display()))?;
    Ok((file.to_owned(), read))
}

/// What tells this run from others over the same repository: the shard, or the directory that was named, if it was one.
fn category(report: &Report, options: &Options, check: &Check) -> String {
    if let Some((number, of)) = check.shard {
        return format!("shard-{number}-of-{of}");
    }
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
