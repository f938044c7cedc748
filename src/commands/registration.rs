//! The lines that register something new in files that people edit.

use super::recorded;
use crate::edit::{Edit, python};
use crate::error::{Error, Result};
use crate::plan::Draft;
use crate::project;
use crate::tree::RelPath;

/// Something to be registered, and where.
#[derive(Clone, Debug)]
pub struct Registration {
    file: &'static str,
    module: String,
    name: String,
    alias: String,
    list: &'static str,
    call: Option<&'static str>,
}

/// The routes of a domain.
pub fn router(module: &str) -> Registration {
    Registration {
        file: "app/api/router.py",
        module: format!("app.api.routes.{module}"),
        name: "router".to_owned(),
        alias: format!("{module}_router"),
        list: "ROUTERS",
        call: Some("include_router"),
    }
}

impl Registration {
    fn python(&self) -> python::Registration<'_> {
        python::Registration {
            module: &self.module,
            name: &self.name,
            alias: &self.alias,
            list: self.list,
            call: self.call,
        }
    }
}

/// Plans the registration; where it cannot be made, the draft keeps the lines to paste.
///
/// # Errors
/// Fails where the file cannot be read.
pub fn add(draft: &mut Draft<'_>, registration: &Registration) -> Result<()> {
    change(draft, registration, |source, pristine| {
        let entry = registration.python();
        // A file that is as we wrote it needs no parser.
        match pristine.then(|| python::register_pristine(source, &entry)).flatten() {
            Some(text) => Ok(Edit::Changed(text)),
            None => python::register(source, &entry),
        }
    })
}

/// Plans that the registration goes.
///
/// # Errors
/// Fails where the file cannot be read.
pub fn remove(draft: &mut Draft<'_>, registration: &Registration) -> Result<()> {
    change(draft, registration, |source, _| python::unregister(source, &registration.python()))
}

fn change(
    draft: &mut Draft<'_>,
    registration: &Registration,
    edit: impl FnOnce(&str, bool) -> std::result::Result<Edit, crate::edit::Problem>,
) -> Result<()> {
    let path = RelPath::parse(registration.file)?;
    let Some(source) = project::text(draft, registration.file)? else {
        return Err(Error::not_applied(format!("`{path}` is not there"))
            .hint(format!("git checkout -- {path}")));
    };
    let pristine = recorded::is_pristine(draft, registration.file, &source)?;
    match edit(&source, pristine) {
        Ok(Edit::Unchanged) => Ok(()),
        Ok(Edit::Changed(text)) => {
            recorded::edit(draft, registration.file, &source, text, &registration.alias)
        }
        Err(problem) => {
            draft.problem(path, problem.line, problem.reason, problem.snippet);
            Ok(())
        }
    }
}
