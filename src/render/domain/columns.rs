//! A field as a column: in the model, in the migration, in the schemas, in the test factory.

use super::Target;
use super::literals::{Units, camel, default, longest, number, pair};
use crate::model::{Domain, Field, FieldKind, OnDelete, Unique, Value, lengths};

/// A field among the others of its domain.
pub struct Column<'a> {
    /// The domain.
    pub domain: &'a Domain,
    /// The field.
    pub field: &'a Field,
    /// What it refers to, if it does.
    pub target: Option<&'a Target>,
}

/// What a line such as `status: Mapped[OrderStatus | None] = mapped_column(` leaves of a hundred columns
/// for the two names.
const CLASS_ROOM: usize = 62;

impl Column<'_> {
    /// Returns the class of its enum, or of its constrained type: `OrderStatus`.
    pub fn class(&self) -> String {
        let field = camel(&self.field.name);
        let name = format!("{}{field}", self.domain.names.class);
        if name.len() + self.field.column().len() > CLASS_ROOM {
            return format!("{field}Value");
        }
        let class = &self.domain.names.class;
        let schemas = ["Create", "Patch", "Read", "Filter", "BulkUpdate", "BulkDelete", "Factory"];
        match schemas.iter().any(|schema| name == format!("{class}{schema}")) {
            true => format!("{name}Value"),
            false => name,
        }
    }

    /// Tells whether no line that names its class is too long to be split.
    pub fn fits(&self) -> bool {
        let named =
            self.constraints().is_some() || matches!(self.field.kind, FieldKind::Enum { .. });
        !named || self.class().len() + self.field.column().len() <= CLASS_ROOM
    }

    /// Returns whether a value may be unique per owner here.
    pub fn is_scoped(&self) -> bool {
        self.field.unique == Unique::Scoped && self.domain.is_owned()
    }

    /// Tells where a value may occur once only: among those of an owner, or in the table.
    pub fn uniqueness(&self) -> Option<bool> {
        (self.field.unique != Unique::No).then(|| self.is_scoped())
    }

    /// Returns what becomes of the row with the one that it refers to, as SQL says it.
    pub fn on_delete(&self) -> &'static str {
        match self.field.on_delete {
            OnDelete::Restrict => "RESTRICT",
            OnDelete::Cascade => "CASCADE",
            OnDelete::SetNull => "SET NULL",
        }
    }

    /// Returns whether an index of its own stands on it.
    pub fn is_indexed(&self) -> bool {
        let unique = self.field.unique != Unique::No && !self.is_scoped();
        (self.target.is_some() || self.field.index) && !unique
    }

    fn optional(&self, kind: String) -> String {
        if self.field.nullable { format!("{kind} | None") } else { kind }
    }

    /// Returns the type of the attribute of a row.
    pub fn model_type(&self) -> String {
        self.optional(self.python_type("uuid.UUID"))
    }

    /// Returns the type in an answer.
    pub fn read_type(&self) -> String {
        self.optional(self.python_type("UUID"))
    }

    fn python_type(&self, uuid: &str) -> String {
        match &self.field.kind {
            FieldKind::Enum { .. } => self.class(),
            FieldKind::Array { of } => format!("list[{}]", plain_type(of, uuid)),
            kind => plain_type(kind, uuid).to_owned(),
        }
    }

    /// Returns the arguments of `mapped_column`.
    pub fn column_args(&self) -> String {
        let mut args = vec![match &self.field.kind {
            FieldKind::Enum { .. } => format!(
                "Enum({}, name=\"{}\", values_callable=enum_values)",
                self.class(),
                self.enum_name()
            ),
            kind => column_type(kind, ""),
        }];
        if let Some(target) = self.target {
            args.push(format!(
                "ForeignKey(\"{}.id\", ondelete=\"{}\")",
                target.table,
                self.on_delete()
            ));
        }
        if self.field.unique != Unique::No && !self.is_scoped() {
            args.push("unique=True".to_owned());
        }
        if self.is_indexed() {
            args.push("index=True".to_owned());
        }
        args.extend(self.model_default());
        args.join(", ")
    }

    fn model_default(&self) -> Vec<String> {
        let Some(value) = &self.field.default else { return Vec::new() };
        let (python, server) = match (value, &self.field.kind) {
            (Value::Now, FieldKind::Date) => ("utc_today".into(), "func.current_date()".into()),
            (Value::Now, _) => ("utc_now".into(), "func.now()".into()),
            (Value::Empty, FieldKind::Json) => ("dict".into(), "sql(\"'{}'::jsonb\")".into()),
            (Value::Empty, _) => ("list".into(), "sql(\"'{}'\")".into()),
            (Value::Text(_), FieldKind::Enum { .. }) => {
                let member = default(self.field, &self.class()).unwrap_or_default();
                (member.clone(), format!("{member}.value"))
            }
            (value, _) => (default(self.field, "").unwrap_or_default(), format!("\"{value}\"")),
        };
        vec![format!("default={python}"), format!("server_default={server}")]
    }

    /// Returns what the database calls the type of its enum.
    pub fn enum_name(&self) -> String {
        format!("{}_{}", self.domain.names.table, self.field.name)
    }

    /// Returns the column of the migration, with the default given or else its own.
    pub fn migration_column(&self, given: Option<String>) -> String {
        let kind = match &self.field.kind {
            FieldKind::Enum { .. } => self.enum_constant(),
            kind => column_type(kind, "sa."),
        };
        let server = self.field.default.as_ref().map(|value| match (value, &self.field.kind) {
            (Value::Now, FieldKind::Date) => "sa.func.current_date()".to_owned(),
            (Value::Now, _) => "sa.func.now()".to_owned(),
            (Value::Empty, FieldKind::Json) => "sa.text(\"'{}'::jsonb\")".to_owned(),
            (Value::Empty, _) => "sa.text(\"'{}'\")".to_owned(),
            (value, _) => format!("\"{value}\""),
        });
        let server =
            given.or(server).map_or(String::new(), |server| format!(" server_default={server},"));
        let nullable = if self.field.nullable { "True" } else { "False" };
        format!("sa.Column(\"{}\", {kind},{server} nullable={nullable})", self.field.column())
    }

    /// Returns what the migration calls the type of its enum.
    pub fn enum_constant(&self) -> String {
        self.field.name.to_ascii_uppercase()
    }

    /// Returns the type of a request, without what is said about null.
    pub fn request_type(&self) -> String {
        match self.constraints() {
            Some(_) => self.class(),
            None => match &self.field.kind {
                FieldKind::Enum { .. } => self.class(),
                kind => request_type(kind),
            },
        }
    }

    /// Returns what the constrained type of a request stands for, if it needs a name.
    pub fn constraints(&self) -> Option<String> {
        let field = self.field;
        let bound = |sign: &str, bound: &Option<crate::model::Number>| {
            bound.as_ref().map(|bound| match bound.is_whole() {
                true => format!("{sign}={bound}"),
                false => format!("{sign}={}", number(&field.kind, bound)),
            })
        };
        let mut rules: Vec<String> = Vec::new();
        let base = match &field.kind {
            FieldKind::String { .. } | FieldKind::Text => {
                let (least, _) = lengths(field);
                rules.extend((least > 0).then(|| format!("min_length={least}")));
                rules.push(format!("max_length={}", longest(field).0));
                if field.kind == FieldKind::Text { "SafeText" } else { "SafeString" }.to_owned()
            }
            FieldKind::Decimal { precision, scale } => {
                rules.push(format!("max_digits={precision}"));
                rules.push(format!("decimal_places={scale}"));
                rules.extend(bound("ge", &field.min).into_iter().chain(bound("le", &field.max)));
                "Decimal".to_owned()
            }
            FieldKind::Array { of } => {
                rules.push("max_length=LONGEST_LIST".to_owned());
                format!("list[{}]", request_type(of))
            }
            kind => {
                rules.extend(bound("ge", &field.min).into_iter().chain(bound("le", &field.max)));
                request_type(kind)
            }
        };
        (!rules.is_empty()).then(|| format!("Annotated[{base}, Field({})]", rules.join(", ")))
    }

    /// Returns the line of the schema of new rows.
    pub fn create_line(&self) -> String {
        let (column, kind) = (self.field.column(), self.request_type());
        let secret = self.field.secret.then_some("repr=False");
        let default = match (&self.field.default, &self.field.kind) {
            (Some(Value::Now), FieldKind::Date) => Some("default_factory=utc_today".to_owned()),
            (Some(Value::Now), _) => Some("default_factory=utc_now".to_owned()),
            (Some(Value::Empty), FieldKind::Json) => Some("default_factory=dict".to_owned()),
            (Some(Value::Empty), _) => Some("default_factory=list".to_owned()),
            (Some(_), _) => default(self.field, &self.class()),
            (None, _) => self.field.nullable.then(|| "None".to_owned()),
        };
        let line = format!("{column}: {}", self.optional(kind));
        match (default, secret) {
            (None, None) => line,
            (None, Some(secret)) => format!("{line} = Field({secret})"),
            (Some(default), None) if !default.starts_with("default_factory") => {
                format!("{line} = {default}")
            }
            (Some(default), secret) => {
                let default =
                    if default.contains('=') { default } else { format!("default={default}") };
                let secret = secret.map_or(String::new(), |secret| format!(", {secret}"));
                format!("{line} = Field({default}{secret})")
            }
        }
    }

    /// Returns the line of the schema of changes.
    pub fn patch_line(&self) -> String {
        let (column, kind) = (self.field.column(), self.request_type());
        let kind = match self.field.nullable {
            true => format!("{kind} | None"),
            false => format!("{kind} | SkipJsonSchema[None], NotNull"),
        };
        match (self.field.secret, self.field.nullable) {
            (true, _) => format!("{column}: Annotated[{kind}, Field(repr=False)] = None"),
            (false, true) => format!("{column}: {kind} = None"),
            (false, false) => format!("{column}: Annotated[{kind}] = None"),
        }
    }

    /// Returns what the test factory puts there, unless the row may do without.
    pub fn factory(&self) -> Option<String> {
        if self.target.is_some() || self.field.nullable {
            return None;
        }
        if self.field.unique != Unique::No {
            return Some(self.unique_factory());
        }
        Some(match (&self.field.kind, &self.field.default) {
            (FieldKind::Json, _) => "factory.LazyFunction(dict)".to_owned(),
            (FieldKind::Array { .. }, _) => "factory.LazyFunction(list)".to_owned(),
            _ => default(self.field, &self.class())
                .unwrap_or_else(|| pair(self.field, &self.class()).low),
        })
    }

    /// Returns a value that is another one for every row.
    fn unique_factory(&self) -> String {
        let sequence = |value: String| format!("factory.Sequence(lambda number: {value})");
        match &self.field.kind {
            FieldKind::String { .. } => {
                let (least, most) = lengths(self.field);
                sequence(format!("short_text(number, {})", 8.clamp(least.max(1), most)))
            }
            FieldKind::Email => sequence("f\"{number}@example.com\"".to_owned()),
            FieldKind::Url => sequence("f\"https://example.com/{number}\"".to_owned()),
            FieldKind::Date => {
                sequence("dt.date(2000, 1, 1) + dt.timedelta(days=number % 100_000)".to_owned())
            }
            FieldKind::Datetime => sequence(
                "dt.datetime(2000, 1, 1, tzinfo=dt.UTC) + dt.timedelta(seconds=number)".to_owned(),
            ),
            FieldKind::Time => {
                sequence("dt.time(number // 3600 % 24, number // 60 % 60, number % 60)".to_owned())
            }
            FieldKind::Uuid => "factory.LazyFunction(uuid4)".to_owned(),
            _ => {
                let units = Units::of(self.field);
                let (low, _) = units.pair();
                // Python's numbers have no end, ours do.
                let room = (units.max - low).min(1_000_000);
                let low = if units.max - low < 10 { units.min } else { low };
                let room = if room < 10 { units.max - units.min } else { room };
                let number = format!("{low} + number % {room}");
                match (&self.field.kind, units.scale) {
                    (FieldKind::Decimal { .. }, 0) => sequence(format!("Decimal({number})")),
                    (FieldKind::Decimal { .. }, scale) => {
                        sequence(format!("Decimal({number}).scaleb(-{scale})"))
                    }
                    (FieldKind::Float, scale) => {
                        sequence(format!("({number}) / {}", 10_i128.pow(scale)))
                    }
                    _ => sequence(number),
                }
            }
        }
    }
}

fn plain_type<'a>(kind: &FieldKind, uuid: &'a str) -> &'a str {
    match kind {
        FieldKind::Int | FieldKind::Bigint => "int",
        FieldKind::Decimal { .. } => "Decimal",
        FieldKind::Float => "float",
        FieldKind::Bool => "bool",
        FieldKind::Date => "dt.date",
        FieldKind::Datetime => "dt.datetime",
        FieldKind::Time => "dt.time",
        FieldKind::Uuid | FieldKind::Ref { .. } => uuid,
        FieldKind::Json => "dict[str, Any]",
        _ => "str",
    }
}

/// Returns the type of a column, each name with `prefix` before it.
fn column_type(kind: &FieldKind, prefix: &str) -> String {
    let migration = !prefix.is_empty();
    let own = match kind {
        FieldKind::String { length } => format!("String({length})"),
        FieldKind::Email => "String(320)".to_owned(),
        FieldKind::Url => "String(2048)".to_owned(),
        FieldKind::Text => "Text()".to_owned(),
        FieldKind::Int => "Integer()".to_owned(),
        FieldKind::Bigint => "BigInteger()".to_owned(),
        FieldKind::Decimal { precision, scale } => format!("Numeric({precision}, {scale})"),
        FieldKind::Float => "Double()".to_owned(),
        FieldKind::Bool => "Boolean()".to_owned(),
        FieldKind::Date => "Date()".to_owned(),
        FieldKind::Datetime => "DateTime(timezone=True)".to_owned(),
        FieldKind::Time => "Time()".to_owned(),
        FieldKind::Uuid | FieldKind::Ref { .. } => {
            if migration { "UUID()" } else { "UUID(as_uuid=True)" }.to_owned()
        }
        FieldKind::Json if migration => return "postgresql.JSONB()".to_owned(),
        FieldKind::Json => "JSONB()".to_owned(),
        FieldKind::Array { of } if migration => {
            return format!("postgresql.ARRAY({})", column_type(of, prefix));
        }
        FieldKind::Array { of } => format!("ARRAY({})", column_type(of, prefix)),
        // An enum has a name, which its caller knows.
        FieldKind::Enum { .. } => String::new(),
    };
    let own =
        if migration { own } else { own.strip_suffix("()").map_or(own.clone(), str::to_owned) };
    format!("{prefix}{own}")
}

/// Returns the type of a request for what has no bounds of its own.
fn request_type(kind: &FieldKind) -> String {
    match kind {
        FieldKind::String { length } => {
            format!("Annotated[SafeString, Field(min_length=1, max_length={length})]")
        }
        FieldKind::Int => "Int32".to_owned(),
        FieldKind::Bigint => "Int64".to_owned(),
        FieldKind::Float => "Number".to_owned(),
        FieldKind::Decimal { precision, scale } => {
            format!("Annotated[Decimal, Field(max_digits={precision}, decimal_places={scale})]")
        }
        FieldKind::Bool => "TrueOrFalse".to_owned(),
        FieldKind::Date => "IsoDate".to_owned(),
        FieldKind::Datetime => "Moment".to_owned(),
        FieldKind::Time => "TimeOfDay".to_owned(),
        FieldKind::Json => "JsonObject".to_owned(),
        FieldKind::Email => "Email".to_owned(),
        FieldKind::Url => "Url".to_owned(),
        FieldKind::Text => "SafeText".to_owned(),
        kind => plain_type(kind, "UUID").to_owned(),
    }
}
