//! Decides what will change. Never touches the disk; see [`crate::apply`].

mod change_set;
mod diff;
mod draft;
mod refusal;

pub use change_set::{Change, ChangeSet, Problem, Step};
pub use diff::{changed_lines, unified};
pub use draft::Draft;
