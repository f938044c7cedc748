//! What every test of the writer needs: change sets, and a picture of a directory.

mod create;
mod recover;
mod update;

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use tempfile::TempDir;
use walkdir::WalkDir;

use super::*;
use crate::error::{Error, Result};
use crate::plan::{Change, ChangeSet};
use crate::tree::{File, RelPath};

/// Everything below a directory: the text of files, with a mark for what may be run.
type Picture = BTreeMap<String, String>;

fn rel(path: &str) -> RelPath {
    RelPath::parse(path).unwrap()
}

/// A set that takes each path from one text to another.
fn set(changes: &[(&str, Option<&str>, Option<&str>)]) -> ChangeSet {
    let change = |(path, before, after): &(&str, Option<&str>, Option<&str>)| Change {
        path: rel(path),
        before: before.map(File::text),
        after: after.map(|text| File { executable: path.ends_with(".sh"), ..File::text(text) }),
        why: String::new(),
    };
    ChangeSet { changes: changes.iter().map(change).collect(), ..ChangeSet::default() }
}

/// A set that makes each path.
fn new_files(paths: &[&str]) -> ChangeSet {
    set(&paths.iter().map(|path| (*path, None, Some(*path))).collect::<Vec<_>>())
}

/// A directory with these files, to be changed.
fn project(files: &[(&str, &str)]) -> TempDir {
    let directory = tempfile::tempdir().unwrap();
    for (path, text) in files {
        let path = directory.path().join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }
    directory
}

fn picture(root: &Path) -> Picture {
    let mut picture = Picture::new();
    for entry in WalkDir::new(root).min_depth(1) {
        let entry = entry.unwrap();
        let name = entry.path().strip_prefix(root).unwrap().display().to_string();
        let text = if entry.path_is_symlink() {
            format!("-> {}", fs::read_link(entry.path()).unwrap().display())
        } else if entry.file_type().is_file() {
            fs::read_to_string(entry.path()).unwrap() + mark(entry.path())
        } else {
            "/".to_owned()
        };
        picture.insert(name.replace('\\', "/"), text);
    }
    picture
}

#[cfg(unix)]
fn mode(path: &Path) -> u32 {
    use std::os::unix::fs::PermissionsExt;
    fs::symlink_metadata(path).unwrap().permissions().mode() & 0o7777
}

#[cfg(unix)]
fn set_mode(path: &Path, mode: u32) {
    use std::os::unix::fs::PermissionsExt;
    fs::set_permissions(path, fs::Permissions::from_mode(mode)).unwrap();
}

#[cfg(unix)]
fn mark(path: &Path) -> &'static str {
    if mode(path) & 0o100 != 0 { " (may be run)" } else { "" }
}

#[cfg(not(unix))]
fn mark(_: &Path) -> &'static str {
    ""
}

fn never() -> Interrupt {
    Interrupt::default()
}

#[track_caller]
fn refused(result: Result<()>, code: u8, words: &str) -> Error {
    let error = result.unwrap_err();
    let location = error.location.clone().unwrap_or_default();
    let text = format!("{error}\n{location}");
    assert_eq!((error.kind.exit_code(), text.contains(words)), (code, true), "{text}");
    error
}
