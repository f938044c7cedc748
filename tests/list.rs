//! `list`: domains, flows and routes, read from files alone.

mod support;

use serde_json::Value;
use support::{Place, in_shop as run, in_snapshots, shop};

const ORDERS: &str = "shop/app/api/routes/orders.py";

fn project() -> Place {
    let place = shop();
    run(&place, "add-domain customers name:string=80 --scope public").exits(0);
    run(&place, "add-domain orders number:string=20:unique customer:ref=customers").exits(0);
    place
}

/// The routes whose path has `part`: method, path, access, action, allowed.
fn routes(place: &Place, part: &str) -> Vec<[String; 5]> {
    let report = run(place, "list --routes --json").exits(0).json();
    let routes = report["project"]["routes"].as_array().unwrap().clone();
    let word = |value: &Value| value.as_str().unwrap_or("-").to_owned();
    let route = |route: Value| {
        ["method", "path", "access", "action", "allowed"].map(|key| word(&route[key]))
    };
    routes.into_iter().map(route).filter(|route| route[1].contains(part)).collect()
}

#[test]
fn people_see_domains_flows_and_routes() {
    let place = project();
    run(&place, "add-flow sync --domain orders --interval 2h").exits(0);
    let text = run(&place, "list --routes").exits(0).stdout;
    in_snapshots(|| insta::assert_snapshot!("list", text));
    let short = run(&place, "list").exits(0).stdout;
    assert_eq!(
        text.split_once("\nroutes\n").unwrap().0,
        short.trim_end_matches('\n').to_owned() + "\n"
    );
    let one = run(&place, "list Orders").exits(0).stdout;
    assert!(one.starts_with("orders  scope owner") && !one.contains("customers  "), "{one}");
    assert!(!one.contains("flows") && !one.contains("/users"), "{one}");
    run(&place, "list ordrs").exits(2).says("did you mean `orders`?");
}

#[test]
fn a_route_of_ones_own_is_read_from_its_code() {
    let place = project();
    let ours = place.read(ORDERS);
    let own = "\n\n@router.api_route(\"/{id}/label\", methods=[\"GET\", \"PUT\"])\nasync def label(id: UUID) -> str:\n    return \"\"\n\n\n@router.post(PATH, dependencies=[Depends(build())])\nasync def computed() -> None: ...\n";
    place.write(ORDERS, &(ours.clone() + own));
    let found = routes(&place, "/label");
    let methods: Vec<_> = found.iter().map(|route| &*route[0]).collect();
    assert_eq!(methods, ["GET", "PUT"]);
    assert!(found.iter().all(|route| route[2..] == ["public", "-", "-"]), "{found:?}");
    let text = run(&place, "list orders").exits(0).stdout;
    assert!(
        text.lines()
            .any(|line| { line.split_whitespace().collect::<Vec<_>>() == ["POST", "?", "?"] }),
        "{text}"
    );
    // What is ours keeps what is known of it.
    assert!(text.contains("signed in  create  everyone"), "{text}");
}

#[test]
fn rules_that_somebody_rewrote_are_not_guessed() {
    let place = project();
    let service = "shop/app/domains/orders/service.py";
    place.write(service, &(place.read(service) + "\n# mine\n"));
    let found = routes(&place, "/orders");
    assert_eq!(found[0], ["GET", "/api/v1/orders", "signed_in", "list", "-"]);
    assert_eq!(routes(&place, "/customers")[0][4], "everyone");
}

#[test]
fn what_is_not_mounted_is_not_listed_and_said() {
    let place = project();
    let router = "shop/app/api/router.py";
    let without = place.read(router).replace("    orders_router,\n", "");
    place.write(router, &without);
    let told = run(&place, "list --routes")
        .exits(0)
        .says("app/api/routes/orders.py: its router is not included");
    assert!(!told.stdout.contains("/api/v1/orders"), "{told:?}");
    place.write(
        router,
        &place
            .read(router)
            .replace("routes.extend(router.routes)", "include_router(router, prefix=\"/x\")"),
    );
    place.write(
        "shop/app/api/routes/me.py",
        "router = APIRouter(prefix=BASE)\n\n@router.get(\"\")\ndef me(): ...\n",
    );
    let text = run(&place, "list --routes").exits(0).stdout;
    assert!(
        text.lines()
            .any(|line| line.split_whitespace().collect::<Vec<_>>() == ["GET", "?", "public"]),
        "{text}"
    );
    place.write("shop/app/api/routes/me.py", "def (\n");
    run(&place, "list --routes").exits(0).says("app/api/routes/me.py:1: not valid Python");
}

#[test]
fn records_in_another_layout_and_broken_ones() {
    let place = project();
    let record = "shop/.ddd-forge/domains/orders.toml";
    let ours = place.read(record);
    let listed = run(&place, "list orders").exits(0).stdout;
    place.write(record, &ours.replace("scope = \"owner\"", "scope   = 'owner'  # ours"));
    assert_eq!(run(&place, "list orders").exits(0).stdout, listed);
    place.write(record, &ours.replace("scope = \"owner\"", "scope = 3"));
    run(&place, "list").exits(4).says("orders.toml");
}
