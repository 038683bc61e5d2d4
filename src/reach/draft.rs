//! What is to be added, as it will be written: blocks of Terraform under names that are still free.

use std::fmt::Write as _;

use crate::network::{Network, Thing};
use crate::source::Key;

/// One thing to do: a block to add, or, as a comment, what is to change in one that is there.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Mend {
    pub hcl: String,
    /// Another way to the same end, where there is one.
    pub instead: Option<String>,
}

/// What is to be added so far.
#[derive(Clone, Default)]
pub(super) struct Draft {
    blocks: Vec<Block>,
}

#[derive(Clone)]
struct Block {
    kind: &'static str,
    /// Its name; the address of what is there already.
    name: String,
    is: Is,
    arguments: Vec<Argument>,
    instead: Option<String>,
}

#[derive(Clone, Copy, PartialEq)]
enum Is {
    Resource,
    Data,
    Change,
}

pub(super) type Argument = (&'static str, String);

impl Draft {
    pub fn len(&self) -> usize {
        self.blocks.len()
    }

    pub fn mends(&self) -> Vec<Mend> {
        self.blocks.iter().map(|block| Mend { hcl: block.hcl(), instead: block.instead.clone() }).collect()
    }

    /// Adds a resource with the provider of something like it; what is added already stays as it is. The name that it has.
    pub fn add(
        &mut self,
        network: &Network,
        (kind, name): (&'static str, &str),
        like: Option<&Thing>,
        arguments: Vec<Argument>,
    ) -> String {
        let like = like.filter(|thing| !thing.provider.alias.is_empty());
        let provider = like.map(|thing| ("provider", format!("{}.{}", thing.provider.name, thing.provider.alias)));
        let arguments: Vec<Argument> = provider.into_iter().chain(arguments).collect();
        if let Some(same) = self.blocks.iter().find(|block| block.kind == kind && block.arguments == arguments) {
            return same.name.clone();
        }
        let there = |name: &str| {
            let things = network.things.iter().map(|thing| &thing.address);
            let drafted = self.blocks.iter().any(|block| block.kind == kind && block.name == name);
            drafted || things.into_iter().any(|address| &*address.kind == kind && &*address.name == name)
        };
        let names = std::iter::once(name.to_owned()).chain((2..).map(|at| format!("{name}_{at}")));
        let name = names.into_iter().find(|name| !there(name)).unwrap_or_default();
        self.blocks.push(Block { kind, name: name.clone(), is: Is::Resource, arguments, instead: None });
        name
    }

    /// Adds a data source, once.
    pub fn look_up(&mut self, kind: &'static str, name: String, arguments: Vec<Argument>) {
        if self.blocks.iter().all(|block| block.kind != kind || block.arguments != arguments) {
            self.blocks.push(Block { kind, name, is: Is::Data, arguments, instead: None });
        }
    }

    /// Says what is to be other in something that is there.
    pub fn change(&mut self, thing: &Thing, arguments: Vec<Argument>) {
        let name = thing.name();
        if self.blocks.iter().all(|block| block.is != Is::Change || block.name != name) {
            self.blocks.push(Block { kind: "", name, is: Is::Change, arguments, instead: None });
        }
    }

    /// Another way to what the block of this name is for.
    pub fn or(&mut self, kind: &str, name: &str, instead: String) {
        let block = self.blocks.iter_mut().find(|block| block.kind == kind && block.name == name);
        if let Some(block) = block {
            block.instead = Some(instead);
        }
    }
}

impl Block {
    fn hcl(&self) -> String {
        let width = self.arguments.iter().map(|(name, _)| name.len()).max().unwrap_or(0);
        let (start, indent, end) = match self.is {
            Is::Resource => (format!("resource \"{}\" \"{}\" {{", self.kind, self.name), "  ", "}\n"),
            Is::Data => (format!("data \"{}\" \"{}\" {{", self.kind, self.name), "  ", "}\n"),
            Is::Change => (format!("# in {} write", self.name), "#   ", ""),
        };
        let mut text = format!("{start}\n");
        for (name, value) in &self.arguments {
            let _ = writeln!(text, "{indent}{name:width$} = {value}");
        }
        text + end
    }
}

/// A name that says which thing it is about: that of its resource, or of the module around it.
pub(super) fn named(thing: &Thing) -> String {
    let name = match (&*thing.address.name, thing.address.module.0.last()) {
        ("this" | "main" | "vpc" | "default", Some(step)) => &step.name,
        (_, _) => &thing.address.name,
    };
    let key = match &thing.address.key {
        Key::Name(key) => format!("_{key}"),
        Key::Index(index) => format!("_{index}"),
        _ => String::new(),
    };
    format!("{name}{key}").chars().map(|c| if c.is_alphanumeric() || c == '_' { c } else { '_' }).collect()
}
