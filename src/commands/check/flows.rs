//! Flows: each is deployed and served, and what is deployed and served is there.

use std::collections::{BTreeMap, HashSet};

use super::sight::{Sight, module_name};
use super::{Finding, Mend};
use crate::edit::python::{Flow, Import, Scan};
use crate::edit::{Problem, yaml};
use crate::model::FlowName;
use crate::project::drift::Owner;

/// What serves flows on a developer's machine.
pub const SERVER: &str = "app/scripts/serve_flows.py";

/// What deploys flows.
pub const DEPLOYMENTS: &str = "prefect.yaml";

const FLOWS: &str = "app/workers/flows";
const RULE: &str = "flows";

/// A flow and where it stands.
struct Found<'s> {
    path: &'s str,
    module: String,
    flow: Flow,
}

/// A deployment, as far as it is plain.
struct Deployment {
    line: usize,
    name: String,
    entrypoint: String,
}

/// Looks for flows that are not deployed or not served, and for those that are gone.
pub fn look(sight: &Sight<'_>) -> Vec<Finding> {
    let flows = flows(sight);
    let mut findings = Vec::new();
    match deployments(sight) {
        Ok(deployments) => {
            findings.extend(
                flows.iter().filter(|flow| !is_deployed(flow, &deployments)).map(|flow| {
                    undone(sight, flow, &format!("has no deployment in `{DEPLOYMENTS}`"))
                }),
            );
            findings.extend(twice(&deployments));
            findings.extend(deployments.iter().filter_map(|each| dangling(sight, each)));
        }
        Err(Problem { reason, line, .. }) => {
            let finding = Finding::new(RULE, DEPLOYMENTS, line.unwrap_or(1));
            findings.push(finding.says(reason, "mend its syntax"));
        }
    }
    findings.extend(served(sight, &flows));
    findings
}

/// Returns the flows that are for themselves, and not steps of others.
fn flows<'s>(sight: &'s Sight<'_>) -> Vec<Found<'s>> {
    let (mut flows, mut used) = (Vec::new(), HashSet::new());
    for (path, text) in sight.below(FLOWS).filter(|(path, _)| path.ends_with(".py")) {
        let (module, package) = module_name(path);
        // That it cannot be read is found elsewhere.
        let Ok(scan) = Scan::parse(text, &package) else { continue };
        used.extend(used_names(&scan));
        let own = scan.flows().into_iter().filter(|flow| !flow.is_part);
        flows.extend(own.map(|flow| Found { path, module: module.clone(), flow }));
    }
    flows.retain(|found| !used.contains(&found.name()));
    flows
}

impl Found<'_> {
    fn name(&self) -> String {
        format!("{}.{}", self.module, self.flow.name)
    }
}

/// Returns the dotted names of what a module imports and uses, of modules also what it takes of them.
fn used_names(scan: &Scan<'_>) -> HashSet<String> {
    let (words, mut used) = (scan.used(), HashSet::new());
    for Import { name, bound, .. } in scan.imports().iter().filter(|each| !each.bound.is_empty()) {
        let of_it = words.iter().filter_map(|word| {
            let rest = word.strip_prefix(&**bound)?;
            (rest.is_empty() || rest.starts_with('.')).then(|| format!("{name}{rest}"))
        });
        used.extend(of_it);
    }
    used
}

fn deployments(sight: &Sight<'_>) -> Result<Vec<Deployment>, Problem> {
    let Some(text) = sight.text(DEPLOYMENTS) else { return Ok(Vec::new()) };
    let read = yaml::mappings(text, "deployments")?;
    let deployment = |(line, mut values): (usize, BTreeMap<String, String>)| {
        let mut take = |key: &str| values.remove(key).unwrap_or_default();
        Deployment { line, name: take("name"), entrypoint: take("entrypoint") }
    };
    Ok(read.into_iter().map(deployment).collect())
}

fn is_deployed(found: &Found<'_>, deployments: &[Deployment]) -> bool {
    let by_file = format!("{}:{}", found.path, found.flow.name);
    deployments.iter().any(|deployment| {
        let entrypoint = deployment.entrypoint.trim_start_matches("./");
        entrypoint == by_file || entrypoint.replace(':', ".") == found.name()
    })
}

/// Says what a flow lacks, and how it comes to it.
fn undone(sight: &Sight<'_>, found: &Found<'_>, what: &str) -> Finding {
    let mend = recorded(sight, found);
    let fix = match mend {
        Some(_) => "ddd-forge check --fix".to_owned(),
        None => format!("add it to `{DEPLOYMENTS}` and to `FLOWS` in `{SERVER}`"),
    };
    let message = format!("the flow `{}` {what}", found.flow.name);
    let finding = Finding::new(RULE, found.path, found.flow.line).says(message, fix);
    Finding { mend: mend.map(Mend::Flow), ..finding }
}

/// Returns the name of a flow that `add-flow` made.
fn recorded(sight: &Sight<'_>, found: &Found<'_>) -> Option<FlowName> {
    let records = sight.records.iter().filter(|record| record.owner == Owner::Flow);
    let mut names = records.filter_map(|record| FlowName::parse(&record.name).ok());
    names.find(|name| {
        found.path == format!("{FLOWS}/{}.py", name.module()) && found.flow.name == name.function()
    })
}

fn twice(deployments: &[Deployment]) -> Vec<Finding> {
    let mut names = HashSet::new();
    let again = deployments.iter().filter(|deployment| !names.insert(&*deployment.name));
    let finding = |deployment: &Deployment| {
        let message = format!("there are two deployments `{}`", deployment.name);
        let fix = "give one of them another name, or remove it";
        Finding::new(RULE, DEPLOYMENTS, deployment.line).says(message, fix)
    };
    again.map(finding).collect()
}

/// Returns the finding of a deployment whose flow is not there; of one that names no file of the
/// project nothing is known.
fn dangling(sight: &Sight<'_>, deployment: &Deployment) -> Option<Finding> {
    let entrypoint = deployment.entrypoint.trim_start_matches("./");
    let (path, name) = entrypoint.rsplit_once(".py:")?;
    let path = format!("{path}.py");
    let text = if sight.has(&path) { Some(sight.any_text(&path)?) } else { None };
    let (_, package) = module_name(&path);
    let what = match text.as_deref().map(|text| Scan::parse(text, &package)) {
        None => format!("`{path}`, which is not there"),
        Some(Ok(scan)) if !scan.defines(name) => format!("`{name}`, which `{path}` does not have"),
        Some(_) => return None,
    };
    let message = format!("the deployment `{}` runs {what}", deployment.name);
    let fix = "correct its entrypoint, or remove it";
    Some(Finding::new(RULE, DEPLOYMENTS, deployment.line).says(message, fix))
}

/// Compares the flows with what is served; without such a script nothing is.
fn served(sight: &Sight<'_>, flows: &[Found<'_>]) -> Vec<Finding> {
    let (_, package) = module_name(SERVER);
    let scan = sight.text(SERVER).and_then(|text| Scan::parse(text, &package).ok());
    let Some(scan) = scan else { return Vec::new() };
    let served = used_names(&scan);
    let missing = flows.iter().filter(|flow| !served.contains(&flow.name()));
    let mut findings: Vec<_> =
        missing.map(|flow| undone(sight, flow, &format!("is not served by `{SERVER}`"))).collect();
    for Import { name, line, .. } in scan.imports() {
        let Some(rest) = name.strip_prefix("app.workers.flows.") else { continue };
        let module = rest.split('.').next().unwrap_or(rest);
        if module != "*" && !sight.has_module(&format!("app.workers.flows.{module}")) {
            let message = format!("`app.workers.flows.{module}` is imported, and not there");
            let fix = format!("`git checkout -- {FLOWS}/{module}.py`, or remove what serves it");
            findings.push(Finding::new(RULE, SERVER, line).says(message, fix));
        }
    }
    findings
}
