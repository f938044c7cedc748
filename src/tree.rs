//! A read-only view of a directory of files, on disk or in memory.
//!
//! Never writes; see [`crate::apply`].

use std::collections::BTreeMap;
use std::fmt;
use std::fs;
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use crate::error::{Error, Result};

/// A path below a root: relative, `/`-separated, without `.` or `..`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String")]
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

    /// Returns the path without its last part, or `None` for one directly below the root.
    pub fn parent(&self) -> Option<RelPath> {
        self.0.rsplit_once('/').map(|(parent, _)| RelPath(parent.to_owned()))
    }

    /// Returns what follows `directory` in the path, or `None` for one that is not below it.
    pub fn inside(&self, directory: &RelPath) -> Option<&str> {
        self.0.strip_prefix(&directory.0)?.strip_prefix('/')
    }

    /// Returns the path on this system below `root`.
    pub fn below(&self, root: &Path) -> PathBuf {
        self.0.split('/').fold(root.to_path_buf(), |path, part| path.join(part))
    }
}

impl TryFrom<String> for RelPath {
    type Error = Error;

    fn try_from(path: String) -> Result<Self> {
        RelPath::parse(&path)
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
    /// Its rights, where they are known; `None` stands for what the umask leaves of a new file, and
    /// for those of the file whose place it takes.
    pub mode: Option<u32>,
}

impl File {
    /// Makes an ordinary file.
    pub fn text(text: impl Into<String>) -> Self {
        File::binary(text.into().into_bytes())
    }

    /// Makes an ordinary file of any bytes.
    pub fn binary(bytes: Vec<u8>) -> Self {
        File { bytes, executable: false, mode: None }
    }

    /// Returns its text; what is not UTF-8 in it is replaced.
    pub fn to_text(&self) -> String {
        String::from_utf8_lossy(&self.bytes).into_owned()
    }
}

/// What a directory holds.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Directory {
    /// Its rights, where they are known.
    pub mode: Option<u32>,
    /// The names of all that stands directly in it, sorted.
    pub entries: Vec<String>,
}

/// Something that files can be read from.
pub trait Tree: Sync {
    /// Returns the file at `path`, or `None` where nothing is.
    ///
    /// # Errors
    /// Fails where something other than a readable file stands there.
    fn read(&self, path: &RelPath) -> Result<Option<File>>;

    /// Returns every file below the root that is `wanted`, sorted; what is asked is told whether it
    /// stands for a directory, and nothing is looked for in one that is not wanted.
    ///
    /// # Errors
    /// Fails where a directory cannot be read.
    fn walk(&self, wanted: &dyn Fn(&RelPath, bool) -> bool) -> Result<Vec<RelPath>>;

    /// Returns the directory at `path`, or `None` where nothing is.
    ///
    /// # Errors
    /// Fails where something other than a readable directory stands there.
    fn directory(&self, path: &RelPath) -> Result<Option<Directory>>;

    /// Returns the names of all that stands directly in the directory at `path`, sorted; none where
    /// nothing is.
    ///
    /// # Errors
    /// Fails where something other than a readable directory stands there.
    fn entries(&self, path: &RelPath) -> Result<Vec<String>> {
        Ok(self.directory(path)?.unwrap_or_default().entries)
    }
}

/// A tree in memory: for a project that does not exist yet, and for tests.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct MemoryTree(pub BTreeMap<RelPath, File>);

impl Tree for MemoryTree {
    fn read(&self, path: &RelPath) -> Result<Option<File>> {
        Ok(self.0.get(path).cloned())
    }

    fn walk(&self, wanted: &dyn Fn(&RelPath, bool) -> bool) -> Result<Vec<RelPath>> {
        Ok(self.0.keys().filter(|path| is_reached(path, wanted)).cloned().collect())
    }

    fn directory(&self, directory: &RelPath) -> Result<Option<Directory>> {
        let inside = self.0.keys().filter_map(|path| path.inside(directory)?.split('/').next());
        let mut entries: Vec<_> = inside.map(str::to_owned).collect();
        entries.sort();
        entries.dedup();
        Ok((!entries.is_empty()).then_some(Directory { mode: None, entries }))
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
            Err(error) if is_absent(&error) && !is_link(&full) => return Ok(None),
            Err(error) => return Err(unreadable(&full, error)),
        };
        // Opening a pipe or a device would block or do worse.
        if !metadata.is_file() {
            let message = format!("`{path}` is not a regular file");
            return Err(Error::not_applied(message).at(full.display().to_string()));
        }
        let bytes = match whole(&full, metadata.len()) {
            Ok(bytes) => bytes,
            // Another run has just taken it back.
            Err(error) if is_absent(&error) => return Ok(None),
            Err(error) => return Err(unreadable(&full, error)),
        };
        let mode = mode(&metadata);
        Ok(Some(File { bytes, executable: mode.is_some_and(|mode| mode & 0o100 != 0), mode }))
    }

    fn walk(&self, wanted: &dyn Fn(&RelPath, bool) -> bool) -> Result<Vec<RelPath>> {
        let (mut paths, mut left) = (Vec::new(), vec![None]);
        while let Some(directory) = left.pop() {
            let full = match &directory {
                Some(directory) => RelPath::below(directory, &self.root),
                None => self.root.clone(),
            };
            let found = kinds(&full).map_err(|error| unreadable(&full, error))?;
            for (name, is_directory) in found {
                // A name that we could not have written is none of ours.
                let Some(path) = inside(directory.as_ref(), &name) else { continue };
                match wanted(&path, is_directory) {
                    true if is_directory => left.push(Some(path)),
                    true => paths.push(path),
                    false => {}
                }
            }
        }
        paths.sort();
        Ok(paths)
    }

    fn directory(&self, path: &RelPath) -> Result<Option<Directory>> {
        let full = path.below(&self.root);
        match read_directory(&full) {
            Ok(directory) => Ok(Some(directory)),
            Err(error) if error.kind() == io::ErrorKind::NotFound && !is_link(&full) => Ok(None),
            // A part of the path is a file, or the last one is.
            Err(error) if is_absent(&error) && fs::symlink_metadata(&full).is_err() => Ok(None),
            Err(error) => Err(unreadable(&full, error)),
        }
    }
}

fn is_link(path: &Path) -> bool {
    fs::symlink_metadata(path).is_ok_and(|metadata| metadata.is_symlink())
}

/// Reads a file that has so many bytes, if nobody writes to it now.
///
/// A project of a thousand domains has 20,000 files: asking the system once for each is what counts.
fn whole(path: &Path, length: u64) -> io::Result<Vec<u8>> {
    let mut file = fs::File::open(path)?;
    let length = usize::try_from(length).unwrap_or_default();
    // One byte more would be there of a file that grew.
    let mut bytes = vec![0; length + 1];
    let read = file.read(&mut bytes)?;
    bytes.truncate(read);
    if read != length {
        file.read_to_end(&mut bytes)?;
    }
    Ok(bytes)
}

/// Returns the names in a directory, and whether each is one itself; a link is none.
fn kinds(path: &Path) -> io::Result<Vec<(String, bool)>> {
    let kind = |entry: io::Result<fs::DirEntry>| {
        let entry = entry?;
        let is_directory = entry.file_type()?.is_dir();
        Ok((entry.file_name().to_string_lossy().into_owned(), is_directory))
    };
    fs::read_dir(path)?.map(kind).collect()
}

fn inside(directory: Option<&RelPath>, name: &str) -> Option<RelPath> {
    let name = RelPath::parse(name).ok()?;
    Some(directory.map_or_else(|| name.clone(), |directory| RelPath(format!("{directory}/{name}"))))
}

/// Tells whether a file and every directory around it are wanted.
pub fn is_reached(path: &RelPath, wanted: &dyn Fn(&RelPath, bool) -> bool) -> bool {
    let mut around = path.parent();
    while let Some(directory) = around {
        if !wanted(&directory, true) {
            return false;
        }
        around = directory.parent();
    }
    wanted(path, false)
}

fn read_directory(path: &Path) -> io::Result<Directory> {
    let name = |entry: io::Result<fs::DirEntry>| {
        entry.map(|entry| entry.file_name().to_string_lossy().into_owned())
    };
    let mut entries = fs::read_dir(path)?.map(name).collect::<io::Result<Vec<_>>>()?;
    entries.sort();
    Ok(Directory { mode: mode(&fs::metadata(path)?), entries })
}

fn is_absent(error: &io::Error) -> bool {
    matches!(error.kind(), io::ErrorKind::NotFound | io::ErrorKind::NotADirectory)
}

fn unreadable(path: &Path, error: io::Error) -> Error {
    Error::failed(format!("cannot read `{}`", path.display())).because(error)
}

#[cfg(unix)]
fn mode(metadata: &fs::Metadata) -> Option<u32> {
    use std::os::unix::fs::PermissionsExt;
    Some(metadata.permissions().mode() & 0o7777)
}

#[cfg(not(unix))]
fn mode(_: &fs::Metadata) -> Option<u32> {
    None
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

    #[test]
    fn both_kinds_of_tree_name_what_stands_in_a_directory() {
        let place = tempfile::tempdir().unwrap();
        let mut memory = MemoryTree::default();
        for path in ["a/b/c", "a/b.py", "a/bc/d/e", "ab"] {
            let path = RelPath::parse(path).unwrap();
            fs::create_dir_all(path.below(place.path()).parent().unwrap()).unwrap();
            fs::write(path.below(place.path()), "").unwrap();
            memory.0.insert(path, File::text(""));
        }
        let disk = DiskTree::new(place.path());
        for (path, expected) in [("a", &["b", "b.py", "bc"][..]), ("a/bc", &["d"]), ("x", &[])] {
            let path = RelPath::parse(path).unwrap();
            assert_eq!(disk.entries(&path).unwrap(), expected);
            assert_eq!(memory.entries(&path).unwrap(), expected);
        }
        assert!(disk.entries(&RelPath::parse("ab").unwrap()).is_err());
        let directory = |path| disk.directory(&RelPath::parse(path).unwrap()).unwrap();
        assert_eq!(directory("a").unwrap().mode.is_some(), cfg!(unix));
        assert_eq!(directory("x"), None);
    }

    #[test]
    fn both_kinds_of_tree_look_only_where_it_is_wanted() {
        let place = tempfile::tempdir().unwrap();
        let mut memory = MemoryTree::default();
        for path in ["a/b/c", "a/d", "skip/e/f", "a.b", "a/skip"] {
            let path = RelPath::parse(path).unwrap();
            fs::create_dir_all(path.below(place.path()).parent().unwrap()).unwrap();
            fs::write(path.below(place.path()), "").unwrap();
            memory.0.insert(path, File::text(""));
        }
        let wanted = |path: &RelPath, directory: bool| path.as_str() != "skip" || !directory;
        let names = |paths: Vec<RelPath>| paths.iter().map(RelPath::to_string).collect::<Vec<_>>();
        let disk = names(DiskTree::new(place.path()).walk(&wanted).unwrap());
        assert_eq!(disk, ["a.b", "a/b/c", "a/d", "a/skip"]);
        assert_eq!(names(memory.walk(&wanted).unwrap()), disk);
    }

    #[cfg(unix)]
    #[test]
    fn what_is_no_file_is_refused_without_opening_it() {
        let tree = DiskTree::new("/dev");
        assert!(tree.read(&RelPath::parse("null").unwrap()).is_err());
        assert!(tree.read(&RelPath::parse("no-such-device").unwrap()).unwrap().is_none());
    }
}
