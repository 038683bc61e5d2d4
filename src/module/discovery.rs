//! Which directories are roots? Those that nothing in the repository calls, and the paths that were named.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use memchr::memmem::Finder;
use rayon::prelude::*;

use super::{Declaration, Repository};

/// The roots to lint, in path order, and what the walk knows of who calls whom.
#[derive(Debug, Default)]
pub struct Roots {
    pub directories: Vec<PathBuf>,
    /// For every directory that is called: the directories that call it.
    pub callers: BTreeMap<PathBuf, BTreeSet<PathBuf>>,
    /// The directories of which all callers are known, where not everything was looked at.
    known: Option<BTreeSet<PathBuf>>,
}

/// `all` are the directories with configuration files in the repository, `paths` the named directories, `file_paths` the
/// directories of named files.
pub fn roots(repository: &Repository<'_>, all: &[PathBuf], paths: &[PathBuf], file_paths: &[PathBuf]) -> Roots {
    let mut callers: BTreeMap<PathBuf, BTreeSet<PathBuf>> = BTreeMap::new();
    let mut calls: BTreeMap<PathBuf, Vec<PathBuf>> = BTreeMap::new();
    let targets: Vec<Vec<PathBuf>> = all.par_iter().map(|directory| targets(repository, directory)).collect();
    for (directory, targets) in all.iter().zip(targets) {
        for target in targets {
            calls.entry(directory.clone()).or_default().push(target.clone());
            callers.entry(target).or_default().insert(directory.clone());
        }
    }
    repository.survey(all);
    let called = |directory: &Path| callers.contains_key(directory);
    let mut found = BTreeSet::new();
    for path in paths {
        found.extend(all.iter().filter(|directory| directory.starts_with(path) && !called(directory)).cloned());
        let called_from_below =
            callers.get(path).is_some_and(|by| by.iter().any(|caller| caller.starts_with(path) && caller != path));
        if all.contains(path) && !called_from_below {
            found.insert(path.clone());
        }
    }
    // Modules that only call each other have no root above them; the first of each circle stands for it.
    let mut reached = BTreeSet::new();
    let below = |from: &Path, reached: &mut BTreeSet<PathBuf>| {
        let mut open = vec![from.to_owned()];
        while let Some(directory) = open.pop() {
            if reached.insert(directory.clone()) {
                open.extend(calls.get(&directory).into_iter().flatten().cloned());
            }
        }
    };
    for root in all.iter().filter(|directory| !called(directory)) {
        below(root, &mut reached);
    }
    for directory in all {
        if !reached.contains(directory) {
            below(directory, &mut reached);
            if paths.iter().any(|path| directory.starts_with(path)) {
                found.insert(directory.clone());
            }
        }
    }
    for path in file_paths {
        found.extend(roots_above(path, &callers));
    }
    Roots { directories: found.into_iter().collect(), callers, known: None }
}

/// The other directories that the module in one calls.
fn targets(repository: &Repository<'_>, directory: &Path) -> Vec<PathBuf> {
    let Some(module) = repository.module(directory) else { return Vec::new() };
    let source = |call: &Arc<Declaration>| {
        let body = call.body();
        repository.local_source(directory, body.attribute("source")?.value.literal()?)
    };
    module.calls.values().filter_map(source).filter(|target| target != directory).collect()
}

/// The directories of named files where nobody calls one of them: then they are the roots, and of all other files only
/// those are taken apart that hold the name of one of them. Nothing when somebody does call one.
pub fn uncalled(repository: &Repository<'_>, all: &[PathBuf], file_paths: &[PathBuf]) -> Option<Roots> {
    // The source of a call ends with the name of what it calls, unless it leads up to a directory above.
    let names: Vec<_> =
        file_paths.iter().filter_map(|path| Some(format!("/{}", path.file_name()?.to_str()?))).collect();
    let names: Vec<Finder<'_>> = names.iter().map(Finder::new).collect();
    let called = |text: &[u8]| {
        names.iter().any(|name| {
            let ends = name.find_iter(text).map(|at| at + name.needle().len());
            ends.into_iter().any(|end| matches!(text.get(end), Some(b'"' | b'/' | b'\\')))
        })
    };
    let writes = [Finder::new("local_file\""), Finder::new("local_sensitive_file\"")];
    let perhaps = |directory: &&PathBuf| {
        file_paths.iter().any(|path| directory.starts_with(path))
            || repository
                .texts(directory)
                .any(|text| called(&text) || writes.iter().any(|one| one.find(&text).is_some()))
    };
    let some: Vec<PathBuf> = all.par_iter().filter(perhaps).cloned().collect();
    repository.preload(&some);
    let found = roots(repository, &some, &[], file_paths);
    let uncalled = file_paths.iter().all(|path| !found.callers.contains_key(path));
    uncalled.then(|| Roots { known: Some(file_paths.iter().cloned().collect()), ..found })
}

impl Roots {
    /// The roots that a directory belongs to, whether they were named or not; nothing where that was not looked for.
    pub fn above(&self, directory: &Path) -> Option<BTreeSet<PathBuf>> {
        let known = self.known.as_ref().is_none_or(|known| known.contains(directory));
        known.then(|| roots_above(directory, &self.callers))
    }
}

/// The roots that a directory belongs to: itself when nobody calls it, else those of its callers.
fn roots_above(directory: &Path, callers: &BTreeMap<PathBuf, BTreeSet<PathBuf>>) -> BTreeSet<PathBuf> {
    let mut found = BTreeSet::new();
    let mut seen = BTreeSet::new();
    let mut open = vec![directory.to_owned()];
    while let Some(directory) = open.pop() {
        if !seen.insert(directory.clone()) {
            continue;
        }
        match callers.get(&directory) {
            Some(by) => open.extend(by.iter().cloned()),
            None => {
                found.insert(directory);
            }
        }
    }
    if found.is_empty() {
        // Modules that call each other in a circle have no root above them.
        found.insert(directory.to_owned());
    }
    found
}
