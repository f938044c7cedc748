//! Makes text of the embedded templates. Decides nothing and writes nothing.

mod domain;
mod filters;
mod flow;
mod python;

use std::borrow::Cow;
use std::collections::BTreeMap;

use anyhow::Context as _;
use include_dir::{Dir, include_dir};
use minijinja::syntax::SyntaxConfig;
use minijinja::value::Serde;
use minijinja::{Environment, UndefinedBehavior, Value};
use serde::Serialize;

use crate::error::{Error, Result};
use crate::model::Manifest;
use crate::tree::{File, RelPath};

pub use domain::{Alteration, Fill, Revision, Target, altering, domain, migration, unreadable};
pub use flow::{deployment, flow};

static TEMPLATES: Dir<'_> = include_dir!("$CARGO_MANIFEST_DIR/templates");

/// Ends the name of every template, so that no tool takes it for what it becomes.
const ENDING: &str = ".j2";

/// Everything that a template may name.
#[derive(Debug, Serialize)]
struct Context {
    project: Project,
    /// What the project has, by the names of the catalogue's features.
    has: BTreeMap<&'static str, bool>,
}

#[derive(Debug, Serialize)]
struct Project {
    name: String,
    slug: String,
    snake: String,
    test_database: String,
    title: String,
    description: String,
    author_name: String,
    author_email: String,
    repository: String,
    license: &'static str,
    python: &'static str,
}

impl Context {
    fn new(manifest: &Manifest) -> Self {
        let name = &manifest.name;
        let project = Project {
            name: name.as_str().to_owned(),
            slug: name.slug(),
            snake: name.snake(),
            test_database: name.test_database(),
            title: name.title(),
            description: manifest.description.as_str().to_owned(),
            author_name: manifest.author.name.as_str().to_owned(),
            author_email: manifest.author.email.clone(),
            repository: manifest.repository.as_str().to_owned(),
            license: manifest.options.get("license"),
            python: manifest.options.get("python"),
        };
        Context { project, has: manifest.options.features() }
    }
}

/// Returns every file of a new project.
///
/// # Errors
/// Fails only where a template is broken, which a test of ours would have found.
pub fn project(manifest: &Manifest) -> Result<BTreeMap<RelPath, File>> {
    let sources = sources()?;
    let environment = environment();
    let context = Context::new(manifest);
    let values = Value::from(Serde(&context));
    let mut files = BTreeMap::new();
    for (source, template) in &sources {
        if let Some(path) = destination(source, &context.has) {
            files.insert(RelPath::parse(path)?, render(&environment, path, template, &values)?);
        }
    }
    let license = format!("licenses/{}", manifest.options.get("license"));
    let template = &sources[&license];
    files.insert(RelPath::parse("LICENSE")?, render(&environment, "LICENSE", template, &values)?);
    Ok(files)
}

/// Returns where in a project the template `source` goes, if it goes into one that has `features`.
///
/// What is always there lies in `project/`, all else in `with/<condition>/`: features joined by `+`,
/// each of which may begin with `not-`.
fn destination<'a>(source: &'a str, features: &BTreeMap<&str, bool>) -> Option<&'a str> {
    if let Some(path) = source.strip_prefix("project/") {
        return Some(path);
    }
    let (condition, path) = source.strip_prefix("with/")?.split_once('/')?;
    let holds = |term: &str| match term.strip_prefix("not-") {
        Some(name) => !features[&*name.replace('-', "_")],
        None => features[&*term.replace('-', "_")],
    };
    condition.split('+').all(holds).then_some(path)
}

fn render(
    environment: &Environment<'_>,
    path: &str,
    template: &str,
    context: &Value,
) -> Result<File> {
    // Most templates hold nothing to fill in; parsing them would be most of the work.
    let text = match template.contains('«') {
        true => environment.render_named_str(path, template, context.clone()).map_err(|error| {
            Error::failed(format!("template `{path}` is broken")).because(error)
        })?,
        false => template.to_owned(),
    };
    Ok(File { executable: path.ends_with(".sh"), ..File::text(text) })
}

fn environment() -> Environment<'static> {
    // Guillemets occur in none of the languages we write, so nothing needs escaping.
    let syntax = SyntaxConfig::builder()
        .block_delimiters("«%", "%»")
        .variable_delimiters("«", "»")
        .comment_delimiters("«#", "#»")
        .trim_blocks(true)
        .lstrip_blocks(true)
        .keep_trailing_newline(true)
        .build()
        .expect("the delimiters are distinct and not empty");
    let mut environment = Environment::new();
    environment.set_syntax(syntax);
    environment.set_undefined_behavior(UndefinedBehavior::Strict);
    environment.add_filter("quoted", filters::quoted);
    environment.add_filter("markdown", filters::markdown);
    environment.add_filter("lower", |text: &str| text.to_ascii_lowercase());
    environment
}

/// The templates by path, without their ending.
type Sources = BTreeMap<String, Cow<'static, str>>;

fn sources() -> Result<Sources> {
    match std::env::var_os("DDD_FORGE_TEMPLATES") {
        Some(directory) if cfg!(debug_assertions) => on_disk(directory.as_ref()),
        _ => Ok(embedded(&TEMPLATES)),
    }
}

fn embedded(directory: &'static Dir<'static>) -> Sources {
    let mut sources = BTreeMap::new();
    for file in directory.files() {
        let path = file.path().to_string_lossy().replace('\\', "/");
        if let (Some(path), Some(text)) = (path.strip_suffix(ENDING), file.contents_utf8()) {
            sources.insert(path.to_owned(), Cow::Borrowed(text));
        }
    }
    directory.dirs().for_each(|child| sources.extend(embedded(child)));
    sources
}

/// Reads the templates from a directory: an edit shows without building.
fn on_disk(directory: &std::path::Path) -> Result<Sources> {
    let mut sources = BTreeMap::new();
    for entry in walkdir::WalkDir::new(directory).sort_by_file_name() {
        let entry = entry.context("cannot read the templates").map_err(failed)?;
        let relative = entry.path().strip_prefix(directory).unwrap_or(entry.path());
        if let Some(path) = relative.to_string_lossy().replace('\\', "/").strip_suffix(ENDING) {
            let text = std::fs::read_to_string(entry.path())
                .with_context(|| format!("cannot read `{}`", entry.path().display()))
                .map_err(failed)?;
            sources.insert(path.to_owned(), Cow::Owned(text));
        }
    }
    Ok(sources)
}

fn failed(source: anyhow::Error) -> Error {
    Error::failed("the templates cannot be used").because(source)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Author, Options, ProjectName, Repository, Text};

    fn manifest(name: &str) -> Manifest {
        Manifest {
            version: "0.1.0".to_owned(),
            name: ProjectName::parse(name).unwrap(),
            description: Text::parse("description", "A shop").unwrap(),
            author: Author::parse("Jane Doe <jane@example.com>").unwrap(),
            repository: Repository::parse("acme/shop").unwrap(),
            options: Options::default(),
        }
    }

    #[test]
    fn every_file_below_templates_is_a_template() {
        fn check(directory: &Dir<'_>) {
            for file in directory.files() {
                assert!(file.path().to_string_lossy().ends_with(ENDING), "{:?}", file.path());
                assert!(file.contents_utf8().is_some(), "{:?} is not UTF-8", file.path());
            }
            directory.dirs().for_each(check);
        }
        check(&TEMPLATES);
    }

    #[test]
    fn no_template_names_a_variable_outside_the_context() {
        let project = serde_json::to_value(Context::new(&manifest("shop"))).unwrap();
        let flow = serde_json::to_value(flow::tests::context()).unwrap();
        let environment = environment();
        let checked = |path: &String| !["domain/", "fields/"].iter().any(|of| path.starts_with(of));
        for (path, text) in embedded(&TEMPLATES).into_iter().filter(|(path, _)| checked(path)) {
            let template = environment.template_from_named_str(&path, &text).unwrap();
            let of_project = ["project/", "with/", "licenses/"].iter().any(|d| path.starts_with(d));
            let known = if of_project { &project } else { &flow };
            for variable in template.undeclared_variables(true) {
                let found = variable.split('.').try_fold(known, |value, key| value.get(key));
                assert!(found.is_some(), "`{path}` names `{variable}`");
            }
        }
    }

    #[test]
    fn every_template_has_a_place_of_its_own_in_every_combination() {
        let sources = embedded(&TEMPLATES);
        for options in Options::combinations() {
            let features = options.features();
            let mut places = std::collections::BTreeSet::new();
            for path in sources.keys().filter_map(|source| destination(source, &features)) {
                assert!(places.insert(path), "`{path}` comes twice with {options:?}");
            }
        }
    }

    #[test]
    fn every_condition_holds_in_some_combination_and_not_in_all() {
        let combinations = Options::combinations();
        for source in embedded(&TEMPLATES).keys().filter(|source| source.starts_with("with/")) {
            let holds = |options: &Options| destination(source, &options.features()).is_some();
            let count = combinations.iter().filter(|options| holds(options)).count();
            assert!((1..combinations.len()).contains(&count), "{source}");
        }
    }

    #[test]
    fn nothing_of_a_template_is_left_in_a_file() {
        let all = Options::combinations().into_iter();
        let all = all.map(|options| project(&Manifest { options, ..manifest("shop") }).unwrap());
        let mut seen = std::collections::HashSet::new();
        for (path, file) in all.flatten().filter(|(_, file)| seen.insert(file.bytes.clone())) {
            let text = String::from_utf8(file.bytes).unwrap();
            assert!(!text.contains(['«', '»']), "{path}");
            assert!(text.is_empty() || text.ends_with('\n'), "{path} has no final newline");
            assert!(!text.ends_with("\n\n"), "{path} ends with an empty line");
            assert!(!text.contains("\n\n\n\n") && !text.contains('\r'), "{path}");
            assert!(text.lines().all(|line| line.trim_end() == line), "{path} has trailing space");
        }
    }
}
