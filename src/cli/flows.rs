//! `add-flow` and `remove-flow`, from their arguments to the change they plan.

use super::{Global, change};
use crate::commands::{add_flow, remove_flow};
use crate::error::Result;
use crate::ui::Ui;

/// Runs `add-flow`, and returns the exit code.
///
/// # Errors
/// Fails with the code of what went wrong; nothing is written then.
pub(super) fn add(args: &add_flow::Args, global: &Global, ui: Ui) -> Result<u8> {
    let request = args.request()?;
    change::run("add-flow", global, ui, |_, draft| add_flow::plan(&request, draft))
}

/// Runs `remove-flow`, and returns the exit code.
///
/// # Errors
/// Fails with the code of what went wrong; nothing is written then.
pub(super) fn remove(args: &remove_flow::Args, global: &Global, ui: Ui) -> Result<u8> {
    let request = args.request(global.force)?;
    change::run("remove-flow", global, ui, |_, draft| remove_flow::plan(&request, draft))
}
