//! A change set as a patch, for people and for `git apply`.
//!
//! Applied to the tree the plan was computed from, it gives the same bytes as the run itself. Files
//! that are not text are named and left out. Never touches the disk.

use std::fmt::Write;
use std::ops::Range;

use similar::{Algorithm, DiffOp, capture_diff_slices, group_diff_ops};

use super::change_set::{Change, ChangeSet};
use crate::tree::File;

/// How many unchanged lines surround a change.
const CONTEXT: usize = 3;

/// Returns `set` as one patch.
pub fn unified(set: &ChangeSet) -> String {
    let mut patch = String::new();
    for change in &set.changes {
        match (text(change.before.as_ref()), text(change.after.as_ref())) {
            (Some(before), Some(after)) => {
                patch += &header(change, before != after);
                hunks(&mut patch, &lines(before), &lines(after));
            }
            _ => put(&mut patch, format_args!("# {} is not text and is left out\n", change.path)),
        }
    }
    patch
}

/// Returns the lines that differ between two texts, with a few around them, as a patch has them.
pub fn changed_lines(before: &str, after: &str) -> String {
    let [before, after] = [before, after].map(|text| match text {
        "" => String::new(),
        text => format!("{}\n", text.trim_end()),
    });
    let mut patch = String::new();
    hunks(&mut patch, &lines(&before), &lines(&after));
    patch.lines().filter(|line| !line.starts_with("@@")).map(|line| format!("{line}\n")).collect()
}

/// Returns the text of `file`, nothing being the empty text, or `None` when it is something else.
fn text(file: Option<&File>) -> Option<&str> {
    file.map_or(Some(""), |file| std::str::from_utf8(&file.bytes).ok())
}

fn header(change: &Change, differs: bool) -> String {
    let path = &change.path;
    let mut header = format!("diff --git a/{path} b/{path}\n");
    let (mut from, mut to) = (format!("a/{path}"), format!("b/{path}"));
    match (&change.before, &change.after) {
        (None, Some(after)) => {
            put(&mut header, format_args!("new file mode {}\n", mode(after)));
            from = "/dev/null".to_owned();
        }
        (Some(before), None) => {
            put(&mut header, format_args!("deleted file mode {}\n", mode(before)));
            to = "/dev/null".to_owned();
        }
        (Some(before), Some(after)) if before.executable != after.executable => {
            put(&mut header, format_args!("old mode {}\nnew mode {}\n", mode(before), mode(after)));
        }
        _ => {}
    }
    if differs {
        put(&mut header, format_args!("--- {from}\n+++ {to}\n"));
    }
    header
}

fn mode(file: &File) -> &'static str {
    if file.executable { "100755" } else { "100644" }
}

/// Splits at line feeds only: a carriage return belongs to its line, as git sees it.
fn lines(text: &str) -> Vec<&str> {
    text.split_inclusive('\n').collect()
}

fn hunks(patch: &mut String, before: &[&str], after: &[&str]) {
    let operations = capture_diff_slices(Algorithm::Myers, before, after);
    for group in group_diff_ops(operations, CONTEXT) {
        let (Some(first), Some(last)) = (group.first(), group.last()) else { continue };
        let old = span(first.old_range().start..last.old_range().end);
        let new = span(first.new_range().start..last.new_range().end);
        put(patch, format_args!("@@ -{old} +{new} @@\n"));
        for operation in &group {
            body(patch, operation, before, after);
        }
    }
}

/// Counts from one; an empty range is named by the line before it.
fn span(range: Range<usize>) -> String {
    let first = if range.is_empty() { range.start } else { range.start + 1 };
    format!("{first},{}", range.len())
}

fn body(patch: &mut String, operation: &DiffOp, before: &[&str], after: &[&str]) {
    let mut write = |sign: char, lines: &[&str]| {
        for line in lines {
            patch.push(sign);
            patch.push_str(line);
            if !line.ends_with('\n') {
                patch.push_str("\n\\ No newline at end of file\n");
            }
        }
    };
    if let DiffOp::Equal { .. } = operation {
        write(' ', &before[operation.old_range()]);
    } else {
        write('-', &before[operation.old_range()]);
        write('+', &after[operation.new_range()]);
    }
}

/// Writing to a string does not fail.
fn put(text: &mut String, arguments: std::fmt::Arguments<'_>) {
    let _ = text.write_fmt(arguments);
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tree::{DiskTree, RelPath, Tree};
    use std::fs;
    use std::path::Path;
    use std::process::Command;

    fn file(text: &str) -> Option<File> {
        Some(File { executable: text.starts_with("#!"), ..File::text(text) })
    }

    fn set(cases: &[(&str, Option<File>, Option<File>)]) -> ChangeSet {
        let change = |(path, before, after): &(&str, Option<File>, Option<File>)| {
            let (path, why) = (RelPath::parse(path).unwrap(), String::new());
            Change { path, before: before.clone(), after: after.clone(), why }
        };
        ChangeSet { changes: cases.iter().map(change).collect(), ..ChangeSet::default() }
    }

    #[test]
    fn a_patch_reads_as_git_would_write_it() {
        let set = set(&[("a.py", file("1\n2\n3\n4\n5\n6\n"), file("1\n2\n3\n4\nfive\n6"))]);
        insta::assert_snapshot!(unified(&set), @r"
        diff --git a/a.py b/a.py
        --- a/a.py
        +++ b/a.py
        @@ -2,5 +2,5 @@
         2
         3
         4
        -5
        -6
        +five
        +6
        \ No newline at end of file
        ");
    }

    #[test]
    fn what_is_not_text_is_named() {
        let bytes = Some(File::binary(vec![0xff, 0xfe]));
        assert_eq!(unified(&set(&[("x.gz", None, bytes)])), "# x.gz is not text and is left out\n");
    }

    /// With and without a last line feed, carriage returns, marks that a patch has itself.
    const TEXTS: &[&str] = &[
        "",
        "\n",
        "a",
        "a\n",
        "a\r\nb\r\n",
        "a\rb",
        "a\r",
        "\u{feff}a\n",
        " \t\n\n\n",
        "ü\n-x\n+y\n",
        "#!/bin/sh\n",
        "1\n2\n3\n4\n5\n6\n7\n8\n9\n10\n",
        "1\n2\n3\n4\n5\n6\n7\n8\nnine\n10",
        "0\n1\n2\n3\n4\n5\n6\n7\n8\n9\n10\n",
    ];

    #[test]
    fn git_applies_a_patch_byte_for_byte() {
        let sides = || std::iter::once(None).chain(TEXTS.iter().map(|text| file(text)));
        let pairs = sides().flat_map(|before| sides().map(move |after| (before.clone(), after)));
        let cases: Vec<_> = pairs
            .filter(|(before, after)| before != after)
            .enumerate()
            .map(|(index, (before, after))| (format!("d{}/f {index}", index % 7), before, after))
            .collect();
        let cases: Vec<_> =
            cases.iter().map(|(path, b, a)| (&**path, b.clone(), a.clone())).collect();
        let (set, place) = (set(&cases), tempfile::tempdir().unwrap());
        for change in &set.changes {
            put_on_disk(&change.path.below(place.path()), change.before.as_ref());
        }
        fs::write(place.path().join("patch"), unified(&set)).unwrap();
        let arguments = ["-c", "core.autocrlf=false", "apply", "--whitespace=nowarn", "patch"];
        let mut git = Command::new("git");
        let output = match git.args(arguments).current_dir(place.path()).output() {
            Ok(output) => output,
            Err(error) => return eprintln!("not run, as there is no git: {error}"),
        };
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        let patched = DiskTree::new(place.path());
        for change in &set.changes {
            let wanted = change
                .after
                .clone()
                .map(|file| File { executable: file.executable && cfg!(unix), ..file });
            let found = patched.read(&change.path).unwrap();
            let found = found.map(|file| File { mode: None, ..file });
            assert_eq!(found, wanted, "from {:?}", change.before);
        }
    }

    fn put_on_disk(path: &Path, file: Option<&File>) {
        let Some(file) = file else { return };
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, &file.bytes).unwrap();
        #[cfg(unix)]
        if file.executable {
            use std::os::unix::fs::PermissionsExt;
            fs::set_permissions(path, fs::Permissions::from_mode(0o755)).unwrap();
        }
    }
}
