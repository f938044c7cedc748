//! Free text that users give, and that lands in files of many languages.

use crate::error::{Error, Result};

/// What fits every place it lands, in characters.
const LONGEST: usize = 300;

/// The characters that Unicode calls "format" (Cf) and the two separators (Zl, Zp): invisible, and
/// able to reorder what is around them. From the Unicode Character Database, version 16.
const INVISIBLE: &[(u32, u32)] = &[
    (0x00AD, 0x00AD),
    (0x0600, 0x0605),
    (0x061C, 0x061C),
    (0x06DD, 0x06DD),
    (0x070F, 0x070F),
    (0x0890, 0x0891),
    (0x08E2, 0x08E2),
    (0x180E, 0x180E),
    (0x200B, 0x200F),
    (0x2028, 0x202E),
    (0x2060, 0x206F),
    (0xFEFF, 0xFEFF),
    (0xFFF9, 0xFFFB),
    (0x110BD, 0x110BD),
    (0x110CD, 0x110CD),
    (0x13430, 0x1343F),
    (0x1BCA0, 0x1BCA3),
    (0x1D173, 0x1D17A),
    (0xE0001, 0xE007F),
];

/// One line of free text without control or invisible characters.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Text(String);

impl Text {
    /// Checks a text given for `flag`; white space around it is dropped.
    ///
    /// # Errors
    /// Fails with exit code 2 for an empty or overlong text, or one that hides characters.
    pub fn parse(flag: &str, text: &str) -> Result<Self> {
        let text = text.trim_matches(' ');
        let hidden = |c: &char| {
            c.is_control() || INVISIBLE.iter().any(|&(from, to)| (from..=to).contains(&(*c as u32)))
        };
        if let Some(c) = text.chars().find(hidden) {
            let message = format!("`--{flag}` has the invisible character U+{:04X}", c as u32);
            return Err(Error::usage(message).hint("give one line of visible text"));
        }
        match text.chars().count() {
            0 => Err(Error::usage(format!("`--{flag}` is empty")).hint("leave the flag out")),
            1..=LONGEST => Ok(Text(text.to_owned())),
            count => Err(Error::usage(format!("`--{flag}` is {count} characters long"))
                .hint(format!("at most {LONGEST} are allowed"))),
        }
    }

    /// Returns the text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// Who a project is by: `Jane Doe`, or `Jane Doe <jane@example.com>`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Author {
    /// The name.
    pub name: Text,
    /// The address; empty when none was given.
    pub email: String,
}

impl Author {
    /// Checks an author given for `--author`.
    ///
    /// # Errors
    /// Fails with exit code 2 for a text that [`Text`] refuses, or an address without its form.
    pub fn parse(text: &str) -> Result<Self> {
        let whole = Text::parse("author", text)?;
        let Some((name, rest)) = whole.as_str().split_once('<') else {
            return Ok(Author { name: whole, email: String::new() });
        };
        let email = rest.strip_suffix('>').filter(|email| is_email(email)).ok_or_else(|| {
            Error::usage(format!("`--author {}` has no e-mail address in `<>`", whole.as_str()))
                .hint("--author 'Jane Doe <jane@example.com>'")
        })?;
        Ok(Author { name: Text::parse("author", name)?, email: email.to_owned() })
    }
}

impl std::fmt::Display for Author {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match &*self.email {
            "" => f.write_str(self.name.as_str()),
            email => write!(f, "{} <{email}>", self.name.as_str()),
        }
    }
}

fn is_email(text: &str) -> bool {
    let plain = |part: &str| {
        let allowed = |c: char| c.is_ascii_alphanumeric() || ".!#$%&'*+/=?^_`{|}~-".contains(c);
        !part.is_empty() && part.chars().all(allowed)
    };
    let Some((local, domain)) = text.split_once('@') else { return false };
    let label = |part: &str| {
        let inner = |c: char| c.is_ascii_alphanumeric() || c == '-';
        !part.is_empty()
            && part.chars().all(inner)
            && !part.starts_with('-')
            && !part.ends_with('-')
    };
    local.split('.').all(plain) && domain.split('.').all(label)
}

/// A repository on GitHub, as `OWNER/NAME`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Repository(String);

impl Repository {
    /// Checks a repository given for `--repository`.
    ///
    /// # Errors
    /// Fails with exit code 2 for anything but `OWNER/NAME`.
    pub fn parse(text: &str) -> Result<Self> {
        let owner = |text: &str| {
            let inner = |c: char| c.is_ascii_alphanumeric() || c == '-';
            (1..=39).contains(&text.len()) && text.chars().all(inner) && !text.starts_with('-')
        };
        let name = |text: &str| {
            let inner = |c: char| c.is_ascii_alphanumeric() || "-_.".contains(c);
            let ends = text.starts_with(['.', '-']) || text.ends_with(['.', '-']);
            (1..=100).contains(&text.len()) && text.chars().all(inner) && !ends
        };
        match text.split_once('/') {
            Some((before, after)) if owner(before) && name(after) => {
                Ok(Repository(text.to_owned()))
            }
            _ => Err(Error::usage(format!(
                "`--repository {}` is not OWNER/NAME",
                text.escape_debug()
            ))
            .hint("--repository acme/shop")),
        }
    }

    /// Returns `OWNER/NAME`.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_may_hold_what_can_be_seen() {
        for text in ["it's \"x\" \\ {{7*7}} ${{ a }} %s ]]>", "Bücher 📚", "«»", "<b>"] {
            assert_eq!(Text::parse("description", text).unwrap().as_str(), text);
        }
    }

    #[test]
    fn text_that_hides_something_is_refused() {
        for text in
            ["", " ", "a\nb", "a\u{1b}[31m", "a\u{202e}b", "a\u{200b}", "a\u{2028}b", "\u{7f}"]
        {
            assert_eq!(
                Text::parse("description", text).unwrap_err().kind.exit_code(),
                2,
                "{text:?}"
            );
        }
        assert!(Text::parse("description", &"x".repeat(301)).is_err());
    }

    #[test]
    fn an_author_may_have_an_address() {
        let jane = Author::parse("Jane Doe <jane@example.com>").unwrap();
        assert_eq!((jane.name.as_str(), &*jane.email), ("Jane Doe", "jane@example.com"));
        assert_eq!(jane.to_string(), "Jane Doe <jane@example.com>");
        assert_eq!(Author::parse("Jane").unwrap().to_string(), "Jane");
        for text in ["Jane <", "Jane <jane>", "Jane <a@b> c", "<a@b.c>", "J <a@-b>", "J <a b@c>"] {
            assert!(Author::parse(text).is_err(), "{text}");
        }
    }

    #[test]
    fn a_repository_is_owner_and_name() {
        assert_eq!(Repository::parse("acme/shop.api").unwrap().as_str(), "acme/shop.api");
        for text in ["shop", "a/b/c", "/shop", "a/", "a b/c", "a/..", "-a/b", "https://x/y"] {
            assert!(Repository::parse(text).is_err(), "{text}");
        }
    }
}
