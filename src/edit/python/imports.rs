//! Imports: put where they sort, and taken out again.

use tree_sitter::Node;

use super::Registration;
use super::syntax::{Binding, Module};
use crate::edit::text::{Splices, line_end, line_start, next_line};
use crate::natural::natural;

/// The longest line that we write.
const WIDTH: usize = 100;

/// Adds the import among those of the same package, where it sorts.
pub fn add_import(module: &Module<'_>, registration: &Registration<'_>, splices: &mut Splices) {
    let (source, end) = (module.source, line_end(module.source));
    let line = written(registration, end);
    let statements = module.statements();
    let package = registration.module.split('.').next();
    let kin: Vec<_> = statements
        .iter()
        .filter_map(|node| Some((*node, module.imported_module(*node)?)))
        .filter(|(_, name)| name.split('.').next() == package)
        .collect();
    if let Some((after, _)) =
        kin.iter().find(|(_, name)| natural(name) > natural(registration.module))
    {
        return splices.insert(above_comments(source, *after), format!("{line}{end}"));
    }
    if let Some((last, _)) = kin.last() {
        return below(source, *last, &line, end, splices);
    }
    let imports = statements.iter().rev().find(|node| module.is_import(**node));
    match imports {
        Some(last) => below(source, *last, &format!("{end}{line}"), end, splices),
        None => match statements.first().filter(|node| module.is_text(**node)) {
            Some(docstring) => below(source, *docstring, &format!("{end}{line}"), end, splices),
            None => splices.insert(line_start(source, 0), format!("{line}{end}{end}")),
        },
    }
}

/// Returns the import on one line, or on three where that is too long.
fn written(registration: &Registration<'_>, end: &str) -> String {
    let line = registration.import();
    match line.split_once(" import ") {
        Some((head, names)) if line.len() > WIDTH => {
            format!("{head} import ({end}    {names},{end})")
        }
        _ => line,
    }
}

/// Puts a line after a statement, and after what else stands on its last line.
fn below(source: &str, node: Node<'_>, line: &str, end: &str, splices: &mut Splices) {
    match next_line(source, node.end_byte()) {
        (place, true) => splices.insert(place, format!("{line}{end}")),
        (place, false) => splices.insert(place, format!("{end}{line}")),
    }
}

/// Returns where a statement begins, with the comments on the lines above it.
fn above_comments(source: &str, node: Node<'_>) -> usize {
    let mut start = line_start(source, node.start_byte());
    while start > 0 {
        let before = line_start(source, start - 1);
        if before == start || !source[before..start].trim_start().starts_with('#') {
            break;
        }
        start = before;
    }
    start
}

/// Adds `name` to an import `from … import …`, where it sorts.
pub fn put_name(module: &Module<'_>, statement: Node<'_>, name: &str, splices: &mut Splices) {
    let (source, end) = (module.source, line_end(module.source));
    let names = module.names_in(statement);
    let text = |node: &Node<'_>| module.text(*node);
    let line = statement.byte_range();
    let one_line = !source[line.clone()].contains('\n');
    if one_line && line.len() + name.len() + 2 > WIDTH {
        // What does not fit on a line has one for each name.
        let mut all: Vec<_> = names.iter().map(text).chain([name]).collect();
        all.sort_by_key(|name| sorted(name));
        let list: String = all.iter().map(|name| format!("    {name},{end}")).collect();
        let start = names.first().map_or(line.end, |node| node.start_byte());
        let start = source[..start].trim_end_matches(['(', ' ']).len();
        return splices.replace(start, line.end, format!(" ({end}{list})"));
    }
    let Some(last) = names.last() else { return };
    let next = names.iter().find(|node| sorted(text(node)) > sorted(name));
    let own_lines =
        source[line_start(source, last.start_byte())..last.start_byte()].trim().is_empty();
    match (next, own_lines) {
        (Some(next), true) => {
            let start = line_start(source, next.start_byte());
            let indent = &source[start..next.start_byte()];
            splices.insert(start, format!("{indent}{name},{end}"));
        }
        (Some(next), false) => splices.insert(next.start_byte(), format!("{name}, ")),
        (None, true) => {
            let indent = &source[line_start(source, last.start_byte())..last.start_byte()];
            let comma = if module.comma_after(*last).is_some() { "" } else { "," };
            let place = module.comma_after(*last).map_or(last.end_byte(), |comma| comma.end_byte());
            splices.insert(last.end_byte(), comma);
            let (line, _) = next_line(source, place);
            splices.insert(line, format!("{indent}{name},{end}"));
        }
        (None, false) => splices.insert(last.end_byte(), format!(", {name}")),
    }
}

/// The order of names in an import: constants, classes, the rest.
fn sorted(name: &str) -> (u8, impl Ord) {
    let plain = name.split(" as ").next().unwrap_or(name);
    let constant = plain.len() > 1 && !plain.contains(|c: char| c.is_ascii_lowercase());
    let rank = match (constant, plain.starts_with(|c: char| c.is_ascii_uppercase())) {
        (true, _) => 0,
        (false, true) => 1,
        (false, false) => 2,
    };
    (rank, natural(plain))
}

/// Takes out an import, or its name where the statement has others.
pub fn remove_import(module: &Module<'_>, binding: &Binding, splices: &mut Splices) {
    let source = module.source;
    if module.names_of(&binding.statement) < 2 {
        let start = line_start(source, binding.statement.start);
        let (end, ended) = next_line(source, binding.statement.end);
        // The last line of a file without an end takes the end of the line before with it.
        let start = if ended || start == 0 {
            start
        } else {
            source[..start].trim_end_matches(['\r', '\n']).len()
        };
        return splices.remove(start, end);
    }
    let (name, rest) = (&binding.name, &source[binding.name.end..]);
    let after = rest.trim_start();
    if let Some(after) = after.strip_prefix(',') {
        let own_line = source[line_start(source, name.start)..name.start].trim().is_empty();
        let comma = source.len() - after.len();
        return match (own_line, next_line(source, comma)) {
            (true, (end, true)) if source[comma..end].trim().is_empty() => {
                splices.remove(line_start(source, name.start), end);
            }
            _ => splices.remove(name.start, source.len() - after.trim_start_matches(' ').len()),
        };
    }
    let before = source[..name.start].trim_end();
    splices.remove(before.strip_suffix(',').unwrap_or(before).len(), name.end);
}
