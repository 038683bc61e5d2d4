//! What several tests share: sources in memory, and expressions evaluated in them.
#![allow(dead_code, clippy::unwrap_used)]

pub mod less;
pub mod net;
pub mod pages;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use alinet::eval::{Evaluator, Repetition, Scope, Surroundings, Value};
use alinet::module::{Module, Repository};
use alinet::source::{Entry, Sources, Span, Unreadable};

/// Files that live in memory, below `/`.
#[derive(Clone, Default)]
pub struct Memory(pub BTreeMap<PathBuf, Vec<u8>>);

impl Memory {
    pub fn new<'a>(files: impl IntoIterator<Item = (&'a str, &'a str)>) -> Self {
        let files = files.into_iter().map(|(path, text)| (Path::new("/").join(path), text.as_bytes().to_vec()));
        Memory(files.collect())
    }
}

impl Sources for Memory {
    fn read(&self, path: &Path) -> Result<Vec<u8>, Unreadable> {
        self.0.get(path).cloned().ok_or(Unreadable::Missing)
    }

    fn list(&self, directory: &Path) -> Result<Vec<Entry>, Unreadable> {
        let mut entries: Vec<Entry> = Vec::new();
        for path in self.0.keys() {
            let Ok(below) = path.strip_prefix(directory) else { continue };
            let mut parts = below.components();
            let Some(first) = parts.next() else { continue };
            let name = first.as_os_str().to_string_lossy().into_owned();
            let is_dir = parts.next().is_some();
            if !entries.iter().any(|entry| entry.name == name) {
                entries.push(Entry { name, is_dir });
            }
        }
        if entries.is_empty() { Err(Unreadable::Missing) } else { Ok(entries) }
    }
}

/// All files of a directory on disk, below `/`.
pub fn tree(top: &Path) -> BTreeMap<PathBuf, Vec<u8>> {
    let mut files = BTreeMap::new();
    read(top, top, &mut files);
    files
}

fn read(top: &Path, directory: &Path, files: &mut BTreeMap<PathBuf, Vec<u8>>) {
    for entry in std::fs::read_dir(directory).unwrap() {
        let path = entry.unwrap().path();
        let hidden = path.file_name().unwrap().to_string_lossy().starts_with('.');
        if path.is_dir() && !hidden {
            read(top, &path, files);
        } else if path.is_file() {
            files.insert(Path::new("/").join(path.strip_prefix(top).unwrap()), std::fs::read(&path).unwrap());
        }
    }
}

/// Evaluates one expression in the root `/` of these files.
pub fn evaluate(files: &Memory, expression: &str) -> Result<Value, String> {
    let surroundings = Surroundings { working_directory: "/".into(), ..Surroundings::default() };
    evaluate_in(files, expression, &surroundings)
}

pub fn evaluate_in(files: &Memory, expression: &str, surroundings: &Surroundings) -> Result<Value, String> {
    let repository = Repository::new(files, None);
    let root = repository.module(Path::new("/")).unwrap_or_else(|| Arc::new(Module::empty(Path::new("/"))));
    let evaluator = Evaluator::new(&repository, root, surroundings);
    let file = repository.files.add(Path::new("<expression>"), expression.as_bytes().to_vec());
    let whole = Span::new(file.id, 0, file.text.len());
    let tree = alinet::syntax::expression(&file, whole).map_err(|finding| finding.message)?;
    let once = Repetition::once();
    let value = evaluator.evaluate(&tree, &Scope::of(evaluator.root(), &once)).map_err(|fault| fault.message);
    match evaluator.findings().first() {
        Some(finding) if value.as_ref().is_ok_and(Value::is_unknown) => Err(finding.message.clone()),
        _ => value,
    }
}

/// Runs a test on a stack like the one that alinet evaluates on.
pub fn deep<T: Send + 'static>(test: impl FnOnce() -> T + Send + 'static) -> T {
    std::thread::Builder::new().stack_size(512 << 20).spawn(test).unwrap().join().unwrap()
}

/// A value as one line that says what is known of it: `<address.attribute>` for an identity, `?` and the cause where
/// nothing is known, `?{a | b}` where it is one of a few.
pub fn describe(value: &Value) -> String {
    use alinet::eval::{Kind, Piece};
    let list = |items: &[Value]| items.iter().map(describe).collect::<Vec<_>>().join(", ");
    match &value.kind {
        Kind::Null => "null".into(),
        Kind::Bool(flag) => flag.to_string(),
        Kind::Number(number) => number.to_string(),
        Kind::String(text) => format!("{text:?}"),
        Kind::Tuple(items) | Kind::List(items) => format!("[{}]", list(items)),
        Kind::Set(items) => format!("set[{}]", list(items)),
        Kind::Object(fields) | Kind::Map(fields) => {
            let fields = fields.iter().map(|(name, field)| format!("{name} = {}", describe(field)));
            format!("{{{}}}", fields.collect::<Vec<_>>().join(", "))
        }
        Kind::Of(of) => format!("<{}.{}>", of.address, of.attribute),
        Kind::Text(text) => {
            let pieces = text.pieces.iter().map(|piece| match piece {
                Piece::Literal(text) => text.to_string(),
                Piece::Of(of) => format!("<{}.{}>", of.address, of.attribute),
            });
            format!("\"{}\"", pieces.collect::<String>())
        }
        Kind::Instance(address) => format!("<{address}>"),
        Kind::Module(path) => format!("<{path}>"),
        Kind::Unknown(unknown) if unknown.one_of.is_empty() => format!("? {}", unknown.cause.sentence()),
        Kind::Unknown(unknown) => {
            format!("?{{{}}}", unknown.one_of.iter().map(describe).collect::<Vec<_>>().join(" | "))
        }
    }
}

/// What an expression is worth in the root `/`, as [`describe`] says it, or `error: ` and why.
pub fn worth(files: &Memory, expression: &str) -> String {
    match evaluate(files, expression) {
        Ok(value) => describe(&value),
        Err(why) => format!("error: {why}"),
    }
}

/// Lints the root `/`, with all blocks: what is wrong, each with its file and line.
pub fn findings(files: &Memory, options: alinet::Options) -> Vec<String> {
    let options = alinet::Options {
        paths: vec![alinet::Named::Directory("/".into())],
        all_blocks: true,
        surroundings: Surroundings { working_directory: "/".into(), ..options.surroundings },
        ..options
    };
    let report = alinet::lint(files, &options);
    let json: serde_json::Value = serde_json::from_str(&alinet::report::json(&report)).unwrap();
    let mut shown: Vec<String> = Vec::new();
    for finding in json["findings"].as_array().unwrap() {
        if finding["category"] != "alinet" {
            continue;
        }
        let (file, line) = (&finding["location"]["file"], &finding["location"]["start"]["line"]);
        shown.push(format!("{}:{line}: {}", file.as_str().unwrap_or("-"), finding["message"].as_str().unwrap()));
    }
    shown
}

/// The addresses of all managed instances of the root `/`; those that may not exist end in `?`.
pub fn addresses(files: &Memory) -> Vec<String> {
    let repository = Repository::new(files, None);
    let surroundings = Surroundings { working_directory: "/".into(), ..Surroundings::default() };
    let evaluator = Evaluator::new(&repository, repository.module(Path::new("/")).unwrap(), &surroundings);
    let plan = alinet::plan::plan(&evaluator, &|_| true);
    let mark = |certain: bool| if certain { "" } else { "?" };
    plan.resources.iter().map(|one| format!("{}{}", one.address, mark(one.certain))).collect()
}
