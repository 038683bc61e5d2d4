//! The values that a root module is given from outside, in Terraform's order of precedence: environment,
//! `terraform.tfvars`, `terraform.tfvars.json`, `*.auto.tfvars[.json]` by name, then `-var-file` and `-var` as given.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::{Module, Repository};
use crate::diagnostic::{EVALUATION_ERROR, Finding, Severity};
use crate::source::{File, Span};
use crate::syntax::{self, Expression, Item};

/// One `--var` or `--var-file`, or one variable of the environment.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Input {
    Environment { name: String, text: String },
    File(PathBuf),
    Value { name: String, text: String },
}

#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Origin {
    Environment,
    File,
    CommandLine,
}

/// What one variable is given.
#[derive(Clone, Debug)]
pub enum Given {
    Expression {
        value: Expression,
        origin: Origin,
    },
    /// Text whose reading depends on the type of the variable.
    Text {
        file: Arc<File>,
        origin: Origin,
    },
}

#[derive(Clone, Debug, Default)]
pub struct Inputs {
    pub values: BTreeMap<Arc<str>, Given>,
    pub findings: Vec<Finding>,
    /// A file of values that could not be read in full: a variable may have a value that is not known here.
    pub incomplete: bool,
}

pub fn inputs(repository: &Repository<'_>, module: &Module, given: &[Input]) -> Inputs {
    let mut inputs = Inputs::default();
    let names = repository.names(&module.directory);
    let has = |name: &str| names.iter().any(|other| other == name);
    for input in given {
        if let Input::Environment { name, text } = input {
            inputs.text(repository, name, text, Origin::Environment);
        }
    }
    for name in ["terraform.tfvars", "terraform.tfvars.json"] {
        if has(name) {
            inputs.file(repository, &module.directory.join(name));
        }
    }
    let mut auto: Vec<&String> = names
        .iter()
        .filter(|name| {
            (name.ends_with(".auto.tfvars") || name.ends_with(".auto.tfvars.json")) && !name.starts_with('.')
        })
        .collect();
    auto.sort();
    for name in auto {
        inputs.file(repository, &module.directory.join(name));
    }
    for input in given {
        match input {
            Input::Environment { .. } => {}
            Input::File(path) => inputs.file(repository, path),
            Input::Value { name, text } => inputs.text(repository, name, text, Origin::CommandLine),
        }
    }
    inputs
}

impl Inputs {
    fn text(&mut self, repository: &Repository<'_>, name: &str, text: &str, origin: Origin) {
        // A path that no disk has: nothing there is ever shown as a place.
        let label = if origin == Origin::Environment { "environment" } else { "command line" };
        let path = PathBuf::from(format!("<{label}>/{name}/{text}"));
        let file = repository.files.add(&path, text.as_bytes().to_vec());
        self.values.insert(name.into(), Given::Text { file, origin });
    }

    fn file(&mut self, repository: &Repository<'_>, path: &Path) {
        let outline = match repository.outline(path) {
            Ok(outline) => outline,
            Err(_) => {
                let file = repository.files.add(path, Vec::new());
                self.incomplete = true;
                self.findings.push(
                    Finding::new(EVALUATION_ERROR, Severity::Error, "this file of variable values cannot be read")
                        .at(Span::new(file.id, 0, 0)),
                );
                return;
            }
        };
        self.incomplete |= outline.incomplete;
        for item in &outline.items {
            match item {
                Item::Attribute(attribute) => {
                    let value = attribute.value.clone();
                    self.values.insert(attribute.name.text.clone(), Given::Expression { value, origin: Origin::File });
                }
                Item::Block(stub) => self.findings.push(
                    Finding::new(
                        EVALUATION_ERROR,
                        Severity::Error,
                        format!("block `{}` in a file of variable values", stub.kind.text),
                    )
                    .at(stub.header)
                    .help("only `name = value` lines belong here"),
                ),
            }
        }
    }
}

/// Text as an expression, for variables whose type is not a primitive.
pub fn parse(file: &Arc<File>) -> Result<Expression, Box<Finding>> {
    syntax::expression(file, Span::new(file.id, 0, file.text.len()))
}

impl Origin {
    pub fn name(&self) -> &'static str {
        match self {
            Origin::Environment => "environment",
            Origin::File => "file of values",
            Origin::CommandLine => "command line",
        }
    }
}
