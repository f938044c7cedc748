//! The project as the rules look at it: what is tracked, and the texts that may break a rule.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use crate::error::Result;
use crate::project::drift::{self, Record};
use crate::project::{self, Ignored, VERSIONS, parallel};
use crate::tree::{RelPath, Tree};

/// What is searched for words, by its ending; a name without one is, too.
const TEXTS: &[&str] = &[
    "py", "toml", "yml", "yaml", "md", "txt", "cfg", "ini", "json", "sh", "html", "css", "js",
    "ts", "mako", "rst",
];

/// The project, read once.
pub struct Sight<'t> {
    /// Its files.
    pub tree: &'t dyn Tree,
    /// The records of what we wrote.
    pub records: Vec<Record>,
    /// The files that git tracks or would track.
    pub paths: BTreeSet<RelPath>,
    /// The texts of those that may break a rule, and of those that register something.
    texts: BTreeMap<RelPath, Text>,
}

/// A text.
struct Text {
    text: String,
    /// Whether it is as we wrote it, and so keeps the rules.
    pristine: bool,
}

impl<'t> Sight<'t> {
    /// Reads the project whose files are `tree`.
    ///
    /// # Errors
    /// Fails where a file that we wrote cannot be read.
    pub fn read(tree: &'t dyn Tree) -> Result<Sight<'t>> {
        let records = drift::records(tree)?;
        // One that cannot be read is a finding of its own.
        let recorded = |record: &Record| drift::files_of(tree, record).unwrap_or_default();
        let hashes: HashMap<_, _> =
            parallel::each(&records, recorded).into_iter().flatten().collect();
        let ignored = Ignored::read(tree)?;
        let paths = tree.walk(&|path, directory| !ignored.has(path, directory))?;
        let seen = parallel::each(&paths, |path| look(tree, path, hashes.get(path)));
        let mut texts = BTreeMap::new();
        for (path, text) in paths.iter().zip(seen) {
            texts.extend(text?.map(|text| (path.clone(), text)));
        }
        Ok(Sight { tree, records, paths: paths.into_iter().collect(), texts })
    }

    /// Returns the text of a file that somebody wrote or changed, or that registers something.
    pub fn text(&self, path: &str) -> Option<&str> {
        self.texts.get(&RelPath::parse(path).ok()?).map(|text| &*text.text)
    }

    /// Returns the text of any file that can be read as one.
    pub fn any_text(&self, path: &str) -> Option<String> {
        match self.text(path) {
            Some(text) => Some(text.to_owned()),
            None => project::text(self.tree, path).ok()?,
        }
    }

    /// Returns the texts in a directory, those below it included.
    pub fn below<'s>(&'s self, directory: &'s str) -> impl Iterator<Item = (&'s str, &'s str)> {
        let texts = self.texts.iter().map(|(path, text)| (path.as_str(), &*text.text));
        texts.filter(move |(path, _)| is_below(path, directory))
    }

    /// Returns the texts that are not as we wrote them.
    pub fn written(&self) -> Vec<(&str, &str)> {
        let texts = self.texts.iter().filter(|(_, text)| !text.pristine);
        texts.map(|(path, text)| (path.as_str(), &*text.text)).collect()
    }

    /// Tells whether a file is there.
    pub fn has(&self, path: &str) -> bool {
        RelPath::parse(path).is_ok_and(|path| self.paths.contains(&path))
    }

    /// Tells whether a directory is there with a file in it.
    pub fn has_below(&self, directory: &str) -> bool {
        let Ok(start) = RelPath::parse(directory) else { return false };
        // What sorts between a directory and what is in it, such as `a-b` or `a.py`, is passed over.
        let mut near =
            self.paths.range(start..).take_while(|path| path.as_str().starts_with(directory));
        near.any(|path| is_below(path.as_str(), directory))
    }

    /// Tells whether the project has a module of that dotted name.
    pub fn has_module(&self, name: &str) -> bool {
        let path = name.replace('.', "/");
        self.has(&format!("{path}.py")) || self.has_below(&path)
    }
}

/// Returns the text of a file if it is one that the rules look at.
fn look(tree: &dyn Tree, path: &RelPath, hash: Option<&String>) -> Result<Option<Text>> {
    let name = path.as_str();
    let file = match hash {
        Some(_) => tree.read(path)?,
        // Somebody's pipe, or a link to nowhere, breaks no rule.
        None if is_text(name) => tree.read(path).ok().flatten(),
        None => None,
    };
    let Some(file) = file else { return Ok(None) };
    let pristine = hash.is_some_and(|hash| drift::is_as_written(&file.bytes, hash));
    if pristine && !registers(name) {
        return Ok(None);
    }
    Ok(String::from_utf8(file.bytes).ok().map(|text| Text { text, pristine }))
}

/// Tells whether a file is one in which people write.
fn is_text(path: &str) -> bool {
    let name = path.rsplit('/').next().unwrap_or(path);
    let ending = name.trim_start_matches('.').rsplit_once('.').map(|(_, ending)| ending);
    ending.is_none_or(|ending| TEXTS.contains(&ending)) || name.starts_with(".env")
}

/// Tells whether a file names others, which may be missing in it though it is as we wrote it.
fn registers(path: &str) -> bool {
    let directory = path.rsplit_once('/').map_or("", |(directory, _)| directory);
    matches!(directory, "app/api" | "app/workers/flows" | VERSIONS)
        || matches!(path, super::flows::SERVER | super::flows::DEPLOYMENTS)
}

fn is_below(path: &str, directory: &str) -> bool {
    path.strip_prefix(directory).is_some_and(|rest| rest.starts_with('/'))
}

/// Returns the dotted name of the module at `path`, and that of its package.
pub fn module_name(path: &str) -> (String, String) {
    let name = path.strip_suffix(".py").unwrap_or(path).replace('/', ".");
    match name.strip_suffix(".__init__") {
        Some(package) => (package.to_owned(), package.to_owned()),
        None => {
            let package = name.rsplit_once('.').map_or("", |(package, _)| package).to_owned();
            (name, package)
        }
    }
}
