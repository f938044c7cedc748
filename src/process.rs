//! The only module that runs other programs: to learn what the machine has, and for the steps that
//! follow a change. Always by argument list, never through a shell.

use std::ffi::OsStr;
use std::io::Read;
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::mpsc::{self, Receiver};
use std::thread;
use std::time::{Duration, Instant};

use crate::error::{Error, Result};
use crate::plan::Step;

/// How long the output of a program that has ended may still be on its way.
const MOMENT: Duration = Duration::from_millis(500);

/// Returns the author whom git knows, as `Jane Doe <jane@example.com>`.
pub fn git_author() -> Option<String> {
    // Without this setting git would make an address up from the host name.
    let ident = output(
        Path::new("."),
        &["git", "-c", "user.useConfigOnly=true", "var", "GIT_AUTHOR_IDENT"],
    )?;
    let end = ident.find('>')?;
    Some(ident[..=end].to_owned())
}

/// Tells whether `directory` lies in a git repository.
pub fn in_git_repository(directory: &Path) -> bool {
    output(directory, &["git", "rev-parse", "--is-inside-work-tree"])
        .is_some_and(|out| out == "true")
}

/// Tells whether a program called `name` is on the search path.
pub fn on_path(name: &str) -> bool {
    let Some(path) = std::env::var_os("PATH") else { return false };
    let file = format!("{name}{}", std::env::consts::EXE_SUFFIX);
    std::env::split_paths(&path).any(|directory| directory.join(&file).is_file())
}

/// What a program answered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Answer {
    /// There is no such program.
    Absent,
    /// It failed, with this as its last line on stderr, or said nothing in time.
    Failed(String),
    /// It succeeded, with this as its first line on stdout.
    Said(String),
}

/// Runs a program in `directory` and returns what it answers within `patience`.
pub fn probe(argv: &[&str], directory: &Path, patience: Duration) -> Answer {
    let mut command = command(directory, argv);
    let spawned = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn();
    let Ok(mut child) = spawned else { return Answer::Absent };
    // Read beside the waiting: a full pipe would stop the program.
    let (stdout, stderr) = (listen(child.stdout.take()), listen(child.stderr.take()));
    let deadline = Instant::now() + patience;
    let status = loop {
        match child.try_wait() {
            Ok(None) if Instant::now() < deadline => thread::sleep(Duration::from_millis(5)),
            Ok(Some(status)) => break status,
            _ => {
                let _ = child.kill();
                let _ = child.wait();
                return Answer::Failed("no answer".to_owned());
            }
        }
    };
    // Whoever else holds the pipe has nothing to say to us.
    let heard = |from: Receiver<String>| from.recv_timeout(MOMENT).unwrap_or_default();
    match status.success() {
        true => Answer::Said(heard(stdout).lines().next().unwrap_or_default().trim().to_owned()),
        false => Answer::Failed(heard(stderr).trim().lines().last().unwrap_or_default().to_owned()),
    }
}

fn listen(pipe: Option<impl Read + Send + 'static>) -> Receiver<String> {
    let (sender, receiver) = mpsc::channel();
    thread::spawn(move || {
        let mut bytes = Vec::new();
        let _ = pipe.map(|mut pipe| pipe.read_to_end(&mut bytes));
        sender.send(String::from_utf8_lossy(&bytes).into_owned())
    });
    receiver
}

/// Runs `step` in `directory`, without input.
///
/// # Errors
/// Fails with what the program said last, when it cannot be started or fails.
pub fn run(step: &Step, directory: &Path) -> Result<()> {
    let failure = || Error::failed(format!("could not {}", step.title));
    let mut command = command(directory, &step.argv);
    let output = command.output().map_err(|error| failure().because(error))?;
    if output.status.success() {
        return Ok(());
    }
    let said = String::from_utf8_lossy(&output.stderr);
    let last = said.trim().lines().last().unwrap_or("it said nothing").to_owned();
    Err(failure().because(anyhow::anyhow!(last)))
}

fn output(directory: &Path, argv: &[&str]) -> Option<String> {
    let output = command(directory, argv).output().ok().filter(|output| output.status.success())?;
    Some(String::from_utf8(output.stdout).ok()?.trim().to_owned())
}

fn command<Word: AsRef<OsStr>>(directory: &Path, argv: &[Word]) -> Command {
    let mut command = Command::new(&argv[0]);
    command.args(&argv[1..]).current_dir(directory).stdin(Stdio::null());
    // A caller's hook may point git at another repository than the one we stand in.
    for variable in ["GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE", "GIT_PREFIX"] {
        command.env_remove(variable);
    }
    command
}
