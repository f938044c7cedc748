//! Completion scripts and what they ask for, each script by its own shell where that is installed.

mod support;

use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use support::{Place, Run};

/// A place with a project `shop` that has domains and a flow.
fn shop() -> Place {
    let place = Place::new();
    place.run(&["new", "shop", "--yes", "--no-git", "--quiet"]).exits(0);
    for words in [
        &["add-domain", "orders", "number:string=20", "status:enum=draft,paid", "user:ref"][..],
        &["add-domain", "order-items", "order:ref=orders", "amount:int"],
        &["add-flow", "nightly-report"],
    ] {
        Run::of(in_shop(&place).args(words).args(["--yes", "--quiet"])).exits(0);
    }
    place
}

/// The binary, to be run in the project.
fn in_shop(place: &Place) -> Command {
    let mut command = place.command();
    command.current_dir(place.path("shop"));
    command
}

/// What the binary offers for the last of the words.
fn asked(command: &mut Command, words: &[&str]) -> Vec<String> {
    let index = (words.len() - 1).to_string();
    let run = Run::of(command.args(["__complete", &index, "--"]).args(words)).exits(0);
    assert_eq!(run.stderr, "");
    run.stdout.lines().map(|line| line.split('\t').next().unwrap().to_owned()).collect()
}

/// A shell with a project around, which finds the binary; `None` where it is not installed.
fn shell(place: &Place, name: &str) -> Option<Command> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let found =
        std::env::split_paths(&path).map(|each| each.join(name)).find(|each| each.is_file());
    let Some(shell) = found else {
        eprintln!("no {name} here: its completions were not asked");
        return None;
    };
    let ours = PathBuf::from(Path::new(env!("CARGO_BIN_EXE_ddd-forge")).parent().unwrap());
    let mut command = place.program(shell.to_str().unwrap());
    let all = std::iter::once(ours).chain(std::env::split_paths(&path));
    command.env("PATH", std::env::join_paths(all).unwrap()).env("TERM", "dumb");
    command.current_dir(place.path("shop"));
    Some(command)
}

#[test]
fn every_shell_gets_a_script_that_asks_the_program() {
    for shell in ["bash", "zsh", "fish", "powershell", "elvish"] {
        let script = Place::new().run(&["completions", shell]).exits(0).stdout;
        assert!(script.contains("ddd-forge __complete"), "{shell}");
        assert!(script.is_ascii() && !script.contains('\r'), "{shell}");
    }
}

#[test]
fn an_unknown_shell_is_refused_with_those_there_are() {
    Place::new().run(&["completions", "tcsh"]).exits(2).says("bash, elvish, fish");
}

#[test]
fn what_can_follow_is_offered_without_a_project() {
    let place = Place::new();
    for (words, wanted) in [
        (&["ddd-forge", "ne"][..], &["new"][..]),
        (&["ddd-forge", "remove-"], &["remove-domain", "remove-flow"]),
        (&["ddd-forge", "__"], &[]),
        (&["ddd-forge", "new", "shop", "--lic"], &["--license"]),
        (&["ddd-forge", "new", "shop", "--license", ""], &["mit", "apache-2.0", "proprietary"]),
        (&["ddd-forge", "new", "shop", "--license=m"], &["--license=mit"]),
        (&["ddd-forge", "new", "shop", "--yes", "--y"], &[]),
        (&["ddd-forge", "new", "shop", "-y", "--y"], &[]),
        (&["ddd-forge", "new", "shop", ""], &["/"]),
        (&["ddd-forge", "--project", "sh"], &["/"]),
        (&["ddd-forge", "--project=sh"], &["/"]),
        (&["ddd-forge", "completions", "f"], &["fish"]),
        (&["ddd-forge", "completions", "fish", ""], &[]),
        (&["ddd-forge", "add-domain", "orders", "--", "--s"], &[]),
        (&["ddd-forge", "add-domain", "orders", "--sc"], &["--scope"]),
        (&["ddd-forge", "add-domain", "orders", "--scope", "p"], &["public"]),
        (&["ddd-forge", "add-domain", "orders", "--ops", "a"], &["all"]),
        (&["ddd-forge", "add-domain", "orders", "--ops", "list,re"], &["list,read"]),
        (&["ddd-forge", "add-domain", "orders", "--ops=list,li"], &[]),
        (&["ddd-forge", "add-domain", "orders", "user:ref="], &["user:ref=users", "user:ref=self"]),
        (&["ddd-forge", "add-domain", "orders", "total:dec"], &["total:decimal"]),
        (&["ddd-forge", "add-flow", "x", "--timezone", "Europe/Berl"], &["Europe/Berlin"]),
        (&["ddd-forge", "remove-domain", ""], &[]),
        (&["ddd-forge", "nothing", "--pro"], &["--project"]),
    ] {
        assert_eq!(asked(&mut place.command(), words), wanted, "for {words:?}");
    }
}

#[test]
fn what_the_project_has_is_offered_where_it_is_named() {
    let place = shop();
    for (words, wanted) in [
        (&["ddd-forge", "remove-domain", ""][..], &["order_items", "orders"][..]),
        (&["ddd-forge", "remove-flow", ""], &["nightly-report"]),
        (&["ddd-forge", "add-flow", "x", "--domain", "u"], &["users"]),
        (&["ddd-forge", "add-flow", "x", "--domain=order_"], &["--domain=order_items"]),
        (&["ddd-forge", "add-domain", "invoices", "order:ref=orders"], &["order:ref=orders"]),
        (&["ddd-forge", "add-domain", "invoices", "a:int", "b:ref=u"], &["b:ref=users"]),
        (&["ddd-forge", "add-domain", ""], &[]),
    ] {
        assert_eq!(asked(&mut in_shop(&place), words), wanted, "for {words:?}");
    }
    let elsewhere = ["ddd-forge", "--project", "shop", "remove-domain", "ord"];
    assert_eq!(asked(&mut place.command(), &elsewhere), ["order_items", "orders"]);
    let mut at_home = place.command();
    at_home.env("HOME", place.work()).env("USERPROFILE", place.work());
    let elsewhere = ["ddd-forge", "remove-flow", "--project", "~/shop", ""];
    assert_eq!(asked(&mut at_home, &elsewhere), ["nightly-report"]);
    let elsewhere = ["ddd-forge", "remove-domain", "--project=shop", "ord"];
    assert_eq!(asked(&mut place.command(), &elsewhere), ["order_items", "orders"]);
}

#[test]
fn a_question_changes_nothing_and_nothing_wrong_is_told() {
    let place = shop();
    let record = place.path("shop/.ddd-forge/domains/orders.toml");
    fs::write(record, "no record = = \u{1b}").unwrap();
    let before = place.files();
    for (words, count) in [
        (&["ddd-forge", "remove-domain", ""][..], 2),
        (&["ddd-forge", "drop-field", "orders", ""], 0),
        (&["ddd-forge", "drop-field", "../../x", ""], 0),
        (&["ddd-forge", "--project", "\u{1b}/nowhere", "remove-domain", ""], 0),
        (&["ddd-forge", "--project=ddd-forge.toml", "remove-domain", ""], 0),
        (&["ddd-forge", "--domain", "remove-domain", "\u{fffd}"], 0),
        (&["ddd-forge"], 0),
    ] {
        assert_eq!(asked(&mut in_shop(&place), words).len(), count, "{words:?}");
    }
    assert_eq!(in_shop(&place).args(["__complete", "7", "--"]).output().unwrap().stderr, b"");
    assert!(place.files() == before);
}

#[cfg(unix)]
#[test]
fn no_file_name_gets_onto_a_command_line_that_a_shell_would_run() {
    let place = shop();
    for name in ["$(touch x).toml", "a;b.toml", "a b.toml", "`x`.toml", "-x.toml", "a\nb.toml"] {
        fs::write(place.path("shop/.ddd-forge/domains").join(name), "").unwrap();
        fs::write(place.path("shop/.ddd-forge/flows").join(name), "").unwrap();
    }
    for (command, wanted) in
        [("remove-domain", &["order_items", "orders"][..]), ("remove-flow", &["nightly-report"])]
    {
        assert_eq!(asked(&mut in_shop(&place), &["ddd-forge", command, ""]), wanted);
    }
}

/// The line that bash has after a tab at the end of `typed`, read and edited as on a terminal.
#[cfg(target_os = "linux")]
fn in_bash(place: &Place, setting: &str, typed: &str) -> Option<String> {
    let mut bash = shell(place, "bash")?;
    let bash = bash.args(["--norc", "-i"]).stdin(Stdio::piped()).stdout(Stdio::piped());
    let mut bash = bash.stderr(Stdio::null()).spawn().unwrap();
    // After the tab to the beginning of the line, then to its end, to have it printed.
    let keys = format!(
        "{setting}\neval \"$(ddd-forge completions bash)\"\n\
         {typed}\t\u{1}printf '<%s>\\n' '\u{5}'\n"
    );
    bash.stdin.take().unwrap().write_all(keys.as_bytes()).unwrap();
    let said = String::from_utf8(bash.wait_with_output().unwrap().stdout).unwrap();
    let line = said.lines().find_map(|line| line.strip_prefix('<')?.strip_suffix('>'));
    Some(line.unwrap_or_else(|| panic!("no line in {said:?}")).to_owned())
}

#[cfg(target_os = "linux")]
#[test]
fn bash_completes_words_with_colons_and_equals_signs() {
    let place = shop();
    for (typed, wanted) in [
        ("ddd-forge remove-d", "ddd-forge remove-domain "),
        ("ddd-forge remove-domain orders", "ddd-forge remove-domain orders "),
        ("ddd-forge remove-domain o", "ddd-forge remove-domain order"),
        ("ddd-forge add-domain x customer:ref=u", "ddd-forge add-domain x customer:ref=users"),
        ("ddd-forge add-domain x order:ref=orders", "ddd-forge add-domain x order:ref=orders"),
        ("ddd-forge add-domain x a:dec", "ddd-forge add-domain x a:decimal"),
        ("ddd-forge add-domain x a:enum", "ddd-forge add-domain x a:enum="),
        ("ddd-forge add-domain x a:int:nu", "ddd-forge add-domain x a:int:nullable"),
        (
            "ddd-forge add-domain x a:ref=orders:ondelete=c",
            "ddd-forge add-domain x a:ref=orders:ondelete=cascade",
        ),
        (
            "ddd-forge add-flow x --cron \"0 2 * * *\" --domain=us",
            "ddd-forge add-flow x --cron \"0 2 * * *\" --domain=users ",
        ),
        ("ddd-forge remove-flow ", "ddd-forge remove-flow nightly-report "),
        ("ddd-forge --project te", "ddd-forge --project tests/"),
        ("ddd-forge remove-domain x", "ddd-forge remove-domain x"),
    ] {
        for setting in ["", "COMP_WORDBREAKS=${COMP_WORDBREAKS//[:=]/}"] {
            let Some(line) = in_bash(&place, setting, typed) else { return };
            assert_eq!(line, wanted, "after {setting:?}");
        }
    }
    let line = in_bash(&place, "", "ddd-forge --project=te").unwrap();
    assert_eq!(line, "ddd-forge --project=tests/");
}

#[test]
fn fish_offers_what_the_project_has() {
    let place = shop();
    for (typed, wanted) in [
        ("ddd-forge remove-d", &["remove-domain\tRemove a domain that `add-domain` made"][..]),
        ("ddd-forge remove-domain ", &["order_items", "orders"]),
        ("ddd-forge add-domain x customer:ref=u", &["customer:ref=users"]),
        ("ddd-forge add-flow x --domain=us", &["--domain=users"]),
        ("ddd-forge remove-domain x", &[]),
    ] {
        let Some(mut fish) = shell(&place, "fish") else { return };
        let ask = format!("ddd-forge completions fish | source; complete -C '{typed}'");
        let run = Run::of(fish.args(["--no-config", "-c", &ask])).exits(0);
        assert_eq!(run.stdout.lines().collect::<Vec<_>>(), wanted, "after {typed:?}: {run:?}");
    }
}

#[test]
fn zsh_gets_words_that_may_go_on_apart_from_those_that_end() {
    let place = shop();
    for (words, typed, wanted) in [
        ("ddd-forge", "remove-d", &["remove-domain:Remove a domain that `add-domain` made"][..]),
        ("ddd-forge remove-domain", "", &["order_items", "orders"]),
        ("ddd-forge add-domain x", "customer:ref=u", &["customer\\:ref=users", "-S"]),
        ("ddd-forge add-flow '--cron=0 2 * * *' x", "--domain=us", &["--domain=users"]),
        ("ddd-forge", "--project=x", &["directories -/"]),
        ("ddd-forge remove-domain", "x", &[]),
    ] {
        let Some(mut zsh) = shell(&place, "zsh") else { return };
        // What the completion system would do is printed.
        let ask = format!(
            "compdef() {{ }}; compset() {{ }}; _files() {{ print directories $@ }}
             _describe() {{ print -rl -- ${{(P)2}} $3 }}
             eval \"$(ddd-forge completions zsh)\"
             words=({words} '{typed}') PREFIX='{typed}'; CURRENT=$#words; _ddd-forge; true"
        );
        let run = Run::of(zsh.args(["-f", "-c", &ask])).exits(0);
        assert_eq!(run.stdout.lines().collect::<Vec<_>>(), wanted, "after {typed:?}: {run:?}");
    }
}
