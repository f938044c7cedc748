//! What a run leaves, so that it can be taken back: each file as it was, and what it was made.
//!
//! A record is gzip over a JSON object, one file per run.

use std::collections::BTreeMap;
use std::io::{Read, Write};

use flate2::read::GzDecoder;
use flate2::{Compression, GzBuilder};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::error::{Error, Result};
use crate::plan::{Change, ChangeSet};
use crate::tree::{File, RelPath, Tree};

/// The form of record that this binary writes, and the newest it can read.
const FORMAT: u32 = 1;

/// Whatever unpacks to more than this is none of ours.
const LIMIT: u64 = 1 << 28;

/// One run.
#[derive(Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Run {
    format: u32,
    /// The command line.
    pub command: String,
    /// When it ran, as `2026-11-23 13:31:05 UTC`.
    pub time: String,
    /// What it did, file by file.
    pub files: BTreeMap<RelPath, Touched>,
    /// The directories that it made.
    pub made: Vec<RelPath>,
    /// The directories that it removed, each with its rights.
    pub removed: BTreeMap<RelPath, Option<u32>>,
}

/// One file of a run.
#[derive(Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Touched {
    /// What it was; `None` when it was absent.
    pub before: Option<Kept>,
    /// What it was made; `None` when it went.
    pub after: Option<Written>,
}

/// A file as it was.
#[derive(Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Kept {
    #[serde(flatten)]
    content: Content,
    executable: bool,
    mode: Option<u32>,
}

/// A file that was written.
#[derive(Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Written {
    /// The SHA-256 of its content.
    pub sha256: String,
    /// The rights that the plan gave it; `None` where that was left to the umask.
    pub mode: Option<u32>,
}

/// What other programs are told of a run.
#[derive(Debug, Serialize)]
pub struct Listed<'a> {
    id: &'a str,
    time: &'a str,
    command: &'a str,
    created: usize,
    modified: usize,
    removed: usize,
}

#[derive(Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Content {
    Text(String),
    Hex(String),
}

impl Run {
    /// Returns the record of applying `set` to `tree`, by the command line `command`, so many seconds
    /// after the beginning of 1970.
    ///
    /// # Errors
    /// Fails where the tree cannot be read.
    pub fn of(set: &ChangeSet, tree: &dyn Tree, command: &str, seconds: u64) -> Result<Self> {
        let mut made = Vec::new();
        let created = set.changes.iter().filter(|change| change.before.is_none());
        for change in created {
            let mut around = change.path.parent();
            while let Some(directory) = around {
                if made.contains(&directory) || tree.directory(&directory)?.is_some() {
                    break;
                }
                around = directory.parent();
                made.push(directory);
            }
        }
        made.sort();
        let mut removed = BTreeMap::new();
        for directory in &set.emptied {
            let mode = tree.directory(directory)?.and_then(|directory| directory.mode);
            removed.insert(directory.clone(), mode);
        }
        let files = set.changes.iter().map(|change| (change.path.clone(), Touched::of(change)));
        let (command, time) = (command.to_owned(), utc(seconds));
        Ok(Run { format: FORMAT, command, time, files: files.collect(), made, removed })
    }

    /// Returns how many files the run created, updated and removed.
    pub fn counts(&self) -> [usize; 3] {
        let mut counts = [0; 3];
        for touched in self.files.values() {
            let kind = match (&touched.before, &touched.after) {
                (None, _) => 0,
                (_, None) => 2,
                _ => 1,
            };
            counts[kind] += 1;
        }
        counts
    }

    /// Returns what other programs are told of the run.
    pub fn listed<'a>(&'a self, id: &'a str) -> Listed<'a> {
        let ([created, updated, removed], command) = (self.counts(), &self.command);
        Listed { id, time: &self.time, command, created, modified: updated, removed }
    }

    /// Returns the record as its file has it: the same bytes for the same run, anywhere.
    pub fn to_bytes(&self) -> Vec<u8> {
        // Whole, and then compressed: the compressor is slow where it is fed in crumbs.
        let json = serde_json::to_vec(self).expect("paths, texts and numbers are JSON");
        let mut encoder = GzBuilder::new().write(Vec::new(), Compression::new(2));
        encoder.write_all(&json).expect("memory takes what is written");
        encoder.finish().expect("memory takes what is written")
    }

    /// Reads the record that stands at `path`.
    ///
    /// # Errors
    /// Fails with exit code 4 for one that is damaged, or that a newer version wrote.
    pub fn parse(path: &RelPath, bytes: &[u8]) -> Result<Self> {
        let damaged = |error: anyhow::Error| {
            let error =
                Error::not_applied(format!("`{path}` is no record of a run")).because(error);
            error.hint(format!("rm {path}"))
        };
        let mut json = Vec::new();
        let read = GzDecoder::new(bytes).take(LIMIT).read_to_end(&mut json);
        read.map_err(|error| damaged(error.into()))?;
        let value: serde_json::Value =
            serde_json::from_slice(&json).map_err(|error| damaged(error.into()))?;
        let format = value.get("format").and_then(serde_json::Value::as_u64);
        if format.is_some_and(|format| format > FORMAT.into()) {
            let error = Error::not_applied(format!("`{path}` was written by a newer ddd-forge"));
            return Err(error.hint("update ddd-forge and run the command again"));
        }
        serde_json::from_value(value).map_err(|error| damaged(error.into()))
    }
}

impl Touched {
    fn of(change: &Change) -> Self {
        let written = |file: &File| Written { sha256: sha256(&file.bytes), mode: file.mode };
        Touched {
            before: change.before.as_ref().map(Kept::of),
            after: change.after.as_ref().map(written),
        }
    }
}

impl Kept {
    fn of(file: &File) -> Self {
        let content = match std::str::from_utf8(&file.bytes) {
            Ok(text) => Content::Text(text.to_owned()),
            Err(_) => Content::Hex(hex(&file.bytes)),
        };
        Kept { content, executable: file.executable, mode: file.mode }
    }

    /// Returns the file as it was, or `None` where what was kept makes no sense.
    pub fn file(&self) -> Option<File> {
        let bytes = match &self.content {
            Content::Text(text) => text.clone().into_bytes(),
            Content::Hex(hex) => unhex(hex)?,
        };
        Some(File { bytes, executable: self.executable, mode: self.mode })
    }
}

/// Returns the SHA-256 of `bytes` in hexadecimal digits.
pub fn sha256(bytes: &[u8]) -> String {
    hex(&Sha256::digest(bytes))
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn unhex(text: &str) -> Option<Vec<u8>> {
    let pairs = text.as_bytes().chunks(2);
    pairs.map(|pair| u8::from_str_radix(std::str::from_utf8(pair).ok()?, 16).ok()).collect()
}

/// Returns the time so many seconds after the beginning of 1970, in the calendar.
fn utc(seconds: u64) -> String {
    let (days, second) = (seconds / 86_400, seconds % 86_400);
    // The year begins in March here, so that the day that comes and goes is its last.
    let days = days + 719_468;
    let (era, day) = (days / 146_097, days % 146_097);
    let year = (day - day / 1_460 + day / 36_524 - day / 146_096) / 365;
    let day = day - (365 * year + year / 4 - year / 100);
    let month = (5 * day + 2) / 153;
    let day = day - (153 * month + 2) / 5 + 1;
    let (month, later) = if month < 10 { (month + 3, 0) } else { (month - 9, 1) };
    let year = era * 400 + year + later;
    let (hour, minute) = (second / 3_600, second / 60 % 60);
    format!("{year:04}-{month:02}-{day:02} {hour:02}:{minute:02}:{:02} UTC", second % 60)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tree::MemoryTree;

    fn path(text: &str) -> RelPath {
        RelPath::parse(text).unwrap()
    }

    #[test]
    fn a_record_reads_back_equal() {
        let mut tree = MemoryTree::default();
        let binary = File { mode: Some(0o750), executable: true, ..File::binary(vec![0, 255]) };
        tree.0.insert(path("a/b/gone"), binary.clone());
        tree.0.insert(path("kept"), File::text("ü\r\n"));
        let change = |name: &str, after| {
            let before = tree.0.get(&path(name)).cloned();
            Change { path: path(name), before, after, why: String::new() }
        };
        let changes = vec![
            change("a/b/gone", None),
            change("kept", Some(File::text("new"))),
            change("x/y/new", Some(File::text("new"))),
            change("x/z", Some(File::text("new"))),
        ];
        let emptied = vec![path("a/b"), path("a")];
        let set = ChangeSet { changes, emptied, ..ChangeSet::default() };
        let run = Run::of(&set, &tree, "ddd-forge x", 0).unwrap();
        let read = Run::parse(&path("r"), &run.to_bytes()).unwrap();
        assert_eq!((read.counts(), read.made.len(), read.removed.len()), ([2, 1, 1], 2, 2));
        assert_eq!(read.files[&path("a/b/gone")].before.as_ref().unwrap().file(), Some(binary));
        assert_eq!(read, run);
    }

    #[test]
    fn what_is_no_record_is_refused() {
        let zip = |json: &str| {
            let mut encoder = GzBuilder::new().write(Vec::new(), Compression::new(2));
            encoder.write_all(json.as_bytes()).unwrap();
            encoder.finish().unwrap()
        };
        let escape = r#"{"format":1,"command":"","time":"","files":{"../x":{"before":null,
            "after":null}},"made":[],"removed":{}}"#;
        for bytes in [Vec::new(), b"{}".to_vec(), zip(""), zip("{}"), zip("[]"), zip(escape)] {
            let error = Run::parse(&path("r"), &bytes).unwrap_err();
            assert_eq!((error.kind.exit_code(), &*error.hints[0]), (4, "rm r"), "{error}");
        }
        let error = Run::parse(&path("r"), &zip(r#"{"format":2}"#)).unwrap_err();
        assert!(error.message.contains("newer"), "{error}");
        assert!(
            escape.len() > 9 && Run::parse(&path("r"), &zip(&escape.replace("../", ""))).is_ok()
        );
    }

    #[test]
    fn times_are_those_of_the_calendar() {
        for (seconds, time) in [
            (0, "1970-01-01 00:00:00 UTC"),
            (951_782_399, "2000-02-28 23:59:59 UTC"),
            (951_782_400, "2000-02-29 00:00:00 UTC"),
            (1_709_251_199, "2024-02-29 23:59:59 UTC"),
            (1_709_251_200, "2024-03-01 00:00:00 UTC"),
            (1_795_440_665, "2026-11-23 13:31:05 UTC"),
            (4_107_542_400, "2100-03-01 00:00:00 UTC"),
        ] {
            assert_eq!(utc(seconds), time);
        }
    }
}
