//! The `alinet.toml` of each root: found, read once, and shown.

use std::collections::{BTreeMap, HashMap};
use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::{Failure, print, workspace};
use crate::config::{Choice, Config, FILE, TEMPLATE};
use crate::{Options, Settings, rule};

/// The settings of roots. A file counts for the roots below it, up to the repository's top; one that is named counts for
/// all.
pub fn settings(
    roots: &[PathBuf],
    options: &Options,
    named: Option<&Path>,
) -> Result<BTreeMap<PathBuf, Settings>, Failure> {
    let base = &options.surroundings.working_directory;
    let named = named.map(|file| read(&base.join(file), base)).transpose()?.map(Arc::new);
    let mut known: HashMap<PathBuf, Option<Arc<Config>>> = HashMap::new();
    let mut settings = BTreeMap::new();
    for root in roots {
        let config = match &named {
            Some(config) => Some(config.clone()),
            None => above(root, options.top.as_deref().unwrap_or(base), base, &mut known)?,
        };
        settings.insert(root.clone(), Settings { config, workspace: workspace(root) });
    }
    Ok(settings)
}

/// The nearest file above a folder, not above `top`; outside of `top` only the folder itself is looked at.
fn above(
    folder: &Path,
    top: &Path,
    base: &Path,
    known: &mut HashMap<PathBuf, Option<Arc<Config>>>,
) -> Result<Option<Arc<Config>>, Failure> {
    let mut passed = Vec::new();
    let mut found = None;
    for here in folder.ancestors() {
        if let Some(config) = known.get(here) {
            found = config.clone();
            break;
        }
        passed.push(here.to_owned());
        let file = here.join(FILE);
        if file.is_file() {
            found = Some(Arc::new(read(&file, base)?));
            break;
        }
        if here == top || !folder.starts_with(top) {
            break;
        }
    }
    known.extend(passed.into_iter().map(|folder| (folder, found.clone())));
    Ok(found)
}

fn read(file: &Path, base: &Path) -> Result<Config, Failure> {
    let shown = file.strip_prefix(base).unwrap_or(file).display();
    let text = std::fs::read_to_string(file).map_err(|error| format!("{shown}: {error}"))?;
    let names: Vec<&str> = rule::every().flat_map(|rule| [rule.id, rule.category]).collect();
    Config::parse(&crate::source::normalize(file), &text, &names)
        .map_err(|wrong| Failure(format!("{shown}:{}:{}: {}", wrong.line, wrong.column, wrong.message)))
}

/// What applies to each root, and from where.
pub fn show(roots: &[PathBuf], options: &Options) -> Result<(), Failure> {
    let base = &options.surroundings.working_directory;
    let shown = |path: &Path| match path.strip_prefix(base) {
        Ok(path) if path.as_os_str().is_empty() => ".".to_owned(),
        Ok(path) => path.display().to_string(),
        Err(_) => path.display().to_string(),
    };
    let mut text = String::new();
    for root in roots {
        let Some(settings) = options.settings.get(root) else { continue };
        let config = settings.config.as_deref();
        let file = config.map_or_else(|| format!("no {FILE}"), |config| shown(&config.file));
        let choice = config.map(|config| config.at(None, root)).unwrap_or_default();
        let _ = writeln!(text, "{}: {file}", shown(root));
        let mut line = |name: &str, values: Vec<String>, from: &str| {
            if !values.is_empty() {
                let _ = writeln!(text, "  {name} = {} ({from})", values.join(", "));
            }
        };
        let (flags, own): (&Choice, &Choice) = (&options.choice, &choice);
        match flags.select.is_empty() {
            true => line("select", own.select.clone(), &file),
            false => line("select", flags.select.clone(), "--select"),
        }
        line("ignore", own.ignore.clone(), &file);
        line("ignore", flags.ignore.clone(), "--ignore");
        line("severity", own.severity.iter().map(|(name, level)| format!("{name}: {}", level.name())).collect(), &file);
        if let Some(config) = config {
            line("var-files", config.values(root).iter().map(|path| shown(path)).collect(), &file);
            line("quotas", config.quotas.iter().map(|(id, quota)| format!("{id}: {}", quota.limit)).collect(), &file);
            line("external", config.external.iter().map(|vpc| vpc.id.to_string()).collect(), &file);
            line("accounts", config.accounts.iter().map(|(name, one)| format!("{name}: {}", one.uid)).collect(), &file);
        }
        line("workspace", settings.workspace.iter().cloned().collect(), "TF_WORKSPACE or .terraform/environment");
    }
    print(&text)
}

/// `alinet init`.
pub fn init() -> Result<u8, Failure> {
    let file = std::fs::OpenOptions::new().write(true).create_new(true).open(FILE);
    let mut file = file.map_err(|error| match error.kind() {
        std::io::ErrorKind::AlreadyExists => format!("{FILE} is there already; edit it, or remove it first"),
        _ => format!("{FILE}: {error}"),
    })?;
    std::io::Write::write_all(&mut file, TEMPLATE.as_bytes()).map_err(|error| format!("{FILE}: {error}"))?;
    print(&format!("{FILE} is written; everything in it is commented out\n"))?;
    Ok(0)
}
