//! `new` where one system call fails, or is the last: the target is whole or not there, and the same
//! command then succeeds.
//!
//! `DDD_FORGE_SWEEP=full` tries every system call instead of some of each kind.

#![cfg(target_os = "linux")]

#[path = "support/strace.rs"]
mod strace;
mod support;
#[path = "support/target.rs"]
mod target;

use std::fs;

use strace::{Point, at, injected, points, sample};
use support::{Place, Run};
use target::Target::{self, Absent, EmptyDirectory};
use target::{Files, NEW, reference, run, tell};

/// Checks that each file of ours is whole, whatever else a killed run left.
#[track_caller]
fn nothing_is_torn(found: &Files, reference: &Files, context: &str) {
    for (name, bytes) in found {
        match reference.get(name) {
            Some(wanted) => assert_eq!(bytes, wanted, "{context}: {name} is torn"),
            None => assert!(name.contains(".ddd-forge"), "{context}: {name} is not ours"),
        }
    }
}

/// Runs the command again and checks that it ends in the reference and leaves nothing else.
#[track_caller]
fn ends_well(place: &Place, reference: &Files, context: &str) {
    let found = place.files();
    let complete = reference.iter().all(|(name, bytes)| found.get(name) == Some(bytes));
    let again = run(place);
    // A complete project is a directory that is not empty.
    assert!(again.code == 0 || (complete && again.code == 4), "{context}: {again:#?}");
    let (found, wanted): (Vec<_>, Vec<_>) =
        (place.files().into_keys().collect(), reference.keys().collect());
    assert_eq!(found.iter().collect::<Vec<_>>(), wanted, "{context}");
    assert_eq!(place.files(), *reference, "{context}");
}

/// Injects `effect` at points of a run, each in a place of its own, and hands over what came of it.
fn sweep(target: Target, effect: &str, looking: bool, check: impl Fn(&Place, Run, &Point)) {
    let Some(strace) = strace::find() else { return };
    let (writers, readers) = points(&strace, &target.place(), &[], NEW);
    assert!(writers.len() > 20, "{writers:?}");
    let all = if looking { readers } else { writers };
    let count = all.len();
    let mut chosen = sample(all);
    if looking {
        // They are thousands, and alike.
        chosen = chosen.iter().step_by(chosen.len() / 500 + 1).cloned().collect();
    }
    for point in &chosen {
        let place = target.place();
        let run = Run::of(&mut injected(&strace, &place, &[at(point, effect)], NEW));
        check(&place, run, point);
    }
    tell(&format!("{target:?}, {effect}: {} of {count} points", chosen.len()));
}

fn killed_anywhere(target: Target) {
    let reference = reference();
    sweep(target, "signal=KILL", false, |place, run, point| {
        let context = format!("{target:?}, killed at {point:?}");
        assert_eq!(run.code, -1, "{context}: {run:#?}");
        let found = place.files();
        nothing_is_torn(&found, &reference, &context);
        let appeared = found.keys().any(|name| name.starts_with("shop/"));
        assert!(target != Absent || !appeared || found == reference, "{context}");
        ends_well(place, &reference, &context);
    });
}

#[test]
fn killed_anywhere_an_absent_target_is_absent_or_whole() {
    killed_anywhere(Absent);
}

#[test]
fn killed_anywhere_a_directory_is_put_right_by_the_next_run() {
    killed_anywhere(EmptyDirectory);
}

fn refused_anywhere(target: Target, error: &str, looking: bool) {
    let (reference, before) = (reference(), target.before());
    sweep(target, &format!("error={error}"), looking, |place, run, point| {
        let context = format!("{target:?}, {error} at {point:?}: {run:#?}");
        let found = place.files();
        match run.code {
            // It could do without: a lock, or the removal of what only the next run would miss.
            0 => nothing_is_torn(&found, &reference, &context),
            _ => assert_eq!(found, before, "{context}"),
        }
        let can_do_without = ["flock", "unlink", "unlinkat", "rmdir"].contains(&&*point.0);
        if !looking && run.code != 0 {
            let report = run.json();
            assert_eq!(run.code, 1, "{context}");
            let message = report["error"]["message"].as_str().unwrap();
            assert!(message.contains('`') && message.contains("os error"), "{context}");
        }
        assert!(looking || run.code != 0 || can_do_without || found == reference, "{context}");
        if found != before {
            ends_well(place, &reference, &context);
        }
    });
}

#[test]
fn on_a_full_disk_an_absent_target_stays_absent() {
    refused_anywhere(Absent, "ENOSPC", false);
}

#[test]
fn on_a_full_disk_a_directory_stays_as_it_was() {
    refused_anywhere(EmptyDirectory, "ENOSPC", false);
}

fn broken(target: Target) {
    refused_anywhere(target, "EIO", true);
    if std::env::var_os("DDD_FORGE_SWEEP").is_some() {
        refused_anywhere(target, "EIO", false);
    }
}

#[test]
fn on_a_broken_disk_an_absent_target_stays_absent() {
    broken(Absent);
}

#[test]
fn on_a_broken_disk_a_directory_stays_as_it_was() {
    broken(EmptyDirectory);
}

fn signalled(target: Target, run: &Run, found: &Files, reference: &Files, context: &str) {
    match run.code {
        0 => assert_eq!(found, reference, "{context}"),
        130 => assert_eq!(*found, target.before(), "{context}"),
        _ => panic!("{context}: {run:#?}"),
    }
}

#[test]
fn a_signal_ends_the_run_before_the_change_or_after_it() {
    let reference = reference();
    for target in [Absent, EmptyDirectory] {
        sweep(target, "signal=INT", false, |place, run, point| {
            let context = format!("{target:?}, interrupted at {point:?}");
            signalled(target, &run, &place.files(), &reference, &context);
        });
    }
}

#[test]
fn every_signal_that_asks_to_stop_is_heard() {
    let Some(strace) = strace::find() else { return };
    let reference = reference();
    let (writers, _) = points(&strace, &Absent.place(), &[], NEW);
    for signal in ["TERM", "HUP"] {
        let (place, point) = (Absent.place(), &writers[writers.len() / 2]);
        let injection = at(point, &format!("signal={signal}"));
        let run = Run::of(&mut injected(&strace, &place, &[injection], NEW));
        signalled(Absent, &run, &place.files(), &reference, signal);
    }
}

#[test]
fn killed_while_it_takes_a_failure_back_the_run_still_ends_well() {
    let Some(strace) = strace::find() else { return };
    let reference = reference();
    for target in [Absent, EmptyDirectory] {
        let (writers, _) = points(&strace, &target.place(), &[], NEW);
        let last = writers.iter().rev().find(|point| point.0.starts_with("rename")).unwrap();
        let failing = at(last, "error=EIO");
        let (mut back, _) = points(&strace, &target.place(), std::slice::from_ref(&failing), NEW);
        // The same call cannot be made to fail and to kill.
        back.drain(..=back.iter().position(|point| point == last).unwrap());
        back.retain(|point| point.0 != last.0);
        for point in sample(back) {
            let (place, killing) = (target.place(), at(&point, "signal=KILL"));
            let run =
                Run::of(&mut injected(&strace, &place, &[failing.clone(), killing], NEW)).exits(-1);
            let context = format!("{target:?}, {failing}, killed at {point:?}: {run:#?}");
            nothing_is_torn(&place.files(), &reference, &context);
            ends_well(&place, &reference, &context);
        }
    }
}

#[test]
fn killed_again_while_it_recovers_the_run_still_ends_well() {
    let Some(strace) = strace::find() else { return };
    let reference = reference();
    let (writers, _) = points(&strace, &EmptyDirectory.place(), &[], NEW);
    let kinds = |call: &str| -> Vec<Point> {
        writers.iter().filter(|point| point.0.starts_with(call)).cloned().collect()
    };
    let (renames, writes) = (kinds("rename"), kinds("write"));
    for first in [&writes[writes.len() / 2], &renames[renames.len() / 2]] {
        let killed = || {
            let place = EmptyDirectory.place();
            Run::of(&mut injected(&strace, &place, &[at(first, "signal=KILL")], NEW)).exits(-1);
            place
        };
        let (again, _) = points(&strace, &killed(), &[], NEW);
        for second in sample(again) {
            let place = killed();
            Run::of(&mut injected(&strace, &place, &[at(&second, "signal=KILL")], NEW)).exits(-1);
            let context = format!("killed at {first:?}, then at {second:?}");
            nothing_is_torn(&place.files(), &reference, &context);
            ends_well(&place, &reference, &context);
        }
    }
}

#[test]
fn a_dry_run_and_a_refusal_write_nothing() {
    let Some(strace) = strace::find() else { return };
    for target in [Absent, EmptyDirectory] {
        for extra in ["--dry-run", "--help"] {
            let args = [NEW, &[extra]].concat();
            let (writers, _) = points(&strace, &target.place(), &[], &args);
            assert_eq!(writers, [], "{target:?} {extra}");
        }
    }
}

#[test]
fn nothing_is_asked_of_the_network() {
    let Some(strace) = strace::find() else { return };
    let place = Place::new();
    let log = place.work().with_file_name("network.log");
    let mut command = place.program(strace.to_str().unwrap());
    command.args(["-f", "-qq", "-e", "trace=%network", "-e", "signal=none", "-o"]).arg(&log);
    command.arg("--").arg(env!("CARGO_BIN_EXE_ddd-forge")).args(NEW).env("PATH", "/nonexistent");
    Run::of(&mut command).exits(0);
    let calls = fs::read_to_string(log).unwrap();
    let harmless = |line: &&str| line.contains("socketpair(AF_UNIX");
    assert_eq!(
        calls.lines().filter(|line| !harmless(line)).collect::<Vec<_>>(),
        Vec::<&str>::new()
    );
}
