//! Rules that each module of `app` keeps by itself.

use super::Finding;
use super::leftovers::has_conflict;
use super::sight::{Sight, module_name};
use crate::edit::python::{Class, Import, Scan};
use crate::model::Options;
use crate::project::layers::{self, Breach, Layer, is_within};
use crate::project::parallel;

/// What a domain's model derives from.
const BASES: &[&str] = &["app.domains.base.models.Base", "sqlalchemy.orm.DeclarativeBase"];

/// Looks at every module that is not as we wrote it.
pub fn look(sight: &Sight<'_>, options: &Options) -> Vec<Finding> {
    let layers = layers::layers(options);
    let mut sources = sight.written();
    sources.retain(|(path, _)| path.starts_with("app/") && path.ends_with(".py"));
    let found = parallel::each(&sources, |(path, text)| module(path, text, &layers));
    found.into_iter().flatten().collect()
}

fn module(path: &str, text: &str, layers: &[Layer]) -> Vec<Finding> {
    let (name, package) = module_name(path);
    let scan = match Scan::parse(text, &package) {
        Ok(scan) => scan,
        // Its markers are found as such.
        Err(_) if has_conflict(text) => return Vec::new(),
        Err(line) => {
            let finding = Finding::new("syntax", path, line);
            return vec![finding.says("this is not valid Python", "uv run ruff check")];
        }
    };
    let imports = scan.imports();
    let mut findings: Vec<_> =
        imports.iter().filter_map(|import| breach(path, &name, import, layers)).collect();
    findings.extend(commits(path, &name, &scan));
    findings.extend(statements(path, &name, &scan));
    if !is_within(&name, "app.domains") {
        let models = scan.classes().into_iter().filter(|class| is_model(class, &imports));
        findings.extend(models.map(|class| model(path, &class)));
    }
    findings
}

fn breach(path: &str, module: &str, import: &Import, layers: &[Layer]) -> Option<Finding> {
    let name = &import.name;
    let (message, fix) = match layers::breach(layers, module, name)? {
        Breach::Layer("app", _) => (
            format!("`app` imports `{name}`, which is not shipped with it"),
            "move what both need into `app`".to_owned(),
        ),
        Breach::Layer(layer, forbidden) => {
            let layer = layer.replace('.', "/");
            let what = if forbidden.starts_with("app.") { "lies above it" } else { "is not for it" };
            (format!("`{layer}` imports `{name}`, which {what}"), format!("pass in what `{layer}` needs, or move this to where `{forbidden}` may be imported"))
        }
        Breach::Domain => (
            format!("a domain reaches into another: it imports `{name}`"),
            "call the other domain's service; only its `service` and `exceptions` are open, and to models its `models`".to_owned(),
        ),
        Breach::Factory => (
            format!("the service imports `{name}`, which makes rows for tests"),
            "import factories in tests only".to_owned(),
        ),
    };
    Some(Finding::new("layers", path, import.line).says(message, fix))
}

fn commits(path: &str, module: &str, scan: &Scan<'_>) -> Vec<Finding> {
    if !layers::WITHOUT_COMMITS.iter().any(|package| is_within(module, package)) {
        return Vec::new();
    }
    let calls = scan.method_calls(&["commit", "rollback"]).into_iter();
    let finding = |(name, line)| {
        let message = format!("`{name}` ends a transaction that is not its own");
        let fix =
            "flush instead; the unit of work commits once, in `app/infrastructure/database.py`";
        Finding::new("commits", path, line).says(message, fix)
    };
    calls.map(finding).collect()
}

fn statements(path: &str, module: &str, scan: &Scan<'_>) -> Vec<Finding> {
    let may = path.ends_with("repository.py") || path.ends_with("factory.py");
    if may || !is_within(module, "app.domains") {
        return Vec::new();
    }
    let finding = |line| {
        let message = "a statement runs outside of a repository";
        let fix = "move it to the domain's `repository.py`, where rows are narrowed to the caller";
        Finding::new("statements", path, line).says(message, fix)
    };
    scan.uses_of("self.session").into_iter().map(finding).collect()
}

fn is_model(class: &Class, imports: &[Import]) -> bool {
    let is_base = |written: &String| {
        imports.iter().filter(|import| !import.bound.is_empty()).any(|import| {
            let rest = written.strip_prefix(&*import.bound);
            rest.is_some_and(|rest| BASES.contains(&&*format!("{}{rest}", import.name)))
        })
    };
    class.has_table || class.bases.iter().any(is_base)
}

fn model(path: &str, class: &Class) -> Finding {
    let message = format!("the model `{}` stands outside of `app/domains`", class.name);
    let fix = "move it to the `models.py` of a domain, where migrations and tests find it";
    Finding::new("models", path, class.line).says(message, fix)
}
