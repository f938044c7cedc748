//! Questions to the user, behind a trait so that a test can answer them.

use crate::error::Result;

/// What is asked, in a line, and why it is asked, in another.
#[derive(Clone, Copy, Debug)]
pub struct Question<'a> {
    /// The question.
    pub ask: &'a str,
    /// What hangs on the answer.
    pub why: &'a str,
}

/// What someone says to a change that was shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Answer {
    /// Make it.
    Yes,
    /// Leave all as it is.
    No,
    /// Show more of it, and ask again.
    ShowDiff,
}

/// Someone who can be asked.
pub trait Ask {
    /// Asks for one line, offering `default`; `check` says what is wrong with an answer.
    ///
    /// # Errors
    /// Fails where the question cannot be put, or was interrupted.
    fn text(
        &mut self,
        question: Question<'_>,
        default: &str,
        check: &dyn Fn(&str) -> Result<()>,
    ) -> Result<String>;

    /// Asks for one of `values`; the first is offered.
    ///
    /// # Errors
    /// Fails where the question cannot be put, or was interrupted.
    fn choose(&mut self, question: Question<'_>, values: &[&str]) -> Result<String>;

    /// Asks yes or no; yes is offered.
    ///
    /// # Errors
    /// Fails where the question cannot be put, or was interrupted.
    fn confirm(&mut self, question: &str) -> Result<bool>;

    /// Asks whether a change is to be made; yes is offered.
    ///
    /// # Errors
    /// Fails where the question cannot be put, or was interrupted.
    fn agree(&mut self, question: &str) -> Result<Answer>;
}
