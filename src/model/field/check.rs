//! What a field says against itself.

use super::{Field, FieldKind, Number, OnDelete, Unique, Value};
use crate::catalog::{FieldType, field_type};

/// A contradiction, and the modifier that is at fault.
pub struct Problem {
    /// The modifier, or nothing for the type.
    pub modifier: &'static str,
    /// What is wrong.
    pub message: String,
    /// What to do.
    pub hint: Option<String>,
}

type Check = Result<(), Problem>;

/// How many values a unique field must have room for.
const LEAST_ROOM: i128 = 10;

fn refuse(modifier: &'static str, message: impl Into<String>, hint: &str) -> Check {
    let hint = (!hint.is_empty()).then(|| hint.to_owned());
    Err(Problem { modifier, message: message.into(), hint })
}

/// Finds the first contradiction.
pub fn check(field: &Field) -> Check {
    check_modifiers(field)?;
    check_reference(field)?;
    check_bounds(field)?;
    check_default(field)?;
    check_room(field)
}

fn row(field: &Field) -> &'static FieldType {
    let name = field.kind.to_string();
    let name = name.split('=').next().unwrap_or_default();
    field_type(name).expect("every kind has a row of its name")
}

fn check_modifiers(field: &Field) -> Check {
    let row = row(field);
    if field.unique != Unique::No && !row.unique {
        return refuse("unique", format!("`{}` cannot be unique", row.name), "");
    }
    if field.search && !row.searched {
        return refuse("search", format!("only texts are searched, not `{}`", row.name), "");
    }
    if field.filter && !row.searched {
        return refuse("filter", format!("`{}` has no filter", row.name), "");
    }
    if field.index
        && matches!(field.kind, FieldKind::Json | FieldKind::Text | FieldKind::Array { .. })
    {
        return refuse(
            "index",
            format!("`{}` cannot be indexed so", row.name),
            "write the index by hand, of the kind you need",
        );
    }
    if field.secret && (field.search || field.filter) {
        let modifier = if field.search { "search" } else { "filter" };
        return refuse(modifier, "what is secret cannot be looked for", "");
    }
    if field.secret && field.default.is_some() && field.kind != FieldKind::Bool {
        return refuse("default", "a secret has no default, which everyone would know", "");
    }
    if field.readonly && field.immutable {
        return refuse(
            "immutable",
            "what is never given cannot be given once",
            "leave out `immutable`",
        );
    }
    if field.readonly && !field.nullable && field.default.is_none() {
        return refuse(
            "readonly",
            "what nobody gives needs a default, or to be nullable",
            "add `nullable` or `default=…`",
        );
    }
    Ok(())
}

fn check_reference(field: &Field) -> Check {
    let FieldKind::Ref { target } = &field.kind else {
        return match field.rel {
            true => refuse("rel", "only a reference has a relationship", ""),
            false => Ok(()),
        };
    };
    if field.on_delete == OnDelete::SetNull && !field.nullable {
        return refuse("ondelete", "`ondelete=setnull` needs `nullable`", "add `nullable`");
    }
    if target == "users" && field.on_delete != OnDelete::Restrict {
        return refuse("ondelete", "users are deactivated, never deleted", "leave out `ondelete`");
    }
    if target == "self" && !field.nullable {
        return refuse("", "the first row could not refer to another of its own", "add `nullable`");
    }
    Ok(())
}

/// Returns the least and the greatest value that the column takes, or lengths of a text.
fn range(kind: &FieldKind) -> Option<(Number, Number)> {
    let between = |low: i128, high: i128| Some((low.into(), high.into()));
    match kind {
        FieldKind::String { length } => between(0, i128::from(*length)),
        FieldKind::Text => between(0, 1_000_000),
        FieldKind::Int => between(i32::MIN.into(), i32::MAX.into()),
        FieldKind::Bigint => between(i64::MIN.into(), i64::MAX.into()),
        _ => None,
    }
}

fn check_bounds(field: &Field) -> Check {
    for (modifier, bound) in [("min", &field.min), ("max", &field.max)] {
        let Some(bound) = bound else { continue };
        if !row(field).bounded {
            return refuse(modifier, format!("`{}` has no `{modifier}`", field.kind), "");
        }
        if let Err(reason) = fits(&field.kind, bound) {
            return refuse(modifier, format!("`{modifier}={bound}` {reason}"), "");
        }
    }
    let texts = matches!(field.kind, FieldKind::String { .. } | FieldKind::Text);
    match (&field.min, &field.max) {
        (Some(min), Some(max)) if min > max || min == max && !texts => {
            refuse("max", format!("`max={max}` is not above `min={min}`"), "")
        }
        (_, Some(max)) if texts && *max == Number::from(0) => {
            refuse("max", "nothing would be left", "")
        }
        _ => Ok(()),
    }
}

/// Tells why a number is none of the kind's.
fn fits(kind: &FieldKind, number: &Number) -> Result<(), String> {
    if let Some((low, high)) = range(kind) {
        if !number.is_whole() {
            return Err("is no whole number".to_owned());
        }
        if *number < low || *number > high {
            return Err(format!("is not from {low} to {high}"));
        }
    }
    match kind {
        FieldKind::Decimal { precision, scale } => {
            let (whole, fraction) = number.parts();
            let whole = whole.trim_start_matches('0').len() as u32;
            match whole <= precision - scale && fraction.len() as u32 <= *scale {
                true => Ok(()),
                false => {
                    Err(format!("does not fit {precision} digits, {scale} of them after the point"))
                }
            }
        }
        FieldKind::Float if number.as_str().len() > 17 => Err("is too long for a float".to_owned()),
        _ => Ok(()),
    }
}

fn check_default(field: &Field) -> Check {
    if field.unique != Unique::No && field.default.is_some() {
        return refuse("default", "what is unique can have no default", "");
    }
    match &field.default {
        Some(Value::Number(number)) => {
            if let Err(reason) = fits(&field.kind, number) {
                return refuse("default", format!("`default={number}` {reason}"), "");
            }
            let below = field.min.as_ref().is_some_and(|min| number < min);
            let above = field.max.as_ref().is_some_and(|max| number > max);
            match below || above {
                true => refuse(
                    "default",
                    format!("`default={number}` lies outside `min` and `max`"),
                    "",
                ),
                false => Ok(()),
            }
        }
        Some(Value::Text(text)) if !matches!(field.kind, FieldKind::Enum { .. }) => {
            let (least, most) = lengths(field);
            match (least..=most).contains(&(text.chars().count() as i128)) && text.trim() == text {
                true => Ok(()),
                false => refuse(
                    "default",
                    format!("a default has from {least} to {most} characters"),
                    "",
                ),
            }
        }
        _ => Ok(()),
    }
}

/// The greatest length of a text that says nothing else, as `app/domains/base/fields.py` has it.
pub const LONGEST_TEXT: i128 = 64 * 1024;

/// Returns the least and the greatest length of a text.
pub fn lengths(field: &Field) -> (i128, i128) {
    let longest = match field.kind {
        FieldKind::String { length } => i128::from(length),
        _ => LONGEST_TEXT,
    };
    let of = |bound: &Option<Number>| bound.as_ref().and_then(Number::to_i128);
    let least = of(&field.min).unwrap_or(1);
    (least, of(&field.max).unwrap_or(longest.max(least)))
}

/// A unique field with too few values would soon be full, and its tests are.
fn check_room(field: &Field) -> Check {
    if field.unique == Unique::No {
        return Ok(());
    }
    let bounds = (
        field.min.as_ref().and_then(Number::to_i128),
        field.max.as_ref().and_then(Number::to_i128),
    );
    let room = match (&field.kind, bounds) {
        (FieldKind::Int | FieldKind::Bigint, (Some(low), Some(high))) => high - low + 1,
        (FieldKind::Decimal { precision, scale: 0 }, (None, None)) if *precision < 2 => 10,
        (FieldKind::Decimal { .. } | FieldKind::Float, (Some(low), Some(high))) => high - low + 1,
        _ => LEAST_ROOM,
    };
    match room < LEAST_ROOM {
        true => refuse(
            "unique",
            format!("there is room for {room} values only"),
            "widen `min` and `max`",
        ),
        false => Ok(()),
    }
}
