//! Which instances are there? Modules and resources times `count` and `for_each`, and their blocks times `dynamic`.

use std::cell::{OnceCell, RefCell};
use std::collections::{BTreeMap, HashMap};
use std::path::{Path, PathBuf};
use std::rc::Rc;
use std::sync::Arc;

use super::types::{Type, convert};
use super::value::{Cause, Fields, Hint, IdParts, Kind, Of, Value};
use super::{Evaluator, Frame, Number, Scope};
use crate::diagnostic::{EVALUATION_ERROR, Finding, Severity};
use crate::facts;
use crate::module::{Declaration, Inputs, Module, Repository, ResourceName};
use crate::source::{Address, Key, Mode, ModulePath, Span, Trail, normalize};
use crate::syntax::{Block, Body};

/// How many instances one block may have.
const MOST: usize = 100_000;

/// So many of all blocks of a root together; a module counts for ten.
const MOST_OF_ALL: usize = 300_000;

#[derive(Debug)]
pub struct ModuleInstance {
    pub path: ModulePath,
    pub module: Arc<Module>,
    pub parent: Option<(Rc<ModuleInstance>, Arc<str>)>,
    pub repetition: Repetition,
    /// Surely there: no unknown `count` or `for_each` on the way from the root.
    pub certain: bool,
    pub inputs: Inputs,
    pub(crate) memo: RefCell<HashMap<String, Slot>>,
    calls: RefCell<HashMap<Arc<str>, Option<Rc<Calls>>>>,
    resources: RefCell<HashMap<ResourceName, Option<Rc<Instances>>>>,
    pub(crate) providers: RefCell<HashMap<(Arc<str>, Arc<str>), Rc<super::Provider>>>,
}

#[derive(Debug)]
pub(crate) enum Slot {
    Busy,
    Done(Value),
}

/// Which of several instances of one block this is, and what `each` and `count` are in it.
#[derive(Clone, Debug)]
pub struct Repetition {
    pub key: Key,
    pub each: Option<(Value, Value)>,
    pub index: Option<Value>,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Shape {
    Single,
    Count,
    Each,
}

/// The instances of one resource.
#[derive(Debug)]
pub struct Instances {
    pub shape: Shape,
    pub list: Vec<Rc<ResourceInstance>>,
    /// How many there are, or under which keys, is not known; `list` holds one that stands for them.
    pub unknown: Option<Cause>,
    pub certain: bool,
    /// All of them as one value, made at the first reference.
    pub(crate) whole: OnceCell<Value>,
}

#[derive(Debug)]
pub struct ResourceInstance {
    pub address: Arc<Address>,
    pub module: Rc<ModuleInstance>,
    pub declaration: Arc<Declaration>,
    pub repetition: Repetition,
    pub certain: bool,
    memo: RefCell<HashMap<String, Slot>>,
}

#[derive(Debug)]
pub enum Calls {
    OnDisk(ModuleInstances),
    NotOnDisk(Cause),
    /// The call itself is wrong, and that has been said.
    Wrong,
}

#[derive(Debug)]
pub struct ModuleInstances {
    pub shape: Shape,
    pub list: Vec<Rc<ModuleInstance>>,
    pub unknown: Option<Cause>,
    pub certain: bool,
    pub(crate) whole: OnceCell<Value>,
}

/// The nested blocks of one kind, as objects, in order.
#[derive(Debug, Default)]
pub struct Blocks {
    pub list: Vec<BlockValue>,
    /// There may be more blocks, or fewer, for this reason.
    pub unknown: Option<Cause>,
}

#[derive(Clone, Debug)]
pub struct BlockValue {
    pub fields: Fields,
    pub header: Span,
}

struct Expansion {
    shape: Shape,
    list: Vec<Repetition>,
    unknown: Option<Cause>,
    certain: bool,
}

impl Repetition {
    pub fn once() -> Self {
        Repetition { key: Key::None, each: None, index: None }
    }
}

impl ModuleInstance {
    pub(crate) fn root(module: Arc<Module>, inputs: Inputs) -> Self {
        ModuleInstance::new(ModulePath::default(), module, None, Repetition::once(), true, inputs)
    }

    fn new(
        path: ModulePath,
        module: Arc<Module>,
        parent: Option<(Rc<ModuleInstance>, Arc<str>)>,
        repetition: Repetition,
        certain: bool,
        inputs: Inputs,
    ) -> Self {
        ModuleInstance {
            path,
            module,
            parent,
            repetition,
            certain,
            inputs,
            memo: RefCell::default(),
            calls: RefCell::default(),
            resources: RefCell::default(),
            providers: RefCell::default(),
        }
    }

    /// `path.module`: the directory as seen from the root's.
    pub(crate) fn shown_directory(&self, root: &Path) -> String {
        let here = &self.module.directory;
        if here == root {
            return ".".into();
        }
        let common = root.components().zip(here.components()).take_while(|(a, b)| a == b).count();
        let up = root.components().skip(common).map(|_| "..".to_owned());
        let down = here.components().skip(common).map(|part| part.as_os_str().to_string_lossy().into_owned());
        up.chain(down).collect::<Vec<_>>().join("/")
    }

    fn ancestors(&self) -> impl Iterator<Item = &ModuleInstance> {
        std::iter::successors(Some(self), |module| module.parent.as_ref().map(|(parent, _)| &**parent))
    }
}

/// Where `terraform init` has put modules that are not local: by dotted call path.
pub(crate) fn installed(repository: &Repository<'_>, root: &Path) -> HashMap<String, PathBuf> {
    #[derive(serde::Deserialize)]
    #[serde(rename_all = "PascalCase")]
    struct Manifest {
        #[serde(default)]
        modules: Vec<Entry>,
    }
    #[derive(serde::Deserialize)]
    #[serde(rename_all = "PascalCase")]
    struct Entry {
        key: String,
        dir: String,
    }
    let path = root.join(".terraform/modules/modules.json");
    let Ok(bytes) = repository.sources.read(&path) else { return HashMap::new() };
    let Ok(manifest) = serde_json::from_slice::<Manifest>(&bytes) else { return HashMap::new() };
    manifest.modules.into_iter().map(|entry| (entry.key, normalize(&root.join(entry.dir)))).collect()
}

impl Evaluator<'_> {
    /// A module instance in which nothing is declared, for constants.
    pub(crate) fn nowhere(&self) -> Rc<ModuleInstance> {
        thread_local! {
            static EMPTY: Arc<Module> = Arc::new(Module::default());
        }
        let empty = EMPTY.with(Arc::clone);
        Rc::new(ModuleInstance::root(empty, Inputs::default()))
    }

    /// The instances of a module call.
    pub fn calls(&self, module: &Rc<ModuleInstance>, name: &Arc<str>, span: Span) -> Rc<Calls> {
        match module.calls.borrow().get(name) {
            Some(Some(calls)) => return calls.clone(),
            Some(None) => {
                self.report(
                    Finding::new(
                        EVALUATION_ERROR,
                        Severity::Error,
                        format!("module.{name} needs itself: this is a cycle"),
                    )
                    .at(span),
                );
                return Rc::new(Calls::Wrong);
            }
            None => {}
        }
        module.calls.borrow_mut().insert(name.clone(), None);
        let calls = Rc::new(self.find_calls(module, name));
        module.calls.borrow_mut().insert(name.clone(), Some(calls.clone()));
        calls
    }

    fn find_calls(&self, module: &Rc<ModuleInstance>, name: &Arc<str>) -> Calls {
        let Some(declaration) = module.module.calls.get(name) else { return Calls::Wrong };
        let body = declaration.body();
        let Some(source) = body.attribute("source") else {
            if !declaration.is_incomplete() {
                self.report(
                    Finding::new(EVALUATION_ERROR, Severity::Error, format!("module `{name}` has no source"))
                        .at(declaration.header()),
                );
            }
            return Calls::Wrong;
        };
        let at = source.value.span;
        let Some(text) = source.value.literal() else {
            return Calls::NotOnDisk(Cause::Unsupported("a module source that is not a plain text".into()));
        };
        let not_on_disk =
            || Calls::NotOnDisk(Cause::ModuleNotOnDisk { call: name.clone(), source: text.into(), at: Some(at) });
        let local = self.repository.local_source(&module.module.directory, text);
        let directory = match &local {
            Some(directory) => directory.clone(),
            None => {
                let path = module.path.child(name, Key::None);
                let key = path.0.iter().map(|step| &*step.name).collect::<Vec<_>>().join(".");
                match self.installed.get(&key) {
                    Some(directory) => directory.clone(),
                    None => return not_on_disk(),
                }
            }
        };
        if !self.repository.is_inside(&self.repository.sources.real(&directory)) {
            return not_on_disk();
        }
        let Some(called) = self.repository.module(&directory) else {
            if local.is_none() {
                return not_on_disk();
            }
            self.report(
                Finding::new(
                    EVALUATION_ERROR,
                    Severity::Error,
                    format!("module `{name}`: there is no module in \"{text}\""),
                )
                .at(at)
                .help("correct the path, or add the directory to the repository"),
            );
            return Calls::NotOnDisk(Cause::ModuleNotOnDisk { call: name.clone(), source: text.into(), at: Some(at) });
        };
        if module.ancestors().any(|above| above.module.directory == directory) {
            self.report(
                Finding::new(
                    EVALUATION_ERROR,
                    Severity::Error,
                    format!("module `{name}` calls a module that it is part of"),
                )
                .at(at),
            );
            return Calls::Wrong;
        }
        let expansion = self.expand(body, &format!("module.{name}"), module, 10);
        let list = expansion.list.into_iter().map(|repetition| {
            let path = module.path.child(name, repetition.key.clone());
            let parent = Some((module.clone(), name.clone()));
            let certain = module.certain && expansion.certain && expansion.unknown.is_none();
            let child =
                ModuleInstance::new(path.clone(), called.clone(), parent, repetition, certain, Inputs::default());
            let child = Rc::new(child);
            self.modules.borrow_mut().insert(path, child.clone());
            child
        });
        let list = list.collect();
        Calls::OnDisk(ModuleInstances {
            shape: expansion.shape,
            list,
            unknown: expansion.unknown,
            certain: expansion.certain,
            whole: OnceCell::new(),
        })
    }

    /// The instances of a resource or data source.
    pub fn instances(&self, module: &Rc<ModuleInstance>, name: &ResourceName, span: Span) -> Rc<Instances> {
        match module.resources.borrow().get(name) {
            Some(Some(instances)) => return instances.clone(),
            Some(None) => {
                let what = format!("{}.{}", name.kind, name.name);
                self.report(
                    Finding::new(EVALUATION_ERROR, Severity::Error, format!("{what} needs itself: this is a cycle"))
                        .at(span),
                );
                return Rc::new(Instances {
                    shape: Shape::Single,
                    list: Vec::new(),
                    unknown: Some(Cause::Failed),
                    certain: false,
                    whole: OnceCell::new(),
                });
            }
            None => {}
        }
        module.resources.borrow_mut().insert(name.clone(), None);
        let instances = Rc::new(self.find_instances(module, name));
        module.resources.borrow_mut().insert(name.clone(), Some(instances.clone()));
        instances
    }

    fn find_instances(&self, module: &Rc<ModuleInstance>, name: &ResourceName) -> Instances {
        let Some(declaration) = module.module.resources.get(name) else {
            return Instances {
                shape: Shape::Single,
                list: Vec::new(),
                unknown: Some(Cause::Failed),
                certain: false,
                whole: OnceCell::new(),
            };
        };
        let what = format!("{}.{}", name.kind, name.name);
        let expansion = self.expand(declaration.body(), &what, module, 1);
        let list = expansion.list.into_iter().map(|repetition| {
            let address = Arc::new(Address {
                module: module.path.clone(),
                mode: name.mode,
                kind: name.kind.clone(),
                name: name.name.clone(),
                key: repetition.key.clone(),
            });
            let instance = Rc::new(ResourceInstance {
                address: address.clone(),
                module: module.clone(),
                declaration: declaration.clone(),
                repetition,
                certain: module.certain && expansion.certain && expansion.unknown.is_none(),
                memo: RefCell::default(),
            });
            self.resources.borrow_mut().insert(address, instance.clone());
            instance
        });
        let list = list.collect();
        let (shape, unknown, certain) = (expansion.shape, expansion.unknown, expansion.certain);
        Instances { shape, list, unknown, certain, whole: OnceCell::new() }
    }

    /// How often a block stands, as far as alinet follows: modules that call modules multiply. One weighs as much as it
    /// takes memory.
    fn expand(&self, body: &Body, what: &str, module: &Rc<ModuleInstance>, weight: usize) -> Expansion {
        let expansion = self.repeat(body, what, module);
        let before = self.made.get();
        self.made.set(before.saturating_add(expansion.list.len() * weight));
        if self.made.get() <= MOST_OF_ALL {
            return expansion;
        }
        if before <= MOST_OF_ALL {
            let message = format!("with {what} this root has more resources and modules than alinet follows");
            let at = body.attribute("for_each").or(body.attribute("count")).or(body.attribute("source"));
            let finding = Finding::new(EVALUATION_ERROR, Severity::Error, message);
            self.report(match at {
                Some(attribute) => finding.at(attribute.value.span),
                None => finding,
            });
        }
        Expansion { shape: expansion.shape, list: Vec::new(), unknown: Some(Cause::Failed), certain: false }
    }

    fn repeat(&self, body: &Body, what: &str, module: &Rc<ModuleInstance>) -> Expansion {
        let once = Repetition::once();
        let scope = Scope::of(module, &once);
        let wrong = |at: Span, message: String| {
            self.report(Finding::new(EVALUATION_ERROR, Severity::Error, message).at(at));
            Cause::Failed
        };
        let refuse = |count: String, at: Span| {
            wrong(at, format!("{what} would have {count} instances, more than the {MOST} that alinet follows"))
        };
        if let Some(count) = body.attribute("count") {
            let at = count.value.span;
            let value = self.settle(self.evaluate(&count.value, &scope), None);
            let several = |n: usize, certain: bool| {
                let list = (0..n).map(|index| Repetition {
                    key: Key::Index(index as u64),
                    each: None,
                    index: Some(Value::number(index as i64).with_trail(value.trail.clone())),
                });
                Expansion { shape: Shape::Count, list: list.collect(), unknown: None, certain }
            };
            let number = |value: &Value| {
                convert(value, &Type::Number, self).ok().and_then(|value| value.as_number().and_then(Number::to_usize))
            };
            let failed = |cause: Cause| Expansion {
                shape: Shape::Count,
                list: vec![Repetition {
                    key: Key::Unknown,
                    each: None,
                    index: Some(Value::unknown_of(cause.clone(), Type::Number)),
                }],
                unknown: Some(cause),
                certain: false,
            };
            if let Some(n) = number(&value) {
                return if n > MOST { failed(refuse(n.to_string(), at)) } else { several(n, true) };
            }
            if let Kind::Unknown(unknown) = &value.kind
                && let Some(counts) = unknown.one_of.iter().map(number).collect::<Option<Vec<usize>>>()
                && let Some(&most) = counts.iter().max()
                && most <= 1
            {
                return several(most, false);
            }
            return failed(match value.cause() {
                Some(cause) => cause,
                None => wrong(at, format!("count of {what} must be a whole number from 0, not {}", described(&value))),
            });
        }
        if let Some(each) = body.attribute("for_each") {
            let at = each.value.span;
            let value = self.settle(self.evaluate(&each.value, &scope), None);
            if value.sensitive {
                self.report(
                    Finding::new(
                        EVALUATION_ERROR,
                        Severity::Error,
                        format!("for_each of {what} is sensitive, which Terraform refuses"),
                    )
                    .at(at),
                );
            }
            return match self.repetitions(&value) {
                Ok((list, unknown, certain)) if list.len() <= MOST => {
                    Expansion { shape: Shape::Each, list, unknown, certain }
                }
                Ok((list, ..)) => {
                    let cause = refuse(list.len().to_string(), at);
                    Expansion {
                        shape: Shape::Each,
                        list: vec![unknown_each(&cause)],
                        unknown: Some(cause),
                        certain: false,
                    }
                }
                Err(why) => {
                    let cause = wrong(at, format!("for_each of {what} {why}"));
                    Expansion {
                        shape: Shape::Each,
                        list: vec![unknown_each(&cause)],
                        unknown: Some(cause),
                        certain: false,
                    }
                }
            };
        }
        Expansion { shape: Shape::Single, list: vec![once], unknown: None, certain: true }
    }

    /// The repetitions that a `for_each` value makes; why their number or keys are not known; whether they surely exist.
    fn repetitions(&self, value: &Value) -> Result<(Vec<Repetition>, Option<Cause>, bool), String> {
        let named = |key: &Arc<str>, value: &Value| Repetition {
            key: Key::Name(key.clone()),
            each: Some((Value::string(key.clone()).with_trail(value.trail.clone()), value.clone())),
            index: None,
        };
        match &value.kind {
            Kind::Object(fields) | Kind::Map(fields) => {
                Ok((fields.iter().map(|(key, field)| named(key, field)).collect(), None, true))
            }
            Kind::Set(items) => {
                let mut list = Vec::with_capacity(items.len());
                let mut unknown = None;
                for item in items.iter() {
                    match &item.kind {
                        Kind::String(text) => list.push(named(text, item)),
                        Kind::Null => return Err("has a null element".into()),
                        _ if item.is_opaque() => {
                            list.push(Repetition {
                                key: Key::Unknown,
                                each: Some((item.clone(), item.clone())),
                                index: None,
                            });
                            unknown = unknown.or(item.cause());
                        }
                        _ => {
                            return Err(format!(
                                "must be a map or a set of strings; this set has a {}",
                                item.type_name()
                            ));
                        }
                    }
                }
                Ok((list, unknown, true))
            }
            Kind::Unknown(unknown) => {
                let mut options = Vec::new();
                for one in &unknown.one_of {
                    match self.repetitions(one) {
                        Ok((list, None, true)) if !list.is_empty() => options.push(list),
                        Ok((_, None, true)) => {}
                        _ => return Ok((vec![unknown_each(&unknown.cause)], Some(unknown.cause.clone()), false)),
                    }
                }
                match (unknown.one_of.is_empty(), options.len(), options.pop()) {
                    (false, 0, _) => Ok((Vec::new(), None, true)),
                    (false, 1, Some(only)) => Ok((only, None, false)),
                    _ => Ok((vec![unknown_each(&unknown.cause)], Some(unknown.cause.clone()), false)),
                }
            }
            Kind::Null => Err("must not be null".into()),
            Kind::List(_) | Kind::Tuple(_) => {
                Err("must be a map or a set of strings, not a list; write toset(...)".into())
            }
            Kind::Bool(_) | Kind::Number(_) | Kind::String(_) | Kind::Text(_) => {
                Err(format!("must be a map or a set of strings, not {}", described(value)))
            }
            _ => {
                let cause = value.cause().unwrap_or(Cause::Failed);
                Ok((vec![unknown_each(&cause)], Some(cause), false))
            }
        }
    }

    /// Evaluates every argument and block of an instance, for the faults that are in them.
    pub fn evaluate_all(&self, instance: &Rc<ResourceInstance>) {
        let declaration = &instance.declaration;
        let body = declaration.body();
        for attribute in &body.attributes {
            self.argument(instance, &attribute.name.text, attribute.value.span);
        }
        for block in &body.blocks {
            let kind = match (&*block.kind.text, block.labels.first()) {
                ("lifecycle" | "provisioner" | "connection" | "timeouts", _) => continue,
                ("dynamic", Some(label)) => &label.text,
                _ => &block.kind.text,
            };
            self.argument(instance, kind, block.span);
        }
    }

    /// Evaluates every local value, output and module argument of an instance.
    pub fn evaluate_module(&self, module: &Rc<ModuleInstance>) {
        let once = Repetition::once();
        let scope = Scope::of(module, &once);
        for name in module.module.local_names() {
            if let Some((name, value)) = module.module.local(&name) {
                self.local(module, &name.text, value.span);
            }
        }
        for declaration in module.module.outputs.values() {
            if let Some(value) = declaration.body().attribute("value") {
                self.settle(self.evaluate(&value.value, &scope), None);
            }
        }
        for (name, declaration) in &module.module.variables {
            self.variable(module, name, declaration.header());
        }
    }

    pub fn instance(&self, address: &Address) -> Option<Rc<ResourceInstance>> {
        self.resources.borrow().get(address).cloned()
    }

    /// What the configuration writes for an argument, or for all blocks of that name as a list; nothing when it does not.
    pub fn argument(&self, instance: &Rc<ResourceInstance>, name: &str, span: Span) -> Option<Value> {
        let body = instance.declaration.body();
        let written = body.attribute(name);
        if written.is_none() && !has_blocks(body, name) {
            return None;
        }
        if matches!(name, "count" | "for_each" | "provider" | "depends_on" | "lifecycle") {
            return None;
        }
        match instance.memo.borrow().get(name) {
            Some(Slot::Done(value)) => return Some(value.clone()),
            Some(Slot::Busy) => {
                let what = format!("{}.{name}", instance.address);
                self.report(
                    Finding::new(
                        EVALUATION_ERROR,
                        Severity::Error,
                        format!("{what} needs its own value: this is a cycle"),
                    )
                    .at(span),
                );
                return Some(Value::unknown(Cause::Failed));
            }
            None => {}
        }
        instance.memo.borrow_mut().insert(name.to_owned(), Slot::Busy);
        let (passed_over, trying) = (self.passed_over.get(), self.trying.replace(0));
        let value = match written {
            Some(written) => {
                let scope = Scope::of(&instance.module, &instance.repetition);
                self.recognized(self.settle(self.evaluate(&written.value, &scope), Some(&instance.address)))
            }
            None => {
                let blocks = self.blocks(instance, name);
                match blocks.unknown {
                    Some(cause) => Value::unknown(cause),
                    None => block_list(blocks.list, &instance.address, name),
                }
            }
        };
        self.passed_over.set(passed_over);
        self.trying.set(trying);
        instance.memo.borrow_mut().insert(name.to_owned(), Slot::Done(value.clone()));
        self.hide(&value);
        Some(value)
    }

    /// What an attribute is worth that the configuration does not set; `null` when it sets it to null.
    pub(crate) fn unset(&self, instance: &Rc<ResourceInstance>, name: &str, null: bool, span: Span) -> Value {
        let address = &instance.address;
        if let Some(answer) = self.answer(instance, name).or_else(|| self.imported(instance, name)) {
            return answer;
        }
        let schema = match address.mode {
            Mode::Managed => facts::resource(&address.kind),
            Mode::Data => facts::data_source(&address.kind),
        };
        let of = || Value::of(address.clone(), name);
        if instance.declaration.is_incomplete() && !null {
            return Value::unknown(Cause::Broken("the resource's block".into()));
        }
        let Some(schema) = schema else {
            return of();
        };
        if name == "id"
            && let facts::IdShape::Composite { separator, parts } = &schema.id
        {
            return self.composite(address, *separator, parts, span);
        }
        match schema.when_unset(name) {
            Some(facts::Unset::Null) => Value::null(),
            Some(facts::Unset::Default(default)) => from_json(default),
            Some(facts::Unset::NoBlocks) => Value::list(Vec::new()),
            Some(facts::Unset::Server) | None => of(),
        }
    }

    /// An id that is made of others, each known as far as it is.
    fn composite(&self, address: &Arc<Address>, separator: char, parts: &[String], span: Span) -> Value {
        let mut pieces = IdParts::new(address.clone());
        for (at, part) in parts.iter().enumerate() {
            if at > 0 {
                pieces.literal(&separator.to_string());
            }
            let value = self.part(address, part, span);
            if !pieces.value(&value) {
                return Value::of(address.clone(), "id");
            }
        }
        pieces.finish()
    }

    /// One part of a composite id: an attribute, the one of several that is set (`a|b`), or an element (`a[0]`).
    fn part(&self, address: &Arc<Address>, part: &str, span: Span) -> Value {
        if let Some((name, rest)) = part.split_once('[') {
            let at = rest.trim_end_matches(']').parse::<i64>().unwrap_or_default();
            let list = self.attribute(address, name, span);
            return self.index(&list, &Value::number(at), span).unwrap_or_else(|_| Value::of(address.clone(), part));
        }
        let given = |name: &&str| {
            let value = self.instance(address).and_then(|instance| self.argument(&instance, name, span));
            value.is_some_and(|value| !value.is_null())
        };
        let mut names = part.split('|');
        let first = names.next().unwrap_or(part);
        self.attribute(address, if given(&first) { first } else { names.find(given).unwrap_or(first) }, span)
    }

    /// The nested blocks of one kind, with `dynamic` blocks unfolded.
    pub fn blocks(&self, instance: &Rc<ResourceInstance>, kind: &str) -> Blocks {
        let mut blocks = Blocks::default();
        let declaration = &instance.declaration;
        if declaration.is_incomplete() {
            blocks.unknown = Some(Cause::Broken("the resource's block".into()));
        }
        let body = declaration.body();
        let scope = Scope::of(&instance.module, &instance.repetition);
        self.unfold(body, kind, &scope, &instance.address, kind, &mut blocks);
        if !has_blocks(body, kind)
            && let Some(written) = body.attribute(kind)
        {
            let value = self.settle(self.evaluate(&written.value, &scope), Some(&instance.address));
            let header = written.span;
            match &value.kind {
                Kind::Object(fields) | Kind::Map(fields) => {
                    blocks.list.push(BlockValue { fields: fields.clone(), header })
                }
                Kind::Tuple(items) | Kind::List(items) | Kind::Set(items) => {
                    for item in items.iter() {
                        match item.fields() {
                            Some(fields) => blocks.list.push(BlockValue { fields: fields.clone(), header }),
                            None => blocks.unknown = blocks.unknown.take().or(item.cause()),
                        }
                    }
                }
                _ => blocks.unknown = blocks.unknown.take().or(value.cause()),
            }
        }
        blocks
    }

    /// `path` is where these blocks are in the resource: `zones`, or `listeners[0].actions`.
    fn unfold(
        &self,
        body: &Body,
        kind: &str,
        scope: &Scope<'_>,
        address: &Arc<Address>,
        path: &str,
        blocks: &mut Blocks,
    ) {
        for block in &body.blocks {
            if &*block.kind.text == kind {
                let path = format!("{path}[{}]", blocks.list.len());
                let fields = self.block_fields(&block.body, scope, address, &path);
                blocks.list.push(BlockValue { fields, header: block.header });
            } else if &*block.kind.text == "dynamic" && block.labels.first().is_some_and(|label| &*label.text == kind) {
                self.unfold_dynamic(block, kind, scope, address, path, blocks);
            }
        }
    }

    fn unfold_dynamic(
        &self,
        block: &Block,
        kind: &str,
        scope: &Scope<'_>,
        address: &Arc<Address>,
        path: &str,
        blocks: &mut Blocks,
    ) {
        let Some(each) = block.body.attribute("for_each") else { return };
        let Some(content) = block.body.blocks("content").next() else { return };
        let name = block.body.attribute("iterator").and_then(|name| name.value.keyword()).unwrap_or(kind);
        let value = self.settle(self.evaluate(&each.value, scope), Some(address));
        let pairs: Vec<(Value, Value)> = match &value.kind {
            Kind::Tuple(items) | Kind::List(items) => {
                items.iter().enumerate().map(|(at, item)| (Value::number(at as i64), item.clone())).collect()
            }
            Kind::Set(items) => items.iter().map(|item| (item.clone(), item.clone())).collect(),
            Kind::Object(fields) | Kind::Map(fields) => {
                fields.iter().map(|(key, field)| (Value::string(key.clone()), field.clone())).collect()
            }
            Kind::Null => Vec::new(),
            _ => {
                blocks.unknown = blocks.unknown.take().or(value.cause()).or(Some(Cause::Failed));
                return;
            }
        };
        if pairs.len() > MOST {
            blocks.unknown = Some(Cause::Unsupported("so many blocks".into()));
            return;
        }
        for (key, value) in pairs {
            let bound = Value::object(BTreeMap::from([("key".into(), key), ("value".into(), value)]));
            let frame = Frame { name, value: bound, outer: scope.frame };
            let path = format!("{path}[{}]", blocks.list.len());
            let fields = self.block_fields(&content.body, &scope.with(&frame), address, &path);
            blocks.list.push(BlockValue { fields, header: block.header });
        }
    }

    fn block_fields(&self, body: &Body, scope: &Scope<'_>, address: &Arc<Address>, path: &str) -> Fields {
        let mut fields = BTreeMap::new();
        for attribute in &body.attributes {
            let value = self.recognized(self.settle(self.evaluate(&attribute.value, scope), Some(address)));
            self.hide(&value);
            fields.insert(attribute.name.text.clone(), value);
        }
        let mut kinds: Vec<&Arc<str>> = Vec::new();
        for block in &body.blocks {
            let kind = match (&*block.kind.text, block.labels.first()) {
                ("dynamic", Some(label)) => &label.text,
                _ => &block.kind.text,
            };
            if !kinds.contains(&kind) {
                kinds.push(kind);
            }
        }
        for kind in kinds {
            let mut blocks = Blocks::default();
            let path = format!("{path}.{kind}");
            self.unfold(body, kind, scope, address, &path, &mut blocks);
            let value = match blocks.unknown {
                Some(cause) => Value::unknown(cause),
                None => block_list(blocks.list, address, &path),
            };
            fields.insert(kind.clone(), value);
        }
        Arc::new(fields)
    }
}

/// Nested blocks as a list of objects, each of which still has what the provider adds to it.
fn block_list(blocks: Vec<BlockValue>, address: &Arc<Address>, path: &str) -> Value {
    let objects = blocks.into_iter().enumerate().map(|(at, block)| {
        let of = Of { address: address.clone(), attribute: format!("{path}[{at}]").into() };
        Value::from(Kind::Object(block.fields))
            .with_trail(Trail::Leaf(block.header))
            .with_hint(Hint::Block(Arc::new(of)))
    });
    Value::list(objects.collect())
}

fn has_blocks(body: &Body, kind: &str) -> bool {
    body.blocks.iter().any(|block| {
        &*block.kind.text == kind
            || (&*block.kind.text == "dynamic" && block.labels.first().is_some_and(|label| &*label.text == kind))
    })
}

fn unknown_each(cause: &Cause) -> Repetition {
    let unknown = || Value::unknown(cause.clone());
    Repetition { key: Key::Unknown, each: Some((unknown(), unknown())), index: None }
}

fn described(value: &Value) -> String {
    match &value.kind {
        Kind::Null => "null".into(),
        Kind::Number(number) => number.to_string(),
        Kind::String(text) if !value.sensitive => format!("\"{text}\""),
        _ => format!("a {}", value.type_name()),
    }
}

fn from_json(value: &serde_json::Value) -> Value {
    match value {
        serde_json::Value::Bool(value) => Value::bool(*value),
        serde_json::Value::Number(number) => match Number::parse(&number.to_string()) {
            Some(number) => Value::number(number),
            None => Value::unknown(Cause::Failed),
        },
        serde_json::Value::String(text) => Value::string(text.as_str()),
        serde_json::Value::Null => Value::null(),
        _ => Value::unknown(Cause::Unsupported("this default".into())),
    }
}
