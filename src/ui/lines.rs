//! The wording and layout of what people read.

use std::fmt::Write;
use std::time::Duration;

use console::Style;

use crate::error::Error;
use crate::plan::{Change, ChangeSet};

/// Where the verb of a line ends, in columns.
const VERB: usize = 12;

/// Returns `text` with its control characters made visible, so that it cannot steer a terminal.
pub fn visible(text: &str) -> String {
    let harmless = |c: char| c == '\n' || c == '\t' || !c.is_control();
    let mut shown = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            c if harmless(c) => shown.push(c),
            c => shown.extend(c.escape_unicode()),
        }
    }
    shown
}

/// Returns a line for each file, and for each program that follows.
pub fn changes(set: &ChangeSet, dry_run: bool, verbose: bool) -> String {
    let mut text = String::new();
    for change in &set.changes {
        let (verb, style) = verb(change);
        line(&mut text, dry_run, verb, style, &about(change));
    }
    for path in set.identical.iter().filter(|_| verbose) {
        line(&mut text, dry_run, "identical", Style::new().blue(), path.as_str());
    }
    for step in &set.steps {
        line(&mut text, dry_run, "run", Style::new().white(), &step.argv.join(" "));
    }
    text
}

fn verb(change: &Change) -> (&'static str, Style) {
    match (&change.before, &change.after) {
        (None, _) => ("create", Style::new().green()),
        (_, None) => ("remove", Style::new().red()),
        _ => ("update", Style::new().cyan()),
    }
}

/// What is made or removed speaks for itself; what is done to a user's file is said.
fn about(change: &Change) -> String {
    match (&change.before, &change.after) {
        (Some(_), Some(_)) if !change.why.is_empty() => format!("{} ({})", change.path, change.why),
        _ => change.path.to_string(),
    }
}

fn line(text: &mut String, dry_run: bool, verb: &str, style: Style, rest: &str) {
    let verb = if dry_run { format!("would {verb}") } else { verb.to_owned() };
    text.push_str(&verb_line(&verb, style, rest));
}

/// Returns a line of a verb and what it is about.
pub fn verb_line(verb: &str, style: Style, rest: &str) -> String {
    let verb = style.for_stderr().bold().apply_to(format!("{verb:>VERB$}"));
    format!("{verb}  {}\n", visible(rest))
}

/// Returns what was done, the command `undo` that takes it back, and what is next.
pub fn summary(set: &ChangeSet, dry_run: bool, time: Duration, undo: Option<&str>) -> String {
    let bold = Style::new().for_stderr().bold();
    let mut text = String::from("\n");
    if dry_run {
        let _ = writeln!(text, "{}: nothing was written", count(set.changes.len()));
        return text;
    }
    let time = match time.as_millis() {
        short @ 0..1000 => format!("{short} ms"),
        _ => format!("{:.1} s", time.as_secs_f64()),
    };
    let _ = write!(text, "{} in {time}", done(set));
    if !set.identical.is_empty() {
        let _ = write!(text, ", {} already as wanted", count(set.identical.len()));
    }
    text.push('\n');
    if let Some(command) = undo {
        let _ = writeln!(text, "undo: {command}");
    }
    if !set.next.is_empty() {
        let _ = writeln!(text, "\n{}", bold.apply_to("Next"));
    }
    for command in &set.next {
        let _ = writeln!(text, "  {}", visible(command));
    }
    text
}

/// Returns how many files there are of each verb, or in all where there is but one verb.
fn done(set: &ChangeSet) -> String {
    let verbs = [("create", "created"), ("update", "updated"), ("remove", "removed")];
    let number = |name: &str| set.changes.iter().filter(|change| verb(change).0 == name).count();
    let mut counts = verbs.map(|(name, done)| (number(name), done)).to_vec();
    counts.retain(|(number, _)| *number > 0);
    match &*counts {
        [] | [(_, "created")] => count(set.changes.len()),
        _ => counts.iter().map(|(n, done)| format!("{n} {done}")).collect::<Vec<_>>().join(", "),
    }
}

fn count(files: usize) -> String {
    if files == 1 { "1 file".to_owned() } else { format!("{files} files") }
}

/// Returns `error` as its reader needs it: what, where, why, and what to do.
pub fn error(error: &Error) -> String {
    let label = |text: &'static str, style: Style| style.for_stderr().bold().apply_to(text);
    let mut text = String::new();
    let _ =
        writeln!(text, "{} {}", label("error:", Style::new().red()), visible(&error.to_string()));
    if let Some(location) = &error.location {
        let _ = writeln!(text);
        for line in location.lines() {
            let _ = writeln!(text, "  {}", visible(line));
        }
    }
    if !error.hints.is_empty() {
        let _ = writeln!(text);
    }
    for hint in &error.hints {
        let _ = writeln!(text, "{} {}", label("hint:", Style::new().cyan()), visible(hint));
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::plan::Step;
    use crate::tree::{File, RelPath};

    fn set() -> ChangeSet {
        let change = |path, before: Option<&str>, after: Option<&str>| Change {
            path: RelPath::parse(path).unwrap(),
            before: before.map(File::text),
            after: after.map(File::text),
            why: before.map_or("new", |_| "the router").to_owned(),
        };
        ChangeSet {
            changes: vec![
                change("a", None, Some("")),
                change("b", Some("1"), Some("2")),
                change("c", Some("1"), None),
            ],
            identical: vec![RelPath::parse("d").unwrap()],
            steps: vec![Step { title: "x".into(), argv: vec!["git".into(), "init".into()] }],
            next: vec!["cd shop".into()],
            ..ChangeSet::default()
        }
    }

    #[test]
    fn verbs_end_in_one_column() {
        insta::assert_snapshot!(changes(&set(), false, true), @r"
              create  a
              update  b (the router)
              remove  c
           identical  d
                 run  git init
        ");
        insta::assert_snapshot!(changes(&set(), true, false), @r"
        would create  a
        would update  b (the router)
        would remove  c
           would run  git init
        ");
    }

    #[test]
    fn the_summary_counts_and_says_what_is_next() {
        insta::assert_snapshot!(summary(&set(), false, Duration::from_millis(7), Some("x undo")), @r"

        1 created, 1 updated, 1 removed in 7 ms, 1 file already as wanted
        undo: x undo

        Next
          cd shop
        ");
        let long = summary(&ChangeSet::default(), false, Duration::from_millis(13_042), None);
        assert!(long.starts_with("\n0 files in 13.0 s\n"), "{long}");
        insta::assert_snapshot!(summary(&set(), true, Duration::from_millis(7), None), @r"

        3 files: nothing was written
        ");
    }

    #[test]
    fn an_error_says_what_where_and_what_to_do() {
        let failure = Error::usage("bad \u{1b}[31mname").at("sh op\n  ^").hint("my-shop");
        insta::assert_snapshot!(error(&failure), @r"
        error: bad \u{1b}[31mname

          sh op
            ^

        hint: my-shop
        ");
    }

    #[test]
    fn nothing_that_steers_a_terminal_is_left() {
        assert_eq!(visible("a\u{1b}]52;c\u{7}\r\u{9b}b\n"), "a\\u{1b}]52;c\\u{7}\\u{d}\\u{9b}b\n");
    }
}
