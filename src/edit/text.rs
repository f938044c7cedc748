//! Bytes of a text, spliced: all others stay.

/// Replacements in a text, each a range and what comes in its place.
#[derive(Clone, Debug, Default)]
pub struct Splices(Vec<(usize, usize, String)>);

impl Splices {
    /// Puts `text` at `place`.
    pub fn insert(&mut self, place: usize, text: impl Into<String>) {
        self.0.push((place, place, text.into()));
    }

    /// Takes away what stands from `start` to `end`.
    pub fn remove(&mut self, start: usize, end: usize) {
        self.0.push((start, end, String::new()));
    }

    /// Puts `text` in the place of what stands from `start` to `end`.
    pub fn replace(&mut self, start: usize, end: usize, text: impl Into<String>) {
        self.0.push((start, end, text.into()));
    }

    /// Returns `source` with every splice made.
    pub fn apply(mut self, source: &str) -> String {
        self.0.sort_by_key(|(start, end, _)| (*start, *end));
        let (mut text, mut done) = (String::with_capacity(source.len() + 128), 0);
        for (start, end, replacement) in self.0 {
            text.push_str(&source[done..start]);
            text.push_str(&replacement);
            done = end;
        }
        text.push_str(&source[done..]);
        text
    }
}

/// Returns the line end that most lines of `source` have.
pub fn line_end(source: &str) -> &'static str {
    let windows = source.matches("\r\n").count();
    if windows * 2 > source.matches('\n').count() { "\r\n" } else { "\n" }
}

/// Returns where the line begins on which `place` lies; after a byte order mark.
pub fn line_start(source: &str, place: usize) -> usize {
    let start = source[..place].rfind('\n').map_or(0, |index| index + 1);
    match source.starts_with('\u{feff}') && start == 0 {
        true => '\u{feff}'.len_utf8(),
        false => start,
    }
}

/// Returns where the line after that of `place` begins, and whether there is an end to this one.
pub fn next_line(source: &str, place: usize) -> (usize, bool) {
    source[place..].find('\n').map_or((source.len(), false), |index| (place + index + 1, true))
}

/// Returns the white space at the beginning of the line on which `place` lies.
pub fn indent(source: &str, place: usize) -> &str {
    let line = &source[line_start(source, place)..];
    &line[..line.len() - line.trim_start_matches([' ', '\t']).len()]
}
