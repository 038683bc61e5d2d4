//! What several tests share: sources in memory, and expressions evaluated in them.
#![allow(dead_code)]

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

/// Evaluates one expression in the root `/` of these files.
pub fn evaluate(files: &Memory, expression: &str) -> Result<Value, String> {
    let surroundings = Surroundings { working_directory: "/".into(), ..Surroundings::default() };
    evaluate_in(files, expression, &surroundings)
}

pub fn evaluate_in(files: &Memory, expression: &str, surroundings: &Surroundings) -> Result<Value, String> {
    let repository = Repository::new(files, None);
    let root = repository
        .module(Path::new("/"))
        .unwrap_or_else(|| Arc::new(Module::empty(Path::new("/"))));
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
