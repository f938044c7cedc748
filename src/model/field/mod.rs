//! A field of a domain: what its word on the command line says.

mod check;
mod names;
mod number;
mod parse;

use std::fmt;

pub use check::{LONGEST_TEXT, lengths};
pub use number::Number;
pub use parse::parse_fields;

/// A field, checked: it can be a column of any domain.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Field {
    /// Its name in snake case, without the `_id` that a reference's column ends in.
    pub name: String,
    /// What it holds.
    pub kind: FieldKind,
    /// Whether it may hold nothing.
    pub nullable: bool,
    /// Whether a value may occur once only.
    pub unique: Unique,
    /// Whether an index was asked for.
    pub index: bool,
    /// What it holds when nothing is said.
    pub default: Option<Value>,
    /// The least value, or length.
    pub min: Option<Number>,
    /// The greatest value, or length.
    pub max: Option<Number>,
    /// What becomes of the row when the one that it refers to is deleted.
    pub on_delete: OnDelete,
    /// Whether lists can be narrowed to texts that contain one.
    pub filter: bool,
    /// Whether the search looks into it.
    pub search: bool,
    /// Whether it is given once, when the row is made.
    pub immutable: bool,
    /// Whether only the service itself sets it.
    pub readonly: bool,
    /// Whether it is never returned or logged.
    pub secret: bool,
    /// Whether a relationship stands beside the key.
    pub rel: bool,
}

/// What a field holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum FieldKind {
    /// A line of text.
    String {
        /// How many characters at most.
        length: u32,
    },
    /// Lines of text.
    Text,
    /// A whole number of 32 bits.
    Int,
    /// A whole number of 64 bits.
    Bigint,
    /// A decimal number.
    Decimal {
        /// How many digits.
        precision: u32,
        /// How many of them after the point.
        scale: u32,
    },
    /// A floating-point number of 64 bits.
    Float,
    /// Yes or no.
    Bool,
    /// A day.
    Date,
    /// A moment.
    Datetime,
    /// A time of day.
    Time,
    /// A UUID.
    Uuid,
    /// A JSON object.
    Json,
    /// An e-mail address.
    Email,
    /// An HTTP address.
    Url,
    /// One of some words.
    Enum {
        /// The words, at least two.
        values: Vec<String>,
    },
    /// The key of a row.
    Ref {
        /// The domain of the row, or `self`.
        target: String,
    },
    /// Many of a scalar.
    Array {
        /// What each is.
        of: Box<FieldKind>,
    },
}

/// Where a value may occur once only.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unique {
    /// It may occur often.
    No,
    /// Among the rows of an owner where rows have owners, else in the table.
    Scoped,
    /// In the table.
    Global,
}

/// What becomes of a row when the one that it refers to is deleted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OnDelete {
    /// The other cannot be deleted.
    Restrict,
    /// It goes, too.
    Cascade,
    /// It refers to nothing.
    SetNull,
}

/// A value that stands where nothing was said.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Value {
    /// A text, or a word of an enum.
    Text(String),
    /// A number.
    Number(Number),
    /// Yes or no.
    Bool(bool),
    /// The day or the moment at which the row is made.
    Now,
    /// An object or a list with nothing in it.
    Empty,
}

/// How many characters a string has where nothing is said.
pub const STRING_LENGTH: u32 = 255;

/// The digits of a decimal where nothing is said: in all, and after the point.
pub const DECIMAL_DIGITS: (u32, u32) = (12, 2);

impl Field {
    /// Returns the name of the column.
    pub fn column(&self) -> String {
        match self.kind {
            FieldKind::Ref { .. } => format!("{}_id", self.name),
            _ => self.name.clone(),
        }
    }

    /// Returns the values of an enum; of anything else, none.
    pub fn values(&self) -> &[String] {
        match &self.kind {
            FieldKind::Enum { values } => values,
            _ => &[],
        }
    }
}

impl fmt::Display for FieldKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            FieldKind::String { length: STRING_LENGTH } => f.write_str("string"),
            FieldKind::String { length } => write!(f, "string={length}"),
            FieldKind::Decimal { precision, scale } if (*precision, *scale) == DECIMAL_DIGITS => {
                f.write_str("decimal")
            }
            FieldKind::Decimal { precision, scale } => write!(f, "decimal={precision},{scale}"),
            FieldKind::Enum { values } => write!(f, "enum={}", values.join(",")),
            FieldKind::Ref { target } => write!(f, "ref={target}"),
            FieldKind::Array { of } => write!(f, "array={of}"),
            FieldKind::Text => f.write_str("text"),
            FieldKind::Int => f.write_str("int"),
            FieldKind::Bigint => f.write_str("bigint"),
            FieldKind::Float => f.write_str("float"),
            FieldKind::Bool => f.write_str("bool"),
            FieldKind::Date => f.write_str("date"),
            FieldKind::Datetime => f.write_str("datetime"),
            FieldKind::Time => f.write_str("time"),
            FieldKind::Uuid => f.write_str("uuid"),
            FieldKind::Json => f.write_str("json"),
            FieldKind::Email => f.write_str("email"),
            FieldKind::Url => f.write_str("url"),
        }
    }
}

impl fmt::Display for Value {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Value::Text(text) => f.write_str(text),
            Value::Number(number) => write!(f, "{number}"),
            Value::Bool(value) => write!(f, "{value}"),
            Value::Now => f.write_str("now"),
            Value::Empty => f.write_str("empty"),
        }
    }
}

/// The canonical word: what it says, parsed, is the field again.
impl fmt::Display for Field {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.name, self.kind)?;
        let flag = |f: &mut fmt::Formatter<'_>, set: bool, word: &str| match set {
            true => write!(f, ":{word}"),
            false => Ok(()),
        };
        flag(f, self.nullable, "nullable")?;
        flag(f, self.unique == Unique::Scoped, "unique")?;
        flag(f, self.unique == Unique::Global, "unique=global")?;
        flag(f, self.index, "index")?;
        if let Some(default) = &self.default {
            write!(f, ":default={default}")?;
        }
        if let Some(min) = &self.min {
            write!(f, ":min={min}")?;
        }
        if let Some(max) = &self.max {
            write!(f, ":max={max}")?;
        }
        flag(f, self.on_delete == OnDelete::Cascade, "ondelete=cascade")?;
        flag(f, self.on_delete == OnDelete::SetNull, "ondelete=setnull")?;
        flag(f, self.filter, "filter")?;
        flag(f, self.search, "search")?;
        flag(f, self.immutable, "immutable")?;
        flag(f, self.readonly, "readonly")?;
        flag(f, self.secret, "secret")?;
        flag(f, self.rel, "rel")
    }
}

#[cfg(test)]
mod tests;
