//! Registrations that are missing, made.

use std::mem::take;

use super::flows::{DEPLOYMENTS, SERVER};
use super::{Finding, Mend, findings};
use crate::commands::{flow_places, registration};
use crate::error::Result;
use crate::model::Manifest;
use crate::plan::Draft;

/// Plans the registrations that are missing, and returns the findings that are left: those of other
/// rules, and those whose place was not found for sure.
///
/// # Errors
/// Fails where a file that we wrote cannot be read.
pub fn mend(manifest: &Manifest, draft: &mut Draft<'_>) -> Result<Vec<Finding>> {
    let found = findings(draft, manifest)?;
    let mut mends: Vec<_> = found.iter().filter_map(|finding| finding.mend.clone()).collect();
    mends.sort();
    mends.dedup();
    if mends.is_empty() {
        return Ok(found);
    }
    mends.iter().try_for_each(|mend| attempt(draft, mend))?;
    let mut left = findings(draft, manifest)?;
    for finding in &mut left {
        finding.fix = finding.mend.as_ref().map_or_else(|| take(&mut finding.fix), by_hand);
    }
    Ok(left)
}

/// Returns what to do where no place was found for sure.
fn by_hand(mend: &Mend) -> String {
    match mend {
        Mend::Router(module) => format!(
            "by hand: in `app/api/router.py`, `from app.api.routes.{module} import router as {module}_router`, and `{module}_router` in `ROUTERS`"
        ),
        Mend::Flow(name) => format!(
            "by hand: `{}` in `FLOWS` of `{}`, and as the entrypoint of `{}` in `{}`",
            name.function(),
            SERVER,
            name.deployment(),
            DEPLOYMENTS,
        ),
    }
}

/// Plans one registration, if it can be made whole.
fn attempt(draft: &mut Draft<'_>, mend: &Mend) -> Result<()> {
    let mut alone = Draft::new(draft);
    match mend {
        Mend::Router(module) => registration::add(&mut alone, &registration::router(module))?,
        Mend::Flow(name) => {
            if let Some(flow) = flow_places::record(&alone, name)? {
                flow_places::enter(&mut alone, &flow)?;
            }
        }
    }
    // What has no place stays a finding, which says what to do.
    let Ok(set) = alone.finish() else { return Ok(()) };
    for change in set.changes {
        draft.put(change.path, change.after, &change.why)?;
    }
    Ok(())
}
