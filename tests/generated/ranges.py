"""Tries a generated project at the lower end of the ranges that it declares."""

import shutil
from pathlib import Path

import ci
import databases
import service

# What feels a release of a dependency most: requests, errors, the database, tools of the Justfile.
FIRST = ["tests/api", "tests/infrastructure", "tests/scripts", "tests/delivery"]


def check(project: Path, *, everything: bool) -> None:
    """Resolves to the lowest releases, and tests what they make of the project: all or the most."""
    place = project.parent / "lowest"
    clone = ci.cloned(project, place)
    (clone / "uv.lock").unlink()
    lowest = {"UV_RESOLUTION": "lowest-direct"}
    tests = [] if everything else FIRST
    for command in (["sync"], ["run", "just", "test", *tests]):
        done = databases.run(clone, "uv", *command, **lowest)
        said = done.stdout + done.stderr
        service.expect(done.returncode == 0, f"`uv {' '.join(command)}`: {said}")
    print(f"      {done.stdout.splitlines()[-1]}", flush=True)
    databases.run(clone, "uv", "run", "just", "down", **lowest)
    shutil.rmtree(place)
