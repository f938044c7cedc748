//! Two changes of one statement, merged word by word in the layout of its owner.

use std::ops::Range;

use similar::{Algorithm, DiffOp, capture_diff_slices};

use super::units::{Token, Unit};

/// Returns the text of `ours` with what differs between `base` and `theirs`; nothing where both
/// changed the same place. Of a class it is what stands before its statements. `sources` are the whole
/// texts of ours and theirs.
pub fn merge(
    base: &Unit<'_>,
    ours: &Unit<'_>,
    theirs: &Unit<'_>,
    [source, wanted]: [&str; 2],
) -> Option<String> {
    let places = places(&base.tokens, &ours.tokens);
    let mut text = String::new();
    let mut done = ours.start;
    for (old, new) in changes(&base.tokens, &theirs.tokens) {
        let added = Added { tokens: &theirs.tokens, range: new, source: wanted };
        let Some(removed) = place(&places, &old, ours, &added)? else { continue };
        let (start, end, written) = splice(ours, source, &removed, &added)?;
        if start < done {
            return None;
        }
        text.push_str(&source[done..start]);
        text.push_str(&written);
        done = end;
    }
    let end = ours.body.as_ref().map_or(ours.end(), |(place, _)| *place);
    text.push_str(&source[done..end]);
    Some(text)
}

/// What theirs adds at one place.
struct Added<'a> {
    /// Every piece of theirs.
    tokens: &'a [Token<'a>],
    /// Those that are added.
    range: Range<usize>,
    /// The text of theirs.
    source: &'a str,
}

impl<'a> Added<'a> {
    fn own(&self) -> &'a [Token<'a>] {
        &self.tokens[self.range.clone()]
    }

    /// Tells whether elements are added at the end of a list.
    fn ends_list(&self) -> bool {
        self.own().first().is_some_and(|token| token.text == ",")
            && self.tokens.get(self.range.end).is_some_and(closes)
    }

    /// Tells whether what is left of a tuple has one element, which needs its comma.
    fn leaves_one(&self) -> bool {
        let Some(close) = self.tokens.get(self.range.end).filter(|token| token.text == ")") else {
            return false;
        };
        let before = &self.tokens[..self.range.end];
        let comma =
            before.last().is_some_and(|last| self.source[last.end..close.start].contains(','));
        comma && list_start(before).is_some_and(|start| commas(&before[start..]) == 0)
    }
}

fn closes(token: &Token<'_>) -> bool {
    matches!(&*token.text, ")" | "]" | "}")
}

fn opens(token: &Token<'_>) -> bool {
    matches!(&*token.text, "(" | "[" | "{")
}

/// Returns where the list begins, after its bracket, that is open at the end of `tokens`.
fn list_start(tokens: &[Token<'_>]) -> Option<usize> {
    let mut depth = 0_usize;
    for (index, token) in tokens.iter().enumerate().rev() {
        match token {
            token if closes(token) => depth += 1,
            token if opens(token) && depth == 0 => return Some(index + 1),
            token if opens(token) => depth -= 1,
            _ => {}
        }
    }
    None
}

/// Returns how many commas stand between elements, those inside of elements aside.
fn commas(tokens: &[Token<'_>]) -> usize {
    let (mut depth, mut count) = (0_usize, 0);
    for token in tokens {
        match token {
            token if opens(token) => depth += 1,
            token if closes(token) => depth = depth.saturating_sub(1),
            token if token.text == "," && depth == 0 => count += 1,
            _ => {}
        }
    }
    count
}

fn difference(old: &[Token<'_>], new: &[Token<'_>]) -> Vec<DiffOp> {
    let texts = |tokens: &[Token<'_>]| {
        tokens.iter().map(|token| token.text.to_string()).collect::<Vec<_>>()
    };
    capture_diff_slices(Algorithm::Myers, &texts(old), &texts(new))
}

/// Returns what differs, as ranges of the pieces of both. Elements added between two others come after
/// the comma of the first, where what its owner says of it stands before them.
fn changes(base: &[Token<'_>], theirs: &[Token<'_>]) -> Vec<(Range<usize>, Range<usize>)> {
    let ops = difference(base, theirs).into_iter();
    let ops = ops.filter(|op| !matches!(op, DiffOp::Equal { .. }));
    ops.map(|op| {
        let (old, new) = (op.old_range(), op.new_range());
        let comma = |tokens: &[Token<'_>], index: usize| {
            tokens.get(index).is_some_and(|token| token.text == ",")
        };
        match old.is_empty() && comma(theirs, new.start) && comma(base, old.start) {
            true => (old.start + 1..old.end + 1, new.start + 1..new.end + 1),
            false => (old, new),
        }
    })
    .collect()
}

/// Returns for each piece of the base where it is in ours, if it still is.
fn places(base: &[Token<'_>], ours: &[Token<'_>]) -> Vec<Option<usize>> {
    let mut places = vec![None; base.len()];
    for op in difference(base, ours) {
        if let DiffOp::Equal { old_index, new_index, len } = op {
            (0..len).for_each(|step| places[old_index + step] = Some(new_index + step));
        }
    }
    places
}

/// Returns the pieces of ours that `old` of the base are, an empty range for a place between two; or
/// that ours has been given the same already. Nothing where ours changed just there.
fn place(
    places: &[Option<usize>],
    old: &Range<usize>,
    ours: &Unit<'_>,
    added: &Added<'_>,
) -> Option<Option<Range<usize>>> {
    if !old.is_empty() {
        let found: Vec<usize> = places[old.clone()].iter().copied().collect::<Option<_>>()?;
        let unbroken = found.windows(2).all(|pair| pair[0] + 1 == pair[1]);
        return unbroken.then(|| Some(found[0]..found[found.len() - 1] + 1));
    }
    let after = places.get(old.start).copied().unwrap_or(Some(ours.tokens.len()))?;
    let before = old.start.checked_sub(1).map_or(Some(0), |index| Some(places[index]? + 1));
    let Some(before) = before else {
        // What comes at the end of a list comes there, whatever its last element has become.
        let is_there = has_elements(&ours.tokens, after, added.own());
        return added.ends_list().then_some((!is_there).then_some(after..after));
    };
    if has_elements(&ours.tokens, after, added.own()) {
        return Some(None);
    }
    let own = &ours.tokens[before..after];
    // Nothing may follow a keyword, or the options of a table.
    let place = if ends_in_keyword(own) { before } else { after };
    Some(Some(place..place))
}

/// Tells whether the list around the piece `place` has the elements already that are to be added to it;
/// outside of a list, whether they stand just before.
fn has_elements(ours: &[Token<'_>], place: usize, added: &[Token<'_>]) -> bool {
    let is_comma = |token: &Token<'_>| token.text == ",";
    let first = usize::from(added.first().is_some_and(is_comma));
    let last = added.len() - usize::from(added.len() > 1 && added.last().is_some_and(is_comma));
    let elements = &added[first..last.max(first)];
    let same =
        |window: &[Token<'_>]| window.iter().zip(elements).all(|(one, two)| one.text == two.text);
    if elements.len() == added.len() {
        let start = place.saturating_sub(added.len());
        return place >= added.len() && same(&ours[start..place]);
    }
    let Some(start) = list_start(&ours[..place]) else { return false };
    let rest = &ours[start..];
    (0..rest.len().saturating_sub(elements.len())).any(|index| {
        let end = index + elements.len();
        let begins = index == 0 || is_comma(&rest[index - 1]);
        begins && same(&rest[index..end]) && (is_comma(&rest[end]) || closes(&rest[end]))
    })
}

/// Tells whether the last of several elements has to be the last one.
fn ends_in_keyword(tokens: &[Token<'_>]) -> bool {
    let start = (0..tokens.len())
        .rev()
        .find(|index| tokens[*index].text == "," && commas(&tokens[*index..]) == 1);
    let Some(start) = start else { return false };
    match &tokens[start + 1..] {
        [first, ..] if matches!(&*first.text, "{" | "**") => true,
        [_, second, ..] => second.text == "=",
        _ => false,
    }
}

/// Returns the bytes of ours that go for `removed`, and the text that comes instead of them; nothing
/// where a comment of its owner would be lost, or stand beside another thing.
fn splice(
    ours: &Unit<'_>,
    source: &str,
    removed: &Range<usize>,
    added: &Added<'_>,
) -> Option<(usize, usize, String)> {
    let end_of =
        |index: usize| index.checked_sub(1).map_or(ours.start, |index| ours.tokens[index].end);
    let next = ours.tokens.get(removed.end).map_or(ours.end(), |token| token.start);
    let (start, mut end) = (end_of(removed.start), end_of(removed.end));
    let written = written(ours, source, removed.start, added);
    let rest = &source[end.max(start)..next.max(end)];
    let beside = rest.split('\n').next().is_some_and(|line| line.contains('#'));
    if removed.is_empty() {
        return match (beside, added.ends_list()) {
            (false, _) => Some((start, start, written)),
            (true, true) => {
                let comma = if rest.split('#').next()?.contains(',') { "" } else { "," };
                let line = start + rest.rfind('\n')?;
                let elements = written.trim_start_matches(',');
                Some((start, line, format!("{comma}{}{elements},", &source[start..line])))
            }
            (true, false) if end_of_element(ours, removed.start) => {
                let line = start + rest.find('\n')?;
                Some((line, line, written))
            }
            (true, false) => None,
        };
    }
    end = end.max(start);
    let mut done = start;
    for token in &ours.tokens[removed.clone()] {
        if source[done..token.start].contains('#') {
            return None;
        }
        done = token.end;
    }
    let alone = added.leaves_one() && ours.tokens.get(removed.end).is_some_and(closes);
    let comma = if alone && !rest.contains(',') { "," } else { "" };
    (!beside).then(|| (start, end, written + comma))
}

/// Tells whether the piece before `index` ends an element, or the line of a bracket.
fn end_of_element(ours: &Unit<'_>, index: usize) -> bool {
    let before = index.checked_sub(1).map(|index| &ours.tokens[index]);
    before.is_some_and(|token| token.text == "," || opens(token))
}

/// Returns what is added before the piece `index` of ours, laid out as the elements around it are.
fn written(ours: &Unit<'_>, source: &str, index: usize, added: &Added<'_>) -> String {
    let layout = layout(&ours.tokens[..index], ours.tokens.get(index), source);
    let previous = added.range.start.checked_sub(1).map(|index| &added.tokens[index]);
    let mut done = previous.map_or(0, |token| token.end);
    let mut after_comma = previous.is_some_and(|token| token.text == ",");
    let (mut text, mut depth) = (String::new(), 0_usize);
    for token in added.own() {
        let own = &added.source[done..token.start];
        match &layout {
            Some(layout) if after_comma && depth == 0 => text.push_str(layout),
            _ => text.push_str(own),
        }
        text.push_str(&added.source[token.start..token.end]);
        match token {
            token if opens(token) => depth += 1,
            token if closes(token) => depth = depth.saturating_sub(1),
            _ => {}
        }
        (done, after_comma) = (token.end, token.text == ",");
    }
    text
}

/// Returns what stands between two elements of the list that is open at the end of `before`.
fn layout(before: &[Token<'_>], next: Option<&Token<'_>>, source: &str) -> Option<String> {
    let start = list_start(before)?;
    let first = before.get(start).or(next)?;
    let gap = &source[before[start - 1].end..first.start];
    Some(match gap.rsplit_once('\n') {
        Some((_, indent)) => format!("\n{indent}"),
        None => " ".to_owned(),
    })
}
