//! Files, flags, exit status: the only floor that touches the file system, the environment and the terminal.

mod arguments;
mod changes;
mod check;
mod disk;
mod eval;
mod graph;
mod origin;
mod progress;
mod reach;
mod root;
mod rules;
mod settings;

use std::io::Write;
use std::path::PathBuf;
use std::process::ExitCode;

use clap::{CommandFactory, FromArgMatches};

use crate::eval::Surroundings;
use crate::module::Input;
use crate::source::normalize;

pub use disk::Disk;

/// How much stack a thread gets that evaluates: values may refer to each other thousands of steps deep. Memory is only
/// taken as it is used.
const STACK: usize = 512 << 20;

/// Something that keeps the job from being done: exit status 2.
#[derive(Debug)]
struct Failure(String);

impl<T: std::fmt::Display> From<T> for Failure {
    fn from(why: T) -> Self {
        Failure(why.to_string())
    }
}

pub fn main() -> ExitCode {
    let parsed = arguments::Arguments::command()
        .try_get_matches()
        .and_then(|matches| Ok((arguments::Arguments::from_arg_matches(&matches)?, matches)));
    let (arguments, matches) = match parsed {
        Ok(parsed) => parsed,
        Err(error) => {
            let _ = error.print();
            return ExitCode::from(if error.use_stderr() { 2 } else { 0 });
        }
    };
    let Some((_, matches)) = matches.subcommand() else { return ExitCode::from(2) };
    let outcome = match arguments.command {
        arguments::Command::Check(check) => check::run(&check, matches),
        arguments::Command::Completions(completions) => complete(&completions),
        arguments::Command::Eval(eval) => eval::run(&eval, matches),
        arguments::Command::Explain(explain) => rules::explain(&explain),
        arguments::Command::Graph(graph) => graph::run(&graph, matches),
        arguments::Command::Init => settings::init(),
        arguments::Command::Man => man(),
        arguments::Command::Reach(reach) => reach::run(&reach, matches),
        arguments::Command::Rules(list) => rules::list(&list),
    };
    match outcome {
        Ok(status) => ExitCode::from(status),
        Err(Failure(why)) => {
            let _ = writeln!(std::io::stderr(), "alinet: {why}");
            ExitCode::from(2)
        }
    }
}

fn complete(completions: &arguments::Completions) -> Result<u8, Failure> {
    let mut script = Vec::new();
    clap_complete::generate(completions.shell, &mut arguments::Arguments::command(), "alinet", &mut script);
    print(&String::from_utf8_lossy(&script))?;
    Ok(0)
}

fn man() -> Result<u8, Failure> {
    let mut page = Vec::new();
    clap_mangen::Man::new(arguments::Arguments::command()).render(&mut page)?;
    print(&String::from_utf8_lossy(&page))?;
    Ok(0)
}

/// Writes to standard output; a reader that has gone away is not an error.
fn print(text: &str) -> Result<(), Failure> {
    let mut out = std::io::stdout().lock();
    match out.write_all(text.as_bytes()).and_then(|()| out.flush()) {
        Err(error) if error.kind() != std::io::ErrorKind::BrokenPipe => {
            Err(Failure(format!("cannot write to standard output: {error}")))
        }
        _ => Ok(()),
    }
}

/// Runs a job on threads whose stacks hold deep evaluation.
fn with_threads<T: Send>(job: impl FnOnce() -> T + Send) -> Result<T, Failure> {
    let pool = rayon::ThreadPoolBuilder::new().stack_size(STACK).build()?;
    Ok(pool.install(job))
}

fn working_directory() -> Result<PathBuf, Failure> {
    std::env::current_dir().map_err(|error| Failure(format!("there is no working directory: {error}")))
}

/// Reads what a run may hang on beside the files.
fn surroundings(inputs: &[Input], workspace: Option<String>) -> Result<Surroundings, Failure> {
    let working_directory = working_directory()?;
    let mut all = Vec::new();
    let mut environment: Vec<(String, String)> = std::env::vars_os()
        .filter_map(|(name, text)| Some((name.into_string().ok()?, text.to_string_lossy().into_owned())))
        .filter_map(|(name, text)| Some((name.strip_prefix("TF_VAR_")?.to_owned(), text)))
        .collect();
    environment.sort();
    all.extend(environment.into_iter().map(|(name, text)| Input::Environment { name, text }));
    for input in inputs {
        all.push(match input {
            Input::File(path) => {
                let path = normalize(&working_directory.join(path));
                if !path.is_file() {
                    return Err(Failure(format!("--var-file {}: there is no such file", path.display())));
                }
                Input::File(path)
            }
            other => other.clone(),
        });
    }
    Ok(Surroundings { inputs: all, workspace, working_directory, ..Surroundings::default() })
}

/// The workspace that Terraform would use in a directory, as far as it is written somewhere.
fn workspace(root: &std::path::Path) -> Option<String> {
    let named = std::env::var("TF_WORKSPACE").ok().filter(|name| !name.is_empty());
    named.or_else(|| {
        let text = std::fs::read_to_string(root.join(".terraform/environment")).ok()?;
        let text = text.trim();
        (!text.is_empty()).then(|| text.to_owned())
    })
}

/// The nearest directory above (or at) a path that holds `.git`.
fn repository_top(path: &std::path::Path) -> Option<PathBuf> {
    path.ancestors().find(|directory| directory.join(".git").exists()).map(PathBuf::from)
}
