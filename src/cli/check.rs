//! `alinet check`.

use std::io::IsTerminal;
use std::path::PathBuf;

use super::arguments::{Check, Color, FailOn, Format};
use super::{Disk, Failure, print, repository_top, surroundings, with_threads, workspace};
use crate::diagnostic::Severity;
use crate::report;
use crate::source::normalize;
use crate::{Named, Options, lint};

pub fn run(check: &Check) -> Result<u8, Failure> {
    let mut surroundings = surroundings(&check.variables.inputs()?, None)?;
    let mut paths = Vec::new();
    let given: Vec<PathBuf> = if check.paths.is_empty() { vec![".".into()] } else { check.paths.clone() };
    for path in given {
        let full = normalize(&surroundings.working_directory.join(&path));
        let about = std::fs::metadata(&full).map_err(|error| format!("{}: {error}", path.display()))?;
        if about.is_dir() {
            std::fs::read_dir(&full).map_err(|error| format!("{}: {error}", path.display()))?;
        }
        paths.push(if about.is_dir() { Named::Directory(full) } else { Named::File(full) });
    }
    let first = match paths.first() {
        Some(Named::Directory(path) | Named::File(path)) => path.clone(),
        None => surroundings.working_directory.clone(),
    };
    surroundings.workspace = workspace(&first);
    let options = Options { paths, top: repository_top(&first), surroundings, all_blocks: check.all_blocks };
    let disk = Disk::default();
    let report = with_threads(|| lint(&disk, &options))?;
    if report.summary.files == 0 {
        return Err(Failure("there is no Terraform file under the given paths".into()));
    }
    let color = match check.color {
        Color::Always => true,
        Color::Never => false,
        Color::Auto => std::io::stdout().is_terminal() && std::env::var_os("NO_COLOR").is_none(),
    };
    let text = match check.format {
        Format::Human => report::human(&report, color),
        Format::Json => report::json(&report),
    };
    print(&text)?;
    let limit = match check.fail_on {
        FailOn::Error => Severity::Error,
        FailOn::Warning => Severity::Warning,
        FailOn::Note => Severity::Note,
        FailOn::Never => return Ok(0),
    };
    Ok(u8::from(report.worst().is_some_and(|worst| worst >= limit)))
}
