//! Parses, runs, exits: everything else is in the library.

use std::process::ExitCode;

fn main() -> ExitCode {
    ExitCode::from(ddd_forge::cli::main(std::env::args_os()))
}
