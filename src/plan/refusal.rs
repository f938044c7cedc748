//! The words for a plan that cannot be carried out: all that is in the way, at once.

use super::change_set::Problem;
use crate::error::Error;
use crate::tree::RelPath;

/// Says which files are in the way, and which edits cannot be made.
pub fn refusal(conflicts: Vec<RelPath>, problems: &[Problem]) -> Error {
    if problems.is_empty() {
        return conflict(conflicts);
    }
    let clashes = conflicts.iter().map(|path| format!("{path}: it is there with other content\n"));
    let places: Vec<_> = clashes.chain(problems.iter().map(place)).collect();
    let message = match (&*conflicts, problems) {
        ([], [problem]) => format!("`{}` cannot be edited", problem.path),
        _ => format!("{} changes cannot be made", places.len()),
    };
    let paths = problems.iter().map(|problem| problem.path.clone());
    let mut paths: Vec<_> = conflicts.iter().cloned().chain(paths).collect();
    paths.sort();
    paths.dedup();
    let error = Error::not_applied(message)
        .at(places.join("\n"))
        .hint("make the change by hand where it says so, and run the same command again");
    Error { conflicts: paths, ..error }
}

fn conflict(paths: Vec<RelPath>) -> Error {
    let names: Vec<_> = paths.iter().map(|path| format!("`{path}`")).collect();
    let plural = if paths.len() == 1 { "is a file" } else { "are files" };
    let message = format!("{} {plural} with other content", names.join(", "));
    let error = Error::not_applied(message)
        .hint("move what is there out of the way, or choose another directory");
    Error { conflicts: paths, ..error }
}

/// Returns where a problem is, as editors and terminals link it, why, and what to paste there.
fn place(problem: &Problem) -> String {
    let line = problem.line.map_or(String::new(), |line| format!(":{line}"));
    let mut text = format!("{}{line}: {}\n", problem.path, problem.reason);
    for line in problem.snippet.lines() {
        text += format!("    {line}").trim_end();
        text.push('\n');
    }
    text
}
