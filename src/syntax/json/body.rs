//! JSON objects to bodies.
//!
//! JSON does not tell arguments from nested blocks; native syntax does. Where Terraform's language itself decides, so
//! does the table here. Where the schema of a provider would, a property is given as both, for whoever knows more.

use std::borrow::Cow;
use std::collections::HashMap;

use super::expression::{Conversion, Strings, duplicate, expression, is_blocks};
use super::read::{Kind, Property, Value};
use super::text;
use crate::diagnostic::{Finding, SYNTAX_ERROR, Severity};
use crate::source::Span;
use crate::syntax::{Attribute, Block, Body, Expression, ExpressionKind, Name};

/// What a body is the body of.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Shape {
    /// Something that only the schema of a provider knows.
    Open,
    /// Resources, data sources, ephemeral resources.
    Managed,
    Provider,
    Module,
    Variable,
    Output,
    Terraform,
    Requirements,
    /// Arguments and blocks that are read before anything is evaluated: backends.
    Settings,
    Lifecycle,
    Trigger,
    Provisioner,
    Dynamic,
    Check,
    Moved,
    Import,
    Removed,
    /// Nothing but arguments: locals, conditions.
    Arguments,
}

enum Role {
    Argument(Strings),
    Block { labels: usize, shape: Shape },
    Either { strings: Strings, labels: usize, shape: Shape },
}

/// The number of labels and the shape of a block at the top of a file.
pub(super) fn top(kind: &str) -> Option<(usize, Shape)> {
    Some(match kind {
        "resource" | "data" | "ephemeral" | "action" => (2, Shape::Managed),
        "module" => (1, Shape::Module),
        "variable" => (1, Shape::Variable),
        "output" => (1, Shape::Output),
        "provider" => (1, Shape::Provider),
        "check" => (1, Shape::Check),
        "locals" => (0, Shape::Arguments),
        "terraform" => (0, Shape::Terraform),
        "moved" => (0, Shape::Moved),
        "import" => (0, Shape::Import),
        "removed" => (0, Shape::Removed),
        _ => return None,
    })
}

fn role(shape: Shape, name: &str) -> Role {
    use Strings::{Expressions, Requirement, Templates, Texts};
    let block = |labels, shape| Role::Block { labels, shape };
    let either = |labels, shape| Role::Either { strings: Templates, labels, shape };
    match (shape, name) {
        (Shape::Managed | Shape::Removed, "lifecycle") => block(0, Shape::Lifecycle),
        (Shape::Managed | Shape::Removed, "provisioner") => block(1, Shape::Provisioner),
        (Shape::Managed | Shape::Removed | Shape::Provisioner, "connection") => block(0, Shape::Open),
        (Shape::Managed | Shape::Provider, "dynamic") => block(1, Shape::Dynamic),
        (Shape::Managed | Shape::Module | Shape::Output, "depends_on") => Role::Argument(Expressions),
        (Shape::Managed | Shape::Import, "provider") => Role::Argument(Expressions),
        (Shape::Managed | Shape::Provider | Shape::Import, "count" | "for_each") => Role::Argument(Templates),
        (Shape::Provider, "alias" | "version") => Role::Argument(Texts),
        (Shape::Module, "source" | "version") => Role::Argument(Texts),
        (Shape::Module, "providers") => Role::Argument(Expressions),
        (Shape::Variable, "type") => Role::Argument(Expressions),
        (Shape::Variable, "validation") => block(0, Shape::Arguments),
        (Shape::Variable, _) => Role::Argument(Texts),
        (Shape::Output, "description" | "deprecated") => Role::Argument(Texts),
        (Shape::Output | Shape::Lifecycle, "precondition" | "postcondition") => block(0, Shape::Arguments),
        (Shape::Terraform, "required_providers") => block(0, Shape::Requirements),
        (Shape::Terraform, "backend" | "provider_meta" | "state_store") => block(1, Shape::Settings),
        (Shape::Terraform, "cloud") => block(0, Shape::Settings),
        (Shape::Terraform, "required_version") => Role::Argument(Texts),
        (Shape::Terraform, "experiments" | "language") => Role::Argument(Expressions),
        (Shape::Requirements, _) => Role::Argument(Requirement),
        (Shape::Settings, _) => Role::Either { strings: Texts, labels: 0, shape: Shape::Settings },
        (Shape::Lifecycle, "ignore_changes" | "replace_triggered_by") => Role::Argument(Expressions),
        (Shape::Lifecycle, "action_trigger") => block(0, Shape::Trigger),
        (Shape::Trigger, "events" | "actions") => Role::Argument(Expressions),
        (Shape::Provisioner, "when" | "on_failure") => Role::Argument(Expressions),
        (Shape::Dynamic, "iterator") => Role::Argument(Expressions),
        (Shape::Dynamic, "content") => block(0, Shape::Open),
        (Shape::Check, "data") => block(2, Shape::Managed),
        (Shape::Check, "assert") => block(0, Shape::Arguments),
        (Shape::Moved, "from" | "to") | (Shape::Removed, "from") | (Shape::Import, "to") => Role::Argument(Expressions),
        (Shape::Open, "dynamic") => either(1, Shape::Dynamic),
        (Shape::Open | Shape::Managed | Shape::Provider | Shape::Provisioner | Shape::Terraform, _) => {
            either(0, Shape::Open)
        }
        _ => Role::Argument(Templates),
    }
}

pub(super) fn body(conversion: &mut Conversion<'_>, found: &Found<'_>, shape: Shape) -> Body {
    let file = conversion.file;
    let mut body = Body::default();
    let mut seen: HashMap<Cow<'_, str>, &Property> = HashMap::new();
    conversion.incomplete |= !found.whole;
    for property in found.properties {
        let name = text::plain(file, property.name);
        if name == "//" {
            continue;
        }
        let role = role(shape, &name);
        let sure = matches!(role, Role::Argument(_)) || !is_blocks(&property.value);
        if !matches!(role, Role::Block { .. })
            && let Some(first) = seen.insert(name.clone(), property)
            && (sure || !is_blocks(&first.value))
        {
            conversion.errors.push(duplicate(&name, property.name.span, first.name.span));
        }
        let kind = Name { text: name.into(), span: property.name.span };
        match role {
            Role::Argument(strings) => {
                let value = expression(conversion, &property.value, strings);
                body.attributes.push(attribute(kind, value, property));
            }
            Role::Block { labels, shape } => {
                let found = find_blocks(conversion, kind, &property.value, labels, true);
                body.blocks.extend(found.iter().map(|found| block(conversion, found, shape)));
            }
            Role::Either { strings, labels, shape } => {
                let (value, again) = shared(conversion, &property.value, strings);
                body.attributes.push(attribute(kind.clone(), value, property));
                if is_blocks(&property.value) {
                    // What is wrong in the value is known already from the argument.
                    let known = conversion.errors.len();
                    let found = find_blocks(conversion, kind, &property.value, labels, false);
                    body.blocks.extend(found.iter().map(|found| block(conversion, found, shape)));
                    if again {
                        conversion.errors.truncate(known);
                    }
                }
            }
        }
    }
    body
}

/// The value of a property that may be blocks too, as long as converting it twice does not cost too much; and whether
/// it was converted.
fn shared(conversion: &mut Conversion<'_>, value: &Value, strings: Strings) -> (Expression, bool) {
    if is_blocks(value) {
        let size = value.span.range().len();
        let Some(spare) = conversion.spare.checked_sub(size) else {
            let reason = "too large for a value that may be blocks as well";
            return (Expression::new(ExpressionKind::Refused(reason.into()), value.span), false);
        };
        conversion.spare = spare;
    }
    (expression(conversion, value, strings), true)
}

fn attribute(name: Name, value: Expression, property: &Property) -> Attribute {
    let span = name.span.to(property.value.span);
    Attribute { name, value, span }
}

fn block(conversion: &mut Conversion<'_>, found: &Found<'_>, shape: Shape) -> Block {
    let body = body(conversion, found, shape);
    let Found { kind, labels, header, span, .. } = found;
    Block { kind: kind.clone(), labels: labels.clone(), body, header: *header, span: *span }
}

/// A block: its names, and the object that is its body.
pub(super) struct Found<'v> {
    pub kind: Name,
    pub labels: Vec<Name>,
    /// The last label or, without labels, the keyword; `{` for one of several bodies in an array. All labels would
    /// take in the blocks that stand before this one under the same keyword.
    pub header: Span,
    pub span: Span,
    pub properties: &'v [Property],
    pub whole: bool,
}

/// The blocks that a property stands for. An array at any level holds more of what may stand there. Unless `strict`,
/// what does not fit is no block, and no mistake.
pub(super) fn find_blocks<'v>(
    conversion: &mut Conversion<'_>,
    kind: Name,
    value: &'v Value,
    labels: usize,
    strict: bool,
) -> Vec<Found<'v>> {
    let mut found = Vec::new();
    find_labels(conversion, &mut vec![kind], value, labels, strict, &mut found);
    found
}

fn find_labels<'v>(
    conversion: &mut Conversion<'_>,
    names: &mut Vec<Name>,
    value: &'v Value,
    labels: usize,
    strict: bool,
    found: &mut Vec<Found<'v>>,
) {
    match &value.kind {
        Kind::Null => {}
        Kind::Object { .. } if labels == 0 => {
            if let Some(last) = names.last() {
                let (header, span) = (last.span, last.span.to(value.span));
                found.extend(found_at(names, value, header, span));
            }
        }
        Kind::Object { properties, whole } => {
            conversion.incomplete |= !whole;
            for property in properties {
                let name = text::name(conversion.file, property.name);
                if &*name.text != "//" {
                    names.push(name);
                    find_labels(conversion, names, &property.value, labels - 1, strict, found);
                    names.pop();
                }
            }
        }
        Kind::Array { items, whole } => {
            conversion.incomplete |= !whole;
            for item in items {
                match &item.kind {
                    Kind::Object { .. } if labels == 0 && items.len() > 1 => {
                        let header = Span { end: item.span.start + 1, ..item.span };
                        found.extend(found_at(names, item, header, item.span));
                    }
                    Kind::Array { .. } => misfit(conversion, names, item, labels, strict),
                    _ => find_labels(conversion, names, item, labels, strict, found),
                }
            }
        }
        Kind::Broken => conversion.incomplete = true,
        Kind::Bool(_) | Kind::Number | Kind::String(_) => misfit(conversion, names, value, labels, strict),
    }
}

fn found_at<'v>(names: &[Name], value: &'v Value, header: Span, span: Span) -> Option<Found<'v>> {
    let (kind, labels) = names.split_first()?;
    let Kind::Object { properties, whole } = &value.kind else { return None };
    Some(Found { kind: kind.clone(), labels: labels.to_vec(), header, span, properties, whole: *whole })
}

fn misfit(conversion: &mut Conversion<'_>, names: &[Name], value: &Value, labels: usize, strict: bool) {
    let Some(last) = names.last().filter(|_| strict) else { return };
    conversion.incomplete = true;
    if matches!(value.kind, Kind::Array { whole: false, .. }) {
        return;
    }
    let found = match value.kind {
        Kind::Array { .. } => "an array in an array",
        Kind::String(_) => "a string",
        Kind::Number => "a number",
        _ => "`true` or `false`",
    };
    let within = match labels {
        0 => "{ … }".to_owned(),
        1 => "{ \"name\": { … } }".to_owned(),
        _ => "{ \"type\": { \"name\": { … } } }".to_owned(),
    };
    conversion.errors.push(
        Finding::new(SYNTAX_ERROR, Severity::Error, format!("{found} where `{}` takes an object", last.text))
            .at(value.span)
            .help(format!("write `\"{}\": {within}`", last.text)),
    );
}
