//! `undo`: takes back what the last run in this working copy did.

mod history;
mod migrations;
mod record;

use crate::error::{Error, Result};
use crate::plan::Draft;
use crate::tree::{File, RelPath};

pub use history::{KEPT, Last, forgotten, recorded, runs};
pub use record::{Listed, Run, Touched, sha256};

/// Take back what the last run here did
///
/// Every file becomes what it was, to the byte: what the run made goes, what it removed returns. Given
/// again, it takes back the run before. When a file was changed since, it is named, and nothing changes.
/// Only the last 50 runs in this working copy are remembered, and `new` is none of them.
#[derive(Clone, Debug, clap::Args)]
pub struct Args {
    /// List the runs that can be taken back, the last one first
    #[arg(long)]
    pub list: bool,
}

/// Plans to take back the last run, if there is one.
///
/// # Errors
/// Fails where the tree or the record cannot be read, and with exit code 4 and all files that were
/// changed since.
pub fn plan(draft: &mut Draft<'_>) -> Result<()> {
    let Some((id, run)) = runs(draft, 1)?.pop() else {
        draft.note("no run is recorded in this working copy, so there is none to take back");
        return Ok(());
    };
    let mut changed = Vec::new();
    let mut removed = Vec::new();
    for (path, touched) in &run.files {
        match step(draft, path, touched)? {
            Step::Nothing => {}
            Step::Refused => changed.push(path.clone()),
            Step::Put(None) => removed.push(path.clone()),
            Step::Put(file) => draft.put(path.clone(), file, "as it was")?,
        }
    }
    if !changed.is_empty() {
        return Err(refusal(changed, &id, &run));
    }
    migrations::check(draft, &removed)?;
    for path in removed {
        keep_directories(draft, &path, &run);
        draft.remove(path, "as it was")?;
    }
    for (directory, mode) in &run.removed {
        mode.iter().for_each(|mode| draft.directory_mode(directory.clone(), *mode));
    }
    draft.note(format!("takes back `{}` of {}", run.command, run.time));
    Ok(())
}

/// What is to be done about one file.
enum Step {
    /// It is as it was.
    Nothing,
    /// Someone changed it since.
    Refused,
    /// It becomes this again.
    Put(Option<File>),
}

fn step(draft: &Draft<'_>, path: &RelPath, touched: &Touched) -> Result<Step> {
    let found = draft.read(path)?;
    let before = match &touched.before {
        Some(kept) => Some(kept.file().ok_or_else(|| {
            Error::not_applied(format!("the record of `{path}` as it was makes no sense"))
        })?),
        None => None,
    };
    let bytes = |file: &File| file.bytes.clone();
    let written = touched.after.as_ref();
    let hash = found.as_ref().map(|file| record::sha256(&file.bytes));
    if hash.as_ref() != written.map(|written| &written.sha256) {
        let so_already = found.as_ref().map(bytes) == before.as_ref().map(bytes);
        return Ok(if so_already { Step::Nothing } else { Step::Refused });
    }
    let (Some(found), Some(before)) = (&found, &before) else { return Ok(Step::Put(before)) };
    // Rights that a user gave the file since are the user's.
    let ours = written.is_none_or(|written| written.mode.is_none() || written.mode == found.mode);
    Ok(Step::Put(Some(match ours {
        true => before.clone(),
        false => File { bytes: before.bytes.clone(), ..found.clone() },
    })))
}

/// A directory that was there before the run stays, even empty.
fn keep_directories(draft: &mut Draft<'_>, path: &RelPath, run: &Run) {
    let mut around = path.parent();
    while let Some(directory) = around {
        around = directory.parent();
        if !run.made.contains(&directory) {
            draft.keep(directory);
        }
    }
}

fn refusal(paths: Vec<RelPath>, id: &str, run: &Run) -> Error {
    let names: Vec<_> = paths.iter().map(|path| format!("`{path}`")).collect();
    let verb = if paths.len() == 1 { "was" } else { "were" };
    let message = format!("{} {verb} changed since run {id}, `{}`", names.join(", "), run.command);
    let error = Error::not_applied(message).hint(
        "put your changes aside, for example with `git stash`, and run the same command again",
    );
    Error { conflicts: paths, ..error }
}

#[cfg(test)]
mod tests;
