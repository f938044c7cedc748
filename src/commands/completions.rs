//! `completions`: what a shell needs to complete the command line.

use clap_complete::Shell;

/// Print a completion script for a shell
///
/// For this session:  bash, zsh: `source <(ddd-forge completions bash)`
///                    fish: `ddd-forge completions fish | source`
///                    PowerShell: `ddd-forge completions powershell | Out-String | Invoke-Expression`
///
/// For every session: put that line into ~/.bashrc, ~/.zshrc (after `compinit`), your PowerShell
/// profile or ~/.elvish/rc.elv, or the script into ~/.config/fish/completions/ddd-forge.fish.
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
