//! The layers of a service, and what may not be imported where: the rules that the service's own
//! tests enforce, in `tests/architecture/test_layers.py`.

use crate::model::Options;

const WEB: &[&str] = &["fastapi", "starlette"];
const FLOWS: &[&str] = &["prefect", "prefect_sqlalchemy"];

/// Only these two of a domain are for other domains: what it does, and nothing of how.
const OPEN_TO_OTHERS: &[&str] = &["service", "exceptions"];

/// Relationships lead from model to model, and a test's row may need one of another domain.
const OPEN_TO_THEIR_LIKE: &[&str] = &["models", "factory"];

/// The packages that end no transaction.
pub const WITHOUT_COMMITS: &[&str] = &["app.domains", "app.api", "app.workers"];

/// A layer, and what nothing in it imports.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Layer {
    /// Its package.
    pub package: &'static str,
    /// Packages that are above it, or none of its business.
    pub forbidden: Vec<&'static str>,
}

/// Returns the layers of a project with `options`.
pub fn layers(options: &Options) -> Vec<Layer> {
    let features = options.features();
    let (prefect, logfire) = (features["prefect"], features["logfire"]);
    let some = |wanted: bool, names: &'static [&'static str]| if wanted { names } else { &[] };
    let delivery = [&["app.api"], some(prefect, &["app.workers"]), &["app.scripts"]].concat();
    let flows = some(prefect, FLOWS);
    let domains =
        [&delivery, &["app.infrastructure"][..], WEB, flows, some(logfire, &["logfire"])].concat();
    let mut layers = vec![
        Layer { package: "app.domains", forbidden: domains },
        Layer { package: "app.infrastructure", forbidden: delivery },
        Layer {
            package: "app.api",
            forbidden: [some(prefect, &["app.workers"]), &["app.scripts"], flows].concat(),
        },
    ];
    if prefect {
        let forbidden = [&["app.api", "app.scripts"], WEB].concat();
        layers.push(Layer { package: "app.workers", forbidden });
    }
    layers.push(Layer { package: "app", forbidden: vec!["tests", "scripts"] });
    layers
}

/// Why something may not be imported where it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Breach {
    /// A layer reaches upwards: the layer, and what it may not import.
    Layer(&'static str, &'static str),
    /// A domain reaches into another.
    Domain,
    /// What makes rows for tests is in the service.
    Factory,
}

/// Returns why the module `importer` may not import `imported`, if it may not.
pub fn breach(layers: &[Layer], importer: &str, imported: &str) -> Option<Breach> {
    for layer in layers.iter().filter(|layer| is_within(importer, layer.package)) {
        if let Some(forbidden) = layer.forbidden.iter().find(|name| is_within(imported, name)) {
            return Some(Breach::Layer(layer.package, forbidden));
        }
    }
    if is_within(importer, "app.domains") && is_foreign(importer, imported) {
        return Some(Breach::Domain);
    }
    let is_factory = importer.rsplit('.').next() == Some("factory");
    let wants_factory = is_within(imported, "factory") || imported.contains(".factory");
    (is_within(importer, "app") && !is_factory && wants_factory).then_some(Breach::Factory)
}

/// Tells whether a dotted name is the package or something in it.
pub fn is_within(name: &str, package: &str) -> bool {
    name.strip_prefix(package).is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
}

/// Tells whether one domain reaches into another.
pub fn is_foreign(importer: &str, imported: &str) -> bool {
    if !is_within(imported, "app.domains") || imported == "app.domains" {
        return false;
    }
    let (own, kind) = (part(importer, 2), part(importer, 3));
    let (domain, module) = (part(imported, 2), part(imported, 3));
    if domain == "base" || domain == own {
        return false;
    }
    let alike = module == kind && OPEN_TO_THEIR_LIKE.contains(&module);
    own == "base" || !(alike || OPEN_TO_OTHERS.contains(&module))
}

fn part(name: &str, index: usize) -> &str {
    name.split('.').nth(index).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The test of the generated service, as its template has it.
    const GENERATED: &str =
        include_str!("../../templates/project/tests/architecture/test_layers.py.j2");

    #[test]
    fn reaching_into_a_domain_is_what_the_generated_test_says() {
        let rows = GENERATED.lines().filter_map(|line| {
            let row = line.trim().strip_prefix("(\"app.domains.")?.strip_suffix("),")?;
            let (importer, rest) = row.split_once("\", \"")?;
            let (imported, foreign) = rest.split_once("\", ")?;
            Some((format!("app.domains.{importer}"), imported.to_owned(), foreign == "True"))
        });
        let rows: Vec<_> = rows.collect();
        assert!(rows.len() >= 10, "{rows:?}");
        for (importer, imported, foreign) in rows {
            assert_eq!(is_foreign(&importer, &imported), foreign, "{importer} imports {imported}");
        }
    }

    #[test]
    fn nothing_but_test_factories_imports_factories() {
        let layers = layers(&Options::default());
        let found = |importer, imported| breach(&layers, importer, imported);
        let factory = "app.domains.users.factory.UserFactory";
        assert_eq!(found("app.domains.users.service", factory), Some(Breach::Factory));
        assert_eq!(found("app.main", "factory.alchemy"), Some(Breach::Factory));
        assert_eq!(found("app.domains.orders.factory", factory), None);
        assert_eq!(found("tests.users.conftest", factory), None);
    }

    #[test]
    fn a_layer_imports_only_what_lies_below_it() {
        let layers = layers(&Options::default());
        let found = |importer, imported| breach(&layers, importer, imported);
        let breach = Breach::Layer("app.domains", "fastapi");
        assert_eq!(found("app.domains.users.service", "fastapi.Request"), Some(breach));
        let breach = Breach::Layer("app", "scripts");
        assert_eq!(found("app.api.main", "scripts.dev_server"), Some(breach));
        assert_eq!(found("app.api.main", "app.infrastructure.config"), None);
        assert_eq!(found("app.domains.users.service", "fastapis"), None);
        assert_eq!(found("scripts.dev_server", "tests"), None);
    }
}
