//! The domains of a project, as their records tell.

use super::{parallel, text};
use crate::error::{Error, Result};
use crate::model::{DOMAINS, Domain, Options, Scope};
use crate::tree::{RelPath, Tree};

/// What others must know of a domain.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Known {
    /// Its package.
    pub module: String,
    /// The class of its rows.
    pub class: String,
    /// Its table.
    pub table: String,
    /// Its path.
    pub route: String,
    /// Who sees its rows; `None` for users, who see themselves.
    pub scope: Option<Scope>,
}

/// Returns the domains that were added, by the names in their records, sorted.
///
/// Reads the first lines of each record only: a project may have a thousand.
///
/// # Errors
/// Fails where a record cannot be read, with exit code 4 for one that is not whole.
pub fn known_domains(tree: &dyn Tree) -> Result<Vec<Known>> {
    parallel::each(&modules(tree)?, |module| known(tree, module)).into_iter().collect()
}

fn known(tree: &dyn Tree, module: &str) -> Result<Known> {
    let path = Domain::path(module);
    let record = text(tree, &path)?.unwrap_or_default();
    let word = |key: &str| {
        let value = record.lines().find_map(|line| line.strip_prefix(key)?.strip_prefix(" = \""));
        value.and_then(|value| value.strip_suffix('"')).map(str::to_owned).ok_or_else(|| {
            Error::not_applied(format!("`{path}` has no usable `{key}`"))
                .at(&path)
                .hint(format!("git checkout -- {path}"))
        })
    };
    let scope = word("scope")?;
    Ok(Known {
        class: word("class")?,
        table: word("table")?,
        route: word("route")?,
        scope: Scope::ALL.into_iter().find(|each| each.name() == scope),
        module: module.to_owned(),
    })
}

/// Returns the packages of the domains that were added, sorted.
///
/// # Errors
/// Fails where the records cannot be listed.
pub fn modules(tree: &dyn Tree) -> Result<Vec<String>> {
    let names = tree.entries(&RelPath::parse(DOMAINS)?)?;
    let mut modules: Vec<_> =
        names.iter().filter_map(|name| name.strip_suffix(".toml")).map(str::to_owned).collect();
    modules.sort();
    Ok(modules)
}

/// Returns the record of the domain called `module`, if there is one.
///
/// # Errors
/// Fails where it cannot be read, with exit code 4 where it is not whole.
pub fn domain(tree: &dyn Tree, module: &str) -> Result<Option<Domain>> {
    let path = Domain::path(module);
    text(tree, &path)?.map(|record| Domain::parse(&path, &record)).transpose()
}

/// Returns the users, a domain that every project has.
pub fn users() -> Known {
    let word = |text: &str| text.to_owned();
    Known {
        module: word("users"),
        class: word("User"),
        table: word("users"),
        route: word("users"),
        scope: None,
    }
}

/// Returns the tables and the classes that a project with `options` has from the start.
pub fn taken(options: &Options) -> Vec<(&'static str, &'static str)> {
    let features = options.features();
    let mut taken = vec![("users", "User"), ("alembic_version", "")];
    if features["api_keys"] {
        taken.push(("api_keys", "APIKey"));
    }
    if features["clerk"] {
        taken.extend([
            ("clerk_identities", "ClerkIdentity"),
            ("webhook_deliveries", "WebhookDelivery"),
        ]);
    }
    taken
}
