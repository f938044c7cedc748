//! `undo`, from the records of this working copy to the report.

use super::Global;
use super::change::{Change, no_project};
use crate::commands::undo::{self, Args, Run};
use crate::error::Result;
use crate::tree::DiskTree;
use crate::ui::{Report, Ui, visible};

/// Runs `undo`, and returns the exit code.
///
/// # Errors
/// Fails with the code of what went wrong; nothing is written then.
pub(super) fn run(args: &Args, global: &Global, ui: Ui) -> Result<u8> {
    if args.list {
        return list(global, ui).map(|()| 0);
    }
    let change = Change { name: "undo", undoable: false, global, ui };
    change.run(|_, draft| undo::plan(draft), &undo::forgotten)
}

fn list(global: &Global, ui: Ui) -> Result<()> {
    let root = global.root()?.ok_or_else(no_project)?;
    let mut runs = undo::runs(&DiskTree::new(root), undo::KEPT)?;
    runs.reverse();
    if ui.json {
        let runs: Vec<_> = runs.iter().map(|(id, run)| run.listed(id)).collect();
        return ui.data(&Report::listed("undo", &runs).to_json());
    }
    if runs.is_empty() {
        ui.say("no run is recorded in this working copy\n");
    }
    runs.iter().try_for_each(|(id, run)| ui.data(&visible(&line(id, run))))
}

fn line(id: &str, run: &Run) -> String {
    let [created, updated, removed] = run.counts();
    let counts = format!("{created} created, {updated} updated, {removed} removed");
    format!("{id}  {}  {counts:<36}  {}\n", run.time, run.command)
}
