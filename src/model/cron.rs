//! Cron expressions, as Prefect reads them: five fields, or a name such as `@daily`.
//!
//! What Prefect refuses is refused here, and so is what it takes but cannot be meant: a day that
//! never comes, a step longer than its field.

use super::name::caret;
use crate::error::{Error, Result};

/// What stands for an expression of five fields.
const NAMED: &[&str] =
    &["@hourly", "@daily", "@midnight", "@weekly", "@monthly", "@yearly", "@annually"];

/// The days of each month, at most.
const DAYS: [u32; 12] = [31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];

struct Field {
    name: &'static str,
    first: u32,
    last: u32,
    /// Words for the values from `first` on.
    words: &'static [&'static str],
}

const FIELDS: [Field; 5] = [
    Field { name: "minute", first: 0, last: 59, words: &[] },
    Field { name: "hour", first: 0, last: 23, words: &[] },
    Field { name: "day of month", first: 1, last: 31, words: &[] },
    Field {
        name: "month",
        first: 1,
        last: 12,
        words: &[
            "jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec",
        ],
    },
    // Sunday is 0 and 7.
    Field {
        name: "day of week",
        first: 0,
        last: 7,
        words: &["sun", "mon", "tue", "wed", "thu", "fri", "sat"],
    },
];

/// What stands for every day.
const ANY: &[&str] = &["*", "?"];

const DAY: usize = 2;
const MONTH: usize = 3;
const WEEKDAY: usize = 4;

/// Why an expression is refused, and at which byte of it.
struct Fault(usize, String);

type Checked<T> = std::result::Result<T, Fault>;

/// Checks an expression, and returns it with one space between fields.
///
/// # Errors
/// Fails with exit code 2, the reason, and a caret under the place.
pub fn check(text: &str) -> Result<String> {
    let words: Vec<_> = words(text).collect();
    let joined = words.iter().map(|(_, word)| *word).collect::<Vec<_>>().join(" ");
    match checked(text, &words) {
        Ok(()) => Ok(joined),
        Err(Fault(at, reason)) => Err(Error::usage(format!("`--cron`: {reason}"))
            .at(caret(text, text[..at].chars().count()))
            .hint("minute hour day-of-month month day-of-week: `0 2 * * *` is each day at 2:00")),
    }
}

fn checked(text: &str, words: &[(usize, &str)]) -> Checked<()> {
    if let [(at, word)] = words
        && word.starts_with('@')
    {
        let known = NAMED.iter().any(|name| name.eq_ignore_ascii_case(word));
        let reason = || format!("`{}` is none of {}", word.escape_debug(), NAMED.join(", "));
        return if known { Ok(()) } else { Err(Fault(*at, reason())) };
    }
    if words.len() != FIELDS.len() {
        let at = words.get(FIELDS.len()).map_or(text.trim_end().len(), |(at, _)| *at);
        let seconds = if words.len() == 6 { ", and none for seconds" } else { "" };
        let fields = if words.len() == 1 { "field" } else { "fields" };
        let count = words.len();
        return Err(Fault(at, format!("it has {count} {fields}; there are 5{seconds}")));
    }
    let mut values = Vec::new();
    for (index, (at, word)) in words.iter().enumerate() {
        values.push(field(index, *at, word)?);
    }
    refuse_impossible(words, &values)
}

/// Refuses days that never come.
fn refuse_impossible(words: &[(usize, &str)], values: &[Vec<u32>]) -> Checked<()> {
    let never = |day: &u32| values[MONTH].iter().all(|month| *day > DAYS[*month as usize - 1]);
    let any = |field: usize| ANY.contains(&words[field].1);
    if any(WEEKDAY) && !values[DAY].is_empty() && values[DAY].iter().all(never) {
        return Err(Fault(words[DAY].0, "no month that it names has such a day".to_owned()));
    }
    if !any(DAY) && values[WEEKDAY].is_empty() {
        let reason = "Prefect finds no day for `#` or `L` beside a day of month; make that `*`";
        return Err(Fault(words[DAY].0, reason.to_owned()));
    }
    Ok(())
}

/// Returns the words of `text`, each with the byte it begins at.
fn words(text: &str) -> impl Iterator<Item = (usize, &str)> {
    let offset = |word: &str| word.as_ptr() as usize - text.as_ptr() as usize;
    text.split_whitespace().map(move |word| (offset(word), word))
}

/// Returns the values that a field names; none for days told in another way than by number.
fn field(index: usize, at: usize, text: &str) -> Checked<Vec<u32>> {
    if matches!(index, DAY | WEEKDAY) && text == "?" {
        return field(index, at, "*");
    }
    let (mut values, mut special, mut start) = (Vec::new(), 0, at);
    let items: Vec<_> = text.split(',').collect();
    for item in &items {
        match special_day(index, start, item)? {
            true => special += 1,
            false => values.extend(range(&FIELDS[index], start, item)?),
        }
        start += item.len() + 1;
    }
    match index == WEEKDAY && special > 0 && special < items.len() {
        true => Err(Fault(at, "Prefect does not mix `#` or `L` with plain days".to_owned())),
        false => Ok(values),
    }
}

/// Tells whether `item` is the last day of a month, or the first (second, last) Monday of it.
fn special_day(index: usize, at: usize, item: &str) -> Checked<bool> {
    let field = &FIELDS[index];
    if index == DAY && item.eq_ignore_ascii_case("l") {
        return Ok(true);
    }
    if index != WEEKDAY {
        return Ok(false);
    }
    if let Some((day, nth)) = item.split_once('#') {
        value(field, at, day)?;
        let reason = format!("`{}` is not from 1 to 5, of a month's such days", nth.escape_debug());
        let fine = matches!(nth, "1" | "2" | "3" | "4" | "5");
        return if fine { Ok(true) } else { Err(Fault(at + day.len() + 1, reason)) };
    }
    match item.strip_prefix(['l', 'L']) {
        Some(day) if matches!(day.as_bytes(), [b'0'..=b'6']) => Ok(true),
        Some(_) => Err(Fault(at, "`L` takes a day from 0 to 6: `L5` is the last Friday".into())),
        None => Ok(false),
    }
}

/// Returns the values of `*`, `a`, `a-b`, each of which may have a step: `*/15`.
fn range(field: &Field, at: usize, item: &str) -> Checked<Vec<u32>> {
    let (base, step) = match item.split_once('/') {
        None => (item, 1),
        Some((base, text)) => (base, step(field, at + base.len() + 1, text)?),
    };
    let whole = field.first..=field.last;
    let (low, high) = if base == "*" {
        (field.first, field.last)
    } else if let Some((low, high)) = base.split_once('-') {
        let ends = (value(field, at, low)?, value(field, at + low.len() + 1, high)?);
        if ends.0 == ends.1 {
            let reason = format!("`{base}` is every value to Prefect; say `{low}`, or `*`");
            return Err(Fault(at, reason));
        }
        ends
    } else {
        let low = value(field, at, base)?;
        (low, if item.contains('/') { field.last } else { low })
    };
    // A range may go over the end: `fri-mon`.
    let inside = |value: &u32| match low <= high {
        true => (low..=high).contains(value) && (value - low).is_multiple_of(step),
        false => *value >= low || *value <= high,
    };
    Ok(whole.filter(inside).collect())
}

fn step(field: &Field, at: usize, text: &str) -> Checked<u32> {
    let span = field.last - field.first;
    let number = text.parse().ok().filter(|_| text.bytes().all(|byte| byte.is_ascii_digit()));
    match number {
        Some(step) if (1..=span).contains(&step) => Ok(step),
        _ => {
            let text = text.escape_debug();
            let reason = format!("`{text}` is no step of a {}: 1 to {span}", field.name);
            Err(Fault(at, reason))
        }
    }
}

fn value(field: &Field, at: usize, text: &str) -> Checked<u32> {
    let named = field.words.iter().position(|word| word.eq_ignore_ascii_case(text));
    if let Some(index) = named {
        return Ok(field.first + u32::try_from(index).unwrap_or_default());
    }
    let number = text.parse().ok().filter(|_| text.bytes().all(|byte| byte.is_ascii_digit()));
    match number {
        Some(number) if (field.first..=field.last).contains(&number) => Ok(number),
        _ => {
            let Field { name, first, last, words } = field;
            let text = text.escape_debug();
            let or = match words {
                [word, .., end] => format!(", or {word} to {end}"),
                _ => String::new(),
            };
            Err(Fault(at, format!("`{text}` is no {name}: {first} to {last}{or}")))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_prefect_takes_is_taken() {
        for text in [
            "* * * * *",
            "0 2 * * *",
            "00 02 * * *",
            "*/15 9-17 * * mon-fri",
            "5/15 0,12 1,15 * *",
            "0 0 * JAN-mar/2 *",
            "0 9 * * fri-mon",
            "0 9 * * 7",
            "0 9 * * 1-7",
            "50-10 * * * *",
            "0 9 * * mon#1,5#3",
            "0 9 L * *",
            "0 9 1,L * mon",
            "0 9 * * L5",
            "0 0 29 2 *",
            "0 0 31 2 mon",
            "0 0 ? * mon",
            "0 0 31 1,2 *",
            "@daily",
            "@Weekly",
        ] {
            assert_eq!(check(text).unwrap(), text, "{text}");
        }
        assert_eq!(check("  0  2\t* * * ").unwrap(), "0 2 * * *");
    }

    #[test]
    fn what_cannot_be_meant_is_refused_with_a_caret_under_it() {
        for (text, at, reason) in [
            ("", 0, "it has 0 fields; there are 5"),
            ("0 2 * *", 7, "it has 4 fields; there are 5"),
            ("0 0 2 * * *", 10, "it has 6 fields; there are 5, and none for seconds"),
            ("@reboot", 0, "`@reboot` is none of @hourly"),
            ("0 24 * * *", 2, "`24` is no hour: 0 to 23"),
            ("0,60 2 * * *", 2, "`60` is no minute: 0 to 59"),
            ("+5 2 * * *", 0, "`+5` is no minute"),
            ("0 0 0 * *", 4, "`0` is no day of month: 1 to 31"),
            ("0 0 * foo *", 6, "`foo` is no month: 1 to 12, or jan to dec"),
            ("0 0 * * mon-so", 12, "`so` is no day of week: 0 to 7, or sun to sat"),
            ("*/90 * * * *", 2, "`90` is no step of a minute: 1 to 59"),
            ("*/0 * * * *", 2, "`0` is no step of a minute"),
            ("0/x * * * *", 2, "`x` is no step of a minute"),
            ("5-5 * * * *", 0, "`5-5` is every value to Prefect; say `5`, or `*`"),
            ("0 0 1,,2 * *", 6, "`` is no day of month"),
            ("0 0 15W * *", 4, "`15W` is no day of month"),
            ("0 0 ?,1 * *", 4, "`?` is no day of month"),
            ("? 0 * * *", 0, "`?` is no minute"),
            ("0 0 1 * mon#1", 4, "Prefect finds no day for `#` or `L` beside a day of month"),
            ("0 0 * * 1#6", 10, "`6` is not from 1 to 5"),
            ("0 0 * * 1,2#1", 8, "does not mix `#` or `L` with plain days"),
            ("0 0 * * L", 8, "`L5` is the last Friday"),
            ("0 0 31 2,4 *", 4, "no month that it names has such a day"),
            ("é 0 31 2,4 *", 0, "`é` is no minute"),
            ("0 0 é é *", 4, "`é` is no day of month"),
        ] {
            let error = check(text).expect_err(text);
            assert_eq!(error.kind.exit_code(), 2);
            assert!(error.message.contains(reason), "{text}: {}", error.message);
            let location = error.location.unwrap();
            assert_eq!(location.lines().last().unwrap(), format!("{}^", " ".repeat(at)), "{text}");
        }
    }

    #[test]
    fn no_text_makes_it_panic() {
        let parts = ["*", "/", "-", ",", "#", "L", "5", "é", "99999999999", "@", " ", "mon", "\0"];
        for a in parts {
            for b in parts {
                for c in parts {
                    let _ = check(&format!("{a}{b}{c}"));
                    for field in 0..5 {
                        let mut fields = ["0", "0", "1", "1", "*"].map(str::to_owned);
                        fields[field] = format!("{a}{b}{c}");
                        let _ = check(&fields.join(" "));
                    }
                }
            }
        }
    }
}
