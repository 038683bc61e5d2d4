//! Where is the state of a root kept, and whose state does it read?

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::rc::Rc;
use std::sync::Arc;

use crate::eval::{Evaluator, ModuleInstance, Value};
use crate::module::Module;
use crate::source::{Address, Mode, normalize};

/// A place for a state, by which two roots can tell that they mean the same.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum State {
    File(PathBuf),
    /// In a bucket: the kind of backend, and what names the object.
    Bucket(String, Vec<String>),
}

/// What names an object of a bucket, with the value that the backend takes when it is left out.
const OSS: [(&str, &str); 3] = [("bucket", ""), ("key", "terraform.tfstate"), ("prefix", "env:")];
const S3: [(&str, &str); 2] = [("bucket", ""), ("key", "")];

fn names(kind: &str) -> Option<&'static [(&'static str, &'static str)]> {
    match kind {
        "oss" => Some(&OSS),
        "s3" => Some(&S3),
        _ => None,
    }
}

/// The state of a root: what its `backend` says, or the file beside its own. Nothing where a part is given at `init`.
pub fn state_of(module: &Module) -> Option<State> {
    let file = |path: &str| Some(State::File(normalize(&module.directory.join(path))));
    let Some(backend) = module.backend() else { return file("terraform.tfstate") };
    let kind = backend.labels.first().map(|label| &*label.text)?;
    let argument = |name: &str| match backend.body.attribute(name) {
        Some(written) => written.value.literal().map(|text| Some(text.to_owned())),
        None => Some(None),
    };
    match kind {
        "local" => file(argument("path")?.as_deref().unwrap_or("terraform.tfstate")),
        kind => bucket(kind, argument),
    }
}

/// The states that a root reads, by the address of the data source.
pub fn remotes(evaluator: &Evaluator<'_>, modules: &[Rc<ModuleInstance>]) -> BTreeMap<Arc<Address>, State> {
    let mut found = BTreeMap::new();
    for module in modules {
        for (name, declared) in &module.module.resources {
            if name.mode != Mode::Data || &*name.kind != "terraform_remote_state" {
                continue;
            }
            for instance in &evaluator.instances(module, name, declared.header()).list {
                let argument = |name: &str| evaluator.argument(instance, name, declared.header());
                let root = &evaluator.root().module.directory;
                let state = argument("backend").zip(argument("config"));
                let state = state.and_then(|(backend, config)| read(&backend, &config, root));
                let default = argument("workspace")
                    .is_none_or(|name| name.is_null() || name.as_str().is_some_and(|name| &**name == "default"));
                if let Some(state) = state.filter(|_| default) {
                    found.insert(instance.address.clone(), state);
                }
            }
        }
    }
    found
}

fn read(backend: &Value, config: &Value, root: &std::path::Path) -> Option<State> {
    let fields = config.fields()?;
    let argument = |name: &str| match fields.get(name) {
        Some(value) if !value.is_null() => value.as_str().map(|text| Some(text.to_string())),
        _ => Some(None),
    };
    match &**backend.as_str()? {
        "local" => Some(State::File(normalize(&root.join(argument("path")??)))),
        kind => bucket(kind, argument),
    }
}

fn bucket(kind: &str, argument: impl Fn(&str) -> Option<Option<String>>) -> Option<State> {
    let parts = names(kind)?.iter().map(|(name, default)| {
        let text = argument(name)?.unwrap_or_else(|| (*default).to_owned());
        (!text.is_empty()).then_some(text)
    });
    Some(State::Bucket(kind.to_owned(), parts.collect::<Option<_>>()?))
}
