//! Everything about one run: from the paths that were named to a report.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::path::{Path, PathBuf};

use rayon::prelude::*;

use crate::diagnostic::{Finding, Severity, Undecided};
use crate::eval::{Cause, Evaluator, Surroundings};
use crate::facts;
use crate::module::{Repository, roots};
use crate::network::{Network, network};
use crate::plan::plan;
use crate::report::{Report, RootFinding, RootUndecided, Summary};
use crate::rule;
use crate::source::{Sources, Span};
use crate::syntax::Item;

/// A path that was named, or given by default: a directory, or a file in one.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Named {
    Directory(PathBuf),
    File(PathBuf),
}

#[derive(Clone, Debug, Default)]
pub struct Options {
    pub paths: Vec<Named>,
    /// The repository's top, above which nothing is read.
    pub top: Option<PathBuf>,
    pub surroundings: Surroundings,
    /// Parse and evaluate what no rule needs, too.
    pub all_blocks: bool,
    /// Rules or categories to keep; empty means all.
    pub select: Vec<String>,
    /// Rules or categories to leave out.
    pub ignore: Vec<String>,
    /// Report what could not be decided as a note.
    pub strict: bool,
}

impl Options {
    fn wants(&self, rule: &str) -> bool {
        let category = Report::category(rule);
        let names = |list: &[String]| list.iter().any(|name| name == rule || name == category);
        (self.select.is_empty() || names(&self.select)) && !names(&self.ignore)
    }
}

/// Lints every root under the paths.
pub fn lint(sources: &dyn Sources, options: &Options) -> Report {
    let repository = Repository::new(sources, options.top.clone());
    let scope = discover(&repository, options);
    let outcomes: Vec<Outcome> =
        scope.roots.par_iter().map(|root| lint_root(&repository, root, options)).collect();
    gather(repository, scope, outcomes, options)
}

/// What a run looks at.
struct Reach {
    roots: Vec<PathBuf>,
    /// The directories under the named paths.
    directories: BTreeSet<PathBuf>,
}

fn discover(repository: &Repository<'_>, options: &Options) -> Reach {
    let mut all: BTreeSet<PathBuf> = BTreeSet::new();
    let mut directories = BTreeSet::new();
    let mut named = Vec::new();
    let mut of_files = Vec::new();
    for path in &options.paths {
        match path {
            Named::Directory(path) => {
                directories.extend(walk(repository, path));
                named.push(path.clone());
            }
            Named::File(path) => {
                let directory = path.parent().unwrap_or(path).to_owned();
                directories.insert(directory.clone());
                of_files.push(directory);
            }
        }
    }
    all.extend(directories.iter().cloned());
    // Whether somebody calls a directory can only be told from the whole repository.
    if let Some(top) = &options.top
        && !named.contains(top)
    {
        all.extend(walk(repository, top));
    }
    let all: Vec<PathBuf> = all.into_iter().collect();
    repository.preload(&all);
    let found = roots(repository, &all, &named, &of_files);
    Reach { roots: found.directories, directories }
}

/// The directories with configuration files under a path, itself included.
fn walk(repository: &Repository<'_>, path: &Path) -> BTreeSet<PathBuf> {
    let mut here = BTreeSet::new();
    for (directory, names) in repository.sources.walk(path) {
        let (primary, overrides) = crate::module::configuration_files(&names);
        if !primary.is_empty() || !overrides.is_empty() {
            here.insert(directory.clone());
        }
        repository.know(directory, names);
    }
    here
}

/// What one root gave.
struct Outcome {
    root: PathBuf,
    findings: Vec<Finding>,
    undecided: Vec<Undecided>,
    /// The directories of the modules that the root is made of.
    directories: BTreeSet<PathBuf>,
    managed: usize,
    routes: usize,
    peerings: usize,
    secrets: Vec<Span>,
    absent: Vec<(String, String)>,
}

/// The network that a root would create.
pub fn survey(repository: &Repository<'_>, root: &Path, surroundings: &Surroundings) -> Option<Network> {
    let module = repository.module(root)?;
    let evaluator = Evaluator::new(repository, module, surroundings);
    let plan = plan(&evaluator, &|kind| kind.starts_with("alicloud_"));
    Some(network(&evaluator, &plan))
}

fn lint_root(repository: &Repository<'_>, root: &Path, options: &Options) -> Outcome {
    let mut outcome = Outcome {
        root: root.to_owned(),
        findings: Vec::new(),
        undecided: Vec::new(),
        directories: BTreeSet::from([root.to_owned()]),
        managed: 0,
        routes: 0,
        peerings: 0,
        secrets: Vec::new(),
        absent: Vec::new(),
    };
    let Some(module) = repository.module(root) else { return outcome };
    let evaluator = Evaluator::new(repository, module, &options.surroundings);
    let known = |kind: &str| options.all_blocks || kind.starts_with("alicloud_");
    let plan = plan(&evaluator, &known);
    for resource in plan.resources.iter().chain(&plan.data) {
        if options.all_blocks || facts::resource(&resource.address.kind).is_some() {
            evaluator.evaluate_all(resource);
        }
    }
    let network = network(&evaluator, &plan);
    let (findings, undecided) = rule::judge(&network);
    outcome.undecided = undecided;
    outcome.routes = network.routes.len();
    outcome.peerings = network.peerings.len();
    if options.all_blocks {
        for module in &plan.modules {
            evaluator.evaluate_module(module);
        }
    }
    outcome.managed = plan.managed;
    outcome.directories.extend(plan.modules.iter().map(|module| module.module.directory.clone()));
    for gap in &plan.gaps {
        if let Cause::ModuleNotOnDisk { call, source, .. } = &gap.cause {
            outcome.absent.push((call.to_string(), source.to_string()));
        }
    }
    outcome.findings = findings;
    outcome.findings.extend(evaluator.findings());
    outcome.secrets = evaluator.secrets();
    outcome
}

/// Joins what the roots gave, and adds what is wrong with the files themselves.
fn gather(repository: Repository<'_>, reach: Reach, outcomes: Vec<Outcome>, options: &Options) -> Report {
    let mut merged: Vec<RootFinding> = Vec::new();
    let mut index: HashMap<(&'static str, Option<Span>, String), Vec<usize>> = HashMap::new();
    let mut undecided: Vec<RootUndecided> = Vec::new();
    let mut owners: BTreeMap<PathBuf, Vec<PathBuf>> = BTreeMap::new();
    let mut summary = Summary { roots: outcomes.len(), ..Summary::default() };
    let mut secrets = Vec::new();
    for outcome in outcomes {
        for directory in &outcome.directories {
            owners.entry(directory.clone()).or_default().push(outcome.root.clone());
        }
        summary.resources += outcome.managed;
        summary.routes += outcome.routes;
        summary.peerings += outcome.peerings;
        for absent in outcome.absent {
            if !summary.absent.contains(&absent) {
                summary.absent.push(absent);
            }
        }
        secrets.extend(outcome.secrets);
        for finding in outcome.findings {
            let key = (finding.rule, finding.place, local_name(&finding));
            let same = index.entry(key).or_default();
            let free = same.iter().copied().find(|&at| !merged[at].roots.contains(&outcome.root));
            match free {
                Some(at) if finding.place.is_some() => merged[at].roots.push(outcome.root.clone()),
                _ => {
                    same.push(merged.len());
                    merged.push(RootFinding { finding, roots: vec![outcome.root.clone()] });
                }
            }
        }
        for one in outcome.undecided {
            let known = |other: &RootUndecided| {
                other.undecided.rule == one.rule && other.undecided.address == one.address && other.root == outcome.root
            };
            if !undecided.iter().any(known) {
                undecided.push(RootUndecided { undecided: one, root: outcome.root.clone() });
            }
        }
    }
    let seen = |directory: &Path| reach.directories.contains(directory) || owners.contains_key(directory);
    let own = |directory: &Path| owners.get(directory).cloned().unwrap_or_else(|| vec![directory.to_owned()]);
    for module in repository.modules() {
        if !seen(&module.directory) {
            continue;
        }
        for finding in &module.findings {
            merged.push(RootFinding { finding: finding.clone(), roots: own(&module.directory) });
        }
    }
    for outline in repository.outlines() {
        let Some(directory) = outline.file.path.parent().filter(|directory| seen(directory)) else { continue };
        summary.files += 1;
        let parsed = outline.items.iter().filter_map(|item| match item {
            Item::Block(stub) if options.all_blocks => Some(stub.body()),
            Item::Block(stub) => stub.body.get(),
            Item::Attribute(_) => None,
        });
        let broken = outline.errors.iter().chain(parsed.flat_map(|parsed| &parsed.errors));
        merged.extend(broken.map(|finding| RootFinding { finding: finding.clone(), roots: own(directory) }));
    }
    let working_directory = options.surroundings.working_directory.clone();
    merged.retain(|found| options.wants(found.finding.rule));
    undecided.retain(|one| options.wants(one.undecided.rule));
    if options.strict {
        merged.extend(undecided.iter().map(|one| {
            let message = format!("cannot be decided: {}", one.undecided.because);
            let mut finding = Finding::new(one.undecided.rule, Severity::Note, message).about(&*one.undecided.address);
            finding.place = one.undecided.place;
            RootFinding { finding, roots: vec![one.root.clone()] }
        }));
    }
    Report::new(repository.files, merged, undecided, summary, secrets, working_directory, options.top.clone())
}

/// The resource of a finding without its module and key, so that one defect in a shared module is one finding.
fn local_name(finding: &Finding) -> String {
    let Some(address) = &finding.address else { return finding.message.clone() };
    let plain: String = {
        let mut depth = 0;
        address
            .chars()
            .filter(|c| {
                match c {
                    '[' => depth += 1,
                    ']' => {
                        depth -= 1;
                        return false;
                    }
                    _ => {}
                }
                depth == 0
            })
            .collect()
    };
    let mut parts: Vec<&str> = plain.rsplitn(3, '.').collect();
    parts.truncate(2);
    parts.join(".")
}
