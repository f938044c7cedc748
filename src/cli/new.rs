//! `new`, from its arguments to its report.

use std::fs;
use std::io;
use std::path::Path;
use std::time::Instant;

use super::Global;
use crate::apply::{self, Interrupt};
use crate::ask::Ask;
use crate::commands::new::{self, Git, Request, Surroundings};
use crate::error::{Error, Result};
use crate::plan::{ChangeSet, Draft, unified};
use crate::process;
use crate::shell::shell_line;
use crate::tree::{DiskTree, MemoryTree, Tree};
use crate::ui::{Report, Terminal, Ui, visible};

/// Runs `new`, and returns the exit code.
///
/// # Errors
/// Fails with the code of what went wrong.
pub(super) fn run(mut args: new::Args, global: &Global, ui: Ui) -> Result<u8> {
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
    // A flag that cannot be used is refused before a question is asked.
    let mut request = args.request(surroundings)?;
    // Before the questions: Ctrl-C at one of them must give the cursor back.
    let interrupt = Interrupt::install()?;
    if ui.can_ask() && !global.yes && !global.dry_run {
        request = ask(&mut args, request.surroundings, global, ui)?;
    }
    let started = Instant::now();
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
    let failure = match global.dry_run {
        true => None,
        false => run_steps(&mut set, &target, ui, &interrupt),
    };
    // What was asked for and could not be done is an error, though the files are there.
    let (error, warning) = match request.install {
        true => (failure, None),
        false => (None, failure),
    };
    if global.diff {
        ui.data(&unified(&set))?;
    }
    if ui.json {
        let report = Report::done("new", &set, global.dry_run, warning.as_ref(), error.as_ref());
        ui.data(&report.to_json())?;
    } else {
        warning.iter().for_each(|warning| ui.warn(&warning.to_string()));
        error.iter().for_each(|error| ui.error("new", error));
        ui.summary(&set, global.dry_run, started, None);
    }
    Ok(error.map_or(0, |error| error.kind.exit_code()))
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

/// Asks for what was not given, shows what it comes to, and asks whether to go on with that.
fn ask(args: &mut new::Args, around: Surroundings, global: &Global, ui: Ui) -> Result<Request> {
    let mut terminal = Terminal::default();
    args.complete(&mut terminal)?;
    let request = args.request(around)?;
    ui.say(&format!("\n{}", visible(&request.summary())));
    let force = if global.force { " --force" } else { "" };
    let command = visible(&args.equivalent());
    ui.say(&format!("\nThe same without questions:\n\n  {command}{force}\n\n"));
    match terminal.confirm("Create it?")? {
        true => Ok(request),
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
fn run_steps(
    set: &mut ChangeSet,
    directory: &Path,
    ui: Ui,
    interrupt: &Interrupt,
) -> Option<Error> {
    for (index, step) in set.steps.iter().enumerate() {
        let stopped = |_| Error::failed(format!("stopped before it could {}", step.title));
        let run = || ui.wait(&step.title, || process::run(step, directory));
        if let Err(error) = interrupt.check().map_err(stopped).and_then(|()| run()) {
            let left = set.steps[index..].iter().map(|step| shell_line(&step.argv));
            let place = set.next.iter().take_while(|command| command.starts_with("cd ")).count();
            set.next.splice(place..place, left.collect::<Vec<_>>());
            return Some(error);
        }
    }
    None
}
