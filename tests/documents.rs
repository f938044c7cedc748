//! What the documents name exists.

mod support;

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use ddd_forge::catalog::{OPTIONS, YES_NO};
use support::Place;

fn read(path: &str) -> String {
    fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join(path)).unwrap()
}

/// The texts between single backticks in the tables of a document.
fn quoted(text: &str) -> Vec<&str> {
    let rows = text.lines().filter(|line| line.starts_with('|'));
    rows.flat_map(|row| row.split('`').skip(1).step_by(2)).collect()
}

#[test]
fn the_paths_in_contributing_exist() {
    let text = read("CONTRIBUTING.md");
    let paths: Vec<_> = quoted(&text)
        .into_iter()
        .filter(|word| word.contains('/') && !word.contains([' ', '<']))
        .collect();
    assert!(paths.len() > 8, "{paths:?}");
    for path in paths {
        // A part in angle brackets is the reader's to choose.
        let known = path.split("/<").next().unwrap();
        assert!(Path::new(env!("CARGO_MANIFEST_DIR")).join(known).exists(), "no `{path}`");
    }
}

/// The `--flag`s among some words.
fn flags<'a>(words: impl IntoIterator<Item = &'a str>) -> BTreeSet<&'a str> {
    let flags = words.into_iter().filter_map(|word| word.split(' ').next()?.strip_prefix("--"));
    flags.filter(|flag| !flag.is_empty()).collect()
}

#[test]
fn the_readme_lists_the_flags_of_new() {
    let place = Place::new();
    let help = place.run(&["new", "--help"]).exits(0).stdout;
    let (own, _) = help.split_once("Global options:").unwrap();
    let own = own.lines().map(|line| line.trim_start().trim_start_matches("-h, "));
    let mut expected = flags(own.filter(|line| line.starts_with("--")));
    expected.remove("help");
    let readme = read("README.md");
    let (_, section) = readme.split_once("## Options of `new`").unwrap();
    let (section, _) = section.split_once("\n## ").unwrap();
    assert_eq!(flags(quoted(section)), expected);
}

#[test]
fn the_readme_lists_the_values_of_each_option() {
    let readme = read("README.md");
    for option in OPTIONS.iter().filter(|option| option.values != YES_NO) {
        let start = format!("| `--{}` |", option.name);
        let row = readme.lines().find(|line| line.starts_with(&start));
        let row = row.unwrap_or_else(|| panic!("no row of `--{}`", option.name));
        assert_eq!(&quoted(row)[1..], option.values, "{row}");
    }
}

#[test]
fn the_files_that_documents_link_to_exist() {
    for document in ["README.md", "CONTRIBUTING.md", "CHANGELOG.md"] {
        let text = read(document);
        for target in text.split("](").skip(1).filter_map(|rest| rest.split(')').next()) {
            let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(target);
            let local = !target.contains("://") && !target.starts_with('#');
            assert!(!local || path.exists(), "{document} links to `{target}`");
        }
    }
}

#[test]
fn the_code_map_names_every_module() {
    let text = read("src/lib.rs");
    let modules = text.lines().filter_map(|line| line.strip_prefix("pub mod ")?.strip_suffix(';'));
    for module in modules {
        assert!(text.contains(&format!("[`{module}`]")), "`{module}` is not in the code map");
    }
}

#[test]
fn the_installer_and_the_package_agree_on_the_repository() {
    assert!(read("install.sh").contains("${DDD_FORGE_REPOSITORY:-ddd-forge/ddd-forge}"));
    assert!(read("Cargo.toml").contains("repository = \"https://github.com/ddd-forge/ddd-forge\""));
}

#[test]
fn the_command_that_the_readme_begins_with_is_accepted() {
    let text = read("README.md");
    let line = text.lines().find(|line| line.starts_with("./install.sh && ")).unwrap();
    let (_, after) = line.split_once("ddd-forge ").unwrap();
    let command = after.split(" && ").next().unwrap().replace("~/", "");
    let words: Vec<_> = command.split(' ').chain(["--dry-run"]).collect();
    Place::new().run(&words).exits(0);
}
