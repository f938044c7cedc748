//! Facts about a project that exists, read from its files. Changes nothing.

mod domains;
pub mod drift;
mod ignored;
pub mod layers;
pub mod parallel;
mod records;
mod revisions;
pub mod routes;
mod services;

use std::path::{Path, PathBuf};

use crate::error::{Error, Result};
use crate::model::{MANIFEST, Manifest};
use crate::tree::{RelPath, Tree};

pub use domains::{Known, domain, known_domains, modules, taken, users};
pub use ignored::Ignored;
pub use records::{KnownFlow, broken as broken_record, flows, recorded_files};
pub use revisions::{Migration, Migrations, VERSIONS};
pub use services::domain_class;

/// Returns the root of the project around `start`: the nearest directory with a manifest.
pub fn root_around(start: &Path) -> Option<PathBuf> {
    start.ancestors().find(|directory| directory.join(MANIFEST).is_file()).map(Path::to_path_buf)
}

/// Reads the manifest of the project whose files are `tree`.
///
/// # Errors
/// Fails with exit code 4 where there is none, or one that cannot be used.
pub fn manifest(tree: &dyn Tree) -> Result<Manifest> {
    match text(tree, MANIFEST)? {
        Some(text) => Manifest::parse(&text),
        None => Err(Error::not_applied(format!("there is no `{MANIFEST}` there"))
            .hint("name the root of a project, or run this inside one")),
    }
}

/// Returns the text of the file at `path`, or `None` where nothing is.
///
/// # Errors
/// Fails where something else than a readable text stands there.
pub fn text(tree: &dyn Tree, path: &str) -> Result<Option<String>> {
    let Some(file) = tree.read(&RelPath::parse(path)?)? else { return Ok(None) };
    let text = String::from_utf8(file.bytes);
    text.map(Some).map_err(|_| Error::not_applied(format!("`{path}` is not UTF-8")))
}

/// One line `NAME=value` of an environment file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Variable {
    /// The name.
    pub name: String,
    /// The value, without quotes.
    pub value: String,
}

/// Returns the variables that an environment file sets, in order.
pub fn variables(text: &str) -> Vec<Variable> {
    let assignment = |line: &str| {
        let line = line.trim_start().trim_start_matches("export ");
        let (name, value) = line.split_once('=')?;
        let name = name.trim();
        let legal = !name.is_empty() && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_');
        let value = plain(value.trim());
        legal.then(|| Variable { name: name.to_owned(), value })
    };
    text.lines().filter_map(assignment).collect()
}

/// Returns a value without its quotes, and without the comment after it.
fn plain(value: &str) -> String {
    let quoted = ['"', '\''].into_iter().find_map(|quote| {
        let inner = value.strip_prefix(quote)?;
        inner.split_once(quote).map(|(inner, _)| inner)
    });
    let bare = || value.split(" #").next().unwrap_or_default().trim_end();
    quoted.unwrap_or_else(bare).to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tree::MemoryTree;

    #[test]
    fn a_directory_without_a_manifest_is_no_project() {
        let error = manifest(&MemoryTree::default()).unwrap_err();
        assert_eq!(error.kind.exit_code(), 4);
    }

    #[test]
    fn variables_are_read_as_the_service_reads_them() {
        let text = "# A=1\nB=2 # two\nexport C='3'\n D = \"4 # 5\" # four\nE=\nnone\n-F=6\nG=a#b\n";
        let read: Vec<_> = variables(text).into_iter().map(|v| (v.name, v.value)).collect();
        let pair = |name: &str, value: &str| (name.to_owned(), value.to_owned());
        let values = [("B", "2"), ("C", "3"), ("D", "4 # 5"), ("E", ""), ("G", "a#b")];
        assert_eq!(read, values.map(|(name, value)| pair(name, value)));
    }
}
