//! `remove-domain`: what `add-domain` wrote goes, as far as it still is what we wrote.

use super::add_domain::{revision_id, targets};
use super::reshape::find;
use super::{documents, registration};
use crate::error::{Error, Result};
use crate::model::{Domain, Manifest, sha256};
use crate::plan::Draft;
use crate::project::{self, Migrations};
use crate::render::{self, Revision};
use crate::tree::RelPath;

/// Remove a domain that `add-domain` made
///
/// Its files go, its routes are no longer registered, and a new migration drops its table. Files that
/// were changed since are named, and then nothing is removed unless `--force` is given. A domain that
/// others refer to stays. `undo` takes the last run back exactly, this one too.
#[derive(Clone, Debug, clap::Args)]
pub struct Args {
    /// Its name, as `add-domain` said it
    pub name: String,

    /// Make no migration that drops the table
    #[arg(long)]
    pub no_migration: bool,
}

/// Plans that the domain goes; `force` lets changed files go, too.
///
/// # Errors
/// Fails with exit code 2 for a domain that is not there, with 4 for one that others refer to, or
/// whose files were changed.
pub fn plan(manifest: &Manifest, args: &Args, force: bool, draft: &mut Draft<'_>) -> Result<()> {
    let domain = find(draft, &args.name)?;
    let module = domain.names.module.clone();
    refuse_dependents(draft, &module)?;
    let files = project::recorded_files(draft, &Domain::path(&module))?;
    remove_files(draft, &files, force)?;
    for path in [Domain::path(&module), Domain::base_path(&module)] {
        draft.remove(RelPath::parse(&path)?, "its record")?;
    }
    if domain.api {
        registration::remove(draft, &registration::router(&module))?;
    }
    documents::domain(draft, Some(&domain), None)?;
    if domain.revision.is_some() && !args.no_migration {
        drop_table(manifest, &domain, draft)?;
    }
    Ok(())
}

/// What others refer to has to stay.
fn refuse_dependents(draft: &Draft<'_>, module: &str) -> Result<()> {
    let mut dependents = Vec::new();
    for other in project::modules(draft)?.iter().filter(|other| *other != module) {
        let record = project::text(draft, &Domain::path(other))?.unwrap_or_default();
        let refers = |line: &str| {
            let word = line.trim().trim_matches(['"', ',']);
            word.split(':')
                .any(|part| part == format!("ref={module}"))
                .then(|| format!("`{other}` by `{word}`"))
        };
        dependents.extend(record.lines().filter_map(refers));
    }
    for flow in project::flows(draft)? {
        if flow.domain.as_deref() == Some(module) {
            dependents.push(format!("the flow `{}`", flow.name));
        }
    }
    match dependents.is_empty() {
        true => Ok(()),
        false => Err(Error::not_applied(format!(
            "`{module}` is referred to by {}",
            dependents.join(", ")
        ))
        .hint("remove what refers to it first")),
    }
}

/// Plans that the files go that are as we wrote them; all, where they may be changed.
///
/// # Errors
/// Fails with exit code 4 and every file that was changed since.
pub fn remove_files(draft: &mut Draft<'_>, files: &[(RelPath, String)], force: bool) -> Result<()> {
    let mut changed = Vec::new();
    for (path, hash) in files {
        let Some(file) = draft.read(path)? else { continue };
        let text = String::from_utf8_lossy(&file.bytes).replace("\r\n", "\n");
        if sha256(text.as_bytes()) != *hash {
            changed.push(path.clone());
        }
        draft.remove(path.clone(), "")?;
    }
    if changed.is_empty() || force {
        return Ok(());
    }
    let names: Vec<_> = changed.iter().map(|path| format!("`{path}`")).collect();
    let error =
        Error::not_applied(format!("changed since they were written: {}", names.join(", ")))
            .hint("move your changes elsewhere, or give --force to remove them, too");
    Err(Error { conflicts: changed, ..error })
}

/// Plans the migration that drops the table: the one that creates it may have been applied.
fn drop_table(manifest: &Manifest, domain: &Domain, draft: &mut Draft<'_>) -> Result<()> {
    let known = project::known_domains(draft)?;
    let targets = targets(domain, &known)?;
    let migrations = Migrations::read(draft)?;
    let parent = migrations.head()?.map(str::to_owned);
    let revision = Revision { id: revision_id("drop", domain, &migrations), parent, drops: true };
    let (path, file) = render::migration(manifest, domain, &targets, &revision)?;
    draft
        .warn(format!("`just migrate` will drop the table `{}` with its rows", domain.names.table));
    draft.migration(path.as_str());
    draft.create(path, file, "the migration")?;
    draft.next("just migrate");
    Ok(())
}
