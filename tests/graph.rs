//! `graph`, and the documents of a project that list its domains and flows: true after every command.

mod support;

use support::{Place, in_shop as run, shop};

/// The drawing in the project's document, as `graph` prints it.
fn drawn(place: &Place) -> String {
    let document = place.read("shop/docs/domains.md");
    let (_, rest) = document.split_once("```mermaid\n").unwrap();
    rest.split_once("```").unwrap().0.to_owned()
}

const COMMANDS: &[&str] = &[
    "add-domain orders number:string=20 buyer:ref=users",
    "add-domain items order:ref=orders:ondelete=cascade parent:ref=self:nullable",
    "add-domain ends name --plural end --no-api --no-tests",
    "add-flow nightly-report --domain orders",
    "add-field orders note:text:nullable first:ref=items:nullable",
    "add-field items order_kind:enum=a,b:default=a",
    "drop-field orders first note",
    "add-flow sync",
    "remove-flow nightly-report",
    "remove-domain end",
    "remove-domain items",
    "undo",
];

#[test]
fn the_drawing_of_the_project_is_true_after_every_command() {
    let place = shop();
    for command in COMMANDS {
        run(&place, command).exits(0);
        let graph = place.run(&["graph", "--project", "shop"]).exits(0).stdout;
        assert_eq!(drawn(&place), graph, "after `{command}`");
        let agents = place.read("shop/AGENTS.md");
        for module in ["orders", "items", "end"] {
            let is_there = place.path(&format!("shop/.ddd-forge/domains/{module}.toml")).exists();
            assert_eq!(agents.contains(&format!("| `{module}` |")), is_there, "after `{command}`");
        }
        assert_eq!(
            agents.contains("| `nightly-report` |"),
            place.path("shop/.ddd-forge/flows/nightly-report.toml").exists()
        );
    }
    let text = place.run(&["graph", "--project", "shop", "--format", "text"]).exits(0).stdout;
    assert!(text.contains("items   → orders (order), items (parent, optional)\n"), "{text}");
}

#[test]
fn what_people_wrote_there_stays_and_is_named() {
    let place = shop();
    run(&place, "add-domain orders number").exits(0);
    let agents = place.read("shop/AGENTS.md");
    let mine = agents.replace("| `orders` | `Order` |", "| `orders` | `Order`, ours |");
    place.write("shop/AGENTS.md", &mine);
    let told = run(&place, "remove-domain orders").exits(0).says("is yours; it should leave out");
    assert!(told.stderr.contains("AGENTS.md:"), "{told:?}");
    assert_eq!(place.read("shop/AGENTS.md"), mine);
    // Without the documents everything goes on.
    place.write("shop/AGENTS.md", "# Ours\n");
    std::fs::remove_file(place.path("shop/docs/domains.md")).unwrap();
    run(&place, "add-domain notes text").exits(0).says("`AGENTS.md` lists nothing any more");
    assert_eq!(place.read("shop/AGENTS.md"), "# Ours\n");
}

#[test]
fn a_record_that_is_broken_is_named() {
    let place = shop();
    run(&place, "add-domain orders buyer:ref=users").exits(0);
    let record = place.read("shop/.ddd-forge/domains/orders.toml");
    let broken = record.replace("buyer:ref=users", "buyer:ref=users:nosuch");
    place.write("shop/.ddd-forge/domains/orders.toml", &broken);
    place.run(&["graph", "--project", "shop"]).exits(4).says("orders.toml");
}
