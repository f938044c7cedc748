//! `remove-flow`: what `add-flow` made goes again.

use super::remove_domain::remove_files;
use super::{documents, flow_places};
use crate::error::{Error, Result};
use crate::model::{FLOWS, FlowName, nearest};
use crate::plan::Draft;
use crate::project;
use crate::tree::{RelPath, Tree};

/// Remove a flow that `add-flow` made
///
/// Removes its files, its deployment in `prefect.yaml` and its entry in `app/scripts/serve_flows.py`.
/// Where one of the files was changed since, nothing is removed and they are named, unless `--force`
/// says that they may go.
#[derive(Clone, Debug, clap::Args)]
pub struct Args {
    /// Name of the flow, in any case: `nightly-report`
    pub name: String,
}

/// Everything that decides what is removed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Request {
    /// The flow.
    pub name: FlowName,
    /// Whether files that were changed since go too.
    pub force: bool,
}

impl Args {
    /// Checks the arguments.
    ///
    /// # Errors
    /// Fails with exit code 2 for a name that no added flow can have.
    pub fn request(&self, force: bool) -> Result<Request> {
        Ok(Request { name: FlowName::parse(&self.name)?, force })
    }
}

/// Plans that the files of the flow go, its record, and the two places where it is named.
///
/// # Errors
/// Fails with exit code 4 where there is no such flow, or files of it were changed.
pub fn plan(request: &Request, draft: &mut Draft<'_>) -> Result<()> {
    let name = &request.name;
    let Some(flow) = flow_places::record(draft, name)? else { return Err(unknown(draft, name)?) };
    let files = project::recorded_files(draft, &name.record())?;
    remove_files(draft, &files, request.force)?;
    draft.remove(RelPath::parse(&name.record())?, "its record")?;
    draft.remove(RelPath::parse(&name.base())?, "its text as written")?;
    flow_places::leave(draft, name)?;
    documents::flow(draft, name.as_str(), flow.domain.as_deref(), false)?;
    // A server that has the deployment would go on starting runs of what is gone.
    let deployment = name.deployment();
    draft.next(format!("uv run prefect deployment delete {deployment}/{deployment}"));
    Ok(())
}

fn unknown(draft: &Draft<'_>, name: &FlowName) -> Result<Error> {
    let entries = draft.entries(&RelPath::parse(FLOWS)?)?;
    let names: Vec<_> = entries.iter().filter_map(|entry| entry.strip_suffix(".toml")).collect();
    let error = Error::not_applied(format!("no flow `{}` was added here", name.as_str()));
    Ok(match nearest(name.as_str(), names.iter().copied()) {
        Some(name) => error.hint(format!("did you mean `{name}`?")),
        None if names.is_empty() => error,
        None => error.hint(format!("there are {}", names.join(", "))),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::commands::add_flow::Args as AddArgs;
    use crate::commands::add_flow::tests::{apply, args, planned, project};
    use crate::plan::ChangeSet;
    use crate::tree::{File, MemoryTree};

    const STEP: &str = "app/workers/tasks/sync.py";

    fn removed(tree: &MemoryTree, name: &str, force: bool) -> Result<ChangeSet> {
        let mut draft = Draft::new(tree);
        plan(&Args { name: name.to_owned() }.request(force)?, &mut draft)?;
        draft.finish()
    }

    /// A project with a flow `sync`, and the project as it was before.
    fn with_flow() -> (MemoryTree, MemoryTree) {
        let before = project("prefect");
        let mut tree = before.clone();
        let every = AddArgs { interval: Some("15m".into()), ..args("sync") };
        let set = planned(&tree, &AddArgs { domain: Some("users".into()), ..every }).unwrap();
        apply(&mut tree, set);
        (tree, before)
    }

    fn set_text(tree: &mut MemoryTree, path: &str, change: impl FnOnce(String) -> String) {
        let file = tree.0.get_mut(&RelPath::parse(path).unwrap()).unwrap();
        let text = change(String::from_utf8(file.bytes.clone()).unwrap());
        *file = File::text(text);
    }

    #[test]
    fn what_was_added_goes_again_without_a_trace() {
        let (mut tree, before) = with_flow();
        let set = removed(&tree, "Sync", false).unwrap();
        apply(&mut tree, set);
        assert_eq!(tree, before);
    }

    #[test]
    fn what_was_changed_stays_unless_forced() {
        let (mut tree, before) = with_flow();
        set_text(&mut tree, STEP, |text| text + "# mine\n");
        let error = removed(&tree, "sync", false).unwrap_err();
        assert_eq!((error.kind.exit_code(), error.conflicts[0].as_str()), (4, STEP));
        assert_eq!(error.message, format!("changed since they were written: `{STEP}`"));
        let set = removed(&tree, "sync", true).unwrap();
        apply(&mut tree, set);
        assert_eq!(tree, before);
    }

    #[test]
    fn a_checkout_of_windows_and_a_file_that_is_gone_are_no_changes() {
        let (mut tree, before) = with_flow();
        set_text(&mut tree, STEP, |text| text.replace('\n', "\r\n"));
        tree.0.remove(&RelPath::parse("tests/workers/test_sync.py").unwrap());
        let set = removed(&tree, "sync", false).unwrap();
        apply(&mut tree, set);
        assert_eq!(tree, before);
    }

    #[test]
    fn a_flow_that_was_not_added_is_guessed() {
        let (tree, before) = with_flow();
        assert_eq!(removed(&tree, "snyc", false).unwrap_err().hints, ["did you mean `sync`?"]);
        assert_eq!(removed(&tree, "report", false).unwrap_err().hints, ["there are sync"]);
        assert_eq!(removed(&before, "sync", false).unwrap_err().kind.exit_code(), 4);
        assert_eq!(removed(&tree, "create-user", false).unwrap_err().kind.exit_code(), 2);
    }
}
