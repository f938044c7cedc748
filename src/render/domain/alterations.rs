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
    let (mut upgrade, mut downgrade, mut enums) = (Vec::new(), Vec::new(), Vec::new());
    for (before, after) in &alteration.widened {
        enums.push(table.constant(before));
        upgrade.extend(table.widen(before, after));
        downgrade.extend(table.narrow(before));
    }
    for (field, fill) in &alteration.added {
        enums.extend(table.own_enum(field));
        upgrade.extend(table.add(field, fill.as_ref()));
    }
    downgrade.extend(alteration.added.iter().rev().flat_map(|(field, _)| table.drop(field)));
    for field in &alteration.dropped {
        enums.extend(table.own_enum(field));
        upgrade.extend(table.drop(field));
    }
    let back = alteration.dropped.iter().rev();
    downgrade.extend(back.flat_map(|field| table.add(&returning(field), None)));
    let title = alteration.title(domain);
    Context {
        title: crate::model::capital(&title),
        about: about(alteration),
        revision: revision_words(revision),
        enums,
        upgrade,
        downgrade,
    }
}

/// A dropped column that comes back: nobody knows what was in it.
fn returning(field: &Field) -> Field {
    let nullable = field.nullable || field.default.is_none();
    Field { nullable, ..field.clone() }
}

/// Says what its reader must know before it is applied, or taken back.
fn about(alteration: &Alteration) -> Vec<String> {
    let mut about = Vec::new();
    if alteration.added.iter().any(|(_, fill)| fill.is_some()) {
        about.extend([
            "In three steps, each safe with rows present: the column comes empty, the rows that are",
            "there get a value, and from then on every row must have one.",
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

    /// The statements that add a column, with all that hangs on it.
    fn add(&self, field: &Field, fill: Option<&Fill>) -> Vec<String> {
        let (table, name, column) = (self.name(), field.column(), self.column(field));
        let mut lines = Vec::new();
        if !field.values().is_empty() {
            lines.push(format!("{}.create(op.get_bind())", column.enum_constant()));
        }
        let first = Field { nullable: field.nullable || fill.is_some(), ..field.clone() };
        lines.push(format!("op.add_column({table}, {})", self.column(&first).migration_column()));
        if let Some(fill) = fill {
            let update = format!("UPDATE {} SET {name} = {}", self.domain.names.table, sql(fill));
            lines.push(format!("op.execute({})", python(&update)));
            lines.push(format!("op.alter_column({table}, \"{name}\", nullable=False)"));
        }
        lines.extend(self.constraints(&column));
        if column.is_indexed() {
            let index = migration_index(self.domain, &name);
            lines.push(format!("op.create_index(\"{index}\", {table}, [\"{name}\"])"));
        }
        lines
    }

    fn constraints(&self, column: &Column<'_>) -> Vec<String> {
        let (table, name) = (self.name(), column.field.column());
        let raw = &self.domain.names.table;
        let mut lines = Vec::new();
        if let Some(target) = column.target {
            lines.push(format!(
                "op.create_foreign_key(\"fk_{raw}_{name}_{0}\", {table}, \"{0}\", [\"{name}\"], [\"id\"], ondelete=\"{1}\")",
                target.table,
                column.on_delete(),
            ));
        }
        match column.uniqueness() {
            Some(true) => lines.push(format!(
                "op.create_unique_constraint(\"uq_{raw}_owner_id_{name}\", {table}, [\"owner_id\", \"{name}\"])"
            )),
            Some(false) => lines.push(format!(
                "op.create_unique_constraint(\"uq_{raw}_{name}\", {table}, [\"{name}\"])"
            )),
            None => {}
        }
        let alone = Shape { domain: self.domain, columns: vec![self.column(column.field)] };
        lines.extend(alone.rules().into_iter().map(|(rule, text)| {
            format!("op.create_check_constraint(op.f(\"ck_{raw}_{rule}\"), {table}, \"{text}\")")
        }));
        lines
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
        let mut lines = vec!["with op.get_context().autocommit_block():".to_owned()];
        lines.extend(after.values()[before.values().len()..].iter().map(|value| {
            format!("    op.execute(\"ALTER TYPE {name} ADD VALUE IF NOT EXISTS '{value}'\")")
        }));
        lines
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

/// Returns a fill as SQL, in which a colon begins no parameter.
fn sql(fill: &Fill) -> String {
    match fill {
        Fill::Sql(expression) => expression.clone(),
        Fill::Value(Value::Text(text)) => format!("'{}'", text.replace('\'', "''")),
        Fill::Value(Value::Now) => "now()".to_owned(),
        Fill::Value(Value::Empty) => "'{}'".to_owned(),
        Fill::Value(value) => value.to_string(),
    }
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
