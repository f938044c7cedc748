//! The name of a project, and the forms it takes where it lands.

use crate::error::{Error, Result};

/// The length at which PostgreSQL cuts an identifier, in bytes.
const LONGEST: usize = 63;

/// Ends the name of the database that tests use.
const TEST_SUFFIX: &str = "_test";

/// File names that Windows keeps for devices; a repository with one cannot be checked out there.
const WINDOWS_DEVICES: &[&str] = &["con", "prn", "aux", "nul"];

/// Names that a database of ours cannot have.
const POSTGRES_DATABASES: &[&str] = &["postgres", "template0", "template1"];

/// Distributions that every project depends on: one of the same name would depend on itself.
const DEPENDENCIES: &[&str] = &[
    "alembic",
    "asyncpg",
    "beautifulsoup4",
    "commitizen",
    "factory-boy",
    "fastapi",
    "httpx",
    "limits",
    "logfire",
    "prek",
    "pydantic",
    "pydantic-settings",
    "pyjwt",
    "pytest",
    "pytest-asyncio",
    "pytest-cov",
    "pytest-xdist",
    "python-json-logger",
    "redis",
    "ruff",
    "rust-just",
    "sqlalchemy",
    "starlette",
    "svix",
    "ty",
    "uvicorn",
];

/// A project's name: letters, digits, `-` and `_`, beginning with a letter, at most 63 long.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ProjectName(String);

impl ProjectName {
    /// Checks a name that a user typed.
    ///
    /// # Errors
    /// Fails with exit code 2, a caret under the place, and a name that would do.
    pub fn parse(name: &str) -> Result<Self> {
        if name.is_empty() {
            return Err(Error::usage("the project name is empty").hint("ddd-forge new shop"));
        }
        let wrong = |index: usize, c: char| match index {
            0 => !c.is_ascii_alphabetic(),
            _ => !c.is_ascii_alphanumeric() && c != '-' && c != '_',
        };
        if let Some((index, c)) = name.chars().enumerate().find(|&(index, c)| wrong(index, c)) {
            return Err(bad_character(name, index, c));
        }
        if name.len() > LONGEST {
            let message = format!("the project name is {} characters long", name.len());
            return Err(Error::usage(message).hint(format!("at most {LONGEST} are allowed")));
        }
        if name.ends_with(['-', '_']) {
            let message = "a project name ends in a letter or a digit";
            return Err(Error::usage(message).at(caret(name, name.len() - 1)));
        }
        ProjectName(name.to_owned()).refuse_reserved()
    }

    fn refuse_reserved(self) -> Result<Self> {
        let (slug, snake) = (self.slug(), self.snake());
        let reason = if is_windows_device(&slug) {
            "a device on Windows, where the directory could not be made"
        } else if POSTGRES_DATABASES.contains(&&*snake) {
            "a database that PostgreSQL keeps for itself"
        } else if DEPENDENCIES.contains(&&*slug) {
            "a package that the project depends on"
        } else if slug.starts_with("prefect") {
            "reserved: Prefect keeps work pools that begin with `prefect` for itself"
        } else {
            return Ok(self);
        };
        Err(Error::usage(format!("`{}` is {reason}", self.0))
            .hint(format!("choose another name, for example `my-{slug}`")))
    }

    /// Returns the name as typed.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Returns `my-shop`: the name of the distribution, the images and the work pool.
    pub fn slug(&self) -> String {
        self.words().join("-")
    }

    /// Returns `my_shop`: the name of the database.
    pub fn snake(&self) -> String {
        self.words().join("_")
    }

    /// Returns `my_shop_test`: the name of the database for tests, at most 63 long.
    pub fn test_database(&self) -> String {
        let mut name = self.snake();
        name.truncate(LONGEST - TEST_SUFFIX.len());
        name + TEST_SUFFIX
    }

    /// Returns `My Shop`: the name in prose.
    pub fn title(&self) -> String {
        let capital = |word: String| word[..1].to_ascii_uppercase() + &word[1..];
        self.words().into_iter().map(capital).collect::<Vec<_>>().join(" ")
    }

    fn words(&self) -> Vec<String> {
        let parts = self.0.split(['-', '_']).filter(|part| !part.is_empty());
        parts.map(str::to_ascii_lowercase).collect()
    }
}

fn bad_character(name: &str, index: usize, c: char) -> Error {
    let shown = c.escape_debug();
    let message = match (index, c) {
        (_, '/' | '\\') => "a project name is no path".to_owned(),
        (0, _) => format!("a project name begins with a letter, not `{shown}`"),
        _ => format!("a project name has letters, digits, `-` and `_`, not `{shown}`"),
    };
    let error = Error::usage(message).at(caret(name, index));
    let last = name.rsplit_once('/').and_then(|(_, last)| ProjectName::parse(last).ok());
    match last {
        Some(last) => error.hint(format!("ddd-forge new {} {name}", last.0)),
        None => error.hint("for example `my-shop`"),
    }
}

/// Tells whether Windows keeps a file name, in small letters, for a device.
pub(super) fn is_windows_device(name: &str) -> bool {
    let port = name.strip_prefix("com").or_else(|| name.strip_prefix("lpt"));
    let numbered = |port: &str| matches!(port.as_bytes(), [digit] if digit.is_ascii_digit());
    WINDOWS_DEVICES.contains(&name) || port.is_some_and(numbered)
}

/// Shows `text` with a caret under the character at `index`.
pub(super) fn caret(text: &str, index: usize) -> String {
    // Every character is shown as one, so that the caret stands where it should.
    let shown: String = text.chars().map(|c| if c.is_control() { '\u{fffd}' } else { c }).collect();
    format!("{shown}\n{}^", " ".repeat(index))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn name(text: &str) -> ProjectName {
        ProjectName::parse(text).unwrap()
    }

    #[test]
    fn a_name_takes_the_form_of_each_place() {
        let typed = name("My__Shop-2");
        assert_eq!(typed.as_str(), "My__Shop-2");
        assert_eq!(typed.slug(), "my-shop-2");
        assert_eq!(typed.snake(), "my_shop_2");
        assert_eq!(typed.title(), "My Shop 2");
    }

    #[test]
    fn the_longest_name_still_has_a_test_database() {
        let longest = "a".repeat(63);
        assert_eq!(name(&longest).snake().len(), 63);
        assert_eq!(name(&longest).test_database().len(), 63);
        assert_eq!(name("shop").test_database(), "shop_test");
        assert!(ProjectName::parse(&"a".repeat(64)).is_err());
    }

    #[test]
    fn names_that_would_break_something_are_refused() {
        let refused = [
            "",
            "1shop",
            "-rf",
            "_x",
            "a/b",
            "a\\b",
            "../x",
            "/abs",
            ".",
            "..",
            "a.b",
            "a b",
            "~",
            "shop-",
            "shop_",
            "shop\n",
            "a\0",
            "CON",
            "con",
            "Aux",
            "com1",
            "LPT9",
            "postgres",
            "template1",
            "FastAPI",
            "rust_just",
            "prefect-flows",
            "ﬁle",
            "usеrs",
            "e\u{301}",
            "a\u{202e}b",
            "a\u{200b}b",
            "\u{1b}[31mred",
        ];
        for text in refused {
            let error = ProjectName::parse(text).expect_err(text);
            assert_eq!(error.kind.exit_code(), 2, "{text:?}");
        }
    }

    #[test]
    fn names_that_only_look_reserved_are_fine() {
        for text in ["class", "match", "json", "app", "test", "console", "com10", "null", "yes"] {
            assert_eq!(name(text).slug(), text);
        }
    }

    #[test]
    fn the_caret_stands_under_the_character() {
        let error = ProjectName::parse("sh op").unwrap_err();
        assert_eq!(error.location.as_deref(), Some("sh op\n  ^"));
        let error = ProjectName::parse("teams/shop").unwrap_err();
        assert_eq!(error.hints, ["ddd-forge new shop teams/shop"]);
    }
}
