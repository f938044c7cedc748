//! `list`: the domains, flows and routes of a project.

use std::collections::BTreeMap;

use serde::Serialize;

use crate::error::{Error, Result};
use crate::model::{Domain, FLOWS, Flow, Manifest, OPS, Scope, Write, nearest};
use crate::natural::natural;
use crate::project::drift::{self, Owner, Record, State};
use crate::project::routes::{Access, Modules, ROUTES, Route};
use crate::project::{self, parallel};
use crate::shell::shell_line;
use crate::tree::{RelPath, Tree};

/// List the domains and flows of a project, and its routes
///
/// Nothing of it is started: domains and flows are read from their records, routes from the code where
/// it is not as it was written. Of a route it says who gets past the door, what it does, and who may;
/// `?` stands for what only running it would tell.
#[derive(Clone, Debug, clap::Args)]
pub struct Args {
    /// Only this domain, and its routes
    pub domain: Option<String>,

    /// Every route, too
    #[arg(long)]
    pub routes: bool,
}

/// What a project has.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Listing {
    /// The domains, sorted.
    pub domains: Vec<ListedDomain>,
    /// The flows that were added, sorted.
    pub flows: Vec<ListedFlow>,
    /// The routes, by path; nothing where they were not asked for.
    pub routes: Option<Vec<Route>>,
    /// What could not be read.
    #[serde(skip)]
    pub warnings: Vec<String>,
}

/// A domain.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ListedDomain {
    /// Its package.
    pub name: String,
    /// The class of its rows.
    pub class: String,
    /// Its table.
    pub table: String,
    /// Who sees which rows.
    pub scope: &'static str,
    /// Who writes them.
    pub write: &'static str,
    /// What can be done.
    pub ops: Vec<&'static str>,
    /// Its fields, each a word.
    pub fields: Vec<String>,
}

/// A flow.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ListedFlow {
    /// Its name.
    pub name: String,
    /// The domain that it works on.
    pub domain: Option<String>,
    /// The flags that asked for its schedule.
    pub schedule: Option<String>,
}

/// A domain, and what of its code is as it was written.
struct Found {
    domain: Domain,
    has_own_routes: bool,
    has_own_rules: bool,
}

/// Reads what there is; of a domain alone, where one is named.
///
/// # Errors
/// Fails where a file cannot be read, with exit code 2 for a domain that is not there.
pub fn listing(manifest: &Manifest, args: &Args, tree: &(dyn Tree + Sync)) -> Result<Listing> {
    let mut listing = Listing::default();
    let only = args.domain.as_deref().map(|name| chosen(tree, name)).transpose()?;
    let names = match &only {
        Some(name) if name == "users" => Vec::new(),
        Some(name) => vec![name.clone()],
        None => project::modules(tree)?,
    };
    let with_routes = args.routes || only.is_some();
    let found: Result<Vec<_>> =
        parallel::each(&names, |name| found(tree, name, with_routes)).into_iter().collect();
    let found: BTreeMap<String, Found> =
        found?.into_iter().map(|found| (found.domain.names.module.clone(), found)).collect();
    if with_routes {
        listing.routes = Some(routes(tree, &found, only.as_deref(), &mut listing.warnings)?);
    }
    listing.domains = found.values().map(|found| listed(&found.domain)).collect();
    listing.domains.sort_by_cached_key(|domain| natural(&domain.name));
    if only.is_none() && manifest.options.features()["prefect"] {
        listing.flows = flows(tree)?;
    }
    Ok(listing)
}

fn chosen(tree: &dyn Tree, name: &str) -> Result<String> {
    let module = name.replace('-', "_").to_ascii_lowercase();
    let mut modules = project::modules(tree)?;
    modules.push("users".to_owned());
    if modules.contains(&module) {
        return Ok(module);
    }
    let error = Error::usage(format!("there is no domain `{}`", name.escape_debug()));
    Err(match nearest(&module, modules.iter().map(String::as_str)) {
        Some(meant) => error.hint(format!("did you mean `{meant}`?")),
        None => error.hint(format!("there are {}", modules.join(", "))),
    })
}

/// Reads the record of a domain and, where its routes are asked for, what of its code is as written.
fn found(tree: &dyn Tree, module: &str, with_routes: bool) -> Result<Found> {
    let path = Domain::path(module);
    let text = project::text(tree, &path)?.unwrap_or_default();
    let domain = match Domain::read_quickly(&text) {
        Some(domain) => domain,
        None => Domain::parse(&path, &text)?,
    };
    if !with_routes {
        return Ok(Found { domain, has_own_routes: false, has_own_rules: false });
    }
    let record = Record { owner: Owner::Domain, name: module.to_owned(), path };
    let mut files = drift::files_in(&record, &text)?;
    let [routes, service, scope] = [
        format!("{ROUTES}/{module}.py"),
        format!("app/domains/{module}/service.py"),
        format!("app/domains/{module}/authorization.py"),
    ];
    files.retain(|(path, _)| [&routes, &service, &scope].iter().any(|own| path.as_str() == **own));
    let mut pristine = Vec::new();
    for (path, hash) in &files {
        if drift::state(tree, path, hash)? == State::Pristine {
            pristine.push(path.as_str());
        }
    }
    let changed = |path: &str| !pristine.contains(&path);
    let (has_own_routes, has_own_rules) = (changed(&routes), changed(&service) || changed(&scope));
    Ok(Found { domain, has_own_routes, has_own_rules })
}

fn routes(
    tree: &dyn Tree,
    found: &BTreeMap<String, Found>,
    only: Option<&str>,
    warnings: &mut Vec<String>,
) -> Result<Vec<Route>> {
    let modules = Modules::new(tree);
    let (mounts, unmounted) = modules.mounts()?;
    warnings.extend(unmounted);
    let mut routes = Vec::new();
    for (module, prefix) in mounts {
        if only.is_some_and(|only| only != module) {
            continue;
        }
        let of = found.get(&module);
        match of.filter(|of| !of.has_own_routes) {
            Some(of) => routes.extend(of.written(&prefix)),
            None => {
                let (mut read, warning) =
                    modules.routes(&format!("{ROUTES}/{module}.py"), &prefix)?;
                read.iter_mut().for_each(|route| explain(route, &module, of));
                routes.extend(read);
                warnings.extend(warning);
            }
        }
    }
    let order = |method: &Option<String>| {
        let methods = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"];
        method.as_ref().and_then(|method| methods.iter().position(|each| each == method))
    };
    routes.sort_by_cached_key(|route| (route.path.clone(), order(&route.method)));
    Ok(routes)
}

/// Says what a route that was read does, where its function is one of ours.
fn explain(route: &mut Route, module: &str, of: Option<&Found>) {
    let Some(of) = of else {
        route.domain = (module == "users").then(|| "users".to_owned());
        return;
    };
    route.domain = Some(module.to_owned());
    let op = OPS.iter().find(|op| route.function == format!("{module}_{}", op.replace('-', "_")));
    if let Some(op) = op.filter(|op| of.domain.has(op)) {
        of.rules(route, op);
    }
}

impl Found {
    /// Returns the routes of a domain whose code is as it was written.
    fn written(&self, prefix: &str) -> Vec<Route> {
        let names = &self.domain.names;
        let file = format!("{ROUTES}/{}.py", names.module);
        let route = |op: &&'static str| {
            let (method, path) = self.domain.route(op);
            let mut route = Route {
                method: Some(method.to_owned()),
                path: Some(format!("{prefix}{path}")),
                access: Access::SignedIn,
                domain: Some(names.module.clone()),
                scope: None,
                action: None,
                allowed: None,
                file: file.clone(),
                line: None,
                function: String::new(),
            };
            self.rules(&mut route, op);
            route
        };
        self.domain.ops.iter().map(route).collect()
    }

    /// Says who may do what; nothing where the code that decides is another than was written.
    fn rules(&self, route: &mut Route, op: &'static str) {
        route.action = Some(op);
        if self.has_own_rules {
            return;
        }
        let (scope, write) = (self.domain.scope, self.domain.write);
        route.scope = Some(scope.name());
        let reads = match scope {
            Scope::Owner => "owner",
            Scope::Public => "everyone",
            Scope::Admin => "admins",
        };
        route.allowed = Some(match (op, write) {
            ("list" | "read", _) => reads,
            (_, Write::Admin) => "admins",
            ("create" | "bulk-create", _) | (_, Write::Any) => "everyone",
            (_, Write::Owner) => "owner",
        });
    }
}

fn listed(domain: &Domain) -> ListedDomain {
    ListedDomain {
        name: domain.names.module.clone(),
        class: domain.names.class.clone(),
        table: domain.names.table.clone(),
        scope: domain.scope.name(),
        write: domain.write.name(),
        ops: domain.ops.clone(),
        fields: domain.words(),
    }
}

fn flows(tree: &dyn Tree) -> Result<Vec<ListedFlow>> {
    let mut flows = Vec::new();
    for name in tree.entries(&RelPath::parse(FLOWS)?)? {
        if !name.ends_with(".toml") {
            continue;
        }
        let path = format!("{FLOWS}/{name}");
        let flow = Flow::parse(&path, &project::text(tree, &path)?.unwrap_or_default())?;
        let timed = Flow { domain: None, tests: true, ..flow.clone() };
        let schedule = Some(shell_line(&timed.flags())).filter(|flags| !flags.is_empty());
        flows.push(ListedFlow {
            name: flow.name.as_str().to_owned(),
            domain: flow.domain,
            schedule,
        });
    }
    flows.sort_by_cached_key(|flow| natural(&flow.name));
    Ok(flows)
}

impl Listing {
    /// Returns it as lines for people.
    pub fn text(&self) -> String {
        let mut text = String::new();
        for domain in &self.domains {
            let ListedDomain { name, scope, write, ops, fields, .. } = domain;
            text += &format!("{name}  scope {scope}, write {write}: {}\n", ops.join(" "));
            fields.iter().for_each(|field| text += &format!("    {field}\n"));
        }
        let flow = |flow: &ListedFlow| {
            let or = |text: &Option<String>| text.clone().unwrap_or_else(|| "–".to_owned());
            vec![flow.name.clone(), or(&flow.domain), or(&flow.schedule)]
        };
        text += &section("flows", self.flows.iter().map(flow).collect());
        text += &section("routes", self.routes.iter().flatten().map(columns).collect());
        text
    }
}

/// Returns what people see of a route: what it is, who gets in, what it does, and who may.
fn columns(route: &Route) -> Vec<String> {
    let or = |text: Option<&str>, other: &str| text.unwrap_or(other).to_owned();
    let unknown = if route.action.is_some() { "?" } else { "" };
    vec![
        or(route.method.as_deref(), "?"),
        or(route.path.as_deref(), "?"),
        route.access.words().to_owned(),
        or(route.action, ""),
        or(route.allowed, unknown),
    ]
}

/// Returns rows below their title, each column as wide as its widest cell.
fn section(title: &str, rows: Vec<Vec<String>>) -> String {
    let Some(first) = rows.first() else { return String::new() };
    let width = |column: usize| {
        rows.iter().map(|row| row[column].chars().count()).max().unwrap_or_default()
    };
    let widths: Vec<_> = (0..first.len()).map(width).collect();
    let line = |row: &Vec<String>| {
        let cells = row.iter().zip(&widths).map(|(cell, width)| format!("{cell:<width$}"));
        format!("    {}\n", cells.collect::<Vec<_>>().join("  ").trim_end())
    };
    format!("\n{title}\n{}", rows.iter().map(line).collect::<String>())
}
