//! What the tests of `new` under bad conditions share: the command, and where it is given.

#![allow(dead_code)]

use std::collections::BTreeMap;
use std::fs;
use std::io::Write;

use crate::support::{Place, Run};

/// The files below a directory.
pub type Files = BTreeMap<String, Vec<u8>>;

/// Without git, and without an author whom git knows.
pub const NEW: &[&str] = &["new", "shop", "--no-git", "--author", "A", "--json"];

/// What is at the target before the run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Target {
    Absent,
    EmptyDirectory,
}

impl Target {
    pub fn place(self) -> Place {
        let place = Place::new();
        if self == Target::EmptyDirectory {
            fs::create_dir(place.path("shop")).unwrap();
        }
        place
    }

    pub fn before(self) -> Files {
        self.place().files()
    }
}

/// What a run comes to that nothing disturbs.
pub fn reference() -> Files {
    let place = Place::new();
    run(&place).exits(0);
    place.files()
}

pub fn run(place: &Place) -> Run {
    Run::of(place.command().args(NEW).env("PATH", "/nonexistent"))
}

/// Says `text` even when the test passes.
pub fn tell(text: &str) {
    let test = std::thread::current().name().unwrap_or_default().to_owned();
    let _ = std::io::stderr().write_all(format!("{test}: {text}\n").as_bytes());
}
