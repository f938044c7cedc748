//! Words: their forms, and the nearest to one that was mistyped.

/// Where the library errs, or has a form that programmers do not use: singular and plural.
const IRREGULAR: &[(&str, &str)] = &[
    ("alias", "aliases"),
    ("analysis", "analyses"),
    ("axis", "axes"),
    ("basis", "bases"),
    ("cache", "caches"),
    ("canvas", "canvases"),
    ("datum", "datums"),
    ("epoch", "epochs"),
    ("index", "indexes"),
    ("lens", "lenses"),
    ("medium", "mediums"),
    ("monarch", "monarchs"),
    ("schema", "schemas"),
    ("stomach", "stomachs"),
    ("thesis", "theses"),
    ("vertex", "vertices"),
    ("virus", "viruses"),
    ("waltz", "waltzes"),
];

/// Words that are the same for one and for many.
const UNCOUNTABLE: &[&str] = &[
    "advice",
    "aircraft",
    "analytics",
    "data",
    "deer",
    "equipment",
    "feedback",
    "fish",
    "goods",
    "hardware",
    "information",
    "luggage",
    "media",
    "merchandise",
    "metadata",
    "money",
    "music",
    "news",
    "offspring",
    "series",
    "settings",
    "sheep",
    "software",
    "species",
    "staff",
    "traffic",
    "weather",
];

/// Returns the plural of the last word of a snake-case name; of a plural, itself.
pub fn plural(name: &str) -> String {
    form(name, |(_, plural)| plural, |word| pluralizer::pluralize(word, 2, false))
}

/// Returns the singular of the last word of a snake-case name; of a singular, itself.
pub fn singular(name: &str) -> String {
    form(name, |(singular, _)| singular, |word| pluralizer::pluralize(word, 1, false))
}

/// Changes the last word of `name`, whose digits at the end stay.
fn form(
    name: &str,
    known: impl Fn(&(&'static str, &'static str)) -> &'static str,
    regular: impl Fn(&str) -> String,
) -> String {
    let (head, last) = match name.rsplit_once('_') {
        Some((head, last)) => (format!("{head}_"), last),
        None => (String::new(), name),
    };
    let word = last.trim_end_matches(|c: char| c.is_ascii_digit());
    let digits = &last[word.len()..];
    let irregular = IRREGULAR.iter().find(|(one, many)| *one == word || *many == word);
    let changed = match irregular {
        _ if UNCOUNTABLE.contains(&word) || word.len() < 2 => word.to_owned(),
        Some(pair) => known(pair).to_owned(),
        None => regular(word),
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
    fn one_and_many() {
        let pairs = [
            ("order", "orders"),
            ("order_item", "order_items"),
            ("address", "addresses"),
            ("analysis", "analyses"),
            ("axis", "axes"),
            ("basis", "bases"),
            ("bonus", "bonuses"),
            ("box", "boxes"),
            ("bus", "buses"),
            ("cache", "caches"),
            ("campus", "campuses"),
            ("case", "cases"),
            ("child", "children"),
            ("class", "classes"),
            ("company", "companies"),
            ("criterion", "criteria"),
            ("database", "databases"),
            ("day", "days"),
            ("gas", "gases"),
            ("hero", "heroes"),
            ("index", "indexes"),
            ("invoice", "invoices"),
            ("key", "keys"),
            ("knife", "knives"),
            ("leaf", "leaves"),
            ("lens", "lenses"),
            ("license", "licenses"),
            ("man", "men"),
            ("matrix", "matrices"),
            ("movie", "movies"),
            ("order2", "orders2"),
            ("person", "people"),
            ("photo", "photos"),
            ("policy", "policies"),
            ("process", "processes"),
            ("proof", "proofs"),
            ("purchase", "purchases"),
            ("quiz", "quizzes"),
            ("response", "responses"),
            ("roof", "roofs"),
            ("schema", "schemas"),
            ("shoe", "shoes"),
            ("status", "statuses"),
            ("tax", "taxes"),
            ("tomato", "tomatoes"),
            ("virus", "viruses"),
            ("warehouse", "warehouses"),
        ];
        for (one, many) in pairs {
            assert_eq!((plural(one), singular(many)), (many.to_owned(), one.to_owned()));
            assert_eq!((plural(many), singular(one)), (many.to_owned(), one.to_owned()));
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
