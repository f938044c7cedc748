//! What a shell asks in the middle of a line.

use std::path::PathBuf;

use clap::Command;

use crate::commands::completions::{Line, Question, answer, offers};
use crate::project;
use crate::tree::{DiskTree, MemoryTree, Tree};
use crate::ui::Ui;

/// Prints what can stand at the cursor, in the project that the line names or that is around.
///
/// In the middle of a line there is no place for an error: where anything fails there is no offer.
pub(super) fn run(question: &Question, mut program: Command, ui: Ui) -> u8 {
    program.build();
    let line = Line::read(&program, question);
    let around = || project::root_around(&std::env::current_dir().ok()?);
    let tree: Box<dyn Tree> = match line.value("project").map(expanded).or_else(around) {
        Some(root) => Box::new(DiskTree::new(root)),
        None => Box::new(MemoryTree::default()),
    };
    let offers = offers(&line, &*tree).unwrap_or_default();
    let _ = ui.data(&answer(&offers));
    0
}

/// Returns the path that the shell will make of a word once it runs the line.
fn expanded(word: &str) -> PathBuf {
    match (word.strip_prefix("~/"), std::env::home_dir()) {
        (Some(rest), Some(home)) => home.join(rest),
        _ => PathBuf::from(word),
    }
}
