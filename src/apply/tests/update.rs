//! A directory that exists.

use super::site::Site;
use super::*;

/// Makes, changes and removes, in directories old and new.
fn mixed() -> ChangeSet {
    set(&[
        ("app/gone.py", Some("gone"), None),
        ("app/kept.py", Some("old"), Some("new")),
        ("app/orders/model.py", None, Some("model")),
        ("first.sh", None, Some("first")),
    ])
}

const OLD: &[(&str, &str)] =
    &[("app/gone.py", "gone"), ("app/kept.py", "old"), ("app/user.py", "mine")];

fn done() -> Picture {
    let place = project(&[
        ("app/kept.py", "new"),
        ("app/orders/model.py", "model"),
        ("app/user.py", "mine"),
        ("first.sh", "first"),
    ]);
    #[cfg(unix)]
    set_mode(&place.path().join("first.sh"), 0o755);
    picture(place.path())
}

#[test]
fn all_files_change_and_nothing_else_is_left() {
    let place = project(OLD);
    update(&mixed(), place.path(), &never()).unwrap();
    assert_eq!(picture(place.path()), done());
}

#[test]
fn an_empty_set_touches_nothing() {
    let place = project(&[]);
    update(&ChangeSet::default(), &place.path().join("absent"), &never()).unwrap();
    assert!(picture(place.path()).is_empty());
}

#[test]
fn directories_go_with_their_last_file_but_never_with_anything_else() {
    for (theirs, left) in [(None, &["kept"][..]), (Some("a/mine"), &["a", "a/mine", "kept"])] {
        let place = project(&[("a/b/c/gone", "gone"), ("a/b/gone", "gone"), ("kept", "kept")]);
        let gone = set(&[("a/b/c/gone", Some("gone"), None), ("a/b/gone", Some("gone"), None)]);
        let set = ChangeSet { emptied: ["a/b/c", "a/b", "a"].map(rel).to_vec(), ..gone };
        if let Some(path) = theirs {
            fs::write(place.path().join(path), "mine").unwrap();
        }
        update(&set, place.path(), &never()).unwrap();
        assert_eq!(picture(place.path()).keys().collect::<Vec<_>>(), left);
    }
}

#[test]
fn what_changed_meanwhile_is_named_and_kept() {
    let place = project(&[("app/gone.py", "edited"), ("app/orders/model.py", "theirs")]);
    let before = picture(place.path());
    let error = refused(update(&mixed(), place.path(), &never()), 4, "3 files are in the way");
    assert_eq!(error.conflicts, ["app/orders/model.py", "app/kept.py", "app/gone.py"].map(rel));
    let location = error.location.unwrap();
    for words in ["created meanwhile", "removed meanwhile", "changed meanwhile"] {
        assert!(location.contains(words), "{location}");
    }
    assert_eq!(picture(place.path()), before);
}

#[test]
fn a_failure_on_the_way_leaves_all_as_it_was() {
    // The system takes the name, but not the longer one of what it will be.
    let long = "n".repeat(250);
    for (path, code, words) in [(&*long, 1, &*long), ("first.sh/x", 4, "not a regular file")] {
        let place = project(OLD);
        let before = picture(place.path());
        let mut set = mixed();
        set.changes.extend(new_files(&[path]).changes);
        refused(update(&set, place.path(), &never()), code, words);
        assert_eq!(picture(place.path()), before);
    }
}

#[test]
fn an_interrupt_leaves_all_as_it_was() {
    let (place, interrupt) = (project(OLD), never());
    interrupt.raise();
    let before = picture(place.path());
    refused(update(&mixed(), place.path(), &interrupt), 130, "interrupted");
    assert_eq!(picture(place.path()), before);
}

#[test]
fn another_run_is_left_in_peace() {
    let place = project(OLD);
    let site = Site::lock(place.path()).unwrap();
    let words = format!("(process {})", std::process::id());
    let error = update(&mixed(), place.path(), &never());
    refused(error, 4, if cfg!(windows) { "another run" } else { &words });
    refused(recover(place.path()).map(drop), 4, "another run");
    drop(site);
    update(&mixed(), place.path(), &never()).unwrap();
    assert_eq!(picture(place.path()), done());
}

#[test]
fn what_a_plan_relied_on_is_asked_once_no_other_run_can_change_it() {
    let (place, before) = (project(OLD), picture(project(OLD).path()));
    let holds = || {
        refused(Site::lock(place.path()).map(drop), 4, "another run");
        Err(Error::not_applied("it does not hold"))
    };
    refused(update_if(&mixed(), place.path(), &never(), holds), 4, "it does not hold");
    assert_eq!(picture(place.path()), before);
}

#[test]
fn what_bears_our_names_is_not_taken_for_ours() {
    for name in ["app/.kept.py.ddd-forge-new", "app/.kept.py.ddd-forge-old"] {
        let place = project(OLD);
        fs::write(place.path().join(name), "theirs").unwrap();
        let before = picture(place.path());
        refused(update(&mixed(), place.path(), &never()), 4, "is in the way");
        assert_eq!(picture(place.path()), before);
    }
    let place = project(OLD);
    fs::write(place.path().join(".ddd-forge"), "theirs").unwrap();
    refused(update(&mixed(), place.path(), &never()), 4, "is in the way");
}

#[test]
fn what_belongs_to_git_is_never_written() {
    for path in [".git/hooks/pre-commit", "app/.GIT/config"] {
        let place = project(OLD);
        refused(update(&new_files(&[path]), place.path(), &never()), 4, "belongs to git");
    }
}

#[test]
fn what_is_no_file_is_refused() {
    let place = project(&[("file", "")]);
    fs::create_dir(place.path().join("directory")).unwrap();
    let attempt = |set: &ChangeSet| update(set, place.path(), &never());
    refused(attempt(&set(&[("directory", Some(""), Some("new"))])), 4, "is not a regular file");
    refused(attempt(&new_files(&["file/x"])), 4, "needs a directory where a file is");
    assert_eq!(picture(place.path()).len(), 2);
}

#[cfg(target_os = "linux")]
#[test]
fn a_pipe_is_refused_without_opening_it() {
    use rustix::fs::{CWD, FileType, Mode, mknodat};
    let place = project(&[]);
    mknodat(CWD, place.path().join("pipe"), FileType::Fifo, Mode::RWXU, 0).unwrap();
    let set = set(&[("pipe", Some(""), Some("new"))]);
    refused(update(&set, place.path(), &never()), 4, "is not a regular file");
}

#[cfg(unix)]
mod unix {
    use std::os::unix::fs::{MetadataExt, symlink};

    use super::*;

    #[test]
    fn a_link_inside_is_written_through_and_kept() {
        let place = project(&[("real/file.py", "old")]);
        symlink("../real/file.py", place.path().join("real/relative.py")).unwrap();
        symlink(place.path().join("real"), place.path().join("link")).unwrap();
        let both = set(&[
            ("real/relative.py", Some("old"), Some("new")),
            ("link/more.py", None, Some("more")),
        ]);
        update(&both, place.path(), &never()).unwrap();
        let found = picture(place.path());
        assert_eq!((&*found["real/file.py"], &*found["real/more.py"]), ("new", "more"));
        assert_eq!(found["real/relative.py"], "-> ../real/file.py");
        assert_eq!(found.len(), 5);
    }

    #[test]
    fn a_link_elsewhere_is_refused() {
        let (place, outside) = (project(&[("file", "x")]), project(&[("secret", "x")]));
        let before = picture(outside.path());
        let link = |target: &Path, name: &str| symlink(target, place.path().join(name)).unwrap();
        link(&outside.path().join("secret"), "leaf");
        link(outside.path(), "parent");
        link(Path::new("nowhere"), "dangling");
        link(Path::new("loop"), "loop");
        link(Path::new("file"), "other");
        let cases = [
            ("leaf", Some("x"), "out of the project"),
            ("parent/secret", Some("x"), "out of the project"),
            ("parent/new/file", None, "out of the project"),
            ("dangling", None, "leads nowhere"),
            ("dangling/file", None, "leads nowhere"),
            ("loop", None, "leads nowhere"),
            ("loop/file", None, "cannot be reached"),
        ];
        for (path, before, words) in cases {
            refused(update(&set(&[(path, before, Some("new"))]), place.path(), &never()), 4, words);
        }
        let gone = set(&[("other", Some("x"), None)]);
        refused(update(&gone, place.path(), &never()), 4, "only files are removed");
        let twice = set(&[("file", Some("x"), Some("1")), ("other", Some("x"), Some("2"))]);
        refused(update(&twice, place.path(), &never()), 4, "another name");
        assert_eq!(picture(outside.path()), before);
        assert_eq!(picture(place.path()).len(), 6);
    }

    #[test]
    fn a_state_directory_elsewhere_is_refused() {
        let (place, outside) = (project(&[]), project(&[("journal", "{}")]));
        symlink(outside.path(), place.path().join(".ddd-forge")).unwrap();
        refused(update(&new_files(&["a"]), place.path(), &never()), 4, "is in the way");
        refused(recover(place.path()).map(drop), 4, "is in the way");
        assert_eq!(picture(outside.path()).len(), 1);
    }

    #[test]
    fn a_changed_file_keeps_its_rights_and_owner() {
        for before in [0o600, 0o640, 0o664, 0o755] {
            let place = project(&[("file", "old")]);
            let file = place.path().join("file");
            set_mode(&file, before);
            // Only root can give a file away; for others this changes nothing.
            let _ = std::os::unix::fs::chown(&file, Some(65534), Some(65534));
            let owner = fs::metadata(&file).unwrap().uid();
            let executable = before & 0o100 != 0;
            let mut set = set(&[("file", Some("old"), Some("new"))]);
            set.changes[0].after.as_mut().unwrap().executable = executable;
            update(&set, place.path(), &never()).unwrap();
            assert_eq!((mode(&file), fs::metadata(&file).unwrap().uid()), (before, owner));
        }
    }

    #[test]
    fn what_has_rights_of_its_own_gets_them_whatever_the_umask() {
        let place = project(&[("changed", "old")]);
        let files = [("a/b/private", 0o600), ("a/b/script", 0o775), ("a/read", 0o444)];
        let mut set = set(&files.map(|(path, _)| (path, None, Some("new"))));
        set.changes.extend(super::set(&[("changed", Some("old"), Some("new"))]).changes);
        let modes = [0o600, 0o775, 0o444, 0o640];
        for (change, mode) in set.changes.iter_mut().zip(modes) {
            let file = change.after.as_mut().unwrap();
            (file.mode, file.executable) = (Some(mode), mode & 0o100 != 0);
        }
        set.directories = [(rel("a"), 0o777), (rel("a/b"), 0o700), (rel("absent"), 0)].into();
        update(&set, place.path(), &never()).unwrap();
        let found = ["a/b/private", "a/b/script", "a/read", "changed", "a", "a/b"]
            .map(|path| mode(&place.path().join(path)));
        assert_eq!(found, [0o600, 0o775, 0o444, 0o640, 0o777, 0o700]);
    }

    #[test]
    fn rights_that_changed_meanwhile_are_kept() {
        let place = project(&[("file", "old")]);
        set_mode(&place.path().join("file"), 0o600);
        for after in [None, Some("new")] {
            let mut set = set(&[("file", Some("old"), after)]);
            set.changes[0].before.as_mut().unwrap().mode = Some(0o644);
            refused(update(&set, place.path(), &never()), 4, "rights of `file` were changed");
        }
        assert_eq!(mode(&place.path().join("file")), 0o600);
    }

    #[test]
    fn a_directory_behind_a_link_is_no_ones_to_remove() {
        let (place, outside) = (project(&[("file", "x")]), project(&[]));
        fs::create_dir(outside.path().join("empty")).unwrap();
        symlink(outside.path(), place.path().join("link")).unwrap();
        let gone = |emptied: &str| ChangeSet {
            emptied: vec![rel(emptied)],
            ..set(&[("file", Some("x"), None)])
        };
        refused(update(&gone("link/empty"), place.path(), &never()), 4, "out of the project");
        update(&gone("link"), place.path(), &never()).unwrap();
        assert_eq!((picture(outside.path()).len(), picture(place.path()).len()), (1, 1));
    }

    #[test]
    fn what_lies_behind_a_link_inside_goes_like_anything_else() {
        let place = project(&[("real/a/b", "x"), ("real/c", "y")]);
        symlink("real", place.path().join("link")).unwrap();
        let gone = set(&[("link/a/b", Some("x"), None)]);
        let set = ChangeSet { emptied: vec![rel("link/a")], ..gone };
        update(&set, place.path(), &never()).unwrap();
        assert_eq!(
            picture(place.path()).into_keys().collect::<Vec<_>>(),
            ["link", "real", "real/c"]
        );
    }

    #[test]
    fn a_script_becomes_one_for_those_who_may_read_it() {
        let place = project(&[("run.sh", "same")]);
        set_mode(&place.path().join("run.sh"), 0o640);
        let set = set(&[("run.sh", Some("same"), Some("same"))]);
        update(&set, place.path(), &never()).unwrap();
        assert_eq!(mode(&place.path().join("run.sh")), 0o750);
    }
}
