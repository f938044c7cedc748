//! `check`: what breaks the rules of a project, by its files alone.

mod flows;
mod github;
mod leftovers;
mod mend;
mod migrations;
mod records;
mod routers;
mod sight;
mod sources;

use serde::Serialize;

use crate::error::Result;
use crate::model::{FlowName, Manifest};
use crate::tree::Tree;

pub use github::workflow_command;
pub use mend::mend;
use sight::Sight;

/// Look for what breaks the rules of the project
///
/// Reads the files that git tracks or would track, starts nothing, and names each defect with its file
/// and line: imports against the layers, commits and statements where they do not belong, models
/// outside of `app/domains`, routers and flows that are registered nowhere, several heads of
/// migrations, records without their files, placeholders and conflict markers. Exits with 3 when
/// there is one.
#[derive(Clone, Debug, clap::Args)]
pub struct Args {
    /// Register the routers that are not, and the flows that `add-flow` made
    #[arg(long)]
    pub fix: bool,

    /// How each defect is printed: for people, or as annotations of a GitHub workflow
    #[arg(long, value_enum, default_value_t, value_name = "FORM")]
    pub format: Format,
}

/// How each finding is printed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, clap::ValueEnum)]
pub enum Format {
    /// A line with the place and what is wrong, a line with what to do.
    #[default]
    Text,
    /// A workflow command, which GitHub shows beside the line.
    Github,
}

/// A defect.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Finding {
    /// The file, with `/` between its parts.
    pub path: String,
    /// The line, counted from 1.
    pub line: usize,
    /// The rule that is broken.
    pub rule: &'static str,
    /// What is wrong.
    pub message: String,
    /// What to do.
    pub fix: String,
    /// How `--fix` mends it, if it does.
    #[serde(skip)]
    mend: Option<Mend>,
}

/// A registration that is missing.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Mend {
    /// Of the router of this module in `app/api/routes`.
    Router(String),
    /// Of this flow, which has a record.
    Flow(FlowName),
}

impl Finding {
    fn new(rule: &'static str, path: impl ToString, line: usize) -> Finding {
        let (path, message, fix) = (path.to_string(), String::new(), String::new());
        Finding { path, line, rule, message, fix, mend: None }
    }

    fn says(self, message: impl Into<String>, fix: impl Into<String>) -> Finding {
        Finding { message: message.into(), fix: fix.into(), ..self }
    }
}

/// Returns every defect of the project whose files are `tree`, sorted by its place.
///
/// # Errors
/// Fails where a file that we wrote cannot be read.
pub fn findings(tree: &dyn Tree, manifest: &Manifest) -> Result<Vec<Finding>> {
    let sight = Sight::read(tree)?;
    let mut findings = records::look(&sight);
    findings.extend(sources::look(&sight, &manifest.options));
    findings.extend(routers::look(&sight));
    findings.extend(flows::look(&sight));
    findings.extend(migrations::look(&sight));
    findings.extend(leftovers::look(&sight));
    findings.sort();
    findings.dedup();
    Ok(findings)
}
