//! The documents of a project that list its domains and flows, kept true. They never stop a command:
//! what their owner took out of them stays out.

use super::recorded;
use crate::edit::Edit;
use crate::edit::markdown::{self, Line, Place};
use crate::error::Result;
use crate::model::{Domain, domain_lines, flow_lines};
use crate::plan::Draft;
use crate::project;

/// What people and their assistants read first.
const AGENTS: &str = "AGENTS.md";

/// What draws the domains.
const DRAWING: &str = "docs/domains.md";

const DOMAINS: Place<'_> = Place::Table("## Domains and routes");
const FLOWS: Place<'_> = Place::Table("## Flows");
const GRAPH: Place<'_> = Place::Block("```mermaid");

/// Plans that the documents say of a domain what it is `after`, instead of `before`.
///
/// # Errors
/// Fails where a document cannot be read.
pub fn domain(
    draft: &mut Draft<'_>,
    before: Option<&Domain>,
    after: Option<&Domain>,
) -> Result<()> {
    let rows = |domain: Option<&Domain>| domain.map(row).into_iter().collect();
    follow(draft, AGENTS, DOMAINS, rows(before), rows(after))?;
    let lines = |domain: Option<&Domain>| domain.map(domain_lines).unwrap_or_default();
    follow(draft, DRAWING, GRAPH, lines(before), lines(after))
}

/// Plans that the documents list a flow that comes, or no longer one that goes.
///
/// # Errors
/// Fails where a document cannot be read.
pub fn flow(draft: &mut Draft<'_>, name: &str, domain: Option<&str>, comes: bool) -> Result<()> {
    let module = name.replace('-', "_");
    let on = domain.map_or("–".to_owned(), |domain| format!("`{domain}`"));
    let row = format!("| `{name}` | {on} | `just test tests/workers/test_{module}.py` |");
    let lists = |lines: Vec<String>| if comes { (Vec::new(), lines) } else { (lines, Vec::new()) };
    let (before, after) = lists(vec![row]);
    follow(draft, AGENTS, FLOWS, before, after)?;
    let (before, after) = lists(flow_lines(name, domain));
    follow(draft, DRAWING, GRAPH, before, after)
}

/// The row of a domain: its class, its path, and how its tests are run.
fn row(domain: &Domain) -> String {
    let names = &domain.names;
    let route = if domain.api { format!("`/{}`", names.route) } else { "–".to_owned() };
    let tests = match domain.tests {
        true => format!("`just test tests/{}`", names.module),
        false => "–".to_owned(),
    };
    format!("| `{}` | `{}` | {route} | {tests} |", names.module, names.class)
}

/// Plans that the lines of `before` go that are not in `after`, and that the others come.
fn follow(
    draft: &mut Draft<'_>,
    path: &str,
    place: Place<'_>,
    before: Vec<String>,
    after: Vec<String>,
) -> Result<()> {
    let Some(source) = project::text(draft, path)? else { return Ok(()) };
    let mut text = source.clone();
    let goes = before.iter().filter(|line| !after.contains(line)).map(|line| (line, false));
    let comes = after.iter().filter(|line| !before.contains(line)).map(|line| (line, true));
    for (line, comes) in goes.chain(comes) {
        let edited = match comes {
            true => markdown::add(&text, place, line),
            false => markdown::remove(&text, place, line),
        };
        let act = if comes { "say" } else { "leave out" };
        match edited {
            Line::Done(Edit::Changed(changed)) => text = changed,
            Line::Done(Edit::Unchanged) => {}
            Line::NoPlace => draft.note(format!("`{path}` lists nothing any more, and stays so")),
            Line::Other(number) => {
                draft.warn(format!("{path}:{number} is yours; it should {act}: {line}"));
            }
        }
    }
    match text == source {
        true => Ok(()),
        false => recorded::edit(draft, path, &source, text, "what is there"),
    }
}
