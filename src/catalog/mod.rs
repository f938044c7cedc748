//! What can be chosen when a project is made, as data: one row per option.
//!
//! Knows nothing of the command line; [`crate::commands`] makes a flag of each row.

mod field_types;

pub use field_types::{Arguments, FIELD_TYPES, FieldType, MODIFIERS, field_type};

/// One option of a project.
#[derive(Debug)]
pub struct OptionSpec {
    /// Its name: of the flag, in the manifest, and in templates.
    pub name: &'static str,
    /// Its values, the default first.
    pub values: &'static [&'static str],
    /// What it decides, as `--help` says it.
    pub help: &'static str,
    /// The question of the wizard and what hangs on it, where it asks: it has room for six.
    pub question: Option<(&'static str, &'static str)>,
}

/// Something that a project has or has not: what templates and their directories ask for.
#[derive(Debug)]
pub struct Feature {
    /// Its name in templates.
    pub name: &'static str,
    /// The option that decides it.
    pub option: &'static str,
    /// The values of that option with which it is there.
    pub values: &'static [&'static str],
}

/// Every feature.
pub const FEATURES: &[Feature] = &[
    Feature { name: "clerk", option: "auth", values: &["clerk,api-key", "clerk"] },
    Feature { name: "api_keys", option: "auth", values: &["clerk,api-key", "api-key"] },
    Feature { name: "prefect", option: "workers", values: &["prefect"] },
    Feature { name: "logfire", option: "observability", values: &["logfire"] },
    Feature { name: "github", option: "ci", values: &["github"] },
    Feature { name: "docker", option: "docker", values: &["yes"] },
    Feature { name: "kubernetes", option: "deploy", values: &["kubernetes"] },
];

/// A choice that needs what another one leaves out.
#[derive(Debug)]
pub struct Conflict {
    /// The option that needs something, with its value.
    pub chosen: (&'static str, &'static str),
    /// What it needs.
    pub needs: &'static str,
    /// The option that leaves that out, with its value.
    pub against: (&'static str, &'static str),
}

/// Every pair of choices that no project can be made with.
pub const CONFLICTS: &[Conflict] =
    &[Conflict { chosen: ("deploy", "kubernetes"), needs: "images", against: ("docker", "no") }];

/// Returns the words of a command line that choose `value` for the option called `name`.
pub fn words(name: &str, value: &str) -> Vec<String> {
    match value {
        "yes" => Vec::new(),
        "no" => vec![format!("--no-{name}")],
        value => vec![format!("--{name}"), value.to_owned()],
    }
}

impl OptionSpec {
    /// Returns the value that stands where nothing was said.
    pub fn default(&self) -> &'static str {
        self.values[0]
    }
}

/// The values of an option that is there or not; its flag says no: `--no-docker`.
pub const YES_NO: &[&str] = &["yes", "no"];

/// Every option, in the order of the help text.
pub const OPTIONS: &[OptionSpec] = &[
    OptionSpec {
        name: "auth",
        values: &["clerk,api-key", "clerk", "api-key"],
        help: "How callers sign in: with a token of Clerk's, with an API key of the service's own",
        question: Some(("How do callers sign in?", "people with Clerk, programs with API keys")),
    },
    OptionSpec {
        name: "workers",
        values: &["prefect", "none"],
        help: "What runs work outside of requests",
        question: Some((
            "What runs work outside of requests?",
            "Prefect has schedules and retries",
        )),
    },
    OptionSpec {
        name: "observability",
        values: &["logfire", "none"],
        help: "Where traces and metrics go, besides the logs",
        question: Some(("Where do traces go?", "Logfire, or any OpenTelemetry receiver")),
    },
    OptionSpec {
        name: "ci",
        values: &["github", "none"],
        help: "Where the project is checked and released",
        question: None,
    },
    OptionSpec {
        name: "docker",
        values: YES_NO,
        help: "Leave out the images and the Compose files",
        question: None,
    },
    OptionSpec {
        name: "deploy",
        values: &["none", "kubernetes"],
        help: "Where it runs beyond one machine: manifests, and a work pool for flow runs",
        question: None,
    },
    OptionSpec {
        name: "license",
        values: &["mit", "apache-2.0", "proprietary"],
        help: "The licence of the project",
        question: Some(("Which licence?", "what others may do with the code")),
    },
    OptionSpec {
        name: "python",
        values: &["3.13", "3.14"],
        help: "The lowest Python version it runs on, and the one of its images",
        question: None,
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
            // A question that wraps is redrawn badly on a narrow terminal.
            let (question, why) = option.question.unwrap_or_default();
            assert!(question.len() + why.len() <= 70, "{}", option.name);
        }
    }

    #[test]
    fn a_conflict_is_between_choices_other_than_the_defaults() {
        for Conflict { chosen, against, .. } in CONFLICTS {
            for (name, value) in [chosen, against] {
                let option = OPTIONS.iter().find(|spec| spec.name == *name).unwrap();
                assert!(option.values[1..].contains(value), "{name}");
            }
        }
    }

    #[test]
    fn a_feature_is_there_with_some_values_of_its_option_and_not_with_others() {
        for Feature { name, option, values } in FEATURES {
            let option = OPTIONS.iter().find(|spec| spec.name == *option).unwrap();
            assert!(values.iter().all(|value| option.values.contains(value)), "{name}");
            assert!(!values.is_empty() && values.len() < option.values.len(), "{name}");
        }
    }
}
