//! What something is worth: values, what is unknown about them and why.
//!
//! A value carries its trail and whether it is sensitive. Between *known* and *unknown* stand two more: `Of`, not known as
//! text but known to be that attribute of that object, and `Text`, text of which some pieces are such identities.

use std::cmp::Ordering;
use std::collections::BTreeMap;
use std::sync::Arc;

use super::number::Number;
use super::types::Type;
use crate::source::{Address, Key, Mode, ModulePath, Span, Trail, What};

#[derive(Clone, Debug)]
pub struct Value {
    pub kind: Kind,
    pub trail: Trail,
    pub sensitive: bool,
    pub hint: Option<Arc<Hint>>,
}

/// What a value does not show by itself.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Hint {
    /// The type that a conversion gave to null or to an empty collection.
    Type(Type),
    /// A nested block: attributes that the configuration does not set are those of this object.
    Block(Arc<Of>),
}

pub type Items = Arc<Vec<Value>>;
pub type Fields = Arc<BTreeMap<Arc<str>, Value>>;

#[derive(Clone, Debug)]
pub enum Kind {
    Null,
    Bool(bool),
    Number(Number),
    String(Arc<str>),
    Tuple(Items),
    List(Items),
    /// Sorted and without doubles; elements that are not known stand at the end.
    Set(Items),
    Object(Fields),
    Map(Fields),
    /// A whole resource or data source instance, its attributes looked up when they are asked for.
    Instance(Arc<Address>),
    /// A whole module instance, likewise.
    Module(ModulePath),
    Of(Arc<Of>),
    Text(Arc<Text>),
    Unknown(Arc<Unknown>),
}

/// One attribute of one object, whatever its text will be. `attribute` is a path: `id`, `zones[0].id`.
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Debug)]
pub struct Of {
    pub address: Arc<Address>,
    pub attribute: Arc<str>,
}

#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Text {
    /// Never two literals side by side, never an empty literal.
    pub pieces: Vec<Piece>,
    /// The attribute that this text is as a whole: a composite id.
    pub whole: Option<Arc<Of>>,
}

#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Debug)]
pub enum Piece {
    Literal(Arc<str>),
    Of(Arc<Of>),
}

#[derive(Clone, Debug)]
pub struct Unknown {
    pub cause: Cause,
    /// What is known of its type.
    pub kind: Type,
    /// When a condition is unknown: the values that it chooses from.
    pub one_of: Vec<Value>,
}

/// The attribute under which the number of a provider's account goes, whichever resource or data source asks.
pub const ACCOUNT: &str = "(account)";

/// Why a value is not known.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Cause {
    /// A root variable without default that nothing sets.
    NoDefault(Arc<str>, Option<Span>),
    /// An attribute that only the cloud knows.
    Computed(Arc<Of>),
    /// A data source that the configuration does not answer.
    Data(Arc<Address>),
    /// A module whose source is not on disk.
    ModuleNotOnDisk {
        call: Arc<str>,
        source: Arc<str>,
        at: Option<Span>,
    },
    /// How many instances there are, or under which keys, is not known.
    Instances(Arc<str>),
    /// The evaluator does not do this.
    Unsupported(Arc<str>),
    /// A function or name whose result depends on the run.
    Impure(Arc<str>),
    /// Something on the way failed and has a finding of its own.
    Failed,
    /// A file of the place could not be parsed, and may hold the missing declaration.
    Broken(Arc<str>),
    /// It is only named here, and described somewhere else.
    Elsewhere(Arc<str>),
    Sensitive,
}

impl Cause {
    pub fn sentence(&self) -> String {
        match self {
            Cause::NoDefault(name, _) => format!("variable `{name}` has no default"),
            Cause::Computed(of) if &*of.attribute == ACCOUNT => {
                "only the cloud knows the number of this account".into()
            }
            Cause::Computed(of) => format!("known after apply: {}.{}", of.address, of.attribute),
            Cause::Data(address) => format!("only the cloud can answer {address}"),
            Cause::ModuleNotOnDisk { call, source, .. } => {
                format!("module `{call}` is not on disk (source \"{source}\"); run `terraform init`")
            }
            Cause::Instances(of) => format!("the number of instances of {of} is not known"),
            Cause::Unsupported(what) => format!("alinet does not evaluate {what}"),
            Cause::Impure(what) => format!("{what} depends on the run"),
            Cause::Failed => "an expression on the way failed".into(),
            Cause::Broken(file) => format!("{file} could not be parsed"),
            Cause::Elsewhere(what) => format!("these files do not show {what}"),
            Cause::Sensitive => "sensitive".into(),
        }
    }

    pub fn place(&self) -> Option<Span> {
        match self {
            Cause::NoDefault(_, at) | Cause::ModuleNotOnDisk { at, .. } => *at,
            _ => None,
        }
    }
}

/// A composite id in the making.
pub(crate) struct IdParts {
    pieces: Vec<Piece>,
    whole: Arc<Of>,
}

impl IdParts {
    pub fn new(address: Arc<Address>) -> Self {
        IdParts { pieces: Vec::new(), whole: Arc::new(Of { address, attribute: "id".into() }) }
    }

    pub fn literal(&mut self, text: &str) {
        self.pieces.push(Piece::Literal(text.into()));
    }

    /// Adds a part, unless nothing is known of it.
    pub fn value(&mut self, value: &Value) -> bool {
        match value.pieces() {
            Some(pieces) => self.pieces.extend(pieces),
            None => return false,
        }
        true
    }

    pub fn finish(self) -> Value {
        let value = Value::text(self.pieces);
        match value.kind {
            Kind::Text(text) => {
                let text = Text { pieces: text.pieces.clone(), whole: Some(self.whole) };
                Kind::Text(Arc::new(text)).into()
            }
            _ => value,
        }
    }
}

impl From<Kind> for Value {
    fn from(kind: Kind) -> Self {
        Value { kind, trail: Trail::None, sensitive: false, hint: None }
    }
}

impl Value {
    pub fn null() -> Value {
        Kind::Null.into()
    }

    pub fn bool(value: bool) -> Value {
        Kind::Bool(value).into()
    }

    pub fn number(value: impl Into<Number>) -> Value {
        Kind::Number(value.into()).into()
    }

    pub fn string(text: impl Into<Arc<str>>) -> Value {
        Kind::String(text.into()).into()
    }

    pub fn tuple(items: Vec<Value>) -> Value {
        Kind::Tuple(Arc::new(items)).into()
    }

    pub fn list(items: Vec<Value>) -> Value {
        Kind::List(Arc::new(items)).into()
    }

    /// A set of these values: sorted, doubles removed.
    pub fn set(mut items: Vec<Value>) -> Value {
        items.sort_by(set_order);
        let mut kept: Vec<Value> = Vec::with_capacity(items.len());
        for item in items {
            if kept.last().is_some_and(|last| equal(last, &item) == Some(true)) {
                continue;
            }
            kept.push(item);
        }
        Kind::Set(Arc::new(kept)).into()
    }

    pub fn object(fields: BTreeMap<Arc<str>, Value>) -> Value {
        Kind::Object(Arc::new(fields)).into()
    }

    pub fn map(fields: BTreeMap<Arc<str>, Value>) -> Value {
        Kind::Map(Arc::new(fields)).into()
    }

    pub fn unknown(cause: Cause) -> Value {
        Value::unknown_of(cause, Type::Dynamic)
    }

    pub fn unknown_of(cause: Cause, kind: Type) -> Value {
        Kind::Unknown(Arc::new(Unknown { cause, kind, one_of: Vec::new() })).into()
    }

    /// One of these values, which one is not known.
    pub fn one_of(cause: Cause, values: Vec<Value>) -> Value {
        Kind::Unknown(Arc::new(Unknown { cause, kind: Type::Dynamic, one_of: values })).into()
    }

    pub fn of(address: Arc<Address>, attribute: impl Into<Arc<str>>) -> Value {
        Kind::Of(Arc::new(Of { address, attribute: attribute.into() })).into()
    }

    /// Text made of pieces: plain when all are literals, one identity when it is only that.
    pub fn text(pieces: impl IntoIterator<Item = Piece>) -> Value {
        let mut joined: Vec<Piece> = Vec::new();
        for piece in pieces {
            match (joined.last_mut(), piece) {
                (_, Piece::Literal(text)) if text.is_empty() => {}
                (Some(Piece::Literal(last)), Piece::Literal(text)) => *last = format!("{last}{text}").into(),
                (_, piece) => joined.push(piece),
            }
        }
        match joined.as_slice() {
            [] => Value::string(""),
            [Piece::Literal(text)] => Value::string(text.clone()),
            [Piece::Of(of)] => Kind::Of(of.clone()).into(),
            _ => Kind::Text(Arc::new(Text { pieces: joined, whole: None })).into(),
        }
    }

    pub fn with_trail(mut self, trail: Trail) -> Value {
        self.trail = trail;
        self
    }

    pub fn mark(mut self, sensitive: bool) -> Value {
        self.sensitive |= sensitive;
        self
    }

    pub fn with_hint(mut self, hint: Hint) -> Value {
        self.hint = Some(Arc::new(hint));
        self
    }

    /// The object of the provider that this nested block is.
    pub fn block(&self) -> Option<&Arc<Of>> {
        match self.hint.as_deref() {
            Some(Hint::Block(of)) => Some(of),
            _ => None,
        }
    }

    pub fn is_null(&self) -> bool {
        matches!(self.kind, Kind::Null)
    }

    pub fn as_str(&self) -> Option<&Arc<str>> {
        match &self.kind {
            Kind::String(text) => Some(text),
            Kind::Text(text) => match text.pieces.as_slice() {
                [Piece::Literal(text)] => Some(text),
                _ => None,
            },
            _ => None,
        }
    }

    pub fn as_bool(&self) -> Option<bool> {
        match &self.kind {
            Kind::Bool(value) => Some(*value),
            _ => None,
        }
    }

    pub fn as_number(&self) -> Option<&Number> {
        match &self.kind {
            Kind::Number(number) => Some(number),
            _ => None,
        }
    }

    /// The elements of a list, tuple or set.
    pub fn items(&self) -> Option<&Items> {
        match &self.kind {
            Kind::Tuple(items) | Kind::List(items) | Kind::Set(items) => Some(items),
            _ => None,
        }
    }

    /// The elements of a map or object.
    pub fn fields(&self) -> Option<&Fields> {
        match &self.kind {
            Kind::Object(fields) | Kind::Map(fields) => Some(fields),
            _ => None,
        }
    }

    /// Nothing is known of its shape: neither text, nor number, nor how many elements it has.
    pub fn is_unknown(&self) -> bool {
        matches!(self.kind, Kind::Unknown(_))
    }

    /// The text of it cannot be printed: unknown, an identity, or a whole object.
    pub fn is_opaque(&self) -> bool {
        matches!(self.kind, Kind::Unknown(_) | Kind::Of(_) | Kind::Text(_) | Kind::Instance(_) | Kind::Module(_))
    }

    /// Everything in it, however deep, is known text, number, bool or null.
    pub fn is_wholly_known(&self) -> bool {
        match &self.kind {
            Kind::Null | Kind::Bool(_) | Kind::Number(_) | Kind::String(_) => true,
            Kind::Tuple(items) | Kind::List(items) | Kind::Set(items) => items.iter().all(Value::is_wholly_known),
            Kind::Object(fields) | Kind::Map(fields) => fields.values().all(Value::is_wholly_known),
            _ => false,
        }
    }

    /// Something in it, however deep, may turn out to be anything; an identity may not.
    pub fn is_unknown_within(&self) -> bool {
        match &self.kind {
            Kind::Unknown(_) => true,
            Kind::Tuple(items) | Kind::List(items) | Kind::Set(items) => items.iter().any(Value::is_unknown_within),
            Kind::Object(fields) | Kind::Map(fields) => fields.values().any(Value::is_unknown_within),
            _ => false,
        }
    }

    /// How many parts it has, each counted as often as it stands in it; counting stops at the limit.
    pub fn parts(&self, limit: usize) -> usize {
        let mut count = 0;
        let mut open = vec![self];
        while let Some(value) = open.pop() {
            count += 1;
            if count >= limit {
                break;
            }
            match &value.kind {
                Kind::Tuple(items) | Kind::List(items) | Kind::Set(items) => open.extend(items.iter()),
                Kind::Object(fields) | Kind::Map(fields) => open.extend(fields.values()),
                _ => {}
            }
        }
        count
    }

    pub fn is_sensitive_within(&self) -> bool {
        self.sensitive
            || match &self.kind {
                Kind::Tuple(items) | Kind::List(items) | Kind::Set(items) => {
                    items.iter().any(Value::is_sensitive_within)
                }
                Kind::Object(fields) | Kind::Map(fields) => fields.values().any(Value::is_sensitive_within),
                _ => false,
            }
    }

    /// Why it, or the first part of it that is not known, is not known.
    pub fn cause(&self) -> Option<Cause> {
        match &self.kind {
            Kind::Unknown(unknown) => Some(unknown.cause.clone()),
            Kind::Of(of) => Some(Cause::Computed(of.clone())),
            Kind::Text(text) => text.pieces.iter().find_map(|piece| match piece {
                Piece::Of(of) => Some(Cause::Computed(of.clone())),
                Piece::Literal(_) => None,
            }),
            Kind::Instance(address) => {
                Some(Cause::Computed(Arc::new(Of { address: address.clone(), attribute: "*".into() })))
            }
            Kind::Module(path) => Some(Cause::Unsupported(path.to_string().into())),
            Kind::Tuple(items) | Kind::List(items) | Kind::Set(items) => items.iter().find_map(Value::cause),
            Kind::Object(fields) | Kind::Map(fields) => fields.values().find_map(Value::cause),
            _ => None,
        }
    }

    /// The pieces of a value that stands in a text; none when it is not text, or text of which nothing is known.
    pub fn pieces(&self) -> Option<Vec<Piece>> {
        match &self.kind {
            Kind::String(text) => Some(vec![Piece::Literal(text.clone())]),
            Kind::Number(number) => Some(vec![Piece::Literal(number.to_string().into())]),
            Kind::Bool(value) => Some(vec![Piece::Literal(value.to_string().into())]),
            Kind::Of(of) => Some(vec![Piece::Of(of.clone())]),
            Kind::Text(text) => Some(text.pieces.clone()),
            _ => None,
        }
    }

    /// The root variable without a value that this is as it stands. An element of one, or a text made with it, is unknown
    /// for the same reason without being the same thing.
    pub fn variable(&self) -> Option<(&Arc<str>, Option<Span>)> {
        let Kind::Unknown(unknown) = &self.kind else { return None };
        let Cause::NoDefault(name, at) = &unknown.cause else { return None };
        let mut steps = self.trail.steps().into_iter().peekable();
        let whole = steps.peek().is_some()
            && steps.all(|step| !matches!(step.what, What::Expression | What::Function(_)) && step.from.len() <= 1);
        (whole && unknown.one_of.is_empty()).then_some((name, *at))
    }

    pub fn type_name(&self) -> &'static str {
        match &self.kind {
            Kind::Null => "null",
            Kind::Bool(_) => "bool",
            Kind::Number(_) => "number",
            Kind::String(_) | Kind::Text(_) => "string",
            Kind::Tuple(_) => "tuple",
            Kind::List(_) => "list",
            Kind::Set(_) => "set",
            Kind::Object(_) | Kind::Instance(_) | Kind::Module(_) => "object",
            Kind::Map(_) => "map",
            Kind::Of(_) | Kind::Unknown(_) => "unknown value",
        }
    }
}

/// Whether two values are the same; nothing when that depends on what is not known. Types count, as in Terraform:
/// `5 == "5"` and `[] == tolist([])` are false.
pub fn equal(a: &Value, b: &Value) -> Option<bool> {
    use Kind::*;
    let a_kind = &a.kind;
    match (a_kind, &b.kind) {
        (Of(a), Of(b)) if a == b => Some(true),
        (Of(a), Of(b)) if differ(a, b) => Some(false),
        (Text(_), String(_)) | (String(_), Text(_)) | (Text(_), Text(_))
            if a.as_str().is_some() && b.as_str().is_some() =>
        {
            Some(a.as_str() == b.as_str())
        }
        (Text(a), Text(b)) if a.pieces == b.pieces => Some(true),
        (Text(a), Text(b)) if texts_differ(&a.pieces, &b.pieces) => Some(false),
        (Text(a), String(b)) | (String(b), Text(a)) if !may_be(&a.pieces, b) => Some(false),
        (Instance(a), Instance(b)) if a == b => Some(true),
        (Module(a), Module(b)) if a == b => Some(true),
        (Of(of), other) | (other, Of(of)) if is_nothing(other) && is_managed_id(of) => Some(false),
        (Unknown(_) | Of(_) | Text(_) | Instance(_) | Module(_), _) => None,
        (_, Unknown(_) | Of(_) | Text(_) | Instance(_) | Module(_)) => None,
        (Null, Null) => Some(true),
        (Bool(a), Bool(b)) => Some(a == b),
        (Number(a), Number(b)) => Some(a == b),
        (String(a), String(b)) => Some(a == b),
        (Tuple(a), Tuple(b)) | (List(a), List(b)) | (Set(a), Set(b)) => {
            if a.len() != b.len() {
                // Unknown elements of a set may turn out to be the same.
                let open = |items: &Items| !items.iter().all(Value::is_wholly_known);
                return if matches!(a_kind, Set(_)) && (open(a) || open(b)) { None } else { Some(false) };
            }
            all_equal(a.iter().zip(b.iter()))
        }
        (Object(a), Object(b)) | (Map(a), Map(b)) => {
            if a.len() != b.len() || a.keys().ne(b.keys()) {
                return Some(false);
            }
            all_equal(a.values().zip(b.values()))
        }
        _ => Some(false),
    }
}

fn all_equal<'a>(pairs: impl Iterator<Item = (&'a Value, &'a Value)>) -> Option<bool> {
    let mut known = true;
    for (a, b) in pairs {
        match equal(a, b) {
            Some(true) => {}
            Some(false) => return Some(false),
            None => known = false,
        }
    }
    known.then_some(true)
}

/// A resource that exists has an id: null and empty text are none.
fn is_managed_id(of: &Of) -> bool {
    of.address.mode == Mode::Managed && &*of.attribute == "id"
}

fn is_nothing(kind: &Kind) -> bool {
    matches!(kind, Kind::Null) || matches!(kind, Kind::String(text) if text.is_empty())
}

/// The ids of two managed instances of one type are never the same.
fn differ(a: &Of, b: &Of) -> bool {
    let keyed =
        |of: &Of| of.address.key != Key::Unknown && of.address.module.0.iter().all(|step| step.key != Key::Unknown);
    is_managed_id(a)
        && is_managed_id(b)
        && a.address.kind == b.address.kind
        && a.address != b.address
        && keyed(a)
        && keyed(b)
}

fn texts_differ(a: &[Piece], b: &[Piece]) -> bool {
    a.len() == b.len()
        && a.iter().zip(b).filter(|(a, b)| a != b).count() == 1
        && a.iter().zip(b).any(|(a, b)| match (a, b) {
            (Piece::Of(a), Piece::Of(b)) => differ(a, b),
            _ => false,
        })
}

/// Whether a text of these pieces can be equal to a plain string, as far as its first and last literal tell.
fn may_be(pieces: &[Piece], text: &str) -> bool {
    let starts = match pieces.first() {
        Some(Piece::Literal(first)) => text.starts_with(&**first),
        _ => true,
    };
    let ends = match pieces.last() {
        Some(Piece::Literal(last)) => text.ends_with(&**last),
        _ => true,
    };
    starts && ends
}

/// The order in which Terraform keeps the elements of a set.
pub fn set_order(a: &Value, b: &Value) -> Ordering {
    use Kind::*;
    match (&a.kind, &b.kind) {
        (String(a), String(b)) => a.cmp(b),
        (Number(a), Number(b)) => a.cmp(b),
        (Bool(a), Bool(b)) => a.cmp(b),
        _ => rank(a).cmp(&rank(b)).then_with(|| set_text(a).cmp(&set_text(b))),
    }
}

fn rank(value: &Value) -> u8 {
    match value.kind {
        Kind::Unknown(_) => 2,
        Kind::Of(_) | Kind::Text(_) | Kind::Instance(_) | Kind::Module(_) => 1,
        _ => 0,
    }
}

fn set_text(value: &Value) -> String {
    match &value.kind {
        Kind::Null => "~".into(),
        Kind::Bool(true) => "T".into(),
        Kind::Bool(false) => "F".into(),
        // Ten digits are all that the order looks at.
        Kind::Number(number) => number.general(Some(10)),
        Kind::String(text) => format!("{text:?}"),
        Kind::Tuple(items) => format!("<{}>", items.iter().map(|item| set_text(item) + ";").collect::<String>()),
        Kind::List(items) | Kind::Set(items) => {
            format!("[{}]", items.iter().map(|item| set_text(item) + ";").collect::<String>())
        }
        Kind::Object(fields) => format!("<{}>", fields.values().map(|field| set_text(field) + ";").collect::<String>()),
        Kind::Map(fields) => {
            let pairs = fields.iter().map(|(key, field)| format!("{key:?}:{};", set_text(field)));
            format!("{{{}}}", pairs.collect::<String>())
        }
        Kind::Of(of) => format!("{}.{}", of.address, of.attribute),
        Kind::Text(text) => format!("{:?}", text.pieces),
        Kind::Instance(address) => address.to_string(),
        Kind::Module(path) => path.to_string(),
        Kind::Unknown(_) => "?".into(),
    }
}

/// The elements of a set as a list: where they stand is only known when all of them are. Nothing when not even their
/// number is.
pub fn in_order(items: &[Value]) -> Option<Vec<Value>> {
    if items.len() <= 1 || items.iter().all(Value::is_wholly_known) {
        return Some(items.to_vec());
    }
    set_size(items)?;
    let cause = items.iter().find_map(Value::cause).unwrap_or(Cause::Failed);
    let kind = items.iter().map(super::types::type_of).find(|kind| *kind != Type::Dynamic).unwrap_or(Type::Dynamic);
    let few = items.len() <= MOST_CHOICES && !items.iter().any(Value::is_unknown);
    let one_of = if few { items.to_vec() } else { Vec::new() };
    let any = Value::from(Kind::Unknown(Arc::new(Unknown { cause, kind, one_of })));
    Some(vec![any; items.len()])
}

/// How many values an unknown one keeps that it may be.
const MOST_CHOICES: usize = 16;

/// How many pairs of elements are compared to find out which are the same, before that counts as not known.
pub const MOST_COMPARISONS: usize = 1 << 22;

/// How many elements a set has, when unknown ones cannot turn out to be the same.
pub fn set_size(items: &[Value]) -> Option<usize> {
    let first_open = items.iter().position(|item| !item.is_wholly_known()).unwrap_or(items.len());
    if items.len() <= 1 {
        return Some(items.len());
    }
    if (items.len() - first_open).saturating_mul(items.len()) > MOST_COMPARISONS {
        return None;
    }
    let certain = items[first_open..]
        .iter()
        .enumerate()
        .all(|(at, open)| items[..first_open + at].iter().all(|other| equal(open, other) == Some(false)));
    certain.then_some(items.len())
}
