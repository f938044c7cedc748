//! `check` finds each planted defect, and nothing in a project that is as it should be; `--fix` mends
//! what is not registered.

#[path = "support/defects.rs"]
mod defects;
mod support;

use std::fs;

use ddd_forge::edit::Edit;
use ddd_forge::edit::python::{Registration, register};
use defects::Edit::{Append, Change, Remove, Write};
use defects::{DEFECTS, ROUTER, SERVER, SERVICE, edit, forge, fresh, project};
use support::{Place, in_snapshots};

const ORDERS: Registration<'_> = Registration {
    module: "app.api.routes.orders",
    name: "router",
    alias: "orders_router",
    list: "ROUTERS",
    call: Some("include_router"),
};

/// What `check` prints, its exit code before it.
fn found(place: &Place) -> String {
    let run = forge(place, "check");
    format!("exit code {}\n{}", run.code, run.stdout)
}

#[track_caller]
fn finds_nothing(place: &Place, context: &str) {
    assert_eq!(found(place), "exit code 0\n", "{context}");
}

#[test]
fn each_planted_defect_is_found_by_its_rule() {
    let place = project();
    finds_nothing(&place, "before anything is planted");
    let mut shown = String::new();
    for (name, rule, path, planted) in DEFECTS {
        let full = place.path(&format!("shop/{path}"));
        let kept = tempfile::tempdir().unwrap();
        copy(&full, &kept.path().join("kept"));
        edit(&place, path, planted);
        let found = found(&place);
        assert!(found.starts_with("exit code 3\n"), "{name}: {found}");
        assert!(found.contains(&format!(": {rule}: ")), "{name}: {found}");
        shown += &format!("=== {name}\n{}\n", found.replacen("exit code 3\n", "", 1));
        restore(&full, &kept.path().join("kept"));
    }
    finds_nothing(&place, "after all is mended");
    in_snapshots(|| insta::assert_snapshot!("check-defects", shown));
}

fn copy(from: &std::path::Path, to: &std::path::Path) {
    if from.is_dir() {
        fs::create_dir(to).unwrap();
        for entry in fs::read_dir(from).unwrap() {
            let entry = entry.unwrap();
            copy(&entry.path(), &to.join(entry.file_name()));
        }
    } else if from.exists() {
        fs::copy(from, to).unwrap();
    }
}

fn restore(to: &std::path::Path, kept: &std::path::Path) {
    if to.exists() && !to.is_dir() {
        fs::remove_file(to).unwrap();
    }
    copy(kept, to);
}

#[test]
fn nothing_is_found_in_a_fresh_project_of_any_options() {
    for option in [
        &[][..],
        &["--auth", "clerk", "--workers", "none", "--no-docker"],
        &["--auth", "api-key", "--observability", "none", "--ci", "none"],
        &["--license", "apache-2.0", "--observability", "none", "--workers", "none"],
        &["--license", "proprietary", "--no-docker", "--python", "3.14"],
    ] {
        let place = fresh(option);
        finds_nothing(&place, &option.join(" "));
        forge(&place, "status --exit-code").exits(0);
        // What people leave alone but for a line breaks no rule either.
        for path in written(&place) {
            place.write(&path, &(place.read(&path) + "\n# mine\n"));
        }
        finds_nothing(&place, &format!("edited: {}", option.join(" ")));
    }
}

/// The files in which a comment can be written at the end.
fn written(place: &Place) -> Vec<String> {
    let names = place.files().into_keys().filter(|path| !path.contains(".ddd-forge"));
    names
        .filter(|path| [".py", ".yml", ".yaml", ".toml", ".md"].iter().any(|e| path.ends_with(e)))
        .collect()
}

/// The corpus knows no other routers than these.
const OTHERS: &str = "
from app.api.routes.me import router as me
from app.api.routes.webhooks import router as webhook_router
api_router.include_router(me)
";

#[test]
fn a_router_is_registered_however_it_is_included_and_else_it_is_mended() {
    let place = fresh(&["--auth", "clerk", "--workers", "none"]);
    forge(&place, "add-domain orders name:string").exits(0);
    let corpus = fs::read_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/edits/router")).unwrap();
    let says_it = |place: &Place| found(place).contains("app/api/routes/orders.py");
    let (mut registered, mut mended) = (0, 0);
    for entry in corpus {
        let path = entry.unwrap().path();
        let name = path.file_stem().unwrap().to_string_lossy().into_owned();
        let text = fs::read_to_string(&path).unwrap() + OTHERS;
        place.write(&format!("shop/{ROUTER}"), &text);
        match register(&text, &ORDERS) {
            Ok(Edit::Unchanged) => {
                finds_nothing(&place, &name);
                registered += 1;
            }
            Ok(Edit::Changed(_)) => {
                assert!(says_it(&place), "{name}");
                forge(&place, "check --fix");
                assert!(!says_it(&place), "{name}");
                mended += 1;
            }
            // No place for it, no syntax, or it is used in a way of its own.
            Err(_) => {
                let before = place.read(&format!("shop/{ROUTER}"));
                forge(&place, "check --fix");
                assert_eq!(place.read(&format!("shop/{ROUTER}")), before, "{name}");
            }
        }
    }
    assert!(registered >= 7 && mended >= 25, "{registered} {mended}");
}

#[test]
fn what_people_do_to_a_project_is_no_defect() {
    let place = project();
    for (path, planted) in [
        (
            "app/api/routes/v1/__init__.py",
            Write(
                "from fastapi import APIRouter\n\nfrom app.api.routes.v1 import deep, things\n\nrouter = APIRouter()\nrouter.include_router(things.router)\nrouter.include_router(router=deep.router)\n",
            ),
        ),
        ("app/api/routes/v1/things.py", Write("router = make()\n")),
        ("app/api/routes/v1/deep.py", Write("router = make()\n")),
        ("app/api/routes/helper.py", Write("def help() -> None: ...\n")),
        (
            ROUTER,
            Change(
                "ROUTERS = [\n",
                "import app.api.routes.v1\n\nROUTERS = [\n    app.api.routes.v1.router,\n",
            ),
        ),
        (
            "app/workers/flows/parts.py",
            Write("from prefect import flow\n\n@flow\ndef part(): ...\n"),
        ),
        (
            "app/workers/flows/count.py",
            Change(
                "@flow(",
                "from app.workers.flows.parts import part\n\n@flow\ndef step():\n    part()\n\n@flow(",
            ),
        ),
        ("app/workers/flows/count.py", Change("    return await", "    step()\n    return await")),
        ("app/domains/orders/models.py", Append("from app.domains.users.models import User\n")),
        (
            "app/domains/orders/extra/__init__.py",
            Write("from app.domains.users.service import UserService\n"),
        ),
        (
            "app/infrastructure/cache.py",
            Write(
                "import redis\n\nclass Base: ...\n\nclass Cache(Base):\n    def commit(self): ...\n",
            ),
        ),
        ("tests/orders/test_keys.py", Write("KEY = \"whsec_0123456789abcdef\"\n")),
        (".env", Write("CLERK_SECRET_KEY=sk_test_0123456789abcdef\n")),
        ("docs/merging.md", Write("Git writes `<<<<<<< HEAD` where it cannot decide.\n")),
        (".venv/lib/broken.py", Write("<<<<<<< HEAD\n=======\n>>>>>>> x\n")),
        ("app/__pycache__/broken.py", Write("def (\n")),
        ("tests/api/test_me.py", Remove),
        ("README.md", Remove),
        ("alembic/versions/README.md", Write("revision = 1\n")),
        ("picture.bin", Write("\u{0}OWNER/REPOSITORY")),
    ] {
        edit(&place, path, &planted);
    }
    finds_nothing(&place, "");
}

#[test]
fn a_checkout_of_windows_is_no_defect() {
    let place = project();
    for (path, bytes) in place.files() {
        if path.ends_with(".gz") || path.ends_with('/') {
            continue;
        }
        let text = String::from_utf8(bytes).unwrap();
        place.write(&path, &text.replace('\n', "\r\n"));
    }
    forge(&place, "status --exit-code").exits(0);
    finds_nothing(&place, "");
}

#[test]
fn what_is_not_registered_is_mended_and_can_be_undone() {
    let place = project();
    let whole = place.files();
    edit(&place, ROUTER, &Change("    orders_router,\n", ""));
    edit(
        &place,
        ROUTER,
        &Change("from app.api.routes.orders import router as orders_router\n", ""),
    );
    edit(&place, SERVER, &Change("    count_flow,\n", ""));
    let yaml = place.read("shop/prefect.yaml");
    let start = yaml.find("\n  - name: count-flow").unwrap();
    place.write("shop/prefect.yaml", &yaml[..start]);
    let broken = place.files();
    let dry = forge(&place, "check --fix --dry-run --diff").exits(0);
    assert!(dry.stdout.contains("+    orders_router,\n"), "{dry:#?}");
    assert_eq!(place.files(), broken);
    let report = forge(&place, "check --fix --json").exits(0).json();
    assert_eq!(report["findings"].as_array().unwrap().len(), 0);
    assert_eq!(report["ok"], true);
    assert_eq!(report["modified"][0], ROUTER);
    assert_eq!(
        place.read("shop/app/api/router.py").as_bytes(),
        &whole["shop/app/api/router.py"][..]
    );
    assert_eq!(place.read("shop/prefect.yaml").as_bytes(), &whole["shop/prefect.yaml"][..]);
    finds_nothing(&place, "after --fix");
    forge(&place, "check --fix").exits(0).says("nothing to do");
    forge(&place, "undo").exits(0);
    let mut undone = place.files();
    undone.retain(|path, _| broken.contains_key(path));
    assert_eq!(undone, broken);
}

#[test]
fn what_cannot_be_mended_is_left_and_the_rest_is_mended() {
    let place = project();
    edit(&place, ROUTER, &Change("    orders_router,\n", ""));
    edit(&place, SERVER, &Change("FLOWS = (", "FLOWS: list = (), ("));
    edit(&place, SERVER, &Change("    count_flow,\n", ""));
    edit(&place, SERVICE, &Append("import fastapi\n"));
    let run = forge(&place, "check --fix").exits(3).says("2 defects");
    assert!(run.stdout.contains("app/domains/orders/service.py"), "{run:#?}");
    assert!(run.stdout.contains("the flow `count_flow` is not served"), "{run:#?}");
    assert!(place.read("shop/app/api/router.py").contains("    orders_router,\n"));
    let report = forge(&place, "check --fix --json").exits(3).json();
    assert_eq!((&report["ok"], &report["undo_id"]), (&false.into(), &serde_json::Value::Null));
    assert_eq!(report["findings"].as_array().unwrap().len(), 2);
}

#[test]
fn findings_are_printed_for_people_for_programs_and_for_github() {
    let place = project();
    edit(&place, SERVICE, &Append("import fastapi\n"));
    let line = place.read(&format!("shop/{SERVICE}")).lines().count();
    let run = forge(&place, "check").exits(3).says("1 defect was found");
    assert!(run.stdout.starts_with(&format!("{SERVICE}:{line}: layers: `app/domains` imports")));
    let report = forge(&place, "check --json").exits(3).json();
    assert_eq!(report["findings"][0]["line"], line);
    assert_eq!(report["findings"][0]["rule"], "layers");
    let run = forge(&place, "check --format github --quiet").exits(3);
    let start = format!("::error file={SERVICE},line={line},title=ddd-forge%3A layers::");
    assert!(run.stdout.starts_with(&start), "{run:#?}");
    assert_eq!(run.stdout.lines().count(), 1);
    place.run(&["check"]).exits(4).says("there is no project here");
}

/// The table of the generated test, its names put in their places.
fn generated_layers(place: &Place) -> Vec<(String, Vec<String>)> {
    let text = place.read("shop/tests/architecture/test_layers.py");
    let words = |text: &str| -> Vec<String> {
        text.split(['"', '(', ')', ',', ' ']).filter(|w| !w.is_empty()).map(str::to_owned).collect()
    };
    let named = |name: &str| {
        let line = text.lines().find_map(|line| line.strip_prefix(&format!("{name} = ")));
        words(line.unwrap_or_default())
    };
    let (_, table) = text.split_once("FORBIDDEN = {\n").unwrap();
    let (table, _) = table.split_once("\n}\n").unwrap();
    let rows = table.lines().map(|line| line.trim().split_once(": ").unwrap());
    let expand = |word: String| match word.strip_prefix('*') {
        Some(name) => named(name),
        None if word == word.to_uppercase() => named(&word),
        None => vec![word],
    };
    rows.map(|(layer, names)| {
        let mut names: Vec<_> = words(names).into_iter().flat_map(expand).collect();
        names.sort();
        (layer.trim_matches('"').to_owned(), names)
    })
    .collect()
}

#[test]
fn the_layers_are_those_of_the_generated_tests() {
    for flags in [&[][..], &["--workers", "none"], &["--observability", "none"]] {
        let place = fresh(flags);
        let manifest =
            ddd_forge::model::Manifest::parse(&place.read("shop/ddd-forge.toml")).unwrap();
        let mut ours: Vec<_> = ddd_forge::project::layers::layers(&manifest.options)
            .into_iter()
            .map(|layer| {
                let mut names: Vec<_> = layer.forbidden.iter().map(|n| (*n).to_owned()).collect();
                names.sort();
                (layer.package.to_owned(), names)
            })
            .collect();
        ours.sort();
        let mut generated = generated_layers(&place);
        generated.sort();
        assert_eq!(ours, generated, "{flags:?}");
    }
}
