//! `status`: what became of the files that the tool wrote.

use serde::Serialize;

use crate::error::{Error, Result};
use crate::model::{kebab, nearest};
use crate::project::drift::{self, Owner, Record, State};
use crate::tree::{RelPath, Tree};

/// Tell which of the generated files were changed or are gone
///
/// Compares each file that was generated with the SHA-256 in its record; the line ends that a checkout
/// on Windows gives to all lines are no change. Prints those that were changed or deleted, with
/// `--verbose` all.
#[derive(Clone, Debug, clap::Args)]
pub struct Args {
    /// Domain or flow to look at [default: the whole project]
    pub name: Option<String>,

    /// Exit with 3 when a file was changed or is gone
    #[arg(long)]
    pub exit_code: bool,
}

/// A file that was generated.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Status {
    /// The file.
    pub path: RelPath,
    /// `pristine`, `modified` or `deleted`.
    pub state: &'static str,
}

/// Returns the state of each file in the records of the project whose files are `tree`, sorted.
///
/// # Errors
/// Fails where a file cannot be read, with exit code 4 where a record is not whole or the domain or
/// flow `name` has none.
pub fn status(tree: &dyn Tree, name: Option<&str>) -> Result<Vec<Status>> {
    let records = drift::records(tree)?;
    let mut files = Vec::new();
    for record in chosen(records, name)? {
        files.extend(drift::files_of(tree, &record)?);
    }
    let states = drift::states(tree, &files)?;
    let status =
        |((path, _), state): ((RelPath, String), State)| Status { path, state: state.name() };
    let mut all: Vec<_> = files.into_iter().zip(states).map(status).collect();
    all.sort();
    Ok(all)
}

/// Returns the records of the domain and of the flow of that name, or all.
fn chosen(records: Vec<Record>, name: Option<&str>) -> Result<Vec<Record>> {
    let Some(name) = name else { return Ok(records) };
    let wanted = kebab(name);
    let named = |record: &Record| record.owner != Owner::Project && kebab(&record.name) == wanted;
    let chosen: Vec<_> = records.iter().filter(|record| named(record)).cloned().collect();
    if !chosen.is_empty() {
        return Ok(chosen);
    }
    let error = Error::not_applied(format!("no domain or flow `{name}` was added here"));
    let names = records.iter().map(|record| &*record.name).filter(|name| !name.is_empty());
    Err(match nearest(name, names) {
        Some(near) => error.hint(format!("did you mean `{near}`?")),
        None => error.hint("ddd-forge status"),
    })
}
