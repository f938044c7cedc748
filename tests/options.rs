//! Every combination of options gives a project that is whole and knows nothing of what was left out.

mod support;

use std::collections::BTreeMap;
use std::fmt::Write;

use ddd_forge::model::{Author, Manifest, Options, ProjectName, Repository, Text};
use ddd_forge::render;
use support::in_snapshots;

/// What a project without a feature must not have, in any case; spaces are ends of words.
const WORDS: &[(&str, &[&str])] = &[
    ("clerk", &["clerk", "jwt", "jwks", "webhook", "svix", "whsec", "azp"]),
    ("api_keys", &["api-key", "api_key", "api key", "apikey", "pepper"]),
    ("prefect", &["prefect", "work_pool", " flow ", " flows ", " worker ", " workers "]),
    ("logfire", &["logfire", "otel_", "opentelemetry"]),
    ("docker", &["docker", " compose ", "container"]),
    ("github", &["github", "ghcr", "workflow"]),
    ("kubernetes", &["kubernetes", "kubectl", "kustom", "pool_namespace", " pod ", " pods "]),
];

/// Every combination of what decides a feature: these two decide none.
fn combinations() -> impl Iterator<Item = Options> {
    let every = Options::combinations().into_iter();
    every.filter(|one| one.get("license") == "mit" && one.get("python") == "3.13")
}

fn project(options: Options) -> BTreeMap<String, String> {
    let manifest = Manifest {
        version: env!("CARGO_PKG_VERSION").to_owned(),
        name: ProjectName::parse("shop").unwrap(),
        description: Text::parse("description", "A shop").unwrap(),
        author: Author::parse("Jane Doe <jane@example.com>").unwrap(),
        repository: Repository::parse("acme/shop").unwrap(),
        options,
    };
    let files = render::project(&manifest).unwrap().into_iter();
    files.map(|(path, file)| (path.to_string(), String::from_utf8(file.bytes).unwrap())).collect()
}

/// The text, and its words between spaces, without what stands there for another reason.
fn plain(text: &str) -> String {
    let text = text.to_lowercase();
    // Where other projects and their images live, but not this one; and a browser's workers.
    let own = "https://github.com/acme/shop";
    let text = text.replace(own, "github").replace("https://github.com/", "");
    let text = text.replace("ghcr.io/astral-sh/", "").replace("worker-src", "");
    let words = text.split(|c: char| !c.is_alphanumeric() && c != '_').collect::<Vec<_>>();
    format!("{text} {} ", words.join(" "))
}

#[test]
fn nothing_mentions_what_was_left_out() {
    let mut found = Vec::new();
    for options in combinations() {
        let has = options.features();
        let absent: Vec<_> = WORDS.iter().filter(|(feature, _)| !has[feature]).collect();
        for (path, text) in project(options) {
            // What must never be logged, whoever's it is.
            if path.ends_with("logging_config.py") {
                continue;
            }
            let text = plain(&format!("{path}\n{text}"));
            for (feature, words) in &absent {
                let left = words.iter().filter(|word| text.contains(**word));
                found.extend(left.map(|word| format!("without {feature}, `{path}` has `{word}`")));
            }
        }
    }
    found.sort();
    found.dedup();
    assert!(found.is_empty(), "{}", found.join("\n"));
}

/// The generated suite checks the same; it runs where a project is installed, for a few combinations.
#[test]
fn what_the_security_document_names_is_there() {
    for options in combinations() {
        let files = project(options);
        let rows = files["SECURITY.md"].lines().filter(|line| line.starts_with("| "));
        let named = rows.flat_map(|row| row.split('`').skip(1).step_by(2));
        for name in named.filter(|name| name.contains(['/', '.'])) {
            let (path, test) = name.split_once("::").unwrap_or((name, ""));
            let text = files.get(path).unwrap_or_else(|| panic!("there is no `{path}`"));
            let defined = test.is_empty() || text.contains(&format!("def {test}("));
            assert!(defined, "`{path}` has no `{test}`");
        }
    }
}

/// What a choice changes in the default project: read it before accepting a change.
#[test]
fn each_choice_removes_and_adds() {
    let default = project(Options::default());
    for (option, value) in [
        ("auth", "clerk"),
        ("auth", "api-key"),
        ("workers", "none"),
        ("observability", "none"),
        ("ci", "none"),
        ("docker", "no"),
        ("deploy", "kubernetes"),
        ("license", "apache-2.0"),
        ("license", "proprietary"),
        ("python", "3.14"),
    ] {
        let mut options = Options::default();
        options.set(option, value).unwrap();
        let snapshot = difference(&default, &project(options));
        in_snapshots(|| insta::assert_snapshot!(format!("{option}-{value}"), snapshot));
    }
}

fn difference(before: &BTreeMap<String, String>, after: &BTreeMap<String, String>) -> String {
    let mut text = String::new();
    before.keys().filter(|path| !after.contains_key(*path)).for_each(|path| {
        writeln!(text, "removed {path}").unwrap();
    });
    for (path, wanted) in after {
        match before.get(path) {
            None => writeln!(text, "=== added {path}\n{wanted}").unwrap(),
            Some(text_before) if text_before != wanted => {
                let patch = similar::TextDiff::from_lines(text_before, wanted);
                let patch = patch.unified_diff().context_radius(1).to_string();
                writeln!(text, "=== changed {path}\n{patch}").unwrap();
            }
            Some(_) => {}
        }
    }
    text
}
