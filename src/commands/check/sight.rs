//! The project as the rules look at it: what is tracked, and the texts that may break a rule.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

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
    /// Those that are as we wrote them: they keep the rules.
    pub pristine: HashSet<RelPath>,
    /// The texts of all others, and of those that register something.
    texts: BTreeMap<RelPath, String>,
}

/// What became of reading one file.
enum Seen {
    Pristine(Option<String>),
    Other(Option<String>),
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
        let (mut pristine, mut texts) = (HashSet::new(), BTreeMap::new());
        for (path, seen) in paths.iter().zip(seen) {
            let text = match seen? {
                Seen::Pristine(text) => {
                    pristine.insert(path.clone());
                    text
                }
                Seen::Other(text) => text,
            };
            texts.extend(text.map(|text| (path.clone(), text)));
        }
        Ok(Sight { tree, records, paths: paths.into_iter().collect(), pristine, texts })
    }

    /// Returns the text of a file that somebody wrote or changed, or that registers something.
    pub fn text(&self, path: &str) -> Option<&str> {
        self.texts.get(&RelPath::parse(path).ok()?).map(String::as_str)
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
        let texts = self.texts.iter().map(|(path, text)| (path.as_str(), &**text));
        texts.filter(move |(path, _)| is_below(path, directory))
    }

    /// Returns the texts that are not as we wrote them.
    pub fn written(&self) -> Vec<(&str, &str)> {
        let texts = self.texts.iter().filter(|(path, _)| !self.pristine.contains(*path));
        texts.map(|(path, text)| (path.as_str(), &**text)).collect()
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

/// Reads a file if it is ours or a text.
fn look(tree: &dyn Tree, path: &RelPath, hash: Option<&String>) -> Result<Seen> {
    let name = path.as_str();
    let text = |bytes| String::from_utf8(bytes).ok();
    let Some(hash) = hash else {
        // Somebody's pipe, or a link to nowhere, breaks no rule.
        let file = if is_text(name) { tree.read(path).ok().flatten() } else { None };
        return Ok(Seen::Other(file.and_then(|file| text(file.bytes))));
    };
    let Some(file) = tree.read(path)? else { return Ok(Seen::Other(None)) };
    Ok(match drift::is_as_written(&file.bytes, hash) {
        true if registers(name) => Seen::Pristine(text(file.bytes)),
        true => Seen::Pristine(None),
        false => Seen::Other(text(file.bytes)),
    })
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
