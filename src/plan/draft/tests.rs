//! What a plan comes to.

use super::*;
use crate::tree::MemoryTree;

fn path(text: &str) -> RelPath {
    RelPath::parse(text).unwrap()
}

fn tree(files: &[(&str, &str)]) -> MemoryTree {
    MemoryTree(files.iter().map(|(name, text)| (path(name), File::text(*text))).collect())
}

#[test]
fn what_is_already_so_is_no_change() {
    let tree = tree(&[("a", "1")]);
    let mut draft = Draft::new(&tree);
    draft.create(path("a"), File::text("1"), "same").unwrap();
    draft.create(path("b"), File::text("2"), "new").unwrap();
    let set = draft.finish().unwrap();
    assert_eq!(set.identical, [path("a")]);
    assert_eq!(set.changes.len(), 1);
    assert_eq!(set.changes[0].path, path("b"));
}

#[test]
fn all_conflicts_are_reported_together() {
    let tree = tree(&[("a", "mine"), ("b", "mine")]);
    let mut draft = Draft::new(&tree);
    for name in ["a", "b", "c"] {
        draft.create(path(name), File::text("ours"), "new").unwrap();
    }
    let error = draft.finish().unwrap_err();
    assert_eq!(error.message, "`a`, `b` are files with other content");
    assert_eq!(error.kind.exit_code(), 4);
}

#[test]
fn several_edits_of_a_file_are_one_change_with_all_its_reasons() {
    let mut tree = tree(&[("a", "1"), ("b", "1")]);
    tree.0.get_mut(&path("a")).unwrap().executable = true;
    let mut draft = Draft::new(&tree);
    for (text, why) in [("1", "nothing"), ("12", "two"), ("123", "three"), ("1234", "two")] {
        draft.edit(path("a"), text.into(), why).unwrap();
        assert_eq!(draft.read(&path("a")).unwrap().unwrap().bytes, text.as_bytes());
    }
    draft.edit(path("b"), "2".into(), "there").unwrap();
    draft.edit(path("b"), "1".into(), "and back").unwrap();
    let set = draft.finish().unwrap();
    let [change] = &*set.changes else { panic!("{set:?}") };
    let after = File { executable: true, ..File::text("1234") };
    assert_eq!((&*change.why, &change.after), ("two, three", &Some(after)));
    assert_eq!(set.identical, [path("b")]);
}

#[test]
fn what_goes_can_be_created_anew_and_what_was_only_planned_leaves_no_trace() {
    let tree = tree(&[("a", "1"), ("b", "1")]);
    let mut draft = Draft::new(&tree);
    draft.remove(path("a"), "gone").unwrap();
    draft.remove(path("b"), "gone").unwrap();
    draft.create(path("b"), File::text("2"), "new").unwrap();
    draft.create(path("c"), File::text("3"), "new").unwrap();
    draft.remove(path("c"), "gone").unwrap();
    draft.remove(path("absent"), "gone").unwrap();
    assert_eq!(draft.walk(&|_, _| true).unwrap(), [path("b")]);
    let set = draft.finish().unwrap();
    let changes: Vec<_> =
        set.changes.iter().map(|change| (change.path.as_str(), change.after.clone())).collect();
    assert_eq!(changes, [("a", None), ("b", Some(File::text("2")))]);
    assert!(set.identical.is_empty());
}

#[test]
fn a_directory_has_what_is_decided_so_far() {
    let tree = tree(&[("a/b/c/d", "1"), ("a/b/e/f", "1"), ("a/g", "1")]);
    let mut draft = Draft::new(&tree);
    let entries = |draft: &Draft<'_>, name| draft.entries(&path(name)).unwrap().join(" ");
    draft.remove(path("a/b/c/d"), "").unwrap();
    assert_eq!((entries(&draft, "a"), entries(&draft, "a/b")), ("b g".into(), "e".into()));
    draft.remove(path("a/b/e/f"), "").unwrap();
    assert_eq!(entries(&draft, "a"), "g");
    draft.create(path("a/b/c/new"), File::text(""), "").unwrap();
    assert_eq!((entries(&draft, "a"), entries(&draft, "a/b")), ("b g".into(), "c".into()));
}

#[test]
fn a_directory_goes_with_the_last_file_in_it_unless_it_is_kept() {
    let tree = tree(&[("a/b/c/d", ""), ("a/b/e", ""), ("a/f", ""), ("g/h", ""), ("i/j", "")]);
    let mut draft = Draft::new(&tree);
    for name in ["a/b/c/d", "a/b/e", "g/h", "i/j", "k/l"] {
        draft.remove(path(name), "").unwrap();
    }
    draft.keep(path("g"));
    draft.create(path("i/new"), File::text(""), "").unwrap();
    assert!(draft.directory(&path("g")).unwrap().is_some());
    assert!(draft.directory(&path("a/b")).unwrap().is_none());
    assert_eq!(draft.finish().unwrap().emptied, [path("a/b/c"), path("a/b")]);
}

#[test]
fn rights_that_nobody_asked_for_are_kept() {
    let mut tree = tree(&[("a", "1"), ("b", "1")]);
    tree.0.values_mut().for_each(|file| file.mode = Some(0o640));
    let mut draft = Draft::new(&tree);
    draft.put(path("a"), Some(File::text("2")), "").unwrap();
    let private = File { mode: Some(0o600), ..File::text("1") };
    draft.put(path("b"), Some(private), "").unwrap();
    let set = draft.finish().unwrap();
    let modes = set.changes.iter().map(|change| change.after.as_ref().unwrap().mode);
    assert_eq!(modes.collect::<Vec<_>>(), [Some(0o640), Some(0o600)]);
}

#[test]
fn what_is_absent_cannot_be_edited() {
    let tree = tree(&[("a", "1")]);
    let mut draft = Draft::new(&tree);
    draft.remove(path("a"), "gone").unwrap();
    for name in ["a", "b"] {
        let error = draft.edit(path(name), Vec::new(), "").unwrap_err();
        assert_eq!(error.kind.exit_code(), 4);
    }
}

#[test]
fn edits_that_cannot_be_made_are_reported_together_with_what_to_paste() {
    let tree = tree(&[("a", "mine")]);
    let mut draft = Draft::new(&tree);
    let (reason, snippet) = ("there is no list `routers`", "routers = [\n    orders,\n]\n");
    draft.problem(path("app/api/router.py"), Some(12), reason.into(), snippet.into());
    draft.create(path("a"), File::text("ours"), "new").unwrap();
    draft.problem(path("prefect.yaml"), None, "it is not YAML".into(), "- name: x".into());
    let error = draft.finish().unwrap_err();
    assert_eq!((error.kind.exit_code(), error.conflicts.len()), (4, 3));
    assert_eq!(error.message, "3 changes cannot be made");
    insta::assert_snapshot!(error.location.unwrap(), @r"
    a: it is there with other content

    app/api/router.py:12: there is no list `routers`
        routers = [
            orders,
        ]

    prefect.yaml: it is not YAML
        - name: x
    ");
}
