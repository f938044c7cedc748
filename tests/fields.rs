//! `add-field` and `drop-field`: a change after creation comes to the same as creation, and back.

#[path = "support/living.rs"]
mod living;
mod support;

use living::{Picture, picture};
use support::{Place, in_shop as run, in_snapshots, shop};

/// A new project with customers.
fn project() -> Place {
    let place = shop();
    run(&place, "add-domain customers name:string=80").exits(0);
    place
}

/// The project but what is kept of its runs, its migrations, and which of them made a table.
fn seen(place: &Place) -> Picture {
    let mut picture = picture(&place.path("shop"));
    picture.retain(|path, _| {
        !path.starts_with(".ddd-forge/undo")
            && !path.starts_with("alembic/versions/")
            && !path.ends_with("domains/things.toml")
    });
    picture
}

/// Fields of every type and modifier.
const FIELDS: &[&str] = &[
    "code:string=12:unique:search note:text:nullable:filter",
    "size:int:min=1:max=99:default=5 big:bigint:nullable:index",
    "total:decimal=10,2:min=0 ratio:float:nullable",
    "vip:bool day:date:default=today seen:datetime:default=now clock:time",
    "key:uuid:unique extra:json:default=empty hash:string=64:secret",
    "mail:email:unique=global site:url:nullable state:string:readonly:nullable",
    "kind:enum=a,b_c:default=a mood:enum=good,bad:nullable:immutable",
    "tags:array=string:default=empty days:array=date:nullable",
    "author:ref=users:rel parent:ref=self:nullable:ondelete=setnull:rel customer:ref=customers",
];

#[test]
fn fields_that_come_later_come_to_the_same_as_those_that_were_there() {
    for scope in ["--scope owner", "--scope public --write owner", "--scope admin --ops list,read"]
    {
        let (one, other) = (project(), project());
        let all = FIELDS.join(" ");
        run(&one, &format!("add-domain things name:string {all} {scope}")).exits(0);
        run(&other, &format!("add-domain things name:string {scope}")).exits(0);
        let before = seen(&other);
        for fields in FIELDS {
            run(&other, &format!("add-field things {fields} --no-rows")).exits(0);
        }
        assert!(seen(&one) == seen(&other), "{scope}");
        // And the way back, in another order.
        for fields in FIELDS.iter().rev() {
            let names: Vec<_> =
                fields.split(' ').map(|word| word.split(':').next().unwrap()).collect();
            let dropped = run(&other, &format!("drop-field things {}", names.join(" "))).exits(0);
            assert!(dropped.stderr.contains("with what is in it"), "{dropped:?}");
        }
        assert!(seen(&other) == before, "{scope}");
    }
}

#[test]
fn undo_takes_each_of_them_back() {
    let place = project();
    run(&place, "add-domain things name:string other:text:nullable").exits(0);
    let whole = |place: &Place| {
        let mut picture = picture(&place.path("shop"));
        picture.retain(|path, _| !path.starts_with(".ddd-forge/undo"));
        picture
    };
    let before = whole(&place);
    let commands = FIELDS.iter().map(|fields| format!("add-field things {fields} --no-rows"));
    for command in commands.chain(["drop-field things other".to_owned()]) {
        run(&place, &command).exits(0);
        assert!(whole(&place) != before);
        run(&place, "undo").exits(0);
        assert!(whole(&place) == before, "{command}");
    }
}

#[test]
fn the_migrations_as_they_are_written() {
    let place = project();
    run(&place, "add-domain orders number:string=20 status:enum=draft,paid:default=draft").exits(0);
    let mut said = String::new();
    for command in [
        "add-field orders due_at:datetime:nullable",
        "add-field orders customer:ref=customers code:string=12:unique size:int:min=1 note:text --fill size=3 --fill code=sql:left(id::text,12) --fill customer=sql:'0190a:0'::uuid --fill note=a:b'c",
        "add-field orders kind:enum=x,y:default=x parent:ref=self:nullable:ondelete=setnull --no-rows",
        "add-field orders status:enum=+refunded,+lost",
        "drop-field orders status customer code",
    ] {
        let report = run(&place, &format!("{command} --json")).exits(0).json();
        let path = format!("shop/{}", report["migration"].as_str().unwrap());
        said += &format!("$ {command}\n{}\n", place.read(&path));
    }
    in_snapshots(|| insta::assert_snapshot!("field-migrations", said));
}

#[test]
fn every_refusal_says_what_where_and_what_to_do() {
    let place = project();
    run(&place, "add-domain secrets name --scope admin").exits(0);
    run(&place, "add-domain orders number:string=20:unique status:enum=draft,paid").exits(0);
    run(&place, "add-domain bares name --no-migration").exits(0);
    let before = picture(&place.path("shop"));
    let mut said = String::new();
    for words in [
        "add-field ordrs a:int",
        "add-field users a:int",
        "add-field orders",
        "add-field orders a:itn",
        "add-field orders number:string=30",
        "add-field orders status:enum=draft,paid,void",
        "add-field orders status:enum=+paid,+a!b",
        "add-field orders statsu:enum=+paid",
        "add-field orders status:enum=+lost:nullable",
        "add-field orders status:enum=+lost status:enum=+void",
        "add-field orders total:decimal",
        "add-field orders code:string:unique",
        "add-field orders customer:ref=custmers",
        "add-field orders secret:ref=secrets:default=x",
        "add-field orders secret:ref=secrets --no-rows",
        "add-field orders total:decimal --fill total",
        "add-field orders total:decimal --fill totl=3",
        "add-field orders total:decimal --fill total=x",
        "add-field orders total:decimal:nullable --fill total=3",
        "add-field orders code:string:unique --fill code=x",
        "add-field orders total:decimal --fill total=sql:",
        "drop-field orders",
        "drop-field orders nmber",
        "drop-field ordrs number",
    ] {
        let run = run(&place, words);
        said += &format!("$ {words}\n{}exit code {}\n\n", run.stderr, run.code);
        assert_ne!(run.code, 0, "{words}");
    }
    assert!(picture(&place.path("shop")) == before);
    in_snapshots(|| insta::assert_snapshot!("field-refusals", said));
    // What has no migration of ours gets none for a field.
    let told = run(&place, "add-field bares total:int").exits(0);
    assert!(told.stderr.contains("just migrate-create 'add total to bares'"), "{told:?}");
}

#[test]
fn what_is_there_already_is_no_change() {
    let place = project();
    run(&place, "add-domain orders status:enum=draft,paid").exits(0);
    run(&place, "add-field orders total:decimal=12,2:default=0").exits(0);
    let added = picture(&place.path("shop"));
    for again in ["total:numeric:default=0.0", "status:enum=+paid", "total:decimal:default=0"] {
        run(&place, &format!("add-field orders {again}")).exits(0).says("already present");
    }
    assert!(picture(&place.path("shop")) == added);
    // A domain that is asked for with more fields is told how to get them.
    let other =
        run(&place, "add-domain orders status:enum=draft,paid total:decimal:default=0 a:int");
    other.exits(4).says("ddd-forge add-field orders a:int");
}

#[test]
fn conflicts_are_written_with_markers_where_that_is_asked_for() {
    let place = project();
    run(&place, "add-domain orders number:string=20").exits(0);
    let model = "shop/app/domains/orders/models.py";
    let mine = place.read(model) + "    total: Mapped[int] = mapped_column(default=1)\n";
    place.write(model, &mine);
    let before = picture(&place.path("shop"));
    let add = "add-field orders total:int:default=0";
    run(&place, add).exits(4).says("app/domains/orders/models.py:22: you have another one");
    assert!(picture(&place.path("shop")) == before);
    run(&place, &format!("{add} --merge")).exits(0).says("choose between the markers");
    let text = place.read(model);
    let marked = "<<<<<<< yours\n    total: Mapped[int] = mapped_column(default=1)\n||||||| as written\n=======\n    total: Mapped[int] = mapped_column(Integer, default=0, server_default=\"0\")\n>>>>>>> wanted\n";
    assert!(text.contains(marked), "{text}");
    place.run(&["check", "--project", "shop"]).exits(3);
    run(&place, "undo").exits(0);
    assert_eq!(place.read(model), mine);
}

#[test]
fn files_that_are_gone_and_code_that_uses_a_field() {
    let place = project();
    run(&place, "add-domain orders number:string=20 total:int:default=0").exits(0);
    std::fs::remove_file(place.path("shop/tests/orders/test_repository.py")).unwrap();
    run(&place, "add-field orders size:int:default=1:min=0")
        .exits(0)
        .says("is not there, and stays so");
    place.write("shop/app/domains/orders/report.py", "def total(order):\n    return order.total\n");
    let told =
        run(&place, "drop-field orders total").exits(4).says("report.py:2: `total` is used here");
    assert!(!told.stderr.contains("models.py"), "{told:?}");
    run(&place, "drop-field orders total --force").exits(0);
    std::fs::remove_file(place.path("shop/app/domains/orders/models.py")).unwrap();
    run(&place, "add-field orders a:int:nullable").exits(4).says("where its code is now");
}
