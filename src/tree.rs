//! A read-only view of a directory of files, on disk or in memory.
//!
//! Never writes; see [`crate::apply`].

use std::collections::BTreeMap;
use std::fmt;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use serde::Serialize;
use walkdir::WalkDir;

use crate::error::{Error, Result};

/// A path below a root: relative, `/`-separated, without `.` or `..`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(transparent)]
pub struct RelPath(String);

impl RelPath {
    /// Checks that `path` stays below its root.
    ///
    /// # Errors
    /// Fails for an empty path, an absolute one, or one with a `.`, `..`, `\` or NUL in it.
    pub fn parse(path: &str) -> Result<Self> {
        let plain =
            |part: &str| !matches!(part, "" | "." | "..") && !part.contains(['\\', '\0', ':']);
        if path.split('/').all(plain) {
            Ok(RelPath(path.to_owned()))
        } else {
            Err(Error::failed(format!(
                "`{}` is not a path inside the project",
                path.escape_debug()
            )))
        }
    }

    /// Returns the text, with `/` between parts.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Returns the path on this system below `root`.
    pub fn below(&self, root: &Path) -> PathBuf {
        self.0.split('/').fold(root.to_path_buf(), |path, part| path.join(part))
    }
}

impl fmt::Display for RelPath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// What a file holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct File {
    /// Its bytes.
    pub bytes: Vec<u8>,
    /// Whether it may be run (always `false` when read on Windows).
    pub executable: bool,
}

impl File {
    /// Makes an ordinary file.
    pub fn text(text: impl Into<String>) -> Self {
        File { bytes: text.into().into_bytes(), executable: false }
    }
}

/// Something that files can be read from.
pub trait Tree {
    /// Returns the file at `path`, or `None` where nothing is.
    ///
    /// # Errors
    /// Fails where something other than a readable file stands there.
    fn read(&self, path: &RelPath) -> Result<Option<File>>;

    /// Returns every file below the root, sorted.
    ///
    /// # Errors
    /// Fails where a directory cannot be read.
    fn list(&self) -> Result<Vec<RelPath>>;
}

/// A tree in memory: for a project that does not exist yet, and for tests.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct MemoryTree(pub BTreeMap<RelPath, File>);

impl Tree for MemoryTree {
    fn read(&self, path: &RelPath) -> Result<Option<File>> {
        Ok(self.0.get(path).cloned())
    }

    fn list(&self) -> Result<Vec<RelPath>> {
        Ok(self.0.keys().cloned().collect())
    }
}

/// A tree on disk.
#[derive(Clone, Debug)]
pub struct DiskTree {
    root: PathBuf,
}

impl DiskTree {
    /// Views the directory `root`.
    pub fn new(root: impl Into<PathBuf>) -> Self {
        DiskTree { root: root.into() }
    }
}

impl Tree for DiskTree {
    fn read(&self, path: &RelPath) -> Result<Option<File>> {
        let full = path.below(&self.root);
        let metadata = match fs::metadata(&full) {
            Ok(metadata) => metadata,
            Err(error) if is_absent(&error) && fs::symlink_metadata(&full).is_err() => {
                return Ok(None);
            }
            Err(error) => return Err(unreadable(&full, error)),
        };
        // Opening a pipe or a device would block or do worse.
        if !metadata.is_file() {
            let message = format!("`{path}` is not a regular file");
            return Err(Error::not_applied(message).at(full.display().to_string()));
        }
        let bytes = fs::read(&full).map_err(|error| unreadable(&full, error))?;
        Ok(Some(File { bytes, executable: is_executable(&metadata) }))
    }

    fn list(&self) -> Result<Vec<RelPath>> {
        let mut paths = Vec::new();
        for entry in WalkDir::new(&self.root).min_depth(1).sort_by_file_name() {
            let entry = entry.map_err(|error| {
                Error::failed(format!("cannot read `{}`", self.root.display())).because(error)
            })?;
            if entry.file_type().is_dir() {
                continue;
            }
            let relative = entry.path().strip_prefix(&self.root).unwrap_or(entry.path());
            let parts: Vec<_> = relative.iter().map(|part| part.to_string_lossy()).collect();
            // A name that we could not have written is none of ours.
            paths.extend(RelPath::parse(&parts.join("/")).ok());
        }
        paths.sort();
        Ok(paths)
    }
}

fn is_absent(error: &io::Error) -> bool {
    matches!(error.kind(), io::ErrorKind::NotFound | io::ErrorKind::NotADirectory)
}

fn unreadable(path: &Path, error: io::Error) -> Error {
    Error::failed(format!("cannot read `{}`", path.display())).because(error)
}

#[cfg(unix)]
fn is_executable(metadata: &fs::Metadata) -> bool {
    use std::os::unix::fs::PermissionsExt;
    metadata.permissions().mode() & 0o100 != 0
}

#[cfg(not(unix))]
fn is_executable(_: &fs::Metadata) -> bool {
    false
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_that_leave_the_root_are_refused() {
        for path in ["", "/abs", "a//b", "../x", "a/../b", "./a", "a\\b", "a\0b", "C:/x", "a/"] {
            assert!(RelPath::parse(path).is_err(), "{path:?}");
        }
        assert_eq!(RelPath::parse("app/api/.env").unwrap().as_str(), "app/api/.env");
    }

    #[cfg(unix)]
    #[test]
    fn what_is_no_file_is_refused_without_opening_it() {
        let tree = DiskTree::new("/dev");
        assert!(tree.read(&RelPath::parse("null").unwrap()).is_err());
        assert!(tree.read(&RelPath::parse("no-such-device").unwrap()).unwrap().is_none());
    }
}
