//! `install.sh`: installs what was released and nothing else, also when it was cut off on its way.

#![cfg(all(target_os = "linux", any(target_arch = "x86_64", target_arch = "aarch64")))]

mod support;

use std::fs;
use std::process::Command;

use support::{Place, Run};

const RELEASED: &str = "#!/bin/sh\necho 'ddd-forge 9.9.9'\n";

/// A place with the installer, and a release to install from.
fn with_release() -> Place {
    let place = Place::new();
    let script = fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/install.sh")).unwrap();
    place.write("install.sh", &script);
    place.write("build/ddd-forge", RELEASED);
    let release = "release/latest/download";
    fs::create_dir_all(place.path(release)).unwrap();
    let archive = format!("ddd-forge-{}-unknown-linux-musl.tar.gz", std::env::consts::ARCH);
    let pack = format!(
        "chmod 755 build/ddd-forge && tar -czf {release}/{archive} -C build ddd-forge && \
         cd {release} && sha256sum {archive} > {archive}.sha256"
    );
    Run::of(place.program("sh").args(["-c", &pack])).exits(0);
    place
}

fn install(place: &Place, script: &str) -> Command {
    let mut command = place.program("sh");
    command
        .arg(script)
        .env("DDD_FORGE_BASE_URL", format!("file://{}/release", place.work().display()));
    command.env("DDD_FORGE_BIN", place.path("a bin"));
    command
}

#[test]
fn the_released_binary_is_installed_and_how_to_undo_it_is_said() {
    let place = with_release();
    let run = Run::of(&mut install(&place, "install.sh")).exits(0);
    assert_eq!(place.read("a bin/ddd-forge"), RELEASED);
    run.says("to undo: rm '").says("not on your PATH yet");
    assert_eq!(fs::read_dir(place.path("a bin")).unwrap().count(), 1);
    Run::of(&mut install(&place, "install.sh")).exits(0);
}

#[test]
fn a_download_with_another_hash_is_refused() {
    let place = with_release();
    for entry in fs::read_dir(place.path("release/latest/download")).unwrap() {
        let path = entry.unwrap().path();
        if path.extension().is_some_and(|extension| extension == "gz") {
            let mut bytes = fs::read(&path).unwrap();
            let middle = bytes.len() / 2;
            bytes[middle] ^= 1;
            fs::write(path, bytes).unwrap();
        }
    }
    Run::of(&mut install(&place, "install.sh"))
        .exits(1)
        .says("the download is not what was released");
    assert!(!place.path("a bin").exists());
}

#[test]
fn an_unsafe_address_is_refused() {
    let place = with_release();
    let mut command = install(&place, "install.sh");
    command.env("DDD_FORGE_BASE_URL", "http://127.0.0.1:9/releases");
    Run::of(&mut command).exits(1).says("neither https nor a file");
    assert!(!place.path("a bin").exists());
}

#[test]
fn a_script_that_was_cut_off_does_nothing() {
    let place = with_release();
    let script = place.read("install.sh");
    let lines: Vec<_> = script.lines().collect();
    let before = place.files();
    for end in 0..lines.len() - 1 {
        place.write("install.sh", &(lines[..end].join("\n") + "\n"));
        let run = Run::of(&mut install(&place, "install.sh"));
        assert!(!run.stderr.contains("installed"), "cut after line {end}: {run:?}");
        let mut after = place.files();
        after.insert("install.sh".to_owned(), before["install.sh"].clone());
        assert_eq!(after, before, "cut after line {end}");
    }
}
