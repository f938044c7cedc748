//! `completions`: what a shell needs to complete the command line.

use clap_complete::Shell;

/// Print a completion script for a shell
///
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
    #[arg(value_enum)]
    pub shell: Shell,
}

/// Returns the script for a shell that completes `command`.
pub fn script(args: &Args, mut command: clap::Command) -> Vec<u8> {
    let mut script = Vec::new();
    let name = command.get_name().to_owned();
    clap_complete::generate(args.shell, &mut command, name, &mut script);
    script
}
