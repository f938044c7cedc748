//! The places of a project that name its flows, for `add-flow` and `remove-flow`.

use super::recorded;
use crate::edit::python::{self, Registration};
use crate::edit::{Edit, Problem, yaml};
use crate::error::{Error, Result};
use crate::model::{Flow, FlowName};
use crate::plan::Draft;
use crate::project;
use crate::render;
use crate::tree::RelPath;

/// What serves flows on a developer's machine.
const SERVER: &str = "app/scripts/serve_flows.py";

/// The list of flows in it.
const LIST: &str = "FLOWS";

/// What deploys flows.
const DEPLOYMENTS: &str = "prefect.yaml";

/// The list of deployments in it.
const KEY: &str = "deployments";

/// What the deployments of a new project refer to as `*work_pool`.
const WORK_POOL: &str = "&work_pool";

/// Refuses a project that was made without workers.
///
/// # Errors
/// Fails with exit code 4, also where there is no project.
pub(super) fn require_workers(draft: &Draft<'_>) -> Result<()> {
    match project::manifest(draft)?.options.get("workers") {
        "none" => {
            Err(Error::not_applied("the project has no workers: it was made with `--workers none`"))
        }
        _ => Ok(()),
    }
}

/// Returns the record of the flow `name`, or `None` where none was added.
///
/// # Errors
/// Fails with exit code 4 where it cannot be used.
pub(super) fn record(draft: &Draft<'_>, name: &FlowName) -> Result<Option<Flow>> {
    let path = name.record();
    project::text(draft, &path)?.map(|text| Flow::parse(&path, &text)).transpose()
}

/// Plans that both places name the flow.
///
/// # Errors
/// Fails where the tree cannot be read; an edit that cannot be made is kept as a problem.
pub(super) fn enter(draft: &mut Draft<'_>, flow: &Flow) -> Result<()> {
    let (module, function) = (module(&flow.name), flow.name.function());
    let entry = registration(&module, &function);
    let import =
        format!("from {module} import {function}\n\n{LIST} = (\n    …\n    {function},\n)");
    change(draft, SERVER, "serves the flow", &import, |source| python::register(source, &entry))?;
    let shared = project::text(draft, DEPLOYMENTS)?.is_none_or(|text| text.contains(WORK_POOL));
    let text = render::deployment(flow, shared)?;
    let name = flow.name.deployment();
    change(draft, DEPLOYMENTS, "deploys the flow", &text, |source| {
        yaml::ensure_entry(source, KEY, &name, &text)
    })
}

/// Plans that neither place names the flow.
///
/// # Errors
/// Fails where the tree cannot be read; an edit that cannot be made is kept as a problem.
pub(super) fn leave(draft: &mut Draft<'_>, flow: &FlowName) -> Result<()> {
    let (module, function) = (module(flow), flow.function());
    let entry = registration(&module, &function);
    change(draft, SERVER, "no longer serves the flow", "", |source| {
        python::unregister(source, &entry)
    })?;
    change(draft, DEPLOYMENTS, "no longer deploys the flow", "", |source| {
        yaml::remove_entry(source, KEY, &flow.deployment())
    })
}

fn module(flow: &FlowName) -> String {
    format!("app.workers.flows.{}", flow.module())
}

fn registration<'a>(module: &'a str, function: &'a str) -> Registration<'a> {
    Registration { module, name: function, alias: function, list: LIST, call: None }
}

/// Plans one edit of a file; without the file there is nothing to take out of it, and `snippet` is
/// what has to be put into it.
fn change(
    draft: &mut Draft<'_>,
    path: &str,
    why: &str,
    snippet: &str,
    edit: impl FnOnce(&str) -> std::result::Result<Edit, Problem>,
) -> Result<()> {
    let place = RelPath::parse(path)?;
    let Some(source) = project::text(draft, path)? else {
        if !snippet.is_empty() {
            draft.problem(place, None, "it is not there".to_owned(), snippet.to_owned());
        }
        return Ok(());
    };
    match edit(&source) {
        Ok(Edit::Unchanged) => Ok(()),
        Ok(Edit::Changed(text)) => recorded::edit(draft, path, &source, text, why),
        Err(Problem { reason, line, snippet }) => {
            draft.problem(place, line, reason, snippet);
            Ok(())
        }
    }
}
