//! What is it worth? Expressions to values that know where they came from, on demand and at most once.
//!
//! The `Evaluator` of a root holds its tree of module instances. Variables, locals, outputs and resource arguments are
//! evaluated when something asks for them; a fault costs one value, which is then unknown, and is a finding.

mod data;
mod expression;
mod functions;
mod imports;
mod instances;
mod names;
mod number;
mod operators;
mod providers;
mod special;
mod templates;
pub mod types;
pub mod value;

use std::cell::{Cell, RefCell};
use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::path::{Path, PathBuf};
use std::rc::Rc;
use std::sync::Arc;

pub use data::SYSTEM_TABLE;
pub use instances::{
    BlockValue, Blocks, Calls, Instances, ModuleInstance, ModuleInstances, Repetition, ResourceInstance, Shape,
};
pub use number::Number;
pub use providers::{Account, Provider, SameAccount};
pub use types::{Type, type_of};
pub use value::{Cause, Hint, Kind, Of, Piece, Text, Unknown, Value};

use crate::config::Config;
use crate::diagnostic::{EVALUATION_ERROR, Finding, Severity};
use crate::module::{Input, Module, Repository, inputs};
use crate::source::{Address, ModulePath, Span};

/// What the world says beside the files: everything that a run may hang on is here.
#[derive(Clone, Debug, Default)]
pub struct Surroundings {
    pub inputs: Vec<Input>,
    pub workspace: Option<String>,
    /// Where paths like `path.cwd` are taken from, and what shown paths are relative to.
    pub working_directory: PathBuf,
    /// What `alinet.toml` says for the root.
    pub config: Option<Arc<Config>>,
    /// What the states that the root reads hold, where another root of the repository writes them.
    pub remote: BTreeMap<Arc<Address>, Value>,
}

impl Surroundings {
    /// The same for a root: with its settings, and with the values that they name before those that are given.
    pub fn of(&self, root: &Path, config: Option<&Arc<Config>>, workspace: Option<&str>) -> Surroundings {
        let named = config.map(|config| config.values(root)).unwrap_or_default();
        Surroundings {
            inputs: named.into_iter().map(Input::File).chain(self.inputs.iter().cloned()).collect(),
            workspace: workspace.map(str::to_owned),
            working_directory: self.working_directory.clone(),
            config: config.cloned(),
            remote: BTreeMap::new(),
        }
    }
}

/// Why an expression has no value: the configuration is wrong here.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Fault {
    pub at: Span,
    pub message: String,
    pub help: Option<String>,
}

pub type Evaluated = Result<Value, Box<Fault>>;

pub(crate) fn fault<T>(at: Span, message: impl Into<String>) -> Result<T, Box<Fault>> {
    Err(Box::new(Fault { at, message: message.into(), help: None }))
}

pub struct Evaluator<'r> {
    pub repository: &'r Repository<'r>,
    pub surroundings: &'r Surroundings,
    root: Rc<ModuleInstance>,
    modules: RefCell<HashMap<ModulePath, Rc<ModuleInstance>>>,
    resources: RefCell<HashMap<Arc<Address>, Rc<ResourceInstance>>>,
    installed: HashMap<String, PathBuf>,
    imports: RefCell<Option<Rc<imports::Imports>>>,
    findings: RefCell<Vec<Finding>>,
    said: RefCell<HashSet<(Span, String)>>,
    /// Expressions that gave a sensitive variable its value: shown nowhere.
    secrets: RefCell<Vec<Span>>,
    /// What arguments are worth that were made of sensitive values: shown nowhere either.
    hidden: RefCell<BTreeSet<String>>,
    /// How many faults were passed over because what leads to them is not known, and why not.
    passed_over: Cell<u64>,
    because: RefCell<Option<Cause>>,
    /// How many `try` and `can` stand around what is being evaluated, and how many values that are not known were met there.
    trying: Cell<u32>,
    met: Cell<u64>,
    depth: Cell<u32>,
    work: Cell<u64>,
    /// How many instances there are so far, of resources, data sources and modules.
    made: Cell<usize>,
}

/// How deep evaluation may go before it is taken for a runaway: the thread's stack must hold it.
const DEPTH: u32 = 2_500;
/// How many expressions one root may evaluate.
const WORK: u64 = 20_000_000;

impl<'r> Evaluator<'r> {
    pub fn new(repository: &'r Repository<'r>, root: Arc<Module>, surroundings: &'r Surroundings) -> Self {
        let inputs = inputs(repository, &root, &surroundings.inputs);
        let installed = instances::installed(repository, &root.directory);
        let findings = inputs.findings.clone();
        let root = Rc::new(ModuleInstance::root(root, inputs));
        let modules = HashMap::from([(ModulePath::default(), root.clone())]);
        Evaluator {
            repository,
            surroundings,
            root,
            modules: RefCell::new(modules),
            resources: RefCell::default(),
            installed,
            imports: RefCell::default(),
            findings: RefCell::new(findings),
            said: RefCell::default(),
            secrets: RefCell::default(),
            hidden: RefCell::default(),
            passed_over: Cell::new(0),
            because: RefCell::default(),
            trying: Cell::new(0),
            met: Cell::new(0),
            depth: Cell::new(0),
            work: Cell::new(0),
            made: Cell::new(0),
        }
    }

    pub fn root(&self) -> &Rc<ModuleInstance> {
        &self.root
    }

    /// What is wrong with the configuration, as far as evaluation has come.
    pub fn findings(&self) -> Vec<Finding> {
        self.findings.borrow().clone()
    }

    pub fn secrets(&self) -> Vec<Span> {
        self.secrets.borrow().clone()
    }

    /// Texts that stand for a sensitive value.
    pub fn hidden(&self) -> BTreeSet<String> {
        self.hidden.borrow().clone()
    }

    /// Keeps the texts of what is sensitive in a value from being shown.
    fn hide(&self, value: &Value) {
        let mut open = vec![(value, value.sensitive)];
        while let Some((value, sensitive)) = open.pop() {
            let sensitive = sensitive || value.sensitive;
            match &value.kind {
                Kind::Tuple(items) | Kind::List(items) | Kind::Set(items) => {
                    open.extend(items.iter().map(|item| (item, sensitive)));
                }
                Kind::Object(fields) | Kind::Map(fields) => {
                    open.extend(fields.values().map(|field| (field, sensitive)));
                }
                Kind::String(text) if sensitive => {
                    let mut hidden = self.hidden.borrow_mut();
                    // A block is also shown without the bits beyond its mask.
                    if let Ok(net) = text.trim().parse::<ipnet::IpNet>() {
                        hidden.insert(net.trunc().to_string());
                    }
                    hidden.insert(text.to_string());
                }
                Kind::Number(number) if sensitive => drop(self.hidden.borrow_mut().insert(number.to_string())),
                _ => {}
            }
        }
    }

    /// Says once that something is wrong; the same words about the same place in another instance say nothing new.
    fn report(&self, finding: Finding) {
        let Some(place) = finding.place else { return };
        if self.said.borrow_mut().insert((place, finding.message.clone())) {
            self.findings.borrow_mut().push(finding);
        }
    }

    fn report_fault(&self, fault: Fault, address: Option<&Address>) {
        let mut finding = Finding::new(EVALUATION_ERROR, Severity::Error, fault.message).at(fault.at);
        finding.help = fault.help;
        finding.address = address.map(ToString::to_string);
        self.report(finding);
    }

    /// Notes that a fault may yet happen: `try` and `can` have to know.
    fn pass_over(&self, cause: Cause) {
        self.passed_over.set(self.passed_over.get() + 1);
        *self.because.borrow_mut() = Some(cause);
    }

    /// Notes that something was made of what is not known: that may fail as well.
    fn meet(&self, cause: Cause) {
        self.met.set(self.met.get() + 1);
        *self.because.borrow_mut() = Some(cause);
    }

    /// The value, or unknown and a finding.
    fn settle(&self, evaluated: Evaluated, address: Option<&Address>) -> Value {
        evaluated.unwrap_or_else(|fault| {
            self.report_fault(*fault, address);
            Value::unknown(Cause::Failed)
        })
    }
}

/// Where an expression stands: in which module instance, with which `each` and `count`, inside which loops.
#[derive(Clone, Copy)]
pub struct Scope<'s> {
    pub(crate) module: &'s Rc<ModuleInstance>,
    pub(crate) repetition: &'s Repetition,
    pub(crate) frame: Option<&'s Frame<'s>>,
}

/// One name that a loop, a splat or a dynamic block has bound.
pub(crate) struct Frame<'s> {
    pub name: &'s str,
    pub value: Value,
    pub outer: Option<&'s Frame<'s>>,
}

impl<'s> Scope<'s> {
    pub fn of(module: &'s Rc<ModuleInstance>, repetition: &'s Repetition) -> Self {
        Scope { module, repetition, frame: None }
    }

    pub(crate) fn with<'t>(&'t self, frame: &'t Frame<'t>) -> Scope<'t>
    where
        's: 't,
    {
        Scope { module: self.module, repetition: self.repetition, frame: Some(frame) }
    }

    fn bound(&self, name: &str) -> Option<&'s Value> {
        let mut frame = self.frame;
        while let Some(here) = frame {
            if here.name == name {
                return Some(&here.value);
            }
            frame = here.outer;
        }
        None
    }
}
