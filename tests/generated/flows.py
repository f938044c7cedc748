"""Flows added to an installed project: linted, tested, deployed to a real Prefect server, removed.

`flows.py BINARY PROJECT` checks one alone; the project is left as it was.
"""

import json
import subprocess
import sys
from pathlib import Path

import service

# One of each kind: by the clock, every so often with a domain, and by hand with nothing to test.
FLOWS = {
    "nightly-report": ["--cron", "0 2 * * *", "--timezone", "Europe/Berlin"],
    "count-users": ["--domain", "users", "--interval", "15m"],
    "backfill": ["--no-tests"],
}
SCHEDULES = {
    "nightly-report-flow": [{"cron": "0 2 * * *", "timezone": "Europe/Berlin"}],
    "count-users-flow": [
        {"interval": 900, "timezone": "UTC", "anchor_date": "2020-01-01T00:00:00Z"}
    ],
    "backfill-flow": [],
}
# What tools leave beside a project's files.
NOT_OURS = {".venv", "__pycache__", ".pytest_cache", ".ruff_cache", ".local", ".git", "undo"}

# Deploys as `just init-prefect` does, to a server of its own, and prints what that then knows.
DEPLOY = """
import asyncio, json, os, tempfile
os.environ["PREFECT_HOME"] = tempfile.mkdtemp(prefix="prefect-")
from prefect import get_client
from prefect.settings import PREFECT_API_URL
from prefect.testing.utilities import prefect_test_harness
from app.infrastructure.config import WorkerSettings, load_settings
from app.scripts import init_prefect

async def main():
    settings = load_settings(WorkerSettings)
    await init_prefect.prepare(settings, "process")
    init_prefect.deploy(settings)
    async with get_client() as client:
        deployments = await client.read_deployments()
    known = {
        one.name: [
            {"active": each.active} | each.schedule.model_dump(mode="json", exclude_none=True)
            for each in one.schedules
        ]
        for one in deployments
    }
    print("KNOWN " + json.dumps(known))

with prefect_test_harness(server_startup_timeout=120):
    os.environ["PREFECT_API_URL"] = PREFECT_API_URL.value()
    asyncio.run(main())
"""


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


def check_deployments(project: Path) -> None:
    """Has Prefect read `prefect.yaml`, and compares what it made of the schedules."""
    database = ["uv", "run", "python", "-m", "scripts.dev_database", "exec", "--"]
    said = run(project, *database, "python", "-c", DEPLOY)
    [line] = [line for line in said.splitlines() if line.startswith("KNOWN ")]
    known = json.loads(line.removeprefix("KNOWN "))
    for name, schedules in SCHEDULES.items():
        for wanted, found in zip(schedules, known[name], strict=True):
            if "interval" in found:
                found["interval"] = float(found["interval"])
            wrong = {key: found.get(key) for key in wanted if found.get(key) != wanted[key]}
            if wrong or not found["active"]:
                sys.exit(f"error: {name} is {found} to Prefect, not {wanted}")


def check(binary: Path, project: Path) -> None:
    """Adds flows of each kind, checks them as their owner would, and removes them without a trace."""
    before = files(project)
    for name, flags in FLOWS.items():
        run(project, binary, "add-flow", name, *flags)
    run(project, "uv", "run", "just", "lint")
    run(project, "uv", "run", "just", "type-check")
    tests = ["tests/workers", "tests/architecture", "tests/delivery"]
    print(run(project, "uv", "run", "just", "test", *tests).splitlines()[-1])
    check_deployments(project)
    for name in reversed(FLOWS):
        run(project, binary, "remove-flow", name)
    after = files(project)
    differing = {path for path in before | after if before.get(path) != after.get(path)}
    if differing:
        sys.exit(f"error: after `remove-flow` these differ: {sorted(differing)}")


if __name__ == "__main__":
    check(Path(sys.argv[1]).resolve(), Path(sys.argv[2]).resolve())
