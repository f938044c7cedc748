//! Questions to the user, behind a trait so that a test can answer them.

use crate::error::Result;

/// Someone who can be asked.
pub trait Ask {
    /// Asks for one line, offering `default`; `check` says what is wrong with an answer.
    ///
    /// # Errors
    /// Fails where the question cannot be put, or was interrupted.
    fn text(
        &mut self,
        question: &str,
        default: &str,
        check: &dyn Fn(&str) -> Result<()>,
    ) -> Result<String>;

    /// Asks for one of `values`; the first is offered.
    ///
    /// # Errors
    /// Fails where the question cannot be put, or was interrupted.
    fn choose(&mut self, question: &str, values: &[&str]) -> Result<String>;

    /// Asks yes or no; yes is offered.
    ///
    /// # Errors
    /// Fails where the question cannot be put, or was interrupted.
    fn confirm(&mut self, question: &str) -> Result<bool>;
}
