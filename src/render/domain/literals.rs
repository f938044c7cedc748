//! Values as Python writes them.

use crate::model::{Field, FieldKind, LONGEST_TEXT, Number, Value, capital, lengths};

/// A pair of values of a field, the lower first, and what lies at its limits.
pub struct Literals {
    /// A low value.
    pub low: String,
    /// A higher one.
    pub high: String,
}

/// Returns `text` in double quotes.
pub fn quoted(text: &str) -> String {
    format!("\"{text}\"")
}

/// Returns the greatest length of a text, and one more, as Python writes them.
pub fn longest(field: &Field) -> (String, String) {
    let (_, most) = lengths(field);
    match field.kind == FieldKind::Text && field.max.is_none() && most == LONGEST_TEXT {
        true => ("LONGEST_TEXT".to_owned(), "(LONGEST_TEXT + 1)".to_owned()),
        false => (most.to_string(), (most + 1).to_string()),
    }
}

/// Returns a set as Python writes it, or the argument that makes an empty one.
pub fn set(words: &[String]) -> String {
    let items: Vec<_> = words.iter().map(|word| quoted(word)).collect();
    format!("{{{}}}", items.join(", "))
}

/// Returns a tuple as Python writes it, or nothing for an empty one.
pub fn tuple(items: &[String]) -> String {
    match items {
        [] => String::new(),
        [item] => format!("({item},)"),
        items => format!("({})", items.join(", ")),
    }
}

/// Returns a tuple of texts as Python writes it, or nothing for an empty one.
pub fn words_tuple(words: &[String]) -> String {
    tuple(&words.iter().map(|word| quoted(word)).collect::<Vec<_>>())
}

/// Returns a list as Python writes it.
pub fn list(words: &[String]) -> String {
    let items: Vec<_> = words.iter().map(|word| quoted(word)).collect();
    format!("[{}]", items.join(", "))
}

/// Returns `order_status` as `OrderStatus`.
pub fn camel(name: &str) -> String {
    name.split('_').map(capital).collect()
}

/// Returns a number as its type writes it.
pub fn number(kind: &FieldKind, number: &Number) -> String {
    match kind {
        FieldKind::Decimal { scale, .. } => {
            let text =
                to_units(number, *scale).map_or(number.to_string(), |units| shown(units, *scale));
            format!("Decimal(\"{text}\")")
        }
        FieldKind::Float if number.is_whole() => format!("{number}.0"),
        _ => number.to_string(),
    }
}

/// Returns the default as Python writes it where it is a constant.
pub fn default(field: &Field, enum_class: &str) -> Option<String> {
    Some(match field.default.as_ref()? {
        Value::Text(text) if matches!(field.kind, FieldKind::Enum { .. }) => {
            format!("{enum_class}.{}", text.to_ascii_uppercase())
        }
        Value::Text(text) => quoted(text),
        Value::Number(value) => number(&field.kind, value),
        Value::Bool(true) => "True".to_owned(),
        Value::Bool(false) => "False".to_owned(),
        Value::Now | Value::Empty => return None,
    })
}

/// Returns two values of the field, the first lower.
pub fn pair(field: &Field, enum_class: &str) -> Literals {
    let (low, high) = match &field.kind {
        FieldKind::String { .. } | FieldKind::Text => {
            (quoted(&fitted("alpha", field)), quoted(&fitted("bravo", field)))
        }
        FieldKind::Enum { values } => {
            let member = |value: &String| format!("{enum_class}.{}", value.to_ascii_uppercase());
            (member(&values[0]), member(&values[1]))
        }
        FieldKind::Int | FieldKind::Bigint | FieldKind::Decimal { .. } | FieldKind::Float => {
            let units = Units::of(field);
            let (low, high) = units.pair();
            (units.literal(&field.kind, low), units.literal(&field.kind, high))
        }
        FieldKind::Array { of } => {
            let (low, high) = scalar(of);
            (format!("[{low}]"), format!("[{high}]"))
        }
        kind => scalar(kind),
    };
    Literals { low, high }
}

/// Returns two values of a type that has no bounds.
pub fn scalar(kind: &FieldKind) -> (String, String) {
    let (low, high) = match kind {
        FieldKind::Int | FieldKind::Bigint => ("1", "2"),
        FieldKind::Decimal { .. } => ("Decimal(\"1.00\")", "Decimal(\"2.00\")"),
        FieldKind::Float => ("1.0", "2.0"),
        FieldKind::Bool => ("False", "True"),
        FieldKind::Date => ("dt.date(2026, 1, 1)", "dt.date(2026, 1, 2)"),
        FieldKind::Datetime => {
            ("dt.datetime(2026, 1, 1, tzinfo=dt.UTC)", "dt.datetime(2026, 1, 2, tzinfo=dt.UTC)")
        }
        FieldKind::Time => ("dt.time(9)", "dt.time(10)"),
        FieldKind::Uuid => ("UUID(int=1)", "UUID(int=2)"),
        FieldKind::Json => ("{\"key\": \"low\"}", "{\"key\": \"high\"}"),
        FieldKind::Email => ("\"alpha@example.com\"", "\"bravo@example.com\""),
        FieldKind::Url => ("\"https://example.com/alpha\"", "\"https://example.com/bravo\""),
        _ => ("\"alpha\"", "\"bravo\""),
    };
    (low.to_owned(), high.to_owned())
}

/// Repeats or cuts a word so that it fits the field's lengths.
fn fitted(word: &str, field: &Field) -> String {
    let (least, most) = lengths(field);
    let (least, most) = (least.max(0) as usize, most as usize);
    word.chars().cycle().take(word.len().max(least).min(most)).collect()
}

/// The numbers of a field, counted in the smallest step between two of them.
pub struct Units {
    /// How many digits after the point a step has.
    pub scale: u32,
    /// The least.
    pub min: i128,
    /// The greatest.
    pub max: i128,
    /// Whether somebody said what is the least.
    pub has_min: bool,
    /// Whether somebody said what is the greatest.
    pub has_max: bool,
}

impl Units {
    /// Reads the bounds of a field.
    pub fn of(field: &Field) -> Units {
        let (scale, low, high) = match field.kind {
            FieldKind::Int => (0, i128::from(i32::MIN), i128::from(i32::MAX)),
            FieldKind::Bigint => (0, i128::from(i64::MIN), i128::from(i64::MAX)),
            FieldKind::Decimal { precision, scale } => {
                let most = 10_i128.pow(precision) - 1;
                (scale, -most, most)
            }
            _ => {
                let digits =
                    |bound: &Option<Number>| bound.as_ref().map_or(0, |n| n.parts().1.len());
                let scale = digits(&field.min).max(digits(&field.max)).max(1) as u32;
                (scale, -10_i128.pow(15), 10_i128.pow(15))
            }
        };
        let units =
            |bound: &Option<Number>| bound.as_ref().and_then(|bound| to_units(bound, scale));
        let (min, max) = (units(&field.min), units(&field.max));
        Units {
            scale,
            min: min.unwrap_or(low),
            max: max.unwrap_or(high),
            has_min: min.is_some(),
            has_max: max.is_some(),
        }
    }

    /// Returns two of them, the first lower: ordinary ones where there is room.
    pub fn pair(&self) -> (i128, i128) {
        let one = 10_i128.pow(self.scale);
        let low = match self {
            _ if self.min <= one && one < self.max => one,
            _ if self.has_min || self.min > 0 => self.min,
            _ => self.max - 1,
        };
        (low, if low + one <= self.max { low + one } else { low + 1 })
    }

    /// Returns a number as people write it.
    pub fn text(&self, units: i128) -> String {
        shown(units, self.scale)
    }

    /// Returns a number as Python writes it.
    pub fn literal(&self, kind: &FieldKind, units: i128) -> String {
        let text = self.text(units);
        match kind {
            FieldKind::Decimal { .. } => format!("Decimal(\"{text}\")"),
            _ => text,
        }
    }
}

/// Returns a number of steps as people write it.
fn shown(units: i128, scale: u32) -> String {
    let scale = scale as usize;
    let digits = format!("{:0width$}", units.unsigned_abs(), width = scale + 1);
    let (whole, fraction) = digits.split_at(digits.len() - scale);
    let sign = if units < 0 { "-" } else { "" };
    let point = if fraction.is_empty() { "" } else { "." };
    format!("{sign}{whole}{point}{fraction}")
}

fn to_units(number: &Number, scale: u32) -> Option<i128> {
    let (whole, fraction) = number.parts();
    let sign = if number.as_str().starts_with('-') { "-" } else { "" };
    format!("{sign}{whole}{fraction:0<width$}", width = scale as usize).parse().ok()
}
