//! What the documents name exists.

mod support;

use std::fs;
use std::path::Path;

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
        assert!(Path::new(env!("CARGO_MANIFEST_DIR")).join(path).exists(), "no `{path}`");
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
