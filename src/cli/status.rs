//! `status`, from the records to the list.

use super::Global;
use super::change::no_project;
use crate::commands::status::{Args, Status, status};
use crate::error::{Kind, Result};
use crate::tree::DiskTree;
use crate::ui::{Report, Ui, visible};

/// Runs `status`, and returns the exit code.
///
/// # Errors
/// Fails where there is no project, or a file of it cannot be read.
pub(super) fn run(args: &Args, global: &Global, ui: Ui) -> Result<u8> {
    let root = global.root()?.ok_or_else(no_project)?;
    let files = status(&DiskTree::new(root), args.name.as_deref())?;
    let drifted = files.iter().any(|file| file.state != "pristine");
    let found = args.exit_code && drifted;
    if ui.json {
        ui.data(&Report::files("status", !found, &files).to_json())?;
    } else {
        ui.data(&list(&files, ui.verbose))?;
        ui.say(&summary(&files));
    }
    Ok(if found { Kind::Found.exit_code() } else { 0 })
}

/// Returns a line for each file that is not as it was written, or for every file.
fn list(files: &[Status], every: bool) -> String {
    let shown = files.iter().filter(|file| every || file.state != "pristine");
    shown.map(|file| visible(&format!("{:<8}  {}\n", file.state, file.path))).collect()
}

fn summary(files: &[Status]) -> String {
    let count = |state| files.iter().filter(|file| file.state == state).count();
    let [pristine, modified, deleted] = ["pristine", "modified", "deleted"].map(count);
    let counts = format!("{pristine} pristine, {modified} modified, {deleted} deleted");
    format!("{} generated files: {counts}\n", files.len())
}
