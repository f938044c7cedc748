//! `add-domain` and `remove-domain` on projects that people changed: all of it or nothing, and back.

#[path = "support/living.rs"]
mod living;
mod support;

use std::fs;

use living::{Picture, picture};
use support::{Place, in_shop as run, in_snapshots, shop};

const ROUTER: &str = "shop/app/api/router.py";

/// The project but what is kept of its runs.
fn seen(place: &Place) -> Picture {
    let mut picture = picture(&place.path("shop"));
    picture.retain(|path, _| !path.starts_with(".ddd-forge/undo"));
    picture
}

const ORDERS: &str = "add-domain orders number:string=20:unique total:decimal=10,2:min=0";

#[test]
fn the_change_as_a_patch() {
    let place = shop();
    run(&place, "add-domain customers name:string=80:search email:email:unique=global").exits(0);
    let spread = [
        (
            "domain-of-owners",
            "add-domain orders number:string=20:unique:search total:decimal=10,2:min=0:default=0 customer:ref=customers status:enum=draft,paid:default=draft note:text:nullable paid_at:datetime:nullable tags:array=string --ops all",
        ),
        (
            "domain-of-everyone",
            "add-domain products name:string=120:search:filter sku:string=8:unique:immutable price:float:min=0.5 weight:int:nullable parent:ref=self:nullable:ondelete=setnull:rel extra:json:default=empty token:string=64:secret born:date:default=now --scope public --write owner",
        ),
        (
            "domain-of-admins",
            "add-domain audit_entries at:datetime:readonly:nullable clock:time key:uuid:unique size:bigint ok:bool site:url:nullable user:ref=users --scope admin --ops list,read,bulk-delete --no-tests",
        ),
    ];
    for (name, words) in spread {
        let shown = run(&place, &format!("{words} --dry-run --diff")).exits(0);
        let parts =
            shown.stdout.split("diff --git ").filter(|part| !part.contains(".base.json.gz"));
        in_snapshots(|| {
            insta::assert_snapshot!(name, parts.collect::<Vec<_>>().join("diff --git "))
        });
    }
}

#[test]
fn what_is_added_is_reported_and_registered() {
    let place = shop();
    let report = run(&place, &format!("{ORDERS} --json")).exits(0).json();
    assert_eq!(report["created"].as_array().unwrap().len(), 21);
    assert_eq!(
        report["modified"].to_string(),
        r#"[".ddd-forge/project.toml","AGENTS.md","app/api/router.py","docs/domains.md"]"#
    );
    assert_eq!(report["routes"][1], "GET /api/v1/orders/{order_id}");
    assert!(report["migration"].as_str().unwrap().ends_with("_create_orders.py"));
    assert_eq!(report["undo_id"], "0001");
    assert!(place.read(ROUTER).contains("    me_router,\n    orders_router,\n    users_router,\n"));
}

#[test]
fn a_dry_run_writes_nothing_and_its_patch_is_the_change() {
    let place = shop();
    let before = seen(&place);
    let patch = run(&place, &format!("{ORDERS} --dry-run --diff")).exits(0).stdout;
    assert_eq!(seen(&place), before);
    run(&place, ORDERS).exits(0);
    let text = |path: &str| place.read(&format!("shop/{path}"));
    for line in text("app/domains/orders/service.py").lines() {
        assert!(patch.contains(&format!("+{line}\n")), "{line}");
    }
    assert!(patch.contains("+    orders_router,\n"));
}

#[test]
fn the_same_again_is_there_already_and_another_is_refused() {
    let place = shop();
    run(&place, ORDERS).exits(0);
    let added = seen(&place);
    run(&place, ORDERS).exits(0).says("already present");
    // Another word for the same is the same.
    run(&place, "add-domain Order number:varchar:length=20:unique total:numeric=10.2:min=0.0")
        .exits(0)
        .says("already present");
    run(&place, "add-domain orders number:string=21:unique").exits(4).says("is there, and differs");
    assert_eq!(seen(&place), added);
}

#[test]
fn every_refusal_says_what_where_and_what_to_do() {
    let place = shop();
    run(&place, "add-domain customers name").exits(0);
    run(&place, "add-domain secrets name --scope admin").exits(0);
    let before = seen(&place);
    let long = "x".repeat(40);
    let refused = [
        "add-domain class",
        "add-domain users",
        "add-domain 1st",
        "add-domain a/b",
        "add-domain con",
        "add-domain Text",
        "add-domain api_keys",
        "add-domain x_health --route health",
        "add-domain clients --singular customer",
        "add-domain clients --table customers",
        "add-domain clients --route customers",
        "add-domain clients --table secrets",
        "add-domain orders total:strng",
        "add-domain orders total:decimal=2,4",
        "add-domain orders a:int=4",
        "add-domain orders name:uniqe",
        "add-domain orders id:uuid",
        "add-domain orders metadata:json",
        "add-domain orders limit:int",
        "add-domain orders model_x:int",
        "add-domain orders a:int a:text",
        "add-domain orders customer:ref=custmers",
        "add-domain orders parent:ref=self",
        "add-domain orders c:ref=customers:ondelete=setnull",
        "add-domain orders u:ref=users:ondelete=cascade",
        "add-domain orders secret:ref=secrets",
        "add-domain orders total:int:min=3:max=2",
        "add-domain orders total:int:min=3:default=1",
        "add-domain orders n:int:length=3",
        "add-domain orders s:enum=a",
        "add-domain orders s:enum=a,b:default=c",
        "add-domain orders s:enum=a,a",
        "add-domain orders ok:bool:unique",
        "add-domain orders n:int:unique:min=1:max=5",
        "add-domain orders n:int:search",
        "add-domain orders n:int:readonly",
        "add-domain orders a:string:readonly:immutable",
        "add-domain orders a:string:secret:search",
        "add-domain orders a:array=json",
        "add-domain orders a:array",
        "add-domain orders a:string:unique:unique",
        "add-domain orders a:string=0",
        "add-domain orders a:string:nullable=yes",
        "add-domain orders é:int",
        "add-domain orders a:rel",
        "add-domain orders a:float:min=x",
        "add-domain orders :int",
        "add-domain orders --write any",
        "add-domain orders --scope admin --write owner",
        "add-domain orders --ops lst",
        "remove-domain ordrs",
        "remove-domain customer",
        &format!("add-domain {long} {long}:string:unique"),
        &format!("add-domain {long}x name"),
    ];
    let mut said = String::new();
    for words in refused {
        let run = run(&place, words);
        said += &format!("$ {words}\n{}exit code {}\n\n", run.stderr, run.code);
    }
    assert_eq!(seen(&place), before);
    in_snapshots(|| insta::assert_snapshot!("domain-refusals", said));
}

#[test]
fn an_edited_router_is_edited_and_one_that_cannot_be_leaves_all_as_it_was() {
    let place = shop();
    let ours = place.read(ROUTER);
    let edited = format!("{}# mine\n", ours.replace("    me_router,", "    me_router,  # me"))
        .replace('\n', "\r\n");
    place.write(ROUTER, &edited);
    run(&place, ORDERS).exits(0);
    assert!(place.read(ROUTER).contains("    me_router,  # me\r\n    orders_router,\r\n"));
    run(&place, "undo").exits(0);
    assert_eq!(place.read(ROUTER), edited);
    for broken in [
        ours.replace("ROUTERS = [", "ROUTERS = build(["),
        ours.replace("ROUTERS = [", "ROUTERS = [["),
    ] {
        place.write(ROUTER, &broken);
        let before = seen(&place);
        let said = run(&place, ORDERS).exits(4);
        let paste = "from app.api.routes.orders import router as orders_router";
        assert!(
            said.stderr.contains("app/api/router.py:") && said.stderr.contains(paste),
            "{said:#?}"
        );
        assert_eq!(seen(&place), before);
    }
    fs::remove_file(place.path(ROUTER)).unwrap();
    run(&place, ORDERS).exits(4).says("`app/api/router.py` is not there");
}

#[test]
fn several_heads_are_refused_with_the_command_that_merges_them() {
    let place = shop();
    for name in ["b", "c"] {
        let text = format!("revision = '{name}'\ndown_revision = '0001'\n");
        place.write(&format!("shop/alembic/versions/{name}.py"), &text);
    }
    let before = seen(&place);
    run(&place, ORDERS).exits(4).says("uv run alembic merge heads");
    assert_eq!(seen(&place), before);
    let merge = "revision = 'd'\ndown_revision = (\n    'b',\n    'c',\n)\n";
    place.write("shop/alembic/versions/d.py", merge);
    let report = run(&place, &format!("{ORDERS} --json")).exits(0).json();
    let migration = place.read(&format!("shop/{}", report["migration"].as_str().unwrap()));
    assert!(migration.contains("\ndown_revision = \"d\"\n"), "{migration}");
}

#[test]
fn a_package_of_the_users_is_not_taken_over() {
    let place = shop();
    place.write("shop/app/domains/orders/mine.py", "mine = 1\n");
    run(&place, ORDERS).exits(4).says("`app/domains/orders` is there already");
    // What the interpreter left of a domain that is gone is in nobody's way.
    fs::remove_file(place.path("shop/app/domains/orders/mine.py")).unwrap();
    place.write("shop/app/domains/orders/__pycache__/models.pyc", "");
    run(&place, ORDERS).exits(0);
}

#[test]
fn layers_can_be_left_out() {
    let place = shop();
    let before = place.read(ROUTER);
    run(&place, "add-domain notes text:text --no-api --no-tests --no-migration").exits(0);
    assert_eq!(place.read(ROUTER), before);
    let found: Vec<_> = seen(&place).into_keys().filter(|path| path.contains("note")).collect();
    assert!(found.iter().all(|path| path.contains("domains")), "{found:?}");
}

#[test]
fn two_domains_in_either_order_give_the_same_project_but_for_migrations() {
    let (one, other) = (shop(), shop());
    let (orders, notes) = (ORDERS, "add-domain notes text:text --scope public");
    [orders, notes].iter().for_each(|words| drop(run(&one, words).exits(0)));
    [notes, orders].iter().for_each(|words| drop(run(&other, words).exits(0)));
    let but_migrations = |place: &Place| {
        let mut picture = seen(place);
        picture.retain(|path, _| !path.starts_with("alembic/versions/"));
        picture
    };
    assert!(but_migrations(&one) == but_migrations(&other));
}

#[test]
fn what_is_removed_leaves_two_migrations_and_all_of_it_comes_back_by_undo() {
    let place = shop();
    let fresh = seen(&place);
    run(&place, ORDERS).exits(0);
    run(&place, "add-domain items order:ref=orders").exits(0);
    let added = seen(&place);
    run(&place, "remove-domain orders").exits(4).says("`orders` is referred to by `items`");
    run(&place, "remove-domain items").exits(0).says("will drop the table `items`");
    run(&place, "remove-domain orders").exits(0);
    let mut removed = seen(&place);
    removed.retain(|path, _| !path.starts_with("alembic/versions/"));
    let mut bare = fresh.clone();
    bare.retain(|path, _| !path.starts_with("alembic/versions/"));
    assert!(removed == bare);
    // The name is free again, and its new migration is another one.
    run(&place, ORDERS).exits(0);
    (0..3).for_each(|_| drop(run(&place, "undo").exits(0)));
    assert!(seen(&place) == added);
    (0..2).for_each(|_| drop(run(&place, "undo").exits(0)));
    assert!(seen(&place) == fresh);
}

#[test]
fn files_that_were_changed_are_named_and_only_force_removes_them() {
    let place = shop();
    run(&place, ORDERS).exits(0);
    let service = "shop/app/domains/orders/service.py";
    let changed = place.read(service) + "\n# mine\n";
    place.write(service, &changed);
    place.write("shop/app/domains/orders/mine.py", "mine = 1\n");
    let before = seen(&place);
    run(&place, "remove-domain orders").exits(4).says("`app/domains/orders/service.py`");
    assert_eq!(seen(&place), before);
    run(&place, "remove-domain orders --force").exits(0);
    assert!(!place.path(service).exists());
    assert_eq!(place.read("shop/app/domains/orders/mine.py"), "mine = 1\n");
    run(&place, "undo").exits(0);
    assert_eq!(seen(&place), before);
}

#[test]
fn a_project_of_a_newer_version_is_left_alone() {
    let place = shop();
    let manifest = place.read("shop/ddd-forge.toml").replace("format = 1", "format = 2");
    place.write("shop/ddd-forge.toml", &manifest);
    run(&place, ORDERS).exits(4).says("newer ddd-forge");
}
