//! A living project that some runs changed, made by hand: no command is needed to test `undo`.

#![allow(dead_code)]

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use ddd_forge::apply::{self, Interrupt};
use ddd_forge::commands::undo;
use ddd_forge::plan::{ChangeSet, Draft};
use ddd_forge::tree::{DiskTree, File, RelPath};

use crate::support::Place;

/// Everything below a directory: bytes and rights of files, rights of directories.
pub type Picture = BTreeMap<String, (Option<Vec<u8>>, u32)>;

/// One file of a run, and what it becomes.
pub type Step<'a> = (&'a str, Option<&'a [u8]>);

/// A manifest and what a user may have beside it: carriage returns, bytes that are no text, a file of
/// their own, an empty directory.
const FILES: &[(&str, &[u8], u32)] = &[
    ("app/router.py", b"import a\r\n\r\nroutes = [a]\r\n", 0o640),
    ("app/users/model.py", b"class User: ...\n", 0o644),
    ("app/users/data/table.bin", b"\x00\xff\xfe", 0o600),
    ("app/users/data/run.sh", b"#!/bin/sh\n", 0o755),
    ("app/users/data/closed.txt", b"no final newline", 0o440),
    ("notes/mine.txt", b"mine\n", 0o600),
];

/// Creates in directories old and new, edits twice, and removes a whole directory.
pub const RUNS: &[&[Step<'static>]] = &[
    &[
        ("app/orders/tests/test_api.py", Some(b"def test(): ...\n")),
        ("app/orders/model.py", Some(b"class Order: ...\n")),
        ("app/router.py", Some(b"import a\r\nimport orders\r\n\r\nroutes = [a, orders]\r\n")),
        ("empty/now/filled.py", Some(b"")),
    ],
    &[
        ("app/router.py", Some(b"import orders\r\n\r\nroutes = [orders]\r\n")),
        ("app/users/model.py", None),
        ("app/users/data/table.bin", None),
        ("app/users/data/run.sh", None),
        ("app/users/data/closed.txt", None),
    ],
    &[
        ("app/router.py", Some(b"")),
        ("app/orders/model.py", Some(b"class Order:\n    note: str\n")),
        ("app/orders/tests/test_api.py", None),
        ("app/users", Some(b"a file where a directory was")),
    ],
];

/// A project in `shop`, before its first run.
pub fn project() -> Place {
    let place = Place::new();
    place.run(&["new", "shop", "--no-git", "--author", "A"]).exits(0);
    for entry in fs::read_dir(place.path("shop")).unwrap() {
        let path = entry.unwrap().path();
        match path.file_name().unwrap().to_str().unwrap() {
            "ddd-forge.toml" | ".ddd-forge" => {}
            _ if path.is_dir() => fs::remove_dir_all(path).unwrap(),
            _ => fs::remove_file(path).unwrap(),
        }
    }
    for (path, bytes, mode) in FILES {
        let path = root(&place).join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(&path, bytes).unwrap();
        set_mode(&path, *mode);
    }
    fs::create_dir_all(root(&place).join("empty/now")).unwrap();
    set_mode(&root(&place).join("app/users/data"), 0o700);
    set_mode(&root(&place).join("app/users"), 0o2750);
    place
}

pub fn root(place: &Place) -> PathBuf {
    place.path("shop")
}

/// Plans `steps`.
pub fn planned(place: &Place, steps: &[Step<'_>]) -> ChangeSet {
    let tree = DiskTree::new(root(place));
    let mut draft = Draft::new(&tree);
    for (path, bytes) in steps {
        let file = bytes.map(|bytes| File::binary(bytes.to_vec()));
        let file = file.map(|file| match draft.read(&rel(path)).unwrap() {
            Some(found) => File { bytes: file.bytes, ..found },
            None => file,
        });
        draft.put(rel(path), file, "test").unwrap();
    }
    let set = draft.finish().unwrap();
    undo::recorded(&set, &tree, "ddd-forge test", 0).unwrap().0
}

/// Makes `steps`, as one run.
pub fn run(place: &Place, steps: &[Step<'_>]) {
    apply::update(&planned(place, steps), &root(place), &Interrupt::default()).unwrap();
}

/// Takes the last run back, as the command does.
pub fn take_back(place: &Place) {
    let tree = DiskTree::new(root(place));
    let mut draft = Draft::new(&tree);
    undo::plan(&mut draft).unwrap();
    let (whole, _) = undo::forgotten(&draft.finish().unwrap(), &tree).unwrap();
    apply::update(&whole, &root(place), &Interrupt::default()).unwrap();
}

/// A project with all of [`RUNS`], and what it was before each of them.
pub fn changed() -> (Place, Vec<Picture>) {
    let place = project();
    let mut pictures = Vec::new();
    for steps in RUNS {
        pictures.push(picture(&root(&place)));
        run(&place, steps);
    }
    pictures.push(picture(&root(&place)));
    (place, pictures)
}

pub fn rel(path: &str) -> RelPath {
    RelPath::parse(path).unwrap()
}

pub fn picture(root: &Path) -> Picture {
    let mut picture = Picture::new();
    for entry in walkdir::WalkDir::new(root).min_depth(1) {
        let entry = entry.unwrap();
        let name = entry.path().strip_prefix(root).unwrap().to_string_lossy().into_owned();
        let bytes = entry.file_type().is_file().then(|| fs::read(entry.path()).unwrap());
        picture.insert(name, (bytes, mode(entry.path())));
    }
    picture
}

/// Checks that a directory is as it should be, and names what is not.
#[track_caller]
pub fn is_as(root: &Path, wanted: &Picture, context: &str) {
    let found = picture(root);
    let differs = |name: &&String| found.get(*name) != wanted.get(*name);
    let names: std::collections::BTreeSet<_> =
        found.keys().chain(wanted.keys()).filter(differs).collect();
    assert!(names.is_empty(), "{context}: {names:?} differ");
}

#[cfg(unix)]
fn mode(path: &Path) -> u32 {
    use std::os::unix::fs::PermissionsExt;
    fs::symlink_metadata(path).unwrap().permissions().mode() & 0o7777
}

#[cfg(not(unix))]
fn mode(_: &Path) -> u32 {
    0
}

#[cfg(unix)]
pub fn set_mode(path: &Path, mode: u32) {
    use std::os::unix::fs::PermissionsExt;
    fs::set_permissions(path, fs::Permissions::from_mode(mode)).unwrap();
}

#[cfg(not(unix))]
pub fn set_mode(_: &Path, _: u32) {}
