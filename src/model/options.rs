//! The options a project was made with.

use std::collections::BTreeMap;

use crate::catalog::{self, CONFLICTS, Conflict, FEATURES, Feature, OPTIONS, OptionSpec};
use crate::error::{Error, Result};

/// A value for every option of the catalogue.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Options(BTreeMap<&'static str, &'static str>);

impl Default for Options {
    fn default() -> Self {
        Options(OPTIONS.iter().map(|option| (option.name, option.default())).collect())
    }
}

impl Options {
    /// Returns the value of the option called `name`.
    ///
    /// # Panics
    /// Panics for a name that the catalogue does not have, which is a bug of ours.
    pub fn get(&self, name: &str) -> &'static str {
        self.0[name]
    }

    /// Sets an option to one of its values.
    ///
    /// # Errors
    /// Fails with exit code 2 for an unknown name or value, listing what there is.
    pub fn set(&mut self, name: &str, value: &str) -> Result<()> {
        let Some(option) = OPTIONS.iter().find(|option| option.name == name) else {
            let names: Vec<_> = OPTIONS.iter().map(|option| option.name).collect();
            let message = format!("there is no option `{}`", name.escape_debug());
            return Err(Error::usage(message).hint(format!("there are {}", names.join(", "))));
        };
        let Some(value) = option.values.iter().find(|known| **known == value) else {
            let message = format!("`{name}` cannot be `{}`", value.escape_debug());
            return Err(Error::usage(message).hint(format!("it is {}", option.values.join(", "))));
        };
        self.0.insert(option.name, value);
        Ok(())
    }

    /// Checks that no choice needs what another one leaves out.
    ///
    /// # Errors
    /// Fails with exit code 2, naming both.
    pub fn check(&self) -> Result<()> {
        for Conflict { chosen, needs, against } in CONFLICTS {
            if self.get(chosen.0) == chosen.1 && self.get(against.0) == against.1 {
                let [chosen, against] =
                    [chosen, against].map(|(name, value)| catalog::words(name, value).join(" "));
                let message = format!("`{chosen}` needs {needs}, which `{against}` leaves out");
                return Err(Error::usage(message).hint("give one of the two"));
            }
        }
        Ok(())
    }

    /// Returns every combination of values that a project can be made with, the defaults first.
    pub fn combinations() -> Vec<Options> {
        let all = OPTIONS.iter().fold(vec![Options::default()], |combinations, option| {
            let with = |value: &'static str| {
                move |mut options: Options| {
                    options.0.insert(option.name, value);
                    options
                }
            };
            let values = option.values.iter();
            values.flat_map(|value| combinations.iter().cloned().map(with(value))).collect()
        });
        all.into_iter().filter(|options| options.check().is_ok()).collect()
    }

    /// Returns every feature by its name, with whether the project has it.
    pub fn features(&self) -> BTreeMap<&'static str, bool> {
        let has = |feature: &Feature| feature.values.contains(&self.get(feature.option));
        FEATURES.iter().map(|feature| (feature.name, has(feature))).collect()
    }

    /// Returns every option with its value, in the order of the catalogue.
    pub fn iter(&self) -> impl Iterator<Item = (&'static OptionSpec, &'static str)> {
        OPTIONS.iter().map(|option| (option, self.get(option.name)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_option_takes_the_values_of_its_row_only() {
        let mut options = Options::default();
        assert_eq!(options.get("license"), "mit");
        options.set("license", "apache-2.0").unwrap();
        assert_eq!(options.get("license"), "apache-2.0");
        assert_eq!(
            options.set("license", "gpl").unwrap_err().hints,
            ["it is mit, apache-2.0, proprietary"]
        );
        assert!(options.set("colour", "red").is_err());
    }

    #[test]
    fn features_follow_from_options() {
        let mut options = Options::default();
        assert!(options.features().iter().all(|(name, has)| *has == (*name != "kubernetes")));
        options.set("auth", "api-key").unwrap();
        options.set("docker", "no").unwrap();
        let features = options.features();
        assert!(!features["clerk"] && features["api_keys"] && !features["docker"]);
    }

    #[test]
    fn choices_that_exclude_each_other_are_refused_and_in_no_combination() {
        let mut options = Options::default();
        options.set("deploy", "kubernetes").unwrap();
        options.check().unwrap();
        options.set("docker", "no").unwrap();
        let error = options.check().unwrap_err();
        assert_eq!(error.kind.exit_code(), 2);
        assert_eq!(
            error.message,
            "`--deploy kubernetes` needs images, which `--no-docker` leaves out"
        );
        assert!(!Options::combinations().contains(&options));
    }
}
