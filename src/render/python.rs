//! Python as `ruff format` and its import rules would leave it, from templates that are written
//! plainly: every import that may be needed, every statement on one line.
//!
//! Knows no more of the language than our own templates use.

use crate::natural::natural;

/// The longest line, as the projects' `pyproject.toml` has it.
const WIDTH: usize = 100;

/// Drops the imports that nothing uses, sorts the others, and splits lines that are too long.
pub fn tidy(text: &str) -> String {
    let (imports, body) = take_imports(text);
    let words = words(&body);
    let used = |name: &str| words.binary_search(&name).is_ok();
    let code = body.split_once(PLACE).map_or("", |(_, code)| code);
    let defines = ["class ", "def ", "async def ", "@"].iter().any(|word| code.starts_with(word));
    let mut imports = arrange(imports, used);
    if !imports.is_empty() {
        imports.push_str(if defines { "\n\n\n" } else { "\n\n" });
    }
    let placed = body.replacen(PLACE, &imports, 1);
    let mut tidied = String::with_capacity(placed.len());
    for line in squeeze(&placed).lines() {
        split(line, &mut tidied);
    }
    tidied
}

/// Stands where the imports were.
const PLACE: &str = "\u{0}";

/// One name of an import.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Import {
    /// The module; empty for `import name`.
    module: String,
    /// What is imported.
    name: String,
    /// What it is called here.
    alias: Option<String>,
}

/// Takes the import statements at the top level out of `text`.
fn take_imports(text: &str) -> (Vec<Import>, String) {
    let (mut imports, mut body) = (Vec::new(), String::with_capacity(text.len()));
    let mut in_block = false;
    for line in text.lines() {
        let (module, names) = match (line.strip_prefix("from "), line.strip_prefix("import ")) {
            (Some(rest), _) => rest.split_once(" import ").unwrap_or((rest, "")),
            (None, Some(names)) => ("", names),
            _ if in_block && line.is_empty() => continue,
            _ => {
                in_block = false;
                body.push_str(line);
                body.push('\n');
                continue;
            }
        };
        if imports.is_empty() {
            body.push_str(PLACE);
        }
        in_block = true;
        for name in names.split(", ").filter(|name| !name.is_empty()) {
            let (name, alias) = match name.split_once(" as ") {
                Some((name, alias)) => (name, Some(alias.to_owned())),
                None => (name, None),
            };
            let import = Import { module: module.to_owned(), name: name.to_owned(), alias };
            if !imports.contains(&import) {
                imports.push(import);
            }
        }
    }
    (imports, body)
}

/// Returns every word of the code, sorted; what stands in strings and comments is none.
fn words(code: &str) -> Vec<&str> {
    let mut words = Vec::new();
    let mut rest = code;
    while let Some(c) = rest.chars().next() {
        let taken = match c {
            '#' => rest.find('\n').unwrap_or(rest.len()),
            '"' if rest.starts_with("\"\"\"") => after(rest, 3, "\"\"\""),
            '"' => after(rest, 1, "\""),
            c if c.is_alphabetic() || c == '_' => {
                let end = rest.find(|c: char| !c.is_alphanumeric() && c != '_');
                let word = &rest[..end.unwrap_or(rest.len())];
                words.push(word);
                // What stands in the braces of an f-string is code.
                let formatted = word == "f" && rest[1..].starts_with('"');
                if formatted { after(rest, 2, "\"") } else { word.len() }
            }
            c => c.len_utf8(),
        };
        if rest.starts_with("f\"") {
            let pieces = rest[..taken].split('{').skip(1);
            words.extend(pieces.flat_map(|piece| {
                piece
                    .split('}')
                    .next()
                    .unwrap_or_default()
                    .split(|c: char| !c.is_alphanumeric() && c != '_')
            }));
        }
        rest = &rest[taken..];
    }
    words.sort_unstable();
    words
}

/// Returns where the string that opens at `text` ends.
fn after(text: &str, opening: usize, closing: &str) -> usize {
    let mut index = opening;
    while let Some(found) = text[index..].find(['"', '\\']) {
        index += found;
        if text[index..].starts_with('\\') {
            index += 2;
        } else if text[index..].starts_with(closing) {
            return index + closing.len();
        } else {
            index += 1;
        }
    }
    text.len()
}

/// Writes the imports that are used: the standard library, other packages, our own.
fn arrange(imports: Vec<Import>, used: impl Fn(&str) -> bool) -> String {
    let mut imports: Vec<_> = imports
        .into_iter()
        .filter(|import| used(import.alias.as_deref().unwrap_or(&import.name)))
        .collect();
    imports.sort_by_cached_key(|import| {
        let plain = import.module.is_empty();
        let module = if plain { &import.name } else { &import.module };
        (section(module), !plain, natural(module), import.alias.is_some(), rank(&import.name))
    });
    let mut text = String::new();
    let mut last: Option<&Import> = None;
    for import in &imports {
        let of = |import: &Import| {
            if import.module.is_empty() { import.name.clone() } else { import.module.clone() }
        };
        let joins = |last: &Import| {
            !import.module.is_empty()
                && last.module == import.module
                && last.alias.is_none()
                && import.alias.is_none()
        };
        match last {
            Some(last) if joins(last) => text.push_str(&format!(", {}", import.name)),
            _ => {
                if let Some(last) = last {
                    let apart = section(&of(last)) != section(&of(import));
                    text.push_str(if apart { "\n\n" } else { "\n" });
                }
                let alias =
                    import.alias.as_ref().map_or(String::new(), |alias| format!(" as {alias}"));
                let from = if import.module.is_empty() {
                    String::new()
                } else {
                    format!("from {} ", import.module)
                };
                text.push_str(&format!("{from}import {}{alias}", import.name));
            }
        }
        last = Some(import);
    }
    text
}

/// Returns which block of imports a module stands in.
fn section(module: &str) -> u8 {
    const STANDARD: &[&str] =
        &["collections", "contextlib", "datetime", "decimal", "enum", "typing", "uuid"];
    match module.split('.').next().unwrap_or_default() {
        first if STANDARD.contains(&first) => 0,
        "app" | "tests" => 2,
        _ => 1,
    }
}

/// Sorts as the import rules do: constants, classes, other names.
fn rank(name: &str) -> (u8, Vec<(bool, u64, String)>) {
    let constant = name.len() > 1 && !name.chars().any(|c| c.is_ascii_lowercase());
    let kind = match name.chars().next() {
        _ if constant => 0,
        Some(first) if first.is_ascii_uppercase() => 1,
        _ => 2,
    };
    (kind, natural(name))
}

/// Leaves two empty lines at most, and none at the end or where a class begins.
fn squeeze(text: &str) -> String {
    let mut squeezed = text.trim_end().to_owned();
    squeezed.push('\n');
    while squeezed.contains("\n\n\n\n") {
        squeezed = squeezed.replace("\n\n\n\n", "\n\n\n");
    }
    let mut lines: Vec<&str> = Vec::new();
    for line in squeezed.lines() {
        let opened =
            lines.last().is_some_and(|last| last.starts_with("class ") && last.ends_with(':'));
        if !(line.is_empty() && opened) {
            lines.push(line);
        }
    }
    lines.join("\n") + "\n"
}

/// Writes a line: if it is too long, what its brackets hold stands on lines of its own.
fn split(line: &str, text: &mut String) {
    let parts = if line.chars().count() > WIDTH { brackets(line) } else { None };
    let Some((head, items, tail)) = parts else {
        text.push_str(line);
        text.push('\n');
        return;
    };
    let indent = &line[..line.len() - line.trim_start().len()];
    text.push_str(&head);
    text.push('\n');
    for item in items {
        split(&format!("{indent}    {item},"), text);
    }
    // What follows the bracket may be too long in its turn.
    split(&format!("{indent}{tail}"), text);
}

/// Takes a line apart at the brackets to open: up to the opening one, the items, and the rest.
fn brackets(line: &str) -> Option<(String, Vec<&str>, &str)> {
    if line.starts_with("from ") {
        let (head, names) = line.split_once(" import ")?;
        return Some((format!("{head} import ("), names.split(", ").collect(), ")"));
    }
    let pairs = pairs(line);
    let defines =
        ["def ", "class ", "async def "].iter().any(|word| line.trim_start().starts_with(word));
    let wide = |&&(open, close): &&(usize, usize)| {
        // A comma after the one thing in a subscript would make it another thing.
        let before = line[..open].chars().next_back();
        let subscript = line[open..].starts_with('[')
            && before.is_some_and(|c| c.is_alphanumeric() || "_])".contains(c));
        close > open + 1 && !(subscript && items(&line[open + 1..close]).len() < 2)
    };
    let (open, close) = match defines {
        true => *pairs.iter().find(wide)?,
        false => *pairs.iter().rev().find(wide)?,
    };
    Some((line[..=open].to_owned(), items(&line[open + 1..close]), &line[close..]))
}

/// Returns the places of the outermost brackets.
fn pairs(line: &str) -> Vec<(usize, usize)> {
    let (mut pairs, mut depth, mut open) = (Vec::new(), 0, 0);
    scan(line, |index, c| match c {
        '(' | '[' | '{' => {
            if depth == 0 {
                open = index;
            }
            depth += 1;
        }
        ')' | ']' | '}' => {
            depth -= 1;
            if depth == 0 {
                pairs.push((open, index));
            }
        }
        _ => {}
    });
    pairs
}

/// Splits at the commas outside of brackets.
fn items(inner: &str) -> Vec<&str> {
    let (mut items, mut depth, mut start) = (Vec::new(), 0, 0);
    scan(inner, |index, c| match c {
        '(' | '[' | '{' => depth += 1,
        ')' | ']' | '}' => depth -= 1,
        ',' if depth == 0 => {
            items.push(inner[start..index].trim());
            start = index + 1;
        }
        _ => {}
    });
    items.push(inner[start..].trim());
    items.retain(|item| !item.is_empty());
    items
}

/// Calls `see` for every character outside of strings.
fn scan(line: &str, mut see: impl FnMut(usize, char)) {
    let mut index = 0;
    while let Some(c) = line[index..].chars().next() {
        if c == '"' {
            index += after(&line[index..], 1, "\"");
        } else {
            see(index, c);
            index += c.len_utf8();
        }
    }
}
