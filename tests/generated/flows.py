"""Flows added to an installed project: linted, tested, deployed to a real Prefect server, removed.

`flows.py BINARY PROJECT` checks one alone; the project is left as it was.
"""

import subprocess
import sys
from datetime import datetime
from pathlib import Path

import service
import workers

# One of each kind: by the clock, every so often with a domain, and by hand with nothing to test.
FLOWS = {
    "nightly-report": ["--cron", "0 2 * * *", "--timezone", "Europe/Berlin"],
    "count-users": ["--domain", "users", "--interval", "15m"],
    "backfill": ["--no-tests"],
}
# What the server then knows of each, and the minutes of an hour at which it will start it.
SCHEDULES = {
    "nightly-report-flow": [{"cron": "0 2 * * *", "timezone": "Europe/Berlin"}],
    "count-users-flow": [
        {"interval": 900, "timezone": "UTC", "anchor_date": "2020-01-01T00:00:00Z"}
    ],
    "backfill-flow": [],
}
MINUTES = {"nightly-report-flow": {0}, "count-users-flow": {0, 15, 30, 45}}
# What tools leave beside a project's files.
NOT_OURS = {".venv", "__pycache__", ".pytest_cache", ".ruff_cache", ".local", ".git", "undo"}

def files(project: Path) -> dict[str, bytes]:
    """Returns every file that is the project's own."""
    paths = [path.relative_to(project) for path in project.rglob("*") if path.is_file()]
    return {
        str(path): (project / path).read_bytes()
        for path in paths
        if not NOT_OURS.intersection(path.parts)
    }


def run(project: Path, *command: str | Path) -> str:
    """Runs a command in a project, and shows what it said when it fails."""
    result = subprocess.run(
        [str(word) for word in command],
        cwd=project,
        env=service.environment(),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    if result.returncode != 0:
        print(result.stdout)
        sys.exit(f"error: `{' '.join(map(str, command))}` failed in `{project}`")
    return result.stdout


def check_schedules(prefect: workers.Server) -> None:
    """Compares what the server made of the schedules, and the runs that it has planned by them."""
    for name, schedules in SCHEDULES.items():
        known = prefect.deployment(name)["schedules"]
        for wanted, found in zip(schedules, known, strict=True):
            schedule = found["schedule"]
            wrong = {key: schedule.get(key) for key in wanted if schedule.get(key) != wanted[key]}
            service.expect(found["active"] and not wrong, f"{name} is {found}, not {wanted}")
    for name, minutes in MINUTES.items():
        starts = [datetime.fromisoformat(start) for start in prefect.planned(name)]
        wrong = [start for start in starts if start.minute not in minutes]
        service.expect(not wrong, f"{name} is planned for {wrong}")


def check_server(project: Path) -> None:
    """Has a server of Prefect's deploy, schedule and run every flow."""
    run(project, "uv", "run", "python", "-m", "scripts.env_init", "--if-missing")
    run(project, "uv", "run", "just", "migrate")
    with workers.server(project) as prefect:
        workers.check_prepared(prefect)
        check_schedules(prefect)
        workers.check_worker(prefect, *SCHEDULES)
        workers.check_served(prefect)


def check(binary: Path, project: Path) -> None:
    """Adds flows of each kind, checks them as their owner would, and removes them without a trace."""
    before = files(project)
    for name, flags in FLOWS.items():
        run(project, binary, "add-flow", name, *flags)
    run(project, "uv", "run", "just", "lint")
    run(project, "uv", "run", "just", "type-check")
    tests = ["tests/workers", "tests/architecture", "tests/delivery"]
    print(run(project, "uv", "run", "just", "test", *tests).splitlines()[-1])
    check_server(project)
    for name in reversed(FLOWS):
        run(project, binary, "remove-flow", name)
    after = files(project)
    differing = {path for path in before | after if before.get(path) != after.get(path)}
    if differing:
        sys.exit(f"error: after `remove-flow` these differ: {sorted(differing)}")


if __name__ == "__main__":
    check(Path(sys.argv[1]).resolve(), Path(sys.argv[2]).resolve())
