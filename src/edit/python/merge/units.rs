//! A module cut into what can be merged on its own: statements, and those of classes.

use std::borrow::Cow;
use std::collections::HashMap;

use tree_sitter::Node;

use super::super::pieces::Part;
use super::super::syntax::Module;

/// A piece of code that means something on its own, and where it begins and ends, in bytes.
#[derive(Clone, Debug)]
pub struct Token<'a> {
    /// What it says, whatever its quotes; of a piece without a text, such as the end of a line, a sign
    /// that no code has.
    pub text: Cow<'a, str>,
    /// Where it begins.
    pub start: usize,
    /// Where it ends.
    pub end: usize,
}

/// A statement, with what makes it the same one in another version of the module.
#[derive(Clone, Debug)]
pub struct Unit<'a> {
    /// What it is, and which of its kind: `class Order`, `= total`.
    pub key: String,
    /// What stands between it and the unit before it.
    pub gap: &'a str,
    /// Its text, with the comment on its last line.
    pub text: &'a str,
    /// Where it begins, in bytes.
    pub start: usize,
    /// Where it stands, counted from 1.
    pub line: usize,
    /// Its code, or of a class what stands before its statements.
    pub tokens: Vec<Token<'a>>,
    /// Where the statements of a class begin, and they.
    pub body: Option<(usize, Vec<Unit<'a>>)>,
}

impl Unit<'_> {
    /// Tells whether two are the same code, comments and layout aside.
    pub fn same(&self, other: &Unit<'_>) -> bool {
        let same_tokens = self.tokens.len() == other.tokens.len()
            && self.tokens.iter().zip(&other.tokens).all(|(one, two)| one.text == two.text);
        let same_body = match (&self.body, &other.body) {
            (None, None) => true,
            (Some((_, ours)), Some((_, theirs))) => {
                ours.len() == theirs.len()
                    && ours.iter().zip(theirs).all(|(one, two)| one.same(two))
            }
            _ => false,
        };
        same_tokens && same_body
    }

    /// Returns where it ends, in bytes.
    pub fn end(&self) -> usize {
        self.start + self.text.len()
    }

    /// Tells whether it is a test, which is its owner's to leave out.
    pub fn is_test(&self) -> bool {
        self.key.starts_with("def test_") || self.key.starts_with("class Test")
    }

    /// Tells whether it imports something.
    pub fn is_import(&self) -> bool {
        self.key.starts_with("import ") || self.key.starts_with("from ")
    }

    /// Returns the comments in its text, each with what surrounds it.
    pub fn comments(&self) -> Vec<&str> {
        let own = |start: usize, end: usize| &self.text[start - self.start..end - self.start];
        // Between pieces of code there is nothing but layout, commas and comments.
        let is_comment = |gap: &&str| gap.contains('#');
        let ends = std::iter::once(self.start).chain(self.tokens.iter().map(|token| token.end));
        let header = self.tokens.iter().zip(ends).map(|(token, end)| own(end, token.start));
        let mut comments: Vec<_> = header.filter(is_comment).map(str::trim).collect();
        let done = self.tokens.last().map_or(self.start, |token| token.end);
        match &self.body {
            Some((_, units)) => {
                for unit in units {
                    comments.extend(Some(unit.gap).filter(is_comment).map(str::trim));
                    comments.extend(unit.comments());
                }
            }
            None => {
                let rest = own(done, self.start + self.text.len());
                comments.extend(Some(rest).filter(is_comment).map(str::trim));
            }
        }
        comments
    }
}

/// Returns the units of a module.
pub fn units<'a>(module: &Module<'a>) -> Vec<Unit<'a>> {
    block(module, module.statements(), 0)
}

fn block<'a>(module: &Module<'a>, statements: Vec<Node<'_>>, start: usize) -> Vec<Unit<'a>> {
    let (mut units, mut seen) = (Vec::new(), HashMap::new());
    let mut done = start;
    for node in statements {
        let mut unit = unit(module, node, done);
        let count = seen.entry(unit.key.clone()).or_insert(0_usize);
        *count += 1;
        if *count > 1 {
            unit.key = format!("{} {count}", unit.key);
        }
        done = unit.start + unit.text.len();
        units.push(unit);
    }
    units
}

fn unit<'a>(module: &Module<'a>, node: Node<'_>, done: usize) -> Unit<'a> {
    let source = module.source;
    let start = node.start_byte();
    let mut end = node.end_byte();
    let (mut body, mut header) = (None, end);
    if let Some((place, statements)) = module.class_body(node) {
        let units = block(module, statements, place);
        end = units.last().map_or(end, |last| last.start + last.text.len()).max(end);
        header = place;
        body = Some((place, units));
    }
    let line = &source[end..source[end..].find('\n').map_or(source.len(), |index| end + index)];
    if line.trim_start().starts_with('#') {
        end += line.trim_end().len();
    }
    let parts = module.parts(node).into_iter().filter(|part| part.range().end <= header);
    Unit {
        key: module.key(node),
        gap: &source[done..start],
        text: &source[start..end],
        start,
        line: node.start_position().row + 1,
        tokens: parts.map(|part| token(source, &part)).collect(),
        body,
    }
}

fn token<'a>(source: &'a str, part: &Part) -> Token<'a> {
    let (start, end) = (part.range().start, part.range().end);
    let text = match part {
        Part::Code(_) => in_double_quotes(&source[start..end]),
        Part::BlockStart(_) => "\u{1}".into(),
        Part::BlockEnd(_) => "\u{2}".into(),
        Part::LineEnd(_) => "\u{3}".into(),
    };
    Token { text, start, end }
}

/// Returns a plain string in single quotes as it is in double ones, and any other code as it is.
fn in_double_quotes(code: &str) -> Cow<'_, str> {
    let inner = code.strip_prefix('\'').and_then(|rest| rest.strip_suffix('\''));
    match inner.filter(|inner| !inner.contains(['\'', '"', '\\'])) {
        Some(inner) => format!("\"{inner}\"").into(),
        None => code.into(),
    }
}
