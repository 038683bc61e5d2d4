//! Whose provider is it? The configuration that a resource uses, its region, and whose account it speaks for.
//!
//! A module has the providers that its call passes, else those it configures itself, and the default one of its parents.

use std::hash::{DefaultHasher, Hash, Hasher};
use std::rc::Rc;
use std::sync::Arc;

use super::value::{Cause, Kind, Value, equal};
use super::{Evaluator, ModuleInstance, Repetition, ResourceInstance, Scope};
use crate::source::{ModulePath, Span};
use crate::syntax::{Expression, ExpressionKind};

/// One provider configuration of the root or of a module.
#[derive(Clone, Debug)]
pub struct Provider {
    pub module: ModulePath,
    pub name: Arc<str>,
    /// Empty for the default configuration.
    pub alias: Arc<str>,
    pub region: Value,
    pub account: Account,
    /// The header of its block, when it has one.
    pub place: Option<Span>,
}

/// The credentials of a provider, as far as they tell accounts apart (semantics 0.2).
#[derive(Clone, Debug, Default)]
pub struct Account {
    /// The number of the account, where it is written: `account_id`, or the account in a role's ARN.
    pub number: Option<Arc<str>>,
    /// The arguments that choose an identity, in order of name; none is the ambient account.
    pub credentials: Vec<(Arc<str>, Value)>,
}

/// Arguments of a provider block that choose whose account it is.
const CREDENTIALS: [&str; 12] = [
    "access_key",
    "account_id",
    "assume_role",
    "assume_role_with_oidc",
    "configuration_source_profile",
    "credentials_uri",
    "ecs_role_name",
    "profile",
    "secret_key",
    "security_token",
    "shared_credentials_file",
    "sign_version_profile",
];

/// How two accounts stand to each other.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum SameAccount {
    Same,
    /// Their numbers differ.
    Different,
    /// Other keys, profiles or roles: very likely another account.
    Likely,
    Unknown,
}

impl Account {
    /// An account of which only the number is known.
    pub fn numbered(number: Arc<str>) -> Account {
        Account { number: Some(number), credentials: Vec::new() }
    }

    pub fn is_ambient(&self) -> bool {
        self.credentials.is_empty()
    }

    /// A name that the same credentials always have, unless they are not known well enough to be compared. The keys
    /// themselves cannot be read from it.
    pub(crate) fn fingerprint(&self) -> Option<Arc<str>> {
        let mut hasher = DefaultHasher::new();
        for (name, value) in &self.credentials {
            name.hash(&mut hasher);
            hash(value, &mut hasher)?;
        }
        Some(format!("{:016x}", hasher.finish()).into())
    }

    pub fn compare(&self, other: &Account) -> SameAccount {
        if let (Some(a), Some(b)) = (&self.number, &other.number) {
            return if a == b { SameAccount::Same } else { SameAccount::Different };
        }
        if self.is_ambient() && other.is_ambient() {
            // Where only one of them is named, the credentials come from outside, and may be told apart there.
            let named = self.number.is_some() || other.number.is_some();
            return if named { SameAccount::Unknown } else { SameAccount::Same };
        }
        let names = |account: &Account| account.credentials.iter().map(|(name, _)| name.clone()).collect::<Vec<_>>();
        if names(self) != names(other) {
            let known = |account: &Account| account.credentials.iter().all(|(_, value)| !undecided(value));
            // A key that must be given is another one than none.
            let keyed = |a: &Account, b: &Account| a.is_ambient() && b.credentials.iter().any(is_required_key);
            let likely = known(self) && known(other) || keyed(self, other) || keyed(other, self);
            return if likely { SameAccount::Likely } else { SameAccount::Unknown };
        }
        let mut same = true;
        for ((_, a), (_, b)) in self.credentials.iter().zip(&other.credentials) {
            match alike(a, b) {
                Some(true) => {}
                Some(false) => return SameAccount::Likely,
                None => same = false,
            }
        }
        if same { SameAccount::Same } else { SameAccount::Unknown }
    }
}

/// Hashes what two values share exactly when `alike` finds them the same.
fn hash(value: &Value, hasher: &mut DefaultHasher) -> Option<()> {
    match &value.kind {
        Kind::Null => "null".hash(hasher),
        Kind::Bool(_) | Kind::Number(_) | Kind::String(_) | Kind::Of(_) | Kind::Text(_) => value.pieces()?.hash(hasher),
        Kind::Tuple(items) | Kind::List(items) | Kind::Set(items) => {
            items.len().hash(hasher);
            items.iter().try_for_each(|item| hash(item, hasher))?;
        }
        Kind::Object(fields) | Kind::Map(fields) => {
            fields.len().hash(hasher);
            for (name, field) in fields.iter() {
                name.hash(hasher);
                hash(field, hasher)?;
            }
        }
        Kind::Instance(address) => address.hash(hasher),
        Kind::Module(path) => path.hash(hasher),
        Kind::Unknown(unknown) => match &unknown.cause {
            Cause::NoDefault(name, place) if unknown.one_of.is_empty() => (name, place).hash(hasher),
            _ => return None,
        },
    }
    Some(())
}

/// An access key that is a variable without default.
fn is_required_key((name, value): &(Arc<str>, Value)) -> bool {
    let Kind::Unknown(unknown) = &value.kind else { return false };
    &**name == "access_key" && matches!(unknown.cause, Cause::NoDefault(..)) && unknown.one_of.is_empty()
}

fn undecided(value: &Value) -> bool {
    !value.is_wholly_known()
}

/// Equal values, or values that are unknown for the very same reason.
fn alike(a: &Value, b: &Value) -> Option<bool> {
    match (&a.kind, &b.kind) {
        (Kind::Unknown(_), Kind::Unknown(_)) => {
            let variable = a.variable();
            (variable.is_some() && variable == b.variable()).then_some(true)
        }
        (Kind::Object(x), Kind::Object(y)) | (Kind::Map(x), Kind::Map(y)) => {
            if !x.keys().eq(y.keys()) {
                return Some(false);
            }
            let each: Vec<Option<bool>> = x.values().zip(y.values()).map(|(a, b)| alike(a, b)).collect();
            decide(&each)
        }
        (Kind::List(x) | Kind::Tuple(x), Kind::List(y) | Kind::Tuple(y)) => {
            if x.len() != y.len() {
                return Some(false);
            }
            let each: Vec<Option<bool>> = x.iter().zip(y.iter()).map(|(a, b)| alike(a, b)).collect();
            decide(&each)
        }
        _ => equal(a, b),
    }
}

fn decide(each: &[Option<bool>]) -> Option<bool> {
    if each.contains(&Some(false)) {
        return Some(false);
    }
    (!each.contains(&None)).then_some(true)
}

/// The account in `acs:ram::1234567890123456:role/name`.
fn account_of_role(arn: &str) -> Option<Arc<str>> {
    let account = arn.split(':').nth(3)?;
    (!account.is_empty() && account.bytes().all(|byte| byte.is_ascii_digit())).then(|| account.into())
}

impl Evaluator<'_> {
    /// The provider configuration that a resource instance uses.
    pub fn provider_of(&self, instance: &ResourceInstance) -> Rc<Provider> {
        let written = instance.declaration.body().attribute("provider");
        let (name, alias) = match written.and_then(|written| configuration_name(&written.value)) {
            Some(named) => named,
            None => {
                let kind = &instance.address.kind;
                (kind.split('_').next().unwrap_or(kind).into(), "".into())
            }
        };
        self.provider(&instance.module, &name, &alias)
    }

    pub fn provider(&self, module: &Rc<ModuleInstance>, name: &Arc<str>, alias: &Arc<str>) -> Rc<Provider> {
        let key = (name.clone(), alias.clone());
        if let Some(provider) = module.providers.borrow().get(&key) {
            return provider.clone();
        }
        let provider = self.told_account(module, &key, self.find_provider(module, &key));
        module.providers.borrow_mut().insert(key, provider.clone());
        provider
    }

    /// The provider, in the account that `alinet.toml` names where the files leave it open.
    fn told_account(
        &self,
        module: &Rc<ModuleInstance>,
        (name, alias): &(Arc<str>, Arc<str>),
        provider: Rc<Provider>,
    ) -> Rc<Provider> {
        let config = self.surroundings.config.as_ref().filter(|_| module.parent.is_none());
        match config.and_then(|config| config.uid_of(name, alias)) {
            Some(uid) if provider.account.number.is_none() => {
                let account = Account { number: Some(uid.clone()), ..provider.account.clone() };
                Rc::new(Provider { account, ..(*provider).clone() })
            }
            _ => provider,
        }
    }

    fn find_provider(&self, module: &Rc<ModuleInstance>, key: &(Arc<str>, Arc<str>)) -> Rc<Provider> {
        let (name, alias) = key;
        if let Some((parent, call)) = &module.parent {
            let passed = parent.module.calls.get(call).and_then(|call| call.body().attribute("providers"));
            if let Some(passed) = passed
                && let ExpressionKind::Object(entries) = &*passed.value.kind
            {
                let entry = entries.iter().find(|entry| configuration_name(&entry.key).as_ref() == Some(key));
                if let Some((name, alias)) = entry.and_then(|entry| configuration_name(&entry.value)) {
                    return self.provider(parent, &name, &alias);
                }
            }
        }
        if let Some(declaration) = module.module.providers().get(key) {
            return Rc::new(self.configured(module, key, declaration));
        }
        match &module.parent {
            Some((parent, _)) if alias.is_empty() => self.provider(parent, name, alias),
            _ => {
                let cause = if module.module.is_complete() {
                    Cause::Unsupported(
                        format!("the region of provider `{}`, which is not configured here", shown(key)).into(),
                    )
                } else {
                    Cause::Broken("a file of this module".into())
                };
                let unknown = Value::unknown(cause);
                let account = match alias.is_empty() && module.module.is_complete() {
                    true => Account::default(),
                    false => Account { number: None, credentials: vec![(alias.clone(), unknown.clone())] },
                };
                Rc::new(Provider {
                    module: module.path.clone(),
                    name: name.clone(),
                    alias: alias.clone(),
                    region: unknown,
                    account,
                    place: None,
                })
            }
        }
    }

    fn configured(
        &self,
        module: &Rc<ModuleInstance>,
        (name, alias): &(Arc<str>, Arc<str>),
        declaration: &crate::module::Declaration,
    ) -> Provider {
        let repetition = Repetition::once();
        let scope = Scope::of(module, &repetition);
        let body = declaration.body();
        let mut region = None;
        let mut account = Account::default();
        let mut secret = Vec::new();
        for attribute in &body.attributes {
            let argument = &*attribute.name.text;
            if argument != "region" && !CREDENTIALS.contains(&argument) {
                continue;
            }
            let value = self.settle(self.evaluate(&attribute.value, &scope), None);
            if argument == "region" {
                region = Some(value);
                continue;
            }
            if matches!(argument, "access_key" | "secret_key" | "security_token") {
                secret.extend(value.trail.leaves(8));
            }
            if value.is_null() || value.as_str().is_some_and(|text| text.is_empty()) {
                continue;
            }
            if argument == "account_id" {
                account.number = value.as_str().cloned().or_else(|| value.as_number().map(|n| n.to_string().into()));
            }
            account.credentials.push((attribute.name.text.clone(), value));
        }
        for block in &body.blocks {
            if !CREDENTIALS.contains(&&*block.kind.text) {
                continue;
            }
            let mut fields = std::collections::BTreeMap::new();
            for attribute in &block.body.attributes {
                let value = self.settle(self.evaluate(&attribute.value, &scope), None);
                // The name of a session says nothing about the account.
                if matches!(&*attribute.name.text, "session_name" | "session_expiration" | "policy") {
                    continue;
                }
                if &*attribute.name.text == "role_arn"
                    && let Some(number) = value.as_str().and_then(|arn| account_of_role(arn))
                {
                    account.number = Some(number);
                }
                fields.insert(attribute.name.text.clone(), value);
            }
            account.credentials.push((block.kind.text.clone(), Value::object(fields)));
        }
        if body.blocks("dynamic").next().is_some() {
            let unknown = Value::unknown(Cause::Unsupported("dynamic blocks of a provider".into()));
            account.credentials.push(("dynamic".into(), unknown));
        }
        account.credentials.sort_by(|a, b| a.0.cmp(&b.0));
        self.secrets.borrow_mut().extend(secret);
        let region = match region {
            Some(region) if !region.is_null() => region,
            _ => Value::unknown(Cause::Unsupported(
                format!(
                    "the region of provider `{}`, which the environment chooses",
                    shown(&(name.clone(), alias.clone()))
                )
                .into(),
            )),
        };
        Provider {
            module: module.path.clone(),
            name: name.clone(),
            alias: alias.clone(),
            region,
            account,
            place: Some(declaration.header()),
        }
    }
}

fn shown((name, alias): &(Arc<str>, Arc<str>)) -> String {
    if alias.is_empty() { name.to_string() } else { format!("{name}.{alias}") }
}

/// `alicloud`, `alicloud.hangzhou`, or either in quotes as older code has it: name and alias.
fn configuration_name(expression: &Expression) -> Option<(Arc<str>, Arc<str>)> {
    match &*expression.kind {
        ExpressionKind::Variable(name) => Some((name.clone(), "".into())),
        ExpressionKind::Attribute { on, name: alias } => match &*on.kind {
            ExpressionKind::Variable(name) => Some((name.clone(), alias.text.clone())),
            _ => None,
        },
        ExpressionKind::String(text) => Some(match text.split_once('.') {
            Some((name, alias)) => (name.into(), alias.into()),
            None => (text.clone(), "".into()),
        }),
        ExpressionKind::Parenthesis(inner) => configuration_name(inner),
        _ => None,
    }
}

impl Provider {
    /// What two configurations must share to be the same one.
    pub fn identity(&self) -> (ModulePath, Arc<str>, Arc<str>) {
        (self.module.clone(), self.name.clone(), self.alias.clone())
    }
}
