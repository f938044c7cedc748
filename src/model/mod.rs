//! What a project is. Parses what users typed, once; never reads a disk or a terminal.

mod manifest;
mod name;
mod options;
mod record;
mod text;

pub use manifest::{MANIFEST, Manifest};
pub use name::ProjectName;
pub use options::Options;
pub use record::{BASE, RECORD, base, record};
pub use text::{Author, Repository, Text};
