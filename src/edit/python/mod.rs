//! Registrations in Python modules: an import, and an element of a list or a call beside its kin.
//!
//! The place is found in the syntax, never by patterns in the text; then bytes are spliced.

mod endpoints;
mod import_scan;
mod imports;
mod merge;
mod pieces;
mod places;
mod pristine;
mod syntax;

use super::text::Splices;
use super::{Edit, Problem};
use imports::{add_import, remove_import};
use places::{add_place, find_place, remove_place};
use syntax::{Binding, Module};

pub use endpoints::{Assembly, Endpoint, Endpoints, Meanings, Need, assembly, endpoints, meanings};
pub use import_scan::{Class, Flow, Import, Scan};
pub use merge::{Conflict, Merged, merge};
pub use pristine::register_pristine;

/// Something that a module imports and lists.
#[derive(Clone, Copy, Debug)]
pub struct Registration<'a> {
    /// The module it comes from: `app.api.routes.orders`.
    pub module: &'a str,
    /// Its name there: `router`.
    pub name: &'a str,
    /// Its name here: `orders_router`.
    pub alias: &'a str,
    /// The list or tuple at the top level that it belongs to: `ROUTERS`.
    pub list: &'a str,
    /// The method that is called with it where there is no such list: `include_router`.
    pub call: Option<&'a str>,
}

impl Registration<'_> {
    /// Returns the import as one line.
    fn import(&self) -> String {
        match self.alias == self.name {
            true => format!("from {} import {}", self.module, self.name),
            false => format!("from {} import {} as {}", self.module, self.name, self.alias),
        }
    }

    /// Returns what to paste by hand.
    fn snippet(&self) -> String {
        format!("{}\n\n{} = [\n    ...,\n    {},\n]\n", self.import(), self.list, self.alias)
    }

    fn problem(&self, reason: impl Into<String>, line: Option<usize>) -> Problem {
        Problem { reason: reason.into(), line, snippet: self.snippet() }
    }
}

/// Registers what is not registered yet, under whatever name, and keeps every other byte.
///
/// # Errors
/// Fails where the text is not Python, or the place cannot be found for sure.
pub fn register(source: &str, registration: &Registration<'_>) -> Result<Edit, Problem> {
    let module = parsed(source, registration)?;
    let bindings = module.bindings(registration.module, registration.name);
    if bindings.iter().any(|binding| module.is_listed(&binding.expression, registration)) {
        return Ok(Edit::Unchanged);
    }
    let mut splices = Splices::default();
    let expression = match bindings.iter().find(|binding| binding.top_level) {
        Some(binding) => binding.expression.clone(),
        None => {
            if let Some(Binding { line, .. }) = bindings.first() {
                let reason = format!("`{}` is imported inside of something", registration.module);
                return Err(registration.problem(reason, Some(*line)));
            }
            if let Some(line) = module.line_of(registration.alias) {
                let reason = format!("`{}` means something else here", registration.alias);
                return Err(registration.problem(reason, Some(line)));
            }
            add_import(&module, registration, &mut splices);
            registration.alias.to_owned()
        }
    };
    let place = find_place(&module, registration)?;
    add_place(&module, &place, &expression, &mut splices);
    finish(source, splices, registration)
}

/// Takes a registration out, if it is there.
///
/// # Errors
/// Fails where the text is not Python, or something else uses what is imported.
pub fn unregister(source: &str, registration: &Registration<'_>) -> Result<Edit, Problem> {
    let module = parsed(source, registration)?;
    let bindings = module.bindings(registration.module, registration.name);
    let [binding] = &bindings[..] else {
        return match bindings.get(1) {
            None => Ok(Edit::Unchanged),
            Some(second) => {
                let reason = format!("`{}` is imported twice", registration.module);
                Err(registration.problem(reason, Some(second.line)))
            }
        };
    };
    let by_hand = |reason: String, line| Problem {
        reason,
        line: Some(line),
        snippet: format!("remove: {}\nremove: {}\n", registration.import(), binding.expression),
    };
    if !binding.top_level || binding.is_module {
        let reason = format!("`{}` is imported in a way of its own", registration.module);
        return Err(by_hand(reason, binding.line));
    }
    let listed = module.listed(&binding.expression, registration);
    let uses = module.uses(&binding.expression);
    let other = uses
        .iter()
        .find(|node| !listed.iter().any(|each| each.byte_range().contains(&node.start_byte())));
    if let Some(other) = other {
        let line = other.start_position().row + 1;
        return Err(by_hand(
            format!("`{}` is used for something else, too", binding.expression),
            line,
        ));
    }
    let mut splices = Splices::default();
    for node in &listed {
        if !remove_place(&module, *node, &mut splices) {
            let line = node.start_position().row + 1;
            return Err(by_hand(
                format!("`{}` stands in a place of its own", binding.expression),
                line,
            ));
        }
    }
    remove_import(&module, binding, &mut splices);
    finish(source, splices, registration)
}

fn parsed<'a>(source: &'a str, registration: &Registration<'_>) -> Result<Module<'a>, Problem> {
    Module::parse(source)
        .map_err(|line| registration.problem("this is not valid Python", Some(line)))
}

/// Makes the splices, and looks once more whether what they make is Python.
fn finish(
    source: &str,
    splices: Splices,
    registration: &Registration<'_>,
) -> Result<Edit, Problem> {
    let text = splices.apply(source);
    match Module::parse(&text) {
        Ok(_) => Ok(Edit::Changed(text)),
        Err(line) => {
            Err(registration.problem("no place was found that leaves it valid", Some(line)))
        }
    }
}
