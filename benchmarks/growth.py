"""What it costs to add a domain to a project that has many."""

import json
import re
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

from completion import completion_row
from creation import peer_rows
from measure import BINARY, WORK, Row, interleaved, milliseconds, run, seconds, settled_seconds

SIZES = (1, 10, 100, 1000)
ROUNDS = 9
# Read once each, however many there are: what clashes with a new name, what its migration follows.
INDEXES = (".ddd-forge/domains", "alembic/versions")


def add(project: Path, name: str) -> list[str | Path]:
    """Returns the command that adds a small domain."""
    return [BINARY, "--project", project, "add-domain", name, "name:string", "--yes"]


def word(number: int) -> str:
    """Returns a name that is no number's neighbour in any list."""
    letters = ""
    for _ in range(4):
        number, letter = divmod(number * 7 + 3, 26)
        letters += chr(ord("a") + letter)
        number += letter
    return letters


def grown() -> dict[int, Path]:
    """Makes a project with each number of domains."""
    project, projects = WORK / "growing", {}
    run([BINARY, "new", "shop", project, "--yes", "--no-git", "--quiet"])
    for number in range(1, SIZES[-1] + 1):
        run(add(project, f"{word(number)}_{number}_thing"))
        if number in SIZES:
            projects[number] = WORK / f"with-{number}"
            shutil.copytree(project, projects[number])
    return projects


def side(project: Path) -> Callable[[int], float]:
    """Makes a side that adds another domain each time."""
    return lambda number: settled_seconds(add(project, f"new_{number}_thing"))


def looking(project: Path) -> list[Row]:
    """Times the commands that look at a whole project, beside a program that only walks its tree."""
    on_it = [BINARY, "--project", project, "--quiet"]
    sides = {
        "walk": ["find", project, "-type", "f"],
        "list": [*on_it, "list"],
        "status": [*on_it, "status"],
        "check": [*on_it, "check"],
    }
    costs = interleaved(
        {name: lambda _, words=words: seconds(words) for name, words in sides.items()}, ROUNDS
    )
    rows = []
    for name, at_most in (("list", 30), ("status", 150), ("check", 500)):
        ratio = f"{costs[name] / costs['walk']:.1f} × `find -type f`, {milliseconds(costs['walk'])}"
        rows.append(Row(f"`{name}` at 1,000", costs[name] * 1000, "ms", ratio, at_most=at_most))
    return rows


def opened(project: Path) -> int | None:
    """Counts the files that one more domain opens beside the indexes, where strace is installed."""
    if shutil.which("strace") is None:
        return None
    traced = ["strace", "-f", "-e", "trace=openat", *map(str, add(project, "traced_thing"))]
    said = subprocess.run(traced, check=True, capture_output=True, text=True).stderr
    paths = re.findall(rf'openat\([^,]*, "{re.escape(str(project))}/?([^"]*)"', said)
    return sum(not path.startswith(INDEXES) for path in paths)


def files_of_one(project: Path) -> Path:
    """Adds a domain and returns a copy of the files that it has."""
    report = json.loads(run([*add(project, "peers_thing"), "--json"]))
    tree = WORK / "domain"
    for name in report["created"]:
        (tree / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(project / name, tree / name)
    return tree


def measure(*, peers: bool) -> list[Row]:
    """Measures `add-domain` at every size, the router as we wrote it and edited by hand."""
    projects = grown()
    edited = {size: WORK / f"edited-{size}" for size in (10, 1000)}
    for size, copy in edited.items():
        shutil.copytree(projects[size], copy)
        with (copy / "app/api/router.py").open("a") as router:
            router.write("# mine\n")
    sides = {f"{size}": side(project) for size, project in projects.items()}
    sides |= {f"edited {size}": side(project) for size, project in edited.items()}
    costs = interleaved(sides, ROUNDS)
    many, few = costs["1000"], costs["10"]
    all_sizes = " / ".join(milliseconds(costs[str(size)]) for size in SIZES)
    rows = [
        Row(
            "`add-domain` at 1,000 domains / at 10",
            many / few,
            "×",
            f"at 1, 10, 100, 1,000: {all_sizes}",
            at_most=3,
        ),
        Row(
            "the same, the router edited by hand",
            costs["edited 1000"] / costs["edited 10"],
            "×",
            f"{milliseconds(costs['edited 1000'])} / {milliseconds(costs['edited 10'])}",
            at_most=6,
        ),
        Row("with an edited router, at 1,000", costs["edited 1000"] * 1000, "ms", "", at_most=150),
    ]
    rows += looking(projects[1000])
    count = opened(projects[1000])
    if count is not None:
        files = sum(path.is_file() for path in projects[1000].rglob("*"))
        detail = f"of {files}, records and migrations aside"
        rows.append(Row("files that one more domain opens", count, "", detail, at_most=100))
    rows.append(completion_row(projects[1000]))
    if peers:
        tree = files_of_one(projects[10])
        rows += peer_rows(tree, WORK / "domain-peers", "`add-domain` at 10", few)
    return rows
