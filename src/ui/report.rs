//! What `--json` prints: one object, for another program.

use serde::Serialize;

use crate::error::Error;
use crate::plan::ChangeSet;

/// The outcome of a command.
#[derive(Debug, Default, Serialize)]
pub struct Report {
    /// Whether the command did what it was asked.
    pub ok: bool,
    /// The verb.
    pub command: String,
    /// Whether this is only what would be done.
    pub dry_run: bool,
    /// Paths of the files made.
    pub created: Vec<String>,
    /// Paths of the files changed.
    pub modified: Vec<String>,
    /// Paths of the files removed.
    pub removed: Vec<String>,
    /// Paths of the files that were already so.
    pub skipped: Vec<String>,
    /// Paths of the files that stood in the way.
    pub conflicts: Vec<String>,
    /// Routes added, as `METHOD /path`.
    pub routes: Vec<String>,
    /// The migration written.
    pub migration: Option<String>,
    /// Commands that are left to the user.
    pub next: Vec<String>,
    /// What went otherwise than planned, and did no harm.
    pub warnings: Vec<String>,
    /// What `undo` takes back.
    pub undo_id: Option<String>,
    /// What went wrong.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub error: Option<Failure>,
}

/// What went wrong.
#[derive(Debug, Serialize)]
pub struct Failure {
    /// A stable word for the kind.
    pub code: &'static str,
    /// What was wrong.
    pub message: String,
    /// What to do.
    pub hint: Option<String>,
    /// Where it was.
    pub location: Option<String>,
}

impl Report {
    /// Reports the outcome of `command`.
    pub fn done(command: &str, set: &ChangeSet, dry_run: bool, warnings: Vec<String>) -> Self {
        let mut report =
            Report { ok: true, command: command.to_owned(), dry_run, warnings, ..Self::default() };
        for change in &set.changes {
            let paths = match (&change.before, &change.after) {
                (None, _) => &mut report.created,
                (_, None) => &mut report.removed,
                _ => &mut report.modified,
            };
            paths.push(change.path.to_string());
        }
        report.skipped = set.identical.iter().map(ToString::to_string).collect();
        report.next.clone_from(&set.next);
        report
    }

    /// Reports why `command` failed.
    pub fn failed(command: &str, error: &Error) -> Self {
        let failure = Failure {
            code: error.kind.name(),
            message: error.to_string(),
            hint: error.hints.first().cloned(),
            location: error.location.clone(),
        };
        let conflicts = error.conflicts.iter().map(ToString::to_string).collect();
        Report { command: command.to_owned(), conflicts, error: Some(failure), ..Self::default() }
    }

    /// Returns the report as one line of JSON.
    pub fn to_json(&self) -> String {
        // Every field is a text, a number or a list of them.
        serde_json::to_string(self).expect("a report is JSON") + "\n"
    }
}
