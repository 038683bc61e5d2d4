//! The flags of every command.

use std::path::PathBuf;

use clap::{ArgAction, Args, Parser, Subcommand, ValueEnum};

use crate::module::Input;

/// Finds out, before anything is applied, where traffic will not flow in an Alibaba Cloud network made by Terraform.
#[derive(Debug, Parser)]
#[command(name = "alinet", version, max_term_width = 100)]
pub struct Arguments {
    #[command(subcommand)]
    pub command: Command,
}

#[derive(Debug, Subcommand)]
pub enum Command {
    /// Lints every root module under the paths
    Check(Check),
    /// Evaluates one Terraform expression in a root module
    Eval(Eval),
}

#[derive(Debug, Args)]
pub struct Check {
    /// Directories or files [default: .]
    pub paths: Vec<PathBuf>,
    #[command(flatten)]
    pub variables: Variables,
    /// How the findings are written
    #[arg(long, value_enum, default_value_t = Format::Human)]
    pub format: Format,
    /// The severity from which on the exit status is 1
    #[arg(long, value_enum, default_value_t = FailOn::Warning, value_name = "SEVERITY")]
    pub fail_on: FailOn,
    /// Also parse and evaluate what no rule needs
    #[arg(long)]
    pub all_blocks: bool,
    /// When to use colors
    #[arg(long, value_enum, default_value_t = Color::Auto, value_name = "WHEN")]
    pub color: Color,
}

#[derive(Debug, Args)]
pub struct Eval {
    /// The expression, such as 'cidrsubnet(var.cidr, 8, 1)'
    #[arg(allow_hyphen_values = true)]
    pub expression: String,
    /// The root module [default: .]
    pub path: Option<PathBuf>,
    /// The module instance to evaluate in, such as 'module.net["hub"]'
    #[arg(long, value_name = "MODULE_ADDRESS")]
    pub at: Option<String>,
    #[command(flatten)]
    pub variables: Variables,
    /// How the value is written
    #[arg(long, value_enum, default_value_t = EvalFormat::Human)]
    pub format: EvalFormat,
}

/// `--var` and `--var-file`, whose order counts.
#[derive(Debug, Args)]
pub struct Variables {
    /// Sets an input variable; may repeat
    #[arg(long, value_name = "NAME=VALUE", action = ArgAction::Append, allow_hyphen_values = true)]
    var: Vec<String>,
    /// Reads input variables from a file; may repeat
    #[arg(long, value_name = "FILE", action = ArgAction::Append)]
    var_file: Vec<PathBuf>,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug, ValueEnum)]
pub enum Format {
    Human,
    Json,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug, ValueEnum)]
pub enum EvalFormat {
    Human,
    Json,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug, ValueEnum)]
pub enum FailOn {
    Error,
    Warning,
    Note,
    Never,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug, ValueEnum)]
pub enum Color {
    Auto,
    Always,
    Never,
}

impl Variables {
    /// The inputs in the order of the command line, which clap keeps for each flag alone.
    pub fn inputs(&self) -> Result<Vec<Input>, String> {
        let mut values = self.var.iter();
        let mut files = self.var_file.iter();
        let mut inputs = Vec::new();
        for argument in std::env::args_os().skip(1) {
            let argument = argument.to_string_lossy();
            let named = |flag: &str| argument == flag || argument.starts_with(&format!("{flag}="));
            if named("--var-file") {
                inputs.extend(files.next().map(|path| Input::File(path.clone())));
            } else if named("--var") {
                inputs.extend(values.next().map(|text| Self::value(text)).transpose()?);
            }
        }
        // Whatever the words of the command line did not show, in the order of the flags.
        inputs.extend(files.map(|path| Input::File(path.clone())));
        for text in values {
            inputs.push(Self::value(text)?);
        }
        Ok(inputs)
    }

    fn value(text: &str) -> Result<Input, String> {
        match text.split_once('=') {
            Some((name, text)) if !name.is_empty() => {
                Ok(Input::Value { name: name.trim().to_owned(), text: text.to_owned() })
            }
            _ => Err(format!("--var {text}: write NAME=VALUE")),
        }
    }
}
