//! `add-field` and `drop-field` on the files of a domain that people have edited: what becomes of each.

#[path = "support/living.rs"]
mod living;
mod support;

use std::fs;
use std::path::PathBuf;

use living::picture;
use similar::TextDiff;
use support::{Place, Run, in_snapshots};
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

fn run(place: &Place, words: &str) -> Run {
    let words: Vec<_> = words.split(' ').collect();
    place.run(&[&words[..], &["--project", "shop", "--yes"]].concat())
}

fn project() -> Place {
    let place = Place::new();
    place.run(&["new", "shop", "--no-git", "--author", "A"]).exits(0);
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
