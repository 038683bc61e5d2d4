//! The disk as `Sources`: walks, lists and reads, and nothing else.

use std::fs;
use std::io::{ErrorKind, Read};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};

use ignore::gitignore::{Gitignore, GitignoreBuilder};
use rayon::prelude::*;
use walkdir::WalkDir;

use super::repository_top;
use crate::source::{Entry, Sources, Unreadable};

/// Larger files are not configuration that somebody wrote.
const LARGEST: u64 = 256 << 20;

#[derive(Default)]
pub struct Disk;

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
        let mut rules = None;
        for above in top.iter().flat_map(|top| between(top, path)) {
            rules = Rules::of(above, above.join(".gitignore").is_file(), top.as_deref(), rules);
        }
        let found = Mutex::new(Vec::new());
        visit(path, top.as_deref(), rules, &found);
        let mut found = found.into_inner().unwrap_or_else(|poisoned| poisoned.into_inner());
        found.sort_unstable_by(|(a, _), (b, _)| a.as_os_str().cmp(b.as_os_str()));
        found
    }

    fn real(&self, path: &Path) -> PathBuf {
        fs::canonicalize(path).unwrap_or_else(|_| path.to_owned())
    }
}

/// What git ignores in a folder and below: the nearest file that speaks of something decides.
struct Rules {
    own: Gitignore,
    above: Option<Arc<Rules>>,
}

impl Rules {
    fn of(directory: &Path, written: bool, top: Option<&Path>, above: Option<Arc<Rules>>) -> Option<Arc<Rules>> {
        let excluded = top.filter(|top| *top == directory).map(|top| top.join(".git/info/exclude"));
        let excluded = excluded.filter(|file| file.is_file());
        if top.is_none() || !written && excluded.is_none() {
            return above;
        }
        let mut builder = GitignoreBuilder::new(directory);
        for file in excluded.into_iter().chain(written.then(|| directory.join(".gitignore"))) {
            builder.add(file);
        }
        match builder.build() {
            Ok(own) => Some(Arc::new(Rules { own, above })),
            Err(_) => above,
        }
    }

    fn ignore(&self, folder: &Path) -> bool {
        let mut rules = Some(self);
        while let Some(here) = rules {
            let matched = here.own.matched(folder, true);
            if !matched.is_none() {
                return matched.is_ignore();
            }
            rules = here.above.as_deref();
        }
        false
    }
}

/// The folders from the repository's top down to the one above a path.
fn between<'p>(top: &'p Path, path: &'p Path) -> Vec<&'p Path> {
    let mut folders: Vec<&Path> = path.ancestors().skip(1).take_while(|folder| folder.starts_with(top)).collect();
    folders.reverse();
    folders
}

/// Finds the Terraform files of a folder and of those below it, many folders at a time. What cannot be read is passed over.
/// A link to a folder is not gone into, as elsewhere: what it leads to stands in its own place, or not in this tree.
fn visit(directory: &Path, top: Option<&Path>, rules: Option<Arc<Rules>>, found: &Mutex<Vec<(PathBuf, Vec<String>)>>) {
    const WANTED: [&str; 6] = [".tf", ".tf.json", ".tofu", ".tofu.json", ".tfvars", ".tfvars.json"];
    let (mut names, mut folders, mut ignores) = (Vec::new(), Vec::new(), false);
    for entry in WalkDir::new(directory).min_depth(1).max_depth(1).into_iter().flatten() {
        let kind = entry.file_type();
        // A name that is no text leads to no file when it is asked for, which is then said.
        let name = entry.file_name().to_string_lossy();
        if kind.is_dir() {
            if !name.starts_with('.') {
                folders.push(entry.path().to_owned());
            }
        } else if WANTED.iter().any(|end| name.ends_with(end)) {
            if !(kind.is_symlink() && entry.path().is_dir()) {
                names.push(name.into_owned());
            }
        } else if name == ".gitignore" {
            ignores = true;
        }
    }
    if !names.is_empty() {
        names.sort();
        found.lock().unwrap_or_else(|poisoned| poisoned.into_inner()).push((directory.to_owned(), names));
    }
    let rules = Rules::of(directory, ignores, top, rules);
    folders.into_par_iter().for_each(|folder| {
        if !rules.as_ref().is_some_and(|rules| rules.ignore(&folder)) {
            visit(&folder, top, rules.clone(), found);
        }
    });
}
