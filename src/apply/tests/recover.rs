//! What a run leaves that is killed, at each of its stages.

use super::journal::{Entry, Journal};
use super::site::{Site, state};
use super::*;

const OLD: &[(&str, &str)] =
    &[("app/gone.py", "gone"), ("app/kept.py", "old"), ("app/users/tests/gone.py", "gone")];
const NEW: &[(&str, &str)] =
    &[("app/kept.py", "new"), ("app/orders/model.py", "model"), ("first.sh", "first")];

fn mixed() -> ChangeSet {
    let set = set(&[
        ("app/gone.py", Some("gone"), None),
        ("app/kept.py", Some("old"), Some("new")),
        ("app/orders/model.py", None, Some("model")),
        ("app/users/tests/gone.py", Some("gone"), None),
        ("first.sh", None, Some("first")),
    ]);
    ChangeSet { emptied: ["app/users/tests", "app/users"].map(rel).to_vec(), ..set }
}

/// How far a run came before it was killed, with the entries it had done of its last stage.
#[derive(Clone, Copy, Debug)]
enum Stage {
    Locked,
    Stored,
    Staged(usize),
    Committed(usize),
    Closed(usize),
    Emptied(usize),
    TakenBack(usize),
}

/// The first `count` entries of `journal`, as a journal of their own.
fn first(journal: &Journal, count: usize) -> Journal {
    let copy = |entry: &Entry| Entry {
        path: entry.path.clone(),
        before: entry.before.clone(),
        after: entry.after.clone(),
    };
    let entries = journal.entries.iter().take(count).map(copy).collect();
    let (directories, emptied) = (journal.directories.clone(), journal.emptied.clone());
    Journal { directories, entries, emptied }
}

/// Runs the change to `stage`, and dies.
fn killed(root: &Path, stage: Stage) {
    let site = Site::lock(root).unwrap();
    let root = site.root.clone();
    let (set, all) = (mixed(), usize::MAX);
    let (journal, content) = preflight::check(&set, &root).unwrap();
    let (stored, staged, committed) = match stage {
        Stage::Locked => (false, None, None),
        Stage::Stored => (true, None, None),
        Stage::Staged(count) => (true, Some(count), None),
        Stage::Committed(count) => (true, Some(all), Some(count)),
        Stage::Closed(_) | Stage::Emptied(_) | Stage::TakenBack(_) => (true, Some(all), Some(all)),
    };
    if stored {
        journal.store(&root).unwrap();
    }
    if let Some(count) = staged {
        first(&journal, count).stage(&root, &content, || Ok(())).unwrap();
    }
    if let Some(count) = committed {
        journal.commit(&root).unwrap();
        first(&journal, count).finish(&root).unwrap();
    }
    match stage {
        Stage::Closed(count) => close(&first(&journal, count), &root),
        Stage::Emptied(count) => {
            let mut some = first(&journal, all);
            some.emptied.truncate(count);
            close(&some, &root);
        }
        Stage::TakenBack(count) => {
            let mut rest = first(&journal, all);
            rest.directories.clear();
            rest.entries.drain(..journal.entries.len() - count);
            rest.take_back(&root).unwrap();
            journal.store(&root).unwrap();
        }
        _ => {}
    }
    // The lock of the dead is free, and its file still there.
    drop(site);
    fs::create_dir_all(root.join(".ddd-forge")).unwrap();
    fs::write(state(&root, "lock"), "1").unwrap();
}

/// Does all that closing the journal does but to forget it.
fn close(journal: &Journal, root: &Path) {
    let name = state(root, "journal.commit");
    let text = fs::read(&name).unwrap();
    journal.close(root).unwrap();
    fs::write(name, text).unwrap();
}

fn stages() -> Vec<Stage> {
    let mut stages = vec![Stage::Locked, Stage::Stored];
    for make in [Stage::Staged, Stage::Committed, Stage::Closed, Stage::TakenBack] {
        stages.extend((0..=5).map(make));
    }
    stages.extend((0..=2).map(Stage::Emptied));
    stages
}

fn tree(files: &[(&str, &str)]) -> Picture {
    let place = project(files);
    #[cfg(unix)]
    if place.path().join("first.sh").exists() {
        set_mode(&place.path().join("first.sh"), 0o755);
    }
    picture(place.path())
}

#[test]
fn every_stage_ends_in_the_old_tree_or_the_new_and_the_run_then_succeeds() {
    for stage in stages() {
        let place = project(OLD);
        killed(place.path(), stage);
        let recovered = recover(place.path()).unwrap();
        let expected = match stage {
            Stage::Locked => None,
            Stage::Stored | Stage::Staged(_) | Stage::TakenBack(_) => Some(false),
            Stage::Committed(_) | Stage::Closed(_) | Stage::Emptied(_) => Some(true),
        };
        assert_eq!(recovered.map(|recovered| recovered.finished), expected, "{stage:?}");
        let wanted = if expected == Some(true) { NEW } else { OLD };
        assert_eq!(picture(place.path()), tree(wanted), "{stage:?}");
        assert!(recover(place.path()).unwrap().is_none(), "{stage:?}");
        if expected != Some(true) {
            update(&mixed(), place.path(), &never()).unwrap();
            assert_eq!(picture(place.path()), tree(NEW), "{stage:?}");
        }
    }
}

#[test]
fn what_was_done_before_a_failure_is_taken_back() {
    for failing in ["app/orders/model.py", "first.sh", "app/kept.py"] {
        let place = project(OLD);
        killed(place.path(), Stage::Committed(0));
        let (journal, _) = Journal::load(place.path()).unwrap().unwrap();
        let in_the_way = place.path().join(failing);
        let _ = fs::rename(&in_the_way, place.path().join("aside"));
        fs::create_dir(&in_the_way).unwrap();
        journal.finish(place.path()).unwrap_err();
        fs::remove_dir(&in_the_way).unwrap();
        let _ = fs::rename(place.path().join("aside"), &in_the_way);
        assert!(journal.take_back(place.path()).unwrap().is_empty());
        assert!(recover(place.path()).unwrap().is_none());
        assert_eq!(picture(place.path()), tree(OLD), "{failing}");
    }
}

#[test]
fn a_run_that_was_killed_is_not_passed_over() {
    let place = project(OLD);
    killed(place.path(), Stage::Staged(2));
    let before = picture(place.path());
    let error = update(&new_files(&["other"]), place.path(), &never());
    refused(error, 4, "was killed here");
    let mut after = picture(place.path());
    after.insert(".ddd-forge/lock".to_owned(), before[".ddd-forge/lock"].clone());
    assert_eq!(after, before);
}

#[test]
fn what_a_user_wrote_since_is_kept_and_named() {
    for (stage, finished) in [(Stage::Committed(0), true), (Stage::TakenBack(0), false)] {
        let place = project(OLD);
        killed(place.path(), stage);
        fs::write(place.path().join("app/kept.py"), "mine").unwrap();
        fs::create_dir_all(place.path().join("app/orders")).unwrap();
        fs::write(place.path().join("app/orders/model.py"), "mine").unwrap();
        let recovered = recover(place.path()).unwrap().unwrap();
        assert_eq!(recovered.finished, finished);
        assert_eq!(recovered.kept.len(), 2);
        let said = recovered.to_string();
        assert!(said.contains("except in `app/"), "{said}");
        let found = picture(place.path());
        assert_eq!((&*found["app/kept.py"], &*found["app/orders/model.py"]), ("mine", "mine"));
        assert_eq!(found.contains_key("app/gone.py"), !finished);
        assert!(!found.keys().any(|name| name.contains("ddd-forge")), "{found:?}");
    }
}

#[test]
fn a_journal_that_came_from_elsewhere_does_no_harm() {
    let hash = disk::sha256(b"");
    let entry = |path: &str| {
        format!(
            r#"{{"directories":[],"entries":[{{"path":"{path}","before":null,"after":"{hash}"}}]}}"#
        )
    };
    let journals = ["", "{}", "[]", &entry("../victim"), &entry("/etc/x"), &entry(".git/hooks/x")];
    for (name, text) in ["journal", "journal.commit"].iter().flat_map(|n| journals.map(|t| (n, t)))
    {
        let outer = project(&[
            ("victim", ""),
            ("inner/.git/hooks/x", ""),
            ("inner/.git/hooks/.x.ddd-forge-new", ""),
        ]);
        let inner = outer.path().join("inner");
        fs::create_dir(inner.join(".ddd-forge")).unwrap();
        fs::write(state(&inner, name), text).unwrap();
        let before = picture(outer.path());
        refused(recover(&inner).map(drop), 4, "");
        assert_eq!(picture(outer.path()), before, "{text}");
    }
}

#[test]
fn a_directory_that_a_user_filled_since_stays() {
    let place = project(OLD);
    killed(place.path(), Stage::Closed(5));
    fs::create_dir(place.path().join("app/users")).unwrap();
    fs::write(place.path().join("app/users/mine.py"), "mine").unwrap();
    assert!(recover(place.path()).unwrap().unwrap().finished);
    let expected = tree(&[NEW, &[("app/users/mine.py", "mine")]].concat());
    assert_eq!(picture(place.path()), expected);
}

#[cfg(unix)]
#[test]
fn a_journal_does_not_reach_through_links() {
    let (place, outside) =
        (project(OLD), project(&[("kept.py", "new"), (".kept.py.ddd-forge-old", "evil")]));
    killed(place.path(), Stage::Stored);
    fs::remove_dir_all(place.path().join("app")).unwrap();
    std::os::unix::fs::symlink(outside.path(), place.path().join("app")).unwrap();
    let before = picture(outside.path());
    refused(recover(place.path()).map(drop), 4, "out of the project");
    assert_eq!(picture(outside.path()), before);
}

#[test]
fn where_nothing_was_left_nothing_is_touched() {
    let place = project(OLD);
    assert!(recover(place.path()).unwrap().is_none());
    assert!(recover(&place.path().join("absent")).unwrap().is_none());
    assert_eq!(picture(place.path()), tree(OLD));
}
