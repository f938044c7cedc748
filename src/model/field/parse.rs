//! Words to fields, one word each: `total:decimal=10,2:min=0:default=0`.

use super::check::check;
use super::names::reserved;
use super::{DECIMAL_DIGITS, Field, FieldKind, Number, OnDelete, STRING_LENGTH, Unique, Value};
use crate::catalog::{Arguments, FIELD_TYPES, FieldType, MODIFIERS, field_type};
use crate::error::{Error, Result};
use crate::model::name::caret;
use crate::model::words::{nearest, plural, split};

/// The longest name: with it and the longest of a domain no line of a project is too long to read.
const LONGEST_NAME: usize = 40;

/// A part of the word between colons, and where it begins.
#[derive(Clone, Copy, Debug)]
struct Segment<'a> {
    word: &'a str,
    start: usize,
    text: &'a str,
}

impl<'a> Segment<'a> {
    /// Returns the name and, after `=` or in parentheses, the value with its place.
    fn pair(self) -> (&'a str, Option<Segment<'a>>) {
        let value = |at: usize, text: &'a str| Segment { start: self.start + at, text, ..self };
        if let Some((name, rest)) = self.text.split_once('=') {
            return (name, Some(value(name.len() + 1, rest)));
        }
        match self
            .text
            .split_once('(')
            .and_then(|(name, rest)| Some((name, rest.strip_suffix(')')?)))
        {
            Some((name, inner)) => (name, Some(value(name.len() + 1, inner))),
            None => (self.text, None),
        }
    }

    /// Makes an error that points at the first character.
    fn error(self, message: impl Into<String>) -> Error {
        let before = self.word[..self.start].chars().count();
        Error::usage(message).at(caret(self.word, before))
    }
}

/// Reads every field, each a word.
///
/// # Errors
/// Fails with exit code 2 and a caret under what is wrong, also where two have the same column.
pub fn parse_fields(words: &[String]) -> Result<Vec<Field>> {
    let mut fields: Vec<Field> = Vec::new();
    for word in words {
        let field = Field::parse(word)?;
        let taken = |other: &Field| {
            other.column() == field.column() || other.name == field.name && (other.rel || field.rel)
        };
        if fields.iter().any(taken) {
            let message = format!("`{}` is there twice", field.column());
            return Err(Error::usage(message).at(caret(word, 0)));
        }
        fields.push(field);
    }
    Ok(fields)
}

impl Field {
    /// Reads a field.
    ///
    /// # Errors
    /// Fails with exit code 2 and a caret under what is wrong.
    pub fn parse(word: &str) -> Result<Field> {
        let segments = segments(word);
        let (first, rest) = segments.split_first().expect("a word has a first segment");
        let name = name(*first)?;
        let (kind, modifiers) = match rest.split_first() {
            Some((segment, modifiers)) if !is_modifier(*segment) => {
                (kind(*segment, &name)?, modifiers)
            }
            _ => (FieldKind::String { length: STRING_LENGTH }, rest),
        };
        let name = match kind {
            FieldKind::Ref { .. } => name.strip_suffix("_id").unwrap_or(&name).to_owned(),
            _ => name,
        };
        let mut field = plain(name, kind);
        let mut seen: Vec<&str> = Vec::new();
        for segment in modifiers {
            let (modifier, value) = segment.pair();
            if seen.contains(&modifier) {
                return Err(segment.error(format!("`{modifier}` is there twice")));
            }
            seen.push(modifier);
            modify(&mut field, *segment, modifier, value)?;
        }
        complete(&mut field);
        let at = |modifier: &str| {
            let found = modifiers.iter().find(|segment| segment.pair().0 == modifier);
            *found.unwrap_or(rest.first().unwrap_or(first))
        };
        check(&field).map_err(|problem| {
            let error = at(problem.modifier).error(problem.message);
            problem.hint.into_iter().fold(error, Error::hint)
        })?;
        Ok(field)
    }
}

impl Field {
    /// Reads a value that the field could have where nothing is said.
    ///
    /// # Errors
    /// Fails with exit code 2 for one that it cannot have.
    pub fn value(&self, text: &str) -> Result<Value> {
        let segment = Segment { word: text, start: 0, text };
        let value = default(self, segment, Some(segment))?;
        let with_value = Field { default: Some(value.clone()), ..self.clone() };
        check(&with_value).map_err(|problem| segment.error(problem.message))?;
        Ok(value)
    }
}

fn segments(word: &str) -> Vec<Segment<'_>> {
    let mut start = 0;
    word.split(':')
        .map(|text| {
            let segment = Segment { word, start, text };
            start += text.len() + 1;
            segment
        })
        .collect()
}

fn plain(name: String, kind: FieldKind) -> Field {
    Field {
        name,
        kind,
        nullable: false,
        unique: Unique::No,
        index: false,
        default: None,
        min: None,
        max: None,
        on_delete: OnDelete::Restrict,
        filter: false,
        search: false,
        immutable: false,
        readonly: false,
        secret: false,
        rel: false,
    }
}

fn name(segment: Segment<'_>) -> Result<String> {
    let refuse = |index: usize, message: String| {
        let shifted = Segment { start: segment.start + index, ..segment };
        Err(shifted.error(message).hint("for example `total:decimal=10,2`"))
    };
    if segment.text.is_empty() {
        return refuse(0, "a field begins with its name".to_owned());
    }
    for (index, c) in segment.text.char_indices() {
        let legal = c.is_ascii_alphanumeric() || index > 0 && (c == '_' || c == '-');
        if !legal || index == 0 && c.is_ascii_digit() {
            return refuse(index, format!("a field's name has no `{}` there", c.escape_debug()));
        }
    }
    let name = split(segment.text).join("_").to_ascii_lowercase();
    if let Some(reason) = reserved(&name) {
        return Err(segment.error(format!("`{name}` is {reason}")).hint("choose another name"));
    }
    match name.len() {
        ..=LONGEST_NAME => Ok(name),
        length => {
            refuse(0, format!("`{name}` is {length} characters long; at most {LONGEST_NAME} are"))
        }
    }
}

fn is_modifier(segment: Segment<'_>) -> bool {
    MODIFIERS.contains(&segment.pair().0)
}

/// Reads the type of the field called `name`.
fn kind(segment: Segment<'_>, name: &str) -> Result<FieldKind> {
    let (word, value) = segment.pair();
    let Some(found) = field_type(&word.to_ascii_lowercase()) else {
        return Err(unknown_type(segment, word));
    };
    if let (Arguments::None, Some(value)) = (found.arguments, value) {
        return Err(value.error(format!("`{}` takes nothing after `=`", found.name)));
    }
    Ok(match found.name {
        "string" => FieldKind::String { length: value.map_or(Ok(STRING_LENGTH), length)? },
        "decimal" => {
            let (precision, scale) = value.map_or(Ok(DECIMAL_DIGITS), digits)?;
            FieldKind::Decimal { precision, scale }
        }
        "enum" => FieldKind::Enum { values: values(segment, value)? },
        "ref" => FieldKind::Ref { target: target(value, name)? },
        "array" => FieldKind::Array { of: Box::new(scalar(segment, value)?) },
        name => simple(name),
    })
}

/// Returns the type of that name which takes no arguments.
fn simple(name: &str) -> FieldKind {
    match name {
        "text" => FieldKind::Text,
        "int" => FieldKind::Int,
        "bigint" => FieldKind::Bigint,
        "float" => FieldKind::Float,
        "bool" => FieldKind::Bool,
        "date" => FieldKind::Date,
        "datetime" => FieldKind::Datetime,
        "time" => FieldKind::Time,
        "uuid" => FieldKind::Uuid,
        "json" => FieldKind::Json,
        "email" => FieldKind::Email,
        "url" => FieldKind::Url,
        "decimal" => FieldKind::Decimal { precision: DECIMAL_DIGITS.0, scale: DECIMAL_DIGITS.1 },
        _ => FieldKind::String { length: STRING_LENGTH },
    }
}

fn unknown_type(segment: Segment<'_>, word: &str) -> Error {
    let error = segment.error(format!("there is no type or modifier `{}`", word.escape_debug()));
    let types =
        FIELD_TYPES.iter().flat_map(|each| each.aliases.iter().chain([&each.name])).copied();
    match nearest(word, types.chain(MODIFIERS.iter().copied())) {
        Some(meant) => error.hint(format!("did you mean `{meant}`?")),
        None => {
            let names: Vec<_> = FIELD_TYPES.iter().map(|each| each.name).collect();
            error.hint(format!("the types are {}", names.join(", ")))
        }
    }
}

fn length(value: Segment<'_>) -> Result<u32> {
    match value.text.parse() {
        Ok(length @ 1..=10_000) => Ok(length),
        _ => Err(value.error("a length is a number from 1 to 10000").hint("`text` has no limit")),
    }
}

/// The separators of lists are alike: some shells keep one of them for themselves.
fn list(value: Segment<'_>) -> Vec<Segment<'_>> {
    let mut start = value.start;
    value
        .text
        .split([',', '.', '/'])
        .map(|text| {
            let item = Segment { start, text, ..value };
            start += text.len() + 1;
            item
        })
        .collect()
}

fn digits(value: Segment<'_>) -> Result<(u32, u32)> {
    let refuse = || {
        value
            .error("a decimal has from 1 to 38 digits, and no more of them after the point")
            .hint("for example `decimal=10,2`")
    };
    let numbers: Option<Vec<u32>> = list(value).iter().map(|each| each.text.parse().ok()).collect();
    match numbers.as_deref() {
        Some([precision @ 1..=38]) => Ok((*precision, 0)),
        Some([precision @ 1..=38, scale]) if scale <= precision => Ok((*precision, *scale)),
        _ => Err(refuse()),
    }
}

fn values(segment: Segment<'_>, value: Option<Segment<'_>>) -> Result<Vec<String>> {
    let Some(value) = value.filter(|value| !value.text.is_empty()) else {
        return Err(segment
            .error("an enum lists its values")
            .hint("for example `enum=draft,paid,void`"));
    };
    let mut values: Vec<String> = Vec::new();
    for item in list(value) {
        let word = split(item.text).join("_").to_ascii_lowercase();
        let legal = word.starts_with(|c: char| c.is_ascii_lowercase())
            && item.text.chars().all(|c| c.is_ascii_alphanumeric() || c == '_' || c == '-');
        if !legal || word.len() > LONGEST_NAME || matches!(&*word, "mro" | "name" | "value") {
            let message =
                "a value has letters, digits and `_`, begins with a letter, and is not too long";
            return Err(item.error(message));
        }
        if values.contains(&word) {
            return Err(item.error(format!("`{word}` is there twice")));
        }
        values.push(word);
    }
    match values.len() {
        2..=50 => Ok(values),
        _ => Err(value.error("an enum has from 2 to 50 values")),
    }
}

fn target(value: Option<Segment<'_>>, name: &str) -> Result<String> {
    let Some(value) = value else {
        return Ok(plural(name.strip_suffix("_id").unwrap_or(name)));
    };
    let word = split(value.text).join("_").to_ascii_lowercase();
    let legal = |c: char| c.is_ascii_alphanumeric() || c == '_' || c == '-';
    match word.starts_with(|c: char| c.is_ascii_lowercase()) && value.text.chars().all(legal) {
        true => Ok(word),
        false => {
            Err(value.error("a reference names a domain").hint("for example `customer:ref=users`"))
        }
    }
}

fn scalar(segment: Segment<'_>, value: Option<Segment<'_>>) -> Result<FieldKind> {
    let scalars = || FIELD_TYPES.iter().filter(|each| each.scalar).map(|each| each.name);
    let hint = || format!("an array holds one of {}", scalars().collect::<Vec<_>>().join(", "));
    let Some(value) = value else {
        return Err(segment.error("an array says what it holds").hint(hint()));
    };
    match field_type(&value.text.to_ascii_lowercase()) {
        Some(FieldType { name, scalar: true, .. }) => Ok(simple(name)),
        _ => Err(value
            .error(format!("an array cannot hold `{}`", value.text.escape_debug()))
            .hint(hint())),
    }
}

fn modify(
    field: &mut Field,
    segment: Segment<'_>,
    word: &str,
    value: Option<Segment<'_>>,
) -> Result<()> {
    if let (
        "nullable" | "index" | "filter" | "search" | "immutable" | "readonly" | "secret" | "rel",
        Some(value),
    ) = (word, value)
    {
        return Err(value.error(format!("`{word}` takes nothing after `=`")));
    }
    match word {
        "nullable" => field.nullable = true,
        "index" => field.index = true,
        "filter" => field.filter = true,
        "search" => field.search = true,
        "immutable" => field.immutable = true,
        "readonly" => field.readonly = true,
        "secret" => field.secret = true,
        "rel" => field.rel = true,
        "unique" => field.unique = unique(value)?,
        "ondelete" => field.on_delete = on_delete(field, segment, value)?,
        "default" => field.default = Some(default(field, segment, value)?),
        "min" => field.min = Some(number(segment, value)?),
        "max" => field.max = Some(number(segment, value)?),
        "length" => modify_length(field, segment, value)?,
        _ => return Err(unknown_type(segment, word)),
    }
    Ok(())
}

fn unique(value: Option<Segment<'_>>) -> Result<Unique> {
    match value.map(|value| (value, value.text)) {
        None => Ok(Unique::Scoped),
        Some((_, "global")) => Ok(Unique::Global),
        Some((value, _)) => Err(value.error("`unique` is `unique` or `unique=global`")),
    }
}

fn on_delete(field: &Field, segment: Segment<'_>, value: Option<Segment<'_>>) -> Result<OnDelete> {
    if !matches!(field.kind, FieldKind::Ref { .. }) {
        return Err(segment.error("only a reference has `ondelete`"));
    }
    match value.map(|value| value.text) {
        Some("restrict") => Ok(OnDelete::Restrict),
        Some("cascade") => Ok(OnDelete::Cascade),
        Some("setnull" | "set_null") => Ok(OnDelete::SetNull),
        _ => Err(value.unwrap_or(segment).error("`ondelete` is restrict, cascade or setnull")),
    }
}

fn number(segment: Segment<'_>, value: Option<Segment<'_>>) -> Result<Number> {
    let place = value.unwrap_or(segment);
    let parsed = value.and_then(|value| Number::parse(value.text));
    parsed.ok_or_else(|| place.error("a bound is a number").hint("for example `min=0`"))
}

fn modify_length(
    field: &mut Field,
    segment: Segment<'_>,
    value: Option<Segment<'_>>,
) -> Result<()> {
    match &mut field.kind {
        FieldKind::String { length: known } => {
            let value = value.ok_or_else(|| segment.error("`length` is a number"))?;
            *known = length(value)?;
            Ok(())
        }
        kind => {
            Err(segment.error(format!("`{kind}` has no length")).hint("`length` is for strings"))
        }
    }
}

fn default(field: &Field, segment: Segment<'_>, value: Option<Segment<'_>>) -> Result<Value> {
    let value = value
        .ok_or_else(|| segment.error("`default` says what").hint("for example `default=0`"))?;
    let wrong = || {
        value.error(format!("`{}` is no default for `{}`", value.text.escape_debug(), field.kind))
    };
    // It lands in quotes, in Python and in SQL.
    let plain = |c: char| c.is_alphanumeric() || c == ' ' || c.is_ascii_punctuation();
    if !value.text.chars().all(|c| plain(c) && c != '"' && c != '\\') {
        return Err(wrong());
    }
    match (&field.kind, value.text) {
        (FieldKind::Date | FieldKind::Datetime, "now" | "today") => Ok(Value::Now),
        (FieldKind::Json, "empty" | "{}") | (FieldKind::Array { .. }, "empty" | "[]") => {
            Ok(Value::Empty)
        }
        (FieldKind::Bool, "true" | "false") => Ok(Value::Bool(value.text == "true")),
        (
            FieldKind::Int | FieldKind::Bigint | FieldKind::Float | FieldKind::Decimal { .. },
            text,
        ) => Number::parse(text).map(Value::Number).ok_or_else(wrong),
        (FieldKind::String { .. } | FieldKind::Text, text) => Ok(Value::Text(text.to_owned())),
        (FieldKind::Enum { values }, text) => {
            let word = split(text).join("_").to_ascii_lowercase();
            match values.contains(&word) {
                true => Ok(Value::Text(word)),
                false => Err(wrong().hint(format!("it is one of {}", values.join(", ")))),
            }
        }
        _ => Err(wrong()),
    }
}

/// Adds what goes without saying, and drops what says nothing.
fn complete(field: &mut Field) {
    if field.kind == FieldKind::Bool && field.default.is_none() && !field.nullable {
        field.default = Some(Value::Bool(false));
    }
    let as_text = matches!(
        field.kind,
        FieldKind::String { .. }
            | FieldKind::Text
            | FieldKind::Email
            | FieldKind::Url
            | FieldKind::Json
    );
    // Others are filtered by whatever is said.
    field.filter &= as_text;
}
