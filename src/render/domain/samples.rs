//! Values at the limits of a field and past them, as JSON written in Python.

use super::literals::{Units, longest};
use crate::model::{Field, FieldKind, lengths};

/// Returns values that are taken.
pub fn accepted(field: &Field) -> Vec<String> {
    let mut values = match &field.kind {
        FieldKind::String { .. } | FieldKind::Text => {
            let (least, _) = lengths(field);
            vec![format!("\"x\" * {}", least.max(1)), format!("\"x\" * {}", longest(field).0)]
        }
        FieldKind::Int | FieldKind::Bigint => {
            let units = Units::of(field);
            vec![units.text(units.min), units.text(units.max)]
        }
        FieldKind::Decimal { .. } => {
            let units = Units::of(field);
            vec![quoted(&units.text(units.min)), quoted(&units.text(units.max))]
        }
        FieldKind::Float => {
            let units = Units::of(field);
            vec![units.text(units.min), units.text(units.max)]
        }
        FieldKind::Bool => strings(&["True", "False"]),
        FieldKind::Date => strings(&["\"0001-01-01\"", "\"9999-12-31\""]),
        FieldKind::Datetime => {
            strings(&["\"0001-01-01T00:00:00Z\"", "\"9999-12-31T23:59:59-00:00\""])
        }
        FieldKind::Time => strings(&["\"00:00:00\"", "\"23:59:59.999999\""]),
        FieldKind::Json => strings(&["{}", "{\"deep\": [{\"er\": None}]}"]),
        FieldKind::Url => strings(&["\"https://example.com/?q=%20\""]),
        FieldKind::Enum { values } => values.iter().map(|value| quoted(value)).collect(),
        FieldKind::Array { of } => vec!["[]".to_owned(), format!("[{}] * LONGEST_LIST", json(of))],
        _ => Vec::new(),
    };
    if field.nullable {
        values.push("None".to_owned());
    }
    values
}

/// Returns values that are refused.
pub fn refused(field: &Field) -> Vec<String> {
    let mut values = match &field.kind {
        FieldKind::String { .. } | FieldKind::Text => {
            let (least, _) = lengths(field);
            let mut values = strings(&["5", "\"a\\0b\""]);
            values.push(format!("\"x\" * {}", longest(field).1));
            values.extend((least > 0).then(|| "\"\"".to_owned()));
            values.extend((least > 1).then(|| format!("\"x\" * {}", least - 1)));
            values
        }
        FieldKind::Int | FieldKind::Bigint => {
            let units = Units::of(field);
            vec![units.text(units.max + 1), units.text(units.min - 1), "1.5".into(), "\"x\"".into()]
        }
        FieldKind::Decimal { scale, .. } => {
            let units = Units::of(field);
            let (above, below) = (units.text(units.max + 1), units.text(units.min - 1));
            let places = format!("\"0.{}1\"", "0".repeat(*scale as usize));
            vec![quoted(&above), quoted(&below), places, "\"NaN\"".into(), "\"x\"".into()]
        }
        FieldKind::Float => {
            let units = Units::of(field);
            let mut values = strings(&["\"NaN\"", "\"Infinity\"", "\"x\""]);
            values.extend(units.has_max.then(|| units.text(units.max + 1)));
            values.extend(units.has_min.then(|| units.text(units.min - 1)));
            values
        }
        FieldKind::Bool => strings(&["0", "\"yes\""]),
        FieldKind::Date => strings(&["\"2026-02-30\"", "\"0.5\"", "0"]),
        FieldKind::Datetime => {
            strings(&["\"2026-01-01T00:00:00\"", "\"0001-01-01T00:00:00+14:00\"", "0"])
        }
        FieldKind::Time => strings(&["\"25:00:00\"", "\"10:00:00Z\"", "0"]),
        FieldKind::Uuid | FieldKind::Ref { .. } => strings(&["\"x\"", "5"]),
        FieldKind::Json => {
            strings(&["[]", "\"x\"", "{\"a\": \"\\0\"}", "{\"a\": \"x\" * LARGEST_JSON}"])
        }
        FieldKind::Email => strings(&["\"x\"", "\"@example.com\""]),
        FieldKind::Url => strings(&["\"x\"", "\"ftp://example.com\""]),
        FieldKind::Enum { .. } => strings(&["\"nosuch\"", "5"]),
        FieldKind::Array { of } => {
            vec!["\"x\"".into(), "[None]".into(), format!("[{}] * (LONGEST_LIST + 1)", json(of))]
        }
    };
    if !field.nullable {
        values.push("None".to_owned());
    }
    values
}

/// Returns values that the database itself refuses, as Python.
pub fn broken(field: &Field) -> Vec<String> {
    let numeric = matches!(
        field.kind,
        FieldKind::Int | FieldKind::Bigint | FieldKind::Float | FieldKind::Decimal { .. }
    );
    if !numeric {
        return Vec::new();
    }
    let units = Units::of(field);
    // What the column cannot hold is no matter for its rule.
    let column = Units::of(&Field { min: None, max: None, ..field.clone() });
    let factor = 10_i128.pow(units.scale - column.scale.min(units.scale));
    let holds = |value: i128| (column.min * factor..=column.max * factor).contains(&value);
    let below = units.has_min.then_some(units.min - 1).filter(|value| holds(*value));
    let above = units.has_max.then_some(units.max + 1).filter(|value| holds(*value));
    below.into_iter().chain(above).map(|value| units.literal(&field.kind, value)).collect()
}

/// Returns one of what an array holds.
fn json(kind: &FieldKind) -> String {
    match kind {
        FieldKind::Int | FieldKind::Bigint => "1".to_owned(),
        FieldKind::Decimal { .. } => "\"1.00\"".to_owned(),
        FieldKind::Float => "1.5".to_owned(),
        FieldKind::Bool => "True".to_owned(),
        FieldKind::Date => "\"2026-01-01\"".to_owned(),
        FieldKind::Datetime => "\"2026-01-01T00:00:00Z\"".to_owned(),
        FieldKind::Time => "\"09:00:00\"".to_owned(),
        FieldKind::Uuid => "\"00000000-0000-4000-8000-000000000000\"".to_owned(),
        FieldKind::Email => "\"alpha@example.com\"".to_owned(),
        FieldKind::Url => "\"https://example.com/\"".to_owned(),
        _ => "\"alpha\"".to_owned(),
    }
}

fn quoted(text: &str) -> String {
    format!("\"{text}\"")
}

fn strings(texts: &[&str]) -> Vec<String> {
    texts.iter().map(|text| (*text).to_owned()).collect()
}
