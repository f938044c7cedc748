//! The only printer and prompter: human text on stderr, data on stdout.

mod lines;
mod prompt;
mod report;

use std::io::{self, IsTerminal, Write};
use std::sync::mpsc;
use std::thread;
use std::time::{Duration, Instant};

use console::Style;
use indicatif::{ProgressBar, ProgressStyle};

use crate::error::{Error, Result};
use crate::plan::ChangeSet;

pub use lines::visible;
pub use prompt::Terminal;
pub use report::Report;

/// How long something may take before it deserves a spinner.
const PATIENCE: Duration = Duration::from_millis(300);

/// When to colour.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, clap::ValueEnum)]
pub enum Color {
    /// On a terminal that shows it, unless the environment says otherwise.
    #[default]
    Auto,
    /// Always.
    Always,
    /// Never.
    Never,
}

/// What the user wants to see.
#[derive(Clone, Copy, Debug, Default)]
pub struct Ui {
    /// Nothing but errors and data.
    pub quiet: bool,
    /// Also what stays as it is.
    pub verbose: bool,
    /// One JSON object on stdout instead of text.
    pub json: bool,
    /// When to colour.
    pub color: Color,
}

impl Ui {
    /// Makes every later print follow `self.color`.
    pub fn set_colors(self) {
        match self.color {
            Color::Auto => {}
            Color::Always => console::set_colors_enabled_stderr(true),
            Color::Never => console::set_colors_enabled_stderr(false),
        }
    }

    /// Tells whether there is someone to ask.
    pub fn can_ask(self) -> bool {
        !self.json && !self.quiet && io::stdin().is_terminal() && io::stderr().is_terminal()
    }

    /// Tells whether what goes to stdout is read by people.
    pub fn shows_data(self) -> bool {
        io::stdout().is_terminal()
    }

    /// Prints a line for each file of `set` and each program that follows it.
    pub fn changes(self, set: &ChangeSet, dry_run: bool) {
        self.say(&lines::changes(set, dry_run, self.verbose));
    }

    /// Prints a verb in `color`, and what it is about, also to whoever wants errors only.
    pub fn line(self, verb: &str, color: console::Color, rest: &str) {
        Ui { quiet: false, ..self }.say(&lines::verb_line(verb, Style::new().fg(color), rest));
    }

    /// Prints what was done, the command `undo` that takes it back, and what is next.
    pub fn summary(self, set: &ChangeSet, dry_run: bool, started: Instant, undo: Option<&str>) {
        self.say(&lines::summary(set, dry_run, started.elapsed(), undo));
    }

    /// Prints something that went otherwise than planned, and did no harm.
    pub fn warn(self, message: &str) {
        self.say(&format!(
            "{} {}\n",
            Style::new().for_stderr().yellow().bold().apply_to("warning:"),
            visible(message)
        ));
    }

    /// Prints human text, unless it is not wanted.
    pub fn say(self, text: &str) {
        if !self.quiet && !self.json {
            // With nobody left to read it there is nobody to tell.
            let _ = io::stderr().lock().write_all(text.as_bytes());
        }
    }

    /// Prints `text` on stdout, for another program.
    ///
    /// # Errors
    /// Fails when stdout takes no more, but not when its reader has gone.
    pub fn data(self, text: &str) -> Result<()> {
        let mut stdout = io::stdout().lock();
        match stdout.write_all(text.as_bytes()).and_then(|()| stdout.flush()) {
            Err(error) if error.kind() != io::ErrorKind::BrokenPipe => {
                Err(Error::failed("could not write to stdout").because(error))
            }
            _ => Ok(()),
        }
    }

    /// Prints `error`: for people, or as the JSON object of `command`.
    pub fn error(self, command: &str, error: &Error) {
        if self.json {
            // There is no better place to say that stdout is closed.
            let _ = self.data(&Report::failed(command, error).to_json());
        } else {
            let _ = io::stderr().lock().write_all(lines::error(error).as_bytes());
        }
    }

    /// Runs `work`, with a spinner when it takes long on a terminal.
    pub fn wait<T: Send>(self, title: &str, work: impl FnOnce() -> T + Send) -> T {
        thread::scope(|scope| {
            let (sender, receiver) = mpsc::channel();
            let worker = scope.spawn(move || {
                let done = work();
                let _ = sender.send(());
                done
            });
            if !self.quiet && !self.json && receiver.recv_timeout(PATIENCE).is_err() {
                let style = ProgressStyle::with_template("  {spinner} {msg}, {elapsed}")
                    .expect("the template names parts that exist");
                let spinner = ProgressBar::new_spinner().with_style(style);
                spinner.set_message(title.to_owned());
                spinner.enable_steady_tick(PATIENCE / 3);
                let _ = receiver.recv();
                spinner.finish_and_clear();
            }
            worker.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic))
        })
    }
}
