//! Which ids are known because the configuration imports what has them?
//!
//! An `import` block of the root says that a resource is there already, under an id that somebody wrote. That text is then
//! the id of the resource, and whoever writes the same text means that resource.

use std::collections::BTreeMap;
use std::rc::Rc;
use std::sync::Arc;

use super::value::{Kind, Of, Piece, Text, Value};
use super::{Evaluator, Repetition, ResourceInstance, Scope};
use crate::facts::{self, IdShape};
use crate::source::{Address, Key, Mode, ModulePath};
use crate::syntax::{Expression, ExpressionKind};

/// The imported ids by address, and the addresses by id.
#[derive(Debug, Default)]
pub(crate) struct Imports {
    ids: BTreeMap<Address, Arc<str>>,
    addresses: BTreeMap<Arc<str>, Arc<Address>>,
}

impl Evaluator<'_> {
    fn imports(&self) -> Rc<Imports> {
        if let Some(imports) = self.imports.borrow().clone() {
            return imports;
        }
        // While they are being read, an id that needs another import is not known.
        *self.imports.borrow_mut() = Some(Rc::default());
        let imports = Rc::new(self.read_imports());
        *self.imports.borrow_mut() = Some(imports.clone());
        imports
    }

    fn read_imports(&self) -> Imports {
        let mut imports = Imports::default();
        let root = self.root();
        for stub in &root.module.imports {
            let body = &stub.body().body;
            let (Some(to), Some(id)) = (body.attribute("to"), body.attribute("id")) else { continue };
            for repetition in self.import_repetitions(body, root) {
                let scope = Scope::of(root, &repetition);
                let Some(address) = self.target(&to.value, &scope) else { continue };
                let Some(id) = self.settle(self.evaluate(&id.value, &scope), None).as_str().cloned() else { continue };
                imports.ids.insert(address.clone(), id.clone());
                imports.addresses.entry(id).or_insert_with(|| Arc::new(address));
            }
        }
        imports
    }

    /// The resource instance that `to` names.
    fn target(&self, to: &Expression, scope: &Scope<'_>) -> Option<Address> {
        let mut steps = Vec::new();
        let mut here = to;
        loop {
            match &*here.kind {
                ExpressionKind::Attribute { on, name } => {
                    steps.push((Some(name.text.clone()), None));
                    here = on;
                }
                ExpressionKind::Index { on, key } => {
                    let key = self.evaluate(key, scope).ok()?;
                    let key = match &key.kind {
                        Kind::String(text) => Key::Name(text.clone()),
                        Kind::Number(number) => Key::Index(number.to_u64()?),
                        _ => return None,
                    };
                    steps.push((None, Some(key)));
                    here = on;
                }
                ExpressionKind::Variable(name) => {
                    steps.push((Some(name.clone()), None));
                    break;
                }
                _ => return None,
            }
        }
        let mut named: Vec<(Arc<str>, Key)> = Vec::new();
        for step in steps.into_iter().rev() {
            match step {
                (Some(name), _) => named.push((name, Key::None)),
                (None, key) => named.last_mut()?.1 = key?,
            }
        }
        let mut module = ModulePath::default();
        let mut rest = named.as_slice();
        while let [(word, _), (name, key), after @ ..] = rest
            && &**word == "module"
        {
            module = module.child(name, key.clone());
            rest = after;
        }
        match rest {
            [(kind, _), (name, key)] => {
                Some(Address { module, mode: Mode::Managed, kind: kind.clone(), name: name.clone(), key: key.clone() })
            }
            _ => None,
        }
    }

    /// An attribute of a resource that is imported, where its id decides it.
    pub(crate) fn imported(&self, instance: &ResourceInstance, name: &str) -> Option<Value> {
        let imports = self.imports();
        let address = &instance.address;
        let id = imports.ids.get(&**address)?;
        if name == "id" {
            return Some(identified(id, address));
        }
        let schema = facts::resource(&address.kind)?;
        match &schema.id {
            IdShape::Plain => (schema.id_attribute.as_deref() == Some(name)).then(|| Value::string(id.clone())),
            IdShape::Composite { separator, parts } => {
                let at = parts.iter().position(|part| part == name)?;
                let texts: Vec<&str> = id.split(*separator).collect();
                (texts.len() == parts.len()).then(|| Value::string(texts[at]))
            }
        }
    }

    /// The value, and which resource it is the id of when it is the text of an imported one.
    pub(crate) fn recognized(&self, value: Value) -> Value {
        let Kind::String(text) = &value.kind else { return value };
        match self.imports().addresses.get(text) {
            Some(address) => Value { kind: identified(text, address).kind, ..value },
            None => value,
        }
    }
}

/// Text that is known, and known to be the id of that resource.
fn identified(id: &Arc<str>, address: &Arc<Address>) -> Value {
    let whole = Some(Arc::new(Of { address: address.clone(), attribute: "id".into() }));
    Kind::Text(Arc::new(Text { pieces: vec![Piece::Literal(id.clone())], whole })).into()
}

impl Evaluator<'_> {
    fn import_repetitions(&self, body: &crate::syntax::Body, root: &Rc<super::ModuleInstance>) -> Vec<Repetition> {
        let Some(each) = body.attribute("for_each") else { return vec![Repetition::once()] };
        let once = Repetition::once();
        let value = self.settle(self.evaluate(&each.value, &Scope::of(root, &once)), None);
        let one = |key: Value, value: Value| Repetition { key: Key::None, each: Some((key, value)), index: None };
        match &value.kind {
            Kind::Object(fields) | Kind::Map(fields) => {
                fields.iter().map(|(key, field)| one(Value::string(key.clone()), field.clone())).collect()
            }
            Kind::Set(items) => items.iter().map(|item| one(item.clone(), item.clone())).collect(),
            _ => Vec::new(),
        }
    }
}
