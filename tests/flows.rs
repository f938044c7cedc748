//! `add-flow` and `remove-flow` on projects that people changed: all of it or nothing, and back again.

#[path = "support/living.rs"]
mod living;
mod support;

use std::fs;

use living::{Picture, picture};
use support::{Place, Run, in_snapshots};

/// A new project in `shop`.
fn project(workers: &str) -> Place {
    let place = Place::new();
    place.run(&["new", "shop", "--no-git", "--author", "A", "--workers", workers]).exits(0);
    place
}

fn run(place: &Place, words: &str) -> Run {
    let words: Vec<_> = words.split(' ').map(|word| word.replace('_', " ")).collect();
    let words: Vec<_> = words.iter().map(String::as_str).collect();
    place.run(&[&words[..], &["--project", "shop"]].concat())
}

/// The project but what is kept of its runs.
fn project_of(place: &Place) -> Picture {
    let mut picture = picture(&place.path("shop"));
    picture.retain(|path, _| !path.starts_with(".ddd-forge/undo"));
    picture
}

const NIGHTLY: &str = "add-flow nightly-report --cron 0_2_*_*_* --timezone Europe/Berlin";

#[test]
fn the_change_of_each_kind_of_flow() {
    let place = project("prefect");
    let kinds = [
        ("flow-cron", NIGHTLY),
        ("flow-of-a-domain", "add-flow CountUsers --domain users --interval 15m"),
        ("flow-without-tests", "add-flow sync --no-tests"),
    ];
    for (name, words) in kinds {
        let run = run(&place, &format!("{words} --dry-run --diff")).exits(0);
        let patch = run.stdout.split("diff --git ").filter(|part| !part.contains(".base.json.gz"));
        let patch: Vec<_> = patch.collect();
        in_snapshots(|| insta::assert_snapshot!(name, patch.join("diff --git ")));
    }
}

#[test]
fn a_flow_that_is_added_is_reported_and_can_be_undone() {
    let place = project("prefect");
    let before = project_of(&place);
    let report = run(&place, &format!("{NIGHTLY} --json")).exits(0).json();
    assert_eq!(report["created"].as_array().unwrap().len(), 5);
    assert_eq!(
        report["modified"].to_string(),
        r#"[".ddd-forge/project.toml","AGENTS.md","app/scripts/serve_flows.py","docs/domains.md","prefect.yaml"]"#
    );
    assert_eq!(report["next"][0], "uv run just test tests/workers/test_nightly_report.py");
    let added = project_of(&place);
    run(&place, NIGHTLY).exits(0).says("already present");
    assert_eq!(project_of(&place), added);
    run(&place, "undo").exits(0);
    assert_eq!(project_of(&place), before);
}

#[test]
fn what_is_removed_leaves_no_trace_and_comes_back_by_undo() {
    let place = project("prefect");
    let before = project_of(&place);
    let words = [NIGHTLY, "add-flow count --domain users", "add-flow a --interval 1d --no-tests"];
    words.iter().for_each(|words| drop(run(&place, words).exits(0)));
    let added = project_of(&place);
    for name in ["nightly-report", "count", "a"] {
        let gone = format!("uv run prefect deployment delete {name}-flow/{name}-flow");
        run(&place, &format!("remove-flow {name}")).exits(0).says(&gone);
    }
    assert_eq!(project_of(&place), before);
    for _ in 0..3 {
        run(&place, "undo").exits(0);
    }
    assert_eq!(project_of(&place), added);
}

#[test]
fn what_cannot_be_meant_is_refused_before_anything_is_written() {
    let place = project("prefect");
    let before = picture(&place.path("shop"));
    for (words, code, reason) in [
        ("add-flow x --cron 0_2_*_*", 2, "it has 4 fields; there are 5"),
        ("add-flow x --cron 0_0_2_*_*_*", 2, "and none for seconds"),
        ("add-flow x --cron 0_24_*_*_*", 2, "0 24 * * *\n    ^"),
        ("add-flow x --interval 15", 2, "is not a number with its unit"),
        ("add-flow x --interval 30s", 2, "is not from 1m to 365d"),
        ("add-flow x --interval 1h --cron @daily", 2, "cannot be used with"),
        ("add-flow x --timezone UTC", 2, "--cron <EXPR>|--interval <DURATION>"),
        ("add-flow x --interval 1h --timezone Europe/Berln", 2, "did you mean `Europe/Berlin`?"),
        ("add-flow create-user", 2, "a flow that every project has from the start"),
        ("add-flow class", 2, "a word of Python's"),
        ("add-flow ../x", 2, "begins with a letter"),
        ("add-flow x --domain user", 4, "did you mean `users`?"),
        ("add-flow x --domain ../users", 2, "is no domain's name"),
        ("add-flow web", 4, "`app/workers/tasks/web.py` is there already"),
        ("remove-flow x", 4, "no flow `x` was added here"),
        ("remove-flow web-scrapper", 2, "a flow that every project has from the start"),
    ] {
        let run = run(&place, words).exits(code);
        let said = run.stderr.lines().map(str::trim_start).collect::<Vec<_>>().join("\n");
        let reason: Vec<_> = reason.lines().map(str::trim_start).collect();
        assert!(said.contains(&reason.join("\n")), "{words}: {run:#?}");
        assert_eq!(picture(&place.path("shop")), before, "{words}");
    }
    let place = project("none");
    run(&place, "add-flow x").exits(4).says("it was made with `--workers none`");
    run(&Place::new(), "add-flow x").exits(4);
}

#[test]
fn the_same_name_asked_for_otherwise_is_refused_with_both_commands() {
    let place = project("prefect");
    run(&place, NIGHTLY).exits(0);
    let before = picture(&place.path("shop"));
    let run = run(&place, "add-flow nightly-report --interval 1d").exits(4);
    let run = run.says("there:  ddd-forge add-flow nightly-report --cron '0 2 * * *' --timezone");
    run.says("wanted: ddd-forge add-flow nightly-report --interval 1d");
    assert_eq!(picture(&place.path("shop")), before);
}

#[test]
fn files_that_people_edited_keep_what_people_wrote() {
    let place = project("prefect");
    let edit = |path: &str, from: &str, to: &str| {
        let text = place.read(path);
        assert!(text.contains(from), "{path}");
        place.write(path, &text.replacen(from, to, 1));
    };
    let (server, yaml) = ("shop/app/scripts/serve_flows.py", "shop/prefect.yaml");
    edit(server, "    web_scrapper_flow,\n", "    web_scrapper_flow,  # slow\n");
    edit(server, "FLOWS = (", "# In the order of their names.\nFLOWS = (");
    edit(yaml, "deployments:\n", "deployments: # ours\n  # The first of them.\n");
    let before = project_of(&place);
    run(&place, NIGHTLY).exits(0);
    let (server, yaml) = (place.read(server), place.read(yaml));
    assert!(server.contains("web_scrapper_flow,  # slow\n"), "{server}");
    assert!(server.contains("    nightly_report_flow,\n"), "{server}");
    assert!(yaml.contains("deployments: # ours\n  # The first of them.\n"), "{yaml}");
    assert!(yaml.contains("  - name: nightly-report-flow\n"), "{yaml}");
    run(&place, "remove-flow nightly-report").exits(0);
    assert_eq!(project_of(&place), before);
}

#[test]
fn a_file_that_cannot_be_edited_stops_everything_and_the_snippet_is_shown() {
    let place = project("prefect");
    place.write("shop/app/scripts/serve_flows.py", "FLOWS = (\n");
    fs::remove_file(place.path("shop/prefect.yaml")).unwrap();
    let before = picture(&place.path("shop"));
    let run = run(&place, NIGHTLY).exits(4).says("prefect.yaml: it is not there");
    let run =
        run.says("nightly_report_flow").says("entrypoint: app/workers/flows/nightly_report.py");
    run.says("app/scripts/serve_flows.py");
    assert_eq!(picture(&place.path("shop")), before);
}

#[test]
fn a_flow_that_was_changed_stays_unless_forced() {
    let place = project("prefect");
    let before = project_of(&place);
    run(&place, NIGHTLY).exits(0);
    let path = "app/workers/tasks/nightly_report.py";
    let text = place.read(&format!("shop/{path}"));
    place.write(&format!("shop/{path}"), &(text + "# mine\n"));
    let added = project_of(&place);
    let refused = run(&place, "remove-flow nightly-report --json").exits(4).json();
    assert_eq!(refused["conflicts"][0], path);
    assert_eq!(project_of(&place), added);
    run(&place, "remove-flow nightly-report --force").exits(0);
    assert_eq!(project_of(&place), before);
    run(&place, "undo").exits(0);
    assert_eq!(project_of(&place), added);
}
