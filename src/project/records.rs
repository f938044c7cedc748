//! What the records of a project say beside domains: files with their hashes, and flows.

use toml_edit::{DocumentMut, Item};

use super::text;
use crate::error::{Error, Result};
use crate::model::FLOWS;
use crate::tree::{RelPath, Tree};

/// A flow that was added.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KnownFlow {
    /// Its name.
    pub name: String,
    /// The domain that it works on, if it does.
    pub domain: Option<String>,
}

/// Returns the files of the record at `path`, each with its SHA-256 as written.
///
/// # Errors
/// Fails where the record cannot be read, with exit code 4 where it is not whole.
pub fn recorded_files(tree: &dyn Tree, path: &str) -> Result<Vec<(RelPath, String)>> {
    files_of_text(path, &text(tree, path)?.unwrap_or_default())
}

/// Returns the files of a record whose text is `record`.
pub(super) fn files_of_text(path: &str, record: &str) -> Result<Vec<(RelPath, String)>> {
    let document = parsed(path, record)?;
    let files = document.get("files").and_then(Item::as_table).ok_or_else(|| broken(path))?;
    let mut recorded = Vec::new();
    for (name, hash) in files {
        let hash = hash.as_str().ok_or_else(|| broken(path))?;
        recorded.push((RelPath::parse(name)?, hash.to_owned()));
    }
    Ok(recorded)
}

/// Returns the files of a record that is laid out as we write it; `None` for any other. Most of a
/// thousand records are, and parsing them is most of what `status` would do.
pub(super) fn quick_files(record: &str) -> Option<Vec<(RelPath, String)>> {
    let (_, files) = record.split_once("\n[files]\n")?;
    let entry = |line: &str| {
        let (path, hash) = line.strip_prefix('"')?.strip_suffix('"')?.split_once("\" = \"")?;
        let plain = !path.contains(['"', '\\']) && hash.bytes().all(|c| c.is_ascii_hexdigit());
        plain.then(|| Some((RelPath::parse(path).ok()?, hash.to_owned())))?
    };
    files.lines().map(entry).collect()
}

/// Returns the flows that were added, sorted.
///
/// # Errors
/// Fails where a record cannot be read.
pub fn flows(tree: &dyn Tree) -> Result<Vec<KnownFlow>> {
    let mut flows = Vec::new();
    for name in tree.entries(&RelPath::parse(FLOWS)?)? {
        let Some(module) = name.strip_suffix(".toml") else { continue };
        let document = document(tree, &format!("{FLOWS}/{name}"))?;
        let word = |key: &str| {
            document
                .get("flow")
                .and_then(|flow| flow.get(key))
                .and_then(Item::as_str)
                .map(str::to_owned)
        };
        let name = word("name").unwrap_or_else(|| module.to_owned());
        flows.push(KnownFlow { name, domain: word("domain") });
    }
    Ok(flows)
}

fn document(tree: &dyn Tree, path: &str) -> Result<DocumentMut> {
    parsed(path, &text(tree, path)?.unwrap_or_default())
}

fn parsed(path: &str, record: &str) -> Result<DocumentMut> {
    record.parse().map_err(|error: toml_edit::TomlError| broken(path).because(error))
}

/// Makes the error for a record that is not whole.
pub fn broken(path: &str) -> Error {
    Error::not_applied(format!("`{path}` is no usable record"))
        .at(path)
        .hint(format!("git checkout -- {path}"))
}
