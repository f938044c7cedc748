//! Migrations: one line of them, each of which says what it follows.

use std::collections::HashMap;

use super::Finding;
use super::leftovers::has_conflict;
use super::sight::Sight;
use crate::project::{Migration, Migrations, VERSIONS};
use crate::tree::RelPath;

const RULE: &str = "migrations";

/// Looks at every migration.
pub fn look(sight: &Sight<'_>) -> Vec<Finding> {
    let (mut findings, mut migrations) = (Vec::new(), Vec::new());
    let mut is_whole = true;
    for (path, text) in sight.below(VERSIONS) {
        let here = path[VERSIONS.len() + 1..].ends_with(".py")
            && !path[VERSIONS.len() + 1..].contains('/');
        let Some(file) = RelPath::parse(path).ok().filter(|_| here) else { continue };
        match Migration::read(file, text) {
            Ok(migration) => migrations.extend(migration),
            Err(error) => {
                is_whole = false;
                let fix = error.hints.into_iter().next().unwrap_or_default();
                let line = line(text, "down_revision").max(line(text, "revision"));
                // Its markers are found as such.
                if !has_conflict(text) {
                    findings.push(Finding::new(RULE, path, line).says(error.message, fix));
                }
            }
        }
    }
    let migrations = Migrations(migrations);
    // What one that cannot be read follows is not known, so others may only seem to be heads.
    if is_whole {
        findings.extend(loose(sight, &migrations));
        findings.extend(heads(sight, &migrations));
    }
    findings
}

/// Returns what follows a migration that is not there, or is called as another one.
fn loose(sight: &Sight<'_>, migrations: &Migrations) -> Vec<Finding> {
    let mut by_name: HashMap<&str, &Migration> = HashMap::new();
    let mut findings = Vec::new();
    for each in &migrations.0 {
        if let Some(other) = by_name.insert(&each.revision, each) {
            let message =
                format!("the revision `{}` is that of `{}`, too", each.revision, other.path);
            findings
                .push(at(sight, each, "revision").says(message, "give one of them another one"));
        }
    }
    for each in &migrations.0 {
        for down in each.down.iter().filter(|down| !by_name.contains_key(&***down)) {
            let message = format!("it follows `{down}`, which is not there");
            let fix = "bring that migration back, or say what it follows instead";
            findings.push(at(sight, each, "down_revision").says(message, fix));
        }
    }
    findings
}

fn heads(sight: &Sight<'_>, migrations: &Migrations) -> Vec<Finding> {
    let heads = migrations.heads();
    let names: Vec<_> = heads.iter().map(|head| format!("`{}`", head.revision)).collect();
    match (&heads[..], migrations.0.first()) {
        ([_, .., last], _) => {
            let message = format!("there are several heads: {}", names.join(", "));
            let fix = "uv run alembic merge heads --message 'merge the heads'";
            vec![at(sight, last, "down_revision").says(message, fix)]
        }
        ([], Some(first)) => {
            let message = "the migrations follow each other in a circle";
            let fix = "let the first of them have `down_revision = None`";
            vec![at(sight, first, "down_revision").says(message, fix)]
        }
        _ => Vec::new(),
    }
}

/// Makes a finding at the line on which a migration gives `name` a value.
fn at(sight: &Sight<'_>, migration: &Migration, name: &str) -> Finding {
    let text = sight.text(migration.path.as_str()).unwrap_or_default();
    Finding::new(RULE, &migration.path, line(text, name))
}

fn line(text: &str, name: &str) -> usize {
    let assigns =
        |line: &str| line.strip_prefix(name).is_some_and(|rest| rest.starts_with([' ', ':', '=']));
    text.lines().position(assigns).map_or(1, |index| index + 1)
}
