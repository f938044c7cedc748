//! Who may write: an advisory lock that ends with its process. Never waits for another run.

use std::fs::{self, File, OpenOptions, TryLockError};
use std::io::{self, Write};
use std::path::Path;

use super::disk::cannot;
use crate::error::{Error, Result};

/// What holds a lock for as long as it lives.
#[derive(Debug)]
pub struct Lock {
    file: Option<File>,
}

/// Locks the directory at `path`, which lasts through a rename. `made` says that we just made it.
///
/// Returns `None` when something else stands at `path` by now, so that the caller looks again.
pub fn directory(path: &Path, made: bool) -> Result<Option<Lock>> {
    // Only there can a directory be opened like a file.
    if cfg!(unix) {
        return match File::open(path) {
            Ok(file) => hold(path, file, made),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(cannot("open", path)(error)),
        };
    }
    exclusive(path, None, made)
}

/// Locks the file at `path`, making it where it is absent, and notes in it who we are.
///
/// Returns `None` when something else stands at `path` by now, so that the caller looks again.
pub fn file(path: &Path) -> Result<Option<Lock>> {
    let mut options = File::options();
    options.read(true).write(true);
    let (file, made) = match options.clone().create_new(true).open(path) {
        Ok(file) => (file, true),
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {
            let Some(file) = existing(path, &options)? else { return Ok(None) };
            (file, false)
        }
        // The directory around it has just been removed.
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(cannot("lock", path)(error)),
    };
    let lock = hold(path, file, made)?;
    if let Some(mut file) = lock.as_ref().and_then(|lock| lock.file.as_ref()) {
        // It is for people only; without it they are told less.
        let _ = file.set_len(0).and_then(|()| write!(file, "{}", std::process::id()));
    }
    Ok(lock)
}

fn existing(path: &Path, options: &OpenOptions) -> Result<Option<File>> {
    match fs::symlink_metadata(path) {
        Ok(metadata) if !metadata.is_file() => Err(in_the_way(path)),
        Ok(_) => match options.open(path) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            opened => opened.map(Some).map_err(cannot("lock", path)),
        },
        Err(_) => Ok(None),
    }
}

/// Says that `path` is not what we would have put there.
pub fn in_the_way(path: &Path) -> Error {
    Error::not_applied(format!("`{}` is in the way", path.display()))
        .hint("move it elsewhere, and run the same command again")
}

fn hold(path: &Path, file: File, made: bool) -> Result<Option<Lock>> {
    match file.try_lock() {
        Ok(()) if stands_at(&file, path) => Ok(Some(Lock { file: Some(file) })),
        Ok(()) => Ok(None),
        Err(TryLockError::WouldBlock) => Err(busy(path)),
        Err(TryLockError::Error(_)) => exclusive(path, Some(file), made),
    }
}

/// On a file system without locks whoever made the thing has it.
fn exclusive(path: &Path, file: Option<File>, made: bool) -> Result<Option<Lock>> {
    match made {
        true => Ok(Some(Lock { file })),
        false => {
            Err(busy(path).hint(format!("if no other run is at work, remove `{}`", path.display())))
        }
    }
}

fn busy(path: &Path) -> Error {
    let holder = fs::read_to_string(path).ok().and_then(|text| text.parse::<u32>().ok());
    let holder = holder.map_or(String::new(), |process| format!(" (process {process})"));
    Error::not_applied(format!("another run of `ddd-forge`{holder} is at work here"))
        .at(path.display().to_string())
        .hint("run the same command again when the other has finished")
}

/// Tells whether `path` itself, not what a link leads to, still is what we opened.
#[cfg(unix)]
fn stands_at(file: &File, path: &Path) -> bool {
    use std::os::unix::fs::MetadataExt;
    let identity = |metadata: fs::Metadata| (metadata.dev(), metadata.ino());
    match (file.metadata(), fs::symlink_metadata(path)) {
        (Ok(opened), Ok(found)) => identity(opened) == identity(found),
        _ => false,
    }
}

/// There an open file cannot give way to another.
#[cfg(not(unix))]
fn stands_at(_: &File, path: &Path) -> bool {
    fs::symlink_metadata(path).is_ok()
}
