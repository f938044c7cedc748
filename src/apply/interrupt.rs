//! The wish of the user or the system that we stop. Never stops anything itself.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use crate::error::{Error, Result};

/// Whether a signal asked us to stop: Ctrl-C, termination, or a terminal that went away.
///
/// It is looked at between files, until the point from which finishing is quicker than undoing:
/// the rename of [`super::create`], the renames of [`super::update`]. From there on the change is
/// completed and counts as done.
#[derive(Clone, Debug, Default)]
pub struct Interrupt(Arc<AtomicBool>);

impl Interrupt {
    /// Listens for signals from now on, instead of dying of them. Once per process.
    ///
    /// # Errors
    /// Fails where the system takes no handler, or already has ours.
    pub fn install() -> Result<Self> {
        let interrupt = Interrupt::default();
        let raised = interrupt.clone();
        ctrlc::set_handler(move || raised.raise())
            .map_err(|error| Error::failed("cannot listen for signals").because(error))?;
        Ok(interrupt)
    }

    /// Asks to stop.
    pub fn raise(&self) {
        self.0.store(true, Ordering::Relaxed);
    }

    /// Fails when we were asked to stop.
    ///
    /// # Errors
    /// Fails with exit code 130.
    pub fn check(&self) -> Result<()> {
        match self.0.load(Ordering::Relaxed) {
            true => Err(Error::interrupted()),
            false => Ok(()),
        }
    }
}
