//! `list`, from the files of a project to the table.

use super::Global;
use super::change::no_project;
use crate::commands::list::{Args, listing};
use crate::error::Result;
use crate::project;
use crate::tree::DiskTree;
use crate::ui::{Report, Ui, visible};

/// Runs `list`, and returns the exit code.
///
/// # Errors
/// Fails with the code of what went wrong.
pub(super) fn run(args: &Args, global: &Global, ui: Ui) -> Result<u8> {
    let tree = DiskTree::new(global.root()?.ok_or_else(no_project)?);
    let listing = listing(&project::manifest(&tree)?, args, &tree)?;
    if ui.json {
        return ui
            .data(&Report::listing("list", &listing, &listing.warnings).to_json())
            .map(|()| 0);
    }
    listing.warnings.iter().for_each(|warning| ui.warn(warning));
    ui.data(&visible(&listing.text())).map(|()| 0)
}
