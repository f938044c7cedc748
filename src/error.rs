//! The one error: what went wrong, where, and what to do about it.
//!
//! Nothing here prints; [`crate::ui`] does.

use std::fmt;

use crate::tree::RelPath;

/// The result of everything that can fail.
pub type Result<T> = std::result::Result<T, Error>;

/// Why a command ended, as its exit code tells scripts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Input or output failed, or we have a bug.
    Failed,
    /// The command line was wrong.
    Usage,
    /// A check found something.
    Found,
    /// Nothing was written: a conflict, a lock, a refused edit.
    NotApplied,
    /// The user or the system stopped us.
    Interrupted,
}

impl Kind {
    /// Returns the process exit code.
    pub fn exit_code(self) -> u8 {
        match self {
            Kind::Failed => 1,
            Kind::Usage => 2,
            Kind::Found => 3,
            Kind::NotApplied => 4,
            Kind::Interrupted => 130,
        }
    }

    /// Returns the stable word for `--json`.
    pub fn name(self) -> &'static str {
        match self {
            Kind::Failed => "failed",
            Kind::Usage => "usage",
            Kind::Found => "found",
            Kind::NotApplied => "not_applied",
            Kind::Interrupted => "interrupted",
        }
    }
}

/// A failure that a user can act on.
#[derive(Debug)]
pub struct Error {
    /// What decides the exit code.
    pub kind: Kind,
    /// What was wrong: lower case, no final stop, backticks round what can be typed.
    pub message: String,
    /// Where: a path, `file:line`, or lines with a caret under the argument.
    pub location: Option<String>,
    /// What to do, best first.
    pub hints: Vec<String>,
    /// The files that stood in the way.
    pub conflicts: Vec<RelPath>,
    /// What the system said.
    pub source: Option<anyhow::Error>,
}

impl Error {
    fn new(kind: Kind, message: impl Into<String>) -> Self {
        let (location, source) = (None, None);
        let (hints, conflicts) = (Vec::new(), Vec::new());
        Error { kind, message: message.into(), location, hints, conflicts, source }
    }

    /// Makes an error of exit code 1.
    pub fn failed(message: impl Into<String>) -> Self {
        Self::new(Kind::Failed, message)
    }

    /// Makes an error of exit code 2.
    pub fn usage(message: impl Into<String>) -> Self {
        Self::new(Kind::Usage, message)
    }

    /// Makes an error of exit code 4: nothing was written.
    pub fn not_applied(message: impl Into<String>) -> Self {
        Self::new(Kind::NotApplied, message)
    }

    /// Makes the error for a signal.
    pub fn interrupted() -> Self {
        Self::new(Kind::Interrupted, "interrupted, nothing was written")
    }

    /// Adds where it happened.
    pub fn at(mut self, location: impl Into<String>) -> Self {
        self.location = Some(location.into());
        self
    }

    /// Adds what to do.
    pub fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hints.push(hint.into());
        self
    }

    /// Adds the cause.
    pub fn because(mut self, source: impl Into<anyhow::Error>) -> Self {
        self.source = Some(source.into());
        self
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)?;
        match &self.source {
            Some(source) => write!(f, ": {source:#}"),
            None => Ok(()),
        }
    }
}

impl std::error::Error for Error {}
