//! The last look before anything is written: does the change still fit the disk? Never writes.

use std::collections::HashSet;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use super::disk;
use super::journal::{Content, Entry, Journal, NEW, OLD};
use super::site;
use crate::error::{Error, Result};
use crate::plan::{Change, ChangeSet};
use crate::tree::{File, RelPath};

/// Why a file cannot be changed, and which.
type Problem = (RelPath, String);

/// Returns what is to be done below `root`, and the content that each entry of it will have.
///
/// # Errors
/// Fails with exit code 4 and every file that is in the way.
pub fn check<'set>(set: &'set ChangeSet, root: &Path) -> Result<(Journal, Content<'set>)> {
    let mut changes: Vec<_> = set.changes.iter().collect();
    // What others will refer to comes first, what they referred to goes last.
    changes.sort_by_key(|change| (change.after.is_none(), change.before.is_some()));
    let mut checked = Checked::default();
    for change in &changes {
        if let Err(reason) = checked.add(root, change) {
            checked.problems.push((change.path.clone(), reason));
        }
    }
    let emptied = set.emptied.iter().filter(|directory| !is_link(&directory.below(root)));
    for directory in emptied {
        match site::resolve(root, directory) {
            Ok(real) => checked.journal.emptied.extend(relative(root, &real)),
            Err(reason) => checked.problems.push((directory.clone(), reason)),
        }
    }
    match checked.problems.is_empty() {
        true => {
            let files = changes.iter().map(|change| change.after.as_ref()).collect();
            Ok((checked.journal, Content { files, modes: &set.directories }))
        }
        false => Err(refusal(checked.problems)),
    }
}

#[derive(Default)]
struct Checked {
    journal: Journal,
    places: HashSet<PathBuf>,
    problems: Vec<Problem>,
}

impl Checked {
    fn add(&mut self, root: &Path, change: &Change) -> std::result::Result<(), String> {
        let path = &change.path;
        let real = site::resolve(root, path)?;
        let odd = || format!("`{path}` has an odd name");
        let hash = |file: &Option<File>| file.as_ref().map(|file| disk::sha256(&file.bytes));
        let (before, after) = (hash(&change.before), hash(&change.after));
        let entry = Entry { path: relative(root, &real).ok_or_else(odd)?, before, after };
        if !self.places.insert(real.clone()) {
            return Err(format!("`{path}` is another name of a file that changes, too"));
        }
        if entry.after.is_none() && is_link(&path.below(root)) {
            return Err(format!("`{path}` is a symbolic link, and only files are removed"));
        }
        is_as_planned(path, &real, entry.before.as_deref())?;
        if let Some(before) = &change.before {
            has_mode(path, &real, before.mode)?;
            is_writable(path, &real)?;
        }
        is_free(&disk::beside(&real, NEW))?;
        is_free(&disk::beside(&real, OLD))?;
        let absent = |directory: &&Path| matches!(disk::exists(directory), Ok(false));
        let above = real.ancestors().skip(1).take_while(absent);
        let above: Option<Vec<_>> = above.map(|directory| relative(root, directory)).collect();
        for directory in above.ok_or_else(odd)?.into_iter().rev() {
            if !self.journal.directories.contains(&directory) {
                self.journal.directories.push(directory);
            }
        }
        self.journal.entries.push(entry);
        Ok(())
    }
}

fn is_link(path: &Path) -> bool {
    fs::symlink_metadata(path).is_ok_and(|metadata| metadata.is_symlink())
}

fn is_free(path: &Path) -> std::result::Result<(), String> {
    match disk::exists(path) {
        Ok(true) => Err(format!("`{}` is in the way", path.display())),
        Ok(false) => Ok(()),
        Err(error) => Err(format!("`{}` cannot be reached: {error}", path.display())),
    }
}

/// Tells what has happened to the file since the change was planned.
pub fn is_as_planned(
    path: &RelPath,
    real: &Path,
    planned: Option<&str>,
) -> std::result::Result<(), String> {
    let found = disk::hash(real).map_err(|error| format!("`{path}` cannot be read: {error}"))?;
    match (planned, found.as_deref()) {
        (None, Some(_)) => Err(format!("`{path}` was created meanwhile")),
        (Some(_), None) => Err(format!("`{path}` was removed meanwhile")),
        (planned, found) if planned != found => Err(format!("`{path}` was changed meanwhile")),
        _ => Ok(()),
    }
}

/// The rights are part of what the plan keeps, and of what taking it back restores.
fn has_mode(path: &RelPath, real: &Path, planned: Option<u32>) -> std::result::Result<(), String> {
    match disk::mode(real) {
        Ok(Some(found)) if planned.is_some_and(|planned| planned != found) => {
            Err(format!("the rights of `{path}` were changed meanwhile"))
        }
        _ => Ok(()),
    }
}

/// A rename would replace a file that its owner has closed to writing; we respect that.
fn is_writable(path: &RelPath, real: &Path) -> std::result::Result<(), String> {
    match fs::File::options().write(true).open(real) {
        Err(error) if error.kind() == io::ErrorKind::PermissionDenied => {
            Err(format!("`{path}` is read-only"))
        }
        Err(error) => Err(format!("`{path}` cannot be written: {error}")),
        Ok(_) => Ok(()),
    }
}

fn relative(root: &Path, real: &Path) -> Option<RelPath> {
    let parts: Option<Vec<_>> =
        real.strip_prefix(root).ok()?.iter().map(|part| part.to_str()).collect();
    RelPath::parse(&parts?.join("/")).ok()
}

/// Says all that is in the way at once.
pub fn refusal(problems: Vec<Problem>) -> Error {
    let (conflicts, reasons): (Vec<_>, Vec<_>) = problems.into_iter().unzip();
    let error = match &*reasons {
        [reason] => Error::not_applied(reason),
        _ => Error::not_applied(format!("{} files are in the way", reasons.len()))
            .at(reasons.join("\n")),
    };
    Error { conflicts, ..error }
}
