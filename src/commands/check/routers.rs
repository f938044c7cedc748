//! Routers: each is included somewhere, and what is included is there.

use std::collections::{BTreeMap, HashSet};

use super::sight::{Sight, module_name};
use super::{Finding, Mend};
use crate::edit::python::{Import, Scan};

/// What lists the routers.
const LIST: &str = "app/api/router.py";
const ROUTES: &str = "app/api/routes";
const PACKAGE: &str = "app.api.routes.";
const ROUTER: &str = "router";

/// The modules that may include routers: what each imports, by its dotted name.
type Includers = BTreeMap<String, (String, Vec<Import>)>;

/// Looks for routers that nobody includes, and for those that are gone.
pub fn look(sight: &Sight<'_>) -> Vec<Finding> {
    let (mut includers, mut used) = (Includers::new(), HashSet::new());
    for (path, text) in sight.below("app/api").filter(|(path, text)| may_include(path, text)) {
        let (module, package) = module_name(path);
        match Scan::parse(text, &package) {
            Ok(scan) => {
                let imports = scan.imports();
                used_names(&scan, &imports, &mut used);
                includers.insert(module, (path.to_owned(), imports));
            }
            // That it cannot be read is found elsewhere; nothing is known of what it includes.
            Err(_) if path == LIST => return Vec::new(),
            Err(_) => {}
        }
    }
    let mut findings = missing(sight, &includers);
    let known: HashSet<_> = includers
        .iter()
        .flat_map(|(module, (_, imports))| passed_on(module, imports, &used))
        .collect();
    for path in &sight.paths {
        let path = path.as_str();
        if !is_route(path) || !path.ends_with(".py") {
            continue;
        }
        let name = format!("{}.{ROUTER}", module_name(path).0);
        if !used.contains(&name)
            && !known.contains(&*name)
            && let Some(line) = line(sight, path)
        {
            findings.push(unregistered(path, line));
        }
    }
    findings
}

/// Tells whether a module may include routers of others; most modules of routes only make their own.
fn may_include(path: &str, text: &str) -> bool {
    text.contains(if is_route(path) { "include_router" } else { ROUTER })
}

fn is_route(path: &str) -> bool {
    path.strip_prefix(ROUTES).is_some_and(|rest| rest.starts_with('/'))
}

/// Adds the dotted names of what a module imports and uses.
fn used_names(scan: &Scan<'_>, imports: &[Import], used: &mut HashSet<String>) {
    let words = scan.used();
    for Import { name, bound, .. } in imports {
        if words.contains(&**bound) {
            used.insert(name.clone());
        }
        if words.contains(&*format!("{bound}.{ROUTER}")) {
            used.insert(format!("{name}.{ROUTER}"));
        }
    }
}

/// Returns what a module imports for others, which use it by the name that it has there.
fn passed_on<'a>(
    module: &'a str,
    imports: &'a [Import],
    used: &'a HashSet<String>,
) -> impl Iterator<Item = &'a str> {
    let passed =
        imports.iter().filter(move |each| used.contains(&format!("{module}.{}", each.bound)));
    passed.map(|each| &*each.name)
}

/// Returns the line on which a module of routes makes its router, if it does.
fn line(sight: &Sight<'_>, path: &str) -> Option<usize> {
    let text = sight.any_text(path)?;
    let (_, package) = module_name(path);
    Scan::parse(&text, &package).ok()?.assigns(ROUTER)
}

fn unregistered(path: &str, line: usize) -> Finding {
    let message = format!("the router is not listed in `{LIST}`: its routes answer 404");
    let module = path[ROUTES.len() + 1..].strip_suffix(".py").unwrap_or_default();
    // Of a module further in we do not know who should include it.
    let mend =
        (!module.contains('/') && module != "__init__").then(|| Mend::Router(module.to_owned()));
    let fix = match mend {
        Some(_) => "ddd-forge check --fix".to_owned(),
        None => format!("include it in a router that `{LIST}` lists"),
    };
    Finding { mend, ..Finding::new("routers", path, line).says(message, fix) }
}

/// Returns the imports of modules of routes that are not there.
fn missing(sight: &Sight<'_>, includers: &Includers) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (path, imports) in includers.values() {
        for Import { name, line, .. } in imports {
            let Some((module, _)) =
                name.strip_prefix(PACKAGE).map(|rest| rest.split_once('.').unwrap_or((rest, "")))
            else {
                continue;
            };
            if module != "*" && !sight.has_module(&format!("{PACKAGE}{module}")) {
                let message = format!("`{PACKAGE}{module}` is imported, and not there");
                let fix =
                    format!("`git checkout -- {ROUTES}/{module}.py`, or remove what registers it");
                findings.push(Finding::new("routers", path, *line).says(message, fix));
            }
        }
    }
    findings
}
