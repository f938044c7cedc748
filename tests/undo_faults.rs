//! `undo` where one system call fails, or is the last: the project is as before or as after, files,
//! rights and directories, and the next run puts right whatever is left.
//!
//! `DDD_FORGE_SWEEP=full` tries every system call instead of some of each kind.

#![cfg(target_os = "linux")]

#[path = "support/living.rs"]
mod living;
#[path = "support/strace.rs"]
mod strace;
mod support;
#[path = "support/target.rs"]
mod target;

use std::process::Command;
use std::sync::OnceLock;

use living::{Picture, RUNS, is_as, picture, project, root, run};
use strace::{Point, at, injected, points, sample, traced};
use support::{Place, Run};
use target::tell;

const UNDO: &[&str] = &["undo", "--project", "shop", "--json"];

/// A project after some runs, of which the last is taken back.
struct State {
    place: Place,
    before: Picture,
    after: Picture,
}

/// The project after the first run, after the second, and so on.
fn states() -> &'static [State] {
    static STATES: OnceLock<Vec<State>> = OnceLock::new();
    STATES.get_or_init(|| (1..=RUNS.len()).map(state).collect())
}

fn state(runs: usize) -> State {
    let place = project();
    let mut after = Picture::new();
    for steps in &RUNS[..runs] {
        after = picture(&root(&place));
        run(&place, steps);
    }
    let before = picture(&root(&place));
    State { place, before, after }
}

impl State {
    fn copy(&self) -> Place {
        let place = Place::new();
        let (from, to) = (root(&self.place), root(&place));
        assert!(Command::new("cp").arg("-a").args([from, to]).status().unwrap().success());
        place
    }

    /// Checks that each file is whole, as it was or will be.
    #[track_caller]
    fn nothing_is_torn(&self, found: &Picture, context: &str) {
        for (name, (bytes, _)) in found.iter().filter(|(name, _)| !name.contains(".ddd-forge")) {
            let whole = [&self.before, &self.after]
                .into_iter()
                .any(|side| side.get(name).is_some_and(|(wanted, _)| wanted == bytes));
            assert!(whole, "{context}: {name} is torn");
        }
    }

    /// Runs the command again unless all is done, and checks that nothing is left to do or to see.
    #[track_caller]
    fn ends_well(&self, place: &Place, context: &str) {
        let mut found = picture(&root(place));
        // A lock that nobody holds is in no one's way.
        found.remove(".ddd-forge/lock");
        if found == self.after {
            return;
        }
        let again = Run::of(place.command().args(UNDO));
        let finished = again.code == 4 && again.stdout.contains("has been finished");
        assert!(again.code == 0 || finished, "{context}: {again:#?}");
        is_as(&root(place), &self.after, context);
    }
}

/// Injects `effect` at points of a run, each in a project of its own, and hands over what came of it.
fn sweep(effect: &str, check: impl Fn(&State, &Place, Run, &str)) {
    let Some(strace) = strace::find() else { return };
    for (number, state) in states().iter().enumerate() {
        let (writers, _) = points(&strace, &state.copy(), &[], UNDO);
        assert!(writers.len() > 20, "{writers:?}");
        let (count, chosen) = (writers.len(), sample(writers));
        for point in &chosen {
            let place = state.copy();
            let run = Run::of(&mut injected(&strace, &place, &[at(point, effect)], UNDO));
            let context = format!("run {}, {effect} at {point:?}", number + 1);
            check(state, &place, run, &context);
        }
        tell(&format!("run {}, {effect}: {} of {count} points", number + 1, chosen.len()));
    }
}

#[test]
fn killed_anywhere_the_project_is_as_before_or_as_after() {
    sweep("signal=KILL", |state, place, run, context| {
        assert_eq!(run.code, -1, "{context}: {run:#?}");
        state.nothing_is_torn(&picture(&root(place)), context);
        state.ends_well(place, context);
    });
}

fn refused_anywhere(error: &str) {
    sweep(&format!("error={error}"), |state, place, run, context| {
        match run.code {
            // It could do without: a lock, or the removal of what only the next run would miss.
            0 => state.nothing_is_torn(&picture(&root(place)), context),
            1 => is_as(&root(place), &state.before, context),
            _ => panic!("{context}: {run:#?}"),
        }
        state.ends_well(place, context);
    });
}

#[test]
fn on_a_full_disk_the_project_stays_as_it_was() {
    refused_anywhere("ENOSPC");
}

#[test]
fn on_a_broken_disk_the_project_stays_as_it_was() {
    refused_anywhere("EIO");
}

#[test]
fn a_signal_ends_the_run_before_the_change_or_after_it() {
    sweep("signal=INT", |state, place, run, context| {
        let wanted = match run.code {
            0 => &state.after,
            130 => &state.before,
            _ => panic!("{context}: {run:#?}"),
        };
        is_as(&root(place), wanted, context);
    });
}

#[test]
fn killed_again_while_it_recovers_the_project_still_ends_well() {
    let Some(strace) = strace::find() else { return };
    for (number, state) in states().iter().enumerate() {
        let (writers, _) = points(&strace, &state.copy(), &[], UNDO);
        let kinds = |call: &str| -> Vec<Point> {
            writers.iter().filter(|point| point.0.starts_with(call)).cloned().collect()
        };
        let (renames, writes) = (kinds("rename"), kinds("write"));
        // Before the change is decided, the next run takes it back, and then makes it; after it, the
        // next run finishes it, and leaves it at that.
        for (first, done) in [(&writes[0], true), (&renames[renames.len() - 1], false)] {
            let killed = || {
                let place = state.copy();
                Run::of(&mut injected(&strace, &place, &[at(first, "signal=KILL")], UNDO));
                place
            };
            let (succeeded, again, _) = traced(&strace, &killed(), &[], UNDO);
            assert_eq!(succeeded, done, "run {}, killed at {first:?}", number + 1);
            for second in sample(again) {
                let place = killed();
                let kill = [at(&second, "signal=KILL")];
                Run::of(&mut injected(&strace, &place, &kill, UNDO)).exits(-1);
                let context = format!("run {}, killed at {first:?}, {second:?}", number + 1);
                state.nothing_is_torn(&picture(&root(&place)), &context);
                state.ends_well(&place, &context);
            }
        }
    }
}

#[test]
fn a_dry_run_a_list_and_a_refusal_write_nothing() {
    let Some(strace) = strace::find() else { return };
    let state = &states()[RUNS.len() - 1];
    for extra in ["--dry-run", "--list", "--help"] {
        let args = [UNDO, &[extra]].concat();
        let (writers, _) = points(&strace, &state.copy(), &[], &args);
        assert_eq!(writers, [], "{extra}");
    }
}
