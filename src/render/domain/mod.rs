//! The files of a domain that is added.

mod alterations;
mod columns;
mod context;
mod groups;
mod literals;
mod samples;
mod texts;
mod views;

use std::collections::BTreeMap;

use minijinja::Value;
use minijinja::value::Serde;

use super::python::tidy;
use super::{environment, render, sources};
use crate::error::Result;
use crate::model::{Domain, Field, Manifest, Scope};
use crate::tree::{File, RelPath};

pub use alterations::{Alteration, Fill};

/// A domain that another refers to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Target {
    /// Its package.
    pub module: String,
    /// The class of its rows.
    pub class: String,
    /// Its table.
    pub table: String,
    /// Who sees its rows; `None` for users, who see themselves.
    pub scope: Option<Scope>,
}

/// Where a revision stands in the graph of revisions.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Revision {
    /// Its identifier.
    pub id: String,
    /// The revision before it; `None` for the first one.
    pub parent: Option<String>,
    /// Whether it drops the table, and creates it when it is taken back.
    pub drops: bool,
}

/// What a file of a domain hangs on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Part {
    Always,
    Api,
    Tests,
    ApiOrTests,
    Migration,
}

/// Where a migration goes that changes columns, and where its template lies.
const ALTERING: &str = "alembic/versions/{revision}.py";

/// Returns every file of `domain` but its migration.
///
/// `targets` has the domains that its fields name, itself included where a field says `self`.
///
/// # Errors
/// Fails only where a template is broken, which a test of ours would have found.
pub fn domain(
    manifest: &Manifest,
    domain: &Domain,
    targets: &BTreeMap<String, Target>,
) -> Result<BTreeMap<RelPath, File>> {
    let context = context::Context::new(manifest, domain, targets, None);
    let wanted = |part| match part {
        Part::Always => true,
        Part::Api => domain.api,
        Part::Tests => domain.tests,
        Part::ApiOrTests => domain.api || domain.tests,
        Part::Migration => false,
    };
    let creates = domain.has("create") || domain.has("bulk-create");
    files(&context, |path, part| {
        let tests_of_routes = path.ends_with("/test_api.py") && !domain.api;
        let bodies = path.ends_with("/bodies.py") && !creates;
        wanted(part) && !tests_of_routes && !bodies
    })
}

/// Returns the first field whose name, with its domain's, makes lines that are too long.
pub fn unreadable(domain: &Domain) -> Option<&Field> {
    let column = |field| columns::Column { domain, field, target: None };
    domain.fields.iter().find(|field| !column(field).fits())
}

/// Returns the migration that creates the table of `domain`, or drops it.
///
/// # Errors
/// Fails only where a template is broken, which a test of ours would have found.
pub fn migration(
    manifest: &Manifest,
    domain: &Domain,
    targets: &BTreeMap<String, Target>,
    revision: &Revision,
) -> Result<(RelPath, File)> {
    let context = context::Context::new(manifest, domain, targets, Some(revision));
    let files = files(&context, |_, part| part == Part::Migration)?;
    Ok(files.into_iter().next().expect("there is a template of the migration"))
}

/// Returns the migration that makes `alteration` to the table of `domain`.
///
/// # Errors
/// Fails only where a template is broken, which a test of ours would have found.
pub fn altering(
    domain: &Domain,
    targets: &BTreeMap<String, Target>,
    alteration: &Alteration,
    revision: &Revision,
) -> Result<(RelPath, File)> {
    let context = alterations::context(domain, targets, alteration, revision);
    let place =
        ALTERING.replace("{revision}", &format!("{}_{}", revision.id, alteration.slug(domain)));
    let file = render(
        &environment(),
        &place,
        &sources()?[&format!("fields/{ALTERING}")],
        &Value::from(Serde(&context)),
    )?;
    let text = String::from_utf8_lossy(&file.bytes);
    Ok((RelPath::parse(&place)?, File::text(tidy(&text))))
}

fn part(path: &str) -> Part {
    match path {
        path if path.starts_with("alembic/") => Part::Migration,
        path if path.starts_with("app/api/") || path.starts_with("tests/api/") => Part::Api,
        path if path.ends_with("/bodies.py")
            || path.ends_with("/__init__.py") && path.starts_with("tests/") =>
        {
            Part::ApiOrTests
        }
        path if path.starts_with("tests/") => Part::Tests,
        _ => Part::Always,
    }
}

fn files(
    context: &context::Context,
    wanted: impl Fn(&str, Part) -> bool,
) -> Result<BTreeMap<RelPath, File>> {
    let (sources, environment) = (sources()?, environment());
    let values = Value::from(Serde(context));
    let mut files = BTreeMap::new();
    for (source, template) in &sources {
        let Some(path) = source.strip_prefix("domain/") else { continue };
        if !wanted(path, part(path)) {
            continue;
        }
        let place = context.place(path);
        let mut file = render(&environment, path, template, &values)?;
        // A template is UTF-8, and so is what becomes of it.
        let text = String::from_utf8_lossy(&file.bytes);
        if !text.is_empty() {
            file.bytes = tidy(&text).into_bytes();
        }
        files.insert(RelPath::parse(&place)?, file);
    }
    Ok(files)
}

#[cfg(test)]
mod tests;
