//! What a new domain cannot be beside what is there.

use std::collections::BTreeMap;

use crate::error::{Error, Result};
use crate::model::{Domain, FieldKind, LONGEST_IDENTIFIER, Manifest, Scope, Unique, Write};
use crate::plan::Draft;
use crate::project::{self, Known};
use crate::render::{self, Target};
use crate::tree::{RelPath, Tree};

/// Finds the first thing that is in the way.
///
/// # Errors
/// Fails with exit code 2 for names and fields that cannot be, with 4 for what is there already.
pub fn check(
    manifest: &Manifest,
    domain: &Domain,
    known: &[Known],
    targets: &BTreeMap<String, Target>,
    draft: &Draft<'_>,
) -> Result<()> {
    check_fields(domain, known, targets)?;
    check_names(manifest, domain, known)?;
    check_directories(domain, draft)
}

/// Finds the first field that cannot be, among the others of its domain and beside `known` ones.
///
/// # Errors
/// Fails with exit code 2, or with 4 for a name that is taken.
pub fn check_fields(
    domain: &Domain,
    known: &[Known],
    targets: &BTreeMap<String, Target>,
) -> Result<()> {
    check_identifiers(domain, targets)?;
    check_references(domain, targets)?;
    check_types(domain, known)
}

/// PostgreSQL cuts longer names, and two that are cut may be one.
fn check_identifiers(domain: &Domain, targets: &BTreeMap<String, Target>) -> Result<()> {
    let table = &domain.names.table;
    let mut names = vec![format!("fk_{table}_owner_id_users"), format!("pk_{table}")];
    for field in &domain.fields {
        let column = field.column();
        match &field.kind {
            FieldKind::Ref { target } => {
                let referred = targets.get(target).map_or(&**target, |target| &target.table);
                names.push(format!("fk_{table}_{column}_{referred}"));
            }
            FieldKind::Enum { .. } => names.push(format!("{table}_{}", field.name)),
            _ => {}
        }
        if field.unique != Unique::No {
            names.push(format!("uq_{table}_owner_id_{column}"));
        }
        if field.min.is_some() || field.max.is_some() {
            names.push(format!("ck_{table}_{column}_max"));
        }
        names.push(format!("ix_{table}_{column}"));
    }
    if let Some(field) = render::unreadable(domain) {
        let message = format!("`{}` is too long beside `{}`", field.column(), domain.names.class);
        return Err(Error::usage(message).hint("choose a shorter name for the field"));
    }
    match names.into_iter().find(|name| name.len() > LONGEST_IDENTIFIER) {
        Some(name) => Err(Error::usage(format!(
            "`{name}` has {} bytes, and PostgreSQL allows {LONGEST_IDENTIFIER}",
            name.len()
        ))
        .hint("choose shorter names, or a shorter table with `--table`")),
        None => Ok(()),
    }
}

/// A row that has to name one that its maker cannot see could never be made.
fn check_references(domain: &Domain, targets: &BTreeMap<String, Target>) -> Result<()> {
    for field in &domain.fields {
        let FieldKind::Ref { target } = &field.kind else { continue };
        let hidden = targets.get(target).is_some_and(|target| target.scope == Some(Scope::Admin));
        if hidden && !field.nullable && domain.write != Write::Admin {
            let message = format!(
                "only admins see `{target}`, so nobody else could make a row with `{field}`"
            );
            return Err(Error::usage(message).hint("add `:nullable`, or give `--write admin`"));
        }
    }
    Ok(())
}

fn check_names(manifest: &Manifest, domain: &Domain, known: &[Known]) -> Result<()> {
    let names = &domain.names;
    let built_in = project::taken(&manifest.options);
    if let Some((table, _)) = built_in.iter().find(|(table, _)| *table == names.table) {
        return taken("table", table, "the project itself");
    }
    if let Some((table, class)) = built_in.iter().find(|(_, class)| *class == names.class) {
        return taken("class", class, table);
    }
    if ["users", "me", "health", "webhooks"].contains(&&*names.route) {
        return taken("route", &names.route, "the project itself");
    }
    for other in known {
        let same = |a: &str, b: &str| a.eq_ignore_ascii_case(b);
        if same(&other.class, &names.class) {
            return taken("class", &names.class, &other.module);
        }
        if same(&other.table, &names.table) {
            return taken("table", &names.table, &other.module);
        }
        if same(&other.route, &names.route) {
            return taken("route", &names.route, &other.module);
        }
    }
    Ok(())
}

/// Types and tables of PostgreSQL share their names.
fn check_types(domain: &Domain, known: &[Known]) -> Result<()> {
    let types = domain.fields.iter().filter(|field| !field.values().is_empty());
    for name in types.map(|field| format!("{}_{}", domain.names.table, field.name)) {
        if let Some(other) = known.iter().find(|other| other.table == name) {
            return taken("table and type", &name, &other.module);
        }
    }
    Ok(())
}

fn taken(what: &str, name: &str, owner: &str) -> Result<()> {
    let message = format!("the {what} `{name}` is taken by `{owner}`");
    Err(Error::not_applied(message).hint("choose another name, or give it by a flag: see --help"))
}

/// A package of that name that has no record is the user's own.
fn check_directories(domain: &Domain, draft: &Draft<'_>) -> Result<()> {
    let module = &domain.names.module;
    for around in ["app/domains", "tests", "app/api/routes"] {
        let entries = draft.entries(&RelPath::parse(around)?)?;
        let same = |name: &&String| {
            let name = name.strip_suffix(".py").unwrap_or(name);
            name.eq_ignore_ascii_case(module)
        };
        let Some(name) = entries.iter().find(same) else { continue };
        let path = RelPath::parse(&format!("{around}/{name}"))?;
        let left = draft.entries(&path).unwrap_or_else(|_| vec![name.clone()]);
        // What the interpreter left of a domain that is gone.
        if left.iter().any(|each| each != "__pycache__") {
            return Err(Error::not_applied(format!("`{path}` is there already"))
                .hint("choose another name, or move what is there out of the way"));
        }
    }
    Ok(())
}
