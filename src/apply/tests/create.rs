//! An absent target.

use super::*;

const FILES: &[&str] = &["README.md", "app/api/main.py", "scripts/run.sh"];

#[test]
fn the_target_appears_whole_and_alone() {
    let place = project(&[]);
    create(&new_files(FILES), &place.path().join("a/b/shop"), &never()).unwrap();
    let mut expected: Picture =
        FILES.iter().map(|path| (path.to_string(), path.to_string())).collect();
    expected.extend(["app", "app/api", "scripts"].map(|path| (path.to_owned(), "/".to_owned())));
    if cfg!(unix) {
        expected.insert("scripts/run.sh".to_owned(), "scripts/run.sh (may be run)".to_owned());
    }
    assert_eq!(picture(&place.path().join("a/b/shop")), expected);
    assert_eq!(fs::read_dir(place.path().join("a/b")).unwrap().count(), 1);
}

#[test]
fn a_failure_leaves_nothing_and_names_the_file() {
    let place = project(&[]);
    let impossible = new_files(&["a", "b/c", "b/c/d"]);
    let error = create(&impossible, &place.path().join("x/y/shop"), &never());
    refused(error, 1, "x/y/shop/b/c/d");
    assert!(picture(place.path()).is_empty());
}

#[test]
fn an_interrupt_leaves_nothing() {
    let (place, interrupt) = (project(&[]), never());
    interrupt.raise();
    refused(
        create(&new_files(FILES), &place.path().join("x/shop"), &interrupt),
        130,
        "interrupted",
    );
    assert!(picture(place.path()).is_empty());
}

#[test]
fn what_took_the_place_meanwhile_is_kept() {
    for taken in ["shop/theirs.txt", "shop"] {
        let place = project(&[(taken, "theirs")]);
        let before = picture(place.path());
        let error = create(&new_files(FILES), &place.path().join("shop"), &never());
        refused(error, 4, "was created meanwhile");
        assert_eq!(picture(place.path()), before);
    }
}

#[cfg(unix)]
#[test]
fn what_a_killed_run_left_is_removed() {
    let place = project(&[(".shop.ddd-forge-new/app/half.py", "ha")]);
    create(&new_files(&["a"]), &place.path().join("shop"), &never()).unwrap();
    assert_eq!(picture(place.path()).len(), 2);
    assert_eq!(fs::read_to_string(place.path().join("shop/a")).unwrap(), "a");
}

#[cfg(unix)]
#[test]
fn another_run_is_left_in_peace() {
    let place = project(&[(".shop.ddd-forge-new/half.py", "ha")]);
    let staging = place.path().join(".shop.ddd-forge-new");
    let lock = lock::directory(&staging, false).unwrap().unwrap();
    let before = picture(place.path());
    refused(create(&new_files(FILES), &place.path().join("shop"), &never()), 4, "another run");
    assert_eq!(picture(place.path()), before);
    drop(lock);
    create(&new_files(FILES), &place.path().join("shop"), &never()).unwrap();
}

#[test]
fn what_is_no_directory_is_no_parent() {
    let place = project(&[("file", "theirs"), (".shop.ddd-forge-new", "theirs")]);
    let before = picture(place.path());
    let attempt = |path: &str| create(&new_files(FILES), &place.path().join(path), &never());
    refused(attempt("file/shop"), 4, "is not a directory");
    refused(attempt("shop"), 4, "is in the way");
    refused(attempt("x/.."), 4, "does not name a directory");
    assert_eq!(picture(place.path()), before);
}

#[cfg(unix)]
#[test]
fn links_above_the_target_are_followed_and_no_others() {
    use std::os::unix::fs::symlink;
    let place = project(&[("real/theirs", "theirs")]);
    let path = |path: &str| place.path().join(path);
    symlink("real", path("link")).unwrap();
    symlink("nowhere", path("dangling")).unwrap();
    symlink("real", path(".evil.ddd-forge-new")).unwrap();
    create(&new_files(&["a"]), &path("link/shop"), &never()).unwrap();
    assert!(path("real/shop/a").is_file());
    refused(create(&new_files(&["a"]), &path("dangling/shop"), &never()), 1, "dangling");
    refused(create(&new_files(&["a"]), &path("dangling"), &never()), 4, "was created meanwhile");
    refused(create(&new_files(&["a"]), &path("evil"), &never()), 4, "is in the way");
    assert!(path("real/theirs").is_file());
    assert_eq!(picture(place.path()).len(), 7);
}
