//! Records: each can be read, has the text as written beside it, and what it is of is there.

use super::Finding;
use super::sight::Sight;
use crate::error::{Error, Result};
use crate::model::{BASE, Domain, Flow};
use crate::project::drift::{self, Owner, Record};
use crate::project::{self, parallel};

const RULE: &str = "records";

/// Looks at every record.
pub fn look(sight: &Sight<'_>) -> Vec<Finding> {
    let found = parallel::each(&sight.records, |record| look_at(sight, record));
    found.into_iter().flatten().collect()
}

fn look_at(sight: &Sight<'_>, record: &Record) -> Option<Finding> {
    let finding =
        |message: String, fix: String| Some(Finding::new(RULE, &record.path, 1).says(message, fix));
    let problem = match project::text(sight.tree, &record.path) {
        Ok(None) => Some("the record is gone".to_owned()),
        Ok(Some(text)) => read(record, &text).err().as_ref().map(on_one_line),
        Err(error) => Some(on_one_line(&error)),
    };
    if let Some(problem) = problem {
        return finding(problem, format!("git checkout -- {}", record.path));
    }
    let (kind, place, base) = of(record);
    if !sight.has(&place) && !sight.has_below(&place) {
        let message = format!("the {kind} `{}` is recorded, and `{place}` is gone", record.name);
        let fix =
            format!("`git checkout -- {place}`, or `ddd-forge remove-{kind} {}`", record.name);
        return finding(message, fix);
    }
    match sight.has(&base) {
        true => None,
        false => {
            let message = format!(
                "`{base}` is gone, or git ignores it: no later change can be merged without it"
            );
            finding(message, format!("git checkout -- {base}"))
        }
    }
}

/// Returns what was wrong and why; of a parser's lines the first, which says where, and the last.
fn on_one_line(error: &Error) -> String {
    let text = error.to_string();
    match (text.lines().next(), text.trim_end().lines().last()) {
        (Some(first), Some(last)) if first != last => format!("{first}: {last}"),
        _ => text,
    }
}

/// Reads a record as the commands do that need it.
fn read(record: &Record, text: &str) -> Result<()> {
    drift::files_in(record, text)?;
    match record.owner {
        Owner::Project => Ok(()),
        Owner::Domain => Domain::parse(&record.path, text).map(drop),
        Owner::Flow => Flow::parse(&record.path, text).map(drop),
    }
}

/// Returns what a record is of, where that stands, and where its text as written does.
fn of(record: &Record) -> (&'static str, String, String) {
    let base = record.path.replace(".toml", ".base.json.gz");
    match record.owner {
        Owner::Project => ("project", "app".to_owned(), BASE.to_owned()),
        Owner::Domain => ("domain", format!("app/domains/{}", record.name), base),
        Owner::Flow => {
            let module = record.name.replace('-', "_");
            ("flow", format!("app/workers/flows/{module}.py"), base)
        }
    }
}
