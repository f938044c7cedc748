//! What a run is about to do, kept on disk, so that whoever comes after it can finish it or take
//! it back.
//!
//! A changed file has two companions for as long as the run lasts: `.NAME.ddd-forge-new`, what it
//! will be, and `.NAME.ddd-forge-old`, what it was. While the first exists, the file is not changed
//! yet. Never touches a file whose content is neither the old nor the new: that is a user's.

use std::collections::BTreeMap;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use super::disk::{self, cannot};
use super::site::{resolve, state};
use crate::error::{Error, Result};
use crate::tree::{File, RelPath};

/// Ends the name of a file's future.
pub const NEW: &str = ".ddd-forge-new";
/// Ends the name of a file's past.
pub const OLD: &str = ".ddd-forge-old";

/// The name of the journal while the run may still be taken back.
const PREPARED: &str = "journal";
/// The name of the journal from the moment on that the run will be finished.
const COMMITTED: &str = "journal.commit";
const UNFINISHED: &str = "journal.new";

/// The names below the state directory that a killed run may leave.
const NAMES: [&str; 3] = [PREPARED, COMMITTED, UNFINISHED];

/// Tells whether a run that was killed left anything below `root`.
pub fn is_left(root: &Path) -> Result<bool> {
    for name in NAMES {
        let path = state(root, name);
        if disk::exists(&path).map_err(cannot("open", &path))? {
            return Ok(true);
        }
    }
    Ok(false)
}

/// Everything a run will do.
#[derive(Debug, Default, Serialize, Deserialize)]
pub struct Journal {
    /// The directories to make, outer before inner.
    pub directories: Vec<RelPath>,
    /// The files to change, in order.
    pub entries: Vec<Entry>,
    /// The directories to remove once nothing is left in them, inner before outer.
    #[serde(default)]
    pub emptied: Vec<RelPath>,
}

/// What the files and directories of a journal will be.
#[derive(Debug)]
pub struct Content<'set> {
    /// The content of each entry; `None` for one that goes.
    pub files: Vec<Option<&'set File>>,
    /// The rights of directories, where they are not what the umask leaves.
    pub modes: &'set BTreeMap<RelPath, u32>,
}

/// One file: where it really lies, and the hashes of what it was and will be.
#[derive(Debug, Serialize, Deserialize)]
pub struct Entry {
    /// The path below the root, free of links.
    pub path: RelPath,
    /// The hash of what it was; `None` when it was absent.
    pub before: Option<String>,
    /// The hash of what it will be; `None` when it goes.
    pub after: Option<String>,
}

/// A file and its companions.
struct Spot {
    file: PathBuf,
    new: PathBuf,
    old: PathBuf,
}

impl Journal {
    /// Returns the journal below `root` that a killed run left, and whether it is committed.
    pub fn load(root: &Path) -> Result<Option<(Self, bool)>> {
        for (name, committed) in [(COMMITTED, true), (PREPARED, false)] {
            let path = state(root, name);
            let Some(bytes) = disk::read(&path).map_err(cannot("read", &path))? else { continue };
            let damaged = |error: anyhow::Error| {
                let message = format!("`{}` cannot be followed", path.display());
                Error::not_applied(message).because(error).hint(format!("rm {}", path.display()))
            };
            let journal: Journal =
                serde_json::from_slice(&bytes).map_err(|error| damaged(error.into()))?;
            // It may have come with someone else's files, and then we do nobody's errands.
            journal.check_places(root).map_err(|reason| damaged(anyhow::anyhow!(reason)))?;
            return Ok(Some((journal, committed)));
        }
        Ok(None)
    }

    fn check_places(&self, root: &Path) -> std::result::Result<(), String> {
        let files = self.entries.iter().map(|entry| &entry.path);
        let directories = self.directories.iter().chain(&self.emptied);
        files.chain(directories).try_for_each(|path| check_place(root, path))
    }

    /// Puts the journal below `root`, whole.
    pub fn store(&self, root: &Path) -> Result<()> {
        let (draft, path) = (state(root, UNFINISHED), state(root, PREPARED));
        let bytes = serde_json::to_vec_pretty(self).expect("paths and hashes are JSON");
        disk::remove(&draft)
            .and_then(|()| disk::write_new(&draft, &File::binary(bytes)))
            .and_then(|()| fs::rename(&draft, &path))
            .map_err(cannot("write", &path))
    }

    /// Makes the directories, and the new content of every file beside it.
    pub fn stage(
        &self,
        root: &Path,
        content: &Content<'_>,
        check: impl Fn() -> Result<()>,
    ) -> Result<()> {
        for directory in &self.directories {
            let path = directory.below(root);
            let mode = content.modes.get(directory);
            fs::create_dir(&path)
                .and_then(|()| mode.map_or(Ok(()), |mode| disk::set_mode(&path, *mode)))
                .map_err(cannot("create", &path))?;
        }
        for (entry, file) in self.entries.iter().zip(&content.files) {
            check()?;
            if let Some(file) = file {
                let spot = entry.spot(root);
                entry.stage(&spot, file).map_err(cannot("write", &spot.file))?;
            }
        }
        Ok(())
    }

    /// Decides that the run will be finished.
    pub fn commit(&self, root: &Path) -> Result<()> {
        let path = state(root, COMMITTED);
        fs::rename(state(root, PREPARED), &path).map_err(cannot("write", &path))
    }

    /// Changes every file that is not changed yet; returns those that a user changed instead.
    pub fn finish(&self, root: &Path) -> Result<Vec<RelPath>> {
        let mut kept = Vec::new();
        for entry in &self.entries {
            let spot = entry.spot(root);
            if !entry.finish(&spot).map_err(cannot("replace", &spot.file))? {
                kept.push(entry.path.clone());
            }
        }
        Ok(kept)
    }

    /// Removes what was kept of the files as they were, the directories that this leaves empty, and
    /// then the journal.
    pub fn close(&self, root: &Path) -> Result<()> {
        for entry in &self.entries {
            let old = entry.spot(root).old;
            disk::remove(&old).map_err(cannot("remove", &old))?;
        }
        for directory in &self.emptied {
            let path = directory.below(root);
            disk::remove_empty(&path).map_err(cannot("remove", &path))?;
        }
        forget(root)
    }

    /// Restores what was; returns the files that a user changed since, which stay.
    pub fn take_back(&self, root: &Path) -> Result<Vec<RelPath>> {
        // Should we be killed in here, the next run goes on in the same direction.
        let _ = fs::rename(state(root, COMMITTED), state(root, PREPARED));
        let (mut kept, mut failure) = (Vec::new(), None);
        for entry in self.entries.iter().rev() {
            let spot = entry.spot(root);
            match entry.take_back(&spot).map_err(cannot("restore", &spot.file)) {
                Ok(true) => {}
                Ok(false) => kept.push(entry.path.clone()),
                Err(error) => failure = failure.or(Some(error)),
            }
        }
        if let Some(error) = failure {
            return Err(error);
        }
        for directory in self.directories.iter().rev() {
            // One that holds a user's file by now stays.
            let _ = fs::remove_dir(directory.below(root));
        }
        forget(root).map(|()| kept)
    }
}

impl Entry {
    /// Returns where the file and its companions are.
    fn spot(&self, root: &Path) -> Spot {
        let file = self.path.below(root);
        let (new, old) = (disk::beside(&file, NEW), disk::beside(&file, OLD));
        Spot { file, new, old }
    }

    fn stage(&self, spot: &Spot, file: &File) -> io::Result<()> {
        disk::write_new(&spot.new, file)?;
        if self.before.is_some() {
            disk::take_after(&spot.new, &spot.file, file)?;
            // A second name takes no space, and keeps all there is to the file.
            fs::hard_link(&spot.file, &spot.old)
                .or_else(|_| fs::copy(&spot.file, &spot.old).map(drop))?;
        }
        Ok(())
    }

    /// Changes the file unless that is done; answers `false` where a user changed it instead.
    fn finish(&self, spot: &Spot) -> io::Result<bool> {
        let waiting = match self.after {
            Some(_) => disk::exists(&spot.new)?,
            None => !disk::exists(&spot.old)? && disk::exists(&spot.file)?,
        };
        if !waiting {
            return Ok(true);
        }
        if disk::hash(&spot.file)? != self.before {
            disk::remove(&spot.new)?;
            return Ok(false);
        }
        match self.after {
            Some(_) => fs::rename(&spot.new, &spot.file)?,
            None => fs::rename(&spot.file, &spot.old)?,
        }
        Ok(true)
    }

    /// Restores the file unless that is done; answers `false` where a user changed it since.
    fn take_back(&self, spot: &Spot) -> io::Result<bool> {
        if disk::exists(&spot.new)? {
            // Not changed yet. The new goes last, because it says so.
            disk::remove(&spot.old)?;
            disk::remove(&spot.new)?;
            return Ok(true);
        }
        let found = disk::hash(&spot.file)?;
        let ours = found == self.after;
        match (self.before.is_some(), disk::exists(&spot.old)?) {
            (true, true) if ours || found.is_none() => fs::rename(&spot.old, &spot.file)?,
            (true, true) => disk::remove(&spot.old)?,
            (false, _) if ours => disk::remove(&spot.file)?,
            _ => {}
        }
        Ok(ours || found == self.before || found.is_none())
    }
}

/// Fails when a link has come between `root` and `path`.
pub fn check_place(root: &Path, path: &RelPath) -> std::result::Result<(), String> {
    match resolve(root, path)? == path.below(root) {
        true => Ok(()),
        false => Err(format!("`{path}` lies behind a symbolic link")),
    }
}

/// Removes the journal below `root`, and with it the reason to look for anything else.
fn forget(root: &Path) -> Result<()> {
    for name in NAMES {
        let path = state(root, name);
        disk::remove(&path).map_err(cannot("remove", &path))?;
    }
    Ok(())
}
