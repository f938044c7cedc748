//! Entries of a list in a YAML file, such as the deployments of `prefect.yaml`.
//!
//! The parser says where entries stand, lines are spliced, and the parser reads what came of it: all
//! that was there must still be there, and nothing else but the entry.

use std::collections::BTreeMap;
use std::ops::Range;

use saphyr_parser::{Event, Parser, ScalarStyle, Span};

use super::text::{Splices, line_end};
use super::{Edit, Problem};

/// The key of an entry that says which one it is.
const NAME: &str = "name";

type Events<'a> = Vec<(Event<'a>, Span)>;

/// An entry of the list: its lines, counted from 0, and its events.
struct Entry {
    name: Option<String>,
    lines: Range<usize>,
    events: Range<usize>,
}

/// A list of mappings, each on lines of its own.
struct List {
    entries: Vec<Entry>,
    /// How far its dashes are indented.
    indent: String,
    /// The event that ends it.
    end: usize,
}

/// Adds `entry`, a mapping in block style that is not indented, after the last entry of the list `key`
/// at the top level, unless one of them is called `name`. An empty line goes before it where the list
/// has them between entries, and every other byte is kept.
///
/// # Errors
/// Fails where the text is not YAML, or the list is not there with an entry on lines of its own.
pub fn ensure_entry(source: &str, key: &str, name: &str, entry: &str) -> Result<Edit, Problem> {
    let by_hand = |(reason, line)| {
        let snippet = format!("{key}:\n  …\n{}", indented(entry, "  ").join("\n"));
        Problem { reason, line, snippet }
    };
    let before = events(source).map_err(by_hand)?;
    let list = list(source, &before, key).map_err(by_hand)?;
    if list.entries.iter().any(|entry| entry.name.as_deref() == Some(name)) {
        return Ok(Edit::Unchanged);
    }
    let lines = lines(source);
    let Some(last) = list.entries.last() else {
        return Err(by_hand((format!("the list `{key}` has no entry yet"), None)));
    };
    let spaced = match &list.entries[..] {
        [.., before, last] => lines[before.lines.end..last.lines.start]
            .iter()
            .any(|line| source[line.clone()].trim().is_empty()),
        _ => true,
    };
    let (end, place) = (line_end(source), lines[last.lines.end - 1].end);
    let mut text = indented(entry, &list.indent).join(end);
    if spaced {
        text.insert_str(0, end);
    }
    match source[..place].ends_with('\n') {
        true => text.push_str(end),
        false => text.insert_str(0, end),
    }
    let mut splices = Splices::default();
    splices.insert(place, text);
    let after_text = splices.apply(source);
    let after = events(&after_text).map_err(by_hand)?;
    let added = after.len().saturating_sub(before.len());
    match without(&after, &(list.end..list.end + added)) == plain(&before) && added > 0 {
        true => Ok(Edit::Changed(after_text)),
        false => Err(by_hand((format!("no place was found at the end of `{key}`"), None))),
    }
}

/// Takes the entry called `name` out of the list `key` at the top level, if it is there, with the
/// empty line before it.
///
/// # Errors
/// Fails where the text is not YAML, or something else needs what would go.
pub fn remove_entry(source: &str, key: &str, name: &str) -> Result<Edit, Problem> {
    let by_hand = |(reason, line)| Problem {
        reason,
        line,
        snippet: format!("remove: `- {NAME}: {name}` from `{key}`"),
    };
    let before = events(source).map_err(by_hand)?;
    // Without the list there is nothing to take out of it.
    let Ok(list) = list(source, &before, key) else { return Ok(Edit::Unchanged) };
    let named = |entry: &&Entry| entry.name.as_deref() == Some(name);
    let Some(entry) = list.entries.iter().find(named) else { return Ok(Edit::Unchanged) };
    let lines = lines(source);
    let is_empty =
        |line: usize| lines.get(line).is_some_and(|line| source[line.clone()].trim().is_empty());
    let (mut first, mut last) = (entry.lines.start, entry.lines.end);
    if first > 0 && is_empty(first - 1) {
        first -= 1;
    } else if is_empty(last) {
        last += 1;
    }
    let (mut start, end) = (lines[first].start, lines[last - 1].end);
    if end == source.len() && !source.ends_with('\n') {
        // The line before becomes the last one, which has no end either.
        start = source[..start].trim_end_matches(['\r', '\n']).len();
    }
    let mut splices = Splices::default();
    splices.remove(start, end);
    let after_text = splices.apply(source);
    let kept = without(&before, &entry.events);
    match events(&after_text).is_ok_and(|after| plain(&after) == kept) {
        true => Ok(Edit::Changed(after_text)),
        false => {
            let reason = format!("the entry `{name}` cannot go without changing what stays");
            Err(by_hand((reason, Some(entry.lines.start + 1))))
        }
    }
}

/// A mapping in a list: the line on which it begins, counted from 1, and its plain values by key.
pub type Mapping = (usize, BTreeMap<String, String>);

/// Returns the mappings in the list `key` at the top level, in whatever style; none where there is no
/// such list.
///
/// # Errors
/// Fails where the text is not YAML.
pub fn mappings(source: &str, key: &str) -> Result<Vec<Mapping>, Problem> {
    let problem = |(reason, line)| Problem { reason, line, snippet: String::new() };
    let events = events(source).map_err(problem)?;
    let top = events.iter().position(|(event, _)| matches!(event, Event::MappingStart(..)));
    let Some(list) = top.and_then(|top| member(&events, top, key)) else { return Ok(Vec::new()) };
    let (mut mappings, mut at) = (Vec::new(), list + 1);
    if !matches!(events[list].0, Event::SequenceStart(..)) {
        return Ok(mappings);
    }
    while !matches!(events[at].0, Event::SequenceEnd) {
        let next = after(&events, at);
        if matches!(events[at].0, Event::MappingStart(..)) {
            mappings.push((events[at].1.start.line(), scalars(&events, at)));
        }
        at = next;
    }
    Ok(mappings)
}

/// Returns the plain values of the mapping that begins at `at`, by key.
fn scalars(events: &Events<'_>, at: usize) -> BTreeMap<String, String> {
    let (mut scalars, mut at) = (BTreeMap::new(), at + 1);
    while !matches!(events[at].0, Event::MappingEnd) {
        let value = after(events, at);
        if let (Event::Scalar(key, ..), Event::Scalar(text, ..)) = (&events[at].0, &events[value].0)
        {
            scalars.insert(key.to_string(), text.to_string());
        }
        at = after(events, value);
    }
    scalars
}

/// Reads a text; where it is not YAML, says why and on which line.
fn events(source: &str) -> Result<Events<'_>, (String, Option<usize>)> {
    let text = source.strip_prefix('\u{feff}').unwrap_or(source);
    // To YAML a carriage return alone ends a line, to nobody else.
    if text.matches('\r').count() != text.matches("\r\n").count() {
        return Err(("it has carriage returns that end no line".to_owned(), None));
    }
    let read: Result<Events<'_>, _> = Parser::new_from_str(text).collect();
    read.map_err(|error| (format!("it is not YAML: {}", error.info()), Some(error.marker().line())))
}

/// Finds the list `key` at the top level of the first document.
fn list(source: &str, events: &Events<'_>, key: &str) -> Result<List, (String, Option<usize>)> {
    let missing = || (format!("there is no list `{key}` at the top level"), None);
    let top = events.iter().position(|(event, _)| matches!(event, Event::MappingStart(..)));
    let top = top.filter(|top| *top == 2).ok_or_else(missing)?;
    let value = member(events, top, key).ok_or_else(missing)?;
    let (Event::SequenceStart(..), span) = &events[value] else { return Err(missing()) };
    let not_block = |span: &Span| {
        let reason = format!("the entries of `{key}` do not stand on lines of their own");
        (reason, Some(span.start.line()))
    };
    let lines = lines(source);
    let (mut entries, mut indent, mut at) = (Vec::new(), None, value + 1);
    while !matches!(events[at].0, Event::SequenceEnd) {
        let next = after(events, at);
        let earliest = entries.last().map_or(0, |entry: &Entry| entry.lines.end);
        let dash = dash(source, &lines, earliest, events[at].1.start.line() - 1);
        let (first, before) = dash.ok_or_else(|| not_block(span))?;
        if indent.is_some_and(|indent| indent != before) {
            return Err(not_block(span));
        }
        indent = Some(before);
        let end = |event| last_line(source, &lines, before.len(), event);
        let last = events[at..next].iter().map(end).max().unwrap_or(first);
        let named = member(events, at, NAME).map(|value| &events[value].0);
        let name = match named {
            Some(Event::Scalar(text, ..)) => Some(text.to_string()),
            _ => None,
        };
        entries.push(Entry { name, lines: first..last + 1, events: at..next });
        at = next;
    }
    Ok(List { entries, indent: indent.unwrap_or_default().to_owned(), end: at })
}

/// Returns the line of the dash before an entry that begins on line `first`, and its indent.
fn dash<'a>(
    source: &'a str,
    lines: &[Range<usize>],
    earliest: usize,
    first: usize,
) -> Option<(usize, &'a str)> {
    // The dash may stand alone on a line before.
    let text = |line: usize| lines.get(line).map_or("", |line| &source[line.clone()]);
    let line = (earliest..=first).rfind(|line| text(*line).trim_start().starts_with('-'))?;
    let text = text(line);
    let (before, rest) = text.split_once('-')?;
    let own = before.chars().all(|c| c == ' ') && rest.starts_with([' ', '\t', '\r', '\n']);
    own.then_some((line, before))
}

/// Returns the last line, counted from 0, on which something of an event stands that belongs to an
/// entry whose dash is indented by `indent`.
fn last_line(
    source: &str,
    lines: &[Range<usize>],
    indent: usize,
    (event, span): &(Event<'_>, Span),
) -> usize {
    let last = span.end.line() - 1;
    match event {
        // The ends of block collections are only noticed at what follows them.
        Event::MappingEnd | Event::SequenceEnd if span.is_empty() => 0,
        // So are those of block scalars, whose lines are all further in than the dash.
        Event::Scalar(_, ScalarStyle::Literal | ScalarStyle::Folded, ..) => {
            let text = |line: usize| lines.get(line).map_or("", |line| &source[line.clone()]);
            let is_empty = |line: &usize| text(*line).trim().is_empty();
            let inside = |line: &usize| {
                is_empty(line) || text(*line).len() - text(*line).trim_start().len() > indent
            };
            let own = (span.start.line() - 1..=last).take_while(inside);
            own.filter(|line| !is_empty(line)).last().unwrap_or(0)
        }
        _ => last,
    }
}

/// Returns the event after the node that begins at `at`.
fn after(events: &Events<'_>, at: usize) -> usize {
    let mut depth = 0_usize;
    for (index, (event, _)) in events.iter().enumerate().skip(at) {
        match event {
            Event::MappingStart(..) | Event::SequenceStart(..) => depth += 1,
            Event::MappingEnd | Event::SequenceEnd => depth -= 1,
            _ => {}
        }
        if depth == 0 {
            return index + 1;
        }
    }
    events.len()
}

/// Returns where the value of `key` begins in the mapping that begins at `at`.
fn member(events: &Events<'_>, at: usize, key: &str) -> Option<usize> {
    let (Event::MappingStart(..), _) = events[at] else { return None };
    let mut at = at + 1;
    while !matches!(events[at].0, Event::MappingEnd) {
        let value = after(events, at);
        if matches!(&events[at].0, Event::Scalar(text, ..) if text == key) {
            return Some(value);
        }
        at = after(events, value);
    }
    None
}

fn plain<'a, 'b>(events: &'a Events<'b>) -> Vec<&'a Event<'b>> {
    events.iter().map(|(event, _)| event).collect()
}

fn without<'a, 'b>(events: &'a Events<'b>, gone: &Range<usize>) -> Vec<&'a Event<'b>> {
    let kept = events.iter().enumerate().filter(|(index, _)| !gone.contains(index));
    kept.map(|(_, (event, _))| event).collect()
}

/// Returns the lines of `source`, each with its end.
fn lines(source: &str) -> Vec<Range<usize>> {
    let mut start = 0;
    let line = |line: &str| {
        start += line.len();
        start - line.len()..start
    };
    source.split_inclusive('\n').map(line).collect()
}

/// Returns the lines of `entry` as an entry of a list whose dashes have this indent.
fn indented(entry: &str, indent: &str) -> Vec<String> {
    let mark = |index| if index == 0 { "- " } else { "  " };
    let line = |(index, line): (usize, &str)| format!("{indent}{}{line}", mark(index));
    entry.lines().enumerate().map(line).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const ENTRY: &str =
        "name: b\nschedules:\n  - cron: \"0 2 * * *\"\n    # why\n    active: true\npool: *p\n";

    /// What people make of such a file.
    const FILES: &[&str] = &[
        "p: &p x\ndeployments:\n  - name: a\n    pool: *p\n",
        "p: &p x\ndeployments:\n  - name: a\n\n  - name: c\n    pool: *p\n",
        "p: &p x\ndeployments:\n  - name: a\n  - name: c\n    pool: *p\n",
        "p: &p x\ndeployments: # ours\n  # first\n  - name: a # one\n    pool: *p # two\n  # last\n",
        "p: &p x\ndeployments:\n- name: a\n- pool: *p\n  name: \"c\"",
        "p: &p x\r\ndeployments:\r\n    - name: a\r\n\r\nafter: [1, 2]\r\n",
        "\u{feff}p: &p ü\ndeployments:\n  - name: é\n    text: |\n      more\n\n      lines\n\n# end\nz: 1\n",
        "---\np: &p x\ndeployments:\n  -\n    name: a\n    args: [1,\n      2]\n\n\n\n",
        "p: &p x\ndeployments:\n  - {name: a, pool: *p}\nz:\n  - name: b\n",
        "p: &p x\ndeployments:\n  - name: a\n    text: >-\n      folded\n      text\n  - name: c\n    t: 'x\n\n      y'\n",
    ];

    fn changed(edit: Result<Edit, Problem>) -> String {
        match edit.unwrap() {
            Edit::Changed(text) => text,
            Edit::Unchanged => panic!("unchanged"),
        }
    }

    #[test]
    fn an_entry_is_added_once_and_goes_again_without_a_trace() {
        for source in FILES {
            let text = changed(ensure_entry(source, "deployments", "b", ENTRY));
            assert_eq!(ensure_entry(&text, "deployments", "b", ENTRY), Ok(Edit::Unchanged));
            let line = if source.contains('\r') { "\r\n" } else { "\n" };
            let flat = text.replace("\r\n", "\n");
            assert_eq!(text, flat.replace('\n', line), "{source}");
            let back = changed(remove_entry(&text, "deployments", "b"));
            assert_eq!(&back, source, "{text}");
            assert_eq!(remove_entry(source, "deployments", "b"), Ok(Edit::Unchanged));
        }
    }

    #[test]
    fn an_entry_takes_the_form_that_it_finds() {
        let text = changed(ensure_entry(FILES[1], "deployments", "b", ENTRY));
        insta::assert_snapshot!(text, @r#"
        p: &p x
        deployments:
          - name: a

          - name: c
            pool: *p

          - name: b
            schedules:
              - cron: "0 2 * * *"
                # why
                active: true
            pool: *p
        "#);
        let text = changed(ensure_entry(FILES[3], "deployments", "b", ENTRY));
        assert!(text.contains("pool: *p # two\n\n  - name: b\n"), "{text}");
        let text = changed(ensure_entry(FILES[2], "deployments", "b", ENTRY));
        assert!(text.contains("pool: *p\n  - name: b\n"), "{text}");
    }

    #[test]
    fn mappings_are_read_in_every_style_with_their_lines() {
        for source in FILES {
            let text = changed(ensure_entry(source, "deployments", "b", ENTRY));
            let read = mappings(&text, "deployments").unwrap();
            let (line, values) = read.last().unwrap();
            assert!(text.lines().nth(line - 1).unwrap().contains("name: b"), "{text}");
            assert_eq!(values["name"], "b");
            assert!(!values.contains_key("schedules"));
        }
        let read = mappings("d: [{name: a, 1: 2}, x,\n  {name: &z y}]\n", "d").unwrap();
        assert_eq!(read.iter().map(|(line, _)| *line).collect::<Vec<_>>(), [1, 2]);
        assert_eq!(read[0].1["1"], "2");
        assert_eq!(mappings("d: x\n", "d"), Ok(vec![]));
        assert_eq!(mappings("", "d"), Ok(vec![]));
        assert!(mappings("d: [\n", "d").is_err());
    }

    #[test]
    fn the_first_and_a_middle_entry_go_too() {
        let source = "d:\n  - name: a\n\n  - name: b\n    x: 1\n\n  - name: c\n";
        let gone = |name| changed(remove_entry(source, "d", name));
        assert_eq!(gone("a"), "d:\n  - name: b\n    x: 1\n\n  - name: c\n");
        assert_eq!(gone("b"), "d:\n  - name: a\n\n  - name: c\n");
        assert_eq!(gone("c"), "d:\n  - name: a\n\n  - name: b\n    x: 1\n");
    }

    #[test]
    fn what_has_no_place_for_it_is_left_alone_with_what_to_paste() {
        for (source, reason) in [
            ("", "there is no list `deployments`"),
            ("x: 1\n", "there is no list `deployments`"),
            ("- deployments\n", "there is no list `deployments`"),
            ("deployments:\n", "there is no list `deployments`"),
            ("deployments: {a: 1}\n", "there is no list `deployments`"),
            ("x:\n  deployments:\n    - name: a\n", "there is no list `deployments`"),
            ("p: &p 1\ndeployments: []\n", "has no entry yet"),
            ("p: &p 1\ndeployments: [{name: a}]\n", "do not stand on lines of their own"),
            ("deployments:\n  - name: a\n", "it is not YAML"),
            ("p: &p 1\ndeployments:\n  - name: a\n bad\n", "it is not YAML"),
            ("p: [\n", "it is not YAML"),
            ("p: &p 1\rdeployments:\n  - name: a\n", "carriage returns that end no line"),
        ] {
            let problem = ensure_entry(source, "deployments", "b", ENTRY).unwrap_err();
            assert!(problem.reason.contains(reason), "{source}: {}", problem.reason);
            assert!(problem.snippet.contains("  - name: b\n    schedules:\n"), "{source}");
        }
    }

    #[test]
    fn an_entry_that_others_refer_to_is_left_alone() {
        let source = "d:\n  - &a\n    name: a\n  - name: b\n    <<: *a\n";
        let problem = remove_entry(source, "d", "a").unwrap_err();
        assert_eq!(problem.line, Some(2));
    }

    #[test]
    fn no_mangled_file_makes_it_panic_or_lose_a_byte() {
        for source in FILES {
            for (index, _) in source.char_indices() {
                let cut = &source[..index];
                if let Ok(Edit::Changed(text)) = ensure_entry(cut, "deployments", "b", ENTRY) {
                    let Ok(Edit::Changed(back)) = remove_entry(&text, "deployments", "b") else {
                        panic!("{text:?}")
                    };
                    assert_eq!(back.trim_end(), cut.trim_end(), "{text}");
                }
            }
        }
    }
}
