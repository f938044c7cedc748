//! Runs the binary as a user would, away from this machine's settings.

#![allow(dead_code)]

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use tempfile::TempDir;

/// A place to run in: an empty home, an empty current directory, no git identity.
pub struct Place {
    directory: TempDir,
}

/// What a run came to.
#[derive(Debug)]
pub struct Run {
    pub code: i32,
    pub stdout: String,
    pub stderr: String,
}

impl Place {
    pub fn new() -> Self {
        let directory = tempfile::tempdir().unwrap();
        fs::create_dir(directory.path().join("home")).unwrap();
        fs::create_dir(directory.path().join("work")).unwrap();
        Place { directory }
    }

    /// Lets git know an author.
    pub fn with_identity(self) -> Self {
        let config = "[user]\n\tname = Ann Author\n\temail = ann@example.com\n";
        fs::write(self.directory.path().join("home/.gitconfig"), config).unwrap();
        self
    }

    /// The directory that runs start in.
    pub fn work(&self) -> PathBuf {
        self.directory.path().join("work")
    }

    pub fn path(&self, relative: &str) -> PathBuf {
        self.work().join(relative)
    }

    pub fn read(&self, relative: &str) -> String {
        fs::read_to_string(self.path(relative)).unwrap()
    }

    pub fn write(&self, relative: &str, text: &str) {
        let path = self.path(relative);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }

    /// A command that runs the binary here, to be changed before it runs.
    pub fn command(&self) -> Command {
        self.program(env!("CARGO_BIN_EXE_ddd-forge"))
    }

    /// A command that runs any program here.
    pub fn program(&self, program: &str) -> Command {
        let mut command = Command::new(program);
        let home = self.directory.path().join("home");
        command.current_dir(self.work()).stdin(Stdio::null()).env_clear();
        command.env("HOME", &home).env("XDG_CONFIG_HOME", &home).env("GIT_CONFIG_NOSYSTEM", "1");
        command.env("PATH", std::env::var_os("PATH").unwrap_or_default());
        if let Some(root) = std::env::var_os("SystemRoot") {
            // Windows opens no socket without it.
            command.env("SystemRoot", root);
        }
        command
    }

    /// Runs the binary with `args`.
    pub fn run(&self, args: &[&str]) -> Run {
        Run::of(self.command().args(args))
    }

    /// Every file below the working directory.
    pub fn files(&self) -> BTreeMap<String, Vec<u8>> {
        files(&self.work())
    }
}

impl Run {
    pub fn of(command: &mut Command) -> Self {
        let Output { status, stdout, stderr } = command.output().unwrap();
        Run {
            code: status.code().unwrap_or(-1),
            stdout: String::from_utf8(stdout).unwrap(),
            stderr: String::from_utf8(stderr).unwrap(),
        }
    }

    #[track_caller]
    pub fn exits(self, code: i32) -> Self {
        assert_eq!(self.code, code, "{self:#?}");
        self
    }

    #[track_caller]
    pub fn says(self, text: &str) -> Self {
        assert!(self.stderr.contains(text), "no `{text}` in {self:#?}");
        self
    }

    #[track_caller]
    pub fn json(&self) -> serde_json::Value {
        serde_json::from_str(&self.stdout).unwrap_or_else(|error| panic!("{error}: {self:#?}"))
    }
}

/// A new project in `shop`.
pub fn shop() -> Place {
    let place = Place::new();
    place.run(&["new", "shop", "--no-git", "--author", "A"]).exits(0);
    place
}

/// Runs the binary on the project in `shop`, with the words of one line.
pub fn in_shop(place: &Place, words: &str) -> Run {
    let words: Vec<_> = words.split(' ').collect();
    place.run(&[&words[..], &["--project", "shop", "--yes"]].concat())
}

/// Every file below `root` by relative path, links and empty directories included.
pub fn files(root: &Path) -> BTreeMap<String, Vec<u8>> {
    let mut files = BTreeMap::new();
    for entry in walkdir::WalkDir::new(root).min_depth(1) {
        let entry = entry.unwrap();
        let name = entry.path().strip_prefix(root).unwrap().to_string_lossy().into_owned();
        if entry.path_is_symlink() {
            files.insert(name, b"-> link".to_vec());
        } else if entry.file_type().is_dir() {
            files.insert(name + "/", Vec::new());
        } else {
            files.insert(name, fs::read(entry.path()).unwrap());
        }
    }
    files
}

/// Keeps snapshots at the top of the repository, where people look for them.
pub fn in_snapshots(check: impl FnOnce()) {
    let mut settings = insta::Settings::clone_current();
    settings.set_snapshot_path("../snapshots");
    settings.set_prepend_module_to_snapshot(false);
    settings.set_omit_expression(true);
    settings.bind(check);
}
