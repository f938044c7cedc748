//! `check`, from the project to the list of its defects, and with `--fix` to the change.

use super::Global;
use super::change::{Change, no_project, recorded};
use crate::commands::check::{Args, Finding, Format, findings, mend, workflow_command};
use crate::error::{Kind, Result};
use crate::project;
use crate::tree::DiskTree;
use crate::ui::{Report, Ui, visible};

/// Runs `check`, and returns the exit code.
///
/// # Errors
/// Fails where there is no project, or a file of it cannot be read.
pub(super) fn run(args: &Args, global: &Global, ui: Ui) -> Result<u8> {
    if args.fix {
        return fix(args, global, ui);
    }
    let root = global.root()?.ok_or_else(no_project)?;
    let tree = DiskTree::new(root);
    let found = findings(&tree, &project::manifest(&tree)?)?;
    let report = Report { ok: true, command: "check".to_owned(), ..Report::default() };
    print(&found, report, args.format, ui)
}

/// Makes the registrations that are missing, and prints what is left.
fn fix(args: &Args, global: &Global, ui: Ui) -> Result<u8> {
    let mut left = Vec::new();
    let change = Change { name: "check", undoable: true, global, ui };
    let report = change.make(
        |manifest, draft| mend(manifest, draft).map(|findings| left = findings),
        &recorded(global),
    )?;
    print(&left, report, args.format, ui)
}

fn print(findings: &[Finding], report: Report, format: Format, ui: Ui) -> Result<u8> {
    match (ui.json, format) {
        (true, _) => ui.data(&report.with_findings(findings).to_json())?,
        (false, Format::Github) => {
            ui.data(&visible(&findings.iter().map(workflow_command).collect::<String>()))?;
        }
        (false, Format::Text) => {
            ui.data(&visible(&findings.iter().map(text).collect::<String>()))?
        }
    }
    ui.say(&match findings.len() {
        0 => "no defect was found\n".to_owned(),
        1 => "1 defect was found\n".to_owned(),
        count => format!("{count} defects were found\n"),
    });
    Ok(if findings.is_empty() { 0 } else { Kind::Found.exit_code() })
}

fn text(Finding { path, line, rule, message, fix, .. }: &Finding) -> String {
    format!("{path}:{line}: {rule}: {message}\n    {fix}\n")
}
