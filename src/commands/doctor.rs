//! `doctor`: what the machine and the project lack, and how to get it.

use serde::Serialize;

use super::INSTALL_UV;
use crate::machine::Machine;
use crate::model::{Manifest, Options};
use crate::process::Answer;
use crate::project::Variable;

/// The lowest `uv` that builds and locks a generated project.
const OLDEST_UV: (u32, u32) = (0, 9);

/// Where the API of a project listens, and its Prefect server.
pub const API_PORT: u16 = 8000;
const PREFECT_PORT: u16 = 4200;

/// The variables without which a service does not start, wherever it runs.
const REQUIRED: [&str; 2] = ["SECRET_KEY", "API_KEY_PEPPERS"];

/// Prints a value for one of them.
const NEW_SECRET: &str = "python3 -c 'import secrets; print(secrets.token_urlsafe(32))'";

/// What a project that exists says of itself.
#[derive(Clone, Debug)]
pub struct ProjectFacts {
    /// What it was made from.
    pub manifest: Manifest,
    /// The variables of `.env.sample`, where there is one.
    pub sample: Option<Vec<Variable>>,
    /// The variables of `.env`, where there is one, with what `.env.local` says instead.
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
    let ports = ports(&options).into_iter();
    checks.extend(ports.map(|wanted| port(machine, wanted, project.is_some())));
    if let Some(project) = project {
        checks.push(environment(machine, project));
        checks.extend(machine.database.map(|answers| database(project, answers)));
        checks.push(lock(machine, project));
    }
    checks
}

fn uv(machine: &Machine) -> Check {
    let said = match &machine.uv {
        Answer::Absent => return Check::missing("uv", "not on the search path", INSTALL_UV),
        Answer::Failed(why) => {
            return Check::missing("uv", format!("there, but it fails: {why}"), "uv --version");
        }
        Answer::Said(said) => said,
    };
    let version = said.split_whitespace().nth(1).unwrap_or_default();
    let mut numbers = version.split('.').map_while(|part| part.parse::<u32>().ok());
    match numbers.next().zip(numbers.next()) {
        Some(version) if version < OLDEST_UV => {
            let (major, minor) = OLDEST_UV;
            let found = format!("{said}, and {major}.{minor} is the oldest that will do");
            Check::missing("uv", found, "uv self update")
        }
        _ => Check::ok("uv", said),
    }
}

fn python(machine: &Machine, wanted: &str) -> Check {
    if let Answer::Said(path) = &machine.python {
        return Check::ok("Python", format!("{wanted} at {path}"));
    }
    let fix = format!("uv python install {wanted}");
    Check::note("Python", format!("no {wanted} yet; uv fetches it when needed"), Some(&fix))
}

fn git(machine: &Machine) -> Check {
    match &machine.git {
        Answer::Said(said) => Check::ok("git", said.trim_start_matches("git version ")),
        _ => Check::note("git", "not on the search path; `new` makes no repository", None),
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
    let note = |found: &str, fix: Option<&str>| {
        let found = format!("{found}: images cannot be built; all else works without");
        Check::note("Docker", found, fix)
    };
    match &machine.docker {
        Answer::Said(_) if machine.compose => {
            Check::ok("Docker", "the daemon answers, and Compose is there")
        }
        Answer::Said(_) => note("without Compose", Some("docker compose version")),
        Answer::Absent => note("not installed", None),
        Answer::Failed(why) if why.contains("permission denied") => {
            note("not permitted", Some("sudo usermod --append --groups docker $USER"))
        }
        Answer::Failed(_) => note("no daemon answers", Some("docker info")),
    }
}

/// A taken port hinders a project only, and there it may be the project's own.
fn port(machine: &Machine, port: u16, project: bool) -> Check {
    let (name, fix) = match port {
        API_PORT => ("port 8000", just_command(machine, &format!("up {}", API_PORT + 1))),
        _ => ("port 4200", "uv run prefect server start --port 4201".to_owned()),
    };
    match (machine.taken.contains(&port), project) {
        (false, _) => Check::ok(name, "free"),
        (true, true) => Check::missing(name, "taken, by this service or another program", &fix),
        (true, false) => Check::note(name, "taken; a project can use another", None),
    }
}

/// Returns how a recipe is run here.
fn just_command(machine: &Machine, recipe: &str) -> String {
    format!("{}just {recipe}", if machine.just { "" } else { "uv run " })
}

fn environment(machine: &Machine, project: &ProjectFacts) -> Check {
    let init = just_command(machine, "env-init");
    let Some(environment) = &project.environment else {
        return Check::note(".env", "not there yet; `just up` writes it", Some(&init));
    };
    let left = environment.iter().filter(|variable| variable.value.starts_with("change-me"));
    let left: Vec<_> = left.map(|variable| variable.name.as_str()).collect();
    let has = |name: &str| environment.iter().any(|set| set.name == name && !set.value.is_empty());
    let sample = project.sample.iter().flatten();
    let absent: Vec<_> = sample
        .filter(|wanted| !wanted.value.is_empty() && !has(&wanted.name))
        .map(|wanted| wanted.name.as_str())
        .collect();
    let needed = absent.iter().any(|name| REQUIRED.contains(name));
    match (left.is_empty(), absent.is_empty()) {
        (false, _) => {
            Check::missing(".env", format!("still a placeholder: {}", left.join(", ")), NEW_SECRET)
        }
        (_, true) => Check::ok(".env", format!("{} variables", environment.len())),
        _ if needed => {
            Check::missing(".env", format!("not set: {}", absent.join(", ")), NEW_SECRET)
        }
        _ => {
            let found = format!("the default stands for {}", absent.join(", "));
            Check::note(".env", found, Some("diff .env.sample .env"))
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

fn lock(machine: &Machine, project: &ProjectFacts) -> Check {
    match project.locked {
        true => Check::ok("uv.lock", "there"),
        false => {
            let fix = format!("{} && git add uv.lock", just_command(machine, "install"));
            Check::missing("uv.lock", "missing; CI and images stop without it", &fix)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Author, ProjectName, Repository, Text};

    fn machine() -> Machine {
        Machine {
            uv: Answer::Said("uv 0.13.9 (Homebrew 2026-10-01)".into()),
            python: Answer::Said("/usr/bin/python3.13".into()),
            git: Answer::Said("git version 2.50.1".into()),
            just: true,
            docker: Answer::Said(String::new()),
            compose: true,
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
        let none = || Answer::Absent;
        let (uv, python, git, docker) = (none(), none(), none(), none());
        let (just, compose, taken) = (false, false, vec![API_PORT]);
        let (postgres, database) = (None, None);
        let bare = Machine { uv, python, git, just, docker, compose, postgres, taken, database };
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
            let checks = checks(&Machine { uv: Answer::Said(said.into()), ..machine() }, None);
            assert_eq!(outcome(&checks, "uv").0, status, "{said}");
        }
    }

    #[test]
    fn what_fails_is_told_from_what_is_absent() {
        let failed = |why: &str| Answer::Failed(why.into());
        let uv = checks(&Machine { uv: failed("no answer"), ..machine() }, None);
        assert_eq!(outcome(&uv, "uv"), (Status::Missing, "there, but it fails: no answer".into()));
        for (why, found) in [("permission denied while", "not permitted"), ("gone", "no daemon")] {
            let docker = checks(&Machine { docker: failed(why), ..machine() }, None);
            assert!(outcome(&docker, "Docker").1.starts_with(found), "{docker:?}");
        }
    }

    #[test]
    fn a_taken_port_hinders_a_project_only() {
        let taken = Machine { taken: vec![API_PORT], just: false, ..machine() };
        assert_eq!(outcome(&checks(&taken, None), "port 8000").0, Status::Note);
        let checks = checks(&taken, Some(&project("", None)));
        let check = checks.iter().find(|check| check.name == "port 8000").unwrap();
        assert_eq!(check.status, Status::Missing);
        assert_eq!(check.fix.as_deref(), Some("uv run just up 8001"));
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
            (Some("APP_DB_HOST=canary"), Status::Missing, "not set: SECRET_KEY"),
            (Some("APP_DB_HOST=canary\nSECRET_KEY="), Status::Missing, "not set: SECRET_KEY"),
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
