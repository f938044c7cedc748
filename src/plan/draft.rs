//! A copy-on-write overlay over a tree: each edit sees what the one before it left.

use std::collections::BTreeMap;

use super::change_set::{Change, ChangeSet, Step};
use crate::error::{Error, Result};
use crate::tree::{File, RelPath, Tree};

struct Touched {
    before: Option<File>,
    after: Option<File>,
    why: String,
}

/// What a command has decided so far.
pub struct Draft<'tree> {
    tree: &'tree dyn Tree,
    touched: BTreeMap<RelPath, Touched>,
    conflicts: Vec<RelPath>,
    steps: Vec<Step>,
    next: Vec<String>,
}

impl<'tree> Draft<'tree> {
    /// Starts from `tree` with nothing decided.
    pub fn new(tree: &'tree dyn Tree) -> Self {
        let (touched, conflicts) = (BTreeMap::new(), Vec::new());
        Draft { tree, touched, conflicts, steps: Vec::new(), next: Vec::new() }
    }

    /// Returns the file as decided so far.
    ///
    /// # Errors
    /// Fails where the tree cannot be read.
    pub fn read(&self, path: &RelPath) -> Result<Option<File>> {
        match self.touched.get(path) {
            Some(touched) => Ok(touched.after.clone()),
            None => self.tree.read(path),
        }
    }

    /// Adds a file that must not exist yet with other content; one that does is a conflict.
    ///
    /// # Errors
    /// Fails where the tree cannot be read; a conflict is kept for [`Draft::finish`].
    pub fn create(&mut self, path: RelPath, file: File, why: &str) -> Result<()> {
        let before = self.tree.read(&path)?;
        if before.as_ref().is_some_and(|before| before.bytes != file.bytes) {
            self.conflicts.push(path);
            return Ok(());
        }
        // The same text under another mode is the user's business.
        let after = Some(before.clone().unwrap_or(file));
        self.touched.insert(path, Touched { before, after, why: why.to_owned() });
        Ok(())
    }

    /// Adds a program to run once the files are in place.
    pub fn step(&mut self, title: &str, argv: &[&str]) {
        let argv = argv.iter().map(|word| (*word).to_owned()).collect();
        self.steps.push(Step { title: title.to_owned(), argv });
    }

    /// Adds a command that is left to the user.
    pub fn next(&mut self, command: impl Into<String>) {
        self.next.push(command.into());
    }

    /// Compares the overlay with the tree.
    ///
    /// # Errors
    /// Fails with every conflict at once; then nothing may be written.
    pub fn finish(self) -> Result<ChangeSet> {
        if !self.conflicts.is_empty() {
            return Err(conflict(self.conflicts));
        }
        let mut set = ChangeSet { steps: self.steps, next: self.next, ..ChangeSet::default() };
        for (path, Touched { before, after, why }) in self.touched {
            if before == after {
                set.identical.push(path);
            } else {
                set.changes.push(Change { path, before, after, why });
            }
        }
        Ok(set)
    }
}

fn conflict(paths: Vec<RelPath>) -> Error {
    let names: Vec<_> = paths.iter().map(|path| format!("`{path}`")).collect();
    let plural = if paths.len() == 1 { "is a file" } else { "are files" };
    let message = format!("{} {plural} with other content", names.join(", "));
    let error = Error::not_applied(message)
        .hint("move what is there out of the way, or choose another directory");
    Error { conflicts: paths, ..error }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tree::MemoryTree;

    fn path(text: &str) -> RelPath {
        RelPath::parse(text).unwrap()
    }

    #[test]
    fn what_is_already_so_is_no_change() {
        let tree = tree(&[("a", "1")]);
        let mut draft = Draft::new(&tree);
        draft.create(path("a"), File::text("1"), "same").unwrap();
        draft.create(path("b"), File::text("2"), "new").unwrap();
        let set = draft.finish().unwrap();
        assert_eq!(set.identical, [path("a")]);
        assert_eq!(set.changes.len(), 1);
        assert_eq!(set.changes[0].path, path("b"));
    }

    #[test]
    fn all_conflicts_are_reported_together() {
        let tree = tree(&[("a", "mine"), ("b", "mine")]);
        let mut draft = Draft::new(&tree);
        for name in ["a", "b", "c"] {
            draft.create(path(name), File::text("ours"), "new").unwrap();
        }
        let error = draft.finish().unwrap_err();
        assert_eq!(error.message, "`a`, `b` are files with other content");
        assert_eq!(error.kind.exit_code(), 4);
    }

    fn tree(files: &[(&str, &str)]) -> MemoryTree {
        MemoryTree(files.iter().map(|(name, text)| (path(name), File::text(*text))).collect())
    }
}
