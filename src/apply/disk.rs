//! Single acts on the disk, and the words for their failure. Never follows a link when it writes.

use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use sha2::{Digest, Sha256};

use crate::error::Error;
use crate::tree::File;

/// Says what the system refused, and where.
pub fn cannot(act: &str, path: &Path) -> impl FnOnce(io::Error) -> Error {
    move |error| Error::failed(format!("cannot {act} `{}`", path.display())).because(error)
}

/// Writes a file where nothing is yet, with its own rights, or those that the umask leaves.
pub fn write_new(path: &Path, file: &File) -> io::Result<()> {
    let mut options = fs::File::options();
    options.write(true).create_new(true);
    #[cfg(unix)]
    {
        use std::os::unix::fs::OpenOptionsExt;
        // What others may not read they cannot read from the start.
        options.mode(file.mode.unwrap_or(if file.executable { 0o777 } else { 0o666 }));
    }
    let mut written = options.open(path)?;
    written.write_all(&file.bytes)?;
    if let Some(mode) = file.mode {
        set_mode(path, mode)?;
    }
    // Elsewhere one `syncfs` does it for all files.
    #[cfg(not(target_os = "linux"))]
    written.sync_all()?;
    Ok(())
}

/// Gives what stands at `path` its rights.
#[cfg(unix)]
pub fn set_mode(path: &Path, mode: u32) -> io::Result<()> {
    use std::os::unix::fs::PermissionsExt;
    fs::set_permissions(path, fs::Permissions::from_mode(mode))
}

/// Where files have no such rights there are none to give.
#[cfg(not(unix))]
pub fn set_mode(_: &Path, _: u32) -> io::Result<()> {
    Ok(())
}

/// Returns the rights of what stands at `path`, where the system has such.
#[cfg(unix)]
pub fn mode(path: &Path) -> io::Result<Option<u32>> {
    use std::os::unix::fs::MetadataExt;
    Ok(Some(fs::metadata(path)?.mode() & 0o7777))
}

/// Where files have no such rights there are none to know.
#[cfg(not(unix))]
pub fn mode(_: &Path) -> io::Result<Option<u32>> {
    Ok(None)
}

/// Brings everything that was written below `directory` to the device.
#[cfg(target_os = "linux")]
pub fn settle(directory: &Path) -> io::Result<()> {
    Ok(rustix::fs::syncfs(fs::File::open(directory)?)?)
}

/// Every file was brought to the device when it was written.
#[cfg(not(target_os = "linux"))]
pub fn settle(_: &Path) -> io::Result<()> {
    Ok(())
}

/// Returns the SHA-256 of the file at `path`, or `None` where nothing is.
pub fn hash(path: &Path) -> io::Result<Option<String>> {
    Ok(read(path)?.map(|bytes| sha256(&bytes)))
}

/// Returns the bytes of the file at `path`, or `None` where nothing is.
pub fn read(path: &Path) -> io::Result<Option<Vec<u8>>> {
    match fs::symlink_metadata(path) {
        Err(error) if is_absent(&error) => Ok(None),
        Err(error) => Err(error),
        // Opening a pipe or a device would block or do worse.
        Ok(metadata) if !metadata.is_file() => Err(io::Error::other("it is not a regular file")),
        Ok(_) => fs::read(path).map(Some),
    }
}

/// Returns the SHA-256 of `bytes` in hexadecimal digits.
pub fn sha256(bytes: &[u8]) -> String {
    Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect()
}

/// Tells whether anything stands at `path`, be it a link that leads nowhere.
pub fn exists(path: &Path) -> io::Result<bool> {
    match fs::symlink_metadata(path) {
        Err(error) if is_absent(&error) => Ok(false),
        found => found.map(|_| true),
    }
}

/// Tells whether the system said that there is nothing, nor could be.
pub fn is_absent(error: &io::Error) -> bool {
    use io::ErrorKind::{InvalidFilename, NotADirectory, NotFound};
    matches!(error.kind(), NotFound | NotADirectory | InvalidFilename)
}

/// Removes the file at `path`, if there is one.
pub fn remove(path: &Path) -> io::Result<()> {
    match fs::remove_file(path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
        removed => removed,
    }
}

/// Removes the directory at `path`; one that holds anything, or may not be removed, stays.
pub fn remove_empty(path: &Path) -> io::Result<()> {
    use io::ErrorKind::{
        AlreadyExists, DirectoryNotEmpty, NotADirectory, NotFound, PermissionDenied, ResourceBusy,
    };
    match fs::remove_dir(path) {
        Err(error) => match error.kind() {
            // What stands in the way now will do so at the next run, too.
            AlreadyExists | DirectoryNotEmpty | NotADirectory => Ok(()),
            NotFound | PermissionDenied | ResourceBusy => Ok(()),
            _ => Err(error),
        },
        Ok(()) => Ok(()),
    }
}

/// Returns the hidden name beside `path` that ends in `suffix`.
pub fn beside(path: &Path, suffix: &str) -> PathBuf {
    let mut name = std::ffi::OsString::from(".");
    name.push(path.file_name().unwrap_or_default());
    name.push(suffix);
    path.with_file_name(name)
}

/// Gives `new`, which holds `file`, the owner of `old`, whose place it takes, and its rights where
/// the file has none of its own.
#[cfg(unix)]
pub fn take_after(new: &Path, old: &Path, file: &File) -> io::Result<()> {
    use std::os::unix::fs::{MetadataExt, chown};
    let (is, was) = (fs::metadata(new)?, fs::metadata(old)?);
    if (is.uid(), is.gid()) != (was.uid(), was.gid()) {
        // Only root may give files away; for others the file becomes theirs, as with any editor.
        let _ = chown(new, Some(was.uid()), Some(was.gid()));
    }
    let mode = was.mode() & 0o7777;
    let kept = match (file.executable, mode & 0o100 != 0) {
        (true, false) => mode | (mode & 0o444) >> 2,
        (false, true) => mode & !0o111,
        _ => mode,
    };
    set_mode(new, file.mode.unwrap_or(kept))
}

/// Where files have no such rights there is nothing to keep.
#[cfg(not(unix))]
pub fn take_after(_: &Path, _: &Path, _: &File) -> io::Result<()> {
    Ok(())
}
