//! What becomes of files that people have edited: each in `tests/edits/`, its change as a snapshot.

mod support;

use std::fs;
use std::path::{Path, PathBuf};

use ddd_forge::edit::python::{Registration, register, register_pristine, unregister};
use ddd_forge::edit::{Edit, Problem};
use similar::TextDiff;
use support::in_snapshots;

const ROUTER: Registration<'_> = Registration {
    module: "app.api.routes.orders",
    name: "router",
    alias: "orders_router",
    list: "ROUTERS",
    call: Some("include_router"),
};
const FLOW: Registration<'_> = Registration {
    module: "app.workers.flows.nightly_report",
    name: "nightly_report_flow",
    alias: "nightly_report_flow",
    list: "FLOWS",
    call: None,
};

/// The files below `tests/edits/`, by name.
fn corpus(directory: &str) -> Vec<(String, String)> {
    let root = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/edits").join(directory);
    let mut files: Vec<_> =
        fs::read_dir(root).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.sort();
    let name = |path: &Path| path.file_stem().unwrap().to_string_lossy().into_owned();
    files.iter().map(|path| (name(path), fs::read_to_string(path).unwrap())).collect()
}

/// Shows what became of a file: the change as a patch, or why there is none.
fn shown(before: &str, edit: &Result<Edit, Problem>) -> String {
    // What no terminal shows is written out.
    let visible =
        |text: &str| text.replace('\u{feff}', "<BOM>").replace('\r', "<CR>").replace('\t', "<TAB>");
    match edit {
        Ok(Edit::Unchanged) => "unchanged\n".to_owned(),
        Ok(Edit::Changed(after)) => {
            let (before, after) = (visible(before), visible(after));
            TextDiff::from_lines(&before, &after).unified_diff().context_radius(1).to_string()
        }
        Err(Problem { reason, line, snippet }) => {
            format!("problem at {line:?}: {reason}\n{snippet}")
        }
    }
}

fn snapshot(directory: &str, registration: &Registration<'_>) {
    let mut text = String::new();
    for (name, source) in corpus(directory) {
        let edit = register(&source, registration);
        text += &format!("=== {name}\n{}\n", shown(&source, &edit));
    }
    in_snapshots(|| insta::assert_snapshot!(format!("edits-{directory}"), text));
}

#[test]
fn every_router_is_edited_as_its_owner_would_or_left_alone() {
    snapshot("router", &ROUTER);
}

#[test]
fn every_server_of_flows_is_edited_as_its_owner_would_or_left_alone() {
    snapshot("flows", &FLOW);
}

/// Every file that is changed, with what it becomes.
fn changed() -> Vec<(String, String, String, Registration<'static>)> {
    let all =
        [("router", ROUTER), ("flows", FLOW)].into_iter().flat_map(|(directory, registration)| {
            corpus(directory).into_iter().map(move |(name, source)| (name, source, registration))
        });
    all.filter_map(|(name, source, registration)| match register(&source, &registration) {
        Ok(Edit::Changed(text)) => Some((name, source, text, registration)),
        _ => None,
    })
    .collect()
}

#[test]
fn nothing_of_the_users_is_lost() {
    for (name, source, text, _) in changed() {
        if matches!(&*name, "one_line_full" | "long_line") {
            // The one line becomes several, each name of which is still there.
            continue;
        }
        let mut rest = text.chars();
        let kept = source.chars().all(|c| rest.any(|other| other == c));
        assert!(kept, "{name}");
    }
}

#[test]
fn a_second_time_changes_nothing() {
    for (name, _, text, registration) in changed() {
        assert_eq!(register(&text, &registration), Ok(Edit::Unchanged), "{name}");
    }
}

#[test]
fn what_was_registered_is_taken_out_to_the_byte() {
    // They had no import of their own to be removed, or their line was split.
    let exceptions = [
        "imported_only",
        "one_line_full",
        "long_line",
        "empty_list_with_comment",
        "no_docstring_no_imports",
        "docstring_only",
        "bom_and_nothing_else",
        "no_imports_of_ours",
        "import_is_last_line",
    ];
    for (name, source, text, registration) in changed() {
        match unregister(&text, &registration) {
            Ok(Edit::Changed(back)) if !exceptions.contains(&&*name) => {
                assert_eq!(back, source, "{name}")
            }
            Ok(Edit::Changed(back)) => {
                assert!(!back.contains(&format!("{},", registration.alias)), "{name}\n{back}")
            }
            other => panic!("{name}: {other:?}"),
        }
    }
}

#[test]
fn what_was_never_registered_cannot_be_taken_out() {
    for (name, source) in corpus("router") {
        if !source.contains("orders") {
            let edit = unregister(&source, &ROUTER);
            assert!(matches!(edit, Ok(Edit::Unchanged) | Err(_)), "{name}: {edit:?}");
        }
    }
}

#[test]
fn a_file_cut_anywhere_is_edited_whole_or_not_at_all() {
    let (_, ours) = corpus("router").into_iter().find(|(name, _)| name == "ours").unwrap();
    for end in 0..ours.len() {
        if let Ok(Edit::Changed(text)) = register(&ours[..end], &ROUTER) {
            assert_eq!(register(&text, &ROUTER), Ok(Edit::Unchanged), "{end}\n{text}");
        }
    }
}

#[test]
fn without_a_parser_our_own_file_comes_out_the_same_in_any_order() {
    let (_, ours) = corpus("router").into_iter().find(|(name, _)| name == "ours").unwrap();
    let names: Vec<_> = (0..40)
        .map(|n| match n % 4 {
            0 => format!("order{n}"),
            1 => format!("order_item{n}s"),
            2 => format!("a{n}"),
            _ => format!("zoo{}_things{n}", n % 3),
        })
        .collect();
    let add = |text: &str, module: &str| {
        let (module, alias) = (format!("app.api.routes.{module}"), format!("{module}_router"));
        let registration = Registration { module: &module, alias: &alias, ..ROUTER };
        let quick = register_pristine(text, &registration).expect("the file is ours");
        assert_eq!(register(text, &registration), Ok(Edit::Changed(quick.clone())), "{module}");
        assert_eq!(unregister(&quick, &registration), Ok(Edit::Changed(text.to_owned())));
        quick
    };
    let forwards = names.iter().fold(ours.clone(), |text, name| add(&text, name));
    let backwards = names.iter().rev().fold(ours, |text, name| add(&text, name));
    assert_eq!(forwards, backwards);
}

#[test]
fn neither_depth_nor_length_is_a_danger() {
    let deep = format!("x = {}1{}\nROUTERS = []\n", "(".repeat(10_000), ")".repeat(10_000));
    let long = format!("{}ROUTERS = []\n", "x = 1\n".repeat(50_000));
    for source in [deep, long] {
        // Whatever it says, it says so without falling over.
        let _ = register(&source, &ROUTER);
    }
}
