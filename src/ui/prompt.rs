//! Questions on a terminal.

use std::io;

use console::{Key, Style, Term, measure_text_width};
use dialoguer::theme::{ColorfulTheme, Theme};
use dialoguer::{Confirm, Input, Select};

use crate::ask::{Answer, Ask, Question};
use crate::error::{Error, Result};

/// The user at the terminal; questions go to stderr.
#[derive(Default)]
pub struct Terminal {
    theme: ColorfulTheme,
}

impl Ask for Terminal {
    fn text(
        &mut self,
        question: Question<'_>,
        default: &str,
        check: &dyn Fn(&str) -> Result<()>,
    ) -> Result<String> {
        let (term, prompt) = (Term::stderr(), prompt(question));
        let input = Input::<String>::with_theme(&self.theme)
            .with_prompt(&prompt)
            .default(default.to_owned())
            .report(false)
            .validate_with(|text: &String| check(text).map_err(|error| error.message));
        let answer = input.interact_text_on(&term).map_err(unanswered)?;
        // The library clears one line, however many the answer took.
        let shown = measure_text_width(&format!("? {prompt} ({default}) › {answer}"));
        let wrapped = shown.saturating_sub(1) / usize::from(term.size().1.max(1));
        self.report(&term, wrapped, &prompt, &answer).map_err(|error| unanswered(error.into()))?;
        Ok(answer)
    }

    fn choose(&mut self, question: Question<'_>, values: &[&str]) -> Result<String> {
        let select = Select::with_theme(&self.theme).with_prompt(prompt(question));
        let select = select.items(values).default(0);
        let index = select.interact_on(&Term::stderr()).map_err(unanswered)?;
        Ok(values[index].to_owned())
    }

    fn confirm(&mut self, question: &str) -> Result<bool> {
        let confirm = Confirm::with_theme(&self.theme).with_prompt(question).default(true);
        confirm.interact_on(&Term::stderr()).map_err(unanswered)
    }

    fn agree(&mut self, question: &str) -> Result<Answer> {
        let answer = self.key(&Term::stderr(), question);
        answer.map_err(|error| unanswered(error.into()))
    }
}

impl Terminal {
    /// Waits for the key of an answer: its first letter, or what usually means yes or no.
    fn key(&self, term: &Term, question: &str) -> io::Result<Answer> {
        let mut prompt = String::new();
        let keys = format!("{question} (y)es, (n)o, show (d)iff");
        self.theme.format_input_prompt(&mut prompt, &keys, None).map_err(io::Error::other)?;
        term.write_str(&prompt)?;
        let (answer, word) = loop {
            break match term.read_key()? {
                Key::Char('y' | 'Y') | Key::Enter => (Answer::Yes, "yes"),
                Key::Char('n' | 'N') | Key::Escape => (Answer::No, "no"),
                Key::Char('d' | 'D') => (Answer::ShowDiff, "show diff"),
                _ => continue,
            };
        };
        term.clear_line()?;
        self.report(term, 0, question, word).map(|()| answer)
    }

    /// Puts an answer in the place of its question, which took `wrapped` lines more than one.
    fn report(&self, term: &Term, wrapped: usize, prompt: &str, answer: &str) -> io::Result<()> {
        term.clear_last_lines(wrapped)?;
        let mut line = String::new();
        let format = self.theme.format_input_prompt_selection(&mut line, prompt, answer);
        format.map_err(io::Error::other)?;
        term.write_line(&line)
    }
}

/// Returns what is asked and why, on one line: the library redraws no more than that.
fn prompt(question: Question<'_>) -> String {
    let why = Style::new().for_stderr().dim().apply_to(question.why);
    format!("{} – {why}", question.ask)
}

fn unanswered(error: dialoguer::Error) -> Error {
    let dialoguer::Error::IO(cause) = error;
    // A terminal in raw mode turns Ctrl-C into a key, which the library reports so.
    let _ = Term::stderr().show_cursor();
    match cause.kind() {
        io::ErrorKind::Interrupted => Error::interrupted(),
        _ => Error::failed("could not ask").because(cause).hint("give --yes to be asked nothing"),
    }
}
