//! `ddd-forge.toml`: what a project was made from, so that every file can be made again.

use toml_edit::{DocumentMut, Item, value};

use super::record::table;
use super::{Author, Options, ProjectName, Repository, Text};
use crate::error::{Error, Result};

/// Where the manifest stands.
pub const MANIFEST: &str = "ddd-forge.toml";

/// The form of manifest that this binary writes, and the newest it can read.
const FORMAT: i64 = 1;

const HEAD: &str = "\
# What this project was generated from. With `.ddd-forge/` it lets ddd-forge change the project
# without touching a line of yours: commit both.
";

/// What a project was made from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Manifest {
    /// The version of the tool, whose templates were used.
    pub version: String,
    /// The project's name.
    pub name: ProjectName,
    /// What it is, in a sentence.
    pub description: Text,
    /// Who it is by.
    pub author: Author,
    /// Where its code and images are published.
    pub repository: Repository,
    /// What was chosen.
    pub options: Options,
}

impl Manifest {
    /// Returns the manifest as its file has it.
    pub fn to_toml(&self) -> String {
        let tool = table(&[("version", &self.version)]);
        let project = table(&[
            ("name", self.name.as_str()),
            ("description", self.description.as_str()),
            ("author", &self.author.to_string()),
            ("repository", self.repository.as_str()),
        ]);
        let chosen: Vec<_> =
            self.options.iter().map(|(option, value)| (option.name, value)).collect();
        let mut document = DocumentMut::new();
        document.insert("format", value(FORMAT));
        document.insert("tool", tool);
        document.insert("project", project);
        document.insert("options", table(&chosen));
        format!("{HEAD}{document}")
    }

    /// Reads a manifest.
    ///
    /// # Errors
    /// Fails with exit code 4 for one that a newer version wrote, or that is not whole.
    pub fn parse(text: &str) -> Result<Self> {
        let document: DocumentMut = text.parse().map_err(|error: toml_edit::TomlError| {
            Error::not_applied(format!("`{MANIFEST}` is not TOML")).because(error)
        })?;
        let format = document.get("format").and_then(Item::as_integer);
        if format.is_some_and(|format| format > FORMAT) {
            return Err(Error::not_applied(format!(
                "`{MANIFEST}` was written by a newer ddd-forge"
            ))
            .at(MANIFEST)
            .hint("update ddd-forge and run the command again"));
        }
        let text = |table: &str, key: &str| {
            let item = document.get(table).and_then(|table| table.get(key)).and_then(Item::as_str);
            item.ok_or_else(|| missing(table, key))
        };
        let mut options = Options::default();
        for (option, _) in Options::default().iter() {
            options.set(option.name, text("options", option.name)?).map_err(in_manifest)?;
        }
        options.check().map_err(in_manifest)?;
        Ok(Manifest {
            version: text("tool", "version")?.to_owned(),
            name: ProjectName::parse(text("project", "name")?).map_err(in_manifest)?,
            description: Text::parse("description", text("project", "description")?)
                .map_err(in_manifest)?,
            author: Author::parse(text("project", "author")?).map_err(in_manifest)?,
            repository: Repository::parse(text("project", "repository")?).map_err(in_manifest)?,
            options,
        })
    }
}

fn missing(table: &str, key: &str) -> Error {
    Error::not_applied(format!("`{MANIFEST}` has no text `{key}` in `[{table}]`"))
        .at(MANIFEST)
        .hint(format!("git checkout -- {MANIFEST}"))
}

fn in_manifest(error: Error) -> Error {
    let mut error = Error { kind: crate::error::Kind::NotApplied, ..error };
    error.message = format!("`{MANIFEST}`: {}", error.message);
    error
}

#[cfg(test)]
mod tests {
    use super::*;

    fn manifest() -> Manifest {
        Manifest {
            version: "0.1.0".to_owned(),
            name: ProjectName::parse("shop").unwrap(),
            description: Text::parse("description", "It's \"x\" \\ 📚").unwrap(),
            author: Author::parse("Jane \"J\" Doe <jane@example.com>").unwrap(),
            repository: Repository::parse("acme/shop").unwrap(),
            options: Options::default(),
        }
    }

    #[test]
    fn what_is_written_reads_back_equal() {
        assert_eq!(Manifest::parse(&manifest().to_toml()).unwrap(), manifest());
    }

    #[test]
    fn the_manifest_reads_as_its_owner_would_write_it() {
        insta::assert_snapshot!(manifest().to_toml(), @r#"
        # What this project was generated from. With `.ddd-forge/` it lets ddd-forge change the project
        # without touching a line of yours: commit both.
        format = 1

        [tool]
        version = "0.1.0"

        [project]
        name = "shop"
        description = '''It's "x" \ 📚'''
        author = 'Jane "J" Doe <jane@example.com>'
        repository = "acme/shop"

        [options]
        auth = "clerk,api-key"
        workers = "prefect"
        observability = "logfire"
        ci = "github"
        docker = "yes"
        deploy = "none"
        license = "mit"
        python = "3.13"
        "#);
    }

    #[test]
    fn one_that_is_newer_or_not_whole_is_refused() {
        let newer = manifest().to_toml().replace("format = 1", "format = 2");
        let error = Manifest::parse(&newer).unwrap_err();
        assert_eq!(error.message, "`ddd-forge.toml` was written by a newer ddd-forge");
        for broken in ["format = ", "", "format = 1\n[tool]\nversion = 1\n"] {
            assert_eq!(Manifest::parse(broken).unwrap_err().kind.exit_code(), 4, "{broken:?}");
        }
        let unknown = manifest().to_toml().replace("\"mit\"", "\"gpl\"");
        assert_eq!(Manifest::parse(&unknown).unwrap_err().kind.exit_code(), 4);
        let deployed = manifest().to_toml().replace("deploy = \"none\"", "deploy = \"kubernetes\"");
        Manifest::parse(&deployed).unwrap();
        let torn = deployed.replace("docker = \"yes\"", "docker = \"no\"");
        assert_eq!(Manifest::parse(&torn).unwrap_err().kind.exit_code(), 4);
    }
}
