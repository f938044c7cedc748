//! Decides what will change. Never touches the disk; see [`crate::apply`].

mod change_set;
mod diff;
mod draft;

pub use change_set::{Change, ChangeSet, Step};
pub use diff::unified;
pub use draft::Draft;
