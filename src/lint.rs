//! Everything about one run: from the paths that were named to a report.

mod states;
mod together;

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::path::{Path, PathBuf};
use std::rc::Rc;
use std::sync::Arc;

use rayon::prelude::*;

use crate::config::{Choice, Config};
use crate::diagnostic::{Finding, Related, Severity, Undecided};
use crate::eval::{Cause, Evaluator, ModuleInstance, Surroundings};
use crate::facts;
use crate::module::{Module, Repository, Roots, roots, uncalled};
use crate::network::{Network, network, network_among};
use crate::plan::{Plan, plan};
use crate::report::{Mask, Report, Root, RootFinding, RootUndecided, Summary, Suppressed};
use crate::rule;
use crate::source::{FileId, Files, Sources, Span};
use crate::suppress::{Date, Ignores, Modules, places};
use crate::syntax::{Item, Outline};
use together::Neighbours;

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
    /// What the command line asks for, before what the configuration does.
    pub choice: Choice,
    /// Report what could not be decided as a note.
    pub strict: bool,
    /// Take no notice of the comments that ignore rules.
    pub no_ignores: bool,
    /// The day against which ignores expire; without one none does.
    pub today: Option<Date>,
    pub settings: BTreeMap<PathBuf, Settings>,
}

/// What holds for one root alone.
#[derive(Clone, Debug, Default)]
pub struct Settings {
    pub config: Option<Arc<Config>>,
    pub workspace: Option<String>,
}

impl Options {
    fn config(&self, root: Option<&PathBuf>) -> Option<&Config> {
        self.settings.get(root?)?.config.as_deref()
    }

    /// Whether a finding of a rule in a file of a root is wanted, and at which severity, when that is settled.
    fn wants(&self, rule: &str, root: Option<&PathBuf>, file: Option<&Path>) -> (bool, Option<Severity>) {
        let category = Report::category(rule);
        let Some((config, root)) = self.config(root).zip(root) else {
            return (self.choice.wants(rule, category), None);
        };
        let choice = config.at(file, root).under(&self.choice);
        let excluded = file.is_some_and(|file| config.excludes(file));
        (!excluded && choice.wants(rule, category), choice.severity(rule, category))
    }

    fn surroundings(&self, root: &Path) -> Cow<'_, Surroundings> {
        match self.settings.get(root) {
            Some(settings) => {
                Cow::Owned(self.surroundings.of(root, settings.config.as_ref(), settings.workspace.as_deref()))
            }
            None => Cow::Borrowed(&self.surroundings),
        }
    }
}

/// Lints every root under the paths.
pub fn lint(sources: &dyn Sources, options: &Options) -> Report {
    let repository = Repository::new(sources, options.top.clone());
    let narrow = scope(&repository, options);
    lint_scope(repository, narrow, options).unwrap_or_else(|| {
        let repository = Repository::new(sources, options.top.clone());
        let whole = whole_scope(&repository, options);
        lint_whole(repository, whole, options)
    })
}

/// Lints the roots of a scope; nothing where one of them asks for others and the scope did not look for any.
pub fn lint_scope(repository: Repository<'_>, scope: Scope, options: &Options) -> Option<Report> {
    let outcomes = lint_alone(&repository, &scope, options);
    let enough = !scope.narrow || outcomes.iter().all(|one| !one.asks);
    enough.then(|| lint_together(repository, scope, outcomes, options))
}

fn lint_whole(repository: Repository<'_>, scope: Scope, options: &Options) -> Report {
    let outcomes = lint_alone(&repository, &scope, options);
    lint_together(repository, scope, outcomes, options)
}

fn lint_alone(repository: &Repository<'_>, scope: &Scope, options: &Options) -> Vec<Outcome> {
    let alone = Neighbours::default();
    scope.roots.directories.par_iter().map(|root| lint_root(repository, root, options, &alone)).collect()
}

/// Lets roots tell one another what they lack, and joins what all of them gave.
fn lint_together(repository: Repository<'_>, scope: Scope, mut outcomes: Vec<Outcome>, options: &Options) -> Report {
    let asking: Vec<PathBuf> = outcomes.iter().filter(|one| one.asks).map(|one| one.root.clone()).collect();
    let told = together::neighbours(&repository, &asking, &scope.witnesses(), options);
    let again: Vec<Outcome> = told.par_iter().map(|(root, told)| lint_root(&repository, root, options, told)).collect();
    for outcome in again {
        if let Ok(at) = outcomes.binary_search_by(|one| one.root.cmp(&outcome.root)) {
            outcomes[at] = outcome;
        }
    }
    gather(repository, scope, outcomes, options)
}

/// What a run looks at.
#[derive(Debug)]
pub struct Scope {
    roots: Roots,
    /// The directories under the named paths.
    directories: BTreeSet<PathBuf>,
    /// The other roots of the repository: they are not linted, and can tell what roots of the run ask for.
    others: BTreeSet<PathBuf>,
    /// Nobody has looked for other roots.
    narrow: bool,
}

impl Scope {
    /// The roots, in path order.
    pub fn roots(&self) -> &[PathBuf] {
        &self.roots.directories
    }

    /// The roots that are not linted, where one that is may ask for them.
    pub fn others(&self, repository: &Repository<'_>) -> Vec<PathBuf> {
        let connects =
            |module: &Arc<Module>| module.resources.keys().any(|name| &*name.kind == "alicloud_vpc_peer_connection");
        match !self.others.is_empty() && repository.modules().iter().any(connects) {
            true => self.others.iter().cloned().collect(),
            false => Vec::new(),
        }
    }

    /// Every root that can tell another one something.
    fn witnesses(&self) -> BTreeSet<PathBuf> {
        self.roots.directories.iter().chain(&self.others).cloned().collect()
    }

    /// Leaves out folders, roots or not.
    pub fn leave_out(&mut self, folder: impl Fn(&Path) -> bool) {
        self.others.retain(|root| !folder(root));
        self.roots.directories.retain(|root| !folder(root));
        self.directories.retain(|directory| !folder(directory));
    }

    /// Keeps every root of that number, counted from 0 in steps of `of`, and nothing that belongs to no root.
    pub fn shard(&mut self, number: usize, of: usize) {
        let mut at = 0..;
        let (kept, others): (Vec<PathBuf>, Vec<PathBuf>) = std::mem::take(&mut self.roots.directories)
            .into_iter()
            .partition(|_| at.next().is_some_and(|at: usize| at % of.max(1) == number));
        self.roots.directories = kept;
        self.others.extend(others);
        self.directories.clear();
    }
}

/// Finds the roots of the named paths. For files that are in roots of their own it looks at nothing else.
pub fn scope(repository: &Repository<'_>, options: &Options) -> Scope {
    find(repository, options, true)
}

/// Finds the roots of the named paths, and the others of the repository.
pub fn whole_scope(repository: &Repository<'_>, options: &Options) -> Scope {
    find(repository, options, false)
}

fn find(repository: &Repository<'_>, options: &Options, narrow: bool) -> Scope {
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
                let directory = module_of(repository, path, options.top.as_deref());
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
    if narrow
        && named.is_empty()
        && let Some(roots) = uncalled(repository, &all, &of_files)
    {
        return Scope { roots, directories, others: BTreeSet::new(), narrow: true };
    }
    repository.preload(&all);
    let roots = roots(repository, &all, &named, &of_files);
    let other = |root: &PathBuf| !roots.callers.contains_key(root) && roots.directories.binary_search(root).is_err();
    let others = all.into_iter().filter(other).collect();
    Scope { roots, directories, others, narrow: false }
}

/// The folder that a file belongs to: its own, or for values and templates in folders of their own the next one above that
/// holds configuration.
fn module_of(repository: &Repository<'_>, file: &Path, top: Option<&Path>) -> PathBuf {
    let own = file.parent().unwrap_or(file);
    let inside = own.ancestors().take_while(|folder| top.is_some_and(|top| folder.starts_with(top)) || *folder == own);
    let mut holding = inside.filter(|folder| {
        let names = repository.names(folder);
        let (primary, overrides) = crate::module::configuration_files(&names);
        !primary.is_empty() || !overrides.is_empty()
    });
    holding.next().unwrap_or(own).to_owned()
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
    modules: Modules,
    managed: usize,
    routes: usize,
    peerings: usize,
    /// Something may be missing that another root has.
    asks: bool,
    secrets: Vec<Span>,
    hidden: BTreeSet<String>,
    absent: Vec<(String, String)>,
}

/// The network that a root would create, and what of it is not to be shown.
pub fn survey(repository: &Repository<'_>, root: &Path, surroundings: &Surroundings) -> Option<(Network, Mask)> {
    let module = repository.module(root)?;
    let evaluator = Evaluator::new(repository, module, surroundings);
    let plan = plan(&evaluator, &|kind| kind.starts_with("alicloud_"));
    let network = network(&evaluator, &plan);
    let mask = Mask::new(&repository.files, &evaluator.secrets(), &evaluator.hidden());
    Some((network, mask))
}

fn lint_root(repository: &Repository<'_>, root: &Path, options: &Options, told: &Neighbours) -> Outcome {
    let mut outcome = Outcome {
        root: root.to_owned(),
        findings: Vec::new(),
        undecided: Vec::new(),
        directories: BTreeSet::from([root.to_owned()]),
        modules: Modules::new(),
        managed: 0,
        routes: 0,
        peerings: 0,
        asks: false,
        secrets: told.secrets.clone(),
        hidden: told.hidden.clone(),
        absent: Vec::new(),
    };
    let Some(module) = repository.module(root) else { return outcome };
    let mut surroundings = options.surroundings(root);
    if !told.outputs.is_empty() {
        surroundings.to_mut().remote = told.outputs.clone();
    }
    let evaluator = Evaluator::new(repository, module, &surroundings);
    let known = |kind: &str| options.all_blocks || kind.starts_with("alicloud_");
    let plan = plan(&evaluator, &known);
    for resource in plan.resources.iter().chain(&plan.data) {
        if options.all_blocks || facts::resource(&resource.address.kind).is_some() {
            evaluator.evaluate_all(resource);
        }
    }
    let network = network_among(&evaluator, &plan, &told.elsewhere);
    outcome.asks = together::asks(&network);
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
    for instance in &plan.modules {
        let names = instance.path.0.iter().map(|step| step.name.to_string()).collect();
        outcome.modules.insert(names, instance.module.clone());
    }
    for gap in &plan.gaps {
        if let Cause::ModuleNotOnDisk { call, source, .. } = &gap.cause {
            outcome.absent.push((call.to_string(), source.to_string()));
        }
    }
    outcome.findings = findings;
    outcome.findings.extend(evaluator.findings());
    show_calls(repository, &plan, &mut outcome.findings);
    outcome.secrets.extend(evaluator.secrets());
    outcome.hidden.extend(evaluator.hidden());
    outcome
}

/// A finding that points into a module says where the module is called.
fn show_calls(repository: &Repository<'_>, plan: &Plan, findings: &mut [Finding]) {
    let calls: HashMap<String, &Rc<ModuleInstance>> =
        plan.modules.iter().map(|module| (module.path.to_string(), module)).collect();
    for finding in findings {
        let (Some(address), Some(place)) = (&finding.address, finding.place) else { continue };
        let Some((path, _)) = address.rsplit_once(".alicloud_") else { continue };
        let path = path.strip_suffix(".data").unwrap_or(path);
        let Some(module) = calls.get(path) else { continue };
        let Some((parent, call)) = &module.parent else { continue };
        let inside = repository.files.get(place.file).path.starts_with(&module.module.directory);
        let Some(declaration) = parent.module.calls.get(call).filter(|_| inside) else { continue };
        finding.related.push(Related {
            message: format!("{path} is called here"),
            address: None,
            place: Some(declaration.header()),
        });
    }
}

/// Joins what the roots gave, and adds what is wrong with the files themselves.
fn gather(repository: Repository<'_>, scope: Scope, outcomes: Vec<Outcome>, options: &Options) -> Report {
    let mut owners: BTreeMap<PathBuf, Vec<PathBuf>> = BTreeMap::new();
    let mut broken: BTreeSet<PathBuf> = BTreeSet::new();
    for outcome in &outcomes {
        for directory in &outcome.directories {
            owners.entry(directory.clone()).or_default().push(outcome.root.clone());
        }
        if outcome.modules.values().any(|module| !module.broken.is_empty()) {
            broken.insert(outcome.root.clone());
        }
    }
    let seen = |directory: &Path| scope.directories.contains(directory) || owners.contains_key(directory);
    let own = |directory: &Path| owners.get(directory).cloned().unwrap_or_else(|| vec![directory.to_owned()]);
    let all = repository.outlines();
    let outlines = || all.iter().filter(|outline| outline.file.path.parent().is_some_and(seen));
    // Files of values may lie anywhere.
    let values = |outline: &&Arc<Outline>| outline.file.path.extension().is_some_and(|end| end == "tfvars");
    let speaking = all.iter().filter(|outline| outline.file.path.parent().is_some_and(seen) || values(outline));
    let ignores = if options.no_ignores { Ignores::default() } else { Ignores::read(speaking, options.today) };
    let mut joined = Joined::new(options, &repository.files, ignores);
    joined.summary.roots = outcomes.len();
    for outcome in outcomes {
        joined.take(outcome);
    }
    for module in repository.modules().iter().filter(|module| seen(&module.directory)) {
        for finding in &module.findings {
            joined.add(finding.clone(), own(&module.directory));
        }
    }
    for outline in outlines() {
        let directory = outline.file.path.parent().unwrap_or(&outline.file.path);
        joined.summary.files += 1;
        let parsed = outline.items.iter().filter_map(|item| match item {
            Item::Block(stub) if options.all_blocks => Some(stub.body()),
            Item::Block(stub) => stub.body.get(),
            Item::Attribute(_) => None,
        });
        for finding in outline.errors.iter().chain(parsed.flat_map(|parsed| &parsed.errors)) {
            joined.add(finding.clone(), own(directory));
        }
    }
    // Where a root above was not looked at, or a file could not be read, a finding may be missing.
    let whole = |directory: &Path| {
        owners.get(directory).is_some_and(|roots| roots.iter().all(|root| !broken.contains(root)))
            && scope
                .roots
                .above(directory)
                .is_some_and(|roots| roots.iter().all(|root| scope.roots.directories.contains(root)))
    };
    let judged = |file: FileId| repository.files.get(file).path.parent().is_some_and(whole);
    for (finding, reason) in joined.ignores.unused(judged) {
        let place = finding.place.unwrap_or_default();
        let file = repository.files.get(place.file);
        let roots = own(file.path.parent().unwrap_or(&file.path));
        joined.put(finding, roots, reason);
    }
    let Joined { findings, suppressed, undecided, mut summary, secrets, hidden, .. } = joined;
    summary.suppressed = suppressed.len();
    let working_directory = options.surroundings.working_directory.clone();
    let top = options.top.clone();
    let first = |root: &PathBuf| Some(Span::new(repository.module(root)?.outlines.first()?.file.id, 0, 0));
    let roots =
        scope.roots.directories.iter().map(|root| Root { directory: root.clone(), first: first(root) }).collect();
    Report {
        files: repository.files,
        roots,
        findings,
        suppressed,
        undecided,
        summary,
        secrets,
        hidden,
        working_directory,
        top,
    }
    .finish()
}

/// The findings of all roots, where one defect of a shared module stands once.
struct Joined<'a> {
    options: &'a Options,
    files: &'a Files,
    ignores: Ignores,
    findings: Vec<RootFinding>,
    suppressed: Vec<Suppressed>,
    undecided: Vec<RootUndecided>,
    summary: Summary,
    secrets: Vec<Span>,
    hidden: BTreeSet<String>,
    /// Where findings that are perhaps the same stand, the suppressed ones apart.
    index: HashMap<(&'static str, Option<Span>, String, Severity, bool), Same>,
}

/// Findings that one of another root may be the same as. Each of them takes one of a root.
#[derive(Default)]
struct Same {
    at: Vec<usize>,
    root: Option<PathBuf>,
    next: usize,
}

impl<'a> Joined<'a> {
    fn new(options: &'a Options, files: &'a Files, ignores: Ignores) -> Self {
        Joined {
            options,
            files,
            ignores,
            findings: Vec::new(),
            suppressed: Vec::new(),
            undecided: Vec::new(),
            summary: Summary::default(),
            secrets: Vec::new(),
            hidden: BTreeSet::new(),
            index: HashMap::new(),
        }
    }

    fn take(&mut self, outcome: Outcome) {
        self.summary.resources += outcome.managed;
        self.summary.routes += outcome.routes;
        self.summary.peerings += outcome.peerings;
        for absent in outcome.absent {
            if !self.summary.absent.contains(&absent) {
                self.summary.absent.push(absent);
            }
        }
        self.secrets.extend(outcome.secrets);
        self.hidden.extend(outcome.hidden);
        let cover = |ignores: &Ignores, finding: &Finding| {
            let places = places(finding.address.as_deref(), finding.place, &finding.related, &outcome.modules);
            ignores.cover(finding.rule, &places).unwrap_or_default().to_owned()
        };
        for finding in outcome.findings {
            let reason = cover(&self.ignores, &finding);
            self.put(finding, vec![outcome.root.clone()], reason);
        }
        let mut known = BTreeSet::new();
        for one in outcome.undecided {
            let message = format!("cannot be decided: {}", one.because);
            let mut finding = Finding::new(one.rule, Severity::Note, message).about(&*one.address);
            finding.place = one.place;
            // Also where nothing is reported: an ignore is not useless if its rule may speak another time.
            let reason = cover(&self.ignores, &finding);
            if !known.insert((one.rule, one.address.clone())) {
                continue;
            }
            if !self.wants(one.rule, one.place, Some(&outcome.root)).0 {
                continue;
            }
            if self.options.strict {
                self.put(finding, vec![outcome.root.clone()], reason);
            }
            self.undecided.push(RootUndecided { undecided: one, root: outcome.root.clone() });
        }
    }

    /// Adds a finding that only its place can hide.
    fn add(&mut self, finding: Finding, roots: Vec<PathBuf>) {
        let places: Vec<Span> = finding.place.into_iter().collect();
        let reason = self.ignores.cover(finding.rule, &places).unwrap_or_default().to_owned();
        if let Some(finding) = self.settle(finding, roots.first()) {
            self.push(RootFinding { finding, roots }, reason);
        }
    }

    fn wants(&self, rule: &str, place: Option<Span>, root: Option<&PathBuf>) -> (bool, Option<Severity>) {
        let file = place.map(|place| self.files.get(place.file));
        self.options.wants(rule, root, file.as_ref().map(|file| &*file.path))
    }

    /// The finding as the configuration wants it, if it does.
    fn settle(&self, mut finding: Finding, root: Option<&PathBuf>) -> Option<Finding> {
        let (wanted, severity) = self.wants(finding.rule, finding.place, root);
        finding.severity = severity.unwrap_or(finding.severity);
        wanted.then_some(finding)
    }

    /// Adds a finding, or its roots to one that is the same in another root.
    fn put(&mut self, finding: Finding, roots: Vec<PathBuf>, reason: String) {
        let Some(finding) = self.settle(finding, roots.first()) else { return };
        if finding.place.is_some() {
            let key = (finding.rule, finding.place, local_name(&finding), finding.severity, reason.is_empty());
            let same = self.index.entry(key).or_default();
            if same.root.as_ref() != roots.first() {
                *same = Same { at: std::mem::take(&mut same.at), root: roots.first().cloned(), next: 0 };
            }
            same.next += 1;
            if let Some(&at) = same.at.get(same.next - 1) {
                let found = if reason.is_empty() { &mut self.findings[at] } else { &mut self.suppressed[at].found };
                found.roots.extend(roots);
                return;
            }
            same.at.push(if reason.is_empty() { self.findings.len() } else { self.suppressed.len() });
        }
        self.push(RootFinding { finding, roots }, reason);
    }

    fn push(&mut self, found: RootFinding, reason: String) {
        if reason.is_empty() {
            self.findings.push(found);
        } else {
            self.suppressed.push(Suppressed { found, reason, in_source: true });
        }
    }
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
