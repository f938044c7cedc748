//! A registration in a file that is known to be as we wrote it: no need to parse.

use super::{Assembly, Registration};
use crate::natural::natural;

/// Registers in a file of ours; `None` where anything looks unusual.
pub fn register_pristine(source: &str, registration: &Registration<'_>) -> Option<String> {
    if source.contains(['\r', '\u{feff}'])
        || source.contains(" import (")
        || !source.ends_with('\n')
    {
        return None;
    }
    let (package, _) = registration.module.rsplit_once('.')?;
    let line = registration.import();
    if line.len() > 100 || source.contains(&format!("{line}\n")) {
        return None;
    }
    let block = format!("from {package}.");
    let with_import = insert(source, 0, &line, |line| {
        let rest = line.strip_prefix(&block)?;
        Some(rest.split(' ').next().unwrap_or_default().to_owned())
    })?;
    let start =
        with_import.find(&format!("\n{} = [\n", registration.list))? + registration.list.len() + 6;
    insert(&with_import, start, &format!("    {},", registration.alias), |line| {
        let name = line.strip_prefix("    ")?.strip_suffix(',')?;
        let plain = name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_');
        plain.then(|| name.to_owned())
    })
}

/// Reads how a router is put together that has no line but such as we write; `None` for any other.
pub fn plain_assembly(source: &str, list: &str) -> Option<Assembly> {
    let mut found = Assembly::default();
    let mut in_list = false;
    let is_name = |text: &str| text.chars().all(|c| c.is_ascii_alphanumeric() || c == '_');
    for line in source.lines() {
        let import = line.strip_prefix("from ").and_then(|rest| rest.split_once(" import "));
        match (import, line.strip_prefix("    ").and_then(|rest| rest.strip_suffix(','))) {
            (Some((module, names)), _) => {
                let (name, called) = names.split_once(" as ").unwrap_or((names, names));
                if !is_name(name) || !is_name(called) {
                    return None;
                }
                found.imports.push((module.to_owned(), name.to_owned(), called.to_owned()));
            }
            (None, Some(name)) if in_list && is_name(name) => found.listed.push(name.to_owned()),
            _ if line.strip_prefix(list) == Some(" = [") => in_list = true,
            _ if line == "]" => in_list = false,
            _ if OTHERS.contains(&line) || line.starts_with("\"\"\"Every route") => {}
            _ if line.trim_start().starts_with('#') => {}
            _ => return None,
        }
    }
    Some(found)
}

/// The lines of a router of ours that name none.
const OTHERS: &[&str] = &[
    "",
    "__all__ = [\"api_router\", \"health_router\"]",
    "__all__ = [\"api_router\", \"health_router\", \"webhook_router\"]",
    "api_router = APIRouter()",
    "for router in ROUTERS:",
    "    api_router.routes.extend(router.routes)",
];

/// Puts `line` into the first run of lines after `start` that have a name, where its own sorts.
fn insert(
    source: &str,
    start: usize,
    line: &str,
    name: impl Fn(&str) -> Option<String>,
) -> Option<String> {
    let new = natural(&name(line)?);
    let (mut place, mut offset, mut last) = (None, start, None);
    for each in source[start..].split_inclusive('\n') {
        match name(each.trim_end_matches('\n')).map(|name| natural(&name)) {
            Some(name) => {
                if last.as_ref().is_some_and(|last| *last >= name) || name == new {
                    return None;
                }
                if name > new {
                    place = place.or(Some(offset));
                }
                last = Some(name);
            }
            None if last.is_some() => break,
            None => {}
        }
        offset += each.len();
    }
    last?;
    let place = place.unwrap_or(offset);
    Some(format!("{}{line}\n{}", &source[..place], &source[place..]))
}
