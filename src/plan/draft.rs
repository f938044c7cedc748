//! A copy-on-write overlay over a tree: each edit sees what the one before it left.

use std::collections::{BTreeMap, BTreeSet};

use super::change_set::{Change, ChangeSet, Problem, Step};
use super::refusal::refusal;
use crate::error::{Error, Result};
use crate::tree::{Directory, File, RelPath, Tree, is_reached};

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
    problems: Vec<Problem>,
    ways_out: Vec<String>,
    kept: BTreeSet<RelPath>,
    /// Everything but the files.
    set: ChangeSet,
}

impl<'tree> Draft<'tree> {
    /// Starts from `tree` with nothing decided.
    pub fn new(tree: &'tree dyn Tree) -> Self {
        let (touched, kept, set) = (BTreeMap::new(), BTreeSet::new(), ChangeSet::default());
        let (conflicts, problems, ways_out) = (Vec::new(), Vec::new(), Vec::new());
        Draft { tree, touched, conflicts, problems, ways_out, kept, set }
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
        match self.read(&path)? {
            Some(found) if found.bytes != file.bytes => {
                self.conflicts.push(path);
                Ok(())
            }
            // The same text under another mode is the user's business.
            Some(found) => self.put(path, Some(found), why),
            None => self.put(path, Some(file), why),
        }
    }

    /// Replaces the content of a file that exists, and keeps its mode; several edits compose.
    ///
    /// # Errors
    /// Fails where the tree cannot be read, with exit code 4 where the file is absent.
    pub fn edit(&mut self, path: RelPath, bytes: Vec<u8>, why: &str) -> Result<()> {
        match self.read(&path)? {
            Some(found) => self.put(path, Some(File { bytes, ..found }), why),
            None => Err(Error::not_applied(format!("`{path}` is not there to be edited"))),
        }
    }

    /// Plans that the file goes, and with it every directory around it in which nothing is left; an
    /// absent one is no change.
    ///
    /// # Errors
    /// Fails where the tree cannot be read.
    pub fn remove(&mut self, path: RelPath, why: &str) -> Result<()> {
        self.put(path, None, why)
    }

    /// Plans what the file will be, whatever it is now.
    ///
    /// # Errors
    /// Fails where the tree cannot be read.
    pub fn put(&mut self, path: RelPath, mut after: Option<File>, why: &str) -> Result<()> {
        if let (Some(file), Some(found)) = (&mut after, self.read(&path)?)
            && file.executable == found.executable
        {
            file.mode = file.mode.or(found.mode);
        }
        let Some(touched) = self.touched.get_mut(&path) else {
            let (before, why) = (self.tree.read(&path)?, why.to_owned());
            self.touched.insert(path, Touched { before, after, why });
            return Ok(());
        };
        // An edit that changed nothing has no reason to be shown.
        if touched.after != after {
            touched.why = match touched.before == touched.after {
                true => why.to_owned(),
                false if touched.before.is_none() || touched.why.split(", ").any(|w| w == why) => {
                    std::mem::take(&mut touched.why)
                }
                false => format!("{}, {why}", touched.why),
            };
        }
        touched.after = after;
        Ok(())
    }

    /// Keeps an edit that cannot be made, with the reason and what to paste there by hand.
    pub fn problem(&mut self, path: RelPath, line: Option<usize>, reason: String, snippet: String) {
        self.problems.push(Problem { path, line, reason, snippet });
    }

    /// Names another way out, should there be problems; each once.
    pub fn way_out(&mut self, way: &str) {
        if !self.ways_out.iter().any(|known| known == way) {
            self.ways_out.push(way.to_owned());
        }
    }

    /// Tells whether an edit of a file cannot be made.
    pub fn has_problem(&self, path: &RelPath) -> bool {
        self.problems.iter().any(|problem| problem.path == *path)
    }

    /// Keeps a directory, though nothing may be left in it.
    pub fn keep(&mut self, directory: RelPath) {
        self.kept.insert(directory);
    }

    /// Says which rights a directory has, should it have to be made.
    pub fn directory_mode(&mut self, directory: RelPath, mode: u32) {
        self.set.directories.insert(directory, mode);
    }

    /// Adds a program to run once the files are in place.
    pub fn step(&mut self, title: &str, argv: &[&str]) {
        let argv = argv.iter().map(|word| (*word).to_owned()).collect();
        self.set.steps.push(Step { title: title.to_owned(), argv });
    }

    /// Adds a command that is left to the user.
    pub fn next(&mut self, command: impl Into<String>) {
        self.set.next.push(command.into());
    }

    /// Names a route that comes, as `METHOD /path`.
    pub fn route(&mut self, route: impl Into<String>) {
        self.set.routes.push(route.into());
    }

    /// Names the migration that comes.
    pub fn migration(&mut self, name: impl Into<String>) {
        self.set.migration = Some(name.into());
    }

    /// Adds a line for people, such as a name that was derived.
    pub fn note(&mut self, line: impl Into<String>) {
        self.set.notes.push(line.into());
    }

    /// Adds what people must know before they agree.
    pub fn warn(&mut self, line: impl Into<String>) {
        self.set.warnings.push(line.into());
    }

    /// Compares the overlay with the tree.
    ///
    /// # Errors
    /// Fails with every conflict and every problem at once; then nothing may be written.
    pub fn finish(self) -> Result<ChangeSet> {
        if !self.conflicts.is_empty() || !self.problems.is_empty() {
            let error = refusal(self.conflicts, &self.problems);
            return Err(self.ways_out.into_iter().fold(error, Error::hint));
        }
        let emptied = self.emptied()?;
        let mut set = ChangeSet { emptied, ..self.set };
        for (path, Touched { before, after, why }) in self.touched {
            if before != after {
                set.changes.push(Change { path, before, after, why });
            } else if after.is_some() {
                set.identical.push(path);
            }
        }
        Ok(set)
    }

    /// Returns the directories in which removals leave nothing, inner before outer.
    fn emptied(&self) -> Result<Vec<RelPath>> {
        let mut emptied = BTreeSet::new();
        let gone = |touched: &Touched| touched.before.is_some() && touched.after.is_none();
        for (path, _) in self.touched.iter().filter(|(_, touched)| gone(touched)) {
            let mut around = path.parent();
            while let Some(directory) = around {
                if self.kept.contains(&directory) || !self.entries(&directory)?.is_empty() {
                    break;
                }
                around = directory.parent();
                emptied.insert(directory);
            }
        }
        Ok(emptied.into_iter().rev().collect())
    }
}

/// What is decided so far can be looked at like any tree.
impl Tree for Draft<'_> {
    fn read(&self, path: &RelPath) -> Result<Option<File>> {
        Draft::read(self, path)
    }

    fn walk(&self, wanted: &dyn Fn(&RelPath, bool) -> bool) -> Result<Vec<RelPath>> {
        let mut paths = self.tree.walk(wanted)?;
        paths.retain(|path| !self.touched.contains_key(path));
        let touched = self
            .touched
            .iter()
            .filter(|(path, touched)| touched.after.is_some() && is_reached(path, wanted));
        paths.extend(touched.map(|(path, _)| path.clone()));
        paths.sort();
        Ok(paths)
    }

    fn directory(&self, directory: &RelPath) -> Result<Option<Directory>> {
        let found = self.tree.directory(directory)?;
        let exists = found.is_some();
        let Directory { mode, entries } = found.unwrap_or_default();
        let mut names: BTreeSet<_> = entries.into_iter().collect();
        let before = names.len();
        for (path, touched) in &self.touched {
            let Some(inside) = path.inside(directory) else { continue };
            let name = inside.split('/').next().unwrap_or(inside);
            if touched.after.is_some() {
                names.insert(name.to_owned());
            } else if name == inside || self.directory(&below(directory, name)?)?.is_none() {
                names.remove(name);
            }
        }
        // One that was empty before is none that we emptied.
        let stays = self.kept.contains(directory) || before == 0;
        let entries: Vec<_> = names.into_iter().collect();
        let is_there = !entries.is_empty() || (exists && stays);
        Ok(is_there.then_some(Directory { mode, entries }))
    }
}

fn below(directory: &RelPath, name: &str) -> Result<RelPath> {
    RelPath::parse(&format!("{directory}/{name}"))
}

#[cfg(test)]
mod tests;
