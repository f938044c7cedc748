//! `doctor`: what the machine and the project lack, and how to get it.

use serde::Serialize;

use super::INSTALL_UV;
use crate::machine::{Docker, Machine};
use crate::model::{Manifest, Options};
use crate::project::Variable;

/// The lowest `uv` that builds and locks a generated project.
const OLDEST_UV: (u32, u32) = (0, 9);

/// Where the API of a project listens, and its Prefect server.
pub const API_PORT: u16 = 8000;
const PREFECT_PORT: u16 = 4200;

/// What a project that exists says of itself.
#[derive(Clone, Debug)]
pub struct ProjectFacts {
    /// What it was made from.
    pub manifest: Manifest,
    /// The variables of `.env.sample`, where there is one.
    pub sample: Option<Vec<Variable>>,
    /// The variables of `.env`, where there is one.
    pub environment: Option<Vec<Variable>>,
    /// Whether `uv.lock` is there.
    pub locked: bool,
}

/// How a check came out.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Status {
    /// As it should be.
    Ok,
    /// Worth knowing; nothing depends on it.
    Note,
    /// Something will not work.
    Missing,
}

/// One thing that was looked at.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Check {
    /// What was looked at.
    pub name: &'static str,
    /// How it came out.
    pub status: Status,
    /// What was found.
    pub found: String,
    /// The command that mends it.
    pub fix: Option<String>,
}

impl Check {
    fn ok(name: &'static str, found: impl Into<String>) -> Self {
        Check { name, status: Status::Ok, found: found.into(), fix: None }
    }

    fn note(name: &'static str, found: impl Into<String>, fix: Option<&str>) -> Self {
        let fix = fix.map(str::to_owned);
        Check { name, status: Status::Note, found: found.into(), fix }
    }

    fn missing(name: &'static str, found: impl Into<String>, fix: &str) -> Self {
        let fix = Some(fix.to_owned());
        Check { name, status: Status::Missing, found: found.into(), fix }
    }
}

impl ProjectFacts {
    /// Returns where `.env` says the database is.
    pub fn database(&self) -> Option<(String, u16)> {
        let value = |name: &str| {
            let set = self.environment.iter().flatten().find(|variable| variable.name == name);
            set.map(|variable| variable.value.clone()).filter(|value| !value.is_empty())
        };
        let port = value("APP_DB_PORT").map_or(Some(5432), |port| port.parse().ok())?;
        Some((value("APP_DB_HOST")?, port))
    }
}

/// Returns the options that decide what is needed: the project's, or the defaults.
pub fn options(project: Option<&ProjectFacts>) -> Options {
    project.map(|project| project.manifest.options.clone()).unwrap_or_default()
}

/// Returns the ports that a project with these options listens on.
pub fn ports(options: &Options) -> Vec<u16> {
    let prefect = options.features()["prefect"].then_some(PREFECT_PORT);
    [API_PORT].into_iter().chain(prefect).collect()
}

/// Returns what there is to say about the machine, and about the project where there is one.
pub fn checks(machine: &Machine, project: Option<&ProjectFacts>) -> Vec<Check> {
    let options = options(project);
    let mut checks = vec![
        uv(machine),
        python(machine, options.get("python")),
        git(machine),
        just(machine),
        postgres(machine),
    ];
    if options.features()["docker"] {
        checks.push(docker(machine));
    }
    checks.extend(ports(&options).into_iter().map(|wanted| port(machine, wanted)));
    if let Some(project) = project {
        checks.push(environment(project));
        checks.extend(machine.database.map(|answers| database(project, answers)));
        checks.push(lock(project));
    }
    checks
}

fn uv(machine: &Machine) -> Check {
    let Some(said) = &machine.uv else {
        return Check::missing("uv", "not on the search path", INSTALL_UV);
    };
    let version = said.split_whitespace().nth(1).unwrap_or_default();
    let mut numbers = version.split('.').map_while(|part| part.parse::<u32>().ok());
    let known = numbers.next().zip(numbers.next());
    match known {
        Some(version) if version < OLDEST_UV => {
            let (major, minor) = OLDEST_UV;
            let found = format!("{said}, and {major}.{minor} is the oldest that will do");
            Check::missing("uv", found, "uv self update")
        }
        _ => Check::ok("uv", said),
    }
}

fn python(machine: &Machine, wanted: &str) -> Check {
    match &machine.python {
        Some(path) => Check::ok("Python", format!("{wanted} at {path}")),
        None => {
            let fix = format!("uv python install {wanted}");
            Check::note("Python", format!("no {wanted} yet; uv fetches it when needed"), Some(&fix))
        }
    }
}

fn git(machine: &Machine) -> Check {
    match &machine.git {
        Some(said) => Check::ok("git", said.trim_start_matches("git version ")),
        None => Check::note("git", "not on the search path; `new` makes no repository", None),
    }
}

fn just(machine: &Machine) -> Check {
    match machine.just {
        true => Check::ok("just", "on the search path"),
        false => {
            let fix = "uv tool install rust-just";
            Check::note("just", "not on the search path; `uv run just` does the same", Some(fix))
        }
    }
}

fn postgres(machine: &Machine) -> Check {
    match &machine.postgres {
        Some(place) => Check::ok("PostgreSQL", format!("programs in {}", place.display())),
        None => Check::note("PostgreSQL", "not installed; `just up` brings a private one", None),
    }
}

fn docker(machine: &Machine) -> Check {
    let without = "images cannot be built; all else works without";
    match machine.docker {
        Docker::Ready => Check::ok("Docker", "the daemon answers, and Compose is there"),
        Docker::Absent => Check::note("Docker", format!("not installed: {without}"), None),
        Docker::Silent => {
            let found = format!("no daemon answers: {without}");
            Check::note("Docker", found, Some("docker info"))
        }
        Docker::WithoutCompose => {
            let found = format!("without Compose: {without}");
            Check::note("Docker", found, Some("docker compose version"))
        }
    }
}

fn port(machine: &Machine, port: u16) -> Check {
    let (name, fix) = match port {
        API_PORT => ("port 8000", format!("just up {}", API_PORT + 1)),
        _ => ("port 4200", "uv run prefect server start --port 4201".to_owned()),
    };
    match machine.taken.contains(&port) {
        false => Check::ok(name, "free"),
        true => Check::missing(name, "taken, by this service or another program", &fix),
    }
}

fn environment(project: &ProjectFacts) -> Check {
    let Some(environment) = &project.environment else {
        let fix = Some("just env-init");
        return Check::note(".env", "not there yet; `just up` writes it", fix);
    };
    let names = |variables: &[&Variable]| {
        variables.iter().map(|variable| variable.name.as_str()).collect::<Vec<_>>().join(", ")
    };
    let placeholder = |variable: &&Variable| variable.value.starts_with("change-me");
    let left: Vec<_> = environment.iter().filter(placeholder).collect();
    if !left.is_empty() {
        let fix = "python3 -c 'import secrets; print(secrets.token_urlsafe(32))'";
        return Check::missing(".env", format!("still a placeholder: {}", names(&left)), fix);
    }
    let has = |wanted: &&Variable| environment.iter().any(|set| set.name == wanted.name);
    let sample = project.sample.iter().flatten();
    let absent: Vec<_> = sample.filter(|wanted| !has(wanted)).collect();
    match absent.is_empty() {
        true => Check::ok(".env", format!("{} variables", environment.len())),
        false => {
            let fix = Some("diff .env.sample .env");
            Check::note(".env", format!("the default stands for {}", names(&absent)), fix)
        }
    }
}

fn database(project: &ProjectFacts, answers: bool) -> Check {
    let (host, port) = project.database().unwrap_or_default();
    match answers {
        true => Check::ok("database", format!("something listens at {host}:{port}")),
        false => {
            let found = format!("nothing listens at {host}:{port}; `just up` finds or starts one");
            Check::note("database", found, None)
        }
    }
}

fn lock(project: &ProjectFacts) -> Check {
    match project.locked {
        true => Check::ok("uv.lock", "there"),
        false => {
            let fix = "uv run just install && git add uv.lock";
            Check::missing("uv.lock", "missing; CI and images stop without it", fix)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Author, ProjectName, Repository, Text};

    fn machine() -> Machine {
        Machine {
            uv: Some("uv 0.13.9 (Homebrew 2026-10-01)".into()),
            python: Some("/usr/bin/python3.13".into()),
            git: Some("git version 2.50.1".into()),
            just: true,
            docker: Docker::Ready,
            postgres: Some("/usr/lib/postgresql/17/bin".into()),
            taken: Vec::new(),
            database: None,
        }
    }

    fn variables(text: &str) -> Option<Vec<Variable>> {
        Some(crate::project::variables(text))
    }

    fn project(sample: &str, environment: Option<&str>) -> ProjectFacts {
        let manifest = Manifest {
            version: "0.1.0".into(),
            name: ProjectName::parse("shop").unwrap(),
            description: Text::parse("description", "A shop").unwrap(),
            author: Author::parse("Jane Doe").unwrap(),
            repository: Repository::parse("acme/shop").unwrap(),
            options: Options::default(),
        };
        let environment = environment.and_then(variables);
        ProjectFacts { manifest, sample: variables(sample), environment, locked: true }
    }

    /// The check called `name`, as status and what was found.
    fn outcome(checks: &[Check], name: &str) -> (Status, String) {
        let check = checks.iter().find(|check| check.name == name).unwrap();
        (check.status, check.found.clone())
    }

    #[test]
    fn a_machine_that_has_all_lacks_nothing() {
        let checks = checks(&machine(), Some(&project("A=1", Some("A=2"))));
        assert!(checks.iter().all(|check| check.status == Status::Ok), "{checks:#?}");
    }

    #[test]
    fn only_uv_is_needed_and_every_lack_has_its_fix() {
        let (uv, python, git, postgres, database) = (None, None, None, None, None);
        let (just, docker, taken) = (false, Docker::Absent, Vec::new());
        let bare = Machine { uv, python, git, just, docker, postgres, taken, database };
        let checks = checks(&bare, None);
        let missing = checks.iter().filter(|check| check.status == Status::Missing);
        assert_eq!(missing.map(|check| check.name).collect::<Vec<_>>(), ["uv"]);
        for check in checks.iter().filter(|check| check.status == Status::Missing) {
            assert!(check.fix.is_some(), "{check:?}");
        }
    }

    #[test]
    fn a_version_of_uv_that_is_too_old_is_named() {
        for (said, status) in [
            ("uv 0.8.99", Status::Missing),
            ("uv 0.9.0", Status::Ok),
            ("uv 1.0.0", Status::Ok),
            ("uv of tomorrow", Status::Ok),
        ] {
            let checks = checks(&Machine { uv: Some(said.into()), ..machine() }, None);
            assert_eq!(outcome(&checks, "uv").0, status, "{said}");
        }
    }

    #[test]
    fn what_was_left_out_of_the_project_is_not_looked_for() {
        let mut project = project("", None);
        project.manifest.options.set("docker", "no").unwrap();
        project.manifest.options.set("workers", "none").unwrap();
        let checks = checks(&machine(), Some(&project));
        assert!(!checks.iter().any(|check| matches!(check.name, "Docker" | "port 4200")));
    }

    #[test]
    fn names_and_never_values_of_the_environment_are_shown() {
        let sample = "SECRET_KEY=change-me-secret-key\nAPP_DB_HOST=localhost\n";
        for (environment, status, found) in [
            (None, Status::Note, "not there yet"),
            (Some("SECRET_KEY=change-me-canary"), Status::Missing, "placeholder: SECRET_KEY"),
            (Some("SECRET_KEY=canary"), Status::Note, "the default stands for APP_DB_HOST"),
            (Some("SECRET_KEY=canary\nAPP_DB_HOST=x"), Status::Ok, "2 variables"),
        ] {
            let checks = checks(&machine(), Some(&project(sample, environment)));
            let (actual, said) = outcome(&checks, ".env");
            assert_eq!(actual, status);
            assert!(said.contains(found) && !said.contains("canary"), "{said}");
        }
    }

    #[test]
    fn the_database_is_looked_for_where_the_project_says() {
        let at = |environment| project("", Some(environment)).database();
        assert_eq!(at("APP_DB_HOST=db\nAPP_DB_PORT=7000"), Some(("db".into(), 7000)));
        assert_eq!(at("APP_DB_HOST=db"), Some(("db".into(), 5432)));
        assert_eq!(at("APP_DB_HOST=db\nAPP_DB_PORT=many"), None);
        assert_eq!(at("APP_DB_PORT=7000"), None);
    }
}
