//! What a machine has of what a project needs. Asks programs and ports; changes nothing.

use std::net::{TcpListener, TcpStream, ToSocketAddrs};
use std::path::{Path, PathBuf};
use std::time::Duration;

use crate::process;

/// How long a program may take to say what it is; a daemon that hangs answers nothing.
const PATIENCE: Duration = Duration::from_secs(5);

/// What is known about the Docker engine.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Docker {
    /// Its program is not on the search path.
    Absent,
    /// Its program is there, and no daemon answers it.
    Silent,
    /// The daemon answers, but there is no Compose.
    WithoutCompose,
    /// All of it.
    Ready,
}

/// What a machine has.
#[derive(Clone, Debug)]
pub struct Machine {
    /// What `uv --version` says.
    pub uv: Option<String>,
    /// Where `uv` finds the wanted Python.
    pub python: Option<String>,
    /// What `git --version` says.
    pub git: Option<String>,
    /// Whether `just` is on the search path.
    pub just: bool,
    /// The Docker engine.
    pub docker: Docker,
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
    let here = Path::new(".");
    let ask = |argv: &[&str]| process::probe(argv, here, PATIENCE);
    std::thread::scope(|scope| {
        // The one that may take its time.
        let docker = scope.spawn(|| docker(&ask));
        let find = ["uv", "python", "find", "--no-project", "--no-python-downloads", python];
        Machine {
            uv: ask(&["uv", "--version"]),
            python: ask(&find),
            git: ask(&["git", "--version"]),
            just: process::on_path("just"),
            postgres: postgres(),
            taken: ports.iter().copied().filter(|port| is_taken(*port)).collect(),
            database: database.map(|(host, port)| answers(host, *port)),
            docker: docker.join().unwrap_or(Docker::Silent),
        }
    })
}

fn docker(ask: &dyn Fn(&[&str]) -> Option<String>) -> Docker {
    if !process::on_path("docker") {
        return Docker::Absent;
    }
    match ask(&["docker", "info"]) {
        None => Docker::Silent,
        Some(_) if ask(&["docker", "compose", "version"]).is_none() => Docker::WithoutCompose,
        Some(_) => Docker::Ready,
    }
}

/// Looks where a project's own scripts look.
fn postgres() -> Option<PathBuf> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let debian = std::fs::read_dir("/usr/lib/postgresql").into_iter().flatten().flatten();
    let places = std::env::split_paths(&path).chain(debian.map(|entry| entry.path().join("bin")));
    let program = format!("initdb{}", std::env::consts::EXE_SUFFIX);
    places.into_iter().find(|place| place.join(&program).is_file())
}

fn is_taken(port: u16) -> bool {
    TcpListener::bind(("127.0.0.1", port)).is_err()
}

fn answers(host: &str, port: u16) -> bool {
    let addresses = (host, port).to_socket_addrs().into_iter().flatten();
    let connect = |address| TcpStream::connect_timeout(&address, Duration::from_secs(1)).is_ok();
    addresses.into_iter().any(connect)
}
