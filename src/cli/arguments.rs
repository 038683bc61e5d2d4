//! The flags of every command.

use std::ffi::OsString;
use std::path::PathBuf;

use clap::{ArgAction, ArgMatches, Args, Parser, Subcommand, ValueEnum};

use crate::module::Input;
use crate::suppress::Date;

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
    /// Prints a script that completes the command in a shell
    Completions(Completions),
    /// Evaluates one Terraform expression in a root module
    Eval(Eval),
    /// Prints the page of a rule
    Explain(Explain),
    /// Draws the topology of a root module
    Graph(Graph),
    /// Writes a commented alinet.toml into the working directory
    Init,
    /// Prints the man page
    Man,
    /// Answers whether traffic gets from one VPC or vSwitch to another, and back
    Reach(Reach),
    /// Lists the rules
    Rules(Rules),
}

#[derive(Debug, Args)]
pub struct Check {
    /// Directories or files [default: .]
    pub paths: Vec<PathBuf>,
    #[command(flatten)]
    pub variables: Variables,
    /// How the findings are written; may repeat, each for the `--output` after it [default: human]
    #[arg(long, value_enum, action = ArgAction::Append)]
    pub format: Vec<Format>,
    /// Writes to a file, in the format before it; may repeat
    #[arg(long, value_name = "FILE", action = ArgAction::Append)]
    pub output: Vec<PathBuf>,
    /// Only these rules or categories; may repeat
    #[arg(long, value_name = "RULE|CATEGORY", action = ArgAction::Append, value_delimiter = ',')]
    pub select: Vec<String>,
    /// Not these rules or categories; may repeat
    #[arg(long, value_name = "RULE|CATEGORY", action = ArgAction::Append, value_delimiter = ',')]
    pub ignore: Vec<String>,
    /// Reports what could not be decided as a note
    #[arg(long)]
    pub strict: bool,
    /// Reports what comments ignore, too
    #[arg(long)]
    pub no_ignores: bool,
    /// The day against which ignores expire [default: today, in UTC]
    #[arg(long, value_name = "DATE", value_parser = date)]
    pub today: Option<Date>,
    /// Prints what applies to each root, and from where, instead of linting
    #[arg(long)]
    pub show_config: bool,
    /// Reports only findings that are not recorded in this file
    #[arg(long, value_name = "FILE")]
    pub baseline: Option<PathBuf>,
    /// Records all findings in a file
    #[arg(long, value_name = "FILE")]
    pub write_baseline: Option<PathBuf>,
    /// Reports only findings in lines that have changed since a git revision; runs git
    #[arg(long, value_name = "REV")]
    pub since: Option<String>,
    /// Lints one part of the roots, such as 2/5
    #[arg(long, value_name = "I/N", value_parser = shard)]
    pub shard: Option<(usize, usize)>,
    /// The severity from which on the exit status is 1
    #[arg(long, value_enum, default_value_t = FailOn::Warning, value_name = "SEVERITY")]
    pub fail_on: FailOn,
    /// Also parse and evaluate what no rule needs
    #[arg(long)]
    pub all_blocks: bool,
    /// Keeps suppressed findings in SARIF, marked as such
    #[arg(long)]
    pub sarif_include_suppressed: bool,
    /// Also says how often each rule spoke
    #[arg(long)]
    pub statistics: bool,
    /// When to use colors
    #[arg(long, value_enum, default_value_t = Color::Auto, value_name = "WHEN")]
    pub color: Color,
    /// Only the findings, without the last lines
    #[arg(short, long, conflicts_with = "verbose")]
    pub quiet: bool,
    /// Also lists what could not be decided, and why
    #[arg(short, long)]
    pub verbose: bool,
}

#[derive(Debug, Args)]
pub struct Graph {
    /// The root module [default: .]
    pub path: Option<PathBuf>,
    #[command(flatten)]
    pub variables: Variables,
    /// How the picture is written
    #[arg(long, value_enum, default_value_t = GraphFormat::Svg)]
    pub format: GraphFormat,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Proto {
    Tcp,
    Udp,
    Icmp,
    All,
}

#[derive(Debug, Args)]
pub struct Reach {
    /// The root module [default: .]
    pub path: Option<PathBuf>,
    /// Where packets start: the address of a VPC or vSwitch, of something in a vSwitch, or a cloud id that the files use
    #[arg(long, value_name = "ADDR")]
    pub from: Option<String>,
    /// Where they shall arrive; without it, the matrix of all VPCs is shown
    #[arg(long, value_name = "ADDR", requires = "from")]
    pub to: Option<String>,
    /// Only destinations inside this block; ::/0 asks for IPv6
    #[arg(long, value_name = "CIDR", requires = "to")]
    pub cidr: Option<ipnet::IpNet>,
    /// Follow packets of this protocol, and ask security groups, network ACLs and whitelists as well as routes
    #[arg(long, value_enum, requires = "to")]
    pub proto: Option<Proto>,
    /// The port that they ask for, of tcp and udp
    #[arg(long, value_name = "N", requires = "proto", value_parser = clap::value_parser!(u16).range(1..))]
    pub port: Option<u16>,
    #[command(flatten)]
    pub variables: Variables,
    /// How the answer is written
    #[arg(long, value_enum, default_value_t = EvalFormat::Human)]
    pub format: EvalFormat,
}

#[derive(Debug, Args)]
pub struct Rules {
    /// How the list is written
    #[arg(long, value_enum, default_value_t = EvalFormat::Human)]
    pub format: EvalFormat,
}

#[derive(Debug, Args)]
pub struct Explain {
    /// The id of a rule, such as vswitch-overlap
    pub rule: String,
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

#[derive(Debug, Args)]
pub struct Completions {
    /// The shell
    #[arg(value_enum)]
    pub shell: clap_complete::Shell,
}

/// `--var` and `--var-file`, whose order counts, and where settings are read from.
#[derive(Debug, Args)]
pub struct Variables {
    /// Sets an input variable; may repeat
    #[arg(long, value_name = "NAME=VALUE", action = ArgAction::Append, allow_hyphen_values = true)]
    var: Vec<String>,
    /// Reads input variables from a file; may repeat
    #[arg(long, value_name = "FILE", action = ArgAction::Append)]
    var_file: Vec<PathBuf>,
    /// Reads settings from this file, not from the alinet.toml above each root
    #[arg(long, value_name = "FILE")]
    pub config: Option<PathBuf>,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug, ValueEnum)]
pub enum Format {
    Human,
    Concise,
    Json,
    Sarif,
    Github,
    Gitlab,
    Junit,
    Markdown,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug, ValueEnum)]
pub enum EvalFormat {
    Human,
    Json,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug, ValueEnum)]
pub enum GraphFormat {
    Svg,
    Mermaid,
    Dot,
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
    /// The inputs in the order of the command line.
    pub fn inputs(matches: &ArgMatches) -> Result<Vec<Input>, String> {
        let mut inputs = Vec::new();
        for (flag, text) in in_order(matches, &["var", "var_file"]) {
            inputs.push(match flag {
                "var_file" => Input::File(text.into()),
                _ => Self::value(&text.to_string_lossy())?,
            });
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

fn shard(text: &str) -> Result<(usize, usize), String> {
    let parts = text.split_once('/').and_then(|(number, of)| Some((number.parse().ok()?, of.parse().ok()?)));
    parts
        .filter(|(number, of)| (1..=*of).contains(number))
        .ok_or_else(|| "write which of how many, as in 2/5".to_owned())
}

fn date(text: &str) -> Result<Date, String> {
    Date::parse(text).ok_or_else(|| "write a date as in 2027-01-31".to_owned())
}

/// The values of several flags in the order in which they were given.
pub fn in_order(matches: &ArgMatches, flags: &[&'static str]) -> Vec<(&'static str, OsString)> {
    let mut found = Vec::new();
    for &flag in flags {
        let (Some(at), Ok(Some(values))) = (matches.indices_of(flag), matches.try_get_raw(flag)) else { continue };
        found.extend(at.zip(values).map(|(at, value)| (at, flag, value.to_owned())));
    }
    found.sort_by_key(|(at, ..)| *at);
    found.into_iter().map(|(_, flag, value)| (flag, value)).collect()
}
