//! What the fuzz targets have in common: sources in memory, a stack as the command has it, and the laws that any input keeps.

#[path = "../../tests/common/mod.rs"]
pub mod common;

use std::path::Path;
use std::sync::Arc;

use alinet::source::{File, Files, Span};
use alinet::syntax::{Body, Outline};

pub fn file(name: &str, bytes: &[u8]) -> Arc<File> {
    Files::default().add(Path::new(name), bytes.to_vec())
}

#[track_caller]
pub fn inside(file: &File, span: Span) {
    assert!(file.text.get(span.range()).is_some(), "{span:?} in {} bytes", file.text.len());
}

/// Every span of an outline lies in its file.
pub fn check(outline: &Outline) {
    let file = &outline.file;
    for item in &outline.items {
        match item {
            alinet::syntax::Item::Attribute(attribute) => inside(file, attribute.span),
            alinet::syntax::Item::Block(stub) => {
                inside(file, stub.header);
                inside(file, stub.span);
            }
        }
    }
    outline.comments.iter().for_each(|comment| inside(file, comment.span));
    outline.errors.iter().filter_map(|error| error.place).for_each(|place| inside(file, place));
}

/// The same for all that is in the blocks.
pub fn check_bodies(outline: &Outline) {
    for item in &outline.items {
        if let alinet::syntax::Item::Block(stub) = item {
            let parsed = stub.body();
            parsed.errors.iter().filter_map(|error| error.place).for_each(|place| inside(&outline.file, place));
            check_body(&outline.file, &parsed.body);
        }
    }
}

fn check_body(file: &File, body: &Body) {
    for attribute in &body.attributes {
        inside(file, attribute.span);
        inside(file, attribute.name.span);
        inside(file, attribute.value.span);
    }
    for block in &body.blocks {
        inside(file, block.header);
        check_body(file, &block.body);
    }
}
