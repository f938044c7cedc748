//! What a killed run left is finished or taken back. Never guesses: the journal says which.

use std::fmt;
use std::path::Path;

use super::journal::{self, Journal};
use super::site::Site;
use crate::error::Result;
use crate::tree::RelPath;

/// What became of a run that was killed.
#[derive(Debug)]
pub struct Recovered {
    /// Whether it is complete now; otherwise it was taken back.
    pub finished: bool,
    /// The files that someone changed since, and that were left alone.
    pub kept: Vec<RelPath>,
}

impl fmt::Display for Recovered {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let outcome = if self.finished { "finished" } else { "taken back" };
        write!(f, "a run that was killed here has been {outcome}")?;
        let names: Vec<_> = self.kept.iter().map(|path| format!("`{path}`")).collect();
        match names.is_empty() {
            true => Ok(()),
            false => write!(f, ", except in {}, changed since", names.join(", ")),
        }
    }
}

/// Tells whether [`recover`] has something to do in `root`, or another run is at work there.
///
/// # Errors
/// Fails where the system does not tell.
pub fn is_left(root: &Path) -> Result<bool> {
    Ok(journal::is_left(root)? || Site::is_left(root)?)
}

/// Puts right what a killed run left in `root`; without one it touches nothing.
///
/// # Errors
/// Fails with exit code 4 where another run is at work or the journal makes no sense, 1 when the
/// system refuses a file; the next run tries again.
pub fn recover(root: &Path) -> Result<Option<Recovered>> {
    if !is_left(root)? {
        return Ok(None);
    }
    let site = Site::lock(root)?;
    let root = &site.root;
    let Some((journal, finished)) = Journal::load(root)? else {
        // It was killed before it did anything else.
        Journal::default().close(root)?;
        return Ok(None);
    };
    if !finished {
        let kept = journal.take_back(root)?;
        return Ok(Some(Recovered { finished, kept }));
    }
    let kept = journal.finish(root)?;
    journal.close(root)?;
    Ok(Some(Recovered { finished, kept }))
}
