//! The only writer: puts a whole change set on disk, or nothing of it.
//!
//! - [`create`] builds an absent target beside itself and renames it into place, once.
//! - [`update`] changes a directory that exists, under a journal; [`recover`] reads the journal of
//!   a run that was killed, and finishes it or takes it back. Callers of `update` run it first.
//!
//! Killed at any instant, the disk holds the old tree, the new one, or a state that the next run
//! puts right. Never decides what changes, never prints, never writes outside the root it is given.

mod create;
mod disk;
mod interrupt;
mod journal;
mod lock;
mod preflight;
mod recover;
mod site;
#[cfg(test)]
mod tests;
mod update;

pub use create::create;
pub use interrupt::Interrupt;
pub use recover::{Recovered, is_left, recover};
pub use update::{update, update_if};
