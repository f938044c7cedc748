//! The migration of a table whose columns change: what was added or dropped, and the way back.

use serde::Serialize;

use super::columns::Column;
use super::context::{Words, revision_words};
use super::groups::{Shape, migration_index};
use super::literals::quoted;
use super::{Revision, Target};
use crate::model::{Domain, Field, FieldKind, Value};

use std::collections::BTreeMap;

/// What becomes of the rows that are there when a column comes that needs a value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Fill {
    /// They get this value, once.
    Value(Value),
    /// They get what this SQL expression gives for each.
    Sql(String),
}

/// What changes in the columns of a table. One of the first two lists is empty.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Alteration {
    /// The columns that come, each with what fills it in the rows that are there.
    pub added: Vec<(Field, Option<Fill>)>,
    /// The columns that go.
    pub dropped: Vec<Field>,
    /// The enums that get values, as they were and as they will be.
    pub widened: Vec<(Field, Field)>,
}

/// The values of the template.
#[derive(Debug, Serialize)]
pub struct Context {
    title: String,
    about: Vec<String>,
    revision: Words,
    enums: Vec<String>,
    upgrade: Vec<String>,
    downgrade: Vec<String>,
}

impl Alteration {
    /// Says in a few words what changes in `domain`: `add total to orders`.
    pub fn title(&self, domain: &Domain) -> String {
        let titles = domain.names.titles();
        let names = |fields: &[&Field]| match fields {
            [one] => one.name.replace('_', " "),
            [one, two] => {
                format!("{} and {}", one.name.replace('_', " "), two.name.replace('_', " "))
            }
            many => format!("{} fields", many.len()),
        };
        let added: Vec<_> = self.added.iter().map(|(field, _)| field).collect();
        let dropped: Vec<_> = self.dropped.iter().collect();
        match (&*added, &*dropped, &*self.widened) {
            ([], [], [(before, after)]) => {
                let values = after.values()[before.values().len()..].join(" and ");
                format!("add {values} to the {} of {titles}", after.name.replace('_', " "))
            }
            ([], [], enums) => format!("add values to {} enums of {titles}", enums.len()),
            ([], dropped, _) => format!("drop {} from {titles}", names(dropped)),
            (added, ..) => format!("add {} to {titles}", names(added)),
        }
    }

    /// Returns what the migration's file is called after its identifier.
    pub fn slug(&self, domain: &Domain) -> String {
        let title = self.title(domain).replace([' ', '-'], "_");
        // The names of files are longer than anyone reads, and shorter than titles can be.
        title.chars().take(60).collect::<String>().trim_end_matches('_').to_owned()
    }
}

/// Makes the context of the migration that makes `alteration` to the table of `domain`.
pub fn context(
    domain: &Domain,
    targets: &BTreeMap<String, Target>,
    alteration: &Alteration,
    revision: &Revision,
) -> Context {
    let table = Table { domain, targets };
    let (mut upgrade, mut downgrade) = (Steps::default(), Steps::default());
    let mut enums = Vec::new();
    for (before, after) in &alteration.widened {
        enums.push(table.constant(before));
        upgrade.beside.extend(table.widen(before, after));
        downgrade.first.extend(table.narrow(before));
    }
    for (field, fill) in &alteration.added {
        enums.extend(table.own_enum(field));
        table.add(field, fill.as_ref(), &mut upgrade);
    }
    downgrade.first.extend(alteration.added.iter().rev().flat_map(|(field, _)| table.drop(field)));
    for field in &alteration.dropped {
        enums.extend(table.own_enum(field));
        upgrade.first.extend(table.drop(field));
    }
    for field in alteration.dropped.iter().rev() {
        table.add(&returning(field), None, &mut downgrade);
    }
    let title = alteration.title(domain);
    Context {
        title: crate::model::capital(&title),
        about: about(alteration, &upgrade),
        revision: revision_words(revision),
        enums,
        upgrade: upgrade.lines(),
        downgrade: downgrade.lines(),
    }
}

/// A dropped column that comes back: nobody knows what was in it.
fn returning(field: &Field) -> Field {
    let nullable = field.nullable || field.default.is_none();
    Field { nullable, ..field.clone() }
}

/// Says what its reader must know before it is applied, or taken back.
fn about(alteration: &Alteration, upgrade: &Steps) -> Vec<String> {
    let mut about = Vec::new();
    if !upgrade.beside.is_empty() {
        about.extend([
            "What reads every row stands outside of the transaction, so that nobody waits for the",
            "table meanwhile. A run that fails half way is simply run again.",
        ]);
    }
    if !alteration.dropped.is_empty() {
        about.push(
            "What is in the columns is lost: taken back, they are empty or have their default.",
        );
    }
    let required = |field: &&Field| returning(field) != **field;
    if alteration.dropped.iter().any(|field| required(&field)) {
        about.push(
            "Those that had to have a value may stay empty then: nobody knows which to give.",
        );
    }
    if !alteration.widened.is_empty() {
        about.push("Taken back, it fails while a row has a new value: change those rows first.");
    }
    about.into_iter().map(str::to_owned).collect()
}

/// The statements of one direction, by what else can happen while they run.
#[derive(Debug, Default)]
struct Steps {
    /// In a transaction: short, as each locks the whole table.
    first: Vec<String>,
    /// Each on its own, beside readers and writers: these may read every row, so they take long.
    beside: Vec<String>,
    /// In the transaction that also notes the revision: short again, thanks to the ones before.
    last: Vec<String>,
}

impl Steps {
    fn lines(mut self) -> Vec<String> {
        if !self.beside.is_empty() {
            // What comes first stays when something fails later, and is then met again.
            for line in &mut self.first {
                if line.starts_with("op.add_column(") {
                    line.insert_str(line.len() - 1, ", if_not_exists=True");
                }
            }
            self.first.push("with op.get_context().autocommit_block():".to_owned());
            self.first.extend(self.beside.iter().map(|line| format!("    {line}")));
        }
        self.first.extend(self.last);
        self.first.iter().flat_map(|line| broken(line)).collect()
    }
}

/// How long a line of a function's body may be.
const ROOM: usize = 96;

/// Returns a line, or several if it runs a statement too long for one, broken between its words.
fn broken(line: &str) -> Vec<String> {
    let statement = line.trim_start().strip_prefix("op.execute(\"");
    let statement = statement.and_then(|rest| rest.strip_suffix("\")"));
    let Some(statement) = statement.filter(|_| line.chars().count() > ROOM) else {
        return vec![line.to_owned()];
    };
    let margin = &line[..line.len() - line.trim_start().len()];
    let room = ROOM - margin.len() - "    \"\"".len();
    let mut pieces: Vec<String> = Vec::new();
    for word in statement.split(' ') {
        match pieces.last_mut() {
            Some(last) if last.chars().count() + 1 + word.chars().count() <= room => {
                last.extend([" ", word]);
            }
            Some(_) => pieces.push(format!(" {word}")),
            None => pieces.push(word.to_owned()),
        }
    }
    let mut lines = vec![format!("{margin}op.execute(")];
    lines.extend(pieces.iter().map(|piece| format!("{margin}    \"{piece}\"")));
    lines.push(format!("{margin})"));
    lines
}

/// The table that changes.
struct Table<'a> {
    domain: &'a Domain,
    targets: &'a BTreeMap<String, Target>,
}

impl Table<'_> {
    fn name(&self) -> String {
        quoted(&self.domain.names.table)
    }

    fn column<'c>(&'c self, field: &'c Field) -> Column<'c> {
        let target = match &field.kind {
            FieldKind::Ref { target } => self.targets.get(target),
            _ => None,
        };
        Column { domain: self.domain, field, target }
    }

    /// The type of an enum, as its values are in `field`.
    fn constant(&self, field: &Field) -> String {
        let column = self.column(field);
        let values: Vec<_> = field.values().iter().map(|value| quoted(value)).collect();
        format!(
            "{} = postgresql.ENUM({}, name=\"{}\", create_type=False)",
            column.enum_constant(),
            values.join(", "),
            column.enum_name()
        )
    }

    fn own_enum(&self, field: &Field) -> Option<String> {
        (!field.values().is_empty()).then(|| self.constant(field))
    }

    /// Adds a column, with all that hangs on it.
    fn add(&self, field: &Field, fill: Option<&Fill>, steps: &mut Steps) {
        let (table, name, column) = (self.name(), field.column(), self.column(field));
        if !field.values().is_empty() {
            steps.first.push(format!("{}.create(op.get_bind())", column.enum_constant()));
        }
        let given = match fill {
            Some(Fill::Value(value)) => Some(value),
            _ => None,
        };
        let server = match (given, &field.default) {
            (Some(value), _) => Some(format!("sa.text({})", python(&literal(value)))),
            // Of the same meaning for a day, and known not to need every row written anew.
            (None, Some(Value::Now)) => Some("sa.func.now()".to_owned()),
            (None, _) => None,
        };
        let must_have = !field.nullable && field.default.is_none() && given.is_none();
        let first = Field { nullable: field.nullable || must_have, ..field.clone() };
        let comes = self.column(&first).migration_column(server);
        steps.first.push(format!("op.add_column({table}, {comes})"));
        if given.is_some() {
            let ends = format!("op.alter_column({table}, \"{name}\", server_default=None)");
            steps.last.push(ends);
        }
        if must_have {
            self.demand(&name, fill, steps);
        }
        self.constrain(&column, steps);
        if column.is_indexed() {
            let index = migration_index(self.domain, &name);
            steps.beside.extend(self.index(&index, &quoted(&name), ""));
        }
    }

    /// Gives every row a value and demands one of each. The database takes the word of a rule that was
    /// checked beside the service, and need not lock the table to look itself.
    fn demand(&self, name: &str, fill: Option<&Fill>, steps: &mut Steps) {
        let (table, raw) = (self.name(), &self.domain.names.table);
        // As long as the name of an index of the column, which is known to fit.
        let rule = format!("nn_{raw}_{name}");
        if let Some(Fill::Sql(expression)) = fill {
            let update = format!("UPDATE {raw} SET {name} = {expression} WHERE {name} IS NULL");
            steps.beside.push(format!("op.execute({})", python(&update)));
        }
        steps.beside.extend(self.check(&rule, &format!("{name} IS NOT NULL")));
        steps.last.push(format!("op.alter_column({table}, \"{name}\", nullable=False)"));
        steps.last.push(execute(&format!("ALTER TABLE {raw} DROP CONSTRAINT {rule}")));
    }

    fn constrain(&self, column: &Column<'_>, steps: &mut Steps) {
        let (table, name) = (self.name(), column.field.column());
        let raw = &self.domain.names.table;
        if let Some(target) = column.target {
            let key = format!("fk_{raw}_{name}_{}", target.table);
            let create = format!(
                "op.create_foreign_key(\"{key}\", {table}, \"{0}\", [\"{name}\"], [\"id\"], ondelete=\"{1}\", postgresql_not_valid=True)",
                target.table,
                column.on_delete(),
            );
            steps.beside.extend(self.constraint(&key, create));
        }
        let unique = match column.uniqueness() {
            Some(true) => {
                Some((format!("uq_{raw}_owner_id_{name}"), format!("\"owner_id\", \"{name}\"")))
            }
            Some(false) => Some((format!("uq_{raw}_{name}"), quoted(&name))),
            None => None,
        };
        if let Some((key, columns)) = unique {
            steps.beside.extend(self.index(&key, &columns, " unique=True,"));
            // It is called as its index.
            let uses = format!("ALTER TABLE {raw} ADD UNIQUE USING INDEX {key}");
            steps.last.push(execute(&uses));
        }
        let alone = Shape { domain: self.domain, columns: vec![self.column(column.field)] };
        for (rule, text) in alone.rules() {
            steps.beside.extend(self.check(&format!("ck_{raw}_{rule}"), &text));
        }
    }

    /// The statements that make an index while the table is in use; one that failed is left broken.
    fn index(&self, name: &str, columns: &str, unique: &str) -> [String; 2] {
        let table = self.name();
        [
            format!(
                "op.drop_index(\"{name}\", {table}, if_exists=True, postgresql_concurrently=True)"
            ),
            format!(
                "op.create_index(\"{name}\", {table}, [{columns}],{unique} if_not_exists=True, postgresql_concurrently=True)"
            ),
        ]
    }

    fn check(&self, name: &str, text: &str) -> [String; 3] {
        let table = self.name();
        let create = format!(
            "op.create_check_constraint(op.f(\"{name}\"), {table}, \"{text}\", postgresql_not_valid=True)"
        );
        self.constraint(name, create)
    }

    /// The statements that make a rule for new rows first, and then look whether the others keep it.
    fn constraint(&self, name: &str, create: String) -> [String; 3] {
        let table = &self.domain.names.table;
        [
            execute(&format!("ALTER TABLE {table} DROP CONSTRAINT IF EXISTS {name}")),
            create,
            execute(&format!("ALTER TABLE {table} VALIDATE CONSTRAINT {name}")),
        ]
    }

    /// The statements that drop a column; its constraints and indexes go with it.
    fn drop(&self, field: &Field) -> Vec<String> {
        let mut lines = vec![format!("op.drop_column({}, \"{}\")", self.name(), field.column())];
        if !field.values().is_empty() {
            lines.push(format!("{}.drop(op.get_bind())", self.column(field).enum_constant()));
        }
        lines
    }

    /// The statements that give an enum more values. A new one can be used by what is committed after it.
    fn widen(&self, before: &Field, after: &Field) -> Vec<String> {
        let name = self.column(before).enum_name();
        let values = &after.values()[before.values().len()..];
        let add = |value| format!("ALTER TYPE {name} ADD VALUE IF NOT EXISTS '{value}'");
        values.iter().map(|value| execute(&add(value))).collect()
    }

    /// The statements that take values from an enum again: no type can lose one, so another takes its
    /// place.
    fn narrow(&self, before: &Field) -> Vec<String> {
        let (table, name, column) = (self.name(), before.column(), self.column(before));
        let (kind, constant) = (column.enum_name(), column.enum_constant());
        let old = format!("{}_old", kind.chars().take(59).collect::<String>());
        let default = before.default.as_ref();
        let mut lines = Vec::new();
        lines.extend(
            default.map(|_| format!("op.alter_column({table}, \"{name}\", server_default=None)")),
        );
        lines.push(format!("op.execute(\"ALTER TYPE {kind} RENAME TO {old}\")"));
        lines.push(format!("{constant}.create(op.get_bind())"));
        lines.push(format!("op.alter_column({table}, \"{name}\", type_={constant}, postgresql_using=\"{name}::text::{kind}\")"));
        lines.push(format!("op.execute(\"DROP TYPE {old}\")"));
        lines.extend(default.map(|value| {
            format!("op.alter_column({table}, \"{name}\", server_default=\"{value}\")")
        }));
        lines
    }
}

/// Returns a value as SQL.
fn literal(value: &Value) -> String {
    match value {
        Value::Text(text) => format!("'{}'", text.replace('\'', "''")),
        Value::Now => "now()".to_owned(),
        Value::Empty => "'{}'".to_owned(),
        value => format!("'{value}'"),
    }
}

/// Runs a statement that holds no text of anybody's.
fn execute(statement: &str) -> String {
    format!("op.execute({})", quoted(statement))
}

/// Returns a statement as Python writes it; SQLAlchemy would take a word after a colon for a parameter,
/// unless a word or another colon stands before it.
fn python(statement: &str) -> String {
    let is_word = |c: char| c.is_alphanumeric() || c == '_';
    let mut text = String::new();
    let mut before = ' ';
    let mut rest = statement.chars().peekable();
    while let Some(c) = rest.next() {
        let parameter = c == ':' && rest.peek().copied().is_some_and(is_word);
        match c {
            ':' if parameter && before != ':' && !is_word(before) => text.push_str("\\\\:"),
            '"' | '\\' => text.extend(['\\', c]),
            c => text.push(c),
        }
        before = c;
    }
    quoted(&text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_statement_is_broken_between_words_and_stays_itself() {
        let short = "op.execute(\"SELECT 1\")";
        assert_eq!(broken(short), [short]);
        let text = format!("UPDATE orders SET code = '{}'", "a  b\\\\:c ".repeat(20));
        for margin in ["", "    "] {
            let lines = broken(&format!("{margin}op.execute(\"{text}\")"));
            assert!(lines.len() > 4 && lines.iter().all(|line| line.len() <= ROOM), "{lines:?}");
            let inside = lines[1..lines.len() - 1].iter().map(|line| line.trim());
            let joined: String = inside.map(|line| &line[1..line.len() - 1]).collect();
            assert_eq!(joined, text);
        }
    }

    #[test]
    fn a_statement_has_no_parameters() {
        for (statement, expected) in [
            ("x = 'a:b'", r#""x = 'a:b'""#),
            ("x = ':b' || id::text", r#""x = '\\:b' || id::text""#),
            ("x = '0'::uuid", r#""x = '0'::uuid""#),
            (r#"x = "y" || '\'"#, r#""x = \"y\" || '\\'""#),
        ] {
            assert_eq!(python(statement), expected);
        }
    }
}
