//! A directory that is being changed: its root, where a path in it really lies, and its lock.
//!
//! Never answers with a place outside the root.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use super::disk::{self, cannot};
use super::lock::{self, Lock};
use crate::error::{Error, Result};
use crate::tree::RelPath;

/// The directory that holds what we know of a project, and the lock and journal of a run.
const STATE: &str = ".ddd-forge";

/// How often the ground may shift under us before we leave it to others.
const PATIENCE: usize = 100;

/// Returns the path of `name` in the state directory below `root`.
pub fn state(root: &Path, name: &str) -> PathBuf {
    root.join(STATE).join(name)
}

/// The right to change a directory; given back when dropped.
#[derive(Debug)]
pub struct Site {
    /// The directory, free of links.
    pub root: PathBuf,
    _lock: Lock,
}

impl Site {
    /// Tells whether a run left its lock below `root`, or has it now.
    pub fn is_left(root: &Path) -> Result<bool> {
        let path = state(root, "lock");
        disk::exists(&path).map_err(cannot("open", &path))
    }

    /// Locks the directory `root` against other runs.
    pub fn lock(root: &Path) -> Result<Self> {
        let root = fs::canonicalize(root).map_err(cannot("open", root))?;
        let directory = root.join(STATE);
        for _ in 0..PATIENCE {
            match lock_once(&root, &directory) {
                Ok(Some(lock)) => return Ok(Site { root, _lock: lock }),
                Ok(None) => {}
                Err(error) => {
                    // It may be ours, and then it is empty.
                    let _ = fs::remove_dir(&directory);
                    return Err(error);
                }
            }
        }
        Err(Error::not_applied(format!("`{}` does not stand still", directory.display())))
    }
}

fn lock_once(root: &Path, directory: &Path) -> Result<Option<Lock>> {
    match fs::create_dir(directory) {
        Err(error) if error.kind() != io::ErrorKind::AlreadyExists => {
            return Err(cannot("create", directory)(error));
        }
        _ => {}
    }
    if fs::symlink_metadata(directory).is_ok_and(|metadata| !metadata.is_dir()) {
        return Err(lock::in_the_way(directory));
    }
    lock::file(&state(root, "lock"))
}

impl Drop for Site {
    fn drop(&mut self) {
        // Removed while it is still ours. What is left behind does no harm.
        let _ = fs::remove_file(state(&self.root, "lock"));
        // A project's own record keeps its directory.
        let _ = fs::remove_dir(self.root.join(STATE));
    }
}

/// Returns where `path` really lies below `root`, or why it may not be written.
///
/// A link is followed as long as it stays inside; git's own files are not for us.
pub fn resolve(root: &Path, path: &RelPath) -> std::result::Result<PathBuf, String> {
    let full = path.below(root);
    let mut ancestors = full.ancestors();
    let (standing, inner) = loop {
        let Some(ancestor) = ancestors.next() else { break (root, full.as_path()) };
        match fs::symlink_metadata(ancestor) {
            Ok(_) => break (ancestor, full.strip_prefix(ancestor).unwrap_or(Path::new(""))),
            Err(error) if disk::is_absent(&error) => {}
            Err(error) => return Err(format!("`{path}` cannot be reached: {error}")),
        }
    };
    let Ok(mut real) = fs::canonicalize(standing) else {
        return Err(format!("`{path}` lies behind a symbolic link that leads nowhere"));
    };
    if inner != Path::new("") {
        if !real.is_dir() {
            return Err(format!("`{path}` needs a directory where a file is"));
        }
        real.push(inner);
    }
    let Ok(inside) = real.strip_prefix(root) else {
        return Err(format!("`{path}` lies behind a symbolic link out of the project"));
    };
    // A journal that came with someone's repository must not plant a hook.
    if inside.iter().any(|part| part.eq_ignore_ascii_case(".git")) {
        return Err(format!("`{path}` belongs to git"));
    }
    Ok(real)
}
