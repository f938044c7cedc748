//! The command line, and the only glue: arguments → request → plan → apply → report.

use std::ffi::OsString;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::time::Instant;

use clap::{Parser, Subcommand};

use crate::apply::{self, Interrupt};
use crate::ask::Ask;
use crate::commands::new::{self, Git, Surroundings};
use crate::error::{Error, Kind, Result};
use crate::plan::{ChangeSet, Draft, unified};
use crate::process;
use crate::shell::shell_line;
use crate::tree::{DiskTree, MemoryTree, Tree};
use crate::ui::{Color, Report, Terminal, Ui, visible};

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
  4    not applied, nothing written: a conflict, a lock, a target that is not empty
  130  interrupted";

#[derive(Debug, Subcommand)]
enum Command {
    New(new::Args),
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

    /// Go on where it is safe but unusual; never overwrites a file
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
}

impl Global {
    fn ui(&self) -> Ui {
        Ui { quiet: self.quiet, verbose: self.verbose, json: self.json, color: self.color }
    }
}

/// Runs the command line `args`, program name first, and returns the exit code.
pub fn main(args: impl IntoIterator<Item = OsString>) -> u8 {
    let args: Vec<OsString> = args.into_iter().collect();
    let cli = match Cli::try_parse_from(&args) {
        Ok(cli) => cli,
        Err(error) => return refuse(&args, &error),
    };
    let ui = cli.global.ui();
    ui.set_colors();
    let Command::New(args) = cli.command;
    match new(args, &cli.global, ui) {
        Ok(()) => 0,
        Err(error) => {
            ui.error("new", &error);
            error.kind.exit_code()
        }
    }
}

/// Prints what the parser said: help and version are data, all else is an error.
fn refuse(args: &[OsString], error: &clap::Error) -> u8 {
    let text = visible(&error.render().to_string());
    let ui = Ui { json: args.iter().any(|arg| arg == "--json"), ..Ui::default() };
    if !error.use_stderr() {
        return ui.data(&text).map_or(Kind::Failed.exit_code(), |()| 0);
    }
    match ui.json {
        true => ui.error("", &Error::usage(text.trim_start_matches("error: ").trim_end())),
        false => ui.say(&text),
    }
    Kind::Usage.exit_code()
}

fn new(mut args: new::Args, global: &Global, ui: Ui) -> Result<()> {
    if global.project.is_some() {
        let error = Error::usage("`--project` is for commands on a project that exists");
        return Err(error.hint("ddd-forge new NAME PATH"));
    }
    // The name is checked before the disk is looked at, or a question asked.
    crate::model::ProjectName::parse(&args.name)?;
    let target = args.target();
    let resumes = !global.dry_run && recover(&target, ui)?;
    let exists = check_target(&target, global.force || resumes)?;
    let surroundings = surroundings(&target, args.no_git);
    if ui.can_ask() && !global.yes && !global.dry_run {
        ask(&mut args, &surroundings, ui)?;
    }
    let request = args.request(surroundings)?;
    let started = Instant::now();
    let interrupt = Interrupt::install()?;
    let (disk, nothing) = (DiskTree::new(&target), MemoryTree::default());
    let mut draft = Draft::new(if exists { &disk as &dyn Tree } else { &nothing });
    new::plan(&request, &mut draft)?;
    let mut set = draft.finish()?;
    if !global.dry_run {
        match exists {
            true => apply::update(&set, &target, &interrupt)?,
            false => apply::create(&set, &target, &interrupt)?,
        }
    }
    ui.changes(&set, global.dry_run);
    let warnings = match global.dry_run {
        true => Vec::new(),
        false => run_steps(&mut set, &target, ui, &interrupt),
    };
    report(&set, warnings, global, ui, started)
}

/// Puts right what a killed run left in `target`, and tells whether there was any: files that stand
/// there because of it are no reason to refuse the same command.
fn recover(target: &Path, ui: Ui) -> Result<bool> {
    if !target.is_dir() {
        return Ok(false);
    }
    let recovered = apply::recover(target)?;
    recovered.iter().for_each(|recovered| ui.warn(&recovered.to_string()));
    Ok(recovered.is_some())
}

/// Asks for what was not given, shows what it comes to, and asks whether to go on.
fn ask(args: &mut new::Args, surroundings: &Surroundings, ui: Ui) -> Result<()> {
    let mut terminal = Terminal::default();
    args.complete(&mut terminal, surroundings)?;
    ui.say(&format!("\nThe same without questions:\n  {}\n\n", visible(&args.equivalent())));
    match terminal.confirm(&format!("Create `{}`?", args.target().display()))? {
        true => Ok(()),
        false => Err(Error::interrupted()),
    }
}

/// Tells whether the directory `target` exists, refusing what is in the way.
fn check_target(target: &Path, force: bool) -> Result<bool> {
    let shown = target.display();
    let in_the_way = |what: &str| Err(Error::not_applied(format!("`{shown}` {what}")));
    match fs::symlink_metadata(target) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(false),
        Err(error) => {
            return Err(Error::not_applied(format!("`{shown}` cannot be used")).because(error));
        }
        Ok(_) => {}
    }
    match fs::metadata(target) {
        Err(_) => return in_the_way("is a symbolic link that leads nowhere"),
        Ok(metadata) if !metadata.is_dir() => return in_the_way("is not a directory"),
        Ok(_) => {}
    }
    let unreadable = |error| Error::failed(format!("cannot read `{shown}`")).because(error);
    let entries = fs::read_dir(target).map_err(unreadable)?.flatten();
    let mut names: Vec<_> = entries.map(|entry| entry.file_name().display().to_string()).collect();
    // A run that was killed at its first step leaves this, empty; files in it would be conflicts.
    names.retain(|name| name != ".ddd-forge");
    names.sort();
    if names.is_empty() || force {
        return Ok(true);
    }
    let (first, more) = names.split_at(names.len().min(3));
    let rest = if more.is_empty() { String::new() } else { format!(" and {} more", more.len()) };
    Err(Error::not_applied(format!("`{shown}` is not empty: it has {}{rest}", first.join(", ")))
        .hint("choose another path, or give --force to add what is missing"))
}

fn surroundings(target: &Path, no_git: bool) -> Surroundings {
    let has_git = process::on_path("git");
    let author = has_git.then(process::git_author).flatten();
    let around = target.ancestors().skip(1).find(|path| path.is_dir()).unwrap_or(Path::new("."));
    let git = match &author {
        _ if no_git || !has_git || process::in_git_repository(around) => Git::Leave,
        None => Git::Init,
        Some(_) => Git::Commit,
    };
    let (has_uv, has_just) = (process::on_path("uv"), process::on_path("just"));
    Surroundings { author, git, has_uv, has_just }
}

/// Runs the steps until one fails; what did not run is left to the user, the files stay.
fn run_steps(set: &mut ChangeSet, directory: &Path, ui: Ui, interrupt: &Interrupt) -> Vec<String> {
    for (index, step) in set.steps.iter().enumerate() {
        let stopped = |_| Error::failed(format!("stopped before it could {}", step.title));
        let run = || ui.wait(&step.title, || process::run(step, directory));
        if let Err(error) = interrupt.check().map_err(stopped).and_then(|()| run()) {
            let left = set.steps[index..].iter().map(|step| shell_line(&step.argv));
            let place = set.next.iter().take_while(|command| command.starts_with("cd ")).count();
            set.next.splice(place..place, left.collect::<Vec<_>>());
            return vec![error.to_string()];
        }
    }
    Vec::new()
}

/// Shows what was done or would be.
fn report(
    set: &ChangeSet,
    warnings: Vec<String>,
    global: &Global,
    ui: Ui,
    started: Instant,
) -> Result<()> {
    if global.diff {
        ui.data(&unified(set))?;
    }
    warnings.iter().for_each(|warning| ui.warn(warning));
    if ui.json {
        return ui.data(&Report::done("new", set, global.dry_run, warnings).to_json());
    }
    ui.summary(set, global.dry_run, started);
    Ok(())
}
