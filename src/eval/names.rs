//! What a name stands for: variables, locals, outputs, resources, `each`, `count`, `path`, `terraform`.
//!
//! Each is evaluated once per module instance. A name that is being evaluated already is a cycle; a name that is not
//! declared is a finding of its own, whatever `try` stands around it.

use std::collections::BTreeMap;
use std::rc::Rc;
use std::sync::Arc;

use super::instances::{Calls, ModuleInstance, Shape, Slot};
use super::types::{Type, constraint, convert};
use super::value::{Cause, Kind, Value};
use super::{Evaluated, Evaluator, Fault, Repetition, Scope, fault};
use crate::diagnostic::{EVALUATION_ERROR, Finding, Severity};
use crate::module::{Given, Origin, ResourceName, parse_input};
use crate::source::{Address, Mode, ModulePath, Span, Trail, What};
use crate::syntax::{Expression, ExpressionKind};

impl Evaluator<'_> {
    /// The value of `root.name` (or `data.kind.name`), when the expression is the first two names of a reference.
    pub(crate) fn reference(&self, expression: &Expression, scope: &Scope<'_>) -> Option<Evaluated> {
        let ExpressionKind::Attribute { on, name } = &*expression.kind else { return None };
        let span = expression.span;
        match &*on.kind {
            ExpressionKind::Variable(root) if scope.bound(root).is_none() => {
                Some(self.named(root, &name.text, span, scope)?)
            }
            ExpressionKind::Attribute { on: first, name: kind } => match &*first.kind {
                ExpressionKind::Variable(root) if scope.bound(root).is_none() => {
                    let mode = match &**root {
                        "data" | "ephemeral" => Mode::Data,
                        "resource" => Mode::Managed,
                        _ => return None,
                    };
                    let name = ResourceName { mode, kind: kind.text.clone(), name: name.text.clone() };
                    Some(Ok(self.resource(&name, span, scope)))
                }
                _ => None,
            },
            _ => None,
        }
    }

    fn named(&self, root: &str, name: &Arc<str>, span: Span, scope: &Scope<'_>) -> Option<Evaluated> {
        let step = |value: Value, what: What| {
            let trail = Trail::step(span, what, [value.trail.clone()]);
            value.with_trail(trail)
        };
        Some(match root {
            "var" => Ok(step(self.variable(scope.module, name, span), What::Variable(name.clone()))),
            "local" => Ok(step(self.local(scope.module, name, span), What::Local(name.clone()))),
            "module" => Ok(self.module(name, span, scope)),
            "each" => match (&scope.repetition.each, &**name) {
                (Some((key, _)), "key") => Ok(step(key.clone(), What::Each)),
                (Some((_, value)), "value") => Ok(step(value.clone(), What::Each)),
                (Some(_), other) => fault(span, format!("`each` has no \"{other}\", only `each.key` and `each.value`")),
                (None, _) => fault(span, "`each` stands where there is no `for_each`"),
            },
            "count" => match (&scope.repetition.index, &**name) {
                (Some(index), "index") => Ok(step(index.clone(), What::Each)),
                (Some(_), other) => fault(span, format!("`count` has no \"{other}\", only `count.index`")),
                (None, _) => fault(span, "`count.index` stands where there is no `count`"),
            },
            "self" => Ok(Value::unknown(Cause::Unsupported("`self`".into())).with_trail(Trail::Leaf(span))),
            "path" => self.path(name, span, scope),
            "terraform" | "tofu" => Ok(match (&**name, &self.surroundings.workspace) {
                ("workspace", Some(workspace)) => Value::string(workspace.as_str()),
                (other, _) => Value::unknown(Cause::Impure(format!("`terraform.{other}`").into())),
            }
            .with_trail(Trail::Leaf(span))),
            "data" | "resource" | "ephemeral" => return None,
            kind => {
                let name = ResourceName { mode: Mode::Managed, kind: kind.into(), name: name.clone() };
                Ok(self.resource(&name, span, scope))
            }
        })
    }

    /// A name that stands alone.
    pub(crate) fn bare(&self, name: &str, span: Span, scope: &Scope<'_>) -> Evaluated {
        if let Some(value) = scope.bound(name) {
            return Ok(value.clone());
        }
        Err(Box::new(Fault {
            at: span,
            message: match name {
                "var" | "local" | "module" | "each" | "count" | "path" | "terraform" | "data" => {
                    format!("`{name}` alone is not a value")
                }
                _ => format!("there is nothing named `{name}` here"),
            },
            help: Some(format!("if it is a text, write \"{name}\"; if it is a variable, write var.{name}")),
        }))
    }

    fn path(&self, name: &str, span: Span, scope: &Scope<'_>) -> Evaluated {
        let text = match name {
            "module" => scope.module.shown_directory(&self.root().module.directory),
            "root" => ".".to_owned(),
            "cwd" => self.root().module.directory.to_string_lossy().into_owned(),
            other => return fault(span, format!("`path` has no \"{other}\"")),
        };
        Ok(Value::string(text).with_trail(Trail::Leaf(span)))
    }

    /// Evaluates something once, and finds out when it needs itself.
    fn once(&self, module: &Rc<ModuleInstance>, name: String, span: Span, evaluate: impl FnOnce() -> Value) -> Value {
        match module.memo.borrow().get(&name) {
            Some(Slot::Done(value)) => return value.clone(),
            Some(Slot::Busy) => {
                self.report(
                    Finding::new(
                        EVALUATION_ERROR,
                        Severity::Error,
                        format!("{name} needs its own value: this is a cycle"),
                    )
                    .at(span)
                    .help("break the circle of references"),
                );
                return Value::unknown(Cause::Failed);
            }
            None => {}
        }
        module.memo.borrow_mut().insert(name.clone(), Slot::Busy);
        // What may go wrong in there is not for a `try` around the name.
        let (passed_over, trying) = (self.passed_over.get(), self.trying.replace(0));
        let value = evaluate();
        self.passed_over.set(passed_over);
        self.trying.set(trying);
        module.memo.borrow_mut().insert(name, Slot::Done(value.clone()));
        value
    }

    fn undeclared(&self, module: &ModuleInstance, what: String, span: Span) -> Value {
        if module.module.directory.as_os_str().is_empty() {
            let message =
                format!("{what} cannot be used here: only constants can, and in a template its own variables");
            self.report(Finding::new(EVALUATION_ERROR, Severity::Error, message).at(span));
            return Value::unknown(Cause::Failed);
        }
        if let Some(broken) = module.module.broken.first() {
            let name = broken.file_name().unwrap_or_default().to_string_lossy();
            return Value::unknown(Cause::Broken(name.into()));
        }
        self.report(
            Finding::new(EVALUATION_ERROR, Severity::Error, format!("{what} is not declared in this module")).at(span),
        );
        Value::unknown(Cause::Failed)
    }

    pub fn variable(&self, module: &Rc<ModuleInstance>, name: &Arc<str>, span: Span) -> Value {
        let Some(declaration) = module.module.variables.get(name) else {
            return self.undeclared(module, format!("variable `{name}`"), span);
        };
        self.once(module, format!("var.{name}"), span, || {
            let body = declaration.body();
            let mut kind = Type::Dynamic;
            if let Some(written) = body.attribute("type") {
                let constant = |expression: &Expression| self.constant(expression);
                match constraint(&written.value, &constant) {
                    Ok(found) => kind = found,
                    Err((at, why)) => {
                        self.report(Finding::new(EVALUATION_ERROR, Severity::Error, why).at(at));
                    }
                }
            }
            let flag = |name: &str| {
                body.attribute(name).and_then(|flag| self.constant(&flag.value)).and_then(|value| value.as_bool())
            };
            let sensitive = flag("sensitive") == Some(true);
            let default = || {
                body.attribute("default").map(|default| {
                    if sensitive {
                        self.secrets.borrow_mut().push(default.value.span);
                    }
                    let scope_free = self.constant_or_fault(&default.value);
                    self.settle(scope_free, None)
                })
            };
            let literal = body.attribute("type").is_none() || kind.is_primitive();
            let given = match self.given(module, name, literal) {
                Some(value) if value.is_null() && flag("nullable") == Some(false) => None,
                given => given,
            };
            let incomplete = module.inputs.incomplete || declaration.is_incomplete();
            let value = match given {
                Some(value) => value,
                None if module.inputs.incomplete => Value::unknown(Cause::Broken("a file of values".into())),
                None => match default() {
                    Some(value) => value,
                    None if incomplete => Value::unknown(Cause::Broken("the variable's block".into())),
                    None if module.parent.is_none() => {
                        Value::unknown(Cause::NoDefault(name.clone(), Some(declaration.header())))
                    }
                    None => self.missing_argument(module, name),
                },
            };
            if sensitive && let Some(place) = value.trail.place() {
                self.secrets.borrow_mut().push(place);
            }
            let trail = value.trail.clone();
            match convert(&value, &kind, self) {
                Ok(value) => value.mark(sensitive),
                Err(why) => {
                    let at = trail.place().unwrap_or(declaration.header());
                    self.report(
                        Finding::new(
                            EVALUATION_ERROR,
                            Severity::Error,
                            format!("the value of variable `{name}` does not fit its type: {why}"),
                        )
                        .at(at)
                        .related(
                            "the variable is declared here",
                            None,
                            Some(declaration.header()),
                        ),
                    );
                    Value::unknown(Cause::Failed)
                }
            }
        })
    }

    /// What the caller, or the world, gives a variable.
    fn given(&self, module: &Rc<ModuleInstance>, name: &Arc<str>, literal: bool) -> Option<Value> {
        if let Some((parent, call)) = &module.parent {
            let declaration = parent.module.calls.get(call)?;
            let argument = declaration.body().attribute(name)?;
            let scope = Scope::of(parent, &module.repetition);
            let value = self.settle(self.evaluate(&argument.value, &scope), None);
            let trail = Trail::step(argument.value.span, What::ModuleArgument(name.clone()), [value.trail.clone()]);
            return Some(value.with_trail(trail));
        }
        match module.inputs.values.get(name)? {
            Given::Expression { value, .. } => {
                let value = self.constant_or_fault(value);
                Some(self.settle(value, None))
            }
            Given::Text { file, origin } => {
                let whole = Span::new(file.id, 0, file.text.len());
                let text = || Value::string(file.text.clone()).with_trail(Trail::Leaf(whole));
                if literal {
                    return Some(text());
                }
                Some(match parse_input(file) {
                    Ok(expression) => {
                        let value = self.constant_or_fault(&expression);
                        self.settle(value, None)
                    }
                    Err(_) => {
                        let declared = module.module.variables.get(name).map(|declared| declared.header());
                        let from = match origin {
                            Origin::Environment => format!("TF_VAR_{name}"),
                            _ => format!("--var {name}"),
                        };
                        let mut finding = Finding::new(
                            EVALUATION_ERROR,
                            Severity::Error,
                            format!("the value of {from} is not an expression"),
                        );
                        finding.place = declared;
                        self.report(finding);
                        Value::unknown(Cause::Failed)
                    }
                })
            }
        }
    }

    fn missing_argument(&self, module: &ModuleInstance, name: &str) -> Value {
        let Some((parent, call)) = &module.parent else { return Value::unknown(Cause::Failed) };
        let Some(declaration) = parent.module.calls.get(call) else { return Value::unknown(Cause::Failed) };
        if declaration.is_incomplete() {
            return Value::unknown(Cause::Broken("the module's block".into()));
        }
        self.report(
            Finding::new(
                EVALUATION_ERROR,
                Severity::Error,
                format!("module `{call}` is not given `{name}`, which has no default"),
            )
            .at(declaration.header())
            .help(format!("set `{name}` in this block")),
        );
        Value::unknown(Cause::Failed)
    }

    /// An expression that may not refer to anything: a default, a line of a tfvars file.
    fn constant_or_fault(&self, expression: &Expression) -> Evaluated {
        let empty = self.nowhere();
        let repetition = Repetition::once();
        self.evaluate(expression, &Scope::of(&empty, &repetition))
    }

    fn constant(&self, expression: &Expression) -> Option<Value> {
        self.constant_or_fault(expression).ok()
    }

    pub fn local(&self, module: &Rc<ModuleInstance>, name: &Arc<str>, span: Span) -> Value {
        let Some((_, expression)) = module.module.local(name) else {
            return self.undeclared(module, format!("local value `{name}`"), span);
        };
        self.once(module, format!("local.{name}"), span, || {
            let repetition = Repetition::once();
            self.settle(self.evaluate(expression, &Scope::of(module, &repetition)), None)
        })
    }

    /// The instances of a module call as a value.
    fn module(&self, name: &Arc<str>, span: Span, scope: &Scope<'_>) -> Value {
        if !scope.module.module.calls.contains_key(name) {
            return self.undeclared(scope.module, format!("module `{name}`"), span).with_trail(Trail::Leaf(span));
        }
        let calls = self.calls(scope.module, name, span);
        let Calls::OnDisk(instances) = &*calls else {
            let Calls::NotOnDisk(cause) = &*calls else { return Value::unknown(Cause::Failed) };
            return Value::unknown(cause.clone()).with_trail(Trail::Leaf(span));
        };
        let whole = instances.whole.get_or_init(|| {
            let list = instances.list.iter().map(|instance| {
                (instance.path.0.last().map(|step| step.key.clone()), Value::from(Kind::Module(instance.path.clone())))
            });
            shaped(instances.shape, list, instances.unknown.as_ref(), instances.certain)
        });
        whole.clone().with_trail(Trail::Leaf(span))
    }

    pub fn output_of(&self, path: &ModulePath, name: &Arc<str>, span: Span) -> Evaluated {
        let Some(module) = self.modules.borrow().get(path).cloned() else {
            return Ok(Value::unknown(Cause::Failed));
        };
        let Some(declaration) = module.module.outputs.get(name) else {
            return Ok(self.undeclared_output(&module, name, span));
        };
        let value = self.once(&module, format!("output.{name}"), span, || {
            let body = declaration.body();
            match body.attribute("value") {
                Some(value) => {
                    let repetition = Repetition::once();
                    let evaluated = self.evaluate(&value.value, &Scope::of(&module, &repetition));
                    let sensitive = body.attribute("sensitive").and_then(|flag| self.constant(&flag.value));
                    self.settle(evaluated, None).mark(sensitive.and_then(|flag| flag.as_bool()) == Some(true))
                }
                None => Value::unknown(Cause::Broken("the output's block".into())),
            }
        });
        let trail = Trail::step(span, What::Output(name.clone()), [value.trail.clone()]);
        Ok(value.with_trail(trail))
    }

    /// The value with whole modules in it, or in its elements, turned into objects of their outputs.
    pub fn whole(&self, value: Value) -> Value {
        let is_module = |value: &Value| matches!(value.kind, Kind::Module(_));
        match &value.kind {
            Kind::Module(path) => {
                let Some(module) = self.modules.borrow().get(path).cloned() else { return value };
                if !module.module.is_complete() {
                    return value;
                }
                let outputs = module.module.outputs.iter().map(|(name, declared)| {
                    let output = self.output_of(path, name, declared.header());
                    (name.clone(), self.settle(output, None))
                });
                Value { kind: Value::object(outputs.collect()).kind, ..value.clone() }
            }
            Kind::Tuple(items) if items.iter().any(is_module) => {
                let items = items.iter().map(|item| self.whole(item.clone())).collect();
                Value { kind: Value::tuple(items).kind, ..value.clone() }
            }
            Kind::Object(fields) if fields.values().any(is_module) => {
                let fields = fields.iter().map(|(name, field)| (name.clone(), self.whole(field.clone()))).collect();
                Value { kind: Value::object(fields).kind, ..value.clone() }
            }
            _ => value,
        }
    }

    fn undeclared_output(&self, module: &ModuleInstance, name: &str, span: Span) -> Value {
        let call = module.path.0.last().map_or("", |step| &step.name);
        if let Some(broken) = module.module.broken.first() {
            let name = broken.file_name().unwrap_or_default().to_string_lossy();
            return Value::unknown(Cause::Broken(name.into()));
        }
        self.report(
            Finding::new(EVALUATION_ERROR, Severity::Error, format!("module `{call}` has no output `{name}`")).at(span),
        );
        Value::unknown(Cause::Failed)
    }

    /// The instances of a resource as a value.
    fn resource(&self, name: &ResourceName, span: Span, scope: &Scope<'_>) -> Value {
        if !scope.module.module.resources.contains_key(name) {
            let data = if name.mode == Mode::Data { "data." } else { "" };
            let what = format!("{data}{}.{}", name.kind, name.name);
            return self.undeclared(scope.module, what, span).with_trail(Trail::Leaf(span));
        }
        let instances = self.instances(scope.module, name, span);
        let whole = instances.whole.get_or_init(|| {
            let list = instances.list.iter().map(|instance| {
                (Some(instance.address.key.clone()), Value::from(Kind::Instance(instance.address.clone())))
            });
            shaped(instances.shape, list, instances.unknown.as_ref(), instances.certain)
        });
        whole.clone().with_trail(Trail::Leaf(span))
    }

    /// One attribute of a resource instance: what the configuration sets, else what the provider makes of it.
    pub fn attribute(&self, address: &Arc<Address>, name: &str, span: Span) -> Value {
        let Some(instance) = self.resources.borrow().get(address).cloned() else {
            return Value::of(address.clone(), name).with_trail(Trail::Leaf(span));
        };
        let value = self.argument(&instance, name, span);
        match value {
            Some(value) if !value.is_null() => {
                let trail = Trail::step(span, What::Attribute(name.into()), [value.trail.clone()]);
                value.with_trail(trail)
            }
            given => self.unset(&instance, name, given.is_some(), span).with_trail(Trail::Leaf(span)),
        }
    }
}

/// One instance, a tuple of them, or an object of them, as `count` and `for_each` say.
fn shaped(
    shape: Shape,
    list: impl Iterator<Item = (Option<crate::source::Key>, Value)>,
    unknown: Option<&Cause>,
    certain: bool,
) -> Value {
    use crate::source::Key;
    if let Some(cause) = unknown {
        return Value::unknown(cause.clone());
    }
    let all: Vec<(Option<Key>, Value)> = list.collect();
    let whole = match shape {
        Shape::Single => match all.into_iter().next() {
            Some((_, value)) => return value,
            None => return Value::unknown(Cause::Failed),
        },
        Shape::Count => Value::tuple(all.into_iter().map(|(_, value)| value).collect()),
        Shape::Each => {
            let mut fields = BTreeMap::new();
            for (key, value) in all {
                match key {
                    Some(Key::Name(name)) => {
                        fields.insert(name, value);
                    }
                    _ => return Value::unknown(Cause::Instances("a resource".into())),
                }
            }
            Value::object(fields)
        }
    };
    if certain {
        return whole;
    }
    let none = match shape {
        Shape::Each => Value::object(BTreeMap::new()),
        _ => Value::tuple(Vec::new()),
    };
    Value::one_of(Cause::Instances("a resource that may not exist".into()), vec![none, whole])
}

impl super::types::Lookup for Evaluator<'_> {
    fn attribute(&self, of: &Arc<Address>, name: &str) -> Value {
        let span = self.instance(of).map(|instance| instance.declaration.header());
        match span {
            Some(span) => Evaluator::attribute(self, of, name, span),
            None => Value::of(of.clone(), name),
        }
    }

    fn output(&self, of: &ModulePath, name: &str) -> Value {
        let header = self
            .modules
            .borrow()
            .get(of)
            .and_then(|module| module.module.outputs.get(name).map(|declared| declared.header()));
        match header {
            Some(header) => self.settle(self.output_of(of, &name.into(), header), None),
            None => Value::unknown(Cause::Failed),
        }
    }
}
