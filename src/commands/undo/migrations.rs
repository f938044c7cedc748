//! What taking back a migration asks of databases, and of the migrations after it.

use crate::error::{Error, Result};
use crate::plan::Draft;
use crate::tree::{RelPath, Tree};

/// Where a project's migrations stand.
const DIRECTORY: &str = "alembic/versions";

/// A migration, as its file names it and the one before it.
struct Migration {
    path: RelPath,
    revision: Option<String>,
    /// The text after `down_revision =`.
    down: String,
}

/// Warns that a database must be downgraded before a migration among `removed` goes.
///
/// # Errors
/// Fails where the tree cannot be read, and with exit code 4 where a migration that stays follows one
/// that goes.
pub fn check(draft: &mut Draft<'_>, removed: &[RelPath]) -> Result<()> {
    let directory = RelPath::parse(DIRECTORY)?;
    if !removed.iter().any(|path| path.parent().as_ref() == Some(&directory)) {
        return Ok(());
    }
    let all = read(draft, &directory)?;
    let (gone, left): (Vec<_>, Vec<_>) =
        all.iter().partition(|migration| removed.contains(&migration.path));
    for migration in &gone {
        if let Some(follower) = left.iter().find(|other| other.follows(migration)) {
            return Err(refusal(follower, migration));
        }
        // Several are taken back at once, to below the first.
        if !gone.iter().any(|other| migration.follows(other)) {
            draft.warn(format!(
                "`{}` goes: where it has been applied, first run `uv run alembic downgrade {}`",
                migration.path,
                migration.target()
            ));
        }
    }
    Ok(())
}

fn read(draft: &Draft<'_>, directory: &RelPath) -> Result<Vec<Migration>> {
    let mut migrations = Vec::new();
    for name in draft.entries(directory)?.iter().filter(|name| name.ends_with(".py")) {
        let Ok(path) = RelPath::parse(&format!("{directory}/{name}")) else { continue };
        let Some(file) = draft.read(&path)? else { continue };
        let text = String::from_utf8_lossy(&file.bytes);
        let revision = assigned(&text, "revision").and_then(quoted).map(str::to_owned);
        let down = assigned(&text, "down_revision").unwrap_or_default().to_owned();
        migrations.push(Migration { path, revision, down });
    }
    Ok(migrations)
}

impl Migration {
    fn follows(&self, other: &Migration) -> bool {
        // One that merges names several.
        let names = self.down.split(['"', '\'']).skip(1).step_by(2);
        other.revision.as_deref().is_some_and(|revision| names.into_iter().any(|n| n == revision))
    }

    /// Returns where a database stands without this migration, as Alembic takes it.
    fn target(&self) -> &str {
        match quoted(&self.down) {
            Some(revision) => revision,
            None if self.down.starts_with("None") => "base",
            None => "-1",
        }
    }
}

fn refusal(follower: &Migration, migration: &Migration) -> Error {
    let (path, gone) = (&follower.path, &migration.path);
    let error = Error::not_applied(format!("`{path}` follows the migration `{gone}`, which goes"))
        .hint(format!("remove `{path}` first, or write what takes the change back by hand"));
    Error { conflicts: vec![path.clone()], ..error }
}

/// Returns what a module assigns to `name` on a line of its own.
fn assigned<'a>(text: &'a str, name: &str) -> Option<&'a str> {
    let is_it =
        |line: &&str| line.strip_prefix(name).is_some_and(|rest| rest.starts_with([' ', ':', '=']));
    let (_, value) = text.lines().find(is_it)?.split_once('=')?;
    Some(value.trim())
}

fn quoted(value: &str) -> Option<&str> {
    let quote = value.chars().next().filter(|c| matches!(c, '"' | '\''))?;
    value[1..].split(quote).next()
}
