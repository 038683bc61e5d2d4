//! Configurations told differently: with one value less known, or with their blocks in other files.

use std::ops::Range;
use std::path::Path;

use alinet::source::Files;
use alinet::syntax::{self, Body, Expression, ExpressionKind, Item};

pub type Configuration = Vec<(String, String)>;

/// The places of literals in a file that could be a variable instead, and of defaults and values that could be missing.
pub fn literals(name: &str, text: &str) -> Vec<(Range<usize>, &'static str)> {
    let files = Files::default();
    let file = files.add(Path::new(name), text.as_bytes().to_vec());
    if name.ends_with(".json") {
        return Vec::new();
    }
    let mut found = Vec::new();
    for item in &syntax::outline(&file).items {
        match item {
            Item::Attribute(attribute) => found.push((attribute.span.range(), "")),
            Item::Block(stub) => match &*stub.kind.text {
                "variable" => {
                    let default = stub.body().body.attribute("default").map(|default| (default.span.range(), ""));
                    found.extend(default);
                }
                "resource" | "data" | "locals" | "module" | "provider" => body(&stub.body().body, &mut found),
                _ => {}
            },
        }
    }
    found
}

fn body(body: &Body, found: &mut Vec<(Range<usize>, &'static str)>) {
    for attribute in &body.attributes {
        if !matches!(&*attribute.name.text, "source" | "version" | "provider" | "providers" | "alias" | "depends_on") {
            expression(&attribute.value, found);
        }
    }
    for block in &body.blocks {
        self::body(&block.body, found);
    }
}

fn expression(value: &Expression, found: &mut Vec<(Range<usize>, &'static str)>) {
    match &*value.kind {
        ExpressionKind::String(_) | ExpressionKind::Number(_) | ExpressionKind::Bool(_) => {
            found.push((value.span.range(), "var.unknown_by_law"));
        }
        ExpressionKind::Tuple(items) => items.iter().for_each(|item| expression(item, found)),
        ExpressionKind::Object(entries) => entries.iter().for_each(|entry| expression(&entry.value, found)),
        ExpressionKind::Call { arguments, .. } => arguments.iter().for_each(|argument| expression(argument, found)),
        ExpressionKind::Conditional { condition, yes, no } => {
            [condition, yes, no].into_iter().for_each(|part| expression(part, found));
        }
        ExpressionKind::For(comprehension) => {
            expression(&comprehension.collection, found);
            expression(&comprehension.result, found);
        }
        _ => {}
    }
}

/// Every block of the root in a file of its own, by the number that its place gives it.
pub fn scattered(files: &Configuration, number: &dyn Fn(usize) -> usize) -> Configuration {
    let (mut blocks, mut rest) = (Vec::new(), Vec::new());
    for (file, text) in files {
        if !file.ends_with(".tf") || file.contains('/') {
            rest.push((file.clone(), text.clone()));
            continue;
        }
        let parsed = Files::default().add(Path::new(file), text.as_bytes().to_vec());
        let outline = syntax::outline(&parsed);
        if outline.incomplete || text.contains("alinet:ignore") {
            rest.push((file.clone(), text.clone()));
            continue;
        }
        for item in &outline.items {
            if let Item::Block(stub) = item {
                blocks.push(format!("{}\n", parsed.slice(stub.span)));
            }
        }
    }
    let split = blocks.into_iter().enumerate().map(|(at, text)| (format!("b{:04}.tf", number(at)), text));
    rest.into_iter().chain(split).collect()
}
