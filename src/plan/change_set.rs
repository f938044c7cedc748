//! A whole change, as every command hands it over: to show, to apply, to record.

use std::collections::BTreeMap;

use crate::tree::{File, RelPath};

/// One file's change.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Change {
    /// Where the file stands.
    pub path: RelPath,
    /// What it holds now; `None` when it is absent.
    pub before: Option<File>,
    /// What it will hold; `None` when it goes.
    pub after: Option<File>,
    /// Why, in a few words.
    pub why: String,
}

/// An edit that cannot be made, with what its reader needs to make it by hand.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// The file.
    pub path: RelPath,
    /// The line, counted from one, where there is one to name.
    pub line: Option<usize>,
    /// What was looked for, or what is wrong with the file.
    pub reason: String,
    /// The text to paste.
    pub snippet: String,
}

/// A program to run after the files are in place, in the project's root.
///
/// A failure prints the command to run by hand and never takes files back.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Step {
    /// What it is for, in a few words.
    pub title: String,
    /// The program and its arguments; never through a shell.
    pub argv: Vec<String>,
}

/// A whole change: files, what runs afterwards, and what is then left to the user.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ChangeSet {
    /// The files that differ, sorted by path.
    pub changes: Vec<Change>,
    /// The directories that go, since nothing is left in them; inner before outer.
    pub emptied: Vec<RelPath>,
    /// The rights of directories, should they have to be made, other than what the umask leaves.
    pub directories: BTreeMap<RelPath, u32>,
    /// The files that were wanted and already are so.
    pub identical: Vec<RelPath>,
    /// Programs to run afterwards, in order.
    pub steps: Vec<Step>,
    /// The commands that are still missing, in order, each runnable.
    pub next: Vec<String>,
    /// The routes that come, as `METHOD /path`.
    pub routes: Vec<String>,
    /// The migration that comes.
    pub migration: Option<String>,
    /// What people should read beside the files, a line each.
    pub notes: Vec<String>,
    /// What people must know before they agree, a line each.
    pub warnings: Vec<String>,
}

impl ChangeSet {
    /// Tells whether no file differs.
    pub fn is_empty(&self) -> bool {
        self.changes.is_empty()
    }
}
