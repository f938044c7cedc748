//! A domain that was added: what was asked for, as the project records it.

use toml_edit::{Array, DocumentMut, Item, Table, value};

use super::record::table;
use super::{DomainNames, Field};
use crate::error::{Error, Result};

/// Where the records of domains stand.
pub const DOMAINS: &str = ".ddd-forge/domains";

/// What can be done with the rows of a domain, in the order of the help text.
pub const OPS: &[&str] =
    &["list", "read", "create", "update", "delete", "bulk-create", "bulk-update", "bulk-delete"];

/// How many of [`OPS`] a domain has where nothing is said: the first ones.
pub const DEFAULT_OPS: usize = 5;

/// Who sees which rows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scope {
    /// Callers their own, admins all.
    Owner,
    /// Every caller all.
    Public,
    /// Admins all.
    Admin,
}

/// Who makes, changes and deletes rows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Write {
    /// The owner of the row, and admins.
    Owner,
    /// Admins.
    Admin,
    /// Every caller.
    Any,
}

impl Scope {
    /// Every scope, the default first.
    pub const ALL: [Scope; 3] = [Scope::Owner, Scope::Public, Scope::Admin];

    /// Returns the word for it.
    pub fn name(self) -> &'static str {
        match self {
            Scope::Owner => "owner",
            Scope::Public => "public",
            Scope::Admin => "admin",
        }
    }

    /// Returns who may write in it, the default first.
    pub fn writes(self) -> &'static [Write] {
        match self {
            Scope::Owner => &[Write::Owner, Write::Admin],
            Scope::Public => &[Write::Admin, Write::Any, Write::Owner],
            Scope::Admin => &[Write::Admin],
        }
    }
}

impl Write {
    /// Returns the word for it.
    pub fn name(self) -> &'static str {
        match self {
            Write::Owner => "owner",
            Write::Admin => "admin",
            Write::Any => "any",
        }
    }
}

/// A domain that was added.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Domain {
    /// Its names.
    pub names: DomainNames,
    /// Who sees which rows.
    pub scope: Scope,
    /// Who writes them.
    pub write: Write,
    /// What can be done, a part of [`OPS`] in their order.
    pub ops: Vec<&'static str>,
    /// Its fields, in the order given.
    pub fields: Vec<Field>,
    /// Whether it has routes.
    pub api: bool,
    /// Whether it has tests.
    pub tests: bool,
    /// The revision that creates its table, if we wrote one.
    pub revision: Option<String>,
}

impl Domain {
    /// Tells whether its rows have owners.
    pub fn is_owned(&self) -> bool {
        self.scope == Scope::Owner || self.write == Write::Owner
    }

    /// Tells whether `op` can be done.
    pub fn has(&self, op: &str) -> bool {
        self.ops.contains(&op)
    }

    /// Returns the method and the path, after the prefix of all, of the route of an operation.
    pub fn route(&self, op: &str) -> (&'static str, String) {
        let path = format!("/{}", self.names.route);
        let one = format!("{path}/{{{}_id}}", self.names.singular);
        match op {
            "list" => ("GET", path),
            "create" => ("POST", path),
            "read" => ("GET", one),
            "update" => ("PATCH", one),
            "delete" => ("DELETE", one),
            "bulk-create" => ("POST", path + "/bulk"),
            "bulk-update" => ("PATCH", path + "/bulk"),
            _ => ("DELETE", path + "/bulk"),
        }
    }

    /// Returns the path of the record of the domain called `module`.
    pub fn path(module: &str) -> String {
        format!("{DOMAINS}/{module}.toml")
    }

    /// Returns the path of the text of its files as we wrote them.
    pub fn base_path(module: &str) -> String {
        format!("{DOMAINS}/{module}.base.json.gz")
    }

    /// Returns the canonical words of its fields.
    pub fn words(&self) -> Vec<String> {
        self.fields.iter().map(ToString::to_string).collect()
    }

    /// Returns the record, with the files as written, each with its hash.
    pub fn to_toml(&self, hashes: Table) -> String {
        let DomainNames { module, singular, class, table: database_table, route } = &self.names;
        let mut domain = table(&[
            ("name", module),
            ("singular", singular),
            ("class", class),
            ("table", database_table),
            ("route", route),
            ("scope", self.scope.name()),
            ("write", self.write.name()),
        ]);
        domain["ops"] = value(self.ops.iter().copied().collect::<Array>());
        domain["api"] = value(self.api);
        domain["tests"] = value(self.tests);
        if let Some(revision) = &self.revision {
            domain["revision"] = value(revision);
        }
        let mut fields: Array = self.words().into_iter().collect();
        // One a line: two people may add a field each.
        fields.iter_mut().for_each(|field| field.decor_mut().set_prefix("\n    "));
        fields.set_trailing("\n");
        fields.set_trailing_comma(!fields.is_empty());
        domain["fields"] = value(fields);
        let mut document = DocumentMut::new();
        document.insert("domain", domain);
        document.insert("files", Item::Table(hashes));
        format!(
            "# What `ddd-forge add-domain` was asked for, and the files it wrote with their SHA-256.\n\n{document}"
        )
    }

    /// Reads a record that is laid out as we write it; nothing for any other. A thousand of them are
    /// read in the time in which a parser of TOML reads a few.
    pub fn read_quickly(text: &str) -> Option<Domain> {
        let (head, _) = text.split_once("\n[files]\n")?;
        let word = |key: &str| {
            let value =
                head.lines().find_map(|line| line.strip_prefix(key)?.strip_prefix(" = "))?;
            let plain = value.trim_matches('"');
            (!plain.contains(['"', '\\'])).then(|| plain.to_owned())
        };
        let words = |list: &str| {
            let items = list.split(',').map(|item| item.trim().trim_matches('"').to_owned());
            items.filter(|item| !item.is_empty()).collect::<Vec<_>>()
        };
        let line = |key: &str| head.lines().find_map(|line| line.strip_prefix(key));
        let ops = words(line("ops = [")?.strip_suffix(']')?);
        let (_, fields) = head.split_once("\nfields = [")?;
        let fields = fields.strip_suffix("]\n").unwrap_or(fields).lines();
        let fields = fields.map(|line| line.trim().trim_end_matches(',').trim_matches('"'));
        let fields = fields.filter(|word| !word.is_empty() && *word != "]").map(Field::parse);
        let (scope, write) = (word("scope")?, word("write")?);
        let scope = Scope::ALL.into_iter().find(|each| each.name() == scope)?;
        Some(Domain {
            names: DomainNames {
                module: word("name")?,
                singular: word("singular")?,
                class: word("class")?,
                table: word("table")?,
                route: word("route")?,
            },
            scope,
            write: *scope.writes().iter().find(|each| each.name() == write)?,
            ops: OPS.iter().copied().filter(|op| ops.iter().any(|word| word == op)).collect(),
            fields: fields.collect::<Result<_>>().ok()?,
            api: word("api")? == "true",
            tests: word("tests")? == "true",
            revision: word("revision"),
        })
    }

    /// Reads the record called `path`.
    ///
    /// # Errors
    /// Fails with exit code 4 for one that is not whole.
    pub fn parse(path: &str, text: &str) -> Result<Domain> {
        let broken = |what: &str| {
            Error::not_applied(format!("`{path}` has no usable `{what}`"))
                .at(path)
                .hint(format!("git checkout -- {path}"))
        };
        let document: DocumentMut =
            text.parse().map_err(|error: toml_edit::TomlError| broken("TOML").because(error))?;
        let domain = document.get("domain").ok_or_else(|| broken("[domain]"))?;
        let word = |key: &str| {
            domain.get(key).and_then(Item::as_str).map(str::to_owned).ok_or_else(|| broken(key))
        };
        let yes = |key: &str| domain.get(key).and_then(Item::as_bool).ok_or_else(|| broken(key));
        let list = |key: &str| -> Result<Vec<String>> {
            let array = domain.get(key).and_then(Item::as_array).ok_or_else(|| broken(key))?;
            let words = array.iter().map(|item| item.as_str().map(str::to_owned));
            words.collect::<Option<_>>().ok_or_else(|| broken(key))
        };
        let (scope, write) = (word("scope")?, word("write")?);
        let scope = Scope::ALL.into_iter().find(|each| each.name() == scope);
        let scope = scope.ok_or_else(|| broken("scope"))?;
        let write = scope.writes().iter().find(|each| each.name() == write);
        let ops = list("ops")?;
        let names = DomainNames {
            module: word("name")?,
            singular: word("singular")?,
            class: word("class")?,
            table: word("table")?,
            route: word("route")?,
        };
        let fields = list("fields")?.iter().map(|word| Field::parse(word)).collect::<Result<_>>();
        Ok(Domain {
            names,
            scope,
            write: *write.ok_or_else(|| broken("write"))?,
            ops: OPS.iter().copied().filter(|op| ops.iter().any(|word| word == op)).collect(),
            fields: fields.map_err(|error| broken("fields").because(error))?,
            api: yes("api")?,
            tests: yes("tests")?,
            revision: domain.get("revision").and_then(Item::as_str).map(str::to_owned),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{NameOverrides, parse_fields};

    #[test]
    fn a_record_gives_the_domain_back() {
        let words = ["number:string=20:unique", "status:enum=a,b:default=a", "user:ref=users"];
        let domain = Domain {
            names: DomainNames::derive("OrderItem", &NameOverrides::default()).unwrap(),
            scope: Scope::Public,
            write: Write::Owner,
            ops: vec!["list", "bulk-create"],
            fields: parse_fields(&words.map(str::to_owned)).unwrap(),
            api: true,
            tests: false,
            revision: Some("0123456789ab".into()),
        };
        let text = domain.to_toml(Table::new());
        assert_eq!(Domain::parse("x.toml", &text).unwrap(), domain, "{text}");
        assert_eq!(Domain::read_quickly(&text).unwrap(), domain, "{text}");
        let bare = Domain { fields: Vec::new(), revision: None, ..domain.clone() };
        assert_eq!(Domain::read_quickly(&bare.to_toml(Table::new())).unwrap(), bare);
        let broken = text.replace("public", "none");
        assert_eq!(Domain::parse("x.toml", &broken).unwrap_err().kind.exit_code(), 4);
    }
}
