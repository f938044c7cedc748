//! What can go on a word of the field language, as far as it is typed.

use crate::catalog::{Arguments, FIELD_TYPES, FieldType, MODIFIERS, field_type};
use crate::model::{Field, FieldKind};

/// Where a field points at rows of its own domain.
const SELF: &str = "self";

/// Returns the words that `typed` can become, where `domains` can be referred to.
///
/// Of `fields`, those that the domain has already, an enum takes more values.
pub fn offers(typed: &str, domains: &[String], fields: &[Field]) -> Vec<String> {
    let mut enums = fields.iter().filter(|field| matches!(field.kind, FieldKind::Enum { .. }));
    let Some((before, last)) = typed.rsplit_once(':') else {
        return enums.map(|field| format!("{}:enum=+", field.name)).collect();
    };
    if enums.any(|field| field.name == before) {
        return vec![format!("{before}:enum=+")];
    }
    let parts = Parts(before.split(':').collect());
    let ends = match last.split_once('=') {
        Some((key, _)) => {
            let values = parts.values(key, domains).into_iter();
            values.map(|value| format!("{key}={value}")).collect()
        }
        None if parts.0.len() == 1 => types(last),
        None => parts.modifiers(),
    };
    ends.into_iter().map(|end| format!("{before}:{end}")).collect()
}

/// Returns what can follow a field's name, where `typed` is begun: mostly a type.
fn types(typed: &str) -> Vec<String> {
    let type_word = |row: &FieldType, name: &str| match row.arguments {
        Arguments::Values | Arguments::Scalar => format!("{name}="),
        _ => name.to_owned(),
    };
    let mut words: Vec<_> = FIELD_TYPES.iter().map(|row| type_word(row, row.name)).collect();
    // Without a type it is a string; as long as nothing is typed, that is no help.
    if !typed.is_empty() {
        words.extend(Parts(vec![""]).modifiers());
    }
    if words.iter().any(|word| word.starts_with(typed)) {
        return words;
    }
    let aliases = |row: &'static FieldType| row.aliases.iter().map(|name| type_word(row, name));
    FIELD_TYPES.iter().flat_map(aliases).collect()
}

/// The parts of a word between colons, up to the one that is typed.
struct Parts<'a>(Vec<&'a str>);

impl Parts<'_> {
    /// Returns the row of the field's type.
    fn row(&self) -> &'static FieldType {
        let found = self.0.get(1).and_then(|part| field_type(&key(part).to_ascii_lowercase()));
        found.unwrap_or(&FIELD_TYPES[0])
    }

    /// Returns the modifiers that make sense and are not there, each with `=` if a value follows.
    fn modifiers(&self) -> Vec<String> {
        let row = self.row();
        let there = |modifier: &str| self.0.iter().skip(1).any(|part| key(part) == modifier);
        let free = MODIFIERS.iter().filter(|word| fits(row, word) && !there(word));
        free.map(|word| match *word {
            "default" | "length" | "min" | "max" | "ondelete" => format!("{word}="),
            word => word.to_owned(),
        })
        .collect()
    }

    /// Returns what can follow `key=`.
    fn values(&self, key: &str, domains: &[String]) -> Vec<String> {
        let words = |words: &[&str]| words.iter().map(|word| (*word).to_owned()).collect();
        let row = field_type(&key.to_ascii_lowercase()).filter(|_| self.0.len() == 1);
        match (row.map(|row| row.arguments), key) {
            (Some(Arguments::Domain), _) => {
                domains.iter().cloned().chain([SELF.to_owned()]).collect()
            }
            (Some(Arguments::Scalar), _) => {
                let scalars = FIELD_TYPES.iter().filter(|row| row.scalar);
                scalars.map(|row| row.name.to_owned()).collect()
            }
            (Some(_), _) => Vec::new(),
            (None, "unique") => words(&["global"]),
            (None, "ondelete") => words(&["restrict", "cascade", "setnull"]),
            (None, "default") => self.defaults(),
            (None, _) => Vec::new(),
        }
    }

    fn defaults(&self) -> Vec<String> {
        let words: Vec<&str> = match self.row().name {
            "bool" => vec!["true", "false"],
            "date" | "datetime" => vec!["now"],
            "json" | "array" => vec!["empty"],
            "enum" => {
                let values = self.0[1].split_once('=').map_or("", |(_, values)| values);
                values.split([',', '.', '/']).collect()
            }
            _ => Vec::new(),
        };
        words.into_iter().map(str::to_owned).collect()
    }
}

/// Returns a part without its value.
fn key(part: &str) -> &str {
    part.split(['=', '(']).next().unwrap_or_default()
}

/// Tells whether a modifier says anything of a type.
fn fits(row: &FieldType, modifier: &str) -> bool {
    match modifier {
        "unique" => row.unique,
        "min" | "max" => row.bounded,
        "search" | "filter" => row.searched,
        "length" => row.arguments == Arguments::Length,
        "ondelete" | "rel" => row.arguments == Arguments::Domain,
        "index" => !matches!(row.name, "text" | "json" | "array"),
        "default" => !matches!(row.name, "time" | "uuid" | "email" | "url" | "ref"),
        _ => true,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn offered(typed: &str) -> Vec<String> {
        let domains = ["orders".to_owned(), "users".to_owned()];
        let mut words = offers(typed, &domains, &[]);
        words.retain(|word| word.starts_with(typed));
        words
    }

    /// A type with what it needs, and a default that it takes if it takes one.
    fn sample(name: &str) -> (&str, &str) {
        match name {
            "enum" => ("enum=a,b", "a"),
            "array" => ("array=int", "empty"),
            "ref" => ("ref=orders", "1"),
            "json" => ("json", "empty"),
            "bool" => ("bool", "true"),
            "date" | "datetime" => (name, "now"),
            name => (name, "1"),
        }
    }

    #[test]
    fn a_modifier_is_offered_for_the_types_that_take_it() {
        for row in FIELD_TYPES {
            let (kind, default) = sample(row.name);
            for modifier in MODIFIERS.iter().filter(|modifier| **modifier != "nullable") {
                let value = match *modifier {
                    "default" => format!("default={default}"),
                    "length" | "min" | "max" => format!("{modifier}=1"),
                    "ondelete" => "ondelete=cascade".to_owned(),
                    word => word.to_owned(),
                };
                let word = format!("x:{kind}:nullable:{value}");
                let parsed = Field::parse(&word).is_ok();
                // Of a number the parser takes it, and drops it: every number is filtered.
                let dropped = *modifier == "filter" && !row.searched;
                assert!(fits(row, modifier) == parsed || dropped, "{word}");
            }
        }
    }

    #[test]
    fn types_come_first_and_their_other_names_where_nothing_else_fits() {
        assert_eq!(offered("x:").len(), FIELD_TYPES.len());
        assert_eq!(offered("x:te"), ["x:text"]);
        assert_eq!(offered("x:en"), ["x:enum="]);
        assert_eq!(offered("x:varc"), ["x:varchar"]);
        assert_eq!(offered("x:uni"), ["x:unique"]);
        assert_eq!(offered("x:nothing"), [""; 0]);
        assert_eq!(offered("x"), [""; 0]);
    }

    #[test]
    fn after_a_type_come_the_modifiers_that_are_not_there() {
        let bools = ["nullable", "index", "default=", "immutable", "readonly", "secret"];
        assert_eq!(offered("x:bool:"), bools.map(|word| format!("x:bool:{word}")));
        assert_eq!(offered("x:decimal=10,2:min=0:m"), ["x:decimal=10,2:min=0:max="]);
        assert_eq!(offered("x:unique:sea"), ["x:unique:search"]);
        assert_eq!(offered("x:ref=users:nullable:n"), [""; 0]);
    }

    #[test]
    fn what_follows_an_equals_sign_is_known_too() {
        for (typed, wanted) in [
            ("x:ref=", &["x:ref=orders", "x:ref=users", "x:ref=self"][..]),
            ("x:fk=u", &["x:fk=users"]),
            ("x:array=da", &["x:array=date", "x:array=datetime"]),
            ("x:ref=users:ondelete=", &["restrict", "cascade", "setnull"]),
            ("x:string:unique=", &["x:string:unique=global"]),
            ("x:enum=draft,paid:default=p", &["x:enum=draft,paid:default=paid"]),
            ("x:bool:default=", &["x:bool:default=true", "x:bool:default=false"]),
            ("x:string=", &[]),
            ("x:int:min=", &[]),
            ("x:default=", &[]),
        ] {
            let offered = offered(typed);
            let end = |word: &String| word.rsplit('=').next().unwrap().to_owned();
            let same = offered == wanted || offered.iter().map(end).collect::<Vec<_>>() == wanted;
            assert!(same, "{typed}: {offered:?}");
        }
    }

    #[test]
    fn an_enum_that_is_there_takes_more_values() {
        let fields = ["status:enum=a,b", "total:int"].map(|word| Field::parse(word).unwrap());
        assert_eq!(offers("", &[], &fields), ["status:enum=+"]);
        assert_eq!(offers("status:en", &[], &fields), ["status:enum=+"]);
        assert_eq!(offers("total:int:nu", &[], &fields)[0], "total:int:nullable");
    }
}
