//! The place of a registration: in a list, or after calls of its kind.

use tree_sitter::Node;

use super::Registration;
use super::syntax::Module;
use crate::edit::Problem;
use crate::edit::text::{Splices, indent, line_end, line_start, next_line};
use crate::natural::natural;

/// The longest line that we write.
const WIDTH: usize = 100;

/// Where something is registered.
pub enum Place<'n> {
    /// In a list or a tuple.
    List(Node<'n>),
    /// After this call.
    After(Node<'n>),
}

/// Finds the one place.
///
/// # Errors
/// Fails where there is none, or several.
pub fn find_place<'n>(
    module: &'n Module<'_>,
    registration: &Registration<'_>,
) -> Result<Place<'n>, Problem> {
    let list = registration.list;
    let problem = |reason: String, line: Option<usize>| Err(registration.problem(reason, line));
    let (lists, others) = module.lists(list);
    match (&lists[..], &others[..]) {
        ([found], _) => return Ok(Place::List(*found)),
        ([_, second, ..], _) => {
            let line = second.start_position().row + 1;
            return problem(format!("`{list}` is given a value more than once"), Some(line));
        }
        ([], [line, ..]) => {
            return problem(format!("`{list}` is no list that stands here whole"), Some(*line));
        }
        ([], []) => {}
    }
    let calls = registration.call.map(|call| module.calls(call)).unwrap_or_default();
    let Some(last) = calls.iter().rev().find(|call| module.is_unconditional(**call)) else {
        return problem(format!("there is no list `{list}` at the top level"), None);
    };
    let same = |call: &&Node<'_>| {
        call.parent() == last.parent() && module.callee(**call) == module.callee(*last)
    };
    match calls.iter().find(|call| module.is_unconditional(**call) && !same(call)) {
        Some(other) => {
            let line = other.start_position().row + 1;
            problem("there are calls of its kind in several places".to_owned(), Some(line))
        }
        None => Ok(Place::After(*last)),
    }
}

/// Writes `expression` at the place.
pub fn add_place(module: &Module<'_>, place: &Place<'_>, expression: &str, splices: &mut Splices) {
    let (source, end) = (module.source, line_end(module.source));
    match place {
        Place::List(list) => add_element(module, *list, expression, splices),
        Place::After(call) => {
            let callee = module.callee(*call).unwrap_or_default();
            let line = format!("{}{callee}({expression})", indent(source, call.start_byte()));
            match next_line(source, call.end_byte()) {
                (place, true) => splices.insert(place, format!("{line}{end}")),
                (place, false) => splices.insert(place, format!("{end}{line}")),
            }
        }
    }
}

fn add_element(module: &Module<'_>, list: Node<'_>, expression: &str, splices: &mut Splices) {
    let elements = module.elements(list);
    let one_line = list.start_position().row == list.end_position().row;
    match (elements.last(), one_line) {
        (None, _) => fill(module, list, expression, splices),
        (Some(last), true) => add_inline(module, list, &elements, *last, expression, splices),
        (Some(last), false) => add_line(module, list, &elements, *last, expression, splices),
    }
}

/// Puts the first element into a list.
fn fill(module: &Module<'_>, list: Node<'_>, expression: &str, splices: &mut Splices) {
    let (source, end) = (module.source, line_end(module.source));
    let comma = if module.is_tuple(list) { "," } else { "" };
    let closing = list.end_byte() - 1;
    match module.has_comments(list) {
        true => {
            let place = line_start(source, closing);
            splices.insert(place, format!("{}    {expression},{end}", indent(source, closing)));
        }
        false => splices.replace(list.start_byte() + 1, closing, format!("{expression}{comma}")),
    }
}

/// Returns the element that the new one comes before, where all are sorted.
fn follower<'n>(module: &Module<'_>, elements: &[Node<'n>], expression: &str) -> Option<Node<'n>> {
    let names: Vec<_> = elements.iter().map(|node| natural(module.text(*node))).collect();
    let sorted = elements.iter().all(|node| module.is_name(*node)) && names.is_sorted();
    let new = natural(expression);
    let index = names.iter().position(|name| *name > new).filter(|_| sorted)?;
    elements.get(index).copied()
}

fn add_inline(
    module: &Module<'_>,
    list: Node<'_>,
    elements: &[Node<'_>],
    last: Node<'_>,
    expression: &str,
    splices: &mut Splices,
) {
    let source = module.source;
    let (row_end, _) = next_line(source, list.end_byte());
    let row = source[line_start(source, list.start_byte())..row_end].trim_end();
    let lone = module.is_tuple(list) && elements.len() == 1;
    if row.chars().count() + expression.len() + 2 > WIDTH {
        return explode(module, list, elements, expression, splices);
    }
    match (follower(module, elements, expression), module.comma_after(last)) {
        (Some(next), _) if !lone => splices.insert(next.start_byte(), format!("{expression}, ")),
        (_, Some(comma)) if lone => splices.insert(comma.end_byte(), format!(" {expression}")),
        (_, _) => splices.insert(last.end_byte(), format!(", {expression}")),
    }
}

/// Puts every element on a line of its own, as the line would be too long.
fn explode(
    module: &Module<'_>,
    list: Node<'_>,
    elements: &[Node<'_>],
    expression: &str,
    splices: &mut Splices,
) {
    let (source, end) = (module.source, line_end(module.source));
    let around = indent(source, list.start_byte());
    let next = follower(module, elements, expression);
    let mut texts: Vec<&str> = elements.iter().map(|node| module.text(*node)).collect();
    let index = next.and_then(|next| elements.iter().position(|node| *node == next));
    texts.insert(index.unwrap_or(texts.len()), expression);
    let lines: String = texts.iter().map(|text| format!("{around}    {text},{end}")).collect();
    splices.replace(list.start_byte() + 1, list.end_byte() - 1, format!("{end}{lines}{around}"));
}

fn add_line(
    module: &Module<'_>,
    list: Node<'_>,
    elements: &[Node<'_>],
    last: Node<'_>,
    expression: &str,
    splices: &mut Splices,
) {
    let (source, end) = (module.source, line_end(module.source));
    let own_line = |node: Node<'_>| {
        source[line_start(source, node.start_byte())..node.start_byte()].trim().is_empty()
    };
    let spread = elements.iter().all(|node| own_line(*node));
    let margin = indent(source, last.start_byte());
    if let Some(next) = follower(module, elements, expression).filter(|_| spread) {
        let margin = indent(source, next.start_byte());
        let place =
            above_comments(source, line_start(source, next.start_byte()), list.start_byte());
        return splices.insert(place, format!("{margin}{expression},{end}"));
    }
    let closes_here = last.end_position().row == list.end_position().row;
    match module.comma_after(last) {
        Some(comma) if closes_here => splices.insert(comma.end_byte(), format!(" {expression},")),
        None if closes_here => splices.insert(last.end_byte(), format!(", {expression}")),
        Some(comma) => {
            let (place, _) = next_line(source, comma.end_byte());
            splices.insert(place, format!("{margin}{expression},{end}"));
        }
        None => {
            splices.insert(last.end_byte(), ",");
            let (place, _) = next_line(source, last.end_byte());
            splices.insert(place, format!("{margin}{expression}{end}"));
        }
    }
}

/// Returns where a line begins, with the comments on the lines above it, after `limit`.
fn above_comments(source: &str, mut start: usize, limit: usize) -> usize {
    loop {
        let before = line_start(source, start.saturating_sub(1));
        if before <= limit
            || before >= start
            || !source[before..start].trim_start().starts_with('#')
        {
            return start;
        }
        start = before;
    }
}

/// Takes out an element, or a call that is a statement; answers `false` where it is neither.
pub fn remove_place(module: &Module<'_>, node: Node<'_>, splices: &mut Splices) -> bool {
    let source = module.source;
    if let Some(statement) = module.statement_of(node) {
        let start = line_start(source, statement.start_byte());
        let (end, ended) = next_line(source, statement.end_byte());
        let start =
            if ended { start } else { source[..start].trim_end_matches(['\r', '\n']).len() };
        splices.remove(start, end);
        return true;
    }
    let Some(list) = module.around(node) else { return false };
    let (before, after) = (module.comma_before(node), module.comma_after(node));
    let start = line_start(source, node.start_byte());
    let tail = after.map_or(node.end_byte(), |comma| comma.end_byte());
    let (end, ended) = next_line(source, tail);
    let rest = source[tail..end].trim();
    let own_line = source[start..node.start_byte()].trim().is_empty()
        && (rest.is_empty() || rest.starts_with('#'));
    let left = module.elements(list).len() - 1;
    match (own_line && ended, before, after) {
        (true, Some(comma), None) => {
            splices.remove(comma.start_byte(), comma.end_byte());
            splices.remove(start, end);
        }
        (true, ..) => splices.remove(start, end),
        // A tuple of one has a comma.
        (false, Some(comma), None) if module.is_tuple(list) && left == 1 => {
            splices.remove(comma.end_byte(), node.end_byte());
        }
        (false, Some(comma), None) => splices.remove(comma.start_byte(), node.end_byte()),
        (false, _, Some(comma)) => {
            let rest = &source[comma.end_byte()..];
            let space = rest.len() - rest.trim_start_matches(' ').len();
            splices.remove(node.start_byte(), comma.end_byte() + space);
        }
        (false, None, None) => splices.remove(node.start_byte(), node.end_byte()),
    }
    true
}
