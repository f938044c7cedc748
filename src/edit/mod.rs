//! Edits of text in other languages that keep every other byte.

pub mod markdown;
pub mod python;
mod text;
pub mod yaml;

/// What an edit came to: whole files, byte order mark and line ends included.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Edit {
    /// It is already so.
    Unchanged,
    /// The new text.
    Changed(String),
}

/// Why an edit cannot be made safely, and what to paste instead.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// What was looked for, or what is in the way.
    pub reason: String,
    /// Where, counted from 1.
    pub line: Option<usize>,
    /// What to paste.
    pub snippet: String,
}
