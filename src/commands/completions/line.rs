//! A command line that is not finished: what was given, and what stands at the cursor.

use std::ffi::OsString;

use clap::{Arg, Command};

use super::Question;

/// What the words up to the cursor say.
#[derive(Debug)]
pub struct Line<'a> {
    /// The command whose arguments are being typed.
    pub command: &'a Command,
    /// The flags that were given, each with its value or nothing.
    pub flags: Vec<(&'a Arg, String)>,
    /// The arguments that are no flags.
    pub words: Vec<String>,
    /// The flag whose value is being typed, where one before the cursor takes a value.
    pub awaited: Option<&'a Arg>,
    /// Whether a `--` said that no flag follows.
    pub ended: bool,
    /// What is typed at the cursor, as yet.
    pub typed: String,
}

impl<'a> Line<'a> {
    /// Reads the words before the cursor; `program` must have been built.
    pub fn read(program: &'a Command, question: &Question) -> Line<'a> {
        let text = |word: &OsString| word.to_string_lossy().into_owned();
        let mut line = Line {
            command: program,
            flags: Vec::new(),
            words: Vec::new(),
            awaited: None,
            ended: false,
            // Some shells pass no empty word.
            typed: question.words.get(question.index).map(text).unwrap_or_default(),
        };
        let before = question.words.iter().take(question.index).skip(1);
        before.for_each(|word| line.step(&text(word)));
        line
    }

    /// Returns the value that the flag `--name` was given, if it was.
    pub fn value(&self, name: &str) -> Option<&str> {
        let given = |(flag, _): &&(&Arg, String)| flag.get_long() == Some(name);
        self.flags.iter().find(given).map(|(_, value)| value.as_str())
    }

    /// Returns the argument at the cursor, of those that are no flags.
    pub fn argument(&self) -> Option<&'a Arg> {
        let mut arguments = self.command.get_positionals();
        let repeated = |arg: &&Arg| arg.get_num_args().is_some_and(|many| many.max_values() > 1);
        let last = self.command.get_positionals().last().filter(repeated);
        arguments.nth(self.words.len()).or(last)
    }

    /// Returns the flag called `name`, with its dashes.
    pub fn flag(&self, name: &str) -> Option<&'a Arg> {
        self.command.get_arguments().find(|arg| match name.strip_prefix("--") {
            Some(long) => arg.get_long() == Some(long),
            // Short ones may stand together.
            None => arg.get_short().is_some_and(|short| name.ends_with(short)),
        })
    }

    fn step(&mut self, word: &str) {
        if let Some(flag) = self.awaited.take() {
            self.flags.push((flag, word.to_owned()));
        } else if self.ended {
            self.words.push(word.to_owned());
        } else if word == "--" {
            self.ended = true;
        } else if word.len() > 1 && word.starts_with('-') {
            self.step_flag(word);
        } else {
            match self.command.find_subcommand(word).filter(|_| self.words.is_empty()) {
                Some(command) => self.command = command,
                None => self.words.push(word.to_owned()),
            }
        }
    }

    fn step_flag(&mut self, word: &str) {
        let (name, value) = match word.split_once('=') {
            Some((name, value)) => (name, Some(value)),
            None => (word, None),
        };
        let Some(flag) = self.flag(name) else { return };
        match flag.get_action().takes_values() && value.is_none() {
            true => self.awaited = Some(flag),
            false => self.flags.push((flag, value.unwrap_or_default().to_owned())),
        }
    }
}
