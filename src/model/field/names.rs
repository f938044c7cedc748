//! The names that a field cannot have, and why.

/// Names with a reason each: the columns of every table come first.
pub const RESERVED: &[(&[&str], &str)] = &[
    (
        &["id", "created_at", "updated_at", "created_by", "updated_by", "owner_id", "version"],
        "a column that every domain has already",
    ),
    (&["owner"], "what the owner of a row is reached by"),
    (&["metadata", "registry"], "an attribute that SQLAlchemy keeps for itself"),
    (
        &[
            "construct",
            "copy",
            "dict",
            "from_orm",
            "json",
            "parse_file",
            "parse_obj",
            "parse_raw",
            "schema",
            "schema_json",
            "update_forward_refs",
            "validate",
        ],
        "an attribute that Pydantic keeps for itself",
    ),
    (&["limit", "offset", "after", "search", "order_by"], "a parameter of every list"),
    (
        &[
            "bool",
            "dt",
            "float",
            "func",
            "int",
            "list",
            "mapped_column",
            "relationship",
            "sql",
            "str",
            "uuid",
        ],
        "a name that the columns after it need",
    ),
    (&["build", "cls", "create", "factory", "self", "stub"], "a name that its test factory needs"),
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

/// Returns why a field cannot be called `name`.
pub fn reserved(name: &str) -> Option<&'static str> {
    let known = RESERVED.iter().find(|(names, _)| names.contains(&name));
    known.map(|(_, reason)| *reason).or_else(|| {
        name.starts_with("model_").then_some("an attribute that Pydantic keeps for itself")
    })
}
