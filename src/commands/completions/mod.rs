//! `completions`: what a shell needs to complete the command line.
//!
//! The scripts know nothing: they ask the program what can follow, by a command that `--help` hides.

mod field_words;
mod line;
mod offers;

use std::ffi::OsString;

pub use line::Line;
pub use offers::{Offer, offers};

/// Print a completion script for a shell
///
/// It completes commands and flags, and what the project around has: its domains, fields and flows.
/// Put the line of your shell into the file that it reads at its start:
///
///   bash        ~/.bashrc                  eval "$(ddd-forge completions bash)"
///   zsh         ~/.zshrc, after compinit   eval "$(ddd-forge completions zsh)"
///   fish        ~/.config/fish/config.fish ddd-forge completions fish | source
///   elvish      ~/.config/elvish/rc.elv    eval (ddd-forge completions elvish | slurp)
///   PowerShell  $PROFILE                   ddd-forge completions powershell | Out-String | iex
#[derive(Clone, Debug, clap::Args)]
#[command(verbatim_doc_comment)]
pub struct Args {
    /// The shell
    #[arg(value_parser = SCRIPTS.map(|(shell, _)| shell))]
    pub shell: String,
}

/// Every shell that can ask, with its script.
const SCRIPTS: [(&str, &str); 5] = [
    ("bash", include_str!("scripts/ddd-forge.bash")),
    ("elvish", include_str!("scripts/ddd-forge.elv")),
    ("fish", include_str!("scripts/ddd-forge.fish")),
    ("powershell", include_str!("scripts/ddd-forge.ps1")),
    ("zsh", include_str!("scripts/ddd-forge.zsh")),
];

/// What the scripts ask with: where the cursor is, and the words up to it.
#[derive(Clone, Debug, clap::Args)]
pub struct Question {
    /// Which word is being typed, counted from the program, which is 0
    pub index: usize,

    /// The words, the program first
    #[arg(last = true)]
    pub words: Vec<OsString>,
}

/// Returns the script for a shell; none for one that the parser does not let through.
pub fn script(args: &Args) -> &'static str {
    let found = SCRIPTS.iter().find(|(shell, _)| *shell == args.shell);
    found.map_or("", |(_, script)| script)
}

/// Returns what the scripts read: an offer a line, and after a tab what it is.
pub fn answer(offers: &[Offer]) -> String {
    offers.iter().map(|offer| format!("{}\t{}\n", offer.word, offer.help)).collect()
}
