//! `undo` on a living project: all that a run did, and nothing else, is taken back.

#[path = "support/living.rs"]
mod living;
mod support;

use std::fs;
use std::process::Stdio;

use living::{RUNS, changed, is_as, picture, project, root, run, set_mode, take_back};
use support::Run;

#[test]
fn every_run_is_taken_back_exactly_in_reverse_order() {
    let (place, pictures) = changed();
    for (number, before) in pictures[..RUNS.len()].iter().enumerate().rev() {
        let report = place.run(&["undo", "--project", "shop", "--json"]).exits(0).json();
        assert_eq!(report["undo_id"], format!("{:04}", number + 1));
        is_as(&root(&place), before, &format!("run {number}"));
    }
    let run = place.run(&["undo", "--project", "shop"]).exits(0);
    run.says("none to take back\nnothing to do\n");
    is_as(&root(&place), &pictures[0], "");
}

#[test]
fn what_is_done_is_shown_and_counted() {
    let (place, _) = changed();
    let run = Run::of(place.command().arg("undo").current_dir(root(&place).join("app"))).exits(0);
    let run = run.says("takes back `ddd-forge test` of 1970-01-01 00:00:00 UTC\n");
    let run = run.says("      update  app/router.py (as it was)\n      remove  app/users\n");
    let run = run.says("      create  app/orders/tests/test_api.py\n");
    assert!(run.says("\n1 created, 2 updated, 1 removed in ").stdout.is_empty());
}

#[test]
fn a_dry_run_shows_the_change_and_makes_none() {
    let (place, pictures) = changed();
    let args = ["undo", "--project", "shop", "--dry-run", "--diff"];
    let run = place.run(&args).exits(0).says("would update  app/router.py (as it was)\n");
    assert!(run.stdout.contains("\n+routes = [orders]\r\n"), "{}", run.stdout);
    is_as(&root(&place), &pictures[RUNS.len()], "");
}

#[test]
fn what_was_changed_since_is_named_and_nothing_is_touched() {
    let (place, _) = changed();
    place.write("shop/app/router.py", "mine");
    place.write("shop/app/orders/model.py", "mine");
    let before = picture(&root(&place));
    for extra in ["--yes", "--force", "--dry-run"] {
        let run = place.run(&["undo", "--project", "shop", "--json", extra]).exits(4);
        let report = run.json();
        assert_eq!(report["conflicts"].to_string(), r#"["app/orders/model.py","app/router.py"]"#);
        is_as(&root(&place), &before, extra);
    }
}

#[test]
fn the_list_has_the_last_run_first() {
    let (place, _) = changed();
    let list = || place.run(&["undo", "--list", "--project", "shop"]).exits(0);
    let words = "0003  1970-01-01 00:00:00 UTC  1 created, 2 updated, 1 removed";
    let run = list();
    assert!(run.stdout.starts_with(words) && run.stderr.is_empty(), "{run:#?}");
    assert_eq!(run.stdout.lines().count(), 3);
    let report = place.run(&["undo", "--list", "--project", "shop", "--json"]).exits(0).json();
    assert_eq!(report["runs"][2]["created"], 3);
    for _ in RUNS {
        place.run(&["undo", "--project", "shop"]).exits(0);
    }
    assert!(list().says("no run is recorded").stdout.is_empty());
}

#[test]
fn where_there_is_no_project_it_says_so() {
    let place = support::Place::new();
    place.run(&["undo"]).exits(4).says("there is no project here").says("--project DIR");
    place.run(&["undo", "--list"]).exits(4).says("there is no project here");
    place.run(&["undo", "--project", "nowhere"]).exits(4).says("no `ddd-forge.toml`");
    let (place, _) = changed();
    let text = place.read("shop/ddd-forge.toml").replace("format = 1", "format = 2");
    place.write("shop/ddd-forge.toml", &text);
    place.run(&["undo", "--project", "shop"]).exits(4).says("a newer ddd-forge");
}

#[test]
fn a_new_project_has_nothing_to_take_back() {
    let place = support::Place::new();
    place.run(&["new", "shop", "--no-git"]).exits(0);
    let before = place.files();
    place.run(&["undo", "--project", "shop"]).exits(0).says("none to take back");
    assert_eq!(place.files(), before);
}

/// Numbers that are as good as random, and the same every time.
struct Dice(u64);

impl Dice {
    fn below(&mut self, limit: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
        usize::try_from(self.0 >> 33).unwrap() % limit
    }
}

#[test]
fn whatever_runs_did_taking_them_back_is_the_identity() {
    let paths: Vec<_> = ["f", "a/f", "a/b/f", "a/b/c/f", "d/f"]
        .iter()
        .flat_map(|path| (0..3).map(move |number| format!("{path}{number}")))
        .collect();
    let texts: [&[u8]; 4] = [b"", b"1\n", b"2\r\n", b"\xff\x00"];
    for seed in 0..20 {
        let (place, mut dice, mut pictures) = (project(), Dice(seed), Vec::new());
        for path in &paths {
            if dice.below(2) == 0 {
                continue;
            }
            let path = root(&place).join(path);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            // Some directories are empty.
            if dice.below(3) > 0 {
                fs::write(&path, texts[dice.below(4)]).unwrap();
                set_mode(&path, [0o600, 0o644, 0o755, 0o700][dice.below(4)]);
            }
            set_mode(path.parent().unwrap(), [0o700, 0o755, 0o775][dice.below(3)]);
        }
        for _ in 0..6 {
            let mut steps = Vec::new();
            for _ in 0..=dice.below(6) {
                let bytes = (dice.below(2) > 0).then(|| texts[dice.below(4)]);
                steps.push((paths[dice.below(paths.len())].as_str(), bytes));
            }
            let before = picture(&root(&place));
            run(&place, &steps);
            if picture(&root(&place)) != before {
                pictures.push(before);
            }
        }
        while let Some(before) = pictures.pop() {
            take_back(&place);
            is_as(&root(&place), &before, &format!("seed {seed}, run {}", pictures.len() + 1));
        }
    }
}

#[test]
fn git_does_not_see_the_records() {
    let (place, _) = changed();
    let git = |args: &[&str]| Run::of(place.program("git").args(args).current_dir(root(&place)));
    git(&["init", "--quiet"]).exits(0);
    let seen = git(&["status", "--porcelain", "--untracked-files=all"]).exits(0).stdout;
    assert!(!seen.contains("undo") && seen.contains("router.py"), "{seen}");
}

#[test]
fn a_record_from_elsewhere_reaches_nothing_outside() {
    for victim in ["../victim", "/etc/victim", ".git/hooks/pre-commit", "link/victim"] {
        let place = project();
        place.write("outside/victim", "theirs");
        place.write("shop/.git/hooks/pre-commit", "theirs");
        #[cfg(unix)]
        std::os::unix::fs::symlink("../outside", place.path("shop/link")).unwrap();
        #[cfg(not(unix))]
        place.write("shop/link", "");
        run(&place, &[("app/router.py", Some(b"new"))]);
        let record = place.path("shop/.ddd-forge/undo/0001.json.gz");
        let mut text = String::new();
        let bytes = fs::read(&record).unwrap();
        std::io::Read::read_to_string(&mut flate2::read::GzDecoder::new(&*bytes), &mut text)
            .unwrap();
        let theirs = ddd_forge::commands::undo::sha256(b"theirs");
        let ours = ddd_forge::commands::undo::sha256(b"new");
        let text = text.replace("app/router.py", victim).replace(&ours, &theirs);
        let mut zip = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
        std::io::Write::write_all(&mut zip, text.as_bytes()).unwrap();
        fs::write(&record, zip.finish().unwrap()).unwrap();
        let before = place.files();
        place.run(&["undo", "--project", "shop"]).exits(4);
        assert_eq!(place.files(), before, "{victim}");
    }
}

#[test]
fn of_many_at_once_each_takes_back_another_run_or_none() {
    let (place, pictures) = changed();
    let start = || {
        let mut command = place.command();
        command.args(["undo", "--project", "shop", "--json"]).stdout(Stdio::piped()).spawn()
    };
    let runs: Vec<_> = (0..8).map(|_| start().unwrap()).collect();
    let mut taken = Vec::new();
    for run in runs {
        let output = run.wait_with_output().unwrap();
        let report: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
        assert!(matches!(output.status.code(), Some(0 | 4)), "{report}");
        taken.extend(report["undo_id"].as_str().map(str::to_owned));
    }
    taken.sort();
    taken.dedup();
    assert!(!taken.is_empty());
    is_as(&root(&place), &pictures[RUNS.len() - taken.len()], "");
}
