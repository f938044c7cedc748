//! `install.sh`: installs what was released and nothing else, also when it was cut off on its way.

#![cfg(all(
    any(target_os = "linux", target_os = "macos"),
    any(target_arch = "x86_64", target_arch = "aarch64")
))]

mod support;

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::process::{Command, Stdio};

use sha2::{Digest, Sha256};
use support::{Place, Run};

const SCRIPT: &str = include_str!("../install.sh");
const RELEASED: &str = "#!/bin/sh\necho 'ddd-forge 9.9.9'\n";
const LATEST: &str = "release/latest/download";
const SYSTEM: &str = if cfg!(target_os = "macos") { "apple-darwin" } else { "unknown-linux-musl" };

fn archive() -> String {
    format!("ddd-forge-{}-{SYSTEM}.tar.gz", std::env::consts::ARCH)
}

/// Puts a program on the machine that the installer runs on.
fn executable(place: &Place, path: &str, text: &str) {
    place.write(path, text);
    fs::set_permissions(place.path(path), fs::Permissions::from_mode(0o755)).unwrap();
}

/// A place with the installer, and releases to install from: the newest, and the one before.
fn with_release() -> Place {
    let place = Place::new();
    place.write("install.sh", SCRIPT);
    release(&place, LATEST, RELEASED);
    release(&place, "release/download/v9.9.8", &RELEASED.replace("9.9.9", "9.9.8"));
    place
}

fn release(place: &Place, directory: &str, program: &str) {
    executable(place, "build/ddd-forge", program);
    fs::create_dir_all(place.path(directory)).unwrap();
    let archive = format!("{directory}/{}", archive());
    Run::of(place.program("tar").args(["-czf", &archive, "-C", "build", "ddd-forge"])).exits(0);
    let digest = Sha256::digest(fs::read(place.path(&archive)).unwrap());
    let digest: String = digest.iter().map(|byte| format!("{byte:02x}")).collect();
    place.write(&format!("{archive}.sha256"), &format!("{digest}  name\n"));
}

/// The installer in a shell, with the releases of this place; the binary goes to `a bin`.
fn install(place: &Place, shell: &[&str]) -> Command {
    let mut command = place.program(shell[0]);
    command.args(&shell[1..]).arg("install.sh");
    let releases = format!("file://{}/release", place.work().display());
    command.env("DDD_FORGE_BASE_URL", releases).env("DDD_FORGE_BIN", place.path("a bin"));
    command
}

/// Puts stand-ins for programs of the machine before the real ones.
fn with_programs(place: &Place, command: &mut Command, programs: &[(&str, &str)]) {
    for (name, text) in programs {
        executable(place, &format!("programs/{name}"), text);
    }
    let path = std::env::var("PATH").unwrap();
    command.env("PATH", format!("{}:{path}", place.path("programs").display()));
}

/// The shells of this machine that a user's `sh` may be.
fn shells() -> Vec<Vec<&'static str>> {
    let all: [&[&str]; 5] =
        [&["sh"], &["dash"], &["bash", "--posix"], &["busybox", "sh"], &["zsh", "--emulate", "sh"]];
    let works = |shell: &&[&str]| {
        let mut command = Command::new(shell[0]);
        command.args(&shell[1..]).args(["-c", "true"]).stderr(Stdio::null());
        command.status().is_ok_and(|status| status.success())
    };
    all.into_iter().filter(works).map(<[&str]>::to_vec).collect()
}

#[test]
fn the_released_binary_is_installed_and_how_to_undo_it_is_said() {
    for shell in shells() {
        let place = with_release();
        let run = Run::of(&mut install(&place, &shell)).exits(0);
        assert_eq!(place.read("a bin/ddd-forge"), RELEASED);
        let run = run.says("installed ddd-forge 9.9.9: ").says("not on your PATH yet");
        assert_eq!(fs::read_dir(place.path("a bin")).unwrap().count(), 1);
        Run::of(&mut install(&place, &shell)).exits(0);

        let undo = run.stderr.lines().find_map(|line| line.strip_prefix("to undo: ")).unwrap();
        Run::of(place.program("sh").args(["-c", undo])).exits(0);
        assert_eq!(fs::read_dir(place.path("a bin")).unwrap().count(), 0, "{shell:?}");
    }
}

#[test]
fn nothing_but_the_binary_is_written_and_the_path_is_left_alone() {
    let place = with_release();
    let before = place.files();
    Run::of(install(&place, &["sh"]).env_remove("DDD_FORGE_BIN").env("TMPDIR", place.work()))
        .exits(0);
    assert_eq!(place.files(), before, "nothing stays in the temporary directory");
    let home = place.work().with_file_name("home");
    let written: Vec<_> = support::files(&home).into_keys().collect();
    assert_eq!(written, [".local/", ".local/bin/", ".local/bin/ddd-forge"]);
}

#[test]
fn a_release_can_be_chosen() {
    let place = with_release();
    Run::of(install(&place, &["sh"]).env("DDD_FORGE_VERSION", "9.9.8"))
        .exits(0)
        .says("installed ddd-forge 9.9.8: ");
    Run::of(install(&place, &["sh"]).env("DDD_FORGE_VERSION", "1.2.3"))
        .exits(1)
        .says("cannot be downloaded");
}

#[test]
fn a_download_with_another_hash_is_refused() {
    let place = with_release();
    for name in [archive(), format!("{}.sha256", archive())] {
        let path = place.path(&format!("{LATEST}/{name}"));
        let whole = fs::read(&path).unwrap();
        // All of the hash, and the archive from its first byte to its last.
        let last = if name.ends_with("256") { 63 } else { whole.len() - 1 };
        for index in (0..=16).map(|part| part * last / 16) {
            let mut bytes = whole.clone();
            bytes[index] ^= 1;
            fs::write(&path, bytes).unwrap();
            Run::of(&mut install(&place, &["sh"]))
                .exits(1)
                .says("the download is not what was released");
        }
        fs::write(&path, "").unwrap();
        Run::of(&mut install(&place, &["sh"])).exits(1).says("is not what was released");
        fs::write(&path, whole).unwrap();
    }
    assert!(!place.path("a bin").exists());
}

#[test]
fn an_unsafe_address_is_refused() {
    let place = with_release();
    let mut command = install(&place, &["sh"]);
    command.env("DDD_FORGE_BASE_URL", "http://127.0.0.1:9/releases");
    Run::of(&mut command).exits(1).says("neither https nor a file");
    assert!(!place.path("a bin").exists());
}

#[test]
fn a_script_that_was_cut_off_does_nothing() {
    let place = with_release();
    let before = place.files();
    let last = SCRIPT.rfind("main").unwrap();
    let lines = SCRIPT.match_indices('\n').map(|(end, _)| end + 1).filter(|end| *end <= last);
    // Of the last line, a byte may be missing to make another command.
    for end in lines.chain(last + 1..last + "main".len()) {
        place.write("install.sh", &SCRIPT[..end]);
        let run = Run::of(&mut install(&place, &["sh"]));
        assert!(!run.stderr.contains("installed"), "cut after byte {end}: {run:?}");
        let mut after = place.files();
        after.insert("install.sh".to_owned(), before["install.sh"].clone());
        assert_eq!(after, before, "cut after byte {end}");
    }
}

#[test]
fn a_platform_gets_its_own_archive_or_is_told_that_there_is_none() {
    let place = with_release();
    for (machine, said) in [
        ("Linux x86_64", "ddd-forge-x86_64-unknown-linux-musl.tar.gz"),
        ("Linux aarch64", "ddd-forge-aarch64-unknown-linux-musl.tar.gz"),
        ("Darwin x86_64", "ddd-forge-x86_64-apple-darwin.tar.gz"),
        ("Darwin arm64", "ddd-forge-aarch64-apple-darwin.tar.gz"),
        ("MINGW64_NT-10.0 x86_64", "ddd-forge-x86_64-pc-windows-msvc.zip"),
        ("Linux riscv64", "there is no binary for Linux riscv64"),
    ] {
        let (system, processor) = machine.split_once(' ').unwrap();
        let uname = format!("#!/bin/sh\n[ $1 = -s ] && echo {system} || echo {processor}\n");
        let mut command = install(&place, &["sh"]);
        with_programs(&place, &mut command, &[("uname", &uname)]);
        Run::of(&mut command).says(said);
    }
}

#[test]
fn a_checkout_is_built() {
    let place = Place::new();
    place.write("install.sh", SCRIPT);
    place.write("Cargo.toml", include_str!("../Cargo.toml"));
    place.write("templates/x", "");
    let cargo = format!(
        "#!/bin/sh\necho \"$@\" > built-with\nmkdir -p target/release\n\
         printf '%s' \"{RELEASED}\" > target/release/ddd-forge\nchmod 755 target/release/ddd-forge\n"
    );
    let mut command = install(&place, &["sh"]);
    command.env_remove("DDD_FORGE_BASE_URL");
    with_programs(&place, &mut command, &[("cargo", &cargo)]);
    Run::of(&mut command).exits(0).says("building this checkout").says("installed ddd-forge 9.9.9");
    let words = place.read("built-with");
    assert!(words.starts_with("build --release --locked --manifest-path "), "{words}");
}

#[test]
fn piped_into_a_shell_it_builds_nothing_of_where_it_is_run() {
    let place = with_release();
    place.write("Cargo.toml", include_str!("../Cargo.toml"));
    place.write("templates/x", "");
    let mut command = place.program("sh");
    command.stdin(fs::File::open(place.path("install.sh")).unwrap());
    // What it says before it asks the network is enough.
    with_programs(&place, &mut command, &[("curl", "#!/bin/sh\nexit 22\n")]);
    let run = Run::of(&mut command).exits(1);
    run.says("downloading https://github.com/ddd-forge/ddd-forge/releases/latest/download/");
}
