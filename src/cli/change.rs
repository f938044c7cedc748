//! A change to a project that exists, from its plan to its report: every command on a living project
//! is a plan, and all else is here.

use std::path::Path;
use std::time::{Duration, Instant, SystemTime};

use super::Global;
use crate::apply::{self, Interrupt};
use crate::ask::{Answer, Ask};
use crate::commands::undo::{self, Last};
use crate::error::{Error, Result};
use crate::model::{MANIFEST, Manifest};
use crate::plan::{ChangeSet, Draft, unified};
use crate::project;
use crate::tree::{DiskTree, Tree};
use crate::ui::{Report, Terminal, Ui, visible};

/// Adds to a change what is kept of it for `undo`, and names that.
type Keep<'a> = dyn Fn(&ChangeSet, &dyn Tree) -> Result<(ChangeSet, Option<String>)> + 'a;

/// Runs the command `name`, whose plan is `plan`, on the project around, so that `undo` can take it
/// back, and returns the exit code.
///
/// # Errors
/// Fails with the code of what went wrong; nothing is written then.
pub(super) fn run(
    name: &'static str,
    global: &Global,
    ui: Ui,
    plan: impl FnOnce(&Manifest, &mut Draft<'_>) -> Result<()>,
) -> Result<u8> {
    Change { name, undoable: true, global, ui }.run(plan, &recorded(global))
}

/// Returns what keeps of a change what takes it back.
pub(super) fn recorded(
    global: &Global,
) -> impl Fn(&ChangeSet, &dyn Tree) -> Result<(ChangeSet, Option<String>)> + '_ {
    let now = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
    move |set, tree| undo::recorded(set, tree, &global.line, now.as_secs())
}

/// A command on the project around.
#[derive(Clone, Copy)]
pub(super) struct Change<'a> {
    /// The verb.
    pub name: &'static str,
    /// Whether `undo` can take it back.
    pub undoable: bool,
    /// What every command is told.
    pub global: &'a Global,
    /// Where it prints.
    pub ui: Ui,
}

impl Change<'_> {
    /// Plans the change, shows it, asks where someone can be asked, makes it with what `keep` adds,
    /// and reports it. A plan for a living project has no programs to run.
    ///
    /// # Errors
    /// Fails with the code of what went wrong; nothing is written then.
    pub(super) fn run(
        self,
        plan: impl FnOnce(&Manifest, &mut Draft<'_>) -> Result<()>,
        keep: &Keep<'_>,
    ) -> Result<u8> {
        let report = self.make(plan, keep)?;
        match self.ui.json {
            true => self.ui.data(&report.to_json()).map(|()| 0),
            false => Ok(0),
        }
    }

    /// Does all that [`Change::run`] does but print the report for other programs, and returns it.
    ///
    /// # Errors
    /// Fails with the code of what went wrong; nothing is written then.
    pub(super) fn make(
        self,
        plan: impl FnOnce(&Manifest, &mut Draft<'_>) -> Result<()>,
        keep: &Keep<'_>,
    ) -> Result<Report> {
        let root = self.global.root()?.ok_or_else(no_project)?;
        let tree = DiskTree::new(&root);
        let (recovered, last) = self.recover(&root, &tree)?;
        // Before the question: Ctrl-C at it must give the cursor back.
        let interrupt = Interrupt::install()?;
        let started = Instant::now();
        let set = planned(&tree, plan)?;
        let (whole, id) = keep(&set, &tree)?;
        set.notes.iter().for_each(|note| self.ui.say(&format!("{}\n", visible(note))));
        set.warnings.iter().for_each(|warning| self.ui.warn(warning));
        let thought = self.ask(&set, &whole)?;
        if !self.global.dry_run {
            apply::update_if(&whole, &root, &interrupt, || match Last::of(&tree)? == last {
                true => Ok(()),
                false => Err(meanwhile()),
            })?;
        }
        if thought.is_none() {
            self.ui.changes(&set, self.global.dry_run);
        }
        self.sum_up(&set, &whole, started + thought.unwrap_or_default());
        // What is not written cannot be taken back.
        let undo_id = id.filter(|_| !(self.global.dry_run && self.undoable));
        self.report(&set, recovered, undo_id)
    }

    /// Puts right what a killed run left, and returns what it said of that, and the last run of all
    /// when none was at work.
    fn recover(self, root: &Path, tree: &DiskTree) -> Result<(Option<String>, Last)> {
        let mut said = None;
        loop {
            // First, so that a run which starts after it shows.
            let last = Last::of(tree)?;
            match self.recover_once(root)? {
                None => return Ok((said, last)),
                recovered => said = recovered,
            }
        }
    }

    /// Puts right what a killed run left, says so, and returns what it said.
    fn recover_once(self, root: &Path) -> Result<Option<String>> {
        if self.global.dry_run {
            return match apply::is_left(root)? {
                true => Err(Error::not_applied("a run was killed here, or is at work")
                    .hint("run the same command without `--dry-run`: it first puts that right")),
                false => Ok(None),
            };
        }
        let Some(recovered) = apply::recover(root)? else { return Ok(None) };
        let said = recovered.to_string();
        if recovered.finished && !self.undoable {
            // It may have been this very command, and then there is no more to take back.
            return Err(Error::not_applied(said)
                .hint("run the same command again if another run is to be taken back"));
        }
        self.ui.warn(&said);
        Ok(Some(said))
    }

    /// Shows what would be done, and returns when the user agrees, with how long that took; nothing
    /// where nobody is to be asked.
    fn ask(self, set: &ChangeSet, whole: &ChangeSet) -> Result<Option<Duration>> {
        if !self.ui.can_ask() || self.global.yes || self.global.dry_run || whole.is_empty() {
            return Ok(None);
        }
        let asked = Instant::now();
        self.ui.changes(set, true);
        self.ui.say("\n");
        let mut terminal = Terminal::default();
        loop {
            match terminal.agree("Do it?")? {
                Answer::Yes => return Ok(Some(asked.elapsed())),
                Answer::No => return Err(Error::interrupted()),
                Answer::ShowDiff => self.ui.say(&visible(&unified(set))),
            }
        }
    }

    fn sum_up(self, set: &ChangeSet, whole: &ChangeSet, started: Instant) {
        let dry_run = self.global.dry_run;
        let hint = (self.undoable && !dry_run).then_some("ddd-forge undo");
        match whole.is_empty() {
            false => self.ui.summary(set, dry_run, started, hint),
            true if set.identical.is_empty() => self.ui.say("nothing to do\n"),
            true => self.ui.say("already present: nothing to do\n"),
        }
    }

    /// Prints the patch where it is wanted, and returns what other programs read.
    fn report(
        self,
        set: &ChangeSet,
        recovered: Option<String>,
        undo_id: Option<String>,
    ) -> Result<Report> {
        if self.global.diff {
            self.ui.data(&unified(set))?;
        }
        let mut report = Report::done(self.name, set, self.global.dry_run, None, None);
        report.undo_id = undo_id;
        report.warnings.extend(recovered);
        Ok(report)
    }
}

/// Returns what `plan` makes of the project whose files are `tree`.
fn planned(
    tree: &DiskTree,
    plan: impl FnOnce(&Manifest, &mut Draft<'_>) -> Result<()>,
) -> Result<ChangeSet> {
    let manifest = project::manifest(tree)?;
    let mut draft = Draft::new(tree);
    plan(&manifest, &mut draft)?;
    let mut set = draft.finish()?;
    if set.is_empty() {
        // What is not done has no outcome, and leaves nothing to do.
        (set.routes, set.migration, set.next) = Default::default();
    }
    Ok(set)
}

/// Says that a plan may rest on what is no longer so.
fn meanwhile() -> Error {
    Error::not_applied("another run of `ddd-forge` changed the project after this one was planned")
        .hint("run the same command again")
}

/// Says that there is nothing here to work on.
pub(super) fn no_project() -> Error {
    Error::not_applied(format!(
        "there is no project here: no `{MANIFEST}` in this directory or above"
    ))
    .hint("go to a project, name one with --project DIR, or make one with `ddd-forge new NAME`")
}
