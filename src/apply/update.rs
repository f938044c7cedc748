//! A change to a directory that exists: prepared beside the files, then renamed into place.
//!
//! Never changes the first file before the last one is on the disk, ready.

use std::path::Path;

use super::disk::{self, cannot};
use super::interrupt::Interrupt;
use super::journal::{self, Content, Entry, Journal};
use super::preflight;
use super::site::Site;
use crate::error::{Error, Kind, Result};
use crate::plan::ChangeSet;

/// Changes the files of `set` below `root`, which must exist: all of them or none. A directory that
/// the set leaves empty goes, unless someone put something there meanwhile.
///
/// An empty set touches nothing. Callers run [`super::recover`] first, and plan after it.
///
/// # Errors
/// Fails with everything as it was: with exit code 4 where a file is not as the plan found it or
/// another run is at work, 130 when interrupted, 1 when the system refuses a file.
pub fn update(set: &ChangeSet, root: &Path, interrupt: &Interrupt) -> Result<()> {
    update_if(set, root, interrupt, || Ok(()))
}

/// Does what [`update`] does if `holds`, asked once no other run can change anything, agrees: it looks
/// at what a plan relied on beside the files that it changes.
///
/// # Errors
/// Fails like [`update`], and with what `holds` fails with.
pub fn update_if(
    set: &ChangeSet,
    root: &Path,
    interrupt: &Interrupt,
    holds: impl FnOnce() -> Result<()>,
) -> Result<()> {
    if set.is_empty() {
        return Ok(());
    }
    let site = Site::lock(root)?;
    if journal::is_left(&site.root)? {
        let message = "a run of `ddd-forge` was killed here after this one was planned";
        return Err(Error::not_applied(message).hint("run the same command again"));
    }
    holds()?;
    let (journal, content) = preflight::check(set, &site.root)?;
    let changed =
        journal.store(&site.root).and_then(|()| change(&journal, &content, &site.root, interrupt));
    match changed {
        Ok(()) => {
            // The change is done; what remains beside it is removed by the next run.
            let _ = journal.close(&site.root);
            Ok(())
        }
        Err(error) => Err(take_back(&journal, &site.root, error)),
    }
}

fn change(
    journal: &Journal,
    content: &Content<'_>,
    root: &Path,
    interrupt: &Interrupt,
) -> Result<()> {
    journal.stage(root, content, || interrupt.check())?;
    disk::settle(root).map_err(cannot("bring to the disk what is in", root))?;
    interrupt.check()?;
    refuse_changed(journal, root)?;
    journal.commit(root)?;
    match &*journal.finish(root)? {
        [] => Ok(()),
        [path, ..] => Err(Error::not_applied(format!("`{path}` was changed meanwhile"))),
    }
}

/// Looks once more, as staging took its time.
fn refuse_changed(journal: &Journal, root: &Path) -> Result<()> {
    let mut problems = Vec::new();
    for entry in &journal.entries {
        let Entry { path, before, .. } = entry;
        let checked = journal::check_place(root, path)
            .and_then(|()| preflight::is_as_planned(path, &path.below(root), before.as_deref()));
        problems.extend(checked.err().map(|reason| (entry.path.clone(), reason)));
    }
    match problems.is_empty() {
        true => Ok(()),
        false => Err(preflight::refusal(problems)),
    }
}

/// Restores what was, and returns the reason for it.
fn take_back(journal: &Journal, root: &Path, reason: Error) -> Error {
    match journal.take_back(root) {
        Ok(_) => reason,
        Err(also) => Error { kind: Kind::Failed, ..reason }
            .at(also.to_string())
            .hint("run `ddd-forge` here again, which first takes back what is left of this run"),
    }
}
