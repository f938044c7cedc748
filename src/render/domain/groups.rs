//! The columns of a domain in groups, as its templates go through them.

use super::columns::Column;
use super::context::{Enum, Words, naming};
use super::literals::{pair, quoted};
use crate::model::{Domain, Field, FieldKind, Scope, capital};

/// Tells whether a change may set the column.
pub fn is_patched(column: &Column<'_>) -> bool {
    !column.field.readonly && !column.field.immutable
}

/// Tells whether a new row may set the column.
pub fn is_created(column: &Column<'_>) -> bool {
    !column.field.readonly
}

/// A domain with its columns, from which the groups of the context are made.
pub struct Shape<'a> {
    /// The domain.
    pub domain: &'a Domain,
    /// Its columns, in order.
    pub columns: Vec<Column<'a>>,
}

impl Shape<'_> {
    pub fn chosen<'s>(
        &'s self,
        keep: impl Fn(&Column<'_>) -> bool + 's,
    ) -> impl Iterator<Item = &'s Column<'s>> + 's {
        self.columns.iter().filter(move |column| keep(column))
    }

    /// Returns a row of texts for each column that `keep` keeps.
    pub fn each(&self, keep: impl Fn(&Column<'_>) -> bool) -> Vec<Words> {
        self.chosen(keep).map(row).collect()
    }

    pub fn names(&self, keep: impl Fn(&Column<'_>) -> bool) -> Vec<String> {
        self.chosen(keep).map(|column| column.field.column()).collect()
    }

    pub fn aliases(&self) -> Vec<Words> {
        let alias = |column: &Column<'_>| {
            let definition = column.constraints()?;
            Some(Words::from([("name", column.class()), ("definition", definition)]))
        };
        self.columns.iter().filter_map(alias).collect()
    }

    pub fn enums(&self) -> Vec<Enum> {
        let one = |column: &Column<'_>| {
            let FieldKind::Enum { values } = &column.field.kind else { return None };
            let value = |text: &String| {
                Words::from([("text", text.clone()), ("member", text.to_ascii_uppercase())])
            };
            Some(Enum {
                class: column.class(),
                title: capital(&format!(
                    "{} of {}",
                    column.field.name.replace('_', " "),
                    naming(self.domain).an_item
                )),
                values: values.iter().map(value).collect(),
                constant: column.enum_constant(),
                texts: values.iter().map(|text| quoted(text)).collect::<Vec<_>>().join(", "),
                database_name: column.enum_name(),
            })
        };
        self.columns.iter().filter_map(one).collect()
    }

    pub fn relationships(&self) -> Vec<Words> {
        let one = |column: &Column<'_>| {
            let target = column.target.filter(|_| column.field.rel)?;
            let own = target.module == self.domain.names.module;
            let optional = if column.field.nullable { " | None" } else { "" };
            let class = format!("{}{optional}", target.class);
            // Several keys may lead to one table, or to one's own.
            let mut args = vec![
                "lazy=\"raise\"".to_owned(),
                format!("foreign_keys=[{}]", column.field.column()),
            ];
            args.extend(own.then(|| "remote_side=\"".to_owned() + &target.class + ".id\""));
            Some(Words::from([
                ("name", column.field.name.clone()),
                ("module", target.module.clone()),
                ("class", target.class.clone()),
                ("model_type", if own { quoted(&class) } else { class }),
                ("args", args.join(", ")),
            ]))
        };
        self.columns.iter().filter_map(one).collect()
    }

    /// Returns the columns whose rows the service looks up, each with the service that does.
    pub fn references(&self) -> Vec<Words> {
        let one = |column: &Column<'_>| {
            let target = column.target?;
            let own = target.module == self.domain.names.module;
            let service = if own { "cls".to_owned() } else { format!("{}Service", target.class) };
            Some(Words::from([("column", column.field.column()), ("service", service)]))
        };
        self.chosen(is_created).filter_map(one).collect()
    }

    pub fn others(&self, column: &Column<'_>) -> Option<Words> {
        let target = column.target.filter(|target| target.module != self.domain.names.module)?;
        Some(Words::from([
            ("column", column.field.column()),
            ("module", target.module.clone()),
            ("class", target.class.clone()),
            ("factory", format!("{}Factory", target.class)),
        ]))
    }

    pub fn reference_services(&self) -> Vec<Words> {
        self.chosen(is_created).filter_map(|column| self.others(column)).collect()
    }

    pub fn factory_references(&self) -> Vec<Words> {
        let owner = Words::from([
            ("column", "owner_id".to_owned()),
            ("module", "users".to_owned()),
            ("class", "User".to_owned()),
            ("factory", "UserFactory".to_owned()),
        ]);
        let required =
            self.chosen(|column| !column.field.nullable).filter_map(|column| self.others(column));
        self.domain.is_owned().then_some(owner).into_iter().chain(required).collect()
    }

    /// Returns the references that every new row has, each with a row that the caller sees.
    pub fn body_references(&self) -> Vec<Words> {
        let one = |column: &Column<'_>| {
            let target = column.target?;
            let mut words = self.others(column)?;
            let seen = match target.scope {
                None => "await user_seen_by(caller)".to_owned(),
                Some(Scope::Owner) => {
                    format!("(await {}Factory.create_async(owner_id=caller.id)).id", target.class)
                }
                Some(_) => format!("(await {}Factory.create_async()).id", target.class),
            };
            words.insert("seen", seen);
            Some(words)
        };
        self.chosen(|column| !column.field.nullable).filter_map(one).collect()
    }

    pub fn test_references(&self) -> Vec<Words> {
        let one = |column: &Column<'_>| {
            let target = column.target?;
            Some(Words::from([
                ("column", column.field.column()),
                ("module", target.module.clone()),
                ("factory", format!("{}Factory", target.class)),
            ]))
        };
        self.columns.iter().filter_map(one).collect()
    }

    pub fn constraints(&self) -> Vec<String> {
        let unique = self.chosen(|column| column.is_scoped());
        let unique = unique
            .map(|column| format!("UniqueConstraint(\"owner_id\", \"{}\")", column.field.column()));
        let checks = self
            .rules()
            .into_iter()
            .map(|(name, rule)| format!("CheckConstraint(\"{rule}\", name=\"{name}\")"));
        unique.chain(checks).collect()
    }

    /// Returns the rules that the database keeps, by name.
    pub fn rules(&self) -> Vec<(String, String)> {
        let mut rules = Vec::new();
        for column in &self.columns {
            let (name, field) = (column.field.column(), column.field);
            if matches!(field.kind, FieldKind::String { .. } | FieldKind::Text) {
                continue;
            }
            let bounds = [("min", ">=", &field.min), ("max", "<=", &field.max)];
            for (word, sign, bound) in bounds {
                if let Some(bound) = bound {
                    rules.push((format!("{name}_{word}"), format!("{name} {sign} {bound}")));
                }
            }
        }
        rules
    }

    pub fn migration_constraints(&self) -> Vec<String> {
        let table = &self.domain.names.table;
        let mut constraints = Vec::new();
        let restrict = |column: &str, target: &str, act: &str| {
            format!(
                "sa.ForeignKeyConstraint([\"{column}\"], [\"{target}.id\"], name=\"fk_{table}_{column}_{target}\", ondelete=\"{act}\")"
            )
        };
        if self.domain.is_owned() {
            constraints.push(restrict("owner_id", "users", "RESTRICT"));
        }
        for column in &self.columns {
            let name = column.field.column();
            if let Some(target) = column.target {
                constraints.push(restrict(&name, &target.table, column.on_delete()));
            }
            match column.uniqueness() {
                Some(true) => constraints.push(format!("sa.UniqueConstraint(\"owner_id\", \"{name}\", name=\"uq_{table}_owner_id_{name}\")")),
                Some(false) => constraints
                    .push(format!("sa.UniqueConstraint(\"{name}\", name=\"uq_{table}_{name}\")")),
                None => {}
            }
        }
        let checks = self.rules().into_iter();
        constraints.extend(checks.map(|(name, rule)| {
            format!("sa.CheckConstraint(\"{rule}\", name=op.f(\"ck_{table}_{name}\"))")
        }));
        constraints
    }

    pub fn migration_indexes(&self) -> Vec<Words> {
        let index = |column: String| {
            Words::from([("name", migration_index(self.domain, &column)), ("column", column)])
        };
        let owner = self.domain.is_owned().then(|| "owner_id".to_owned());
        owner.into_iter().chain(self.names(|column| column.is_indexed())).map(index).collect()
    }

    /// Returns the parameters of a list: what they are called, of which type, and on which column.
    pub fn filters(&self) -> Vec<Words> {
        let mut filters = Vec::new();
        for column in self.chosen(|column| !column.field.secret) {
            let (name, kind) = (column.field.column(), column.request_type());
            let mut add = |operator: &str, kind: &str, which: &str| {
                let parameter =
                    if operator.is_empty() { name.clone() } else { format!("{name}__{operator}") };
                filters.push(Words::from([
                    ("parameter", parameter),
                    (
                        "type",
                        if kind.contains("None") {
                            kind.to_owned()
                        } else {
                            format!("{kind} | None")
                        },
                    ),
                    ("column", name.clone()),
                    ("which", which.to_owned()),
                ]));
            };
            let looked_for = column.field.search || column.field.filter;
            let text = "SearchText";
            match &column.field.kind {
                FieldKind::String { .. } | FieldKind::Email | FieldKind::Url => add("", &kind, "0"),
                FieldKind::Int | FieldKind::Bigint => {
                    add("", &kind, "0");
                    add("from", &kind, "1");
                    add("to", &kind, "0");
                }
                FieldKind::Decimal { .. }
                | FieldKind::Float
                | FieldKind::Date
                | FieldKind::Datetime
                | FieldKind::Time => {
                    add("from", &kind, "1");
                    add("to", &kind, "0");
                }
                FieldKind::Bool | FieldKind::Uuid | FieldKind::Ref { .. } => add("", &kind, "0"),
                FieldKind::Enum { .. } => {
                    add("", &kind, "0");
                    add(
                        "in",
                        &format!("Annotated[list[{kind}] | None, Field(max_length=LARGEST_PAGE)]"),
                        "1",
                    );
                }
                FieldKind::Array { .. } => add("contains", &kind, "0"),
                FieldKind::Text | FieldKind::Json => {}
            }
            if looked_for {
                add("contains", text, "0");
            }
        }
        filters
    }

    pub fn filter_imports(&self) -> Vec<String> {
        let named = self.chosen(|column| {
            column.constraints().is_some() || matches!(column.field.kind, FieldKind::Enum { .. })
        });
        named.map(|column| column.class()).collect()
    }

    /// Returns the filters that are tested by two values; references have rows instead.
    pub fn value_filters(&self) -> Vec<Words> {
        let references = self.names(|column| column.target.is_some());
        self.filters()
            .into_iter()
            .filter(|filter| !references.contains(&filter["column"]))
            .collect()
    }

    pub fn ordering_fields(&self) -> Vec<String> {
        let own = ["created_at", "updated_at"].map(str::to_owned);
        own.into_iter().chain(self.names(is_ordered)).collect()
    }

    /// Returns a row for each value that creation or a change may be asked for.
    pub fn samples(&self, of: impl Fn(&Field) -> Vec<String>) -> Vec<Words> {
        self.values(is_created, of)
    }

    pub fn values(
        &self,
        keep: impl Fn(&Column<'_>) -> bool,
        of: impl Fn(&Field) -> Vec<String>,
    ) -> Vec<Words> {
        let all = self.chosen(keep).flat_map(|column| {
            let name = column.field.column();
            of(column.field)
                .into_iter()
                .map(move |value| Words::from([("column", name.clone()), ("value", value)]))
        });
        all.collect()
    }
}

/// Returns what the index on a column is called.
pub fn migration_index(domain: &Domain, column: &str) -> String {
    format!("ix_{}_{column}", domain.names.table)
}

/// Tells whether lists can be ordered by the column.
pub fn is_ordered(column: &Column<'_>) -> bool {
    let kind = &column.field.kind;
    let unordered = matches!(
        kind,
        FieldKind::Text
            | FieldKind::Json
            | FieldKind::Array { .. }
            | FieldKind::Uuid
            | FieldKind::Ref { .. }
    );
    !unordered && !column.field.secret
}

fn row(column: &Column<'_>) -> Words {
    let values = pair(column.field, &column.class());
    Words::from([
        ("column", column.field.column()),
        ("model_type", column.model_type()),
        ("column_args", column.column_args()),
        ("migration_column", column.migration_column(None)),
        ("create_line", column.create_line()),
        ("patch_line", column.patch_line()),
        ("read_type", column.read_type()),
        ("factory", column.factory().unwrap_or_default()),
        ("low", values.low),
        ("high", values.high),
    ])
}
