//! `add-field` and `drop-field` on the files of a domain that people have edited: what becomes of each.

#[path = "support/living.rs"]
mod living;
mod support;

use std::fs;
use std::path::PathBuf;

use ddd_forge::edit::python::merge;
use living::picture;
use similar::TextDiff;
use support::{Place, in_shop as run, in_snapshots, shop};
use toml_edit::{DocumentMut, Item, Table};

const DOMAIN: &str = "orders number:string=20:unique:search total:decimal=10,2:min=0:default=0 status:enum=draft,paid:default=draft customer:ref=customers note:text:nullable --ops all";
const ADDED: &str =
    "add-field orders priority:int:min=0:default=0 label_text:string=40:nullable:search";
const DROPPED: &str = "drop-field orders total";

/// An edit that somebody makes.
struct Edit {
    name: String,
    file: String,
    table: Table,
}

impl Edit {
    fn text(&self, key: &str) -> Option<&str> {
        self.table.get(key).and_then(Item::as_str)
    }

    fn is(&self, key: &str) -> bool {
        self.table.get(key).and_then(Item::as_bool).unwrap_or_default()
    }

    /// Whether the command whose verb begins so must refuse.
    fn refuses(&self, verb: &str) -> bool {
        let refused = self.table.get("refused").and_then(Item::as_array);
        refused.is_some_and(|verbs| verbs.iter().any(|each| each.as_str() == Some(verb)))
    }

    fn make(&self, text: &str) -> String {
        let mut text = text.to_owned();
        if let (Some(from), Some(to)) = (self.text("from"), self.text("to")) {
            assert!(text.contains(from), "{}: the file has changed", self.name);
            text = if self.is("all") { text.replace(from, to) } else { text.replacen(from, to, 1) };
        }
        text + self.text("append").unwrap_or_default()
    }
}

fn edits() -> Vec<Edit> {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/edits/domain.toml");
    let document: DocumentMut = fs::read_to_string(path).unwrap().parse().unwrap();
    let edits = document["edit"].as_array_of_tables().unwrap();
    let edit = |table: &Table| Edit {
        name: table["name"].as_str().unwrap().to_owned(),
        file: table["file"].as_str().unwrap().to_owned(),
        table: table.clone(),
    };
    edits.iter().map(edit).collect()
}

fn project() -> Place {
    let place = shop();
    run(&place, "add-domain customers name:string=80").exits(0);
    run(&place, &format!("add-domain {DOMAIN}")).exits(0);
    place
}

fn diff(before: &str, after: &str) -> String {
    let visible = |text: &str| text.replace('\r', "<CR>");
    let (before, after) = (visible(before), visible(after));
    TextDiff::from_lines(&before, &after).unified_diff().context_radius(1).to_string()
}

#[test]
fn every_file_is_merged_as_its_owner_would_or_left_alone() {
    let place = project();
    let mut said = String::new();
    for edit in edits() {
        let file = format!("shop/{}", edit.file);
        let ours = place.read(&file);
        let edited = edit.make(&ours);
        place.write(&file, &edited);
        let before = picture(&place.path("shop"));
        for (verb, words) in [("add", ADDED), ("drop", DROPPED)] {
            let run = run(&place, words);
            let code = if edit.refuses(verb) { 4 } else { 0 };
            assert_eq!(run.code, code, "{} {verb}: {}", edit.name, run.stderr);
            said += &format!("=== {}: {verb}\n", edit.name);
            match run.code {
                0 => said += &diff(&edited, &place.read(&file)),
                _ => {
                    said += &run.stderr;
                    assert!(picture(&place.path("shop")) == before, "{}", edit.name);
                    continue;
                }
            }
            // The same again finds all of it there.
            if verb == "add" {
                self::run(&place, words).exits(0).says("already present");
            }
            self::run(&place, "undo").exits(0);
            assert_eq!(place.read(&file), edited, "{}", edit.name);
        }
        place.write(&file, &ours);
    }
    in_snapshots(|| insta::assert_snapshot!("edits-domain", said));
}

/// The modules of `orders`, as they are before and after a field comes.
fn pairs() -> Vec<(String, String, String)> {
    let place = project();
    let files = [
        "app/domains/orders/models.py",
        "app/domains/orders/schemas.py",
        "app/domains/orders/filters.py",
        "app/domains/orders/repository.py",
        "app/domains/orders/factory.py",
        "tests/orders/values.py",
        "tests/orders/test_api.py",
    ];
    let read = |file: &str| place.read(&format!("shop/{file}"));
    let before: Vec<_> = files.iter().map(|file| read(file)).collect();
    run(&place, ADDED).exits(0);
    files.iter().zip(before).map(|(file, text)| (file.to_string(), text, read(file))).collect()
}

/// Numbers that are the same in every run, so that a failure can be looked at.
struct Chance(u64);

impl Chance {
    fn below(&mut self, end: usize) -> usize {
        self.0 =
            self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) as usize % end
    }
}

/// What somebody might do to a file: comments, lines that go, come twice, or stand elsewhere.
fn mangled(text: &str, chance: &mut Chance) -> String {
    let mut lines: Vec<String> = text.lines().map(str::to_owned).collect();
    for number in 0..=chance.below(4) {
        let at = chance.below(lines.len());
        let indent = lines[at].len() - lines[at].trim_start().len();
        match chance.below(6) {
            0 => lines.insert(at, format!("{}# mine {number}", " ".repeat(indent))),
            1 => lines[at] += "  # mine",
            2 => drop(lines.remove(at)),
            3 => lines.insert(at, lines[at].clone()),
            4 => {
                let line = lines.remove(at);
                lines.insert(chance.below(lines.len()), line);
            }
            _ => lines.insert(at, String::new()),
        }
    }
    lines.join("\n") + "\n"
}

#[test]
fn whatever_becomes_of_a_file_it_is_merged_whole_or_not_and_no_comment_is_lost() {
    let comments = |text: &str| text.matches("# mine").count();
    let (mut merged, mut chance) = (0, Chance(5));
    for (file, before, after) in pairs() {
        for (base, theirs) in [(&before, &after), (&after, &before)] {
            for _ in 0..15 {
                let ours = mangled(base, &mut chance);
                let Ok(result) = merge(base, &ours, theirs) else { continue };
                assert_eq!(
                    comments(&result.text),
                    comments(&ours),
                    "{file}\n{ours}\n=>\n{}",
                    result.text
                );
                if result.conflicts.is_empty() {
                    merged += 1;
                    merge(base, &result.text, theirs).expect("what is merged is valid");
                }
            }
        }
    }
    assert!(merged > 60, "{merged}");
}
