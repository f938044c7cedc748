//! `graph`, from the records of a project to the drawing.

use super::Global;
use super::change::no_project;
use crate::commands::graph::{Args, Format, Graph};
use crate::error::Result;
use crate::project;
use crate::tree::DiskTree;
use crate::ui::{Report, Ui};

/// Runs `graph`, and returns the exit code.
///
/// # Errors
/// Fails with the code of what went wrong.
pub(super) fn run(args: &Args, global: &Global, ui: Ui) -> Result<u8> {
    let tree = DiskTree::new(global.root()?.ok_or_else(no_project)?);
    let graph = Graph::read(&project::manifest(&tree)?, &tree)?;
    if ui.json {
        return ui.data(&Report::drawn("graph", &graph).to_json()).map(|()| 0);
    }
    let default = if ui.shows_data() { Format::Text } else { Format::Mermaid };
    let text = match args.format.unwrap_or(default) {
        Format::Text => graph.text(),
        Format::Mermaid => graph.mermaid(),
    };
    ui.data(&text).map(|()| 0)
}
