//! One declared thing: its block, and the blocks of override files that change it.

use std::ops::Deref;
use std::sync::{Arc, OnceLock};

use crate::source::Span;
use crate::syntax::{Body, Item, Outline, Stub};

/// A top-level block of a file.
#[derive(Clone, Debug)]
pub struct StubRef {
    pub(crate) outline: Arc<Outline>,
    pub(crate) at: usize,
}

impl Deref for StubRef {
    type Target = Stub;

    fn deref(&self) -> &Stub {
        match &self.outline.items[self.at] {
            Item::Block(stub) => stub,
            // A reference is only made to a block.
            Item::Attribute(_) => unreachable!(),
        }
    }
}

#[derive(Debug)]
pub struct Declaration {
    pub base: StubRef,
    pub overrides: Vec<StubRef>,
    merged: OnceLock<Body>,
}

impl Declaration {
    pub fn new(base: StubRef) -> Self {
        Declaration { base, overrides: Vec::new(), merged: OnceLock::new() }
    }

    pub fn header(&self) -> Span {
        self.base.header
    }

    /// The body as Terraform sees it: an override replaces arguments one by one, and nested blocks kind by kind.
    pub fn body(&self) -> &Body {
        if self.overrides.is_empty() {
            return &self.base.body().body;
        }
        self.merged.get_or_init(|| {
            let mut body = self.base.body().body.clone();
            for stub in &self.overrides {
                let over = &stub.body().body;
                for attribute in &over.attributes {
                    body.attributes.retain(|old| old.name.text != attribute.name.text);
                    body.attributes.push(attribute.clone());
                }
                let kind = |block: &crate::syntax::Block| match &*block.kind.text {
                    "dynamic" => {
                        block.labels.first().map_or_else(|| block.kind.text.clone(), |label| label.text.clone())
                    }
                    _ => block.kind.text.clone(),
                };
                body.blocks.retain(|old| {
                    !over.blocks.iter().any(|new| kind(new) == kind(old) && kind(new) != "lifecycle".into())
                });
                body.blocks.extend(over.blocks.iter().cloned());
            }
            body
        })
    }

    /// Something in the body could not be parsed, so an argument may be missing from it.
    pub fn is_incomplete(&self) -> bool {
        self.base.body().incomplete || self.overrides.iter().any(|stub| stub.body().incomplete)
    }
}
