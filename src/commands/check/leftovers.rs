//! What must not stay in a tracked file: placeholders, keys, and the markers of a conflict.

use super::Finding;
use super::sight::Sight;
use crate::project::parallel;

/// Words that stand for a value that somebody has to give.
const PLACEHOLDERS: &[&str] = &[
    "change-me-",
    "CHANGEME",
    "CHANGE_ME",
    "REPLACE_ME",
    "REPLACE-ME",
    "OWNER/REPOSITORY",
    "OWNER/NAME",
    "YOUR_SECRET",
    "YOUR_API_KEY",
    "YOUR_TOKEN",
    "YOUR_PASSWORD",
    "your-org/",
];

/// How secrets begin that belong in `.env`, where git does not see them.
const KEYS: &[&str] = &["sk_test_", "sk_live_", "whsec_"];

/// How much of a key must follow for it to be one.
const KEY: usize = 8;

/// Looks through every text that is not as we wrote it.
pub fn look(sight: &Sight<'_>) -> Vec<Finding> {
    let mut texts = sight.written();
    // What is wrong with a record is said of the record.
    texts.retain(|(path, _)| !path.starts_with(".ddd-forge/"));
    let found = parallel::each(&texts, |(path, text)| {
        let mut findings = conflicts(path, text);
        if !is_exempt(path) {
            findings.extend(placeholders(path, text));
        }
        findings
    });
    found.into_iter().flatten().collect()
}

/// Tells whether a text has both ends of a conflict.
pub fn has_conflict(text: &str) -> bool {
    let begins = |mark: &str| text.starts_with(mark) || text.contains(&format!("\n{mark}"));
    begins("<<<<<<< ") && begins("=======") && begins(">>>>>>> ")
}

fn conflicts(path: &str, text: &str) -> Vec<Finding> {
    if !has_conflict(text) {
        return Vec::new();
    }
    let marked = text.lines().enumerate().filter(|(_, line)| line.starts_with("<<<<<<< "));
    let finding = |(index, _)| {
        let fix =
            "decide between both sides and remove the markers, by hand or with `git mergetool`";
        Finding::new("conflicts", path, index + 1).says("a conflict is not resolved", fix)
    };
    marked.map(finding).collect()
}

/// Samples are made of placeholders, and tests use what looks like one.
fn is_exempt(path: &str) -> bool {
    let name = path.rsplit('/').next().unwrap_or(path);
    path.starts_with("tests/") || name.ends_with(".sample") || name.ends_with(".example")
}

fn placeholders(path: &str, text: &str) -> Vec<Finding> {
    let any = PLACEHOLDERS.iter().chain(KEYS).any(|word| text.contains(word));
    let lines = text.lines().enumerate().filter(|_| any);
    let finding = |(index, line): (usize, &str)| {
        let (message, fix) = what(line)?;
        Some(Finding::new("placeholders", path, index + 1).says(message, fix))
    };
    lines.filter_map(finding).collect()
}

/// Returns what a line has that must not stay, and what to do.
fn what(line: &str) -> Option<(String, &'static str)> {
    let after = |word: &str| {
        let rest = line.split_once(word)?.1;
        Some(
            rest.chars()
                .take_while(|c| c.is_ascii_alphanumeric() || "_-+/=".contains(*c))
                .collect::<String>(),
        )
    };
    let key = KEYS.iter().find(|word| after(word).is_some_and(|rest| rest.len() >= KEY));
    if let Some(word) = key {
        let message = format!("a key that begins with `{word}` is in a file that git tracks");
        return Some((message, "revoke it, and put the new one into `.env`"));
    }
    let found = PLACEHOLDERS.iter().find_map(|word| {
        // A dash calls for the rest of the word, as `change-me-...` in prose does not.
        let rest = after(word)?;
        (!word.ends_with('-') || !rest.is_empty()).then(|| format!("{word}{rest}"))
    })?;
    Some((
        format!("the placeholder `{found}` is left"),
        "put the real value there, or a variable of the environment",
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn placeholders_and_keys_are_told_from_what_is_about_them() {
        for (line, found) in [
            ("SECRET_KEY=change-me-secret-key", true),
            ("in the place of every `change-me-...`", false),
            ("_PLACEHOLDER = re.compile(r\"^(\\w+)=change-me\\S*$\")", false),
            ("COMMON = {\"changeme\"}", false),
            ("https://github.com/OWNER/REPOSITORY", true),
            ("key: sk_test_x1y2z3a4b5", true),
            ("r\"whsec_[\\w+/=-]+\"", false),
            ("MARK = \"whsec_\"", false),
            ("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", true),
            ("YOUR_COUNTRY", false),
        ] {
            assert_eq!(what(line).is_some(), found, "{line}");
        }
        let (message, _) = what("key: sk_live_0123456789").unwrap();
        assert!(!message.contains("0123"), "a secret is not repeated");
    }
}
