//! `add-domain`: a bounded context end to end, in a project that people have made their own.

pub mod clashes;

use std::collections::BTreeMap;

use super::{documents, registration};
use crate::error::{Error, Result};
use crate::model::{
    DEFAULT_OPS, Domain, DomainNames, Field, FieldKind, Manifest, NameOverrides, OPS, Scope, Write,
    base, hashes, nearest, parse_fields, sha256,
};
use crate::plan::Draft;
use crate::project::{self, Known, Migrations};
use crate::render::{self, Revision, Target};
use crate::tree::{File, RelPath};

/// Add a domain: models, schemas, service, routes, tests and migration
///
/// Writes the files of a bounded context, and registers its routes. Nothing that is there is changed
/// but by the lines that have to be added. `undo` takes it back.
///
/// A field is one word: `name:type=arguments:modifier=value`, for example `number:string=20:unique`,
/// `total:decimal=10,2:min=0:default=0`, `status:enum=draft,paid:default=draft`,
/// `customer:ref=users:ondelete=restrict`, `note:text:nullable:search`.
///
/// Types: string[=n] text int bigint decimal[=p,s] float bool date datetime time uuid json email url
/// enum=a,b ref[=domain] array=type. Modifiers: nullable unique index default= length= min= max=
/// ondelete=restrict|cascade|setnull filter search immutable readonly secret rel.
#[derive(Clone, Debug, clap::Args)]
#[command(verbatim_doc_comment)]
pub struct Args {
    /// What the rows are called, singular or plural: `order`, `OrderItem`, `api-tokens`
    #[arg(allow_hyphen_values = false)]
    pub name: String,

    /// Its fields, each a word such as `number:string=20:unique`
    #[arg(value_name = "FIELD")]
    pub fields: Vec<String>,

    /// Who sees which rows
    #[arg(long, value_name = "SCOPE", default_value = "owner", value_parser = ["owner", "public", "admin"])]
    pub scope: String,

    /// Who makes, changes and deletes rows [default: by scope: owner, admin, admin]
    #[arg(long, value_name = "WRITE", value_parser = ["owner", "admin", "any"])]
    pub write: Option<String>,

    /// What can be done, separated by commas, or `all`
    #[arg(
        long,
        value_name = "OPS",
        value_delimiter = ',',
        default_value = "list,read,create,update,delete"
    )]
    pub ops: Vec<String>,

    /// Make no routes
    #[arg(long)]
    pub no_api: bool,

    /// Make no tests but the policy of the routes, which the tests of the project ask for
    #[arg(long)]
    pub no_tests: bool,

    /// Make no migration
    #[arg(long)]
    pub no_migration: bool,

    /// What many are called
    #[arg(long, value_name = "NAME")]
    pub plural: Option<String>,

    /// What one is called
    #[arg(long, value_name = "NAME")]
    pub singular: Option<String>,

    /// What its table is called
    #[arg(long, value_name = "NAME")]
    pub table: Option<String>,

    /// What its path is called
    #[arg(long, value_name = "NAME")]
    pub route: Option<String>,
}

/// Everything that decides what is added.
#[derive(Clone, Debug)]
pub struct Request {
    /// The domain, whose migration has no identifier yet.
    pub domain: Domain,
    /// Whether to write its migration.
    pub migration: bool,
}

impl Args {
    /// Checks the arguments.
    ///
    /// # Errors
    /// Fails with exit code 2 and a caret under what is wrong.
    pub fn request(&self) -> Result<Request> {
        let overrides = NameOverrides {
            plural: self.plural.clone(),
            singular: self.singular.clone(),
            table: self.table.clone(),
            route: self.route.clone(),
        };
        let names = DomainNames::derive(&self.name, &overrides)?;
        let fields = parse_fields(&self.fields)?;
        let scope = Scope::ALL.into_iter().find(|each| each.name() == self.scope);
        // The command line takes no other word.
        let scope = scope.unwrap_or(Scope::Owner);
        let domain = Domain {
            names,
            scope,
            write: write(scope, self.write.as_deref())?,
            ops: ops(&self.ops)?,
            fields,
            api: !self.no_api,
            tests: !self.no_tests,
            revision: None,
        };
        Ok(Request { domain, migration: !self.no_migration })
    }
}

fn write(scope: Scope, word: Option<&str>) -> Result<Write> {
    let writes = scope.writes();
    let Some(word) = word else { return Ok(writes[0]) };
    writes.iter().find(|each| each.name() == word).copied().ok_or_else(|| {
        let names: Vec<_> =
            writes.iter().map(|each| format!("`--write {}`", each.name())).collect();
        let message = format!("`--scope {}` and `--write {word}` exclude each other", scope.name());
        Error::usage(message).hint(format!("with that scope there is {}", names.join(", ")))
    })
}

fn ops(words: &[String]) -> Result<Vec<&'static str>> {
    if words.len() == 1 && words[0] == "all" {
        return Ok(OPS.to_vec());
    }
    for word in words {
        if !OPS.contains(&&**word) {
            let error = Error::usage(format!("there is no operation `{}`", word.escape_debug()));
            return Err(match nearest(word, OPS.iter().copied()) {
                Some(meant) => error.hint(format!("did you mean `{meant}`?")),
                None => error.hint(format!("there are {}, or `all`", OPS.join(", "))),
            });
        }
    }
    let chosen: Vec<_> =
        OPS.iter().copied().filter(|op| words.iter().any(|word| word == op)).collect();
    match chosen.is_empty() {
        true => Err(Error::usage("a domain has operations")
            .hint(format!("for example --ops {}", OPS[..DEFAULT_OPS].join(",")))),
        false => Ok(chosen),
    }
}

/// Plans the files of the domain, its migration and its registration.
///
/// # Errors
/// Fails with exit code 2 for fields that cannot be, with 4 where something of another kind is there
/// already.
pub fn plan(manifest: &Manifest, request: &Request, draft: &mut Draft<'_>) -> Result<()> {
    let mut domain = request.domain.clone();
    let module = domain.names.module.clone();
    if let Some(present) = project::domain(draft, &module)? {
        return repeat(&present, request, draft);
    }
    let known = project::known_domains(draft)?;
    let targets = targets(&domain, &known)?;
    clashes::check(manifest, &domain, &known, &targets, draft)?;
    let mut migration = None;
    if request.migration {
        let migrations = Migrations::read(draft)?;
        let parent = migrations.head()?.map(str::to_owned);
        let id = revision_id("create", &domain, &migrations);
        domain.revision = Some(id.clone());
        migration = Some(Revision { id, parent, drops: false });
    }
    let files = render::domain(manifest, &domain, &targets)?;
    let record = domain.to_toml(hashes(&files));
    let text = File::binary(base(&files));
    for (path, file) in files {
        draft.create(path, file, "the new domain")?;
    }
    draft.create(RelPath::parse(&Domain::path(&module))?, File::text(record), "its record")?;
    draft.create(RelPath::parse(&Domain::base_path(&module))?, text, "its record")?;
    if let Some(revision) = migration {
        let (path, file) = render::migration(manifest, &domain, &targets, &revision)?;
        draft.migration(path.as_str());
        draft.create(path, file, "the migration")?;
    }
    if domain.api {
        registration::add(draft, &registration::router(&module))?;
        routes(&domain).into_iter().for_each(|route| draft.route(route));
    }
    documents::domain(draft, None, Some(&domain))?;
    tell(&domain, request, draft);
    Ok(())
}

/// A domain that is there already is what was asked for, or not.
fn repeat(present: &Domain, request: &Request, draft: &mut Draft<'_>) -> Result<()> {
    let module = &present.names.module;
    let mut wanted = request.domain.clone();
    wanted.revision = present.revision.clone();
    if wanted == *present {
        let path = RelPath::parse(&Domain::path(module))?;
        let record = draft.read(&path)?;
        return draft.put(path, record, "its record");
    }
    let say = |domain: &Domain| {
        let words = domain.words().join(" ");
        let (scope, write) = (domain.scope.name(), domain.write.name());
        format!("{words} --scope {scope} --write {write} --ops {}", domain.ops.join(","))
    };
    Err(Error::not_applied(format!("the domain `{module}` is there, and differs"))
        .at(format!("is:     {}\nwanted: {}", say(present), say(&wanted)))
        .hint(living(present, &wanted)))
}

/// Says how a domain that is there becomes the one that is wanted.
fn living(present: &Domain, wanted: &Domain) -> String {
    let module = &present.names.module;
    let words = |one: &Domain, other: &Domain, text: fn(&Field) -> String| {
        let missing = one
            .fields
            .iter()
            .filter(|field| other.fields.iter().all(|other| other.column() != field.column()));
        missing.map(text).collect::<Vec<_>>().join(" ")
    };
    let come = words(wanted, present, ToString::to_string);
    let go = words(present, wanted, |field| field.name.clone());
    match (come.is_empty(), go.is_empty()) {
        (false, _) => format!("ddd-forge add-field {module} {come}"),
        (true, false) => format!("ddd-forge drop-field {module} {go}"),
        (true, true) => {
            format!(
                "change its files by hand, or remove it first: `ddd-forge remove-domain {module}`"
            )
        }
    }
}

/// Finds the domains that the fields refer to.
pub fn targets(domain: &Domain, known: &[Known]) -> Result<BTreeMap<String, Target>> {
    let users = project::users();
    let all = || known.iter().chain([&users]);
    let mut targets = BTreeMap::new();
    for field in &domain.fields {
        let FieldKind::Ref { target } = &field.kind else { continue };
        if target == "self" || *target == domain.names.module {
            targets.insert(target.clone(), own(domain));
            continue;
        }
        let Some(found) = all().find(|each| each.module == *target) else {
            let error =
                Error::usage(format!("there is no domain `{target}` for `{field}` to refer to"));
            return Err(match nearest(target, all().map(|each| &*each.module)) {
                Some(meant) => error.hint(format!("did you mean `{}:ref={meant}`?", field.name)),
                None => error.hint(format!("ddd-forge add-domain {target}")),
            });
        };
        let Known { module, class, table, scope, .. } = found.clone();
        targets.insert(target.clone(), Target { module, class, table, scope });
    }
    Ok(targets)
}

fn own(domain: &Domain) -> Target {
    let DomainNames { module, class, table, .. } = domain.names.clone();
    Target { module, class, table, scope: Some(domain.scope) }
}

/// Returns the identifier of the migration: the same for the same domain, whatever was before it.
pub fn revision_id(act: &str, domain: &Domain, migrations: &Migrations) -> String {
    let seed = format!("{act} {} {}", domain.names.table, domain.words().join(" "));
    let candidates = (0_u32..).map(|count| match count {
        0 => sha256(seed.as_bytes()),
        // One of the same name was there before, and its migrations still are.
        count => sha256(format!("{seed} {count}").as_bytes()),
    });
    let mut free =
        candidates.map(|hash| hash[..12].to_owned()).filter(|id| migrations.find(id).is_none());
    free.next().expect("numbers do not run out")
}

fn routes(domain: &Domain) -> Vec<String> {
    let route = |op: &&str| {
        let (method, path) = domain.route(op);
        format!("{method} /api/v1{path}")
    };
    domain.ops.iter().map(route).collect()
}

fn tell(domain: &Domain, request: &Request, draft: &mut Draft<'_>) {
    let DomainNames { module, class, table, route, .. } = &domain.names;
    let (scope, write) = (domain.scope.name(), domain.write.name());
    draft.note(format!("module `{module}`, class `{class}`, table `{table}`, route `/{route}`"));
    draft.note(format!("scope `{scope}`, write `{write}`"));
    match request.migration {
        true => draft.next("just migrate"),
        false => draft.next(format!("just migrate-create 'create {table}'")),
    }
    if domain.tests {
        draft.next(format!("just test tests/{module} tests/api"));
    }
}
