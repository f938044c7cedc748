//! The command line, and the only glue: arguments → request → plan → apply → report.

mod change;
mod check;
mod completions;
mod doctor;
mod fields;
mod flows;
mod graph;
mod list;
mod new;
mod status;
mod undo;

use std::ffi::OsString;
use std::path::PathBuf;

use clap::{CommandFactory, Parser, Subcommand};

use crate::commands;
use crate::error::{Error, Kind, Result};
use crate::project;
use crate::shell::shell_line;
use crate::ui::{Color, Ui, visible};

/// Creates FastAPI services laid out by Domain-Driven Design
#[derive(Debug, Parser)]
#[command(name = "ddd-forge", version, max_term_width = 100, after_help = EXIT_CODES)]
struct Cli {
    #[command(flatten)]
    global: Global,
    #[command(subcommand)]
    command: Command,
}

const EXIT_CODES: &str = "\
Exit codes:
  0    done, or nothing to do
  1    input or output failed
  2    the command line is wrong
  3    `check` found a defect, `doctor` something missing, `status --exit-code` a change
  4    not applied, nothing written: a conflict, a lock, a changed file, a target that is not empty
  130  interrupted";

#[derive(Debug, Subcommand)]
enum Command {
    New(commands::new::Args),
    AddDomain(commands::add_domain::Args),
    AddField(commands::add_field::Args),
    DropField(commands::drop_field::Args),
    RemoveDomain(commands::remove_domain::Args),
    AddFlow(commands::add_flow::Args),
    RemoveFlow(commands::remove_flow::Args),
    List(commands::list::Args),
    Graph(commands::graph::Args),
    Undo(commands::undo::Args),
    Status(commands::status::Args),
    Check(commands::check::Args),
    /// Look for what this machine, and the project around, lack
    ///
    /// Asks programs for their versions and ports for a listener, one of which may be the database that
    /// `.env` names. Changes nothing. Exits with 3 when something is missing that a project needs.
    Doctor,
    Completions(commands::completions::Args),
    /// Print what can stand at the cursor, for the scripts
    #[command(name = "__complete", hide = true)]
    Complete(commands::completions::Question),
}

#[derive(Debug, clap::Args)]
#[command(next_help_heading = "Global options")]
struct Global {
    /// Project to work on [default: the one around the current directory]
    #[arg(long, global = true, value_name = "DIR")]
    project: Option<PathBuf>,

    /// Show what would be done, and do nothing
    #[arg(long, global = true)]
    dry_run: bool,

    /// Print the change as a patch on stdout
    #[arg(long, global = true, conflicts_with = "json")]
    diff: bool,

    /// Print one JSON object on stdout instead of text
    #[arg(long, global = true)]
    json: bool,

    /// Ask nothing
    #[arg(long, short, global = true)]
    yes: bool,

    /// Go on where it is unusual; files of yours go only where a command that removes says so
    #[arg(long, global = true)]
    force: bool,

    /// Print only errors
    #[arg(long, short, global = true, conflicts_with = "verbose")]
    quiet: bool,

    /// Print also what stays as it is
    #[arg(long, short, global = true)]
    verbose: bool,

    /// When to colour
    #[arg(long, global = true, value_enum, default_value_t, value_name = "WHEN")]
    color: Color,

    /// The command line, as a shell takes it.
    #[arg(skip)]
    line: String,
}

impl Global {
    /// Returns the root of the project that is named, or else of the one around the current directory.
    fn root(&self) -> Result<Option<PathBuf>> {
        let start = match &self.project {
            Some(directory) => return Ok(Some(directory.clone())),
            None => std::env::current_dir(),
        };
        let start =
            start.map_err(|error| Error::failed("there is no current directory").because(error))?;
        Ok(project::root_around(&start))
    }

    fn ui(&self) -> Ui {
        Ui { quiet: self.quiet, verbose: self.verbose, json: self.json, color: self.color }
    }
}

/// Runs the command line `args`, program name first, and returns the exit code.
pub fn main(args: impl IntoIterator<Item = OsString>) -> u8 {
    let args: Vec<OsString> = args.into_iter().collect();
    if asks_version(&args) {
        return print(VERSION, Ui::default());
    }
    let mut cli = match Cli::try_parse_from(&args) {
        Ok(cli) => cli,
        Err(error) => return refuse(&args, &error),
    };
    cli.global.line = line(&args);
    let ui = cli.global.ui();
    ui.set_colors();
    let (name, done) = match cli.command {
        Command::New(args) => ("new", new::run(args, &cli.global, ui)),
        Command::AddDomain(args) => ("add-domain", add_domain(&args, &cli.global, ui)),
        Command::AddField(args) => ("add-field", fields::add(&args, &cli.global, ui)),
        Command::DropField(args) => ("drop-field", fields::drop(&args, &cli.global, ui)),
        Command::RemoveDomain(args) => ("remove-domain", remove_domain(&args, &cli.global, ui)),
        Command::AddFlow(args) => ("add-flow", flows::add(&args, &cli.global, ui)),
        Command::RemoveFlow(args) => ("remove-flow", flows::remove(&args, &cli.global, ui)),
        Command::List(args) => ("list", list::run(&args, &cli.global, ui)),
        Command::Graph(args) => ("graph", graph::run(&args, &cli.global, ui)),
        Command::Status(args) => ("status", status::run(&args, &cli.global, ui)),
        Command::Check(args) => ("check", check::run(&args, &cli.global, ui)),
        Command::Undo(args) => ("undo", undo::run(&args, &cli.global, ui)),
        Command::Doctor => ("doctor", doctor::run(&cli.global, ui)),
        Command::Completions(args) => {
            ("completions", ui.data(commands::completions::script(&args)).map(|()| 0))
        }
        Command::Complete(question) => return completions::run(&question, Cli::command(), ui),
    };
    done.unwrap_or_else(|error| {
        ui.error(name, &error);
        error.kind.exit_code()
    })
}

/// Returns the command line as its user would type it, wherever the program stands.
fn line(args: &[OsString]) -> String {
    let words = args.iter().skip(1).map(|arg| arg.to_string_lossy().into_owned());
    let words: Vec<_> = std::iter::once("ddd-forge".to_owned()).chain(words).collect();
    shell_line(&words)
}

fn add_domain(args: &commands::add_domain::Args, global: &Global, ui: Ui) -> Result<u8> {
    // What the command line alone makes wrong is said before the disk is looked at.
    let request = args.request()?;
    change::run("add-domain", global, ui, |manifest, draft| {
        commands::add_domain::plan(manifest, &request, draft)
    })
}

fn remove_domain(args: &commands::remove_domain::Args, global: &Global, ui: Ui) -> Result<u8> {
    change::run("remove-domain", global, ui, |manifest, draft| {
        commands::remove_domain::plan(manifest, args, global.force, draft)
    })
}

/// What `--version` prints.
const VERSION: &str = concat!(env!("CARGO_PKG_NAME"), " ", env!("CARGO_PKG_VERSION"), "\n");

/// Tells whether only the version is asked for, which needs no parser of every verb.
fn asks_version(args: &[OsString]) -> bool {
    matches!(args, [_, flag] if flag == "--version" || flag == "-V")
}

/// Prints data and returns the exit code.
fn print(text: &str, ui: Ui) -> u8 {
    ui.data(text).map_or(Kind::Failed.exit_code(), |()| 0)
}

/// Prints what the parser said: help and version are data, all else is an error.
fn refuse(args: &[OsString], error: &clap::Error) -> u8 {
    let text = visible(&error.render().to_string());
    let ui = Ui { json: args.iter().any(|arg| arg == "--json"), ..Ui::default() };
    if !error.use_stderr() {
        return print(&text, ui);
    }
    match ui.json {
        true => ui.error("", &Error::usage(text.trim_start_matches("error: ").trim_end())),
        false => ui.say(&text),
    }
    Kind::Usage.exit_code()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_version_without_the_parser_is_what_the_parser_prints() {
        for flag in ["--version", "-V"] {
            let args = ["ddd-forge", flag].map(OsString::from);
            assert!(asks_version(&args));
            let parsed = Cli::try_parse_from(&args).err().map(|error| error.render().to_string());
            assert_eq!(parsed.as_deref(), Some(VERSION));
        }
        assert!(!asks_version(&["ddd-forge", "new", "-V"].map(OsString::from)));
    }
}
