//! Terraform's JSON syntax, in the shapes of native syntax.
//!
//! The reader gives values with spans (`read`); their properties become blocks and attributes (`body`), attributes get
//! expressions (`expression`), and strings are parsed for what they are where they stand (`text`). All of a file is
//! converted at once: JSON is what programs write, and small.

mod body;
mod expression;
mod read;
mod text;

use std::collections::HashMap;
use std::mem;
use std::sync::{Arc, OnceLock};

use self::body::{Found, Shape, find_blocks, top};
use self::expression::{Conversion, Strings, duplicate, expression, is_blocks};
use self::read::{Document, Kind, Property, Value};
use super::{Attribute, Content, Item, Name, Outline, Parsed, Stub};
use crate::diagnostic::{Finding, SYNTAX_ERROR, Severity};
use crate::source::File;

/// Less than this may always be converted twice, as an argument and as blocks.
const SPARE: usize = 4 << 20;

/// Reads a file of configuration: `.tf.json`, `.tofu.json`.
pub(super) fn outline(file: &Arc<File>) -> Outline {
    outline_with(file, |conversion, properties, items| {
        for property in properties {
            top_level(conversion, property, items);
        }
    })
}

/// Reads a file of values for variables: `.tfvars.json`.
pub(super) fn outline_values(file: &Arc<File>) -> Outline {
    let mut seen = HashMap::new();
    outline_with(file, |conversion, properties, items| {
        for property in properties {
            let name = text::name(conversion.file, property.name);
            if &*name.text == "//" {
                continue;
            }
            if let Some(first) = seen.insert(name.text.clone(), name.span) {
                conversion.errors.push(duplicate(&name.text, name.span, first));
            }
            items.push(attribute(conversion, name, &property.value, Strings::Texts));
        }
    })
}

fn outline_with(file: &Arc<File>, mut each: impl FnMut(&mut Conversion<'_>, &[Property], &mut Vec<Item>)) -> Outline {
    let Document { root, errors, stopped } = read::read(file);
    let mut conversion = Conversion { file, errors, incomplete: stopped, spare: file.text.len().max(SPARE) };
    let mut items = Vec::new();
    let parts = match &root {
        None => &[][..],
        Some(Value { kind: Kind::Array { items, whole }, .. }) => {
            conversion.incomplete |= !whole;
            items
        }
        Some(value) => std::slice::from_ref(value),
    };
    for part in parts {
        match &part.kind {
            Kind::Object { properties, whole } => {
                conversion.incomplete |= !whole;
                each(&mut conversion, properties, &mut items);
            }
            // A part that the end of the reading cut off is no mistake of its own.
            _ if stopped => {}
            Kind::Broken => conversion.incomplete = true,
            _ => {
                let error = Finding::new(SYNTAX_ERROR, Severity::Error, "a file of JSON syntax must hold an object");
                conversion.errors.push(error.at(part.span).help("write `{` and `}` around properties"));
                conversion.incomplete = true;
            }
        }
    }
    let Conversion { errors, incomplete, .. } = conversion;
    Outline { file: file.clone(), items, comments: Vec::new(), errors, incomplete }
}

fn top_level(conversion: &mut Conversion<'_>, property: &Property, items: &mut Vec<Item>) {
    let name = text::name(conversion.file, property.name);
    if &*name.text == "//" {
        return;
    }
    let known = top(&name.text);
    if known.is_none() && !is_blocks(&property.value) {
        items.push(attribute(conversion, name, &property.value, Strings::Templates));
        return;
    }
    let (labels, shape) = known.unwrap_or((0, Shape::Open));
    let found = find_blocks(conversion, name, &property.value, labels, true);
    items.extend(found.into_iter().map(|found| Item::Block(stub(conversion, found, shape))));
}

fn attribute(conversion: &mut Conversion<'_>, name: Name, value: &Value, strings: Strings) -> Item {
    let span = name.span.to(value.span);
    Item::Attribute(Attribute { name, value: expression(conversion, value, strings), span })
}

/// A block with its body; what is wrong in the body stays with it.
fn stub(conversion: &mut Conversion<'_>, found: Found<'_>, shape: Shape) -> Stub {
    let errors = mem::take(&mut conversion.errors);
    let incomplete = mem::take(&mut conversion.incomplete);
    let body = body::body(conversion, &found, shape);
    let parsed = Parsed {
        body,
        errors: mem::replace(&mut conversion.errors, errors),
        incomplete: mem::replace(&mut conversion.incomplete, incomplete),
    };
    let Found { kind, labels, header, span, .. } = found;
    Stub { kind, labels, header, span, content: Content::Built, body: OnceLock::from(Arc::new(parsed)) }
}

#[cfg(test)]
mod tests;
