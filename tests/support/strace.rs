//! Makes system calls of the binary fail, or kills it at one, with strace.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use crate::support::Place;
use crate::target::tell;

/// Calls that change a file system, on one kind of machine or another. Opening may create.
const WRITERS: &str = "mkdir mkdirat open openat write pwrite64 ftruncate copy_file_range sendfile \
    link linkat symlink symlinkat rename renameat renameat2 unlink unlinkat rmdir mknod mknodat \
    chmod fchmod fchmodat chown fchown lchown fchownat utimensat flock syncfs fsync fdatasync";

/// Calls that only look.
const READERS: &str = "stat lstat newfstatat statx getdents64 read";

/// The so-many-th call of a kind.
pub type Point = (String, usize);

/// Returns where strace is, or says why the test that asks cannot run.
pub fn find() -> Option<PathBuf> {
    let path = std::env::var_os("PATH")?;
    let found = std::env::split_paths(&path).map(|directory| directory.join("strace"));
    let strace = found.into_iter().find(|file| file.is_file());
    let works = |strace: &PathBuf| {
        let arguments =
            ["-f", "--seccomp-bpf", "-qq", "-e", "trace=mkdir", "-o", "/dev/null", "true"];
        Command::new(strace)
            .args(arguments)
            .stderr(Stdio::null())
            .status()
            .is_ok_and(|status| status.success())
    };
    let strace = strace.filter(works);
    if strace.is_none() {
        tell("not run: strace is not installed, or may not trace");
    }
    strace
}

/// A run of the binary in `place` with the options of strace that `injections` are.
pub fn injected(strace: &Path, place: &Place, injections: &[String], args: &[&str]) -> Command {
    let mut command = place.program(strace.to_str().unwrap());
    command.args(["-f", "-qq", "-o", "/dev/null"]);
    // It stops only where something happens, but then sends no signals.
    if injections.iter().all(|injection| injection.contains(":error=")) {
        command.arg("--seccomp-bpf");
    }
    let calls: Vec<_> =
        injections.iter().filter_map(|injection| injection.split(':').next()).collect();
    command.args(["-e", &format!("trace={}", calls.join(","))]);
    for injection in injections {
        command.args(["-e", &format!("inject={injection}")]);
    }
    command.arg("--").arg(env!("CARGO_BIN_EXE_ddd-forge")).args(args);
    // What git and others do is not ours to test.
    command.env("PATH", "/nonexistent");
    command
}

/// The option that has `effect` on one call.
pub fn at((call, when): &Point, effect: &str) -> String {
    format!("{call}:{effect}:when={when}")
}

/// The calls on files below the working directory, in order: those that write, and those that look.
pub fn points(
    strace: &Path,
    place: &Place,
    injections: &[String],
    args: &[&str],
) -> (Vec<Point>, Vec<Point>) {
    let (done, writing, looking) = traced(strace, place, injections, args);
    assert_eq!(done, injections.is_empty());
    (writing, looking)
}

/// Tells whether the run succeeded, and the same calls.
pub fn traced(
    strace: &Path,
    place: &Place,
    injections: &[String],
    args: &[&str],
) -> (bool, Vec<Point>, Vec<Point>) {
    let log = place.work().with_file_name("strace.log");
    let calls = format!("{WRITERS} {READERS}").replace(' ', ",?");
    let mut command = place.program(strace.to_str().unwrap());
    // Names that this machine does not have are passed over.
    command.args(["-f", "-qq", "-y", "-e", &format!("trace=?{calls}"), "-o"]);
    command.arg(&log).args(
        injections.iter().flat_map(|injection| ["-e".to_owned(), format!("inject={injection}")]),
    );
    command.arg("--").arg(env!("CARGO_BIN_EXE_ddd-forge")).args(args).env("PATH", "/nonexistent");
    let done = command.output().unwrap().status.success();
    let (work, text) = (place.work().display().to_string(), std::fs::read_to_string(&log).unwrap());
    let main = text.split_whitespace().next().unwrap();
    let (mut seen, mut writing, mut looking) = (BTreeMap::new(), Vec::new(), Vec::new());
    for line in text.lines().filter_map(|line| line.strip_prefix(main)) {
        let Some((call, rest)) = line.trim_start().split_once('(') else { continue };
        if line.contains(" resumed>") {
            continue;
        }
        let when = *seen.entry(call.to_owned()).and_modify(|count| *count += 1).or_insert(1);
        let here = rest.contains(&work) || (rest.contains("AT_FDCWD") && !rest.contains("\"/"));
        let opens = call.starts_with("open") && !rest.contains("O_CREAT");
        match here {
            true if WRITERS.split(' ').any(|writer| writer == call) && !opens => {
                writing.push((call.to_owned(), when))
            }
            true => looking.push((call.to_owned(), when)),
            false => {}
        }
    }
    (done, writing, looking)
}

/// All points in the full sweep, else the first, the middle and the last of each kind.
pub fn sample(points: Vec<Point>) -> Vec<Point> {
    if std::env::var("DDD_FORGE_SWEEP").is_ok_and(|sweep| sweep == "full") {
        return points;
    }
    let mut kinds: BTreeMap<String, Vec<Point>> = BTreeMap::new();
    for point in points {
        kinds.entry(point.0.clone()).or_default().push(point);
    }
    let some = |points: Vec<Point>| {
        let mut indexes = vec![0, points.len() / 2, points.len() - 1];
        indexes.dedup();
        indexes.into_iter().map(move |index| points[index].clone())
    };
    kinds.into_values().flat_map(some).collect()
}
