//! Numbers as people write them, compared without rounding.

use std::cmp::Ordering;
use std::fmt;

/// A decimal number in its shortest form: `-12.5`, `0`, `1000`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Number(String);

impl Number {
    /// Reads a number of digits, with a sign and a point perhaps.
    pub fn parse(text: &str) -> Option<Self> {
        let (negative, digits) = match text.strip_prefix('-') {
            Some(digits) => (true, digits),
            None => (false, text.strip_prefix('+').unwrap_or(text)),
        };
        let (whole, fraction) = digits.split_once('.').unwrap_or((digits, ""));
        let all_digits = |part: &str| part.chars().all(|c| c.is_ascii_digit());
        let dangling = digits.ends_with('.') || whole.is_empty();
        if dangling || !all_digits(whole) || !all_digits(fraction) || digits.len() > 200 {
            return None;
        }
        let (whole, fraction) = (whole.trim_start_matches('0'), fraction.trim_end_matches('0'));
        let whole = if whole.is_empty() { "0" } else { whole };
        let point = if fraction.is_empty() { "" } else { "." };
        let sign = if negative && (whole, fraction) != ("0", "") { "-" } else { "" };
        Some(Number(format!("{sign}{whole}{point}{fraction}")))
    }

    /// Returns the number without its sign, in two parts: before and after the point.
    pub fn parts(&self) -> (&str, &str) {
        self.0
            .trim_start_matches('-')
            .split_once('.')
            .unwrap_or((self.0.trim_start_matches('-'), ""))
    }

    /// Returns the text.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Tells whether it has nothing after the point.
    pub fn is_whole(&self) -> bool {
        self.parts().1.is_empty()
    }

    /// Returns it as a whole number, where it is one that fits.
    pub fn to_i128(&self) -> Option<i128> {
        self.0.parse().ok()
    }

    fn is_negative(&self) -> bool {
        self.0.starts_with('-')
    }
}

impl PartialOrd for Number {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Number {
    fn cmp(&self, other: &Self) -> Ordering {
        let magnitude = |a: &Number, b: &Number| {
            let ((whole, fraction), (other_whole, other_fraction)) = (a.parts(), b.parts());
            // Fractions are without zeros at their ends, so they compare as texts do.
            let by_length = whole.len().cmp(&other_whole.len());
            by_length.then(whole.cmp(other_whole)).then(fraction.cmp(other_fraction))
        };
        match (self.is_negative(), other.is_negative()) {
            (false, true) => Ordering::Greater,
            (true, false) => Ordering::Less,
            (false, false) => magnitude(self, other),
            (true, true) => magnitude(other, self),
        }
    }
}

impl From<i128> for Number {
    fn from(number: i128) -> Self {
        Number(number.to_string())
    }
}

impl fmt::Display for Number {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_has_one_form() {
        for (text, form) in [("007", "7"), ("-0.0", "0"), ("+1.50", "1.5"), ("10", "10")] {
            assert_eq!(Number::parse(text).unwrap().as_str(), form);
        }
        for text in ["", "-", ".", "1.", ".5", "1e5", "0x1", "1,5", "--1", "1.2.3", "١"] {
            assert!(Number::parse(text).is_none(), "{text}");
        }
    }

    #[test]
    fn numbers_are_ordered_by_value() {
        let sorted = ["-20", "-3", "-2.5", "0", "0.05", "0.5", "2", "10", "10.01"];
        let numbers = sorted.map(|text| Number::parse(text).unwrap());
        assert!(numbers.windows(2).all(|pair| pair[0] < pair[1]));
    }
}
