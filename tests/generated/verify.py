# /// script
# requires-python = ">=3.13"
# dependencies = ["httpx>=0.28,<1", "pyyaml>=6,<7", "svix>=1.84,<3"]
# ///
"""Generates projects and checks them as their owners would: `verify.py LANE BINARY`.

quick: every option rendered, compiled, linted and parsed. full: also installed, type-checked,
migrated, tested, started and mutated. Everything lies under `target/generated`.
"""

import shutil
import subprocess
import sys
import time
import tomllib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import mutants
import service
import yaml

ROOT = Path(__file__).resolve().parents[2]
WORK = ROOT / "target" / "generated"
RUFF = ["uvx", "--quiet", "--from", "ruff>=0.14,<1", "ruff"]

# Names that a language might take for something else, and the shortest and longest.
NAMES = ["shop", "a", "null", "My__Shop-2", "x" * 63, "abcde-" * 10 + "abc"]
OPTIONS = {"license": ["mit", "apache-2.0", "proprietary"], "python": ["3.13", "3.14"]}


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


def check_syntax(project: Path) -> None:
    """Parses every file in the language it is written in."""
    for path in sorted(project.rglob("*")):
        if path.suffix == ".py":
            compile(path.read_bytes(), str(path), "exec", dont_inherit=True)
        elif path.suffix == ".toml":
            tomllib.loads(path.read_text())
        elif path.suffix in {".yml", ".yaml"}:
            list(yaml.safe_load_all(path.read_text()))


def quick(binary: Path) -> None:
    """Renders every option and odd names; compiles and lints them all."""
    scenarios = [(name, []) for name in NAMES]
    for option, values in OPTIONS.items():
        scenarios += [("shop", [f"--{option}", value]) for value in values[1:]]
    projects = []
    for number, (name, flags) in enumerate(scenarios):
        project = generate(binary, name, f"quick/{number}", *flags)
        check_syntax(project)
        projects.append(project)
    run(*RUFF, "check", "--no-cache", *projects, cwd=WORK)
    run(*RUFF, "format", "--check", "--no-cache", *projects, cwd=WORK)


def full(binary: Path) -> None:
    """Installs the default project and checks it for real."""
    project = generate(binary, "shop", "full/shop", "--repository", "acme/shop")
    with step("set-up"):
        run("uv", "sync", cwd=project)
    with step("lint and types"):
        run("uv", "run", "just", "lint", cwd=project)
        run("uv", "run", "just", "type-check", cwd=project)
    with step("its own tests, with coverage"):
        run("uv", "run", "just", "test-cov", cwd=project)
    with step("migrations: up, check, down, up"):
        database = ["uv", "run", "python", "-m", "scripts.dev_database", "exec", "--", "alembic"]
        for command in (["upgrade", "head"], ["check"], ["downgrade", "base"], ["upgrade", "head"]):
            run(*database, *command, cwd=project)
    with step("the service, answering"):
        service.check(project)
    with step("Prefect, running the flows"):
        service.check_flows(project)
    with step("mutants, each caught"):
        mutants.check(project)
    run("uv", "run", "just", "down", cwd=project)


def main() -> None:
    """Runs one lane."""
    lane, binary = sys.argv[1], Path(sys.argv[2]).resolve()
    WORK.mkdir(parents=True, exist_ok=True)
    with step("every option, compiled and linted"):
        quick(binary)
    if lane != "quick":
        full(binary)


if __name__ == "__main__":
    main()
