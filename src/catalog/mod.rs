//! What can be chosen when a project is made, as data: one row per option.
//!
//! Knows nothing of the command line; [`crate::commands`] makes a flag of each row.

/// One option of a project.
#[derive(Debug)]
pub struct OptionSpec {
    /// Its name: of the flag, in the manifest, and in templates.
    pub name: &'static str,
    /// Its values, the default first.
    pub values: &'static [&'static str],
    /// What it decides, as `--help` says it.
    pub help: &'static str,
    /// Why one might choose otherwise, as the wizard says it.
    pub why: &'static str,
}

impl OptionSpec {
    /// Returns the value that stands where nothing was said.
    pub fn default(&self) -> &'static str {
        self.values[0]
    }
}

/// Every option, in the order of the help text.
pub const OPTIONS: &[OptionSpec] = &[
    OptionSpec {
        name: "license",
        values: &["mit", "apache-2.0", "proprietary"],
        help: "The licence of the project",
        why: "decides what others may do with the code",
    },
    OptionSpec {
        name: "python",
        values: &["3.13", "3.14"],
        help: "The lowest Python version it runs on, and the one of its images",
        why: "3.13 has the most prebuilt packages",
    },
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_unique_and_every_option_is_a_choice() {
        for (index, option) in OPTIONS.iter().enumerate() {
            assert!(option.values.len() > 1, "{}", option.name);
            assert!(OPTIONS[index + 1..].iter().all(|other| other.name != option.name));
        }
    }
}
