//! The types of the field language, as data: one row per type.

/// What may follow a type's name after `=`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Arguments {
    /// Nothing.
    None,
    /// A length, or nothing: `string=20`.
    Length,
    /// How many digits, and how many of them after the point: `decimal=10,2`.
    Digits,
    /// The values: `enum=draft,paid`.
    Values,
    /// A domain, or nothing: `ref=users`.
    Domain,
    /// The type of what it holds: `array=string`.
    Scalar,
}

/// One type.
#[derive(Debug)]
pub struct FieldType {
    /// The name that we print.
    pub name: &'static str,
    /// Other names that hands know.
    pub aliases: &'static [&'static str],
    /// What follows the name.
    pub arguments: Arguments,
    /// Whether an array can hold it.
    pub scalar: bool,
    /// Whether `min` and `max` bound it.
    pub bounded: bool,
    /// Whether `unique` makes sense of it.
    pub unique: bool,
    /// Whether it is searched as text.
    pub searched: bool,
}

const PLAIN: FieldType = FieldType {
    name: "",
    aliases: &[],
    arguments: Arguments::None,
    scalar: true,
    bounded: false,
    unique: true,
    searched: false,
};

/// Every type.
pub const FIELD_TYPES: &[FieldType] = &[
    FieldType {
        name: "string",
        aliases: &["str", "varchar", "char", "character"],
        arguments: Arguments::Length,
        bounded: true,
        searched: true,
        ..PLAIN
    },
    FieldType {
        name: "text",
        aliases: &["longtext", "clob"],
        bounded: true,
        unique: false,
        scalar: false,
        searched: true,
        ..PLAIN
    },
    FieldType { name: "int", aliases: &["integer", "int4", "int32"], bounded: true, ..PLAIN },
    FieldType {
        name: "bigint",
        aliases: &["biginteger", "big_integer", "int8", "int64", "long"],
        bounded: true,
        ..PLAIN
    },
    FieldType {
        name: "decimal",
        aliases: &["numeric", "money"],
        arguments: Arguments::Digits,
        bounded: true,
        ..PLAIN
    },
    FieldType { name: "float", aliases: &["double", "real", "float8"], bounded: true, ..PLAIN },
    FieldType { name: "bool", aliases: &["boolean"], unique: false, ..PLAIN },
    FieldType { name: "date", ..PLAIN },
    FieldType { name: "datetime", aliases: &["timestamp", "timestamptz", "date_time"], ..PLAIN },
    FieldType { name: "time", ..PLAIN },
    FieldType { name: "uuid", aliases: &["guid"], ..PLAIN },
    FieldType {
        name: "json",
        aliases: &["jsonb", "dict", "object"],
        unique: false,
        scalar: false,
        ..PLAIN
    },
    FieldType { name: "email", searched: true, ..PLAIN },
    FieldType { name: "url", aliases: &["uri"], searched: true, ..PLAIN },
    FieldType {
        name: "enum",
        aliases: &["choice", "choices"],
        arguments: Arguments::Values,
        unique: false,
        scalar: false,
        ..PLAIN
    },
    FieldType {
        name: "ref",
        aliases: &["reference", "references", "belongs_to", "fk", "foreign_key"],
        arguments: Arguments::Domain,
        scalar: false,
        ..PLAIN
    },
    FieldType {
        name: "array",
        aliases: &["list"],
        arguments: Arguments::Scalar,
        unique: false,
        scalar: false,
        ..PLAIN
    },
];

/// The modifiers, in the order in which we print them.
pub const MODIFIERS: &[&str] = &[
    "nullable",
    "unique",
    "index",
    "default",
    "length",
    "min",
    "max",
    "ondelete",
    "filter",
    "search",
    "immutable",
    "readonly",
    "secret",
    "rel",
];

/// Returns the type that is called `name`, by any of its names.
pub fn field_type(name: &str) -> Option<&'static FieldType> {
    FIELD_TYPES.iter().find(|each| each.name == name || each.aliases.contains(&name))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_word_means_two_things() {
        let mut words: Vec<_> = FIELD_TYPES
            .iter()
            .flat_map(|each| each.aliases.iter().chain([&each.name]))
            .chain(MODIFIERS)
            .collect();
        let count = words.len();
        words.sort();
        words.dedup();
        assert_eq!(words.len(), count);
    }
}
