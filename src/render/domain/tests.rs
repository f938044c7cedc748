use std::collections::BTreeSet;

use super::*;
use crate::model::{
    Author, DomainNames, NameOverrides, OPS, Options, ProjectName, RESERVED_CLASSES, Repository,
    Text, Write, parse_fields,
};

const EVERY_TYPE: &[&str] = &[
    "number:string=20:unique:search",
    "note:text:nullable:filter",
    "count:int:min=1:max=9:default=3",
    "big:bigint:index",
    "total:decimal=10,2:min=0",
    "ratio:float:max=0.5",
    "vip:bool",
    "day:date:default=now",
    "at:datetime:readonly:nullable",
    "clock:time",
    "key:uuid:immutable",
    "extra:json:default=empty",
    "mail:email:unique=global",
    "site:url",
    "status:enum=draft,paid:default=draft",
    "author:ref=users:rel",
    "parent:ref=self:nullable:ondelete=setnull:rel",
    "tags:array=string:default=empty",
    "hash:string=64:secret",
];

fn manifest() -> Manifest {
    Manifest {
        version: "0.1.0".to_owned(),
        name: ProjectName::parse("shop").unwrap(),
        description: Text::parse("description", "A shop").unwrap(),
        author: Author::parse("Jane Doe").unwrap(),
        repository: Repository::parse("acme/shop").unwrap(),
        options: Options::default(),
    }
}

fn example(name: &str, scope: Scope, write: Write) -> (Domain, BTreeMap<String, Target>) {
    let names = DomainNames::derive(name, &NameOverrides::default()).unwrap();
    let words: Vec<_> = EVERY_TYPE.iter().map(|word| (*word).to_owned()).collect();
    let own = Target {
        module: names.module.clone(),
        class: names.class.clone(),
        table: names.table.clone(),
        scope: Some(scope),
    };
    let users = Target {
        module: "users".to_owned(),
        class: "User".to_owned(),
        table: "users".to_owned(),
        scope: None,
    };
    let targets = BTreeMap::from([("self".to_owned(), own), ("users".to_owned(), users)]);
    let (fields, ops) = (parse_fields(&words).unwrap(), OPS.to_vec());
    let (api, tests, revision) = (true, true, None);
    (Domain { names, scope, write, ops, fields, api, tests, revision }, targets)
}

#[test]
fn every_template_is_filled_in_every_scope() {
    for scope in Scope::ALL {
        for write in scope.writes() {
            let (domain, targets) = example("OrderItem", scope, *write);
            let files = super::domain(&manifest(), &domain, &targets).unwrap();
            let revision = Revision { id: "0a".into(), parent: None, drops: false };
            let migration = migration(&manifest(), &domain, &targets, &revision).unwrap();
            assert_eq!(files.len(), 18, "{:?}", files.keys());
            for (path, file) in files.into_iter().chain([migration]) {
                let text = String::from_utf8(file.bytes).unwrap();
                assert!(!text.contains(['«', '»', '\0']), "{path}");
                assert!(text.lines().all(|line| line.chars().count() <= 100), "{path}\n{text}");
                assert!(text.is_empty() || text.ends_with('\n'), "{path}");
            }
        }
    }
}

#[test]
fn what_was_not_asked_for_is_not_there() {
    let (mut domain, targets) = example("orders", Scope::Public, Write::Any);
    domain.ops = vec!["list"];
    domain.fields.retain(|field| field.name == "note");
    let files = super::domain(&manifest(), &domain, &targets).unwrap();
    for (path, file) in &files {
        let text = String::from_utf8_lossy(&file.bytes);
        let path = path.as_str();
        for word in ["owner_id", "Bulk", "Decimal", "new_body"] {
            assert!(!text.contains(word), "{path} has {word}\n{text}");
        }
    }
    assert!(!files.keys().any(|path| path.as_str().ends_with("bodies.py")));
    let (api, tests) = (false, false);
    let bare = super::domain(&manifest(), &Domain { api, tests, ..domain }, &targets).unwrap();
    assert!(bare.keys().all(|path| path.as_str().starts_with("app/domains/orders/")));
}

#[test]
fn no_domain_can_have_the_name_of_a_class_that_its_templates_use() {
    let mut classes = BTreeSet::new();
    for (path, template) in sources().unwrap() {
        let lines = template.lines().filter(|_| path.starts_with("domain/"));
        for names in lines.filter_map(|line| {
            Some(line.strip_prefix("from ")?.split_once(" import ")?.1.to_owned())
        }) {
            classes.extend(names.split(", ").map(str::to_owned));
        }
    }
    let reserved = |name: &String| {
        let own = name.contains('«') || !name.starts_with(|c: char| c.is_ascii_uppercase());
        // No noun is called so.
        let technical = [
            "Mixin",
            "Exception",
            "Strategy",
            "Adapter",
            "Context",
            "Error",
            "Params",
            "Factory",
            "Schema",
            "Json",
            "JsonSchema",
            "Session",
            "Denied",
        ];
        own || technical.iter().any(|end| name.ends_with(end))
            || name.chars().all(|c| !c.is_ascii_lowercase())
    };
    let open: Vec<_> = classes
        .into_iter()
        .filter(|name| !reserved(name) && !RESERVED_CLASSES.contains(&&**name))
        .collect();
    assert_eq!(open, Vec::<String>::new());
}
