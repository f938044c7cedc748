//! `add-flow`: a flow with its step, its tests, and where Prefect finds it.

use super::{documents, flow_places};
use crate::error::{Error, Result};
use crate::model::{Flow, FlowName, Schedule, base, hashes, kebab};
use crate::plan::Draft;
use crate::project;
use crate::render;
use crate::shell::shell_line;
use crate::tree::{File, RelPath};

/// Add a Prefect flow, with its tests and its deployment
///
/// Writes the flow and its one step, which is tried again when it fails, with a test that really runs
/// them; a deployment in `prefect.yaml` and an entry in `app/scripts/serve_flows.py`. With a domain the
/// step counts its rows, in a database session of its own, to be replaced by what it is to do.
#[derive(Clone, Debug, clap::Args)]
pub struct Args {
    /// Name of the flow, in any case: `nightly-report`
    pub name: String,

    /// Domain whose service the step calls
    #[arg(long)]
    pub domain: Option<String>,

    /// When it runs, in the five fields of cron: `0 2 * * *`
    #[arg(long, value_name = "EXPR", group = "schedule")]
    pub cron: Option<String>,

    /// How often it runs: `15m`, `2h`, `1d`
    #[arg(long, value_name = "DURATION", group = "schedule")]
    pub interval: Option<String>,

    /// Time zone of the schedule, by its IANA name [default: UTC]
    #[arg(long, value_name = "TZ", requires = "schedule")]
    pub timezone: Option<String>,

    /// Write no tests
    #[arg(long)]
    pub no_tests: bool,
}

/// Everything that decides what is added.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Request {
    /// What is asked for.
    pub flow: Flow,
}

impl Args {
    /// Checks the arguments.
    ///
    /// # Errors
    /// Fails with exit code 2 for a value that cannot be used.
    pub fn request(&self) -> Result<Request> {
        let (cron, interval) = (self.cron.as_deref(), self.interval.as_deref());
        let flow = Flow {
            name: FlowName::parse(&self.name)?,
            domain: self.domain.as_deref().map(domain).transpose()?,
            schedule: Schedule::parse(cron, interval, self.timezone.as_deref())?,
            tests: !self.no_tests,
        };
        Ok(Request { flow })
    }
}

/// Returns the name of a domain as its directory has it.
fn domain(typed: &str) -> Result<String> {
    let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_');
    let name = kebab(typed).replace('-', "_");
    match !name.is_empty() && typed.chars().all(plain) {
        true => Ok(name),
        false => Err(Error::usage(format!("`{}` is no domain's name", typed.escape_debug()))
            .hint("for example `--domain users`")),
    }
}

/// Plans the files of the flow, its record, and the two places where it is named.
///
/// The same flow a second time is no change.
///
/// # Errors
/// Fails with exit code 4 where the project has no workers, the domain is not there, or the name is
/// taken.
pub fn plan(request: &Request, draft: &mut Draft<'_>) -> Result<()> {
    let flow = &request.flow;
    flow_places::require_workers(draft)?;
    if let Some(record) = flow_places::record(draft, &flow.name)? {
        refuse_other(flow, &record)?;
        draft.note(format!("the flow `{}` is already present", flow.name.as_str()));
        return Ok(());
    }
    let class = match &flow.domain {
        Some(domain) => project::domain_class(draft, domain)?,
        None => String::new(),
    };
    let files = render::flow(flow, &class)?;
    refuse_taken(draft, files.keys())?;
    let record = File::text(flow.to_toml(hashes(&files)));
    let base = File::binary(base(&files));
    for (path, file) in files {
        draft.create(path, file, "the flow")?;
    }
    draft.create(RelPath::parse(&flow.name.record())?, record, "its record")?;
    draft.create(RelPath::parse(&flow.name.base())?, base, "its text as written")?;
    flow_places::enter(draft, flow)?;
    documents::flow(draft, flow.name.as_str(), flow.domain.as_deref(), true)?;
    if flow.tests {
        let path = format!("tests/workers/test_{}.py", flow.name.module());
        draft.next(format!("uv run just test {path}"));
    }
    draft.next("uv run just init-prefect");
    Ok(())
}

/// Refuses a flow that is there and was asked to be something else.
fn refuse_other(wanted: &Flow, present: &Flow) -> Result<()> {
    if wanted == present {
        return Ok(());
    }
    let command = |flow: &Flow| {
        let words = ["ddd-forge", "add-flow", flow.name.as_str()].map(str::to_owned);
        shell_line(&[&words[..], &flow.flags()].concat())
    };
    let message = format!("the flow `{}` is there, and is another", present.name.as_str());
    let place = format!("there:  {}\nwanted: {}", command(present), command(wanted));
    Err(Error::not_applied(message)
        .at(place)
        .hint(format!("ddd-forge remove-flow {}", present.name.as_str()))
        .hint("or change its files and `prefect.yaml` by hand: they are yours"))
}

/// Refuses a name whose files are there, from another hand.
fn refuse_taken<'a>(draft: &Draft<'_>, paths: impl Iterator<Item = &'a RelPath>) -> Result<()> {
    let mut taken = Vec::new();
    for path in paths {
        if draft.read(path)?.is_some() {
            taken.push(path.clone());
        }
    }
    if taken.is_empty() {
        return Ok(());
    }
    let names: Vec<_> = taken.iter().map(|path| format!("`{path}`")).collect();
    let verb = if taken.len() == 1 { "is" } else { "are" };
    let message = format!("{} {verb} there already, and no flow that was added", names.join(", "));
    Err(Error { conflicts: taken, ..Error::not_applied(message).hint("choose another name") })
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;
    use crate::model::{Author, MANIFEST, Manifest, Options, ProjectName, Repository, Text};
    use crate::plan::ChangeSet;
    use crate::tree::MemoryTree;

    /// A new project, with or without workers.
    pub fn project(workers: &str) -> MemoryTree {
        let mut options = Options::default();
        options.set("workers", workers).unwrap();
        let manifest = Manifest {
            version: "0.1.0".to_owned(),
            name: ProjectName::parse("shop").unwrap(),
            description: Text::parse("description", "A shop").unwrap(),
            author: Author::parse("Jane Doe").unwrap(),
            repository: Repository::parse("acme/shop").unwrap(),
            options,
        };
        let mut tree = MemoryTree(render::project(&manifest).unwrap());
        tree.0.insert(RelPath::parse(MANIFEST).unwrap(), File::text(manifest.to_toml()));
        tree
    }

    pub fn args(name: &str) -> Args {
        let (cron, interval, timezone, domain) = (None, None, None, None);
        Args { name: name.to_owned(), domain, cron, interval, timezone, no_tests: false }
    }

    pub fn planned(tree: &MemoryTree, args: &Args) -> Result<ChangeSet> {
        let mut draft = Draft::new(tree);
        plan(&args.request()?, &mut draft)?;
        draft.finish()
    }

    pub fn apply(tree: &mut MemoryTree, set: ChangeSet) {
        for change in set.changes {
            match change.after {
                Some(file) => drop(tree.0.insert(change.path, file)),
                None => drop(tree.0.remove(&change.path)),
            }
        }
    }

    fn touched(set: &ChangeSet) -> Vec<&str> {
        set.changes.iter().map(|change| change.path.as_str()).collect()
    }

    #[test]
    fn a_flow_comes_with_its_step_its_test_its_record_and_in_both_lists() {
        let tree = project("prefect");
        let set = planned(&tree, &args("NightlyReport")).unwrap();
        assert_eq!(
            touched(&set),
            [
                ".ddd-forge/flows/nightly-report.base.json.gz",
                ".ddd-forge/flows/nightly-report.toml",
                "AGENTS.md",
                "app/scripts/serve_flows.py",
                "app/workers/flows/nightly_report.py",
                "app/workers/tasks/nightly_report.py",
                "docs/domains.md",
                "prefect.yaml",
                "tests/workers/test_nightly_report.py",
            ]
        );
        let untested = Args { no_tests: true, ..args("nightly-report") };
        assert_eq!(planned(&tree, &untested).unwrap().changes.len(), 8);
    }

    #[test]
    fn the_same_flow_again_is_no_change_and_another_is_refused() {
        let mut tree = project("prefect");
        let first = Args { cron: Some("0  2 * * *".into()), ..args("sync") };
        let set = planned(&tree, &first).unwrap();
        apply(&mut tree, set);
        let again = Args { cron: Some("0 2 * * *".into()), ..args("SyncFlow") };
        assert!(planned(&tree, &again).unwrap().is_empty());
        let other = Args { interval: Some("2h".into()), ..args("sync") };
        let error = planned(&tree, &other).unwrap_err();
        assert_eq!(
            (error.kind.exit_code(), &*error.message),
            (4, "the flow `sync` is there, and is another")
        );
        let place = "there:  ddd-forge add-flow sync --cron '0 2 * * *'\n\
                     wanted: ddd-forge add-flow sync --interval 2h";
        assert_eq!(error.location.as_deref(), Some(place));
    }

    #[test]
    fn a_project_without_workers_and_a_domain_that_is_not_there_are_refused() {
        let error = planned(&project("none"), &args("sync")).unwrap_err();
        assert_eq!(error.kind.exit_code(), 4);
        assert!(error.message.contains("`--workers none`"), "{}", error.message);
        let args = Args { domain: Some("user".into()), ..args("sync") };
        let error = planned(&project("prefect"), &args).unwrap_err();
        assert_eq!(error.hints, ["did you mean `users`?"]);
        assert_eq!(domain("OrderItems").unwrap(), "order_items");
        for name in ["", "_", "../users", "a b", "ü"] {
            assert_eq!(domain(name).unwrap_err().kind.exit_code(), 2, "{name}");
        }
    }

    #[test]
    fn a_name_whose_files_are_there_from_another_hand_is_refused() {
        let error = planned(&project("prefect"), &args("web")).unwrap_err();
        assert_eq!((error.kind.exit_code(), error.conflicts.len()), (4, 1));
        assert!(error.message.starts_with("`app/workers/tasks/web.py` is there already"));
    }

    #[test]
    fn two_flows_in_either_order_give_the_same_files() {
        let both = |names: [&str; 2]| {
            let mut tree = project("prefect");
            for name in names {
                let set = planned(&tree, &args(name)).unwrap();
                apply(&mut tree, set);
            }
            tree
        };
        let (one, other) = (both(["sync", "report"]), both(["report", "sync"]));
        assert!(one.0.keys().eq(other.0.keys()));
    }

    #[test]
    fn a_file_without_its_list_is_left_alone_and_the_snippet_is_shown() {
        let mut tree = project("prefect");
        let path = RelPath::parse("app/scripts/serve_flows.py").unwrap();
        tree.0.remove(&path);
        let error = planned(&tree, &args("sync")).unwrap_err();
        assert_eq!((error.kind.exit_code(), &*error.conflicts), (4, &[path][..]));
        let place = error.location.unwrap();
        assert!(place.contains("from app.workers.flows.sync import sync_flow"), "{place}");
    }
}
