//! What became of the files that we wrote, told by the hashes in the records.

use super::records::{files_of_text, quick_files};
use super::{parallel, text};
use crate::error::{Kind, Result};
use crate::model::{DOMAINS, FLOWS, RECORD, is_sha256};
use crate::tree::{RelPath, Tree};

/// What became of a file that we wrote.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum State {
    /// It is as we wrote it.
    Pristine,
    /// It is another one.
    Modified,
    /// It is gone.
    Deleted,
}

impl State {
    /// Returns the word for it.
    pub fn name(self) -> &'static str {
        match self {
            State::Pristine => "pristine",
            State::Modified => "modified",
            State::Deleted => "deleted",
        }
    }
}

/// Whose record it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Owner {
    /// The project's own.
    Project,
    /// A domain's.
    Domain,
    /// A flow's.
    Flow,
}

/// A record, by where it stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Record {
    /// Whose it is.
    pub owner: Owner,
    /// The package of the domain or the module of the flow; empty for the project.
    pub name: String,
    /// Its file.
    pub path: String,
}

/// Returns the records of the project whose files are `tree`: its own, domains, flows.
///
/// # Errors
/// Fails where they cannot be listed.
pub fn records(tree: &dyn Tree) -> Result<Vec<Record>> {
    let own = Record { owner: Owner::Project, name: String::new(), path: RECORD.to_owned() };
    let mut records = vec![own];
    for (owner, directory) in [(Owner::Domain, DOMAINS), (Owner::Flow, FLOWS)] {
        let mut names = tree.entries(&RelPath::parse(directory)?)?;
        names.retain(|name| name.ends_with(".toml"));
        names.sort();
        records.extend(names.iter().filter_map(|name| {
            let path = format!("{directory}/{name}");
            Some(Record { owner, name: name.strip_suffix(".toml")?.to_owned(), path })
        }));
    }
    Ok(records)
}

/// Returns the files of a record, each with its SHA-256 as written.
///
/// # Errors
/// Fails where the record cannot be read, with exit code 4 where it is not whole.
pub fn files_of(tree: &dyn Tree, record: &Record) -> Result<Vec<(RelPath, String)>> {
    files_in(record, &text(tree, &record.path)?.unwrap_or_default())
}

/// Returns the files of a record whose text is `text`.
///
/// # Errors
/// Fails with exit code 4 where the record is not whole.
pub fn files_in(record: &Record, text: &str) -> Result<Vec<(RelPath, String)>> {
    match quick_files(text) {
        Some(files) => Ok(files),
        None => files_of_text(&record.path, text),
    }
}

/// Returns what became of each of `files`.
///
/// # Errors
/// Fails where one of them cannot be read.
pub fn states(tree: &dyn Tree, files: &[(RelPath, String)]) -> Result<Vec<State>> {
    parallel::each(files, |(path, hash)| state(tree, path, hash)).into_iter().collect()
}

/// Returns what became of a file whose hash was `hash`.
///
/// # Errors
/// Fails where it cannot be read.
pub fn state(tree: &dyn Tree, path: &RelPath, hash: &str) -> Result<State> {
    Ok(match tree.read(path) {
        Ok(None) => State::Deleted,
        Ok(Some(file)) if is_as_written(&file.bytes, hash) => State::Pristine,
        Ok(Some(_)) => State::Modified,
        // Something else than a file stands there.
        Err(error) if error.kind == Kind::NotApplied => State::Modified,
        Err(error) => return Err(error),
    })
}

/// Tells whether a file is the one with this hash, though a checkout may have given it the line ends
/// of Windows, all of them.
pub fn is_as_written(bytes: &[u8], hash: &str) -> bool {
    if is_sha256(bytes, hash) {
        return true;
    }
    let windows = bytes.windows(2).filter(|pair| pair == b"\r\n").count();
    let lines = bytes.iter().filter(|byte| **byte == b'\n').count();
    if windows == 0 || windows != lines {
        return false;
    }
    let mut plain = bytes.to_vec();
    plain.retain(|byte| *byte != b'\r');
    is_sha256(&plain, hash)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::sha256;
    use crate::tree::{File, MemoryTree};

    #[test]
    fn a_checkout_of_windows_is_as_written_and_mixed_line_ends_are_not() {
        let hash = sha256(b"a\nb\n");
        assert!(is_as_written(b"a\nb\n", &hash));
        assert!(is_as_written(b"a\r\nb\r\n", &hash));
        assert!(!is_as_written(b"a\r\nb\n", &hash));
        assert!(!is_as_written(b"a\r\nb\r\n\r\n", &hash));
        assert!(!is_as_written(b"", &hash));
        assert!(!is_as_written(b"a\nb\n", "no hash"));
    }

    #[test]
    fn every_file_of_every_record_has_a_state() {
        let hash = sha256(b"x");
        let record = format!("# ü\n\n[files]\n\"a.py\" = \"{hash}\"\n\"gone.py\" = \"{hash}\"\n");
        let flow = record.replace("a.py", "b.py");
        let odd = record.replace("[files]", "[ files ] # odd");
        let files = [
            (RECORD, &*record),
            (".ddd-forge/flows/z.toml", &flow),
            (".ddd-forge/domains/o.toml", &odd),
            ("a.py", "x"),
            ("b.py", "y"),
        ];
        let tree = MemoryTree(
            files.iter().map(|(p, t)| (RelPath::parse(p).unwrap(), File::text(*t))).collect(),
        );
        let records = records(&tree).unwrap();
        let names: Vec<_> = records.iter().map(|record| (record.owner, &*record.name)).collect();
        assert_eq!(names, [(Owner::Project, ""), (Owner::Domain, "o"), (Owner::Flow, "z")]);
        let of = |record| states(&tree, &files_of(&tree, record).unwrap()).unwrap();
        assert_eq!(of(&records[0]), [State::Pristine, State::Deleted]);
        assert_eq!(of(&records[1]), [State::Pristine, State::Deleted]);
        assert_eq!(of(&records[2]), [State::Modified, State::Deleted]);
    }
}
