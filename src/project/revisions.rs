//! The graph of migrations, read from their files: no database, no Python.

use super::parallel;
use crate::error::{Error, Result};
use crate::tree::{RelPath, Tree};

/// Where a project's migrations stand.
pub const VERSIONS: &str = "alembic/versions";

/// One migration.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Migration {
    /// Its file.
    pub path: RelPath,
    /// Its identifier.
    pub revision: String,
    /// The migrations before it: none for the first, several for one that merges.
    pub down: Vec<String>,
}

impl Migration {
    /// Reads the text of the file at `path`; `None` for one that is no migration.
    ///
    /// # Errors
    /// Fails with exit code 4 for one that does not say what it follows.
    pub fn read(path: RelPath, text: &str) -> Result<Option<Migration>> {
        let Some(revision) = assigned(text, "revision") else { return Ok(None) };
        let unclear = |what: &str| {
            Error::not_applied(format!("`{path}` does not say its `{what}` in plain text"))
                .at(path.as_str())
                .hint(format!("write `{what} = \"…\"` there"))
        };
        let revision = texts(revision).into_iter().next().ok_or_else(|| unclear("revision"))?;
        let written = assigned(text, "down_revision").ok_or_else(|| unclear("down_revision"))?;
        let (down, written) = (texts(written), written.trim_start());
        if down.is_empty() && !written.starts_with("None") && !written.starts_with("()") {
            return Err(unclear("down_revision"));
        }
        Ok(Some(Migration { path, revision, down }))
    }
}

/// Every migration of a project.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Migrations(pub Vec<Migration>);

impl Migrations {
    /// Reads the migrations of the project whose files are `tree`; what is none is skipped.
    ///
    /// # Errors
    /// Fails where a file cannot be read, with exit code 4 where one does not say what it follows.
    pub fn read(tree: &dyn Tree) -> Result<Migrations> {
        let names = tree.entries(&RelPath::parse(VERSIONS)?)?;
        let modules = names.iter().filter(|name| name.ends_with(".py"));
        let paths = modules.filter_map(|name| RelPath::parse(&format!("{VERSIONS}/{name}")).ok());
        let paths: Vec<_> = paths.collect();
        let read = parallel::each(&paths, |path| match tree.read(path)? {
            Some(file) => Migration::read(path.clone(), &String::from_utf8_lossy(&file.bytes)),
            None => Ok(None),
        });
        let read: Vec<_> = read.into_iter().collect::<Result<_>>()?;
        Ok(Migrations(read.into_iter().flatten().collect()))
    }

    /// Returns the migrations that none follows.
    pub fn heads(&self) -> Vec<&Migration> {
        let named: std::collections::HashSet<&str> =
            self.0.iter().flat_map(|each| &each.down).map(String::as_str).collect();
        self.0.iter().filter(|each| !named.contains(&*each.revision)).collect()
    }

    /// Returns the revision that a new migration follows; none where there is no migration yet.
    ///
    /// # Errors
    /// Fails with exit code 4 where there are several, and says how to merge them.
    pub fn head(&self) -> Result<Option<&str>> {
        match &*self.heads() {
            [] => Ok(None),
            [head] => Ok(Some(&head.revision)),
            heads => {
                let names: Vec<_> =
                    heads.iter().map(|head| format!("`{}`", head.revision)).collect();
                let files: Vec<_> = heads.iter().map(|head| head.path.as_str()).collect();
                Err(Error::not_applied(format!("there are several heads: {}", names.join(", ")))
                    .at(files.join("\n"))
                    .hint("uv run alembic merge heads --message 'merge the heads'"))
            }
        }
    }

    /// Returns the migration of that identifier.
    pub fn find(&self, revision: &str) -> Option<&Migration> {
        self.0.iter().find(|each| each.revision == revision)
    }
}

/// Returns what a module assigns to `name` at its top level, brackets closed.
fn assigned<'a>(text: &'a str, name: &str) -> Option<&'a str> {
    let (mut start, mut quote) = (0, None);
    for line in text.split_inclusive('\n') {
        let (line_start, outside) = (start, quote.is_none());
        start += line.len();
        quote = open_quote(line, quote);
        let line = line.trim_start_matches('\u{feff}');
        let Some(rest) = line.strip_prefix(name).filter(|_| outside) else { continue };
        if !rest.starts_with([' ', ':', '=']) {
            continue;
        }
        let sign = line_start + text[line_start..].find('=')?;
        let value = &text[sign + 1..];
        return Some(&value[..end(value)]);
    }
    None
}

/// Returns the quotes of the text that is open where `line` ends, if one is.
fn open_quote(line: &str, mut open: Option<&'static str>) -> Option<&'static str> {
    let mut rest = line;
    loop {
        let next = match open {
            Some(quote) => rest.find(quote).map(|index| (index, quote)),
            None => {
                let found = ["\"\"\"", "'''"].into_iter().filter_map(|q| Some((rest.find(q)?, q)));
                found.min()
            }
        };
        let Some((index, quote)) = next else { return open };
        open = if open.is_some() { None } else { Some(quote) };
        rest = &rest[index + quote.len()..];
    }
}

/// Returns where the value ends that begins at `text`: at the end of a line outside of brackets.
fn end(text: &str) -> usize {
    let mut depth = 0_usize;
    for (index, c) in text.char_indices() {
        match c {
            '(' | '[' => depth += 1,
            ')' | ']' => depth = depth.saturating_sub(1),
            '\n' if depth == 0 => return index,
            _ => {}
        }
    }
    text.len()
}

/// Returns the texts in quotes, those in comments aside.
fn texts(value: &str) -> Vec<String> {
    let mut texts = Vec::new();
    for line in value.lines() {
        let mut rest = line;
        while let Some(start) = rest.find(['"', '\'', '#']) {
            let quote = &rest[start..=start];
            if quote == "#" {
                break;
            }
            let Some((text, after)) = rest[start + 1..].split_once(quote) else { break };
            texts.push(text.to_owned());
            rest = after;
        }
    }
    texts
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tree::{File, MemoryTree};

    fn tree(files: &[(&str, &str)]) -> MemoryTree {
        let path = |name: &str| RelPath::parse(&format!("{VERSIONS}/{name}")).unwrap();
        MemoryTree(files.iter().map(|(name, text)| (path(name), File::text(*text))).collect())
    }

    #[test]
    fn every_way_of_writing_a_migration_is_read() {
        let merge = "revision: str = 'c'\ndown_revision: Union[str, None] = (\n    \"a\",  # \"x\"\n    'b',\n)\n";
        let tree = tree(&[
            (
                "0001.py",
                "\"\"\"First.\n\nrevision = no\n\"\"\"\n\nrevision = \"a\"\ndown_revision = None\n",
            ),
            ("0002.py", "revision='b'\r\ndown_revision = \"a\"  # after \"z\"\r\n"),
            ("0003.py", merge),
            ("__init__.py", ""),
            ("README", "revision = 1"),
        ]);
        let read = Migrations::read(&tree).unwrap();
        let pairs: Vec<_> =
            read.0.iter().map(|each| (&*each.revision, each.down.join(" "))).collect();
        assert_eq!(pairs, [("a", String::new()), ("b", "a".into()), ("c", "a b".into())]);
        assert_eq!(read.head().unwrap(), Some("c"));
    }

    #[test]
    fn several_heads_are_refused_with_the_command_that_merges_them() {
        let tree = tree(&[
            ("1.py", "revision = 'a'\ndown_revision = None\n"),
            ("2.py", "revision = 'b'\ndown_revision = 'a'\n"),
            ("3.py", "revision = 'c'\ndown_revision = 'a'\n"),
        ]);
        let error = Migrations::read(&tree).unwrap().head().unwrap_err();
        assert_eq!(error.kind.exit_code(), 4);
        assert!(error.hints[0].contains("alembic merge heads"), "{error:?}");
        assert!(error.message.contains("`b`, `c`"), "{error:?}");
    }

    #[test]
    fn a_migration_that_computes_what_it_follows_is_refused() {
        let tree = tree(&[("1.py", "revision = 'a'\ndown_revision = previous()\n")]);
        assert_eq!(Migrations::read(&tree).unwrap_err().kind.exit_code(), 4);
    }

    #[test]
    fn a_project_without_migrations_has_no_head() {
        assert_eq!(Migrations::read(&tree(&[])).unwrap().head().unwrap(), None);
    }
}
