//! A flag for each row of the option catalogue.

use clap::builder::PossibleValuesParser;
use clap::{Arg, ArgAction, ArgMatches, Args, Command, Error, FromArgMatches};

use crate::catalog::{self, OPTIONS, OptionSpec, YES_NO};

/// The options that were given on the command line, by name.
#[derive(Clone, Debug, Default)]
pub struct OptionArgs(pub Vec<(&'static str, String)>);

impl OptionArgs {
    /// Tells whether the option called `name` was given.
    pub fn has(&self, name: &str) -> bool {
        self.0.iter().any(|(given, _)| *given == name)
    }

    /// Returns the words of a command line that give these options.
    pub fn words(&self) -> Vec<String> {
        self.0.iter().flat_map(|(name, value)| catalog::words(name, value)).collect()
    }
}

impl FromArgMatches for OptionArgs {
    fn from_arg_matches(matches: &ArgMatches) -> Result<Self, Error> {
        let given = |option: &OptionSpec| match option.values == YES_NO {
            true => matches.get_flag(option.name).then(|| "no".to_owned()),
            false => matches.get_one::<String>(option.name).cloned(),
        };
        let given = OPTIONS.iter().filter_map(|option| Some((option.name, given(option)?)));
        Ok(OptionArgs(given.collect()))
    }

    fn update_from_arg_matches(&mut self, matches: &ArgMatches) -> Result<(), Error> {
        *self = Self::from_arg_matches(matches)?;
        Ok(())
    }
}

impl Args for OptionArgs {
    fn augment_args(command: Command) -> Command {
        OPTIONS.iter().fold(command, |command, option| {
            let flag = Arg::new(option.name);
            if option.values == YES_NO {
                let flag = flag.long(format!("no-{}", option.name));
                return command.arg(flag.action(ArgAction::SetTrue).help(option.help));
            }
            let values = PossibleValuesParser::new(option.values);
            let help = format!("{} [default: {}]", option.help, option.default());
            let flag = flag.long(option.name).value_name("VALUE");
            command.arg(flag.value_parser(values).help(help))
        })
    }

    fn augment_args_for_update(command: Command) -> Command {
        Self::augment_args(command)
    }
}
