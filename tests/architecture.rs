//! Modules depend downwards only, and files stay small enough to read.

use std::collections::BTreeMap;
use std::fs;
use std::path::PathBuf;

use walkdir::WalkDir;

/// Who may use whom. What is not listed is refused.
const ALLOWED: &[(&str, &[&str])] = &[
    ("error", &["tree"]),
    ("tree", &["error"]),
    ("shell", &[]),
    ("edit", &["natural"]),
    ("natural", &[]),
    ("ask", &["error"]),
    ("catalog", &[]),
    ("model", &["catalog", "error", "tree"]),
    ("plan", &["error", "tree"]),
    ("render", &["error", "model", "natural", "tree"]),
    ("project", &["edit", "error", "model", "tree"]),
    ("process", &["error", "plan"]),
    ("machine", &["process"]),
    (
        "commands",
        &[
            "ask", "catalog", "edit", "error", "machine", "model", "natural", "plan", "process",
            "project", "render", "shell", "tree",
        ],
    ),
    ("apply", &["error", "plan", "tree"]),
    ("ui", &["ask", "error", "plan", "tree"]),
];

/// The source files of the crate, each with the module it belongs to.
fn sources() -> Vec<(String, PathBuf, String)> {
    let root = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut sources = Vec::new();
    for entry in WalkDir::new(&root).sort_by_file_name() {
        let path = entry.unwrap().into_path();
        if path.extension().is_some_and(|extension| extension == "rs") {
            let first = path.strip_prefix(&root).unwrap().iter().next().unwrap();
            let module = first.to_string_lossy().trim_end_matches(".rs").to_owned();
            sources.push((module, path.clone(), fs::read_to_string(path).unwrap()));
        }
    }
    sources
}

/// The modules that `text` names as `crate::module`, outside its tests and comments.
fn used(text: &str) -> Vec<String> {
    let code = text.split("#[cfg(test)]\nmod tests").next().unwrap();
    let lines = code.lines().filter(|line| !line.trim_start().starts_with("//"));
    let names = lines.flat_map(|line| line.split("crate::").skip(1).map(str::to_owned));
    names
        .map(|rest| {
            rest.split(|c: char| !c.is_alphanumeric() && c != '_').next().unwrap().to_owned()
        })
        .collect()
}

#[test]
fn modules_use_only_what_lies_below_them() {
    let allowed: BTreeMap<_, _> = ALLOWED.iter().copied().collect();
    for (module, path, text) in sources() {
        if matches!(&*module, "build" | "cli" | "lib" | "main") {
            continue;
        }
        for name in used(&text) {
            let fine = name == module || name.is_empty() || allowed[&*module].contains(&&*name);
            assert!(fine, "{} must not use `crate::{name}`", path.display());
        }
    }
}

#[test]
fn only_the_writer_writes_and_only_the_printer_prints() {
    for (module, path, text) in sources() {
        let code = text.split("#[cfg(test)]").next().unwrap();
        let refuse = |words: &[&str]| {
            for word in words {
                assert!(!code.contains(word), "{} has `{word}`", path.display());
            }
        };
        if module != "apply" {
            refuse(&["fs::write", "fs::rename", "fs::remove", "fs::create_dir", "File::create"]);
        }
        if !matches!(&*module, "build" | "ui") {
            refuse(&["println!", "eprintln!", "print!(", "io::stdout", "io::stderr"]);
        }
        if module != "process" {
            refuse(&["Command::new"]);
        }
        refuse(&["todo!", "unimplemented!", "dbg!"]);
    }
}

#[test]
fn no_file_is_longer_than_a_reader_bears() {
    for (_, path, text) in sources() {
        let lines = text.lines().count();
        assert!(lines <= 500, "{} has {lines} lines", path.display());
    }
    let main = sources().into_iter().find(|(module, ..)| module == "main").unwrap().2;
    assert!(main.lines().count() <= 30);
}
