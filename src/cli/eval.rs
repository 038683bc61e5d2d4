//! `alinet eval`: one expression in one root module.

use std::path::Path;
use std::rc::Rc;
use std::sync::Arc;

use serde::Serialize;
use serde_json::Value as Json;

use super::arguments::{Eval, EvalFormat};
use super::root::Root;
use super::{Disk, Failure, print, with_threads};
use crate::eval::{Calls, Cause, Evaluator, ModuleInstance, Repetition, Scope, Surroundings};
use crate::module::{Module, Repository};
use crate::source::{Key, Span};
use crate::{report, syntax};

#[derive(Serialize)]
struct Known {
    schema: &'static str,
    known: bool,
    value: Json,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    unknown: Vec<Unknown>,
}

#[derive(Serialize)]
struct Unknown {
    path: String,
    because: String,
    location: Option<Location>,
}

#[derive(Serialize)]
struct Location {
    file: String,
    start: Position,
    end: Position,
}

#[derive(Serialize)]
struct Position {
    line: u32,
    column: u32,
    offset: u32,
}

#[derive(Serialize)]
struct Failed {
    schema: &'static str,
    error: String,
}

const SCHEMA: &str = "alinet.eval/1";

pub fn run(eval: &Eval, matches: &clap::ArgMatches) -> Result<u8, Failure> {
    let disk = Disk;
    let mut root = Root::open(&disk, eval.path.as_deref(), &eval.variables, matches)?;
    root.surroundings.workspace.get_or_insert_with(|| "default".into());
    with_threads(|| evaluate(eval, &root.repository, &root.directory, &root.surroundings))?
}

fn evaluate(eval: &Eval, repository: &Repository<'_>, root: &Path, surroundings: &Surroundings) -> Result<u8, Failure> {
    let module = repository.module(root).unwrap_or_else(|| Arc::new(Module::empty(root)));
    let evaluator = Evaluator::new(repository, module, surroundings);
    let place = match &eval.at {
        Some(at) => instance(&evaluator, at)?,
        None => evaluator.root().clone(),
    };
    let file = repository.files.add(Path::new("<expression>"), eval.expression.as_bytes().to_vec());
    let whole = Span::new(file.id, 0, file.text.len());
    let once = Repetition::once();
    let evaluated = match syntax::expression(&file, whole) {
        Ok(expression) => {
            evaluator.evaluate(&expression, &Scope::of(&place, &once)).map_err(|fault| (fault.message, fault.help))
        }
        Err(finding) => Err((finding.message, finding.help)),
    };
    // What went wrong on the way, in the files, is the reason why nothing came of it.
    let value = match evaluated {
        Ok(value) if matches!(value.cause(), Some(Cause::Failed)) => match evaluator.findings().into_iter().next() {
            Some(finding) => Err((finding.message, finding.help)),
            None => Ok(value),
        },
        other => other,
    };
    match (value, eval.format) {
        (Err((error, _)), EvalFormat::Json) => {
            print(&line(&Failed { schema: SCHEMA, error }))?;
            Ok(1)
        }
        (Err((error, help)), EvalFormat::Human) => {
            let help = help.map(|help| format!("\nhelp: {help}")).unwrap_or_default();
            eprintln!("error: {error}{help}");
            Ok(1)
        }
        (Ok(value), format) => {
            let (shown, unknown) = report::value(&evaluator.whole(value));
            let unknown: Vec<Unknown> = unknown
                .into_iter()
                .map(|(path, cause)| Unknown {
                    path,
                    because: cause.sentence(),
                    location: cause.place().and_then(|span| location(repository, surroundings, span)),
                })
                .collect();
            let known = unknown.is_empty();
            match format {
                EvalFormat::Json => print(&line(&Known { schema: SCHEMA, known, value: shown, unknown }))?,
                EvalFormat::Human => {
                    let mut text = String::new();
                    if known || !shown.is_null() {
                        text.push_str(&report::pretty(&shown));
                    }
                    for one in unknown {
                        let path = if one.path.is_empty() { "the value".to_owned() } else { one.path };
                        let at = one.location.map(|at| format!(" ({}:{})", at.file, at.start.line)).unwrap_or_default();
                        text.push_str(&format!("{path} is not known: {}{at}\n", one.because));
                    }
                    print(&text)?;
                }
            }
            Ok(0)
        }
    }
}

fn line(value: &impl Serialize) -> String {
    let mut text = serde_json::to_string(value).unwrap_or_default();
    text.push('\n');
    text
}

/// The module instance with that address.
fn instance(evaluator: &Evaluator<'_>, address: &str) -> Result<Rc<ModuleInstance>, Failure> {
    let wrong = || Failure(format!("--at {address}: there is no such module instance"));
    let mut here = evaluator.root().clone();
    let mut rest = address;
    while !rest.is_empty() {
        rest = rest.strip_prefix("module.").ok_or_else(wrong)?;
        let end = rest.find(['.', '[']).unwrap_or(rest.len());
        let name: Arc<str> = rest[..end].into();
        rest = &rest[end..];
        let mut key = Key::None;
        if let Some(after) = rest.strip_prefix('[') {
            let (text, after) = match after.strip_prefix('"') {
                Some(text) => text.split_once("\"]").ok_or_else(wrong)?,
                None => after.split_once(']').ok_or_else(wrong)?,
            };
            key = match text.parse() {
                Ok(index) if !rest.starts_with("[\"") => Key::Index(index),
                _ => Key::Name(text.into()),
            };
            rest = after;
        }
        rest = rest.strip_prefix('.').unwrap_or(rest);
        let header = here.module.calls.get(&name).ok_or_else(wrong)?.header();
        let calls = evaluator.calls(&here, &name, header);
        let Calls::OnDisk(instances) = &*calls else { return Err(wrong()) };
        let found = instances.list.iter().find(|one| one.repetition.key == key).cloned();
        here = found.ok_or_else(wrong)?;
    }
    Ok(here)
}

fn location(repository: &Repository<'_>, surroundings: &Surroundings, span: Span) -> Option<Location> {
    let file = repository.files.get(span.file);
    let path = file.path.to_string_lossy();
    if path.starts_with('<') {
        return None;
    }
    let shown = file.path.strip_prefix(&surroundings.working_directory).unwrap_or(&file.path);
    let position = |offset: u32| {
        let at = file.position(offset);
        Position { line: at.line, column: at.column, offset: at.offset }
    };
    Some(Location {
        file: shown.to_string_lossy().replace('\\', "/"),
        start: position(span.start),
        end: position(span.end),
    })
}
