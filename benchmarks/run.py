# /// script
# requires-python = ">=3.13"
# dependencies = ["pyjwt[crypto]>=2.10,<3"]
# ///
"""Prints what ddd-forge and the service it writes cost, as ratios measured in one run.

`uv run --script benchmarks/run.py [creation] [growth] [suite] [service] [--peers]`: all when nothing is
named. Builds what it needs and removes what it made.
"""

import json
import os
import shutil
import sys
from pathlib import Path

import creation
import growth
import service
import suite
from measure import BINARY, ROOT, WORK, WORKS, Row, run

PARTS = ("creation", "growth", "suite", "service")
SHOW = "import json, os; print(json.dumps({k: v for k, v in os.environ.items() if 'APP_DB_' in k}))"


def clean_environment() -> dict[str, str]:
    """Returns this process's environment without the virtual environment it runs in."""
    return {name: value for name, value in os.environ.items() if name != "VIRTUAL_ENV"}


def on_database(*command: str) -> list[str]:
    """Returns the command that runs another one on the project's database."""
    return ["uv", "run", "python", "-m", "scripts.dev_database", "exec", "--", *command]


def installed_project() -> tuple[Path, dict[str, str]]:
    """Makes and installs the default project; returns it and where its migrated database is."""
    project = WORK / "shop"
    run([BINARY, "new", "shop", project, "--yes", "--no-git", "--quiet"])
    environment = clean_environment() | {"UV_COMPILE_BYTECODE": "1"}
    run(["uv", "sync", "--quiet"], cwd=project, env=environment)
    run(on_database("alembic", "upgrade", "head"), cwd=project, env=environment)
    shown = run(on_database("python", "-c", SHOW), cwd=project, env=environment)
    return project, json.loads(shown) | {"APP_DB_NAME": "shop"}


def measure(parts: list[str], *, peers: bool) -> list[Row]:
    """Measures the parts, one after the other."""
    rows = creation.measure(peers=peers) if "creation" in parts else []
    if "growth" in parts:
        rows += growth.measure(peers=peers)
    if "suite" in parts or "service" in parts:
        project, database = installed_project()
        try:
            if "suite" in parts:
                rows += suite.measure(project, clean_environment())
            if "service" in parts:
                rows += service.measure(project, database)
        finally:
            run(["uv", "run", "just", "down"], cwd=project, env=clean_environment())
    return rows


def main() -> None:
    """Runs the parts that are named."""
    parts = [word for word in sys.argv[1:] if not word.startswith("--")] or list(PARTS)
    if unknown := set(parts) - set(PARTS):
        raise SystemExit(f"error: there is no part `{unknown.pop()}`; there are {', '.join(PARTS)}")
    run(["cargo", "build", "--release", "--locked", "--quiet"], cwd=ROOT)
    WORK.mkdir(parents=True)
    try:
        rows = measure(parts, peers="--peers" in sys.argv)
    finally:
        # Now, and not before: a mass delete slows what is timed after it.
        shutil.rmtree(WORKS)
    print("| what | measured | target | | |\n|---|---|---|---|---|", *rows, sep="\n")


if __name__ == "__main__":
    main()
