//! `new` where rights, space, readers or other runs set limits.

#![cfg(target_os = "linux")]

mod support;
#[path = "support/target.rs"]
mod target;

use std::fs;
use std::path::Path;
use std::process::Stdio;

use support::{Place, Run};
use target::Target::{self, Absent, EmptyDirectory};
use target::{NEW, reference, tell};

/// How many at once, and where; what shifts under a run that plans shows itself seldom.
const MANY: [(Target, usize); 7] = [
    (Absent, 2),
    (Absent, 20),
    (EmptyDirectory, 2),
    (EmptyDirectory, 20),
    (EmptyDirectory, 20),
    (EmptyDirectory, 20),
    (EmptyDirectory, 20),
];

#[test]
fn of_many_runs_at_once_one_wins() {
    let reference = reference();
    for (target, count) in MANY {
        let place = target.place();
        let start =
            || place.command().args(NEW).env("PATH", "/nonexistent").stdout(Stdio::null()).spawn();
        let runs: Vec<_> = (0..count).map(|_| start().unwrap()).collect();
        let codes = runs.into_iter().map(|mut run| run.wait().unwrap().code().unwrap());
        let codes: Vec<_> = codes.collect();
        assert!(codes.iter().all(|code| [0, 4].contains(code)), "{target:?}: {codes:?}");
        let won = codes.iter().filter(|code| **code == 0).count();
        // Who plans after the winner, in a directory that exists, finds all done.
        assert!(won == 1 || (won > 1 && target == EmptyDirectory), "{target:?}: {codes:?}");
        assert_eq!(place.files(), reference, "{target:?}");
    }
}

/// Runs a shell with `script`, the binary as `$0` and the arguments of `new` after it.
fn shell(place: &Place, script: &str) -> Run {
    let mut command = place.program("sh");
    command.arg("-c").arg(script).arg(env!("CARGO_BIN_EXE_ddd-forge")).args(NEW);
    Run::of(&mut command)
}

#[test]
fn a_reader_that_went_away_or_takes_no_more_does_not_stop_the_change() {
    let reference = reference();
    for (script, code) in [
        ("\"$0\" \"$@\" >/dev/full", 1),
        ("\"$0\" \"$@\" 2>/dev/full", 0),
        ("{ \"$0\" \"$@\"; echo $? >../code; } | true; exit $(cat ../code)", 0),
        ("exec \"$0\" \"$@\" >&-", 0),
        ("exec \"$0\" \"$@\" <&- 2>&-", 0),
        ("exec \"$0\" \"$@\" <&- >&- 2>&-", 0),
    ] {
        for target in [Absent, EmptyDirectory] {
            let place = target.place();
            let run = shell(&place, script);
            assert_eq!(run.code, code, "{script}: {run:#?}");
            assert_eq!(place.files(), reference, "{script}");
        }
    }
}

#[test]
fn new_files_have_the_rights_that_the_umask_leaves() {
    use std::os::unix::fs::PermissionsExt;
    for (target, umask) in
        [(Absent, 0o000), (Absent, 0o077), (EmptyDirectory, 0o022), (EmptyDirectory, 0o077)]
    {
        let place = target.place();
        shell(&place, &format!("umask {umask:03o}; exec \"$0\" \"$@\"")).exits(0);
        for entry in walkdir::WalkDir::new(place.path("shop")).min_depth(1) {
            let entry = entry.unwrap();
            let script = entry.path().extension().is_some_and(|extension| extension == "sh");
            let full = if entry.file_type().is_dir() || script { 0o777 } else { 0o666 };
            let mode = entry.metadata().unwrap().permissions().mode() & 0o7777;
            assert_eq!(mode, full & !umask, "{} under {umask:03o}", entry.path().display());
        }
    }
}

#[test]
fn a_disk_that_really_is_full_is_named_and_left_clean() {
    let place = Place::new();
    let mount = |options: &str, then: &str| {
        let script = format!("mount -t tmpfs -o {options} none \"$PWD\" && cd \"$PWD\" && {then}");
        let mut command = place.program("unshare");
        command.args(["-m", "sh", "-c", &script, env!("CARGO_BIN_EXE_ddd-forge")]).args(NEW);
        command.output().map(|output| {
            (output.status.code(), String::from_utf8_lossy(&output.stdout).into_owned())
        })
    };
    if !mount("size=64k", "exit 0").is_ok_and(|(code, _)| code == Some(0)) {
        return tell("not run: it may not mount a file system of its own");
    }
    let listing = "; code=$?; find . -mindepth 1; exit $code";
    let (code, text) = mount("size=64k", &format!("\"$0\" \"$@\"{listing}")).unwrap();
    assert_eq!(code, Some(1), "{text}");
    assert!(text.contains("No space left") && text.contains("`shop/"), "{text}");
    assert_eq!(text.lines().filter(|line| line.starts_with("./")).count(), 0, "{text}");
    let (code, text) = mount("size=64k", &format!("mkdir shop && \"$0\" \"$@\"{listing}")).unwrap();
    assert_eq!(code, Some(1), "{text}");
    assert_eq!(
        text.lines().filter(|line| line.starts_with("./")).collect::<Vec<_>>(),
        ["./shop"],
        "{text}"
    );
    // A mount point cannot be renamed onto, but filled.
    let onto = "mkdir shop && mount -t tmpfs none shop && \"$0\" \"$@\" && find .";
    let (code, text) = mount("size=8m", onto).unwrap();
    assert_eq!(code, Some(0), "{text}");
    assert_eq!(
        text.lines().filter(|line| line.starts_with("./")).count(),
        reference().len(),
        "{text}"
    );
}

/// A run by someone who owns nothing here, even if we are root.
fn as_nobody(place: &Place, args: &[&str]) -> Option<Run> {
    use std::os::unix::fs::{MetadataExt, PermissionsExt};
    if fs::metadata("/proc/self").unwrap().uid() != 0 {
        tell("not run: only root can become nobody");
        return None;
    }
    let around = place.work().parent().unwrap().to_owned();
    fs::set_permissions(&around, fs::Permissions::from_mode(0o755)).unwrap();
    // The binary may lie where nobody may look.
    let binary = around.join("ddd-forge");
    fs::copy(env!("CARGO_BIN_EXE_ddd-forge"), &binary).unwrap();
    let mut command = place.program("setpriv");
    command.args(["--reuid=65534", "--regid=65534", "--clear-groups"]).arg(binary).args(args);
    Some(Run::of(&mut command))
}

fn own(path: &Path, user: u32) {
    std::os::unix::fs::chown(path, Some(user), Some(user)).unwrap();
}

#[test]
fn what_may_not_be_written_is_named_and_nothing_changes() {
    let refused = |place: &Place, args: &[&str], named: &str| {
        let before = place.files();
        let Some(run) = as_nobody(place, args) else { return false };
        let message = run.exits(1).json()["error"]["message"].to_string();
        assert!(message.contains("Permission denied") && message.contains(named), "{message}");
        assert_eq!(place.files(), before);
        true
    };
    for target in [Absent, EmptyDirectory] {
        if !refused(&target.place(), NEW, "shop") {
            return;
        }
    }
    let place = Place::new();
    refused(&place, &[NEW, &["x/y/shop"]].concat(), "x");
    // Here all but one directory could be written.
    place.write("shop/app/theirs.txt", "theirs");
    own(&place.path("shop"), 65534);
    refused(&place, &[NEW, &["--force"]].concat(), "shop/app/");
    assert_eq!(place.files().len(), 3);
}
