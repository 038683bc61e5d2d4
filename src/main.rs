//! The `alinet` command.

use std::process::ExitCode;

fn main() -> ExitCode {
    alinet::cli::main()
}
