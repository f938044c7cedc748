//! The default project, and the command line, each whole: read them before accepting a change.

mod support;

use std::fmt::Write;

use support::{Place, files, in_snapshots};

#[test]
fn default_project() {
    let place = Place::new();
    let args = [
        "new",
        "shop",
        "--no-git",
        "--author",
        "Jane Doe <jane@example.com>",
        "--repository",
        "acme/shop",
    ];
    place.run(&args).exits(0);
    let mut tree = String::new();
    for (path, bytes) in files(&place.path("shop")) {
        match String::from_utf8(bytes) {
            _ if path.ends_with('/') => {}
            // The record follows from everything else.
            _ if path.starts_with(".ddd-forge/") => writeln!(tree, "=== {path}").unwrap(),
            Ok(text) => writeln!(tree, "=== {path}\n{text}").unwrap(),
            Err(_) => panic!("{path} is not text"),
        }
    }
    in_snapshots(|| insta::assert_snapshot!("default-project", tree));
}

#[test]
fn command_line_reference() {
    let place = Place::new();
    let mut reference = String::new();
    let commands = [
        "",
        "new",
        "add-domain",
        "add-field",
        "drop-field",
        "remove-domain",
        "add-flow",
        "remove-flow",
        "list",
        "graph",
        "status",
        "check",
        "undo",
        "doctor",
        "completions",
    ];
    for command in commands {
        let words = command.split_whitespace().chain(["--help"]);
        let run = place.run(&words.collect::<Vec<_>>()).exits(0);
        let title = format!("ddd-forge {command}");
        writeln!(reference, "# {}\n\n{}", title.trim_end(), run.stdout).unwrap();
    }
    in_snapshots(|| insta::assert_snapshot!("command-line", reference));
}
