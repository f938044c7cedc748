//! `doctor`, on machines made of fake programs.

#![cfg(unix)]

mod support;

use std::fs;
use std::net::TcpListener;
use std::os::unix::fs::PermissionsExt;

use support::{Place, Run};

/// A place whose search path holds these programs only, each with what it does.
fn with(programs: &[(&str, &str)]) -> Place {
    let place = Place::new();
    fs::create_dir(place.path("bin")).unwrap();
    for (name, does) in programs {
        let path = place.path("bin").join(name);
        fs::write(&path, format!("#!/bin/sh\n{does}\n")).unwrap();
        fs::set_permissions(path, fs::Permissions::from_mode(0o755)).unwrap();
    }
    place
}

const UV: (&str, &str) = (
    "uv",
    "case \"$1\" in --version) echo 'uv 0.13.9';; *) echo /opt/python3.13/bin/python3.13;; esac",
);

fn doctor(place: &Place, args: &[&str]) -> Run {
    let mut command = place.command();
    Run::of(command.arg("doctor").args(args).env("PATH", place.path("bin")))
}

/// A project in the place, made by a binary that finds nothing on the way.
fn project(place: &Place) {
    let new = ["new", "shop", "--no-git", "--quiet"];
    Run::of(place.command().args(new).env("PATH", "/nonexistent")).exits(0);
}

#[test]
fn a_machine_without_uv_is_told_how_to_get_it() {
    let run = doctor(&with(&[]), &[]).exits(3);
    let run = run.says("     missing  uv: not on the search path\n").says("uv/install.sh");
    run.says("        note  Docker: not installed").says("1 of 8 checks failed");
}

#[test]
fn what_is_there_is_ok_with_its_version() {
    let run = doctor(&with(&[UV, ("just", "")]), &[]).says("          ok  uv: uv 0.13.9\n");
    run.says("          ok  Python: 3.13 at /opt/python3.13/").says("          ok  just: ");
}

#[test]
fn a_uv_that_is_too_old_is_not_enough() {
    let run = doctor(&with(&[("uv", "echo 'uv 0.4.30'")]), &[]).exits(3);
    run.says("missing  uv: uv 0.4.30, and 0.9 is the oldest").says("uv self update\n");
}

#[test]
fn a_program_that_hangs_does_not_hang_the_doctor() {
    // `exec`, so that the one who is stopped is the one who holds the pipe.
    let run = doctor(&with(&[UV, ("docker", "exec /bin/sleep 600")]), &[]);
    run.says("note  Docker: no daemon answers");
    // Nor does one that says it is done and is not.
    let run = doctor(&with(&[UV, ("docker", "exec >&- 2>&-; exec /bin/sleep 600")]), &[]);
    run.says("note  Docker: no daemon answers");
}

#[test]
fn what_env_local_says_wins() {
    let place = with(&[UV]);
    project(&place);
    place.write("shop/uv.lock", "");
    place.write("shop/.env", "SECRET_KEY=change-me\nAPI_KEY_PEPPERS=p\n");
    place.write("shop/.env.local", "SECRET_KEY=canary\n");
    let run = doctor(&place, &["--project", "shop"]);
    assert!(!run.stderr.contains("placeholder") && !run.stderr.contains("canary"), "{run:#?}");
}

#[test]
fn quiet_leaves_what_is_missing() {
    let run = doctor(&with(&[]), &["--quiet"]).exits(3).says("missing  uv: not on");
    assert!(!run.stderr.contains("note") && !run.stderr.contains("checks"), "{run:#?}");
}

#[test]
fn a_taken_port_is_found() {
    // Whoever has it already takes it from us all the same.
    let _held = TcpListener::bind(("127.0.0.1", 8000));
    let place = with(&[UV]);
    doctor(&place, &[]).says("note  port 8000: taken");
    project(&place);
    let run = doctor(&place, &["--project", "shop"]).exits(3).says("missing  port 8000: taken");
    run.says("              uv run just up 8001\n");
}

#[test]
fn a_project_is_looked_at_from_anywhere_inside() {
    let place = with(&[UV]);
    project(&place);
    let mut command = place.command();
    command.arg("doctor").env("PATH", place.path("bin")).current_dir(place.path("shop/app/api"));
    let run = Run::of(&mut command).exits(3);
    run.says("missing  uv.lock").says("note  .env: not there yet").says("the project in `");
    doctor(&place, &["--project", "shop"]).exits(3).says("missing  uv.lock");
}

#[test]
fn what_the_environment_of_a_project_lacks_is_named_and_no_value_shown() {
    let place = with(&[UV]);
    project(&place);
    place.write("shop/uv.lock", "");
    place.write("shop/.env", "SECRET_KEY=change-me-canary\n");
    let run = doctor(&place, &["--project", "shop"]).exits(3);
    assert!(!run.stderr.contains("canary"), "{run:#?}");
    run.says("missing  .env: still a placeholder: SECRET_KEY\n");
}

#[test]
fn options_of_the_project_decide_what_is_looked_for() {
    let place = with(&[UV]);
    let new = ["new", "shop", "--no-git", "--quiet", "--no-docker", "--workers", "none"];
    place.run(&new).exits(0);
    let run = doctor(&place, &["--project", "shop"]);
    assert!(!run.stderr.contains("Docker") && !run.stderr.contains("4200"), "{run:#?}");
}

#[test]
fn a_directory_that_is_no_project_is_refused() {
    doctor(&with(&[UV]), &["--project", "."]).exits(4).says("there is no `ddd-forge.toml` there");
}

#[test]
fn json_has_the_same_facts_and_nothing_is_changed() {
    let place = with(&[]);
    let before = place.files();
    let run = doctor(&place, &["--json"]).exits(3);
    let report = run.json();
    assert_eq!((&report["ok"], &report["command"]), (&false.into(), &"doctor".into()));
    assert_eq!(report["checks"][0]["name"], "uv");
    assert_eq!(report["checks"][0]["status"], "missing");
    assert!(report["checks"][0]["fix"].as_str().unwrap().contains("install.sh"));
    assert_eq!(run.stderr, "");
    assert_eq!(place.files(), before);
}
