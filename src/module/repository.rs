//! The files of one run: every file is read and outlined once, however many modules and roots use it.

use std::collections::{BTreeSet, HashMap};
use std::path::{Path, PathBuf};
use std::sync::{Arc, OnceLock, RwLock};

use rayon::prelude::*;

use super::{Module, configuration_files};
use crate::source::{Files, Sources, Unreadable, normalize};
use crate::syntax::{self, ExpressionKind, Outline, Part};

pub struct Repository<'s> {
    pub sources: &'s dyn Sources,
    pub files: Files,
    /// The repository's top: the nearest `.git` above. Modules and files outside of it are not read.
    pub top: Option<PathBuf>,
    names: RwLock<HashMap<PathBuf, Arc<Vec<String>>>>,
    outlines: RwLock<HashMap<PathBuf, Result<Arc<Outline>, Unreadable>>>,
    modules: RwLock<HashMap<PathBuf, Option<Arc<Module>>>>,
    /// The files that resources of the walked directories write.
    written: OnceLock<BTreeSet<PathBuf>>,
}

impl<'s> Repository<'s> {
    pub fn new(sources: &'s dyn Sources, top: Option<PathBuf>) -> Self {
        Repository {
            sources,
            files: Files::default(),
            top,
            names: RwLock::default(),
            outlines: RwLock::default(),
            modules: RwLock::default(),
            written: OnceLock::new(),
        }
    }

    /// Takes over what a walk has found, so that no directory is listed twice.
    pub fn know(&self, directory: PathBuf, names: Vec<String>) {
        write(&self.names).insert(directory, Arc::new(names));
    }

    /// Reads the modules of these directories, many at a time.
    pub fn preload(&self, directories: &[PathBuf]) {
        let paths: Vec<PathBuf> = directories
            .iter()
            .flat_map(|directory| {
                let names = self.names(directory);
                let (primary, overrides) = configuration_files(&names);
                primary.into_iter().chain(overrides).map(|name| directory.join(name)).collect::<Vec<_>>()
            })
            .collect();
        let outlines: Vec<_> = paths.par_iter().map(|path| (path.clone(), self.read(path))).collect();
        write(&self.outlines).extend(outlines);
    }

    /// What the configuration files of a directory hold, without keeping it.
    pub fn texts(&self, directory: &Path) -> impl Iterator<Item = Vec<u8>> {
        let names = self.names(directory);
        let (primary, overrides) = configuration_files(&names);
        let names: Vec<String> = primary.into_iter().chain(overrides).cloned().collect();
        names.into_iter().filter_map(move |name| self.sources.read(&directory.join(name)).ok())
    }

    /// The names of the files in a directory, sorted.
    pub fn names(&self, directory: &Path) -> Arc<Vec<String>> {
        if let Some(names) = read(&self.names).get(directory) {
            return names.clone();
        }
        let entries = self.sources.list(directory).unwrap_or_default();
        let names = Arc::new(entries.into_iter().filter(|entry| !entry.is_dir).map(|entry| entry.name).collect());
        write(&self.names).insert(directory.to_owned(), Arc::clone(&names));
        names
    }

    pub fn outline(&self, path: &Path) -> Result<Arc<Outline>, Unreadable> {
        if let Some(outline) = read(&self.outlines).get(path) {
            return outline.clone();
        }
        let outline = self.read(path);
        write(&self.outlines).insert(path.to_owned(), outline.clone());
        outline
    }

    fn read(&self, path: &Path) -> Result<Arc<Outline>, Unreadable> {
        let file = self.files.add(path, self.sources.read(path)?);
        let name = path.file_name().map(|name| name.to_string_lossy()).unwrap_or_default();
        Ok(Arc::new(if name.ends_with(".tfvars.json") {
            syntax::outline_json_values(&file)
        } else if name.ends_with(".json") {
            syntax::outline_json(&file)
        } else {
            syntax::outline(&file)
        }))
    }

    /// The module in a directory; nothing when there are no configuration files in it.
    pub fn module(&self, directory: &Path) -> Option<Arc<Module>> {
        if let Some(module) = read(&self.modules).get(directory) {
            return module.clone();
        }
        let module = Module::read(self, directory).map(Arc::new);
        write(&self.modules).entry(directory.to_owned()).or_insert(module).clone()
    }

    /// The modules read so far, by directory.
    pub fn modules(&self) -> Vec<Arc<Module>> {
        let mut modules: Vec<Arc<Module>> = read(&self.modules).values().flatten().cloned().collect();
        modules.sort_by(|a, b| a.directory.cmp(&b.directory));
        modules
    }

    /// The outlines read so far, by path.
    pub fn outlines(&self) -> Vec<Arc<Outline>> {
        let mut outlines: Vec<Arc<Outline>> = read(&self.outlines).values().flatten().cloned().collect();
        outlines.sort_unstable_by(|a, b| a.file.path.as_os_str().cmp(b.file.path.as_os_str()));
        outlines
    }

    /// Notes which files the configurations in these directories write when they are applied.
    pub fn survey(&self, directories: &[PathBuf]) {
        let modules = directories.iter().filter_map(|directory| self.module(directory));
        let files = modules.flat_map(|module| {
            let writers = module
                .resources
                .iter()
                .filter(|(name, _)| matches!(&*name.kind, "local_file" | "local_sensitive_file"));
            let names =
                writers.filter_map(|(_, declaration)| written_name(&declaration.body().attribute("filename")?.value));
            names.map(|name| normalize(&module.directory.join(name))).collect::<Vec<_>>()
        });
        let _ = self.written.set(files.collect());
    }

    /// Whether some step of the walked configurations makes this file, so that it is not there only yet.
    pub fn is_written(&self, path: &Path) -> bool {
        self.written.get().is_some_and(|written| written.contains(path))
    }

    /// Where a local module source leads, when it is one.
    pub fn local_source(&self, from: &Path, source: &str) -> Option<PathBuf> {
        let local = source == "." || source == ".." || source.starts_with("./") || source.starts_with("../");
        local.then(|| normalize(&from.join(source)))
    }

    pub fn is_inside(&self, path: &Path) -> bool {
        self.top.as_ref().is_none_or(|top| path.starts_with(top))
    }
}

/// A file name as seen from the directory of its configuration: plain text, or text after `path.module` or `path.root`.
fn written_name(expression: &crate::syntax::Expression) -> Option<String> {
    if let Some(text) = expression.literal() {
        return Some(text.to_owned());
    }
    let ExpressionKind::Template(parts) = &*expression.kind else { return None };
    let [Part::Interpolation(base), Part::Literal(rest)] = parts.as_slice() else { return None };
    let ExpressionKind::Attribute { on, name } = &*base.kind else { return None };
    let own = matches!(&*on.kind, ExpressionKind::Variable(root) if &**root == "path")
        && matches!(&*name.text, "module" | "root");
    own.then(|| rest.trim_start_matches('/').to_owned())
}

fn read<T>(lock: &RwLock<T>) -> std::sync::RwLockReadGuard<'_, T> {
    lock.read().unwrap_or_else(|poisoned| poisoned.into_inner())
}

fn write<T>(lock: &RwLock<T>) -> std::sync::RwLockWriteGuard<'_, T> {
    lock.write().unwrap_or_else(|poisoned| poisoned.into_inner())
}
