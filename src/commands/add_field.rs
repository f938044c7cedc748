//! `add-field`: columns for a domain that lives, in files that people have made their own.

use super::add_domain::{clashes, targets};
use super::reshape::{Reshaping, find};
use crate::error::{Error, Result};
use crate::model::{Domain, Field, FieldKind, Manifest, Unique, nearest, parse_fields};
use crate::plan::Draft;
use crate::project;
use crate::render::{Alteration, Fill};
use crate::tree::RelPath;

/// Add fields to a domain: models, schemas, filters, tests and migration
///
/// What the new fields need is merged into the files of the domain, as their owners left them. Where
/// both changed the same thing, nothing is written, and each place is shown; `--merge` writes the usual
/// conflict markers instead.
///
/// A field is a word as for `add-domain`. `status:enum=+refunded` gives an enum that is there one
/// more value. A required field needs a value for the rows that are there: a `default=`, or `--fill`,
/// which fills them once, while the service goes on; a table without rows needs neither.
#[derive(Clone, Debug, clap::Args)]
#[command(verbatim_doc_comment)]
pub struct Args {
    /// The domain
    pub domain: String,

    /// The fields, each a word such as `paid_at:datetime:nullable`
    #[arg(value_name = "FIELD", required = true)]
    pub fields: Vec<String>,

    /// What the rows that are there get, as NAME=VALUE, or as NAME=sql:EXPRESSION for one of each row
    #[arg(long, value_name = "NAME=VALUE")]
    pub fill: Vec<String>,

    /// The table has no rows, anywhere: the migration fails where it has
    #[arg(long, conflicts_with = "fill")]
    pub no_rows: bool,

    /// Make no migration
    #[arg(long)]
    pub no_migration: bool,

    /// Write conflicts with markers, for an editor, instead of refusing them
    #[arg(long)]
    pub merge: bool,
}

/// Plans the fields, merged into the files of their domain, and the migration.
///
/// # Errors
/// Fails with exit code 2 for fields that cannot be, with 4 for those that are there and differ, and
/// for what cannot be merged.
pub fn plan(manifest: &Manifest, args: &Args, draft: &mut Draft<'_>) -> Result<()> {
    let before = find(draft, &args.domain)?;
    let mut alteration = asked(&before, args)?;
    if alteration == Alteration::default() {
        let path = RelPath::parse(&Domain::path(&before.names.module))?;
        let record = draft.read(&path)?;
        return draft.put(path, record, "its record");
    }
    let after = altered(&before, &alteration);
    let known = project::known_domains(draft)?;
    clashes::check_fields(&after, &known, &targets(&after, &known)?)?;
    let migrates = before.revision.is_some() && !args.no_migration;
    fill(&mut alteration, args, migrates)?;
    let why = columns(&alteration).join(", ");
    let reshaping = Reshaping {
        manifest,
        before: &before,
        after: &after,
        known: &known,
        markers: args.merge,
        why: &why,
    };
    reshaping.files(draft)?;
    if migrates {
        reshaping.migration(&alteration, draft)?;
    } else {
        draft.next(format!("just migrate-create '{}'", alteration.title(&after)));
    }
    tell(&after, &alteration, draft);
    Ok(())
}

/// Returns what the arguments ask for that is not there yet.
fn asked(domain: &Domain, args: &Args) -> Result<Alteration> {
    let mut alteration = Alteration::default();
    let (values, fields): (Vec<_>, Vec<_>) =
        args.fields.iter().cloned().partition(|word| word.contains(":enum=+"));
    for word in &values {
        let widened = widened(domain, word)?;
        let known = |(_, field): &(Field, Field)| {
            alteration.widened.iter().any(|(_, other)| other.name == field.name)
        };
        if widened.as_ref().is_some_and(known) {
            let error = Error::usage("the values of an enum come in one word").at(word.clone());
            return Err(error.hint("for example `status:enum=+refunded,+lost`"));
        }
        alteration.widened.extend(widened);
    }
    for field in parse_fields(&fields)? {
        let taken = |other: &&Field| {
            other.column() == field.column() || other.name == field.name && (other.rel || field.rel)
        };
        match domain.fields.iter().find(taken) {
            None => alteration.added.push((field, None)),
            Some(present) if *present == field => {}
            Some(present) => return Err(differs(domain, present, &field)),
        }
    }
    Ok(alteration)
}

fn differs(domain: &Domain, present: &Field, wanted: &Field) -> Error {
    let module = &domain.names.module;
    let error = Error::not_applied(format!("`{module}` has `{}` already", present.column()))
        .at(format!("is:     {present}\nwanted: {wanted}"));
    match (present.values(), wanted.values()) {
        (old, new) if !old.is_empty() && new.starts_with(old) => {
            let more: Vec<_> = new[old.len()..].iter().map(|value| format!("+{value}")).collect();
            error.hint(format!(
                "ddd-forge add-field {module} {}:enum={}",
                present.name,
                more.join(",")
            ))
        }
        _ => error.hint("change it by hand, or choose another name"),
    }
}

/// Returns an enum as it is and with the values that `word` adds, unless it has them.
fn widened(domain: &Domain, word: &str) -> Result<Option<(Field, Field)>> {
    let (name, added) = word.split_once(":enum=").unwrap_or((word, ""));
    let refuse = |message: String| Error::usage(message).at(word.to_owned());
    let enums = || domain.fields.iter().filter(|field| !field.values().is_empty());
    if added.contains(':') {
        return Err(refuse("an enum that is there gets values, and nothing else".to_owned()));
    }
    let Some(present) = enums().find(|field| field.name == name) else {
        let error = refuse(format!("`{}` has no enum `{name}`", domain.names.module));
        return Err(match nearest(name, enums().map(|field| &*field.name)) {
            Some(meant) => error.hint(format!("did you mean `{meant}`?")),
            None => error.hint("a new field needs all its values: `status:enum=open,closed`"),
        });
    };
    let mut after = present.clone();
    let values = added.split([',', '.', '/']).map(|value| value.trim_start_matches('+'));
    let values: Vec<_> =
        values.filter(|value| !present.values().iter().any(|v| v == value)).collect();
    // The words of the language know what a value may be.
    let all: Vec<_> =
        present.values().iter().map(String::as_str).chain(values.iter().copied()).collect();
    let parsed = Field::parse(&format!("{name}:enum={}", all.join(",")));
    let parsed = parsed.map_err(|error| refuse(error.message))?;
    after.kind = FieldKind::Enum { values: parsed.values().to_vec() };
    Ok((after != *present).then(|| (present.clone(), after)))
}

/// Returns the domain with what was asked for.
fn altered(domain: &Domain, alteration: &Alteration) -> Domain {
    let mut after = domain.clone();
    for (old, new) in &alteration.widened {
        for field in after.fields.iter_mut().filter(|field| *field == old) {
            *field = new.clone();
        }
    }
    after.fields.extend(alteration.added.iter().map(|(field, _)| field.clone()));
    after
}

/// Gives each field that needs it what the rows that are there get.
fn fill(alteration: &mut Alteration, args: &Args, migrates: bool) -> Result<()> {
    for word in &args.fill {
        let refuse = |message: String| Error::usage(message).at(format!("--fill {word}"));
        let Some((name, value)) = word.split_once('=') else {
            return Err(refuse("`--fill` takes NAME=VALUE".to_owned()));
        };
        let found = alteration
            .added
            .iter_mut()
            .find(|(field, _)| field.name == name || field.column() == name);
        let Some((field, fill)) = found else {
            return Err(refuse(format!("`{name}` is none of the fields that are added")));
        };
        if field.nullable || field.default.is_some() {
            let message = "rows that are there have nothing in it, or the default";
            return Err(refuse(format!("`{name}` needs no `--fill`: {message}")));
        }
        *fill = Some(filled(field, value).map_err(|_| {
            refuse(format!("`{}` is no value for every `{field}`", value.escape_debug()))
                .hint(format!("an expression is one: `{name}=sql:…`"))
        })?);
    }
    let needs = |(field, fill): &&(Field, Option<Fill>)| {
        !field.nullable && field.default.is_none() && fill.is_none()
    };
    match alteration.added.iter().find(needs) {
        Some((field, _)) if migrates && !args.no_rows => Err(needs_value(field)),
        _ => Ok(()),
    }
}

fn filled(field: &Field, value: &str) -> Result<Fill> {
    if let Some(expression) = value.strip_prefix("sql:") {
        let legal = !expression.trim().is_empty() && !expression.contains(|c: char| c.is_control());
        return match legal {
            true => Ok(Fill::Sql(expression.to_owned())),
            false => Err(Error::usage("an expression is one line")),
        };
    }
    field.value(value).map(Fill::Value)
}

fn needs_value(field: &Field) -> Error {
    let name = &field.name;
    let message =
        format!("`{field}` is required, and rows that are there would have nothing in it");
    let takes_default = |value: &str| field.value(value).is_ok();
    let first = field.values().first().map_or("0", String::as_str);
    let error = Error::usage(message);
    let error = match [first, "a", "now", "empty"].into_iter().any(takes_default) {
        true => error.hint(format!(
            "`{field}:default=…`: they get that, and so do new ones that say nothing"
        )),
        false => error,
    };
    let fill = match field.unique {
        Unique::No => format!("`--fill {name}=…`: they get that once; new ones say theirs"),
        _ => format!("`--fill {name}=sql:…`: an expression gives each its own"),
    };
    error
        .hint(fill)
        .hint(format!("`{field}:nullable`: they have nothing, and new ones may, too"))
        .hint("`--no-rows`: there are none, in no database")
}

/// Returns what changes, for people: the columns, and the values of enums.
fn columns(alteration: &Alteration) -> Vec<String> {
    let added = alteration.added.iter().map(|(field, _)| field.column());
    added.chain(alteration.widened.iter().map(|(_, field)| field.column())).collect()
}

fn tell(domain: &Domain, alteration: &Alteration, draft: &mut Draft<'_>) {
    let module = &domain.names.module;
    for (field, fill) in &alteration.added {
        draft.note(format!("adds `{field}` to `{module}`"));
        if matches!(fill, Some(Fill::Sql(_))) {
            draft.note(format!(
                "`{}` comes in three steps: the column, empty; a value for every row, in one statement, for whose end other writers wait; the rule that each has one. Fill a very large table in portions first",
                field.column()
            ));
        }
    }
    for (_, field) in &alteration.widened {
        draft.note(format!(
            "`{}` of `{module}` is now one of {}",
            field.name,
            field.values().join(", ")
        ));
    }
    if domain.tests {
        draft.next(format!("just test tests/{module} tests/api"));
    }
}
