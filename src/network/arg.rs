//! Arguments as the model holds them: absent, known with the place it came from, or unknown with the reason.

use std::net::IpAddr;
use std::rc::Rc;
use std::sync::Arc;

use ipnet::{IpNet, Ipv4Net};

use crate::eval::{Blocks, Cause, Evaluator, Kind, Number, Provider, ResourceInstance, Value};
use crate::source::{Address, Span};
use crate::syntax::{Expression, ExpressionKind};

#[derive(Clone, Debug)]
pub enum Arg<T> {
    Absent,
    Known(Traced<T>),
    Unknown(Cause, Option<Span>),
}

#[derive(Clone, Debug)]
pub struct Traced<T> {
    pub value: T,
    /// Where the value was written: a literal, or the expression that combines several.
    pub place: Span,
    /// The attribute in the resource's block.
    pub attribute: Span,
}

impl<T> Arg<T> {
    pub fn known(&self) -> Option<&Traced<T>> {
        match self {
            Arg::Known(traced) => Some(traced),
            _ => None,
        }
    }

    pub fn value(&self) -> Option<&T> {
        self.known().map(|traced| &traced.value)
    }

    pub fn is_absent(&self) -> bool {
        matches!(self, Arg::Absent)
    }

    pub fn cause(&self) -> Option<&Cause> {
        match self {
            Arg::Unknown(cause, _) => Some(cause),
            _ => None,
        }
    }

    pub fn map<U>(self, change: impl FnOnce(T) -> U) -> Arg<U> {
        match self {
            Arg::Absent => Arg::Absent,
            Arg::Known(Traced { value, place, attribute }) => {
                Arg::Known(Traced { value: change(value), place, attribute })
            }
            Arg::Unknown(cause, span) => Arg::Unknown(cause, span),
        }
    }
}

/// What an id argument names, whether or not its text is known.
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Debug)]
pub enum Link {
    /// An attribute of something in the files.
    Of {
        address: Arc<Address>,
        attribute: Arc<str>,
    },
    Literal(Arc<str>),
    /// A root variable without a value: one thing, whichever.
    Variable(Arc<str>, Option<Span>),
}

impl Link {
    pub fn of(value: &Value) -> Option<Link> {
        match &value.kind {
            Kind::Of(of) => Some(Link::Of { address: of.address.clone(), attribute: of.attribute.clone() }),
            Kind::Text(text) => {
                text.whole.as_ref().map(|of| Link::Of { address: of.address.clone(), attribute: of.attribute.clone() })
            }
            Kind::String(text) => Some(Link::Literal(text.clone())),
            Kind::Number(number) => Some(Link::Literal(number.to_string().into())),
            _ => value.variable().map(|(name, at)| Link::Variable(name.clone(), at)),
        }
    }

    /// Whether two links name one thing; nothing when that cannot be told.
    pub fn same(&self, other: &Link) -> Option<bool> {
        match (self, other) {
            (a, b) if a == b => Some(true),
            (Link::Literal(_), Link::Literal(_)) => Some(false),
            (Link::Of { address: a, attribute: x }, Link::Of { address: b, attribute: y })
                if x == y && a.kind == b.kind && a.mode == b.mode && a.mode == crate::source::Mode::Managed =>
            {
                Some(false)
            }
            _ => None,
        }
    }

    /// The managed resource of that type, when the link is one of these attributes of it.
    pub fn managed(&self, kind: &str, attributes: &[&str]) -> Option<&Arc<Address>> {
        match self {
            Link::Of { address, attribute } => (address.mode == crate::source::Mode::Managed
                && crate::facts::canonical(&address.kind) == kind
                && attributes.contains(&&**attribute))
            .then_some(address),
            _ => None,
        }
    }

    /// An attribute of a managed resource of some other type than this.
    pub fn is_other_kind(&self, kind: &str) -> bool {
        match self {
            Link::Of { address, .. } => {
                address.mode == crate::source::Mode::Managed && crate::facts::canonical(&address.kind) != kind
            }
            _ => false,
        }
    }

    /// Whether it may name something of the files after all: its id is not written out.
    pub fn may_be_any(&self) -> bool {
        !matches!(self, Link::Literal(_))
    }

    /// How a message names it.
    pub fn shown(&self) -> String {
        match self {
            Link::Of { address, attribute } if &**attribute == "id" => address.to_string(),
            Link::Of { address, attribute } => format!("{address}.{attribute}"),
            Link::Literal(text) => format!("\"{}\"", crate::source::escape(text)),
            Link::Variable(name, _) => format!("var.{name}"),
        }
    }
}

/// An IPv4 or IPv6 block as written.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Cidr {
    pub text: Arc<str>,
    /// The network, host bits cut off; nothing when the text is not a block.
    pub net: Option<IpNet>,
    /// The text has a mask.
    pub masked: bool,
    /// Bits beyond the mask are set.
    pub host_bits: bool,
}

impl Cidr {
    pub fn parse(text: &Arc<str>) -> Cidr {
        let trimmed = text.trim();
        if let Ok(net) = trimmed.parse::<IpNet>() {
            return Cidr {
                text: text.clone(),
                net: Some(net.trunc()),
                masked: true,
                host_bits: net.trunc().addr() != net.addr(),
            };
        }
        let host = trimmed.parse::<IpAddr>().ok();
        Cidr { text: text.clone(), net: host.map(IpNet::from), masked: false, host_bits: false }
    }

    pub fn v4(&self) -> Option<Ipv4Net> {
        match self.net {
            Some(IpNet::V4(net)) => Some(net),
            _ => None,
        }
    }
}

pub fn overlap(a: &Ipv4Net, b: &Ipv4Net) -> bool {
    a.contains(b) || b.contains(a)
}

/// One instance of the plan, as rules speak of it.
#[derive(Clone, Debug)]
pub struct Thing {
    pub address: Arc<Address>,
    /// From the keyword `resource` to the name.
    pub header: Span,
    /// Surely there: no unknown `count` or `for_each` stands before it.
    pub certain: bool,
    pub provider: Rc<Provider>,
    /// A part of the block could not be read.
    pub incomplete: bool,
}

impl Thing {
    pub fn name(&self) -> String {
        self.address.to_string()
    }
}

/// Reads the arguments of one instance.
pub struct Reader<'a, 'r> {
    pub evaluator: &'a Evaluator<'r>,
    pub instance: &'a Rc<ResourceInstance>,
    pub thing: Thing,
}

impl<'a, 'r> Reader<'a, 'r> {
    pub fn new(evaluator: &'a Evaluator<'r>, instance: &'a Rc<ResourceInstance>) -> Self {
        let declaration = &instance.declaration;
        let thing = Thing {
            address: instance.address.clone(),
            header: declaration.header(),
            certain: instance.certain,
            provider: evaluator.provider_of(instance),
            incomplete: declaration.is_incomplete(),
        };
        Reader { evaluator, instance, thing }
    }

    pub fn is_set(&self, name: &str) -> bool {
        self.instance.declaration.body().attribute(name).is_some()
    }

    /// The argument is a plain text in the resource's own block.
    pub fn is_literal(&self, name: &str) -> bool {
        let attribute = self.instance.declaration.body().attribute(name);
        attribute.is_some_and(|attribute| matches!(&*attribute.value.kind, ExpressionKind::String(_)))
    }

    /// It is a variable of the root as it stands.
    pub fn is_root_variable(&self, name: &str) -> bool {
        let declaration = &self.instance.declaration;
        let written = declaration.body().attribute(name).map(|attribute| &*attribute.value.kind);
        let Some(ExpressionKind::Attribute { on, .. }) = written else { return false };
        let is_variable = matches!(&*on.kind, ExpressionKind::Variable(scope) if &**scope == "var");
        is_variable && self.instance.address.module.0.is_empty()
    }

    /// The value as written; null counts as absent.
    pub fn value(&self, name: &str) -> Arg<Value> {
        let declaration = &self.instance.declaration;
        let body = declaration.body();
        let attribute = body.attribute(name).map(|attribute| attribute.span);
        let span = attribute.unwrap_or(self.thing.header);
        match self.evaluator.argument(self.instance, name, span) {
            None if self.thing.incomplete => Arg::Unknown(Cause::Broken("the resource's block".into()), None),
            None => Arg::Absent,
            Some(value) => traced(value, span),
        }
    }

    pub fn text(&self, name: &str) -> Arg<Arc<str>> {
        text(self.value(name))
    }

    pub fn link(&self, name: &str) -> Arg<Link> {
        link(self.raw(name))
    }

    pub fn number(&self, name: &str) -> Arg<i64> {
        number(self.value(name))
    }

    pub fn flag(&self, name: &str) -> Arg<bool> {
        flag(self.value(name))
    }

    /// An empty text counts as absent, as it does for the provider.
    pub fn cidr(&self, name: &str) -> Arg<Cidr> {
        match self.text(name) {
            Arg::Known(text) if text.value.trim().is_empty() => Arg::Absent,
            text => text.map(|text| Cidr::parse(&text)),
        }
    }

    /// The resource tells Terraform to leave this argument as it finds it.
    pub fn ignores(&self, name: &str) -> bool {
        let declaration = &self.instance.declaration;
        let named = |expression: &Expression| match &*expression.kind {
            ExpressionKind::Variable(text) | ExpressionKind::String(text) => &**text == name || &**text == "all",
            _ => false,
        };
        declaration.body().blocks("lifecycle").filter_map(|block| block.body.attribute("ignore_changes")).any(
            |ignored| match &*ignored.value.kind {
                ExpressionKind::Tuple(items) => items.iter().any(named),
                _ => named(&ignored.value),
            },
        )
    }

    /// The elements of a list or set, each with its own place.
    pub fn list(&self, name: &str) -> Arg<Vec<Arg<Value>>> {
        elements(self.value(name))
    }

    pub fn blocks(&self, name: &str) -> Blocks {
        self.evaluator.blocks(self.instance, name)
    }

    /// The value, unknown or not, with its attribute.
    fn raw(&self, name: &str) -> Option<(Value, Span)> {
        let declaration = &self.instance.declaration;
        let span = declaration.body().attribute(name).map_or(self.thing.header, |attribute| attribute.span);
        match self.evaluator.argument(self.instance, name, span) {
            None if self.thing.incomplete => Some((Value::unknown(Cause::Broken("the resource's block".into())), span)),
            None => None,
            Some(value) => Some((value, span)),
        }
    }
}

/// A field of a nested block.
pub fn field(fields: &crate::eval::value::Fields, name: &str, header: Span) -> Arg<Value> {
    fields.get(name).map_or(Arg::Absent, |value| traced(value.clone(), header))
}

pub fn field_link(fields: &crate::eval::value::Fields, name: &str, header: Span) -> Arg<Link> {
    link(fields.get(name).map(|value| (value.clone(), header)))
}

pub(super) fn traced(value: Value, attribute: Span) -> Arg<Value> {
    let place = value.trail.place().unwrap_or(attribute);
    match &value.kind {
        Kind::Null => Arg::Absent,
        Kind::Unknown(unknown) => Arg::Unknown(unknown.cause.clone(), unknown.cause.place().or(Some(place))),
        _ => Arg::Known(Traced { value, place, attribute }),
    }
}

pub fn link(raw: Option<(Value, Span)>) -> Arg<Link> {
    let Some((value, attribute)) = raw else { return Arg::Absent };
    if value.is_null() || value.as_str().is_some_and(|text| text.is_empty()) {
        return Arg::Absent;
    }
    let place = value.trail.place().unwrap_or(attribute);
    match Link::of(&value) {
        Some(link) => Arg::Known(Traced { value: link, place, attribute }),
        None => Arg::Unknown(value.cause().unwrap_or(Cause::Failed), Some(place)),
    }
}

pub fn text(value: Arg<Value>) -> Arg<Arc<str>> {
    narrow(value, |value| match &value.kind {
        Kind::String(text) => Some(text.clone()),
        Kind::Number(number) => Some(number.to_string().into()),
        Kind::Bool(flag) => Some(flag.to_string().into()),
        _ => None,
    })
}

pub fn number(value: Arg<Value>) -> Arg<i64> {
    narrow(value, |value| match &value.kind {
        Kind::Number(number) => number.to_i64(),
        Kind::String(text) => Number::parse(text).and_then(|number| number.to_i64()),
        _ => None,
    })
}

pub fn flag(value: Arg<Value>) -> Arg<bool> {
    narrow(value, |value| match &value.kind {
        Kind::Bool(flag) => Some(*flag),
        Kind::String(text) => match &**text {
            "true" | "1" => Some(true),
            "false" | "0" => Some(false),
            _ => None,
        },
        _ => None,
    })
}

pub fn elements(value: Arg<Value>) -> Arg<Vec<Arg<Value>>> {
    let attribute = value.known().map(|traced| traced.attribute);
    narrow(value, |value| {
        let attribute = attribute?;
        let items = value.items()?;
        Some(items.iter().map(|item| traced(item.clone(), attribute)).collect())
    })
}

/// A known value as a narrower type; what does not fit is unknown, since something else says that it is wrong.
fn narrow<T>(value: Arg<Value>, read: impl FnOnce(&Value) -> Option<T>) -> Arg<T> {
    match value {
        Arg::Absent => Arg::Absent,
        Arg::Unknown(cause, span) => Arg::Unknown(cause, span),
        Arg::Known(traced) => match read(&traced.value) {
            Some(value) => Arg::Known(Traced { value, place: traced.place, attribute: traced.attribute }),
            None => {
                let cause = traced.value.cause().unwrap_or(Cause::Unsupported("a value of this type".into()));
                Arg::Unknown(cause, Some(traced.place))
            }
        },
    }
}
