//! `doctor`, from the facts to the report.

use std::path::Path;

use super::Global;
use crate::commands::doctor::{self, Check, ProjectFacts, Status};
use crate::error::{Kind, Result};
use crate::machine;
use crate::project;
use crate::tree::DiskTree;
use crate::ui::{Report, Ui};

/// Runs `doctor`, and returns the exit code.
///
/// # Errors
/// Fails where the project cannot be read.
pub(super) fn run(global: &Global, ui: Ui) -> Result<u8> {
    let root = global.root()?;
    let facts = root.as_deref().map(facts).transpose()?;
    let options = doctor::options(facts.as_ref());
    let database = facts.as_ref().and_then(ProjectFacts::database);
    let machine = ui.wait("examine the machine", || {
        machine::examine(options.get("python"), &doctor::ports(&options), database.as_ref())
    });
    let checks = doctor::checks(&machine, facts.as_ref());
    let missing = checks.iter().filter(|check| check.status == Status::Missing).count();
    if ui.json {
        ui.data(&Report::checked("doctor", missing == 0, &checks).to_json())?;
    } else {
        // Who wants errors only wants to know what is missing.
        let shown = |check: &&Check| !ui.quiet || check.status == Status::Missing;
        checks.iter().filter(shown).for_each(|check| show(check, ui));
        summary(missing, checks.len(), root.as_deref(), ui);
    }
    Ok(if missing == 0 { 0 } else { Kind::Found.exit_code() })
}

fn facts(root: &Path) -> Result<ProjectFacts> {
    let tree = DiskTree::new(root);
    let variables = |path| -> Result<_> {
        Ok(project::text(&tree, path)?.map(|text| project::variables(&text)))
    };
    let manifest =
        project::manifest(&tree).map_err(|error| error.at(root.display().to_string()))?;
    let mut environment = variables(".env")?;
    if let (Some(set), Some(local)) = (&mut environment, variables(".env.local")?) {
        set.retain(|variable| local.iter().all(|other| other.name != variable.name));
        set.extend(local);
    }
    Ok(ProjectFacts {
        manifest,
        sample: variables(".env.sample")?,
        environment,
        locked: root.join("uv.lock").is_file(),
    })
}

fn show(check: &Check, ui: Ui) {
    let (verb, color) = match check.status {
        Status::Ok => ("ok", console::Color::Green),
        Status::Note => ("note", console::Color::Yellow),
        Status::Missing => ("missing", console::Color::Red),
    };
    ui.line(verb, color, &format!("{}: {}", check.name, check.found));
    if let Some(fix) = &check.fix {
        ui.line("", color, fix);
    }
}

fn summary(missing: usize, checks: usize, root: Option<&Path>, ui: Ui) {
    let about = match root {
        Some(root) => format!("this machine and the project in `{}`", root.display()),
        None => "this machine".to_owned(),
    };
    match missing {
        0 => ui.say(&format!("\n{about}: nothing is missing\n")),
        _ => ui.say(&format!("\n{about}: {missing} of {checks} checks failed\n")),
    }
}
