//! The name of a flow, and the forms it takes where it lands.

use super::name::{caret, is_windows_device};
use crate::error::{Error, Result};

/// Where the records of flows stand, one file each.
pub const FLOWS: &str = ".ddd-forge/flows";

/// At which an import of a flow still stands on one line of 100 columns.
const LONGEST: usize = 32;

/// What ends the name of a deployment, and may be typed as well.
const ENDING: &str = "-flow";

/// The flows that a project has from the start.
const BUILT_IN: &[&str] = &["create-user", "web-scrapper"];

/// Words that no Python module can be named.
const KEYWORDS: &[&str] = &[
    "and", "as", "assert", "async", "await", "break", "class", "continue", "def", "del", "elif",
    "else", "except", "finally", "for", "from", "global", "if", "import", "in", "is", "lambda",
    "nonlocal", "not", "or", "pass", "raise", "return", "try", "while", "with", "yield", "none",
    "true", "false",
];

/// The name of a flow, as `nightly-report`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct FlowName(String);

impl FlowName {
    /// Checks a name that a user typed, in any case, with `-` or `_`, with or without `-flow`.
    ///
    /// # Errors
    /// Fails with exit code 2 and a caret under the place.
    pub fn parse(name: &str) -> Result<Self> {
        let wrong = |index: usize, c: char| match index {
            0 => !c.is_ascii_alphabetic(),
            _ => !c.is_ascii_alphanumeric() && c != '-' && c != '_',
        };
        if let Some((index, c)) = name.chars().enumerate().find(|&(index, c)| wrong(index, c)) {
            let shown = c.escape_debug();
            let message = match index {
                0 => format!("a flow's name begins with a letter, not `{shown}`"),
                _ => format!("a flow's name has letters, digits, `-` and `_`, not `{shown}`"),
            };
            return Err(Error::usage(message).at(caret(name, index)).hint(EXAMPLE));
        }
        let kebab = kebab(name);
        let kebab = kebab.strip_suffix(ENDING).unwrap_or(&kebab);
        if kebab.is_empty() {
            return Err(Error::usage("the flow's name is empty").hint(EXAMPLE));
        }
        if kebab.len() > LONGEST {
            let message = format!("the flow's name is {} characters long", kebab.len());
            return Err(Error::usage(message).hint(format!("at most {LONGEST} are allowed")));
        }
        FlowName(kebab.to_owned()).refuse_reserved()
    }

    fn refuse_reserved(self) -> Result<Self> {
        let name = &*self.0;
        let reason = if BUILT_IN.contains(&name) {
            "a flow that every project has from the start"
        } else if KEYWORDS.contains(&name) {
            "a word of Python's, which no module can be named"
        } else if is_windows_device(name) {
            "a device on Windows, where the file could not be made"
        } else {
            return Ok(self);
        };
        Err(Error::usage(format!("`{name}` is {reason}"))
            .hint(format!("choose another name, for example `nightly-{name}`")))
    }

    /// Returns `nightly-report`.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Returns `nightly-report-flow`: the name of the flow and of its deployment.
    pub fn deployment(&self) -> String {
        format!("{}{ENDING}", self.0)
    }

    /// Returns `nightly_report`: the name of its modules.
    pub fn module(&self) -> String {
        self.0.replace('-', "_")
    }

    /// Returns `nightly_report_flow`: the name of its function.
    pub fn function(&self) -> String {
        format!("{}_flow", self.module())
    }

    /// Returns where its record stands.
    pub fn record(&self) -> String {
        format!("{FLOWS}/{}.toml", self.0)
    }

    /// Returns where the text of its files stands.
    pub fn base(&self) -> String {
        format!("{FLOWS}/{}.base.json.gz", self.0)
    }
}

const EXAMPLE: &str = "for example `nightly-report`";

/// Returns the words of a name in small letters, joined by `-`: `APIReport` is `api-report`.
pub fn kebab(name: &str) -> String {
    let bytes = name.as_bytes();
    let mut kebab = String::with_capacity(name.len() + 4);
    for (index, byte) in bytes.iter().enumerate() {
        if matches!(byte, b'-' | b'_') {
            kebab.push('-');
            continue;
        }
        let before = index.checked_sub(1).map(|before| bytes[before]);
        let starts = byte.is_ascii_uppercase()
            && before.is_some_and(|before| {
                let after = bytes.get(index + 1).is_some_and(u8::is_ascii_lowercase);
                before.is_ascii_lowercase()
                    || before.is_ascii_digit()
                    || (before.is_ascii_uppercase() && after)
            });
        if starts {
            kebab.push('-');
        }
        kebab.push(char::from(byte.to_ascii_lowercase()));
    }
    let words: Vec<_> = kebab.split('-').filter(|word| !word.is_empty()).collect();
    words.join("-")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_may_be_typed_in_any_case() {
        for typed in [
            "nightly-report",
            "nightly_report",
            "NightlyReport",
            "nightlyReport",
            "Nightly__Report-",
            "nightly-report-flow",
            "NightlyReportFlow",
        ] {
            assert_eq!(FlowName::parse(typed).unwrap().as_str(), "nightly-report", "{typed}");
        }
        for (typed, name) in [
            ("APIReport", "api-report"),
            ("sync-s3", "sync-s3"),
            ("Sync2Stripe", "sync2-stripe"),
            ("ETL", "etl"),
            ("task", "task"),
        ] {
            assert_eq!(FlowName::parse(typed).unwrap().as_str(), name);
        }
    }

    #[test]
    fn a_name_takes_the_form_of_each_place() {
        let name = FlowName::parse("nightly-report").unwrap();
        assert_eq!(name.deployment(), "nightly-report-flow");
        assert_eq!((&*name.module(), &*name.function()), ("nightly_report", "nightly_report_flow"));
        assert_eq!(name.record(), ".ddd-forge/flows/nightly-report.toml");
        assert_eq!(name.base(), ".ddd-forge/flows/nightly-report.base.json.gz");
    }

    #[test]
    fn names_that_cannot_be_used_are_refused() {
        for text in [
            "",
            "1st",
            "-a",
            "_",
            "a b",
            "a.b",
            "a/b",
            "../a",
            "bücher",
            "class",
            "Class",
            "import-flow",
            "true",
            "con",
            "com1",
            "create-user",
            "CreateUserFlow",
            "web_scrapper",
            &"a".repeat(33),
            "\u{1b}[31m",
        ] {
            let error = FlowName::parse(text).expect_err(text);
            assert_eq!(error.kind.exit_code(), 2, "{text:?}");
        }
        let error = FlowName::parse("sync orders").unwrap_err();
        assert_eq!(error.location.as_deref(), Some("sync orders\n    ^"));
        assert!(FlowName::parse(&"a".repeat(32)).is_ok());
    }
}
