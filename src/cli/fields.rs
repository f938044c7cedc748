//! `add-field` and `drop-field`, from their arguments to the change they plan.

use super::{Global, change};
use crate::commands::{add_field, drop_field};
use crate::error::Result;
use crate::ui::Ui;

/// Runs `add-field`, and returns the exit code.
///
/// # Errors
/// Fails with the code of what went wrong; nothing is written then.
pub(super) fn add(args: &add_field::Args, global: &Global, ui: Ui) -> Result<u8> {
    change::run("add-field", global, ui, |manifest, draft| add_field::plan(manifest, args, draft))
}

/// Runs `drop-field`, and returns the exit code.
///
/// # Errors
/// Fails with the code of what went wrong; nothing is written then.
pub(super) fn drop(args: &drop_field::Args, global: &Global, ui: Ui) -> Result<u8> {
    change::run("drop-field", global, ui, |manifest, draft| {
        drop_field::plan(manifest, args, global.force, draft)
    })
}
