//! What `--json` prints: one object, for another program.

use serde::Serialize;
use serde_json::Value;

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
    /// The runs that can be taken back, by the command that lists them.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub runs: Option<Value>,
    /// What was looked at, by a command that looks.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub checks: Option<Value>,
    /// The domains, flows and routes, by the command that lists them.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub project: Option<Value>,
    /// The domains, what refers to what, and the flows, by the command that draws them.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub graph: Option<Value>,
    /// The generated files, by the command that tells what became of them.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub files: Option<Value>,
    /// The defects, by the command that looks for them.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub findings: Option<Value>,
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

impl From<&Error> for Failure {
    fn from(error: &Error) -> Self {
        Failure {
            code: error.kind.name(),
            message: error.to_string(),
            hint: error.hints.first().cloned(),
            location: error.location.clone(),
        }
    }
}

impl Report {
    /// Reports the outcome of `command`: what went otherwise than planned is a warning, or the error
    /// of a command that left its files and yet did not all it was asked.
    pub fn done(
        command: &str,
        set: &ChangeSet,
        dry_run: bool,
        warning: Option<&Error>,
        error: Option<&Error>,
    ) -> Self {
        let mut report = Report {
            ok: error.is_none(),
            command: command.to_owned(),
            dry_run,
            warnings: set.warnings.clone(),
            error: error.map(Failure::from),
            ..Self::default()
        };
        for change in &set.changes {
            let paths = match (&change.before, &change.after) {
                (None, _) => &mut report.created,
                (_, None) => &mut report.removed,
                _ => &mut report.modified,
            };
            paths.push(change.path.to_string());
        }
        report.warnings.extend(warning.map(ToString::to_string));
        report.skipped = set.identical.iter().map(ToString::to_string).collect();
        report.next.clone_from(&set.next);
        report.routes.clone_from(&set.routes);
        report.migration.clone_from(&set.migration);
        report
    }

    /// Reports what `command`, which only looks, has found: `ok` when it is as it should be.
    pub fn checked(command: &str, ok: bool, checks: &impl Serialize) -> Self {
        // Checks are lists of texts, as reports are.
        let checks = Some(serde_json::to_value(checks).expect("checks are JSON"));
        Report { ok, command: command.to_owned(), checks, ..Self::default() }
    }

    /// Reports the runs that `command` lists.
    pub fn listed(command: &str, runs: &impl Serialize) -> Self {
        let runs = Some(serde_json::to_value(runs).expect("runs are JSON"));
        Report { ok: true, command: command.to_owned(), runs, ..Self::default() }
    }

    /// Reports what `command` lists of the project, and what it could not read.
    pub fn listing(command: &str, listing: &impl Serialize, warnings: &[String]) -> Self {
        let project = Some(serde_json::to_value(listing).expect("a listing is JSON"));
        let warnings = warnings.to_vec();
        Report { ok: true, command: command.to_owned(), project, warnings, ..Self::default() }
    }

    /// Reports the graph that `command` draws.
    pub fn drawn(command: &str, graph: &impl Serialize) -> Self {
        let graph = Some(serde_json::to_value(graph).expect("a graph is JSON"));
        Report { ok: true, command: command.to_owned(), graph, ..Self::default() }
    }

    /// Reports what became of the generated files: `ok` unless it was asked whether all are as
    /// written, and they are not.
    pub fn files(command: &str, ok: bool, files: &impl Serialize) -> Self {
        let files = Some(serde_json::to_value(files).expect("files are JSON"));
        Report { ok, command: command.to_owned(), files, ..Self::default() }
    }

    /// Adds the defects that a command found, or left: `ok` when there are none.
    #[must_use]
    pub fn with_findings(self, findings: &[impl Serialize]) -> Self {
        let found = Some(serde_json::to_value(findings).expect("findings are JSON"));
        Report { ok: self.ok && findings.is_empty(), findings: found, ..self }
    }

    /// Reports why `command` failed.
    pub fn failed(command: &str, error: &Error) -> Self {
        let conflicts = error.conflicts.iter().map(ToString::to_string).collect();
        Report {
            command: command.to_owned(),
            conflicts,
            error: Some(error.into()),
            ..Self::default()
        }
    }

    /// Returns the report as one line of JSON.
    pub fn to_json(&self) -> String {
        // Every field is a text, a number or a list of them.
        serde_json::to_string(self).expect("a report is JSON") + "\n"
    }
}
