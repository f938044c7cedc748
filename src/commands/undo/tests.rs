//! Runs by hand on a tree in memory, and taking them back.

use super::*;
use crate::plan::{Change, ChangeSet};
use crate::tree::MemoryTree;

type Files<'a> = &'a [(&'a str, Option<&'a str>)];

fn path(text: &str) -> RelPath {
    RelPath::parse(text).unwrap()
}

fn tree(files: &[(&str, &str)]) -> MemoryTree {
    MemoryTree(files.iter().map(|(name, text)| (path(name), File::text(*text))).collect())
}

fn applied(tree: &mut MemoryTree, set: ChangeSet) {
    for Change { path, before, after, .. } in set.changes {
        assert_eq!(tree.0.remove(&path), before, "{path}");
        tree.0.extend(after.map(|after| (path, after)));
    }
}

/// Makes each file what it says, as one run.
fn run(tree: &mut MemoryTree, files: Files<'_>) -> Option<String> {
    let mut draft = Draft::new(tree);
    for (name, text) in files {
        draft.put(path(name), text.map(File::text), "test").unwrap();
    }
    let set = draft.finish().unwrap();
    let (whole, id) = recorded(&set, tree, "ddd-forge test", 0).unwrap();
    applied(tree, whole);
    id
}

fn planned(tree: &MemoryTree) -> Result<ChangeSet> {
    let mut draft = Draft::new(tree);
    plan(&mut draft)?;
    draft.finish()
}

fn undo(tree: &mut MemoryTree) -> Option<String> {
    let (whole, id) = forgotten(&planned(tree).unwrap(), tree).unwrap();
    applied(tree, whole);
    id
}

const RUNS: &[Files<'_>] = &[
    &[("a", Some("2\r\n")), ("x/y/new", Some("new"))],
    &[("a", Some("3")), ("b", None)],
    &[("x/y/new", None), ("b", Some("other"))],
];

#[test]
fn runs_are_taken_back_in_reverse_order() {
    let mut now = tree(&[("a", "1"), ("b", "old")]);
    let mut before = Vec::new();
    for files in RUNS {
        before.push(now.clone());
        run(&mut now, files);
    }
    let times: Vec<_> = runs(&now, 9).unwrap().into_iter().map(|(id, _)| id).collect();
    assert_eq!(times, ["0001", "0002", "0003"]);
    for (number, before) in before.iter().enumerate().rev() {
        assert_eq!(undo(&mut now), Some(format!("{:04}", number + 1)));
        assert_eq!(now, *before);
    }
    let set = planned(&now).unwrap();
    assert!(set.is_empty() && set.notes[0].contains("none to take back"));
    assert_eq!(forgotten(&set, &now).unwrap(), (set, None));
}

#[test]
fn what_was_changed_since_is_named_and_nothing_is_planned() {
    let mut now = tree(&[("a", "1"), ("b", "old")]);
    run(&mut now, &[("a", Some("2")), ("b", None), ("c", Some("new"))]);
    for (name, text) in [("a", Some("mine")), ("b", Some("mine")), ("c", Some("")), ("a", None)] {
        let mut changed = now.clone();
        changed.0.remove(&path(name));
        changed.0.extend(text.map(|text| (path(name), File::text(text))));
        let error = planned(&changed).unwrap_err();
        assert_eq!((error.kind.exit_code(), &*error.conflicts), (4, &[path(name)][..]));
        let message = format!("`{name}` was changed since run 0001, `ddd-forge test`");
        assert_eq!(error.message, message);
    }
}

#[test]
fn what_a_user_took_back_already_is_no_obstacle() {
    let before = tree(&[("a", "1"), ("b", "old")]);
    let mut now = before.clone();
    run(&mut now, &[("a", Some("2")), ("b", None), ("c", Some("new"))]);
    now.0.remove(&path("c"));
    now.0.insert(path("a"), File::text("1"));
    undo(&mut now);
    assert_eq!(now, before);
}

#[test]
fn rights_come_back_with_a_file_and_stay_where_a_user_changed_them() {
    let mut now = tree(&[("gone", ""), ("kept", "1")]);
    now.0.values_mut().for_each(|file| (file.mode, file.executable) = (Some(0o750), true));
    let before = now.clone();
    run(&mut now, &[("gone", None)]);
    let mut draft = Draft::new(&now);
    draft.edit(path("kept"), "2".into(), "").unwrap();
    let set = draft.finish().unwrap();
    let (whole, _) = recorded(&set, &now, "ddd-forge test", 0).unwrap();
    applied(&mut now, whole);
    let mut other = now.clone();
    undo(&mut now);
    undo(&mut now);
    assert_eq!(now, before);
    other.0.get_mut(&path("kept")).unwrap().mode = Some(0o700);
    undo(&mut other);
    assert_eq!(other.0[&path("kept")].mode, Some(0o700));
}

#[test]
fn only_the_last_runs_are_remembered() {
    let mut now = tree(&[]);
    for number in 0..KEPT + 3 {
        run(&mut now, &[("a", Some(&number.to_string()))]);
    }
    let left = runs(&now, usize::MAX).unwrap();
    assert_eq!((left.len(), &*left[0].0, &*left[KEPT - 1].0), (KEPT, "0004", "0053"));
    assert_eq!(run(&mut now, &[]), None);
}

#[test]
fn files_that_are_no_records_are_passed_over() {
    let mut now = tree(&[(".ddd-forge/undo/7.json.gz", ""), (".ddd-forge/undo/mine", "")]);
    let before = now.clone();
    assert_eq!(run(&mut now, &[("a", Some(""))]).unwrap(), "0001");
    undo(&mut now);
    assert_eq!(now, before);
}

fn migration(id: &str, down: &str) -> String {
    format!("\"\"\"X.\"\"\"\n\nrevision = \"{id}\"\ndown_revision: str | None = {down}\n")
}

#[test]
fn a_migration_that_goes_names_the_downgrade() {
    for (down, target) in [("None", "base"), ("'0001'", "0001"), ("(\"a\", \"b\")", "-1")] {
        let mut now = tree(&[("alembic/versions/0001_x.py", &migration("0001", "None"))]);
        let (second, third) = (migration("0002", down), migration("0003", "\"0002\""));
        let (two, three) = ("alembic/versions/0002_x.py", "alembic/versions/0003_x.py");
        run(&mut now, &[(two, Some(&second)), (three, Some(&third))]);
        let set = planned(&now).unwrap();
        let [warning] = &*set.warnings else { panic!("{set:?}") };
        let command = format!("first run `uv run alembic downgrade {target}`");
        assert!(warning.starts_with("`alembic/versions/0002_x.py` goes"), "{warning}");
        assert!(warning.ends_with(&command), "{warning}");
    }
}

#[test]
fn a_migration_that_another_follows_does_not_go() {
    for down in ["\"0002\"", "('0009', '0002')"] {
        let mut now = tree(&[]);
        run(&mut now, &[("alembic/versions/0002_x.py", Some(&migration("0002", "None")))]);
        let theirs = "alembic/versions/0003_mine.py";
        now.0.insert(path(theirs), File::text(migration("0003", down)));
        let error = planned(&now).unwrap_err();
        assert_eq!((error.kind.exit_code(), &*error.conflicts), (4, &[path(theirs)][..]));
    }
}
