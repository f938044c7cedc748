//! Words: their forms, and the nearest to one that was mistyped.

use super::inflection;

/// Words that are the same for one and for many.
const UNCOUNTABLE: &[&str] = &[
    "advice",
    "aircraft",
    "analytics",
    "cash",
    "chassis",
    "data",
    "deer",
    "equipment",
    "feedback",
    "fish",
    "goods",
    "hardware",
    "health",
    "information",
    "literature",
    "luggage",
    "mail",
    "media",
    "merchandise",
    "metadata",
    "money",
    "music",
    "news",
    "offspring",
    "pollution",
    "rain",
    "research",
    "series",
    "settings",
    "sheep",
    "software",
    "species",
    "staff",
    "traffic",
    "wealth",
    "weather",
];

/// Returns the plural of the last word of a snake-case name; of a plural, itself.
pub fn plural(name: &str) -> String {
    form(name, inflection::plural)
}

/// Returns the singular of the last word of a snake-case name; of a singular, itself.
pub fn singular(name: &str) -> String {
    form(name, inflection::singular)
}

/// Changes the last word of `name`, whose digits at the end stay.
fn form(name: &str, bend: impl Fn(&str) -> String) -> String {
    let (head, last) = match name.rsplit_once('_') {
        Some((head, last)) => (format!("{head}_"), last),
        None => (String::new(), name),
    };
    let word = last.trim_end_matches(|c: char| c.is_ascii_digit());
    let digits = &last[word.len()..];
    let changed = match UNCOUNTABLE.contains(&word) || word.len() < 2 {
        true => word.to_owned(),
        false => bend(word),
    };
    format!("{head}{changed}{digits}")
}

/// Returns the words of a name in any case: `APIToken`, `api-token` and `api_token` have two.
///
/// Digits belong to the word before them.
pub fn split(name: &str) -> Vec<String> {
    let chars: Vec<char> = name.chars().collect();
    let mut words = vec![String::new()];
    for (index, &c) in chars.iter().enumerate() {
        if c == '-' || c == '_' {
            words.push(String::new());
            continue;
        }
        let before = index.checked_sub(1).map(|index| chars[index]);
        let after = chars.get(index + 1);
        let starts = c.is_ascii_uppercase()
            && before.is_some_and(|before| {
                before.is_ascii_lowercase()
                    || before.is_ascii_digit()
                    || before.is_ascii_uppercase() && after.is_some_and(char::is_ascii_lowercase)
            });
        if starts {
            words.push(String::new());
        }
        // There is always a word: the vector starts with one.
        if let Some(word) = words.last_mut() {
            word.push(c);
        }
    }
    words.retain(|word| !word.is_empty());
    words
}

/// Returns `word` with a capital.
pub fn capital(word: &str) -> String {
    let mut chars = word.chars();
    chars
        .next()
        .map_or(String::new(), |first| first.to_ascii_uppercase().to_string() + chars.as_str())
}

/// Returns the word among `known` that `word` was probably meant to be.
pub fn nearest<'a>(word: &str, known: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let near = known.into_iter().map(|each| (distance(word, each), each));
    let (distance, each) = near.min_by_key(|(distance, _)| *distance)?;
    (distance <= 1 + word.len() / 4).then_some(each)
}

/// Counts the letters to insert, drop or change between two words (Levenshtein).
fn distance(from: &str, to: &str) -> usize {
    let to: Vec<char> = to.chars().collect();
    let mut row: Vec<usize> = (0..=to.len()).collect();
    for (i, a) in from.chars().enumerate() {
        let mut diagonal = std::mem::replace(&mut row[0], i + 1);
        for (j, b) in to.iter().enumerate() {
            let changed = diagonal + usize::from(a != *b);
            diagonal = row[j + 1];
            row[j + 1] = changed.min(diagonal + 1).min(row[j] + 1);
        }
    }
    row[to.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_word_of_a_name_is_bent_and_its_digits_stay() {
        let pairs = [("order", "orders"), ("order_item", "order_items"), ("order2", "orders2")];
        for (one, many) in pairs {
            assert_eq!((plural(one), singular(many)), (many.to_owned(), one.to_owned()));
        }
        for word in UNCOUNTABLE {
            assert_eq!((plural(word), singular(word)), ((*word).to_owned(), (*word).to_owned()));
        }
    }

    #[test]
    fn a_name_in_any_case_has_the_same_words() {
        for name in ["OrderItem", "orderItem", "order-item", "order_item", "_order__item_"] {
            assert_eq!(split(name).join(" ").to_lowercase(), "order item", "{name}");
        }
        assert_eq!(split("APIToken"), ["API", "Token"]);
        assert_eq!(split("HTTP2Route"), ["HTTP2", "Route"]);
        assert_eq!(split("s3_bucket"), ["s3", "bucket"]);
    }

    #[test]
    fn what_was_meant_is_near() {
        assert_eq!(nearest("strng", ["string", "text"]), Some("string"));
        assert_eq!(nearest("user", ["users", "orders"]), Some("users"));
        assert_eq!(nearest("quux", ["string", "text"]), None);
    }
}
