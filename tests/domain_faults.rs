//! `add-domain` where one system call fails, or is the last: the project is as before or as after, and
//! the same command again ends as if nothing had been.
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

use std::fs;
use std::process::Command;
use std::sync::OnceLock;

use living::{Picture, picture};
use strace::{at, injected, points, sample};
use support::{Place, Run};
use target::tell;

const ADD: &[&str] =
    &["add-domain", "orders", "number:string=20:unique", "--project", "shop", "--json", "--yes"];

/// A new project, and what it is before and after the command.
struct State {
    place: Place,
    before: Picture,
    after: Picture,
}

fn state() -> &'static State {
    static STATE: OnceLock<State> = OnceLock::new();
    STATE.get_or_init(|| {
        let place = Place::new();
        place.run(&["new", "shop", "--no-git", "--author", "A"]).exits(0);
        let before = seen(&place);
        let state = State { place, before, after: Picture::new() };
        let copy = state.copy();
        copy.run(ADD).exits(0);
        State { after: seen(&copy), ..state }
    })
}

/// The project but the record of the run, which says when it was.
fn seen(place: &Place) -> Picture {
    let mut picture = picture(&place.path("shop"));
    // A lock that nobody holds is in no one's way.
    picture.retain(|path, _| !path.starts_with(".ddd-forge/undo") && path != ".ddd-forge/lock");
    picture
}

impl State {
    fn copy(&self) -> Place {
        let place = Place::new();
        let (from, to) = (self.place.path("shop"), place.path("shop"));
        assert!(Command::new("cp").arg("-a").args([from, to]).status().unwrap().success());
        place
    }

    #[track_caller]
    fn ends_well(&self, place: &Place, context: &str) {
        // What a killed run left is first put right, whichever way; then the same command has its end.
        let again = Run::of(place.command().args(ADD));
        assert_eq!(again.code, 0, "{context}: {again:#?}");
        assert!(seen(place) == self.after, "{context}: it does not end as if nothing had been");
    }
}

/// Injects `effect` at points of a run, each in a project of its own, and hands over what came of it.
fn sweep(effect: &str, check: impl Fn(&State, &Place, Run, &str)) {
    let Some(strace) = strace::find() else { return };
    let state = state();
    let (writers, _) = points(&strace, &state.copy(), &[], ADD);
    assert!(writers.len() > 60, "{writers:?}");
    let (count, chosen) = (writers.len(), sample(writers));
    for point in &chosen {
        let place = state.copy();
        let run = Run::of(&mut injected(&strace, &place, &[at(point, effect)], ADD));
        check(state, &place, run, &format!("{effect} at {point:?}"));
    }
    tell(&format!("add-domain, {effect}: {} of {count} points", chosen.len()));
}

#[test]
fn killed_anywhere_every_file_is_whole_and_the_next_run_ends_well() {
    sweep("signal=KILL", |state, place, run, context| {
        assert_eq!(run.code, -1, "{context}: {run:#?}");
        for (name, (bytes, _)) in seen(place).iter().filter(|(name, _)| !name.contains("ddd-forge"))
        {
            let sides = [&state.before, &state.after];
            let whole =
                sides.iter().any(|side| side.get(name).is_some_and(|(was, _)| was == bytes));
            assert!(whole, "{context}: {name} is torn");
        }
        state.ends_well(place, context);
    });
}

fn refused_anywhere(error: &str) {
    sweep(&format!("error={error}"), |state, place, run, context| {
        match run.code {
            // It could do without: a lock, or the removal of what only the next run would miss.
            0 => {}
            1 => assert!(seen(place) == state.before, "{context}: something is left"),
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
        assert!(seen(place) == *wanted, "{context}");
    });
}

#[test]
fn runs_at_once_lose_nothing() {
    let state = state();
    let place = state.copy();
    let start = |letter: char| {
        let name = format!("{letter}_things");
        let args = ["add-domain", &name, "name", "--project", "shop", "--yes", "--quiet"];
        (name.clone(), place.command().args(args).spawn().unwrap())
    };
    let router = |place: &Place| place.read("shop/app/api/router.py");
    let listed = |place: &Place| router(place).matches("_router,\n").count();
    let before = listed(&place);
    let runs: Vec<_> = ('a'..='h').map(start).collect();
    let mut added = 0;
    for (name, mut run) in runs {
        let code = run.wait().unwrap().code().unwrap();
        let record = place.path(&format!("shop/.ddd-forge/domains/{name}.toml")).exists();
        let registered = router(&place).contains(&format!("    {name}_router,\n"));
        assert!(matches!(code, 0 | 4), "{name}: {code}");
        assert_eq!((record, registered), (code == 0, code == 0), "{name}");
        added += usize::from(code == 0);
    }
    assert!(added > 0);
    assert_eq!(listed(&place), before + added);
}

#[test]
fn a_directory_that_leads_outside_is_not_followed() {
    let place = state().copy();
    let outside = place.path("outside");
    fs::create_dir(&outside).unwrap();
    fs::rename(place.path("shop/app/api"), place.path("outside/api")).unwrap();
    std::os::unix::fs::symlink(outside.join("api"), place.path("shop/app/api")).unwrap();
    let before = support::files(&place.work());
    place.run(ADD).exits(4);
    assert_eq!(support::files(&place.work()), before);
}
