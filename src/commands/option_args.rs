//! A flag for each row of the option catalogue.

use clap::builder::PossibleValuesParser;
use clap::{Arg, ArgMatches, Args, Command, Error, FromArgMatches};

use crate::catalog::OPTIONS;

/// The options that were given on the command line, by name.
#[derive(Clone, Debug, Default)]
pub struct OptionArgs(pub Vec<(&'static str, String)>);

impl FromArgMatches for OptionArgs {
    fn from_arg_matches(matches: &ArgMatches) -> Result<Self, Error> {
        let given = |name| matches.get_one::<String>(name).map(|value| (name, value.clone()));
        Ok(OptionArgs(OPTIONS.iter().filter_map(|option| given(option.name)).collect()))
    }

    fn update_from_arg_matches(&mut self, matches: &ArgMatches) -> Result<(), Error> {
        *self = Self::from_arg_matches(matches)?;
        Ok(())
    }
}

impl Args for OptionArgs {
    fn augment_args(command: Command) -> Command {
        OPTIONS.iter().fold(command, |command, option| {
            let values = PossibleValuesParser::new(option.values);
            let help = format!("{} [default: {}]", option.help, option.default());
            let flag = Arg::new(option.name).long(option.name).value_name("VALUE");
            command.arg(flag.value_parser(values).help(help))
        })
    }

    fn augment_args_for_update(command: Command) -> Command {
        Self::augment_args(command)
    }
}
