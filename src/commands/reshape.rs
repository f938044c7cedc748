//! A domain whose fields change: its files rendered as before and as wanted, and what differs merged
//! into what people made of them.

use std::collections::{BTreeMap, BTreeSet};

use super::add_domain::{revision_id, targets};
use super::documents;
use crate::edit::python::{self, Conflict};
use crate::error::{Error, Result};
use crate::model::{Domain, Manifest, base, hashes, nearest, texts};
use crate::plan::{Draft, changed_lines};
use crate::project::{self, Known, Migrations};
use crate::render::{self, Alteration, Revision};
use crate::tree::{File, RelPath};

/// A domain before its fields change and after.
pub struct Reshaping<'a> {
    /// What the project was made from.
    pub manifest: &'a Manifest,
    /// The domain as it is recorded.
    pub before: &'a Domain,
    /// The domain as it is wanted.
    pub after: &'a Domain,
    /// What the fields of either refer to.
    pub known: &'a [Known],
    /// Whether conflicts are written with their markers, instead of refused.
    pub markers: bool,
    /// Why, in a few words.
    pub why: &'a str,
}

/// Returns the domain that `name` means.
///
/// # Errors
/// Fails with exit code 2 where there is none, and says which there are.
pub fn find(draft: &Draft<'_>, name: &str) -> Result<Domain> {
    let module = name.replace('-', "_").to_ascii_lowercase();
    if let Some(domain) = project::domain(draft, &module)? {
        return Ok(domain);
    }
    let modules = project::modules(draft)?;
    let error =
        Error::usage(format!("there is no domain `{}` that was added", name.escape_debug()));
    Err(match nearest(&module, modules.iter().map(String::as_str)) {
        Some(meant) => error.hint(format!("did you mean `{meant}`?")),
        None if modules.is_empty() => error.hint("ddd-forge add-domain orders number:string=20"),
        None => error.hint(format!("there are {}", modules.join(", "))),
    })
}

impl Reshaping<'_> {
    /// Plans the files and the record of the domain, and returns what we write of it.
    ///
    /// # Errors
    /// Fails where a file cannot be read; what cannot be merged is kept in the draft.
    pub fn files(&self, draft: &mut Draft<'_>) -> Result<BTreeMap<RelPath, File>> {
        let known = self.known;
        let old = render::domain(self.manifest, self.before, &targets(self.before, known)?)?;
        let mut new = render::domain(self.manifest, self.after, &targets(self.after, known)?)?;
        let written = Written::read(draft, &self.before.names.module)?;
        let mut merged = false;
        let paths: BTreeSet<_> = old.keys().chain(new.keys()).cloned().collect();
        for path in paths {
            match (old.get(&path), new.get_mut(&path)) {
                (Some(old), Some(new)) => {
                    let wanted = written.with_change(&path, old, new);
                    if old.bytes != new.bytes {
                        merged |= self.change(draft, &written, &path, [old, new], &wanted)?;
                    }
                    new.bytes = wanted.into_bytes();
                }
                (None, Some(new)) => draft.create(path, new.clone(), self.why)?,
                (Some(_), None) => draft.remove(path, self.why)?,
                (None, None) => {}
            }
        }
        let module = &self.after.names.module;
        let record = self.after.to_toml(hashes(&new));
        draft.edit(RelPath::parse(&Domain::path(module))?, record.into_bytes(), "its record")?;
        draft.edit(RelPath::parse(&Domain::base_path(module))?, base(&new), "its record")?;
        documents::domain(draft, Some(self.before), Some(self.after))?;
        if merged {
            draft.next("just format");
        }
        Ok(new)
    }

    /// Plans the change of one file, and tells whether it had to be merged.
    fn change(
        &self,
        draft: &mut Draft<'_>,
        written: &Written,
        path: &RelPath,
        [old, new]: [&File; 2],
        wanted: &str,
    ) -> Result<bool> {
        let Some(file) = draft.read(path)? else {
            self.gone(draft, path, [old, new]);
            return Ok(false);
        };
        let Ok(ours) = String::from_utf8(file.bytes) else {
            draft.problem(path.clone(), None, "it is not UTF-8".to_owned(), String::new());
            return Ok(false);
        };
        let pristine = written.is_pristine(path, &ours);
        let (text, conflicts) = match pristine {
            true => (in_line_ends_of(&ours, wanted), Vec::new()),
            false => match python::merge(&old.to_text(), &ours, &new.to_text()) {
                Ok(merged) => (merged.text, merged.conflicts),
                Err(line) => {
                    let snippet = changed_lines(&old.to_text(), &new.to_text());
                    draft.problem(
                        path.clone(),
                        Some(line),
                        "this is not valid Python".into(),
                        snippet,
                    );
                    return Ok(false);
                }
            },
        };
        self.report(draft, path, &conflicts);
        draft.edit(path.clone(), text.into_bytes(), self.why)?;
        Ok(!pristine)
    }

    /// A test may be left out; what the service runs on may not.
    fn gone(&self, draft: &mut Draft<'_>, path: &RelPath, [old, new]: [&File; 2]) {
        if path.as_str().starts_with("tests/") {
            return draft.note(format!("`{path}` is not there, and stays so"));
        }
        let snippet = changed_lines(&old.to_text(), &new.to_text());
        let reason = "it is not there: make this change where its code is now".to_owned();
        draft.problem(path.clone(), None, reason, snippet);
    }

    fn report(&self, draft: &mut Draft<'_>, path: &RelPath, conflicts: &[Conflict]) {
        for Conflict { line, reason, base, theirs, .. } in conflicts {
            match self.markers {
                true => draft.warn(format!("{path}:{line}: {reason}: choose between the markers")),
                false => {
                    let snippet = changed_lines(base, theirs);
                    draft.problem(path.clone(), Some(*line), reason.clone(), snippet);
                    draft.way_out("or give --merge, which writes both with markers, for an editor");
                }
            }
        }
    }

    /// Plans the migration, where the domain has one of ours.
    ///
    /// # Errors
    /// Fails with exit code 4 where there are several heads.
    pub fn migration(&self, alteration: &Alteration, draft: &mut Draft<'_>) -> Result<()> {
        let mut all = targets(self.after, self.known)?;
        all.extend(targets(self.before, self.known)?);
        let migrations = Migrations::read(draft)?;
        let parent = migrations.head()?.map(str::to_owned);
        let act = alteration.title(self.after);
        let id = revision_id(&act, self.after, &migrations);
        let revision = Revision { id, parent, drops: false };
        let (path, file) = render::altering(self.after, &all, alteration, &revision)?;
        draft.migration(path.as_str());
        draft.create(path, file, "the migration")?;
        draft.next("just migrate");
        Ok(())
    }
}

/// Returns `text` with the line ends that `ours` has throughout.
fn in_line_ends_of(ours: &str, text: &str) -> String {
    match ours.contains("\r\n") {
        true => text.replace('\n', "\r\n"),
        false => text.to_owned(),
    }
}

/// What the project keeps of the files of a domain as they were written.
struct Written {
    texts: BTreeMap<String, String>,
}

impl Written {
    fn read(draft: &Draft<'_>, module: &str) -> Result<Written> {
        let path = RelPath::parse(&Domain::base_path(module))?;
        let kept = draft.read(&path)?.and_then(|file| texts(&file.bytes));
        let texts = kept.ok_or_else(|| {
            Error::not_applied(format!("`{path}` is no usable record"))
                .at(path.as_str())
                .hint(format!("git checkout -- {path}"))
        })?;
        Ok(Written { texts })
    }

    /// Tells whether a file is as it was written.
    fn is_pristine(&self, path: &RelPath, text: &str) -> bool {
        let plain = text.replace("\r\n", "\n");
        let uniform = plain == text || text.matches('\n').count() == text.matches("\r\n").count();
        uniform && self.texts.get(path.as_str()) == Some(&plain)
    }

    /// Returns what was written with what differs between `old` and `new`: another version of the
    /// tool may have written it.
    fn with_change(&self, path: &RelPath, old: &File, new: &File) -> String {
        let written = self.texts.get(path.as_str()).map_or("", String::as_str);
        if written.is_empty() || written.as_bytes() == old.bytes {
            return new.to_text();
        }
        match python::merge(&old.to_text(), written, &new.to_text()) {
            Ok(merged) if merged.conflicts.is_empty() => merged.text,
            _ => new.to_text(),
        }
    }
}
