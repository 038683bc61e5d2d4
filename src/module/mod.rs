//! What does Terraform see? Directories as modules, their declarations with overrides merged in, the calls between them,
//! and the values that a root is given from outside.
//!
//! A `Module` is made from outlines alone: a declaration's body is parsed when it is asked for.

mod declaration;
mod discovery;
mod inputs;
mod repository;

use std::collections::{BTreeMap, HashMap};
use std::path::{Path, PathBuf};
use std::sync::{Arc, OnceLock};

pub use declaration::{Declaration, StubRef};
pub use discovery::{Roots, roots, uncalled};
pub use inputs::{Given, Input, Inputs, Origin, inputs, parse as parse_input};
pub use repository::Repository;

use crate::diagnostic::{EVALUATION_ERROR, Finding, SYNTAX_ERROR, Severity};
use crate::source::{Mode, Unreadable};
use crate::syntax::{Expression, Item, Name, Outline};

/// The files of one directory, read as one module.
#[derive(Debug, Default)]
pub struct Module {
    pub directory: PathBuf,
    pub outlines: Vec<Arc<Outline>>,
    pub variables: BTreeMap<Arc<str>, Arc<Declaration>>,
    pub outputs: BTreeMap<Arc<str>, Arc<Declaration>>,
    pub calls: BTreeMap<Arc<str>, Arc<Declaration>>,
    pub resources: BTreeMap<ResourceName, Arc<Declaration>>,
    /// Provider blocks by local name and alias (empty for the default one).
    pub providers: OnceLock<BTreeMap<(Arc<str>, Arc<str>), Declaration>>,
    pub imports: Vec<StubRef>,
    provider_blocks: Vec<StubRef>,
    settings: Vec<StubRef>,
    local_blocks: Vec<StubRef>,
    locals: OnceLock<HashMap<Arc<str>, (Name, Expression)>>,
    /// Files of which something could not be read, so that a declaration may be missing here.
    pub broken: Vec<PathBuf>,
    /// What is wrong with the structure of the module: unreadable files, duplicate declarations.
    pub findings: Vec<Finding>,
}

#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Debug)]
pub struct ResourceName {
    pub mode: Mode,
    pub kind: Arc<str>,
    pub name: Arc<str>,
}

/// Which file names of a directory Terraform, or OpenTofu, reads as configuration: first the ordinary ones, then overrides.
pub fn configuration_files(names: &[String]) -> (Vec<&String>, Vec<&String>) {
    let tofu = names.iter().any(|name| is_tofu(name));
    let ends = |name: &str| name.ends_with(".tf") || name.ends_with(".tf.json") || (tofu && is_tofu(name));
    let hidden =
        |name: &str| name.starts_with('.') || name.ends_with('~') || (name.starts_with('#') && name.ends_with('#'));
    let replaced = |name: &str| {
        let twin = match name.strip_suffix(".tf") {
            Some(stem) => format!("{stem}.tofu"),
            None => match name.strip_suffix(".tf.json") {
                Some(stem) => format!("{stem}.tofu.json"),
                None => return false,
            },
        };
        tofu && names.contains(&twin)
    };
    let mut read: Vec<&String> = names.iter().filter(|name| ends(name) && !hidden(name) && !replaced(name)).collect();
    read.sort();
    read.into_iter().partition(|name| {
        let stem = name.split('.').next().unwrap_or(name);
        !(stem == "override" || stem.ends_with("_override"))
    })
}

fn is_tofu(name: &str) -> bool {
    name.ends_with(".tofu") || name.ends_with(".tofu.json")
}

impl Module {
    /// A module in which nothing is declared.
    pub fn empty(directory: &Path) -> Module {
        Module { directory: directory.to_owned(), ..Module::default() }
    }

    /// Reads a directory; nothing when it has no configuration files.
    pub(crate) fn read(repository: &Repository<'_>, directory: &Path) -> Option<Module> {
        let names = repository.names(directory);
        let (primary, overrides) = configuration_files(&names);
        if primary.is_empty() && overrides.is_empty() {
            return None;
        }
        let mut module = Module::empty(directory);
        for (names, overriding) in [(primary, false), (overrides, true)] {
            for name in names {
                module.take(repository, &directory.join(name), overriding);
            }
        }
        Some(module)
    }

    fn take(&mut self, repository: &Repository<'_>, path: &Path, overriding: bool) {
        let outline = match repository.outline(path) {
            Ok(outline) => outline,
            Err(why) => {
                let why = match why {
                    Unreadable::Missing => "it is gone".to_owned(),
                    Unreadable::Other(why) => why,
                };
                let file = repository.files.add(path, Vec::new());
                self.broken.push(path.to_owned());
                self.findings.push(
                    Finding::new(SYNTAX_ERROR, Severity::Error, format!("this file cannot be read: {why}"))
                        .at(crate::source::Span::new(file.id, 0, 0)),
                );
                return;
            }
        };
        if outline.incomplete {
            self.broken.push(path.to_owned());
        }
        for (at, item) in outline.items.iter().enumerate() {
            match item {
                Item::Block(_) => self.declare(StubRef { outline: outline.clone(), at }, overriding),
                Item::Attribute(attribute) => self.findings.push(
                    Finding::new(
                        SYNTAX_ERROR,
                        Severity::Error,
                        format!("`{}` is set outside of any block", attribute.name.text),
                    )
                    .at(attribute.name.span)
                    .help("move it into a block, or into a .tfvars file"),
                ),
            }
        }
        self.outlines.push(outline);
    }

    fn declare(&mut self, stub: StubRef, overriding: bool) {
        let label = |at: usize| stub.label(at).map(|name| name.text.clone());
        match (&*stub.kind.text, label(0), label(1)) {
            ("variable", Some(name), _) => add(&mut self.variables, &mut self.findings, name, stub, overriding),
            ("output", Some(name), _) => add(&mut self.outputs, &mut self.findings, name, stub, overriding),
            ("module", Some(name), _) => add(&mut self.calls, &mut self.findings, name, stub, overriding),
            ("resource", Some(kind), Some(name)) => {
                let name = ResourceName { mode: Mode::Managed, kind, name };
                add(&mut self.resources, &mut self.findings, name, stub, overriding);
            }
            ("data" | "ephemeral", Some(kind), Some(name)) => {
                let name = ResourceName { mode: Mode::Data, kind, name };
                add(&mut self.resources, &mut self.findings, name, stub, overriding);
            }
            ("provider", Some(_), _) => self.provider_blocks.push(stub),
            ("terraform", ..) => self.settings.push(stub),
            ("locals", ..) => self.local_blocks.push(stub),
            ("import", ..) => self.imports.push(stub),
            _ => {}
        }
    }

    /// A local value's name and expression.
    pub fn local(&self, name: &str) -> Option<&(Name, Expression)> {
        self.locals().get(name)
    }

    pub fn local_names(&self) -> Vec<Arc<str>> {
        let mut names: Vec<Arc<str>> = self.locals().keys().cloned().collect();
        names.sort();
        names
    }

    fn locals(&self) -> &HashMap<Arc<str>, (Name, Expression)> {
        self.locals.get_or_init(|| {
            let mut locals = HashMap::new();
            for block in &self.local_blocks {
                for attribute in &block.body().body.attributes {
                    locals.insert(attribute.name.text.clone(), (attribute.name.clone(), attribute.value.clone()));
                }
            }
            locals
        })
    }

    pub fn providers(&self) -> &BTreeMap<(Arc<str>, Arc<str>), Declaration> {
        self.providers.get_or_init(|| {
            let mut providers: BTreeMap<(Arc<str>, Arc<str>), Declaration> = BTreeMap::new();
            for stub in &self.provider_blocks {
                let Some(name) = stub.label(0) else { continue };
                let alias = stub.body().body.attribute("alias").and_then(|alias| alias.value.literal().map(Arc::from));
                let key = (name.text.clone(), alias.unwrap_or_else(|| "".into()));
                match providers.get_mut(&key) {
                    Some(first) => first.overrides.push(stub.clone()),
                    None => {
                        providers.insert(key, Declaration::new(stub.clone()));
                    }
                }
            }
            providers
        })
    }

    /// The provider names that this module expects under an alias: `configuration_aliases`.
    pub fn required_providers(&self) -> impl Iterator<Item = &crate::syntax::Attribute> {
        self.settings
            .iter()
            .flat_map(|stub| stub.body().body.blocks("required_providers"))
            .flat_map(|block| &block.body.attributes)
    }

    /// What says where the state of a root is kept, when it is not beside the files.
    pub fn backend(&self) -> Option<&crate::syntax::Block> {
        let blocks = self.settings.iter().flat_map(|stub| &stub.body().body.blocks);
        blocks.into_iter().find(|block| matches!(&*block.kind.text, "backend" | "cloud"))
    }

    pub fn is_complete(&self) -> bool {
        self.broken.is_empty()
    }

    /// All stubs of the module, in the order of the files.
    pub fn stubs(&self) -> impl Iterator<Item = &crate::syntax::Stub> {
        self.outlines.iter().flat_map(|outline| &outline.items).filter_map(|item| match item {
            Item::Block(stub) => Some(stub),
            Item::Attribute(_) => None,
        })
    }
}

fn add<K: Ord>(
    declared: &mut BTreeMap<K, Arc<Declaration>>,
    findings: &mut Vec<Finding>,
    name: K,
    stub: StubRef,
    overriding: bool,
) {
    match declared.get_mut(&name) {
        Some(first) if overriding => {
            Arc::get_mut(first).into_iter().for_each(|first| first.overrides.push(stub.clone()))
        }
        Some(first) => findings.push(
            Finding::new(
                EVALUATION_ERROR,
                Severity::Error,
                format!("{} \"{}\" is declared twice", stub.kind.text, labels(&stub)),
            )
            .at(stub.header)
            .related("first declared here", None, Some(first.base.header))
            .help("rename one of the two, or remove it"),
        ),
        None => {
            declared.insert(name, Arc::new(Declaration::new(stub)));
        }
    }
}

fn labels(stub: &StubRef) -> String {
    stub.labels.iter().map(|label| &*label.text).collect::<Vec<_>>().join("\" \"")
}
