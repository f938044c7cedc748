//! Merges what two sides made of one module: ours, which its owner edited, and theirs, which we would
//! write now. `base` is what we wrote before.
//!
//! What differs between base and theirs is taken statement by statement into ours, wherever it stands
//! there now; a statement that both changed is merged word by word. All else of ours stays as it is.

mod imports;
mod tokens;
mod units;

use std::fmt::Write;

use super::super::text::line_end;
use super::syntax::Module;
use units::Unit;

/// What a merge came to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Merged {
    /// The text; where there are conflicts, with their usual markers.
    pub text: String,
    /// Where both changed the same thing.
    pub conflicts: Vec<Conflict>,
}

/// A statement that cannot be merged safely.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Conflict {
    /// Where it stands in ours, or would, counted from 1.
    pub line: usize,
    /// Why.
    pub reason: String,
    /// What ours has.
    pub ours: String,
    /// What we wrote; empty for what is new.
    pub base: String,
    /// What we would write now; empty for what goes.
    pub theirs: String,
}

/// Merges what differs between `base` and `theirs` into `ours`.
///
/// # Errors
/// Fails with the line of the first error where ours is not valid Python.
pub fn merge(base: &str, ours: &str, theirs: &str) -> Result<Merged, usize> {
    let mark = if ours.starts_with('\u{feff}') { "\u{feff}" } else { "" };
    let ours = &ours[mark.len()..];
    let end = line_end(ours);
    let [base, theirs] = [base, theirs].map(|text| text.replace('\n', end));
    if ours == base || ours == theirs {
        return Ok(Merged { text: format!("{mark}{theirs}"), conflicts: Vec::new() });
    }
    let [before, own, wanted] =
        [Module::parse(&base)?, Module::parse(ours)?, Module::parse(&theirs)?];
    let mut merging = Merging { sources: [ours, &theirs], conflicts: Vec::new() };
    let own_units = units::units(&own);
    let mut text = merging.block(&units::units(&before), &own_units, &units::units(&wanted));
    text.push_str(&ours[own_units.last().map_or(0, Unit::end)..]);
    if let Err(line) = Module::parse(&text) {
        return Ok(whole(&base, ours, &theirs, line));
    }
    let text = imports::merge(&before, text, &wanted)?;
    let text = format!("{mark}{}", marked(text, &merging.conflicts, end));
    Ok(Merged { text, conflicts: merging.conflicts })
}

/// Leaves a module as it is, of which no merge was found that is valid Python.
fn whole(base: &str, ours: &str, theirs: &str, line: usize) -> Merged {
    let reason = "no merge was found that leaves it valid".to_owned();
    let [own, base, theirs] = [ours, base, theirs].map(|text| text.trim_end().to_owned());
    let conflicts = vec![Conflict { line, reason, ours: own, base, theirs }];
    let signs = format!("{}\n{}\n", sign(0, '<'), sign(0, '>'));
    Merged { text: marked(signs, &conflicts, line_end(ours)), conflicts }
}

/// A comment that stands where a conflict does until all else is done.
fn sign(index: usize, side: char) -> String {
    format!("#\u{1}{side}{index}\u{1}")
}

/// Puts the markers of conflicts, which are no Python, where their signs are.
fn marked(mut text: String, conflicts: &[Conflict], end: &str) -> String {
    for (index, Conflict { ours, base, theirs, .. }) in conflicts.iter().enumerate() {
        let place = |sign: &str| text.find(sign).expect("every conflict has left its signs");
        let start = text[..place(&sign(index, '<'))].rfind('\n').map_or(0, |index| index + 1);
        let last = place(&sign(index, '>'));
        let stop = text[last..].find('\n').map_or(text.len(), |index| last + index + 1);
        let mut marked = String::new();
        for (marker, side) in
            [("<<<<<<< yours", ours), ("||||||| as written", base), ("=======", theirs)]
        {
            let _ = write!(marked, "{marker}{end}");
            let _ = write!(marked, "{side}{}", if side.is_empty() { "" } else { end });
        }
        let _ = write!(marked, ">>>>>>> wanted{end}");
        text.replace_range(start..stop, &marked);
    }
    text
}

/// A statement of the result.
struct Piece<'a> {
    key: &'a str,
    gap: String,
    text: String,
}

struct Merging<'a> {
    /// The texts of ours and of theirs.
    sources: [&'a str; 2],
    conflicts: Vec<Conflict>,
}

impl Merging<'_> {
    /// Returns the statements of ours, each with what stands before it, as they shall be.
    fn block(&mut self, base: &[Unit<'_>], ours: &[Unit<'_>], theirs: &[Unit<'_>]) -> String {
        let mut pieces: Vec<Piece<'_>> = Vec::new();
        let (mut gone, mut comments): (Option<&str>, String) = (None, String::new());
        for unit in ours {
            let (old, new) = (find(base, &unit.key), find(theirs, &unit.key));
            let Some(text) = self.merged(old, unit, new) else {
                gone = gone.or(Some(unit.gap));
                comments.push_str(left_comments(old, unit));
                continue;
            };
            let gap = std::mem::take(&mut comments) + &gap(old, unit, new, gone.take());
            pieces.push(Piece { key: &unit.key, gap, text });
        }
        pieces.push(Piece { key: "", gap: comments, text: String::new() });
        for (index, unit) in theirs.iter().enumerate() {
            let old = find(base, &unit.key);
            let is_new = old.is_none_or(|old| !old.same(unit));
            let left_out = unit.is_import() || old.is_some() && unit.is_test();
            if is_new && !left_out && find(ours, &unit.key).is_none() {
                self.add(&mut pieces, old, theirs, index, ours);
            }
        }
        pieces.into_iter().flat_map(|piece| [piece.gap, piece.text]).collect()
    }

    /// Returns what a statement of ours becomes; nothing where it goes.
    fn merged(
        &mut self,
        old: Option<&Unit<'_>>,
        unit: &Unit<'_>,
        new: Option<&Unit<'_>>,
    ) -> Option<String> {
        let kept = Some(unit.text.to_owned());
        if unit.is_import() {
            return kept;
        }
        match (old, new) {
            (None, None) => kept,
            (None, Some(new)) if unit.same(new) => kept,
            (None, Some(new)) => Some(self.conflict(unit, "", new.text, "you have another one")),
            (Some(old), None) if unit.text == old.text && unit.gap == old.gap => None,
            (Some(old), None) => match unit.same(old) {
                true if unit.comments() == old.comments() && !has_other_comment(unit, old) => None,
                true => Some(self.conflict(unit, old.text, "", "a comment of yours belongs to it")),
                false => Some(self.conflict(unit, old.text, "", "you changed it")),
            },
            (Some(old), Some(new)) if unit.text == old.text => Some(new.text.to_owned()),
            (Some(old), Some(new)) if old.same(new) || unit.same(new) => kept,
            (Some(old), Some(new)) => Some(self.changed(old, unit, new)),
        }
    }

    /// Returns a statement that both sides changed.
    fn changed(&mut self, old: &Unit<'_>, unit: &Unit<'_>, new: &Unit<'_>) -> String {
        let Some(text) = tokens::merge(old, unit, new, self.sources) else {
            return self.conflict(unit, old.text, new.text, "both sides changed it");
        };
        match (&old.body, &unit.body, &new.body) {
            (None, None, None) => text,
            (Some((_, old)), Some((_, own)), Some((_, new))) => text + &self.block(old, own, new),
            _ => self.conflict(unit, old.text, new.text, "it has another form"),
        }
    }

    /// Adds a statement of theirs after the one before it there, wherever that stands now.
    fn add<'u>(
        &mut self,
        pieces: &mut Vec<Piece<'u>>,
        old: Option<&Unit<'_>>,
        theirs: &'u [Unit<'_>],
        index: usize,
        ours: &[Unit<'_>],
    ) {
        let unit = &theirs[index];
        let place =
            |pieces: &[Piece<'_>], key: &str| pieces.iter().position(|piece| piece.key == key);
        let last_import = || {
            let imports = ours.iter().rev().find(|unit| unit.is_import());
            imports.and_then(|unit| place(pieces, &unit.key))
        };
        let before = theirs[..index].iter().rev().find_map(|each| match each.is_import() {
            true => last_import(),
            false => place(pieces, &each.key),
        });
        let after = || theirs[index + 1..].iter().find_map(|each| place(pieces, &each.key));
        let at = before.map_or_else(|| after().unwrap_or(pieces.len() - 1), |index| index + 1);
        let own = ours.first().map_or(indent(unit.gap), |first| indent(first.gap));
        let fitted = |text: &str| indented(text, indent(unit.gap), own);
        let text = match old {
            None => fitted(unit.text),
            Some(old) => {
                let line = line_of(ours, pieces, at);
                self.put_conflict(
                    line,
                    unit.gap,
                    "",
                    [old.text, unit.text],
                    "it is not there any more",
                )
            }
        };
        let follower = pieces.get_mut(at).filter(|_| before.is_none());
        if let (Some(piece), Some(next)) = (follower, theirs.get(index + 1)) {
            piece.gap = fitted(next.gap);
        }
        pieces.insert(at, Piece { key: &unit.key, gap: fitted(unit.gap), text });
    }

    fn conflict(&mut self, unit: &Unit<'_>, base: &str, theirs: &str, reason: &str) -> String {
        self.put_conflict(unit.line, unit.gap, unit.text, [base, theirs], reason)
    }

    /// Keeps a conflict, and returns ours between two signs, which are comments.
    fn put_conflict(
        &mut self,
        line: usize,
        gap: &str,
        ours: &str,
        [base, theirs]: [&str; 2],
        reason: &str,
    ) -> String {
        let indent = indent(gap);
        let indented =
            |text: &str| if text.is_empty() { String::new() } else { format!("{indent}{text}") };
        let index = self.conflicts.len();
        self.conflicts.push(Conflict {
            line,
            reason: reason.to_owned(),
            ours: indented(ours),
            base: indented(base),
            theirs: indented(theirs),
        });
        let (open, close) = (sign(index, '<'), sign(index, '>'));
        match ours.is_empty() {
            true => format!("{open}\n{indent}{close}"),
            false => format!("{open}\n{indent}{ours}\n{indent}{close}"),
        }
    }
}

fn find<'u, 'a>(units: &'u [Unit<'a>], key: &str) -> Option<&'u Unit<'a>> {
    units.iter().find(|unit| unit.key == key)
}

/// Tells whether a comment that is not ours stands on the line above.
fn has_other_comment(unit: &Unit<'_>, old: &Unit<'_>) -> bool {
    let above = |gap: &str| {
        gap.trim_end_matches([' ', '\t']).rsplit("\n").nth(1).map(|line| line.trim().to_owned())
    };
    above(unit.gap).is_some_and(|line| line.starts_with('#')) && above(unit.gap) != above(old.gap)
}

/// Returns the comments that stood before a statement which goes, and say nothing of it.
fn left_comments<'a>(old: Option<&Unit<'_>>, unit: &Unit<'a>) -> &'a str {
    let is_ours = old.is_none_or(|old| old.gap == unit.gap);
    match unit.gap.rfind('#').filter(|_| !is_ours) {
        Some(last) => unit.gap[..].split_at(last + unit.gap[last..].find('\n').unwrap_or(0)).0,
        None => "",
    }
}

/// Returns the white space before a statement on its line.
fn indent(gap: &str) -> &str {
    gap.rsplit('\n').next().unwrap_or_default()
}

/// Returns a text in which every step `from` at the beginning of a line is a step `to`.
fn indented(text: &str, from: &str, to: &str) -> String {
    if from == to || from.is_empty() {
        return text.to_owned();
    }
    let mut lines = text.split('\n');
    let mut fitted = lines.next().unwrap_or_default().to_owned();
    for line in lines {
        let rest = line.trim_start_matches(from);
        let steps = (line.len() - rest.len()) / from.len();
        fitted.push('\n');
        fitted.push_str(&to.repeat(steps));
        fitted.push_str(rest);
    }
    fitted
}

/// Returns what stands before a statement that stays; `gone` stood before one that went.
fn gap(
    old: Option<&Unit<'_>>,
    unit: &Unit<'_>,
    new: Option<&Unit<'_>>,
    gone: Option<&str>,
) -> String {
    let lines = |gap: &str| gap.matches('\n').count();
    match (old, new, gone) {
        (Some(old), Some(new), _) if unit.gap == old.gap && !unit.is_import() => new.gap.to_owned(),
        (_, _, Some(gone)) if gone.trim().is_empty() && lines(gone) > lines(unit.gap) => {
            let missing = lines(gone) - lines(unit.gap);
            "\n".repeat(missing) + unit.gap
        }
        _ => unit.gap.to_owned(),
    }
}

/// Returns the line after which something would be put.
fn line_of(ours: &[Unit<'_>], pieces: &[Piece<'_>], at: usize) -> usize {
    let before = at.checked_sub(1).and_then(|index| find(ours, pieces[index].key));
    before.map_or(1, |unit| unit.line + unit.text.matches('\n').count())
}

#[cfg(test)]
mod tests;
