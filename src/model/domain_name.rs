//! The names of a domain, derived from the one that a user typed.

use super::name::caret;
use super::words::{capital, plural, singular, split};
use crate::error::{Error, Result};

/// The longest name: with it and the longest of a field no line of a project is too long to read.
const LONGEST_NAME: usize = 40;

/// The longest identifier of PostgreSQL, in bytes.
pub const LONGEST_IDENTIFIER: usize = 63;

/// Names of modules that a domain cannot have, and why.
const RESERVED_MODULES: &[(&[&str], &str)] = &[
    (&["base", "users"], "a domain that every project has"),
    (
        &[
            "api",
            "architecture",
            "delivery",
            "domains",
            "infrastructure",
            "migrations",
            "scripts",
            "support",
            "workers",
        ],
        "a directory that the project's tests have already",
    ),
    (&["con", "prn", "aux", "nul"], "a device on Windows, where the directory could not be made"),
    (
        &[
            "and", "as", "assert", "async", "await", "break", "class", "continue", "def", "del",
            "elif", "else", "except", "finally", "for", "from", "global", "if", "import", "in",
            "is", "lambda", "nonlocal", "not", "or", "pass", "raise", "return", "try", "while",
            "with", "yield",
        ],
        "a word of the Python language",
    ),
];

/// Names of classes that the code around a domain uses for something else.
pub const RESERVED_CLASSES: &[&str] = &[
    "APIRouter",
    "ARRAY",
    "AbstractContextManager",
    "Annotated",
    "Any",
    "AsyncClient",
    "AsyncSession",
    "Awaitable",
    "Base",
    "BaseFactory",
    "BaseService",
    "BigInteger",
    "Body",
    "Boolean",
    "Callable",
    "CheckConstraint",
    "Date",
    "DateTime",
    "Decimal",
    "Depends",
    "Double",
    "Email",
    "Enum",
    "Exception",
    "ExpectedVersion",
    "False",
    "Field",
    "ForeignKey",
    "Int32",
    "Int64",
    "Integer",
    "IsoDate",
    "JSONB",
    "JsonObject",
    "Make",
    "Mapped",
    "Mapping",
    "Moment",
    "NoQuery",
    "None",
    "NotNull",
    "Number",
    "Numeric",
    "Policy",
    "Query",
    "References",
    "Request",
    "Response",
    "RowVersion",
    "SafeString",
    "SafeText",
    "SearchText",
    "Select",
    "Sequence",
    "Service",
    "StrEnum",
    "StrictSchema",
    "String",
    "Text",
    "Time",
    "TimeOfDay",
    "True",
    "TrueOrFalse",
    "UUID",
    "UniqueConstraint",
    "Url",
    "User",
    "UserService",
    "Warning",
];

/// The names of a domain, each in the form of its place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DomainNames {
    /// `order_items`: its package, its tests, its record.
    pub module: String,
    /// `order_item`: one of them, in a path and in Python.
    pub singular: String,
    /// `OrderItem`: the class of its rows.
    pub class: String,
    /// `order_items`: its table.
    pub table: String,
    /// `order-items`: its path.
    pub route: String,
}

/// Names that the user gave instead of the derived ones.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct NameOverrides {
    /// The plural.
    pub plural: Option<String>,
    /// The singular.
    pub singular: Option<String>,
    /// The table.
    pub table: Option<String>,
    /// The path.
    pub route: Option<String>,
}

impl DomainNames {
    /// Derives every name from `input`, singular or plural and in any case.
    ///
    /// A word that is the same for one and for many has the same name in both places.
    ///
    /// # Errors
    /// Fails with exit code 2 and a caret for a name that some place cannot have.
    pub fn derive(input: &str, overrides: &NameOverrides) -> Result<DomainNames> {
        let typed = words_of("a domain's name", input)?;
        let snake = typed.join("_").to_ascii_lowercase();
        let given = |flag: &Option<String>, what| match flag {
            Some(text) => words_of(what, text).map(Some),
            None => Ok(None),
        };
        let one = given(&overrides.singular, "`--singular`")?;
        let many = given(&overrides.plural, "`--plural`")?;
        let lower = |words: &[String]| words.join("_").to_ascii_lowercase();
        let singular = one.as_deref().map_or_else(|| singular(&snake), lower);
        let module = many.as_deref().map_or_else(|| plural(&singular), lower);
        let class_words = one.unwrap_or_else(|| like(&typed, &singular));
        let class: String = class_words.iter().map(|word| capital(word)).collect();
        let table =
            given(&overrides.table, "`--table`")?.map_or(module.clone(), |words| lower(&words));
        let route = given(&overrides.route, "`--route`")?;
        let route = route.map_or_else(|| module.clone(), |words| lower(&words)).replace('_', "-");
        let names = DomainNames { module, singular, class, table, route };
        names.refuse_reserved(input)?;
        Ok(names)
    }

    /// Returns `order items`: many of them, in prose.
    pub fn titles(&self) -> String {
        self.module.replace('_', " ")
    }

    /// Returns `order item`: one of them, in prose.
    pub fn title(&self) -> String {
        self.singular.replace('_', " ")
    }

    fn refuse_reserved(&self, input: &str) -> Result<()> {
        let refuse = |name: &str, reason: &str| {
            let message = format!("`{name}` is {reason}");
            Err(Error::usage(message).at(caret(input, 0)).hint("choose another name"))
        };
        for name in [&self.module, &self.singular] {
            if let Some((_, reason)) =
                RESERVED_MODULES.iter().find(|(names, _)| names.contains(&&**name))
            {
                return refuse(name, reason);
            }
            if name.len() > LONGEST_NAME {
                let reason =
                    format!("{} characters long; at most {LONGEST_NAME} are allowed", name.len());
                return refuse(name, &reason);
            }
        }
        if RESERVED_CLASSES.contains(&&*self.class) {
            return refuse(&self.class, "a class that the code of every domain uses");
        }
        Ok(())
    }
}

/// Returns the words of a name, none of whose characters are surprising.
fn words_of(what: &str, text: &str) -> Result<Vec<String>> {
    let wrong = |(index, c): &(usize, char)| match index {
        0 => !c.is_ascii_alphabetic(),
        _ => !c.is_ascii_alphanumeric() && *c != '-' && *c != '_',
    };
    if let Some((index, c)) = text.chars().enumerate().find(wrong) {
        let message = match index {
            0 => format!("{what} begins with a letter, not `{}`", c.escape_debug()),
            _ => format!("{what} has letters, digits, `-` and `_`, not `{}`", c.escape_debug()),
        };
        return Err(Error::usage(message).at(caret(text, index)).hint("for example `order-items`"));
    }
    match split(text) {
        words if words.is_empty() => Err(Error::usage(format!("{what} is empty"))),
        words => Ok(words),
    }
}

/// Gives `singular` the capitals of the words that were typed: `APITokens` makes `APIToken`.
fn like(typed: &[String], singular: &str) -> Vec<String> {
    let words: Vec<&str> = singular.split('_').collect();
    let acronym = |word: &str| word.len() > 1 && word.chars().all(|c| !c.is_ascii_lowercase());
    let keep = |(index, word): (usize, &&str)| match typed.get(index) {
        Some(known) if acronym(known) && known.eq_ignore_ascii_case(word) => known.clone(),
        _ => (*word).to_owned(),
    };
    words.iter().enumerate().map(keep).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(input: &str) -> [String; 5] {
        let DomainNames { module, singular, class, table, route } =
            DomainNames::derive(input, &NameOverrides::default()).unwrap();
        [module, singular, class, table, route]
    }

    #[test]
    fn any_form_of_a_name_gives_the_same_names() {
        for input in ["order_item", "order_items", "OrderItem", "OrderItems", "order-items"] {
            let expected = ["order_items", "order_item", "OrderItem", "order_items", "order-items"];
            assert_eq!(names(input), expected, "{input}");
        }
    }

    #[test]
    fn odd_words_have_the_names_that_people_expect() {
        let rows = [
            ("APIToken", "api_tokens", "api_token", "APIToken"),
            ("api_tokens", "api_tokens", "api_token", "ApiToken"),
            ("news", "news", "news", "News"),
            ("series", "series", "series", "Series"),
            ("data", "data", "data", "Data"),
            ("status", "statuses", "status", "Status"),
            ("address", "addresses", "address", "Address"),
            ("people", "people", "person", "Person"),
            ("orders2", "orders2", "order2", "Order2"),
            ("s3_bucket", "s3_buckets", "s3_bucket", "S3Bucket"),
            ("categories", "categories", "category", "Category"),
        ];
        for (input, module, singular, class) in rows {
            let [found_module, found_singular, found_class, ..] = names(input);
            assert_eq!(
                [&*found_module, &*found_singular, &*found_class],
                [module, singular, class]
            );
        }
    }

    #[test]
    fn flags_override_what_is_derived() {
        let overrides = NameOverrides {
            plural: Some("staff-members".into()),
            singular: Some("StaffMember".into()),
            table: Some("hr_staff".into()),
            route: Some("team".into()),
        };
        let names = DomainNames::derive("staff", &overrides).unwrap();
        assert_eq!((&*names.module, &*names.class), ("staff_members", "StaffMember"));
        assert_eq!((&*names.table, &*names.route), ("hr_staff", "team"));
    }

    #[test]
    fn names_that_would_break_something_are_refused() {
        let long = "x".repeat(41);
        let refused = [
            "",
            "1order",
            "-rf",
            "_x",
            "a/b",
            "a\\b",
            "../x",
            ".",
            "a.b",
            "a b",
            "~",
            "order\n",
            "a\0",
            "class",
            "CON",
            "aux",
            "base",
            "user",
            "users",
            "ﬁle",
            "usеrs",
            "e\u{301}",
            "a\u{202e}b",
            "api",
            "Text",
            "query",
            &long,
        ];
        for input in refused {
            let error = DomainNames::derive(input, &NameOverrides::default()).expect_err(input);
            assert_eq!(error.kind.exit_code(), 2, "{input:?}");
        }
    }
}
