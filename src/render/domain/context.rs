//! Everything that a template of a domain may name.

use std::collections::BTreeMap;

use serde::Serialize;

use super::columns::Column;
use super::groups::{Shape, is_patched};
use super::literals::quoted;
use super::samples::{accepted, broken, refused};
use super::views::{Policy, policies, rule};
use super::{Revision, Target};
use crate::model::{Domain, FieldKind, Manifest, capital};

/// A row of texts, by name.
pub type Words = BTreeMap<&'static str, String>;

/// The values of a domain's templates.
#[derive(Debug, Serialize)]
pub struct Context {
    has: BTreeMap<&'static str, bool>,
    domain: Naming,
    ops: BTreeMap<String, bool>,
    revision: Words,
    /// The fields in their order, and groups of them, each a row of texts.
    fields: Vec<Words>,
    create_fields: Vec<Words>,
    patch_fields: Vec<Words>,
    read_fields: Vec<Words>,
    factory_fields: Vec<Words>,
    value_fields: Vec<Words>,
    aliases: Vec<Words>,
    enums: Vec<Enum>,
    relationships: Vec<Words>,
    references: Vec<Words>,
    reference_services: Vec<Words>,
    factory_references: Vec<Words>,
    body_references: Vec<Words>,
    test_references: Vec<Words>,
    migration_constraints: Vec<String>,
    migration_indexes: Vec<Words>,
    filters: Vec<Words>,
    filter_imports: Vec<String>,
    value_filters: Vec<Words>,
    repository_mixins: Vec<&'static str>,
    service_mixins: Vec<&'static str>,
    policies: Vec<Policy>,
    accepted: Vec<Words>,
    refused: Vec<Words>,
    checks: Vec<Words>,
    shown: Vec<String>,
    /// Texts that are empty where there is nothing to say.
    #[serde(flatten)]
    texts: Words,
}

/// What a domain is called.
#[derive(Debug, Serialize)]
pub struct Naming {
    module: String,
    singular: String,
    class: String,
    table: String,
    route: String,
    title: String,
    titles: String,
    single_title: String,
    plural_title: String,
    /// One of them with its article, in prose.
    pub an_item: String,
    a_title: String,
    scope: &'static str,
    owned: bool,
    rule: &'static str,
}

/// The class of an enum, and the type that the database has for it.
#[derive(Debug, Serialize)]
pub struct Enum {
    pub class: String,
    pub title: String,
    pub values: Vec<Words>,
    pub constant: String,
    pub texts: String,
    pub database_name: String,
}

impl Context {
    /// Makes the context of `domain`, whose fields refer to `targets`.
    pub fn new(
        manifest: &Manifest,
        domain: &Domain,
        targets: &BTreeMap<String, Target>,
        revision: Option<&Revision>,
    ) -> Context {
        let columns: Vec<Column<'_>> = domain
            .fields
            .iter()
            .map(|field| {
                let target = match &field.kind {
                    FieldKind::Ref { target } => targets.get(target),
                    _ => None,
                };
                Column { domain, field, target }
            })
            .collect();
        let shape = Shape { domain, columns };
        Context {
            has: manifest.options.features(),
            domain: naming(domain),
            ops: crate::model::OPS
                .iter()
                .map(|op| (op.replace('-', "_"), domain.has(op)))
                .collect(),
            revision: revision.map(revision_words).unwrap_or_default(),
            fields: shape.each(|_| true),
            create_fields: shape.each(|column| !column.field.readonly),
            patch_fields: shape.each(is_patched),
            read_fields: shape.each(|column| !column.field.secret),
            factory_fields: shape.each(|column| column.factory().is_some()),
            value_fields: shape.each(|column| column.target.is_none()),
            aliases: shape.aliases(),
            enums: shape.enums(),
            relationships: shape.relationships(),
            references: shape.references(),
            reference_services: shape.reference_services(),
            factory_references: shape.factory_references(),
            body_references: shape.body_references(),
            test_references: shape.test_references(),
            migration_constraints: shape.migration_constraints(),
            migration_indexes: shape.migration_indexes(),
            filters: shape.filters(),
            filter_imports: shape.filter_imports(),
            value_filters: shape.value_filters(),
            repository_mixins: repository_mixins(domain),
            service_mixins: service_mixins(domain),
            policies: policies(domain),
            accepted: shape.samples(accepted),
            refused: shape.samples(refused),
            checks: shape.values(|_| true, broken),
            shown: shape.shown(),
            texts: shape.texts(),
        }
    }

    /// Returns where a template goes, its placeholders filled.
    pub fn place(&self, path: &str) -> String {
        let revision = match self.revision.get("id") {
            Some(id) => {
                let act = self.revision["title"].to_ascii_lowercase();
                format!("{id}_{act}_{}", self.domain.table)
            }
            None => String::new(),
        };
        path.replace("{domain}", &self.domain.module).replace("{revision}", &revision)
    }
}

/// Returns what a template says of a revision.
pub fn revision_words(revision: &Revision) -> Words {
    let parent = revision.parent.as_deref();
    Words::from([
        ("id", revision.id.clone()),
        ("parents", parent.map_or("None".to_owned(), quoted)),
        ("parents_text", parent.unwrap_or("nothing").to_owned()),
        ("title", if revision.drops { "Drop" } else { "Create" }.to_owned()),
        ("drops", if revision.drops { "yes" } else { "" }.to_owned()),
    ])
}

/// Names the domain in every form that templates use.
pub fn naming(domain: &Domain) -> Naming {
    let names = &domain.names;
    let (title, titles) = (names.title(), names.titles());
    let vowel = title.starts_with(['a', 'e', 'i', 'o', 'u']);
    let like_you = ["uni", "use", "usa", "eu", "one"].iter().any(|start| title.starts_with(start));
    let article = if vowel && !like_you || title.starts_with("hour") { "an" } else { "a" };
    let an_item = format!("{article} {title}");
    Naming {
        module: names.module.clone(),
        singular: names.singular.clone(),
        class: names.class.clone(),
        table: names.table.clone(),
        route: names.route.clone(),
        single_title: capital(&title),
        plural_title: capital(&titles),
        a_title: capital(&an_item),
        title,
        titles,
        an_item,
        scope: domain.scope.name(),
        owned: domain.is_owned(),
        rule: rule(domain),
    }
}

/// The mixins of a repository: bulk operations look rows up like a list does.
fn repository_mixins(domain: &Domain) -> Vec<&'static str> {
    let has = |op| domain.has(op);
    let rows = [
        ("List", has("list") || has("bulk-update") || has("bulk-delete")),
        ("Read", true),
        ("Create", has("create")),
        ("Update", has("update")),
        ("Delete", has("delete")),
        ("BulkCreate", has("bulk-create")),
        ("BulkUpdate", has("bulk-update")),
        ("BulkDelete", has("bulk-delete")),
    ];
    rows.into_iter().filter(|(_, there)| *there).map(|(name, _)| name).collect()
}

fn service_mixins(domain: &Domain) -> Vec<&'static str> {
    let (has, owned) = (|op| domain.has(op), domain.is_owned());
    let rows = [
        ("Owned", owned && !has("create") && !has("bulk-create")),
        ("List", has("list")),
        ("OwnedCreate", owned && has("create")),
        ("Create", !owned && has("create")),
        ("Update", has("update")),
        ("Delete", has("delete")),
        ("OwnedBulkCreate", owned && has("bulk-create")),
        ("BulkCreate", !owned && has("bulk-create")),
        ("BulkUpdate", has("bulk-update")),
        ("BulkDelete", has("bulk-delete")),
    ];
    let mixins: Vec<_> =
        rows.into_iter().filter(|(_, there)| *there).map(|(name, _)| name).collect();
    // A class has a base.
    if mixins.is_empty() { vec!["List"] } else { mixins }
}
