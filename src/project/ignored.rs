//! What a project's `.gitignore` keeps out of the repository.

use super::text;
use crate::error::Result;
use crate::tree::{RelPath, Tree};

/// What is no source of anybody's, whatever `.gitignore` says.
const NEVER: &[&str] = &[".git", ".venv", "node_modules", "__pycache__", ".ddd-forge/undo"];

/// The patterns of `.gitignore` at the root of a project.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Ignored(Vec<Pattern>);

/// One line of it.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Pattern {
    /// Whether it takes back what a line before says.
    negated: bool,
    /// Whether it is about directories only.
    directory: bool,
    /// The parts of a path from the root; one alone may stand anywhere.
    parts: Vec<String>,
    anchored: bool,
}

impl Ignored {
    /// Reads the file of the project whose files are `tree`; without one, little is ignored.
    ///
    /// # Errors
    /// Fails where it cannot be read.
    pub fn read(tree: &dyn Tree) -> Result<Ignored> {
        Ok(Ignored::parse(&text(tree, ".gitignore")?.unwrap_or_default()))
    }

    fn parse(text: &str) -> Ignored {
        let lines = NEVER.iter().copied().chain(text.lines());
        Ignored(lines.filter_map(Pattern::parse).collect())
    }

    /// Tells whether git would leave a path alone; those around it are not looked at.
    pub fn has(&self, path: &RelPath, directory: bool) -> bool {
        let last = self.0.iter().rev().find(|pattern| pattern.fits(path.as_str(), directory));
        last.is_some_and(|pattern| !pattern.negated)
    }
}

impl Pattern {
    fn parse(line: &str) -> Option<Pattern> {
        let line = line.trim_end();
        if line.is_empty() || line.starts_with('#') {
            return None;
        }
        let (negated, line) = line.strip_prefix('!').map_or((false, line), |rest| (true, rest));
        let (directory, line) = line.strip_suffix('/').map_or((false, line), |rest| (true, rest));
        let anchored = line.contains('/');
        let parts = line.trim_start_matches('/').split('/').map(str::to_owned).collect();
        Some(Pattern { negated, directory, parts, anchored })
    }

    fn fits(&self, path: &str, directory: bool) -> bool {
        if self.directory && !directory {
            return false;
        }
        match &self.parts[..] {
            [name] if !self.anchored => fits(name, path.rsplit('/').next().unwrap_or(path)),
            parts => all_fit(parts, &path.split('/').collect::<Vec<_>>()),
        }
    }
}

/// Tells whether parts of a pattern are those of a path; `**` is any number of them.
fn all_fit(pattern: &[String], path: &[&str]) -> bool {
    match (pattern, path) {
        ([], _) => path.is_empty(),
        ([any, rest @ ..], _) if any == "**" => {
            (0..=path.len()).any(|skipped| all_fit(rest, &path[skipped..]))
        }
        ([part, rest @ ..], [name, names @ ..]) => fits(part, name) && all_fit(rest, names),
        _ => false,
    }
}

/// Tells whether a name is as a pattern says: `*` is any text, `?` any character, `[ab]` one of these.
fn fits(pattern: &str, name: &str) -> bool {
    let Some(c) = pattern.chars().next() else { return name.is_empty() };
    let rest = &pattern[c.len_utf8()..];
    let mut name_rest = name.chars();
    let first = name_rest.next();
    match (c, first) {
        ('*', _) => fits(rest, name) || (first.is_some() && fits(pattern, name_rest.as_str())),
        (_, None) => false,
        ('?', Some(_)) => fits(rest, name_rest.as_str()),
        ('[', Some(first)) => match rest.split_once(']') {
            Some((set, rest)) => set.contains(first) && fits(rest, name_rest.as_str()),
            None => false,
        },
        (c, Some(first)) => c == first && fits(rest, name_rest.as_str()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patterns_are_read_as_git_reads_them() {
        let ignored = Ignored::parse(
            "# no\n\n*.py[cod]\n.env\n!keep.pyc\ndist/\n/top\ndocs/**/out\n*.egg-info/\na?c\n",
        );
        for (path, directory, expected) in [
            ("app/x.pyc", false, true),
            ("app/x.py", false, false),
            ("app/keep.pyc", false, false),
            (".env", false, true),
            (".env.sample", false, false),
            ("a/.env", false, true),
            ("dist", true, true),
            ("dist", false, false),
            ("a/dist", true, true),
            ("top", false, true),
            ("a/top", false, false),
            ("docs/out", true, true),
            ("docs/a/b/out", true, true),
            ("docs/a/b/outer", true, false),
            ("shop.egg-info", true, true),
            ("abc", false, true),
            ("ac", false, false),
            ("app/__pycache__", true, true),
            (".ddd-forge/undo", true, true),
            (".ddd-forge/domains", true, false),
            ("# no", false, false),
        ] {
            let path = RelPath::parse(path).unwrap();
            assert_eq!(ignored.has(&path, directory), expected, "{path}");
        }
    }
}
