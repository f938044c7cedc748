//! The runs that can be taken back: `.ddd-forge/undo/0001.json.gz` and so on, never in git.

use super::record::Run;
use crate::error::Result;
use crate::plan::{ChangeSet, Draft};
use crate::tree::{File, RelPath, Tree};

/// How many runs are remembered.
pub const KEPT: usize = 50;

const DIRECTORY: &str = ".ddd-forge/undo";
const SUFFIX: &str = ".json.gz";

/// Keeps the records out of git, whatever the project's own `.gitignore` says.
const IGNORE: (&str, &str) = (".ddd-forge/undo/.gitignore", "*\n");

/// The last run and its record. While they stay the same, no other run has changed the project.
#[derive(Debug, PartialEq, Eq)]
pub struct Last(Option<(u32, Option<File>)>);

impl Last {
    /// Looks for the last run in `tree`.
    ///
    /// # Errors
    /// Fails where the tree cannot be read.
    pub fn of(tree: &dyn Tree) -> Result<Self> {
        let Some(id) = ids(tree)?.pop() else { return Ok(Last(None)) };
        Ok(Last(Some((id, tree.read(&path(id)?)?))))
    }
}

/// Returns the last `count` runs with their ids, in order.
///
/// # Errors
/// Fails where a record cannot be read, or makes no sense.
pub fn runs(tree: &dyn Tree, count: usize) -> Result<Vec<(String, Run)>> {
    let ids = ids(tree)?;
    let mut runs = Vec::new();
    for id in &ids[ids.len().saturating_sub(count)..] {
        let path = path(*id)?;
        if let Some(file) = tree.read(&path)? {
            runs.push((name(*id), Run::parse(&path, &file.bytes)?));
        }
    }
    Ok(runs)
}

/// Returns `set` with a record of itself, and the record's id; an empty set leaves none. What it
/// does to `tree` is recorded as done by `command`, so many seconds after the beginning of 1970.
///
/// # Errors
/// Fails where the tree cannot be read.
pub fn recorded(
    set: &ChangeSet,
    tree: &dyn Tree,
    command: &str,
    seconds: u64,
) -> Result<(ChangeSet, Option<String>)> {
    if set.is_empty() {
        return Ok((set.clone(), None));
    }
    let ids = ids(tree)?;
    let id = ids.last().map_or(1, |last| last.saturating_add(1));
    let run = Run::of(set, tree, command, seconds)?;
    let mut draft = Draft::new(tree);
    let ignore = RelPath::parse(IGNORE.0)?;
    if tree.read(&ignore)?.is_none() {
        draft.create(ignore, File::text(IGNORE.1), "")?;
    }
    draft.create(path(id)?, File::binary(run.to_bytes()), "")?;
    for old in &ids[..(ids.len() + 1).saturating_sub(KEPT)] {
        draft.remove(path(*old)?, "")?;
    }
    Ok((with(set, draft)?, Some(name(id))))
}

/// Returns `set` without the record of the last run in `tree`, and that record's id.
///
/// # Errors
/// Fails where the tree cannot be read.
pub fn forgotten(set: &ChangeSet, tree: &dyn Tree) -> Result<(ChangeSet, Option<String>)> {
    let ids = ids(tree)?;
    let Some(id) = ids.last() else { return Ok((set.clone(), None)) };
    let mut draft = Draft::new(tree);
    draft.remove(path(*id)?, "")?;
    let ignore = RelPath::parse(IGNORE.0)?;
    let is_ours = |file: &File| file.bytes == IGNORE.1.as_bytes();
    if ids.len() == 1 && tree.read(&ignore)?.as_ref().is_some_and(is_ours) {
        draft.remove(ignore, "")?;
    }
    Ok((with(set, draft)?, Some(name(*id))))
}

fn with(set: &ChangeSet, draft: Draft<'_>) -> Result<ChangeSet> {
    let ours = draft.finish()?;
    let mut whole = set.clone();
    whole.changes.extend(ours.changes);
    whole.changes.sort_by(|one, other| one.path.cmp(&other.path));
    whole.emptied.extend(ours.emptied);
    Ok(whole)
}

fn ids(tree: &dyn Tree) -> Result<Vec<u32>> {
    let names = tree.entries(&RelPath::parse(DIRECTORY)?)?;
    let id = |file: &String| {
        let id = file.strip_suffix(SUFFIX)?.parse().ok()?;
        // What another wrote there is not ours to read.
        (*file == format!("{}{SUFFIX}", name(id))).then_some(id)
    };
    let mut ids: Vec<u32> = names.iter().filter_map(id).collect();
    ids.sort_unstable();
    Ok(ids)
}

fn name(id: u32) -> String {
    format!("{id:04}")
}

fn path(id: u32) -> Result<RelPath> {
    RelPath::parse(&format!("{DIRECTORY}/{}{SUFFIX}", name(id)))
}
