//! A project where nothing is yet: built beside its place, then renamed onto it.
//!
//! Never shows an unfinished target, and never replaces a file or a directory that holds any.

use std::collections::HashSet;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use super::disk::{self, cannot};
use super::interrupt::Interrupt;
use super::lock::{self, Lock};
use crate::error::{Error, Kind, Result};
use crate::plan::ChangeSet;

/// How often the ground may shift under us before we leave it to others.
const PATIENCE: usize = 100;

/// Creates the files of `set` below `target`, which must be absent; its parents may be, too.
///
/// The files are built in `.NAME.ddd-forge-new` beside it. Whatever a killed run left there is
/// removed first, which its lock, gone with it, allows.
///
/// # Errors
/// Fails with everything removed: with exit code 4 where another run is at work or something took
/// the place meanwhile, 130 when interrupted, 1 when the system refuses a file.
pub fn create(set: &ChangeSet, target: &Path, interrupt: &Interrupt) -> Result<()> {
    let mut parents = Vec::new();
    let created = claim(target, &mut parents).and_then(|staging| {
        let placed = fill(set, &staging.path, target, interrupt)
            .and_then(|()| place(&staging.path, &staging.real_target, target));
        if placed.is_err() {
            // What cannot be removed now is removed by the next run.
            let _ = fs::remove_dir_all(&staging.path);
        }
        placed
    });
    if created.is_err() {
        for parent in parents.iter().rev() {
            // One that another run uses by now is not empty and stays.
            let _ = fs::remove_dir(parent);
        }
    }
    created
}

/// A directory of ours beside the target, for as long as the lock lives.
struct Staging {
    path: PathBuf,
    /// The target, free of links in its parents.
    real_target: PathBuf,
    _lock: Lock,
}

/// Makes the staging directory, and the missing directories above it, which `parents` remembers.
fn claim(target: &Path, parents: &mut Vec<PathBuf>) -> Result<Staging> {
    let Some(name) = target.file_name() else {
        let message = format!("`{}` does not name a directory to create", target.display());
        return Err(Error::not_applied(message));
    };
    for _ in 0..PATIENCE {
        let parent = match target.parent() {
            Some(parent) if parent != Path::new("") => parent,
            _ => Path::new("."),
        };
        make_parents(parent, parents)?;
        let Some(real_parent) = real_directory(parent)? else { continue };
        let real_target = real_parent.join(name);
        let path = disk::beside(&real_target, ".ddd-forge-new");
        if let Some(lock) = claim_once(&path)? {
            return Ok(Staging { path, real_target, _lock: lock });
        }
    }
    Err(taken(target))
}

/// Returns `path` free of links, or `None` when it has just been removed.
fn real_directory(path: &Path) -> Result<Option<PathBuf>> {
    match fs::canonicalize(path) {
        Ok(real) if real.is_dir() => Ok(Some(real)),
        Ok(_) => Err(Error::not_applied(format!("`{}` is not a directory", path.display()))),
        Err(_) if matches!(disk::exists(path), Ok(false)) => Ok(None),
        Err(error) => Err(cannot("open", path)(error)),
    }
}

/// Makes `staging` and locks it, or takes one step towards that.
fn claim_once(staging: &Path) -> Result<Option<Lock>> {
    match fs::create_dir(staging) {
        Ok(()) => lock::directory(staging, true).inspect_err(|error| {
            if error.kind == Kind::Failed {
                let _ = fs::remove_dir(staging);
            }
        }),
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {
            if fs::symlink_metadata(staging).is_ok_and(|metadata| !metadata.is_dir()) {
                return Err(lock::in_the_way(staging));
            }
            // Whoever holds the lock of what a killed run left may remove it.
            if let Some(_lock) = lock::directory(staging, false)? {
                fs::remove_dir_all(staging).map_err(cannot("remove", staging))?;
            }
            Ok(None)
        }
        // A run that failed took its parents, which were also ours, with it.
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(cannot("create", staging)(error)),
    }
}

/// Makes `directory` and what is missing above it, and remembers what it made.
fn make_parents(directory: &Path, made: &mut Vec<PathBuf>) -> Result<()> {
    let mut missing = Vec::new();
    for path in directory.ancestors().take_while(|path| *path != Path::new("")) {
        match disk::exists(path).map_err(cannot("open", path))? {
            true => break,
            false => missing.push(path),
        }
    }
    for path in missing.into_iter().rev() {
        match fs::create_dir(path) {
            Ok(()) => made.push(path.to_owned()),
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
            Err(error) => return Err(cannot("create", path)(error)),
        }
    }
    Ok(())
}

/// Writes every file below `staging`; errors name it as it will be, below `target`.
fn fill(set: &ChangeSet, staging: &Path, target: &Path, interrupt: &Interrupt) -> Result<()> {
    let mut made = HashSet::new();
    for change in &set.changes {
        interrupt.check()?;
        let Some(file) = &change.after else { continue };
        let (path, shown) = (change.path.below(staging), change.path.below(target));
        if let Some(directory) = path.parent()
            && made.insert(directory.to_owned())
        {
            fs::create_dir_all(directory).map_err(cannot("create the directory of", &shown))?;
        }
        disk::write_new(&path, file).map_err(cannot("write", &shown))?;
    }
    interrupt.check()?;
    disk::settle(staging).map_err(cannot("bring to the disk what is in", target))
}

/// Renames `staging` onto `real_target`, which at most is an empty directory.
fn place(staging: &Path, real_target: &Path, target: &Path) -> Result<()> {
    if disk::exists(real_target).map_err(cannot("open", target))? {
        return Err(taken(target));
    }
    fs::rename(staging, real_target).map_err(|error| match error.kind() {
        io::ErrorKind::DirectoryNotEmpty
        | io::ErrorKind::AlreadyExists
        | io::ErrorKind::NotADirectory => taken(target),
        _ => cannot("create", target)(error),
    })
}

fn taken(target: &Path) -> Error {
    Error::not_applied(format!("`{}` was created meanwhile", target.display()))
        .hint("choose another directory")
}
