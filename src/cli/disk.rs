//! The disk as `Sources`: walks, lists and reads, and nothing else.

use std::collections::{BTreeMap, HashMap};
use std::fs;
use std::io::{ErrorKind, Read};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};

use ignore::gitignore::{Gitignore, GitignoreBuilder};
use walkdir::WalkDir;

use super::repository_top;
use crate::source::{Entry, Sources, Unreadable};

/// Larger files are not configuration that somebody wrote.
const LARGEST: u64 = 256 << 20;

#[derive(Default)]
pub struct Disk {
    ignores: Mutex<HashMap<PathBuf, Option<Arc<Gitignore>>>>,
}

impl Sources for Disk {
    fn read(&self, path: &Path) -> Result<Vec<u8>, Unreadable> {
        let other = |error: std::io::Error| match error.kind() {
            ErrorKind::NotFound => Unreadable::Missing,
            _ => Unreadable::Other(error.to_string()),
        };
        // A pipe or a device would keep the reader waiting.
        let about = fs::metadata(path).map_err(other)?;
        if !about.is_file() {
            return Err(Unreadable::Other("not a regular file".into()));
        }
        if about.len() > LARGEST {
            return Err(Unreadable::Other("larger than 256 MB".into()));
        }
        let mut bytes = Vec::with_capacity(about.len() as usize + 1);
        fs::File::open(path).map_err(other)?.take(LARGEST).read_to_end(&mut bytes).map_err(other)?;
        Ok(bytes)
    }

    fn list(&self, directory: &Path) -> Result<Vec<Entry>, Unreadable> {
        let entries = fs::read_dir(directory).map_err(|error| match error.kind() {
            ErrorKind::NotFound => Unreadable::Missing,
            _ => Unreadable::Other(error.to_string()),
        })?;
        let mut found = Vec::new();
        for entry in entries.flatten() {
            // A name that is no text leads to no file when it is asked for, which is then said.
            let name = entry.file_name().to_string_lossy().into_owned();
            let is_dir = match entry.file_type() {
                Ok(kind) if kind.is_symlink() => entry.path().is_dir(),
                Ok(kind) => kind.is_dir(),
                Err(_) => false,
            };
            found.push(Entry { name, is_dir });
        }
        found.sort_by(|a, b| a.name.cmp(&b.name));
        Ok(found)
    }

    fn walk(&self, path: &Path) -> Vec<(PathBuf, Vec<String>)> {
        let top = repository_top(path);
        let mut found: BTreeMap<PathBuf, Vec<String>> = BTreeMap::new();
        // A link to a folder is not gone into, as elsewhere: what it leads to stands in its own place, or not in this tree.
        let walk = WalkDir::new(path).into_iter().filter_entry(|entry| {
            entry.depth() == 0
                || !entry.file_type().is_dir()
                || !(entry.file_name().to_string_lossy().starts_with('.')
                    || self.is_ignored(top.as_deref(), entry.path()))
        });
        // What cannot be read is passed over; the rest is still found.
        for entry in walk.flatten() {
            let linked = || entry.path_is_symlink() && entry.path().is_dir();
            if entry.file_type().is_dir() || linked() {
                continue;
            }
            let name = entry.file_name().to_string_lossy();
            let wanted = [".tf", ".tf.json", ".tofu", ".tofu.json", ".tfvars", ".tfvars.json"];
            if wanted.iter().any(|end| name.ends_with(end))
                && let Some(directory) = entry.path().parent()
            {
                found.entry(directory.to_owned()).or_default().push(name.into_owned());
            }
        }
        let mut found: Vec<_> = found.into_iter().collect();
        for (_, names) in &mut found {
            names.sort();
        }
        found
    }

    fn real(&self, path: &Path) -> PathBuf {
        fs::canonicalize(path).unwrap_or_else(|_| path.to_owned())
    }
}

impl Disk {
    /// Whether git ignores a folder of its repository: the nearest `.gitignore` that speaks of it decides.
    fn is_ignored(&self, top: Option<&Path>, folder: &Path) -> bool {
        let Some(top) = top else { return false };
        let mut here = folder.parent();
        while let Some(directory) = here.filter(|directory| directory.starts_with(top)) {
            if let Some(rules) = self.rules(directory, directory == top) {
                let matched = rules.matched(folder, true);
                if !matched.is_none() {
                    return matched.is_ignore();
                }
            }
            here = directory.parent();
        }
        false
    }

    fn rules(&self, directory: &Path, is_top: bool) -> Option<Arc<Gitignore>> {
        let mut ignores = self.ignores.lock().unwrap_or_else(|poisoned| poisoned.into_inner());
        if let Some(rules) = ignores.get(directory) {
            return rules.clone();
        }
        let mut builder = GitignoreBuilder::new(directory);
        let mut any = false;
        let excluded = is_top.then(|| directory.join(".git/info/exclude"));
        for file in excluded.into_iter().chain([directory.join(".gitignore")]) {
            if file.is_file() {
                any = true;
                builder.add(file);
            }
        }
        let rules = if any { builder.build().ok().map(Arc::new) } else { None };
        ignores.insert(directory.to_owned(), rules.clone());
        rules
    }
}
