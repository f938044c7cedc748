//! `drop-field`: columns go, with all that the domain's files say of them.

use std::collections::{BTreeMap, BTreeSet};

use super::reshape::{Reshaping, find};
use crate::error::{Error, Result};
use crate::model::{Domain, Field, Manifest, nearest};
use crate::plan::Draft;
use crate::project;
use crate::render::Alteration;
use crate::tree::{File, RelPath, Tree};

/// Drop fields of a domain, and what is in them
///
/// What the fields needed goes from the files of the domain, as their owners left them. Where code of
/// yours still uses a field, or changed what would go, nothing is written, and each place is shown;
/// `--merge` writes the usual conflict markers instead, and `--force` goes on though code uses it.
#[derive(Clone, Debug, clap::Args)]
pub struct Args {
    /// The domain
    pub domain: String,

    /// The names of the fields
    #[arg(value_name = "NAME", required = true)]
    pub names: Vec<String>,

    /// Make no migration
    #[arg(long)]
    pub no_migration: bool,

    /// Write conflicts with markers, for an editor, instead of refusing them
    #[arg(long)]
    pub merge: bool,
}

/// Plans that the fields go; `force` lets code that uses them stay as it is.
///
/// # Errors
/// Fails with exit code 2 for fields that are not there, with 4 for what is still used or cannot be
/// merged.
pub fn plan(manifest: &Manifest, args: &Args, force: bool, draft: &mut Draft<'_>) -> Result<()> {
    let before = find(draft, &args.domain)?;
    let dropped = asked(&before, &args.names)?;
    let mut after = before.clone();
    after.fields.retain(|field| !dropped.contains(field));
    let why = dropped.iter().map(Field::column).collect::<Vec<_>>().join(", ");
    let known = project::known_domains(draft)?;
    let reshaping = Reshaping {
        manifest,
        before: &before,
        after: &after,
        known: &known,
        markers: args.merge,
        why: &why,
    };
    let written = reshaping.files(draft)?;
    if !force && !args.merge {
        refuse_uses(&after, &dropped, &written, draft)?;
    }
    let alteration = Alteration { dropped, ..Alteration::default() };
    if before.revision.is_some() && !args.no_migration {
        reshaping.migration(&alteration, draft)?;
        for field in &alteration.dropped {
            let (column, table) = (field.column(), &after.names.table);
            draft.warn(format!(
                "`just migrate` will drop the column `{column}` of `{table}` with what is in it"
            ));
        }
    } else {
        draft.next(format!("just migrate-create '{}'", alteration.title(&after)));
    }
    if after.tests {
        draft.next(format!("just test tests/{} tests/api", after.names.module));
    }
    Ok(())
}

fn asked(domain: &Domain, names: &[String]) -> Result<Vec<Field>> {
    let mut dropped: Vec<Field> = Vec::new();
    for name in names {
        let plain = name.replace('-', "_").to_ascii_lowercase();
        let same = |field: &&Field| field.name == plain || field.column() == plain;
        let Some(field) = domain.fields.iter().find(same) else {
            let error = Error::usage(format!(
                "`{}` has no field `{}`",
                domain.names.module,
                name.escape_debug()
            ));
            let known = domain.fields.iter().map(|field| &*field.name);
            return Err(match nearest(&plain, known.clone()) {
                Some(meant) => error.hint(format!("did you mean `{meant}`?")),
                None if domain.fields.is_empty() => error,
                None => error.hint(format!("it has {}", known.collect::<Vec<_>>().join(", "))),
            });
        };
        if !dropped.contains(field) {
            dropped.push(field.clone());
        }
    }
    Ok(dropped)
}

/// Keeps as problems the lines of the users' that name a column which goes; `written` is what we
/// write, which names none.
fn refuse_uses(
    domain: &Domain,
    dropped: &[Field],
    written: &BTreeMap<RelPath, File>,
    draft: &mut Draft<'_>,
) -> Result<()> {
    for path in modules(domain, written, draft)? {
        // What is in conflict is as it was, and names the column for that.
        let merged = (!draft.has_problem(&path)).then(|| project::text(draft, path.as_str()));
        let Some(text) = merged.transpose()?.flatten() else { continue };
        let ours = written.get(&path).map_or(String::new(), File::to_text);
        let ours: BTreeSet<&str> = ours.lines().map(str::trim).collect();
        for (index, line) in text.lines().map(str::trim).enumerate() {
            let own = !line.starts_with('#') && !ours.contains(line);
            if let Some(field) = dropped.iter().find(|field| own && names(line, field)) {
                let reason = format!("`{}` is used here", field.column());
                draft.problem(path.clone(), Some(index + 1), reason, line.to_owned());
                draft.way_out("or give --force, which leaves code of yours as it is");
            }
        }
    }
    Ok(())
}

/// Returns the modules of a domain, those that people added included.
fn modules(
    domain: &Domain,
    written: &BTreeMap<RelPath, File>,
    draft: &Draft<'_>,
) -> Result<BTreeSet<RelPath>> {
    let mut paths: BTreeSet<RelPath> = written.keys().cloned().collect();
    for around in ["app/domains", "tests"] {
        let around = format!("{around}/{}", domain.names.module);
        for name in draft.entries(&RelPath::parse(&around)?)? {
            paths.extend(RelPath::parse(&format!("{around}/{name}")).ok());
        }
    }
    paths.retain(|path| path.as_str().ends_with(".py"));
    Ok(paths)
}

/// Tells whether a line has the name of a field as a word: itself, its column, or a filter of it.
fn names(line: &str, field: &Field) -> bool {
    let column = field.column();
    let words = line.split(|c: char| !c.is_alphanumeric() && c != '_');
    words.into_iter().any(|word| {
        word == column
            || field.rel && word == field.name
            || word.strip_prefix(&*column).is_some_and(|rest| rest.starts_with("__"))
    })
}
