//! What a machine has of what a project needs. Asks programs and ports; changes nothing.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, TcpListener, TcpStream, ToSocketAddrs};
use std::path::{Path, PathBuf};
use std::time::Duration;

use crate::process::{self, Answer};

/// How long a program may take to say what it is; a daemon that hangs answers nothing.
const PATIENCE: Duration = Duration::from_secs(5);

/// How long a listener may take to accept a connection.
const KNOCK: Duration = Duration::from_millis(500);

/// What a machine has.
#[derive(Clone, Debug)]
pub struct Machine {
    /// What `uv --version` answers.
    pub uv: Answer,
    /// Where `uv` finds the wanted Python.
    pub python: Answer,
    /// What `git --version` answers.
    pub git: Answer,
    /// Whether `just` is on the search path.
    pub just: bool,
    /// What `docker info` answers.
    pub docker: Answer,
    /// Whether Compose answers `docker compose version`.
    pub compose: bool,
    /// Where PostgreSQL's programs are.
    pub postgres: Option<PathBuf>,
    /// The ports in question that somebody listens on.
    pub taken: Vec<u16>,
    /// Whether somebody listens where the project's database is said to be, if it says so.
    pub database: Option<bool>,
}

/// Learns what the machine has: `python` is the version wanted, `ports` those a project serves on,
/// `database` the host and port it names.
pub fn examine(python: &str, ports: &[u16], database: Option<&(String, u16)>) -> Machine {
    let ask = |argv: &[&str]| process::probe(argv, Path::new("."), PATIENCE);
    let find = ["uv", "python", "find", "--no-project", "--no-python-downloads", python];
    std::thread::scope(|scope| {
        // Each in a thread of its own: the one that hangs holds up nobody.
        let docker = scope.spawn(|| ask(&["docker", "info"]));
        let compose = scope.spawn(|| ask(&["docker", "compose", "version"]));
        let python = scope.spawn(|| ask(&find));
        let uv = scope.spawn(|| ask(&["uv", "--version"]));
        let answer = |thread: std::thread::ScopedJoinHandle<'_, Answer>| {
            thread.join().unwrap_or(Answer::Absent)
        };
        Machine {
            git: ask(&["git", "--version"]),
            just: process::on_path("just"),
            postgres: postgres(),
            taken: ports.iter().copied().filter(|port| is_taken(*port)).collect(),
            database: database.map(|(host, port)| answers(host, *port)),
            uv: answer(uv),
            python: answer(python),
            docker: answer(docker),
            compose: matches!(answer(compose), Answer::Said(_)),
        }
    })
}

/// Looks where a project's own `scripts/postgres_binaries.py` looks.
fn postgres() -> Option<PathBuf> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let below = |directory: &str, prefix: &'static str, rest: &'static str| {
        let entries = std::fs::read_dir(directory).into_iter().flatten().flatten();
        entries
            .filter(move |entry| entry.file_name().to_string_lossy().starts_with(prefix))
            .map(move |entry| entry.path().join(rest))
    };
    let mut places = std::env::split_paths(&path)
        .chain(below("/usr/lib/postgresql", "", "bin"))
        .chain(below("/usr", "pgsql-", "bin"))
        .chain(below("/opt/homebrew/opt", "postgresql@", "bin"))
        .chain(below("/usr/local/opt", "postgresql@", "bin"))
        .chain(below("/Applications/Postgres.app/Contents/Versions", "", "bin"));
    let program = format!("initdb{}", std::env::consts::EXE_SUFFIX);
    places.find(|place| place.join(&program).is_file())
}

/// Tells whether somebody listens on a port of this machine, at whichever address.
fn is_taken(port: u16) -> bool {
    let addresses = [IpAddr::V4(Ipv4Addr::LOCALHOST), IpAddr::V6(Ipv6Addr::LOCALHOST)];
    TcpListener::bind((Ipv4Addr::LOCALHOST, port)).is_err()
        || addresses.into_iter().any(|address| accepts((address, port).into()))
}

fn answers(host: &str, port: u16) -> bool {
    let addresses = (host, port).to_socket_addrs().into_iter().flatten();
    addresses.into_iter().any(accepts)
}

fn accepts(address: SocketAddr) -> bool {
    TcpStream::connect_timeout(&address, KNOCK).is_ok()
}
