//! Completion scripts, each asked by its own shell where that is installed.

mod support;

use support::Place;

fn script(shell: &str) -> String {
    Place::new().run(&["completions", shell]).exits(0).stdout
}

#[test]
fn every_shell_gets_a_script_that_knows_commands_and_flags() {
    for shell in ["bash", "zsh", "fish", "powershell", "elvish"] {
        let script = script(shell);
        for word in ["new", "undo", "doctor", "completions", "license", "no-docker"] {
            assert!(script.contains(word), "{shell} has no {word}");
        }
    }
    // The other two complete no values.
    for shell in ["bash", "zsh", "fish"] {
        assert!(script(shell).contains("apache-2.0"), "{shell}");
    }
}

#[test]
fn an_unknown_shell_is_refused_with_those_there_are() {
    Place::new().run(&["completions", "tcsh"]).exits(2).says("bash, elvish, fish");
}

/// What bash would offer after these words.
#[cfg(target_os = "linux")]
fn offered(words: &[&str]) -> Option<Vec<String>> {
    let place = Place::new();
    place.write("ddd-forge.bash", &script("bash"));
    let line = words.iter().map(|word| format!("'{word}'")).collect::<Vec<_>>().join(" ");
    let ask = format!(
        "source ./ddd-forge.bash; COMP_WORDS=({line}); COMP_CWORD={}; \
         _ddd-forge ddd-forge \"${{COMP_WORDS[COMP_CWORD]}}\" \"${{COMP_WORDS[COMP_CWORD-1]}}\"; \
         printf '%s\\n' \"${{COMPREPLY[@]}}\"",
        words.len() - 1
    );
    if !std::path::Path::new("/bin/bash").exists() {
        eprintln!("no bash here: its completions were not asked");
        return None;
    }
    let run = support::Run::of(place.program("/bin/bash").args(["--norc", "-c", &ask])).exits(0);
    Some(run.stdout.lines().map(str::to_owned).collect())
}

#[cfg(target_os = "linux")]
#[test]
fn bash_offers_what_can_follow() {
    for (words, wanted) in [
        (&["ddd-forge", "ne"][..], &["new"][..]),
        (&["ddd-forge", "new", "shop", "--lic"], &["--license"]),
        (&["ddd-forge", "new", "shop", "--license", ""], &["mit", "apache-2.0", "proprietary"]),
        (&["ddd-forge", "completions", "f"], &["fish"]),
    ] {
        let Some(offered) = offered(words) else { return };
        assert_eq!(offered, wanted, "after {words:?}");
    }
}
