//! Files of the project that commands edit and people may, too: whether they are as written.

use crate::error::Result;
use crate::model::{RECORD, sha256};
use crate::plan::Draft;
use crate::project;
use crate::tree::RelPath;

/// Tells whether the file at `path`, which holds `source`, is as it was written.
///
/// # Errors
/// Fails where the record cannot be read.
pub fn is_pristine(draft: &Draft<'_>, path: &str, source: &str) -> Result<bool> {
    let record = project::text(draft, RECORD)?.unwrap_or_default();
    Ok(record.contains(&line(path, source)))
}

/// Plans the new text of a file; where it was as written, the record says that it still is.
///
/// # Errors
/// Fails where a file cannot be read, with exit code 4 where it is absent.
pub fn edit(
    draft: &mut Draft<'_>,
    path: &str,
    source: &str,
    text: String,
    why: &str,
) -> Result<()> {
    let record = project::text(draft, RECORD)?.unwrap_or_default();
    let known = line(path, source);
    if record.contains(&known) {
        let record = record.replacen(&known, &line(path, &text), 1).into_bytes();
        draft.edit(RelPath::parse(RECORD)?, record, "the hash of what is registered")?;
    }
    draft.edit(RelPath::parse(path)?, text.into_bytes(), why)
}

/// Returns the line of the record that says that the file holds `text`, whatever its line ends.
fn line(path: &str, text: &str) -> String {
    let hash = sha256(text.replace("\r\n", "\n").as_bytes());
    format!("\"{path}\" = \"{hash}\"\n")
}
