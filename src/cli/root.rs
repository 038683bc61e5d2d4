//! The one root that `reach`, `graph` and `eval` work on.

use std::path::{Path, PathBuf};

use clap::ArgMatches;

use super::arguments::Variables;
use super::settings::settings;
use super::{Disk, Failure, repository_top, surroundings, workspace};
use crate::Options;
use crate::eval::Surroundings;
use crate::module::{Repository, configuration_files, roots};
use crate::source::{Sources, normalize};

/// A root module, and everything that its evaluation may hang on.
pub struct Root<'s> {
    pub repository: Repository<'s>,
    pub directory: PathBuf,
    pub surroundings: Surroundings,
}

impl<'s> Root<'s> {
    pub fn open(
        disk: &'s Disk,
        path: Option<&Path>,
        variables: &Variables,
        matches: &ArgMatches,
    ) -> Result<Root<'s>, Failure> {
        let surroundings = surroundings(&Variables::inputs(matches)?, None)?;
        let path = path.unwrap_or(Path::new("."));
        let full = normalize(&surroundings.working_directory.join(path));
        let about = std::fs::metadata(&full).map_err(|error| format!("{}: {error}", path.display()))?;
        let named = if about.is_dir() { full } else { full.parent().unwrap_or(&full).to_owned() };
        let repository = Repository::new(disk, repository_top(&named));
        let directory = one_root(&repository, disk, &named)?;
        let config = variables.config.as_deref();
        let options = Options { top: repository.top.clone(), surroundings, ..Options::default() };
        let found = settings(std::slice::from_ref(&directory), &options, config)?;
        let config = found.get(&directory).and_then(|settings| settings.config.as_ref());
        let surroundings = options.surroundings.of(&directory, config, workspace(&directory).as_deref());
        Ok(Root { repository, directory, surroundings })
    }
}

/// The one root of a path; a path without Terraform files is an empty root itself.
fn one_root(repository: &Repository<'_>, disk: &Disk, path: &Path) -> Result<PathBuf, Failure> {
    if repository.module(path).is_some() {
        return Ok(path.to_owned());
    }
    let mut all = Vec::new();
    for (directory, names) in disk.walk(path) {
        let (primary, overrides) = configuration_files(&names);
        if !primary.is_empty() || !overrides.is_empty() {
            all.push(directory.clone());
        }
        repository.know(directory, names);
    }
    repository.preload(&all);
    let found = roots(repository, &all, &[path.to_owned()], &[]).directories;
    match found.as_slice() {
        [] => Ok(path.to_owned()),
        [only] => Ok(only.clone()),
        several => {
            let names: Vec<String> = several.iter().map(|root| root.display().to_string()).collect();
            Err(Failure(format!("{} has several roots, name one of them: {}", path.display(), names.join(", "))))
        }
    }
}
