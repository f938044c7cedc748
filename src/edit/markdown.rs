//! Lines in Markdown: rows of a table, and lines of a block, each put where it sorts and taken out
//! again. What stands there already counts by what it says, not by how it is laid out.

use super::Edit;
use super::text::{line_end, line_start};
use crate::natural::natural;

/// Where lines of a kind stand in a document.
#[derive(Clone, Copy, Debug)]
pub enum Place<'a> {
    /// In the first table after this line: `## Domains and routes`.
    Table(&'a str),
    /// In the first block that this line opens: `` ```mermaid ``.
    Block(&'a str),
}

/// What became of a line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Line {
    /// The document is as it should be, or becomes so.
    Done(Edit),
    /// Its place is not there any more.
    NoPlace,
    /// Another line says something else of the same, counted from 1.
    Other(usize),
}

/// A line of the place, with its bytes.
struct Found<'a> {
    text: &'a str,
    start: usize,
    end: usize,
}

/// Adds a line where it sorts among those that are there.
pub fn add(source: &str, place: Place<'_>, line: &str) -> Line {
    let Some((lines, end)) = lines(source, place) else { return Line::NoPlace };
    let (plain, key) = (place.plain(line), place.key(line));
    if lines.iter().any(|found| place.plain(found.text) == plain) {
        return Line::Done(Edit::Unchanged);
    }
    if let Some(other) = lines.iter().find(|found| place.key(found.text) == key) {
        return Line::Other(source[..other.start].matches('\n').count() + 1);
    }
    let key = natural(&key);
    let next = lines.iter().find(|found| natural(&place.key(found.text)) > key);
    let at = next.map_or(end, |found| found.start);
    let indent = lines.first().map_or("", |found| indent(found.text));
    let (head, tail) = source.split_at(at);
    let missing = if head.ends_with('\n') || head.is_empty() { "" } else { line_end(source) };
    Line::Done(Edit::Changed(format!(
        "{head}{missing}{indent}{}{}{tail}",
        line.trim(),
        line_end(source)
    )))
}

/// Takes a line out.
pub fn remove(source: &str, place: Place<'_>, line: &str) -> Line {
    let Some((lines, _)) = lines(source, place) else { return Line::NoPlace };
    let (plain, key) = (place.plain(line), place.key(line));
    if let Some(found) = lines.iter().find(|each| place.plain(each.text) == plain) {
        return Line::Done(Edit::Changed(format!(
            "{}{}",
            &source[..found.start],
            &source[found.end..]
        )));
    }
    match lines.iter().find(|found| place.key(found.text) == key) {
        Some(other) => Line::Other(source[..other.start].matches('\n').count() + 1),
        None => Line::Done(Edit::Unchanged),
    }
}

impl Place<'_> {
    /// Returns what a line says: of a row its cells, without the spaces that pad them.
    fn plain(self, line: &str) -> String {
        let words = |text: &str| text.split_whitespace().collect::<Vec<_>>().join(" ");
        match self {
            Place::Table(_) => {
                let cells = line.trim().trim_matches('|').split('|');
                cells.map(words).collect::<Vec<_>>().join("|")
            }
            Place::Block(_) => words(line),
        }
    }

    /// Returns what a line is about: of a row its first cell, of any other all of it.
    fn key(self, line: &str) -> String {
        let plain = self.plain(line);
        match self {
            Place::Table(_) => plain.split('|').next().unwrap_or_default().to_owned(),
            Place::Block(_) => plain,
        }
    }
}

fn indent(line: &str) -> &str {
    &line[..line.len() - line.trim_start().len()]
}

/// Returns the lines of a place, and where the next one would begin.
fn lines<'a>(source: &'a str, place: Place<'_>) -> Option<(Vec<Found<'a>>, usize)> {
    let mut all = Vec::new();
    let mut start = line_start(source, 0);
    for line in source[start..].split_inclusive('\n') {
        all.push(Found {
            text: line.trim_end_matches(['\r', '\n']),
            start,
            end: start + line.len(),
        });
        start += line.len();
    }
    let opening = match place {
        Place::Table(heading) => heading,
        Place::Block(fence) => fence,
    };
    let mut rest = all.into_iter().skip_while(|line| line.text.trim() != opening).skip(1);
    let is_row = |line: &Found<'_>| line.text.trim_start().starts_with('|');
    let (found, end): (Vec<_>, _) = match place {
        Place::Table(_) => {
            // Up to the next heading: below another one stands another table.
            let head =
                rest.find(|line| is_row(line) || line.text.starts_with('#')).filter(is_row)?;
            let rule = rest.next().filter(is_row)?;
            let _ = head;
            let rows: Vec<_> = rest.take_while(is_row).collect();
            let end = rows.last().map_or(rule.end, |row| row.end);
            (rows, end)
        }
        Place::Block(_) => {
            let kind = rest.next()?;
            let mut inner = Vec::new();
            let mut closed = false;
            for line in rest {
                closed = line.text.trim() == "```";
                if closed {
                    break;
                }
                inner.push(line);
            }
            let end = inner.last().map_or(kind.end, |line| line.end);
            (closed.then_some(inner)?, end)
        }
    };
    Some((found, end))
}

#[cfg(test)]
mod tests {
    use super::*;

    const TABLE: Place<'_> = Place::Table("## Domains");
    const BLOCK: Place<'_> = Place::Block("```mermaid");
    const TEXT: &str = "# A\n\n## Domains\n\nAll of them:\n\n| domain | path |\n|---|---|\n| `b` | /b |\n| `users` | `/users` |\n\nMore.\n\n```mermaid\nflowchart LR\n    b[b]\n    users[users]\n```\n";

    fn text(line: Line) -> String {
        match line {
            Line::Done(Edit::Changed(text)) => text,
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn a_line_comes_where_it_sorts_and_goes_again_to_the_byte() {
        for (place, line, before) in [
            (TABLE, "| `a` | /a |", "| `b` |"),
            (TABLE, "| `c` | /c |", "| `users` |"),
            (TABLE, "| `z` | /z |", "\nMore."),
            (BLOCK, "a[a]", "    b[b]"),
            (BLOCK, "b -->|x| users", "    b[b]"),
            (BLOCK, "z[z]", "```\n"),
        ] {
            for source in [TEXT.to_owned(), TEXT.replace('\n', "\r\n"), format!("\u{feff}{TEXT}")] {
                let end = line_end(&source);
                let added = text(add(&source, place, line));
                assert!(
                    added.contains(&format!("{line}{end}{}", before.replace('\n', end))),
                    "{added}"
                );
                assert_eq!(add(&added, place, line), Line::Done(Edit::Unchanged));
                assert_eq!(text(remove(&added, place, line)), source);
                assert_eq!(remove(&source, place, line), Line::Done(Edit::Unchanged));
            }
        }
    }

    #[test]
    fn layout_is_the_users_and_so_is_what_they_say() {
        let padded = TEXT.replace("| `b` | /b |", "|  `b`   | /b   |");
        assert_eq!(add(&padded, TABLE, "| `b` | /b |"), Line::Done(Edit::Unchanged));
        assert!(!text(remove(&padded, TABLE, "| `b` | /b |")).contains("`b`"));
        let other = TEXT.replace("| `b` | /b |", "| `b` | /b, for us |");
        assert_eq!(add(&other, TABLE, "| `b` | /b |"), Line::Other(9));
        assert_eq!(remove(&other, TABLE, "| `b` | /b |"), Line::Other(9));
    }

    #[test]
    fn a_place_that_is_gone_is_none() {
        for gone in [
            "",
            "## Domains\n",
            "## Domains\n\n## Other\n\n| a |\n|---|\n",
            "```mermaid\nflowchart\n",
        ] {
            assert_eq!(add(gone, TABLE, "| a |"), Line::NoPlace, "{gone}");
            assert_eq!(add(gone, BLOCK, "a"), Line::NoPlace, "{gone}");
        }
    }

    #[test]
    fn the_last_line_may_have_no_end() {
        let source = "## Domains\n| a |\n|---|\n| `b` |";
        assert_eq!(text(add(source, TABLE, "| `c` |")), format!("{source}\n| `c` |\n"));
    }
}
