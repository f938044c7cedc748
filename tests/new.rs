//! `ddd-forge new`, as a user meets it.

mod support;

use std::fs;

use support::{Place, Run, files};

/// A `new` without git, which most tests do not need.
const PLAIN: &[&str] = &["new", "shop", "--no-git"];

#[test]
fn a_name_is_enough() {
    let place = Place::new();
    let run = place.run(&["new", "shop"]).exits(0);
    assert_eq!(run.stdout, "");
    for file in ["pyproject.toml", "README.md", "Justfile", "app/api/main.py", ".env.sample"] {
        assert!(place.path("shop").join(file).is_file(), "{file}");
        assert!(run.stderr.contains(&format!("      create  {file}\n")), "{file}");
    }
    assert!(!run.stderr.contains('\u{1b}'), "colour without a terminal");
    assert_eq!(fs::read_dir(place.work()).unwrap().count(), 1);
    run.says("\nNext\n  cd shop\n");
}

#[test]
fn the_path_may_lie_elsewhere() {
    let place = Place::new();
    place.run(&["new", "shop", "a/b/service", "--no-git"]).exits(0).says("cd a/b/service\n");
    assert!(place.path("a/b/service/pyproject.toml").is_file());
    fs::create_dir(place.path("empty")).unwrap();
    let run = Run::of(place.command().args(["new", "shop", "."]).current_dir(place.path("empty")));
    assert!(!run.exits(0).stderr.contains("  cd "));
    assert_eq!(
        files(&place.path("empty")).len(),
        files(&place.path("a/b/service")).len() + git_files(&place)
    );
}

fn git_files(place: &Place) -> usize {
    let entries = files(&place.path("empty"));
    entries.keys().filter(|name| name.starts_with(".git/")).count()
}

#[test]
fn choices_that_exclude_each_other_are_refused_before_anything_is_written() {
    let place = Place::new();
    let run = place.run(&["new", "shop", "--deploy", "kubernetes", "--no-docker"]).exits(2);
    run.says("`--deploy kubernetes` needs images, which `--no-docker` leaves out");
    assert!(!place.path("shop").exists());
}

#[test]
fn json_is_one_object_on_stdout() {
    let place = Place::new();
    let run = place.run(&["new", "shop", "--no-git", "--json"]).exits(0);
    assert_eq!(run.stderr, "");
    let report = run.json();
    assert_eq!(report["ok"], true);
    assert_eq!(report["command"], "new");
    let created: Vec<_> =
        report["created"].as_array().unwrap().iter().map(|path| path.as_str().unwrap()).collect();
    let written = files(&place.path("shop"));
    assert_eq!(created, written.keys().filter(|name| !name.ends_with('/')).collect::<Vec<_>>());
    assert_eq!(report["next"][0], "cd shop");

    let failed = place.run(&["new", "shop", "--json"]).exits(4).json();
    assert_eq!(failed["ok"], false);
    assert_eq!(failed["error"]["code"], "not_applied");
    assert!(failed["error"]["hint"].as_str().unwrap().contains("--force"));
    let usage = place.run(&["new", "shop", "--nonsense", "--json"]).exits(2).json();
    assert_eq!(usage["error"]["code"], "usage");
}

#[test]
fn a_dry_run_shows_the_change_and_makes_none() {
    let place = Place::new();
    let run = place.run(&["new", "shop", "--dry-run"]).exits(0);
    run.says("would create  pyproject.toml\n").says("would run  git").says("nothing was written");
    assert!(place.files().is_empty());
}

#[test]
fn the_patch_of_a_dry_run_is_the_change() {
    let place = Place::new();
    let patch = place.run(&["new", "shop", "--no-git", "--dry-run", "--diff"]).exits(0).stdout;
    place.run(PLAIN).exits(0);
    place.write("change.patch", &patch);
    fs::create_dir(place.path("patched")).unwrap();
    let apply = ["apply", "--whitespace=nowarn", "../change.patch"];
    let run = Run::of(place.program("git").args(apply).current_dir(place.path("patched")));
    run.exits(0);
    let mut written = files(&place.path("shop"));
    // The compressed record is for the tool, not for a reader of patches.
    written.remove(".ddd-forge/project.base.json.gz").unwrap();
    assert_eq!(files(&place.path("patched")), written);
}

#[test]
fn the_same_command_gives_the_same_bytes_anywhere() {
    let (one, other) = (Place::new(), Place::new());
    let args = ["new", "shop", "--no-git", "--author", "Jane Doe", "--yes"];
    one.run(&args).exits(0);
    let deep = other.path("x/y");
    fs::create_dir_all(&deep).unwrap();
    let mut command = other.command();
    command.args(args).current_dir(&deep);
    command.env("TZ", "Pacific/Kiritimati").env("LC_ALL", "tr_TR.UTF-8").env("USER", "other");
    Run::of(&mut command).exits(0);
    assert_eq!(files(&one.path("shop")), files(&deep.join("shop")));
}

#[test]
fn names_that_cannot_be_used_are_refused_before_anything_is_written() {
    let long = "a".repeat(64);
    let names = [
        "",
        "a/b",
        "../x",
        "/abs",
        "1shop",
        ".",
        "..",
        "a b",
        "CON",
        "com1",
        "shop-",
        "a.b",
        &long,
        "fastapi",
        "postgres",
        "prefect",
        "ﬁle",
        "a\u{202e}b",
        "a\nb",
        "\u{1b}[31mx",
    ];
    for name in names {
        let place = Place::new();
        let run = place.run(&["new", "--", name]).exits(2);
        assert!(run.stderr.starts_with("error: "), "{run:?}");
        assert!(!run.stderr.contains('\u{1b}'), "{run:?}");
        assert!(place.files().is_empty(), "{name:?} left something");
    }
    let place = Place::new();
    place
        .run(&["new", "teams/shop"])
        .exits(2)
        .says("  teams/shop\n       ^\n")
        .says("ddd-forge new shop teams/shop");
    place.run(&["new", "-rf"]).exits(2);
    place.run(&["new"]).exits(2).says("<NAME>");
    assert!(place.files().is_empty());
}

#[test]
fn texts_read_back_as_they_were_given() {
    for text in [
        "\"quoted\" it's \\n",
        "{{7*7}} «project.slug» ${{ github.token }} %s ]]>",
        "Bücher 📚",
        "#! `x` <b>",
    ] {
        let place = Place::new();
        let author = format!("{text} <jane@example.com>").replace("<b>", "b");
        let args = ["new", "shop", "--no-git", "--description", text, "--author", &author];
        place.run(&args).exits(0);
        for (file, table, key) in [
            ("shop/pyproject.toml", "project", "description"),
            ("shop/ddd-forge.toml", "project", "description"),
        ] {
            let document: toml_edit::DocumentMut = place.read(file).parse().unwrap();
            assert_eq!(document[table][key].as_str(), Some(text), "{file}");
        }
        assert!(!place.read("shop/README.md").contains("49"));
    }
}

#[test]
fn texts_that_hide_something_are_refused() {
    for text in ["two\nlines", "esc\u{1b}[31m", "bidi\u{202e}", "", "nul\u{7}"] {
        let place = Place::new();
        for flag in ["--description", "--author"] {
            let run = place.run(&["new", "shop", flag, text]).exits(2).says(flag);
            assert!(!run.stderr.contains(['\u{1b}', '\u{7}', '\u{202e}']), "{run:?}");
        }
        assert!(place.files().is_empty());
    }
    let place = Place::new();
    place.run(&["new", "shop", "--repository", "acme"]).exits(2).says("--repository acme/shop");
    place.run(&["new", "shop", "--license", "gpl"]).exits(2).says("mit, apache-2.0, proprietary");
    place.run(&["new", "shop", "--project", "."]).exits(2).says("--project");
    assert!(place.files().is_empty());
}

#[test]
fn what_is_in_the_way_is_named_and_kept() {
    let place = Place::new();
    place.write("shop/notes.txt", "mine");
    place.write("file", "mine");
    let before = place.files();
    place.run(&["new", "shop"]).exits(4).says("`shop` is not empty: it has notes.txt");
    place.run(&["new", "shop", "file"]).exits(4).says("`file` is not a directory");
    place.run(&["new", "shop", "file/shop"]).exits(4).says("file/shop");
    assert_eq!(place.files(), before);
}

#[test]
fn force_adds_what_is_missing_and_overwrites_nothing() {
    let place = Place::new();
    place.write("shop/notes.txt", "mine");
    place.run(&["new", "shop", "--no-git", "--force"]).exits(0);
    assert_eq!(place.read("shop/notes.txt"), "mine");
    assert!(place.path("shop/pyproject.toml").is_file());
    let whole = place.files();
    place.run(&["new", "shop", "--no-git", "--force"]).exits(0).says("0 files");
    assert_eq!(place.files(), whole);

    place.write("shop/pyproject.toml", "mine");
    fs::remove_file(place.path("shop/README.md")).unwrap();
    let before = place.files();
    place
        .run(&["new", "shop", "--force"])
        .exits(4)
        .says("`pyproject.toml` is a file with other content");
    assert_eq!(place.files(), before);
}

#[test]
fn the_first_commit_has_everything_and_runs_no_hook() {
    let place = Place::new().with_identity();
    let hooks = place.path("hooks");
    fs::create_dir(&hooks).unwrap();
    place.write("hooks/pre-commit", "#!/bin/sh\ntouch ../fired\nexit 1\n");
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        fs::set_permissions(hooks.join("pre-commit"), fs::Permissions::from_mode(0o755)).unwrap();
    }
    let set = |key: &str, value: &str| {
        Run::of(place.program("git").args(["config", "--global", key, value])).exits(0)
    };
    set("core.hooksPath", hooks.to_str().unwrap());
    set("commit.gpgSign", "true");
    set("gpg.program", "/nonexistent");
    place.run(&["new", "shop"]).exits(0);
    let git = |args: &[&str]| {
        Run::of(place.program("git").args(args).current_dir(place.path("shop"))).exits(0).stdout
    };
    assert_eq!(git(&["status", "--porcelain"]), "");
    assert_eq!(git(&["log", "--format=%an %s"]), "Ann Author chore: create the service\n");
    assert_eq!(git(&["branch", "--show-current"]), "main\n");
    assert!(git(&["ls-files"]).contains("ddd-forge.toml\n"));
    assert!(!place.path("fired").exists());
    assert!(
        place
            .read("shop/pyproject.toml")
            .contains("name = \"Ann Author\", email = \"ann@example.com\"")
    );
}

#[test]
fn without_an_identity_the_commit_is_left_to_the_user() {
    let place = Place::new();
    place.run(&["new", "shop"]).exits(0).says("  git add --all && git commit");
    assert!(place.path("shop/.git").is_dir());
    assert!(place.read("shop/pyproject.toml").contains("name = \"Shop developers\""));
}

#[test]
fn inside_a_repository_no_other_is_made() {
    let place = Place::new().with_identity();
    Run::of(place.program("git").args(["init", "--quiet"])).exits(0);
    place.run(&["new", "shop"]).exits(0);
    assert!(!place.path("shop/.git").exists());
}

#[test]
fn nothing_but_the_binary_is_needed() {
    let place = Place::new();
    let run = Run::of(place.command().args(["new", "shop"]).env("PATH", "/nonexistent"));
    run.exits(0).says("https://astral.sh/uv/install.sh");
    assert!(place.path("shop/pyproject.toml").is_file());
}

#[cfg(unix)]
#[test]
fn links_are_followed_only_to_where_the_user_said() {
    use std::os::unix::fs::symlink;
    let place = Place::new();
    fs::create_dir(place.path("real")).unwrap();
    symlink("real", place.path("link")).unwrap();
    symlink("nowhere", place.path("dangling")).unwrap();
    symlink("loop", place.path("loop")).unwrap();
    place.run(&["new", "shop", "link/shop", "--no-git"]).exits(0);
    assert!(place.path("real/shop/pyproject.toml").is_file());
    for bad in ["dangling", "loop"] {
        place.run(&["new", "shop", bad, "--no-git"]).exits(4).says("leads nowhere");
    }
}

#[cfg(target_os = "linux")]
#[test]
fn an_environment_that_is_not_unicode_does_no_harm() {
    use std::ffi::OsStr;
    use std::os::unix::ffi::OsStrExt;
    let place = Place::new();
    let odd = OsStr::from_bytes(b"sh\xffop");
    let mut command = place.command();
    command.args(["new", "shop"]).arg(odd).args(["--no-git"]);
    command.env("LC_ALL", "C").env("ODD", odd).env("USER", odd);
    Run::of(&mut command).exits(0);
    assert!(place.work().join(odd).join("pyproject.toml").is_file());
    Run::of(place.command().arg("new").arg(odd)).exits(2);
}

#[test]
fn colour_follows_the_flag_and_the_environment() {
    let place = Place::new();
    let colored = |flag: &str, variables: &[(&str, &str)]| {
        let mut command = place.command();
        command.args(["new", "shop", "--dry-run", flag]).envs(variables.iter().copied());
        Run::of(&mut command).exits(0).stderr.contains('\u{1b}')
    };
    assert!(colored("--color=always", &[]));
    assert!(colored("--color=always", &[("NO_COLOR", "1")]));
    assert!(!colored("--color=auto", &[]));
    assert!(colored("--color=auto", &[("CLICOLOR_FORCE", "1")]));
    assert!(!colored("--color=never", &[("CLICOLOR_FORCE", "1")]));
    assert!(!colored("--color=auto", &[("NO_COLOR", "1")]));
}

#[test]
fn quiet_says_nothing_and_verbose_says_more() {
    let place = Place::new();
    let run = place.run(&["new", "shop", "--no-git", "--quiet"]).exits(0);
    assert_eq!((run.stdout, run.stderr), (String::new(), String::new()));
    let run = place.run(&["new", "shop", "--no-git", "--force", "--verbose"]).exits(0);
    run.says("   identical  pyproject.toml\n");
    let run = place.run(&["new", "shop", "--quiet"]).exits(4);
    assert!(run.stderr.starts_with("error: "));
}
