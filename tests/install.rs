//! `new --install`: the set-up after the files, and what is left to the user where it fails.

#![cfg(unix)]

mod support;

use std::fs;
use std::os::unix::fs::PermissionsExt;

use support::{Place, Run};

/// A place with a `uv` that writes down its arguments, locks, and ends with `code`.
fn with_uv(code: i32) -> Place {
    let place = Place::new().with_identity();
    let script = format!(
        "#!/bin/sh\necho \"$*\" >> ../uv.log\necho lock > uv.lock\necho 'no such package' >&2\n\
         exit {code}\n"
    );
    place.write("bin/uv", &script);
    fs::set_permissions(place.path("bin/uv"), fs::Permissions::from_mode(0o755)).unwrap();
    place
}

/// Runs the binary with that `uv` before all others.
fn new(place: &Place, args: &[&str]) -> Run {
    let path = format!("{}:{}", place.path("bin").display(), std::env::var("PATH").unwrap());
    Run::of(place.command().args(["new", "shop"]).args(args).env("PATH", path))
}

#[test]
fn the_lock_file_is_in_the_first_commit() {
    let place = with_uv(0);
    let run = new(&place, &["--install"]).exits(0);
    assert!(!run.stderr.contains("git add uv.lock"), "{run:#?}");
    assert_eq!(place.read("uv.log"), "run just install\nrun just prek-install\n");
    let git = |args: &[&str]| {
        Run::of(place.program("git").args(args).current_dir(place.path("shop"))).exits(0).stdout
    };
    assert!(git(&["ls-files"]).contains("uv.lock\n"));
    assert_eq!(git(&["status", "--porcelain"]), "");
}

#[test]
fn without_git_nothing_is_installed_for_it() {
    let place = with_uv(0);
    new(&place, &["--install", "--no-git"]).exits(0);
    assert_eq!(place.read("uv.log"), "run just install\n");
}

#[test]
fn a_set_up_that_fails_keeps_the_files_and_leaves_its_commands() {
    let place = with_uv(7);
    let run = new(&place, &["--install"]).exits(1);
    let run = run.says("could not install the dependencies: no such package");
    run.says("  cd shop\n  uv run just install\n  git add --all\n");
    assert!(place.path("shop/pyproject.toml").is_file());

    let report = new(&with_uv(7), &["--install", "--json"]).exits(1).json();
    assert_eq!(report["ok"], false);
    assert_eq!(report["error"]["code"], "failed");
    assert_eq!(report["next"][1], "uv run just install");
}

#[test]
fn without_uv_it_is_refused_before_anything_is_written() {
    let place = Place::new();
    let run =
        Run::of(place.command().args(["new", "shop", "--install"]).env("PATH", "/nonexistent"));
    run.exits(4).says("`--install` needs `uv`").says("https://astral.sh/uv/install.sh");
    assert!(place.files().is_empty());
}

#[test]
fn a_dry_run_shows_the_set_up_and_runs_none_of_it() {
    let place = with_uv(0);
    new(&place, &["--install", "--dry-run"]).exits(0).says("would run  uv run just install\n");
    assert!(!place.path("uv.log").exists());
}
